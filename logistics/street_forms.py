"""The forms of the day on the street: moves, planning again, shifts and absences."""

from __future__ import annotations

from datetime import time

from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from city.forms import (
    CityForm,
    ClockField,
    DayField,
    HiddenText,
    LimitsBetween,
    SelectField,
    WholeNumberField,
    required,
)
from logistics.forms import clock_seconds
from logistics.models.shifts import AbsenceKind


class MoveForm(CityForm):
    """A stop goes to a bike and a place, in the plan that was seen."""

    halt = HiddenText(validators=[required()])
    rad = WholeNumberField(validators=[required()])
    platz = WholeNumberField(validators=[required(), LimitsBetween(1, 5000)])
    plan = WholeNumberField(validators=[required()])
    trotzdem = HiddenText(default="")  # "1": what it breaks was seen and taken on


class ReplanForm(CityForm):
    """The rest of a day is planned again; a bike may drop out at a time."""

    rad = SelectField(_l("Bike that drops out"), coerce=int)
    ab = ClockField(_l("From when on"), [Optional()], description=_l("Empty: from now on."))

    @property
    def at_s(self) -> int | None:
        """What was typed, in seconds since midnight."""
        return clock_seconds(self.ab.data) if self.ab.data else None


class ShiftForm(CityForm):
    """A courier works on a bike."""

    courier = SelectField(_l("Courier"), coerce=int)
    vehicle = SelectField(_l("Bike"), coerce=int)
    starts = ClockField(_l("From"), [required()], default=time(8))
    ends = ClockField(_l("Until"), [required()], default=time(14))


ABSENCE_LABELS = {AbsenceKind.SICK: _l("sick"), AbsenceKind.HOLIDAY: _l("on holiday"), AbsenceKind.OTHER: _l("absent")}


class AbsenceForm(CityForm):
    """A courier is not there."""

    absent = SelectField(_l("Courier"), coerce=int)
    kind = SelectField(_l("Why"), choices=[(kind.value, label) for kind, label in ABSENCE_LABELS.items()])
    first = DayField(_l("First day"), [required()])
    last = DayField(_l("Last day"), [required()])
