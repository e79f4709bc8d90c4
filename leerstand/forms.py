"""Forms of the shops: labels and units at the screen (€ per m², weeks), and what belongs together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from flask_babel import gettext, lazy_gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectChoice
from wtforms.validators import Optional, ValidationError

from city.forms import (
    AtMost,
    CheckedText,
    CityForm,
    DayField,
    LimitsBetween,
    LongText,
    NumberField,
    SelectField,
    SelectMultipleField,
    UploadField,
    WholeNumberField,
)
from city.forms import required as must
from city.web import format_day
from leerstand import labels
from leerstand.kinds import UseType
from leerstand.models import UseRequest
from leerstand.shares import days_and_times, slots_of

MAX_AREA_M2 = 100_000
MAX_EURO = 1_000_000
MAX_WEEKS = 1_040  # twenty years


def offered(words: Mapping[Any, str]) -> list[SelectChoice]:
    """Choices of a select, said in the language of the page."""
    return [SelectChoice(key, lazy_gettext(word)) for key, word in words.items()]


def day_of(field: DayField) -> date:
    """The day in a field that must be filled in."""
    if field.data is None:
        raise ValueError(f"{field.name} is empty; ask sent_and_valid() first")
    return field.data


def cents(euros: float) -> int:
    """Euros as typed, in cents."""
    return round(Decimal(str(euros)) * 100)


class EndForm(CityForm):
    """When something ends."""

    ends = DayField(_l("Ends on"), [must()], description=_l("The first day on which it is over."))


class UseRequestForm(CityForm):
    """What somebody looks for."""

    title = CheckedText(_l("What shall it be called?"), [must()], description=_l("For example: Studio “Three Doors”"))
    use_type = SelectField(_l("Kind of use"), choices=offered(labels.USE_LABELS), coerce=UseType)
    concept = LongText(_l("What do you plan?"), [must()], description=_l("A few sentences. Please no names of people."))
    area_min_m2 = WholeNumberField(_l("Area at least"), [must(), LimitsBetween(1, MAX_AREA_M2)])
    area_ideal_m2 = WholeNumberField(_l("Area best"), [must(), LimitsBetween(1, MAX_AREA_M2)])
    area_max_m2 = WholeNumberField(_l("Area at most"), [must(), LimitsBetween(1, MAX_AREA_M2)])
    budget_eur = NumberField(
        _l("Budget a month"),
        [must(), LimitsBetween(0, MAX_EURO)],
        description=_l("For the rent, without service charges."),
    )
    earliest_start = DayField(_l("Start at the earliest"), [must()])
    latest_start = DayField(_l("Start at the latest"), [must()])
    duration_min_weeks = WholeNumberField(_l("Lasts at least"), [must(), LimitsBetween(1, MAX_WEEKS)])
    duration_max_weeks = WholeNumberField(_l("Lasts at most"), [must(), LimitsBetween(1, MAX_WEEKS)])
    wants_permanent = BooleanField(_l("May stay for good if it works"))
    part_ok = BooleanField(_l("A part of a larger shop would do"), description=_l("Then you pay for your part only."))
    week_days = SelectMultipleField(
        _l("On these days"), choices=offered(labels.DAY_LABELS), coerce=int, description=_l("None: always.")
    )
    day_times = SelectMultipleField(_l("At these times"), choices=offered(labels.TIME_LABELS), coerce=int)
    ground_floor_only = BooleanField(_l("Only at street level"), default=True)
    step_free_required = BooleanField(_l("Needs a step-free entrance"))
    needs_water = BooleanField(_l("Needs water"))
    needs_heating = BooleanField(_l("Needs heating"))
    needs_exhaust_air = BooleanField(_l("Needs an exhaust duct"))
    needs_delivery_door = BooleanField(_l("Needs a door for deliveries"))
    needs_power_kw = WholeNumberField(_l("Power needed"), [must(), LimitsBetween(0, 1_000)], default=0)
    footfall = SelectField(_l("How many people come?"), choices=offered(labels.FOOTFALL_LABELS), coerce=int, default=1)
    noise = SelectField(_l("How loud is it?"), choices=offered(labels.NOISE_LABELS), coerce=int, default=0)
    visitors_max = WholeNumberField(
        _l("Visitors at a time, at most"), [Optional(), LimitsBetween(0, 10_000)], description=_l("If you know it.")
    )
    event_days = WholeNumberField(
        _l("Event days a year"),
        [Optional(), LimitsBetween(0, 366)],
        default=0,
        description=_l("Days on which people gather here, for example readings or concerts."),
    )
    deducts_vat = BooleanField(
        _l("We charge VAT"), default=True, description=_l("Not so: small businesses (§ 19 UStG) and most clubs.")
    )
    public_value = SelectMultipleField(_l("What does the town gain?"), choices=offered(labels.VALUE_LABELS))
    evaluates = BooleanField(_l("We will find out whether it works, and report"))
    same: ClassVar[tuple[str, ...]] = (
        *("title", "use_type", "concept", "area_min_m2", "area_ideal_m2", "area_max_m2", "earliest_start"),
        *(
            "latest_start",
            "duration_min_weeks",
            "duration_max_weeks",
            "wants_permanent",
            "part_ok",
            "ground_floor_only",
        ),
        *("step_free_required", "needs_water", "needs_heating", "needs_exhaust_air", "needs_delivery_door"),
        *(
            "needs_power_kw",
            "footfall",
            "noise",
            "visitors_max",
            "event_days",
            "deducts_vat",
            "public_value",
            "evaluates",
        ),
    )

    def show(self, request: UseRequest) -> None:
        """Fill in what is known."""
        for name in self.same:
            self[name].data = getattr(request, name)
        self.budget_eur.data = request.budget_cents_month / 100
        self.week_days.data, self.day_times.data = days_and_times(request.slots or 0)

    def values(self) -> dict[str, Any]:
        """What was typed, as columns of the request."""
        return {
            **{name: self[name].data for name in self.same},
            "event_days": self.event_days.data or 0,
            "slots": slots_of(self.week_days.data or [], self.day_times.data or []),
            "public_value": [str(value) for value in self.public_value.data or []],
            "budget_cents_month": cents(self.budget_eur.data or 0),
        }

    def validate_area_ideal_m2(self, field: Field) -> None:
        """Best is not less than least."""
        not_less(self.area_min_m2, field)

    def validate_area_max_m2(self, field: Field) -> None:
        """Most is not less than best."""
        not_less(self.area_ideal_m2, field)

    def validate_day_times(self, field: Field) -> None:
        """Days and times belong together."""
        if bool(field.data) != bool(self.week_days.data):
            raise ValidationError(gettext("Please choose both days and times of the day, or neither."))

    def validate_duration_max_weeks(self, field: Field) -> None:
        """Most is not less than least."""
        not_less(self.duration_min_weeks, field)

    def validate_latest_start(self, field: Field) -> None:
        """The latest start is not before the earliest."""
        if field.data and self.earliest_start.data and field.data < self.earliest_start.data:
            raise ValidationError(
                gettext("The latest start, %(latest)s, lies before the earliest, %(earliest)s.",
                        latest=format_day(field.data), earliest=format_day(self.earliest_start.data))
            )  # fmt: skip


class PaperForm(CityForm):
    """A paper that is sent with a request."""

    title = CheckedText(
        _l("What is it?"), [must(), AtMost(100)], description=_l("For example: floor plan, letter of support")
    )
    file = UploadField(
        _l("PDF or picture"),
        description=_l("PDF, JPEG, PNG or WebP, at most 11 MB. Please no identity papers."),
        accept="application/pdf,image/jpeg,image/png,image/webp",
    )


class RejectForm(CityForm):
    """The city says no, and why."""

    answer = LongText(_l("Why, and what would help?"), [must()], description=_l("The applicant reads this."))


class PermitForm(CityForm):
    """Which use is asked about; a plain GET form."""

    class Meta(CityForm.Meta):
        """Reading needs no token."""

        csrf = False

    use = SelectField(_l("Kind of use"), choices=offered(labels.USE_LABELS), coerce=UseType, default=UseType.POP_UP)
    noise = SelectField(_l("How loud is it?"), choices=offered(labels.NOISE_LABELS), coerce=int, default=0)
    event_days = WholeNumberField(_l("Event days a year"), [LimitsBetween(0, 366)], default=0)
    visitors = WholeNumberField(_l("Visitors at a time, at most"), [LimitsBetween(0, 10_000)], default=0)


class SendForm(CityForm):
    """Nothing but the confirmation."""


def chosen(kind: type[StrEnum], value: str | None) -> Any:
    """The member of an enumeration that a filter names, or None."""
    return next((member for member in kind if member.value == value), None)


def later(first: Field, field: Field) -> None:
    if field.data and first.data and field.data <= first.data:
        raise ValidationError(
            gettext(
                "The end, %(ends)s, must lie after the beginning, %(starts)s.",
                ends=format_day(field.data),
                starts=format_day(first.data),
            )
        )


def not_less(least: Field, field: Field) -> None:
    if field.data is not None and least.data is not None and field.data < least.data:
        raise ValidationError(
            gettext(
                "%(label)s is %(value)s; it must not be less than %(least)s.",
                label=field.label.text,
                value=field.raw_data[0],
                least=least.raw_data[0],
            )
        )
