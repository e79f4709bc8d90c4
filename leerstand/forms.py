"""Forms of the shops: labels and units at the screen (€ per m², weeks), and what belongs together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from flask_babel import gettext, lazy_gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectChoice
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import TextInput

from city.forms import (
    CheckedText,
    CityForm,
    CoordinateField,
    DayField,
    LimitsBetween,
    LongText,
    NumberField,
    SelectField,
    SelectMultipleField,
    WholeNumberField,
)
from city.forms import required as must
from city.models import Organisation
from leerstand import labels
from leerstand.kinds import Category, Floor, Heritage, Ring, SpellKind, UseType, Visibility, Zone
from leerstand.models import StreetAxis, Unit, UseRequest

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


class TypedCoordinate(CoordinateField):
    """A coordinate that the map fills in and that can also be typed, for whoever cannot use the map."""

    widget = TextInput()


class UnitForm(CityForm):
    """A shop of the stock."""

    street = CheckedText(_l("Street"), [must()])
    housenumber = CheckedText(_l("House number"), [must()])
    name = CheckedText(_l("Name on the sign"), [Optional()])
    lat = TypedCoordinate(
        _l("Latitude"), [must()], description=_l("For example 53.24650. A click on the map fills it in.")
    )
    lon = TypedCoordinate(_l("Longitude"), [must()], description=_l("For example 10.41150"))
    position_m = WholeNumberField(
        _l("Metres from the core end of the street"), [must(), LimitsBetween(0, 20_000)], default=0
    )
    ring = SelectField(_l("Ring"), choices=offered(labels.RING_LABELS), coerce=Ring)
    grade = SelectField(
        _l("Grade"), choices=[SelectChoice(*grade) for grade in labels.GRADE_LABELS.items()], coerce=int, default=3
    )
    area_m2 = WholeNumberField(_l("Area"), [must(), LimitsBetween(1, MAX_AREA_M2)])
    frontage_m = NumberField(_l("Front to the street"), [must(), LimitsBetween(0.5, 500)])
    floor = SelectField(_l("Floor"), choices=offered(labels.FLOOR_LABELS), coerce=Floor, default=Floor.GROUND)
    step_free = BooleanField(_l("Step-free entrance"))
    door_width_cm = WholeNumberField(_l("Width of the door"), [must(), LimitsBetween(50, 1_000)], default=90)
    delivery_door = BooleanField(_l("Door for deliveries"))
    water = BooleanField(_l("Water"), default=True)
    heating = BooleanField(_l("Heating"), default=True)
    exhaust_air = BooleanField(_l("Exhaust duct"))
    power_kw = WholeNumberField(_l("Power connection"), [must(), LimitsBetween(0, 1_000)], default=4)
    baunvo_zone = SelectField(_l("Building area"), choices=offered(labels.ZONE_LABELS), coerce=Zone)
    heritage = SelectField(_l("Protected as a monument"), choices=offered(labels.HERITAGE_LABELS), coerce=Heritage)
    rent_eur_m2 = NumberField(_l("Rent asked, without service charges"), [must(), LimitsBetween(0, 1_000)])
    available_from = DayField(_l("Offered from"), [Optional()], description=_l("Empty: as soon as nobody is in it."))
    available_until = DayField(_l("Offered until"), [Optional()], description=_l("Empty: no end is known."))
    excluded_uses = SelectMultipleField(
        _l("Uses the owner does not want"), choices=offered(labels.USE_LABELS), coerce=UseType
    )
    owner_id = SelectField(_l("Owner"), coerce=int)
    visibility = SelectField(_l("What the public sees"), choices=offered(labels.VISIBILITY_LABELS), coerce=Visibility)
    same: ClassVar[tuple[str, ...]] = (
        *("street", "housenumber", "name", "lat", "lon", "position_m", "ring", "grade", "area_m2", "frontage_m"),
        *("floor", "step_free", "door_width_cm", "delivery_door", "water", "heating", "exhaust_air", "power_kw"),
        *("baunvo_zone", "heritage", "available_from", "available_until", "visibility"),
    )

    def offer_owners(self, owners: Iterable[Organisation]) -> None:
        """Whom the shop may belong to."""
        self.owner_id.choices = [
            SelectChoice(0, gettext("not known")),
            *[SelectChoice(owner.id, owner.name) for owner in owners],
        ]

    def show(self, unit: Unit) -> None:
        """Fill in what is known."""
        for name in self.same:
            self[name].data = getattr(unit, name)
        self.rent_eur_m2.data = unit.rent_cents_m2 / 100
        self.excluded_uses.data = [UseType(use) for use in unit.excluded_uses]
        self.owner_id.data = unit.owner_id or 0

    def values(self) -> dict[str, Any]:
        """What was typed, as columns of the shop."""
        return {
            **{name: self[name].data for name in self.same},
            "name": self.name.data or "",
            "rent_cents_m2": cents(self.rent_eur_m2.data or 0),
            "excluded_uses": [use.value for use in self.excluded_uses.data or []],
            "owner_id": self.owner_id.data or None,
        }

    def validate_available_until(self, field: Field) -> None:
        """The offer ends after it begins."""
        _later(self.available_from, field)


class NewUnitForm(UnitForm):
    """A shop that is recorded because it stands empty."""

    empty_since = DayField(_l("Empty since"), [must()])


class SpellForm(CityForm):
    """Who is in a shop from when to when."""

    kind = SelectField(_l("What"), choices=offered(labels.SPELL_LABELS), coerce=SpellKind)
    tenant = CheckedText(_l("Who"), [Optional()])
    category = SelectField(_l("Kind of business"), choices=offered(labels.CATEGORY_LABELS), coerce=Category)
    starts = DayField(_l("From"), [must()])
    ends = DayField(
        _l("Until"), [Optional()], description=_l("The first day on which it is over. Empty: no end is known.")
    )

    def validate_ends(self, field: Field) -> None:
        """It ends after it starts."""
        _later(self.starts, field)


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
    duration_min_weeks = WholeNumberField(_l("At least"), [must(), LimitsBetween(1, MAX_WEEKS)])
    duration_max_weeks = WholeNumberField(_l("At most"), [must(), LimitsBetween(1, MAX_WEEKS)])
    wants_permanent = BooleanField(_l("May stay for good if it works"))
    ground_floor_only = BooleanField(_l("Only at street level"), default=True)
    step_free_required = BooleanField(_l("Needs a step-free entrance"))
    needs_water = BooleanField(_l("Needs water"))
    needs_heating = BooleanField(_l("Needs heating"))
    needs_exhaust_air = BooleanField(_l("Needs an exhaust duct"))
    needs_delivery_door = BooleanField(_l("Needs a door for deliveries"))
    needs_power_kw = WholeNumberField(_l("Power needed"), [must(), LimitsBetween(0, 1_000)], default=0)
    footfall = SelectField(_l("How many people come?"), choices=offered(labels.FOOTFALL_LABELS), coerce=int, default=1)
    noise = SelectField(_l("How loud is it?"), choices=offered(labels.NOISE_LABELS), coerce=int, default=0)
    public_value = SelectMultipleField(_l("What does the town gain?"), choices=offered(labels.VALUE_LABELS))
    evaluates = BooleanField(_l("We will find out whether it works, and report"))
    same: ClassVar[tuple[str, ...]] = (
        *("title", "use_type", "concept", "area_min_m2", "area_ideal_m2", "area_max_m2", "earliest_start"),
        *("latest_start", "duration_min_weeks", "duration_max_weeks", "wants_permanent", "ground_floor_only"),
        *("step_free_required", "needs_water", "needs_heating", "needs_exhaust_air", "needs_delivery_door"),
        *("needs_power_kw", "footfall", "noise", "public_value", "evaluates"),
    )

    def show(self, request: UseRequest) -> None:
        """Fill in what is known."""
        for name in self.same:
            self[name].data = getattr(request, name)
        self.budget_eur.data = request.budget_cents_month / 100

    def values(self) -> dict[str, Any]:
        """What was typed, as columns of the request."""
        return {
            **{name: self[name].data for name in self.same},
            "public_value": [str(value) for value in self.public_value.data or []],
            "budget_cents_month": cents(self.budget_eur.data or 0),
        }

    def validate_area_ideal_m2(self, field: Field) -> None:
        """Best is not less than least."""
        _not_less(self.area_min_m2, field)

    def validate_area_max_m2(self, field: Field) -> None:
        """Most is not less than best."""
        _not_less(self.area_ideal_m2, field)

    def validate_duration_max_weeks(self, field: Field) -> None:
        """Most is not less than least."""
        _not_less(self.duration_min_weeks, field)

    def validate_latest_start(self, field: Field) -> None:
        """The latest start is not before the earliest."""
        if field.data and self.earliest_start.data and field.data < self.earliest_start.data:
            raise ValidationError(
                gettext("The latest start, %(latest)s, lies before the earliest, %(earliest)s.",
                        latest=field.raw_data[0], earliest=self.earliest_start.raw_data[0])
            )  # fmt: skip


class RejectForm(CityForm):
    """The city says no, and why."""

    answer = LongText(_l("Why, and what would help?"), [must()], description=_l("The applicant reads this."))


class AnswerForm(CityForm):
    """An owner's answer; which of the two, says the button."""

    note = LongText(_l("A word to the city"), [Optional()])


class SendForm(CityForm):
    """Nothing but the confirmation."""


class StockFilterForm(CityForm):
    """What the manager wants to see of the stock; a plain GET form."""

    class Meta(CityForm.Meta):
        """Reading needs no token."""

        csrf = False

    word = CheckedText(_l("Street, number or name"), [Optional()])
    axis_id = SelectField(_l("Street"), coerce=int, default=0)
    status = SelectField(
        _l("Status"), choices=[SelectChoice("", _l("all")), *offered(labels.STATUS_LABELS)], default=""
    )
    ring = SelectField(_l("Ring"), choices=[SelectChoice("", _l("all")), *offered(labels.RING_LABELS)], default="")

    def offer_streets(self, axes: Iterable[StreetAxis]) -> None:
        """Which streets there are."""
        self.axis_id.choices = [SelectChoice(0, gettext("all")), *[SelectChoice(axis.id, axis.name) for axis in axes]]


def chosen(kind: type[StrEnum], value: str | None) -> Any:
    """The member of an enumeration that a filter names, or None."""
    return next((member for member in kind if member.value == value), None)


def _later(first: Field, field: Field) -> None:
    if field.data and first.data and field.data <= first.data:
        raise ValidationError(
            gettext(
                "The end, %(ends)s, must lie after the beginning, %(starts)s.",
                ends=field.raw_data[0],
                starts=first.raw_data[0],
            )
        )


def _not_less(least: Field, field: Field) -> None:
    if field.data is not None and least.data is not None and field.data < least.data:
        raise ValidationError(
            gettext(
                "%(label)s is %(value)s; it must not be less than %(least)s.",
                label=field.label.text,
                value=field.raw_data[0],
                least=least.raw_data[0],
            )
        )
