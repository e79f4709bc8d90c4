"""The form of an access zone or closure: what it allows, whom, when, where, and who says so."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice
from wtforms.validators import Optional, ValidationError

from city.forms import (
    AtMost,
    CheckedText,
    CityForm,
    ClockField,
    DayField,
    HiddenText,
    LongText,
    RadioField,
    SelectMultipleField,
    required,
)
from city.zones import rules
from city.zones.models import AccessZone
from city.zones.services import Draft
from routing.streets.model import VehicleClass, ZoneUse

HOLIDAY = 7  # beside the weekdays 0 to 6
DAY_S = 24 * 3600
LONGEST_NAME, LONGEST_SOURCE = 100, 300
USE_LABELS = {
    ZoneUse.CLOSED: _l("closed"),
    ZoneUse.PUSH: _l("bikes are pushed, vans stay out"),
    ZoneUse.DESTINATION: _l("only with business there"),
    ZoneUse.RIDE: _l("open at walking pace"),
}
VEHICLE_LABELS = {
    VehicleClass.CARGO_BIKE: _l("Cargo bike"),
    VehicleClass.E_VAN: _l("Electric van"),
    VehicleClass.FOOT: _l("On foot"),
}
DAY_LABELS = (
    *(_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday")),
    _l("Public holiday"),
)


class ZoneForm(CityForm):
    """An access zone or closure; where it lies is drawn, typed, or named by its streets."""

    name = CheckedText(
        _l("Name"),
        [required(), AtMost(LONGEST_NAME)],
        description=_l("Couriers and retailers read it, for example: weekly market"),
    )
    use = RadioField(
        _l("What holds there"),
        choices=[SelectChoice(*use) for use in USE_LABELS.items()],
        coerce=ZoneUse,
        default=ZoneUse.CLOSED,
    )
    vehicles = SelectMultipleField(
        _l("For whom"),
        choices=[SelectChoice(*vehicle) for vehicle in VEHICLE_LABELS.items()],
        coerce=VehicleClass,
        default=[VehicleClass.CARGO_BIKE, VehicleClass.E_VAN],
        description=_l("As long as walking is allowed, couriers leave the bike at the edge and walk the rest."),
    )
    weekdays = SelectMultipleField(
        _l("Days of the week"),
        choices=[SelectChoice(number, label) for number, label in enumerate(DAY_LABELS)],
        coerce=int,
        default=list(range(HOLIDAY + 1)),
    )
    opens = ClockField(_l("From"), [Optional()], description=_l("Empty: all day."))
    closes = ClockField(_l("Until"), [Optional()], description=_l("Earlier than “From”: until the next morning."))
    first_day = DayField(_l("First day"), [required()])
    last_day = DayField(_l("Last day"), [Optional()], description=_l("Empty: until it is ended."))
    source = CheckedText(
        _l("Who ordered it"),
        [required(), AtMost(LONGEST_SOURCE)],
        description=_l("Order, by-law or note, with its date, for example: road traffic order of 12 November 2026"),
    )
    street = CheckedText(_l("Street"), [Optional(), AtMost(LONGEST_NAME)])
    begins_at = CheckedText(_l("from the corner of"), [Optional(), AtMost(LONGEST_NAME)])
    ends_at = CheckedText(_l("to the corner of"), [Optional(), AtMost(LONGEST_NAME)])
    area = LongText(
        _l("Corners"),
        [Optional()],
        description=_l("One corner a line: latitude and longitude, for example 53.24867, 10.40731"),
    )
    version = HiddenText()

    def validate_vehicles(self, field: SelectMultipleField) -> None:
        """A rule concerns someone."""
        if not field.data:
            raise ValidationError(gettext("Please choose at least one: whom does it concern?"))

    def validate_weekdays(self, field: SelectMultipleField) -> None:
        """A rule holds some day."""
        if not field.data:
            raise ValidationError(gettext("Please choose at least one day."))

    def draft(self, area: tuple[tuple[float, float], ...]) -> Draft:
        """What was typed, as the services want it."""
        first_day, weekdays = self.first_day.data, self.weekdays.data or []
        assert first_day is not None and self.use.data is not None  # noqa: S101  the form is valid
        return Draft(
            name=self.name.data,
            use=self.use.data,
            vehicles=tuple(str(vehicle) for vehicle in self.vehicles.data or []),
            area=area,
            weekdays=tuple(day for day in weekdays if day < HOLIDAY),
            on_holidays=HOLIDAY in weekdays,
            opens_s=_seconds(self.opens.data),
            closes_s=_seconds(self.closes.data) or (DAY_S if self.closes.data is not None else None),
            first_day=first_day,
            last_day=self.last_day.data,
            source=self.source.data,
        )


def _seconds(shown: time | None) -> int | None:
    return None if shown is None else shown.hour * 3600 + shown.minute * 60


def typed(zone: AccessZone) -> dict[str, Any]:
    """What the form shows of a rule that is there."""
    return {
        "name": zone.name,
        "use": zone.use,
        "vehicles": [VehicleClass(name) for name in zone.vehicles],
        "weekdays": [*zone.weekdays, *([HOLIDAY] if zone.on_holidays else [])],
        "opens": _time(zone.opens_s),
        "closes": _time(zone.closes_s),
        "first_day": zone.first_day,
        "last_day": zone.last_day,
        "source": zone.source,
        "area": rules.text_of(zone.area),
        "version": str(zone.version),
    }


def _time(second: int | None) -> time | None:
    return None if second is None else time(second // 3600 % 24, second % 3600 // 60)
