"""Forms of the register: a shop, who is in it, what becomes of it, and the filter of the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectChoice
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import TextInput

from city.forms import (
    AtMost,
    CheckedText,
    CityForm,
    CoordinateField,
    DayField,
    EuroField,
    HiddenText,
    LimitsBetween,
    NumberField,
    RadioField,
    SelectField,
    SelectMultipleField,
    UploadField,
    WholeNumberField,
)
from city.forms import required as must
from city.models import Organisation
from leerstand import labels
from leerstand.forms import MAX_AREA_M2, cents, later, not_less, offered
from leerstand.kinds import (
    Category,
    Condition,
    EnergyCertificate,
    Floor,
    Heritage,
    RentForm,
    Ring,
    Threat,
    UnitKind,
    UseType,
    VacancyReason,
    VacancyStage,
    Visibility,
    Zone,
)
from leerstand.lifecycle import Change, UnitState
from leerstand.models import StreetAxis, Unit
from leerstand.register_queries import Order
from routing.message import N_

WORD = 120  # characters of a short text
ORDER_LABELS: Mapping[str, str] = {
    Order.STREET: N_("along the streets"),
    Order.EMPTY_LONGEST: N_("empty the longest"),
    Order.LARGEST: N_("largest first"),
    Order.OLDEST_CHECK: N_("not checked the longest"),
}


def or_nothing(kind: type[StrEnum]) -> Callable[[Any], Any]:
    """Reads a choice that may be left open."""
    return lambda value: kind(value) if value else None


def open_choice(words: Mapping[Any, str], nothing: str = N_("not known")) -> list[SelectChoice]:
    """Choices of a select that may be left open."""
    return [SelectChoice("", _l(nothing)), *offered(words)]


def whole(label: str, most: int, least: int = 0) -> WholeNumberField:
    """A whole number that need not be known."""
    return WholeNumberField(label, [Optional(), LimitsBetween(least, most)])


class TypedCoordinate(CoordinateField):
    """A coordinate that the map fills in and that can also be typed, for whoever cannot use the map."""

    widget = TextInput()

    def _value(self) -> str:
        """What was typed, or the place to a tenth of a metre."""
        return super()._value() if self.raw_data or self.data is None else f"{self.data:.6f}"


class UnitForm(CityForm):
    """A shop of the stock."""

    street = CheckedText(_l("Street"), [must()])
    housenumber = CheckedText(_l("House number"), [must()])
    name = CheckedText(_l("Name on the sign"), [Optional()])
    lat = TypedCoordinate(
        _l("Latitude"), [Optional()], description=_l("For example 53.24650. Empty: the place of the address.")
    )
    lon = TypedCoordinate(_l("Longitude"), [Optional()], description=_l("For example 10.41150"))
    kind = SelectField(_l("Kind of room"), choices=offered(labels.KIND_LABELS), coerce=UnitKind, default=UnitKind.SHOP)
    flurstueck = CheckedText(_l("Parcel (land register)"), [Optional(), AtMost(WORD)])
    position_m = WholeNumberField(
        _l("Metres from the core end of the street"), [must(), LimitsBetween(0, 20_000)], default=0
    )
    ring = SelectField(_l("Ring"), choices=offered(labels.RING_LABELS), coerce=Ring)
    grade = SelectField(
        _l("Grade"), choices=[SelectChoice(*grade) for grade in labels.GRADE_LABELS.items()], coerce=int, default=3
    )
    area_m2 = WholeNumberField(_l("Area"), [must(), LimitsBetween(1, MAX_AREA_M2)])
    frontage_m = NumberField(_l("Front to the street"), [must(), LimitsBetween(0.5, 500)])
    sales_area_m2 = whole(_l("of which sales area"), MAX_AREA_M2)
    storage_area_m2 = whole(_l("of which storage"), MAX_AREA_M2)
    ceiling_cm = whole(_l("Height of the room"), 2_000, 100)
    divisible = BooleanField(_l("Can be divided"))
    min_part_m2 = whole(_l("Smallest part"), MAX_AREA_M2, 1)
    shareable = BooleanField(_l("Can be shared by times"))
    condition = SelectField(
        _l("State of the room"), choices=offered(labels.CONDITION_LABELS), coerce=Condition, default=Condition.READY
    )
    floor = SelectField(_l("Floor"), choices=offered(labels.FLOOR_LABELS), coerce=Floor, default=Floor.GROUND)
    step_free = BooleanField(_l("Step-free entrance"))
    steps = whole(_l("Steps at the entrance"), 100)
    door_width_cm = WholeNumberField(_l("Width of the door"), [must(), LimitsBetween(50, 1_000)], default=90)
    delivery_door = BooleanField(_l("Door for deliveries"))
    water = BooleanField(_l("Water"), default=True)
    heating = BooleanField(_l("Heating"), default=True)
    exhaust_air = BooleanField(_l("Exhaust duct"))
    wc = BooleanField(_l("WC"))
    accessible_wc = BooleanField(_l("Accessible WC"))
    kitchen = BooleanField(_l("Kitchen"))
    grease_trap = BooleanField(_l("Grease trap"))
    three_phase = BooleanField(_l("Three-phase current"))
    second_exit = BooleanField(_l("Second escape route"))
    own_entrance = BooleanField(_l("Entrance of its own"))
    light_from_two_sides = BooleanField(_l("Daylight from two sides"))
    floor_load_kg_m2 = whole(_l("Floor carries"), 10_000, 50)
    broadband_mbit = whole(_l("Broadband"), 100_000)
    energy_certificate = SelectField(
        _l("Energy certificate"), choices=open_choice(labels.CERTIFICATE_LABELS), coerce=or_nothing(EnergyCertificate)
    )
    energy_heat_kwh_m2 = whole(_l("Heat a year"), 5_000)
    energy_power_kwh_m2 = whole(_l("Electricity a year"), 5_000)
    energy_carrier = CheckedText(
        _l("Main source of energy"), [Optional(), AtMost(WORD)], description=_l("For example: district heating")
    )
    power_kw = WholeNumberField(_l("Power connection"), [must(), LimitsBetween(0, 1_000)], default=4)
    baunvo_zone = SelectField(_l("Building area"), choices=offered(labels.ZONE_LABELS), coerce=Zone)
    heritage = SelectField(_l("Protected as a monument"), choices=offered(labels.HERITAGE_LABELS), coerce=Heritage)
    bplan_ref = CheckedText(_l("Development plan"), [Optional(), AtMost(WORD)], description=_l("For example: No. 166"))
    bplan_excludes = SelectMultipleField(
        _l("Uses the plan rules out"), choices=offered(labels.USE_LABELS), coerce=UseType
    )
    last_approved_use = SelectField(
        _l("Use last approved"), choices=open_choice(labels.USE_LABELS), coerce=or_nothing(UseType)
    )
    preservation_statute = BooleanField(_l("Preservation statute applies"))
    max_persons = whole(_l("Persons at most"), 10_000, 1)
    rent_eur_m2 = EuroField(_l("Rent asked, without service charges"), [must(), LimitsBetween(0, 1_000)])
    rent_form = SelectField(
        _l("Kind of rent"), choices=offered(labels.RENT_FORM_LABELS), coerce=RentForm, default=RentForm.FIXED
    )
    service_eur_m2 = NumberField(_l("Service charges"), [Optional(), LimitsBetween(0, 1_000)])
    deposit_months = whole(_l("Deposit, in months of rent"), 24)
    min_term_months = whole(_l("Shortest term"), 600, 1)
    max_term_months = whole(_l("Longest term"), 600, 1)
    vat_opted = BooleanField(_l("Rent with value added tax (option)"))
    begun_before_1993_11_11 = BooleanField(_l("Building begun before 11 November 1993"))
    counts_as_stock = BooleanField(_l("Counts as retail stock in the figures"), default=True)
    source = CheckedText(_l("Where this comes from"), [Optional(), AtMost(WORD)])
    available_from = DayField(_l("Offered from"), [Optional()], description=_l("Empty: as soon as nobody is in it."))
    available_until = DayField(_l("Offered until"), [Optional()], description=_l("Empty: no end is known."))
    excluded_uses = SelectMultipleField(
        _l("Uses the owner does not want"), choices=offered(labels.USE_LABELS), coerce=UseType
    )
    owner_id = SelectField(_l("Owner"), coerce=int)
    visibility = SelectField(_l("What the public sees"), choices=offered(labels.VISIBILITY_LABELS), coerce=Visibility)
    same: ClassVar[tuple[str, ...]] = (
        *("street", "housenumber", "name", "kind", "flurstueck", "lat", "lon", "position_m", "ring", "grade"),
        *("area_m2", "sales_area_m2", "storage_area_m2", "frontage_m", "ceiling_cm", "divisible", "min_part_m2"),
        *("shareable",),
        *("condition", "floor", "step_free", "steps", "door_width_cm", "delivery_door", "second_exit", "water"),
        *("own_entrance", "light_from_two_sides"),
        *("heating", "wc", "accessible_wc", "kitchen", "grease_trap", "exhaust_air", "power_kw", "three_phase"),
        *("floor_load_kg_m2", "broadband_mbit", "energy_certificate", "energy_heat_kwh_m2", "energy_power_kwh_m2"),
        *("energy_carrier", "baunvo_zone", "bplan_ref", "last_approved_use", "heritage", "preservation_statute"),
        *("max_persons", "rent_form", "deposit_months", "min_term_months", "max_term_months", "vat_opted"),
        *("begun_before_1993_11_11", "available_from", "available_until", "visibility", "counts_as_stock", "source"),
    )
    texts: ClassVar[tuple[str, ...]] = ("name", "flurstueck", "energy_carrier", "bplan_ref", "source")

    def offer_grades(self, grades: Mapping[int, str]) -> None:
        """The city's own names for its places."""
        self.grade.choices = [SelectChoice(*grade) for grade in grades.items()]

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
        if unit.service_charge_cents_m2 is not None:
            self.service_eur_m2.data = unit.service_charge_cents_m2 / 100
        self.excluded_uses.data = [UseType(use) for use in unit.excluded_uses]
        self.bplan_excludes.data = [UseType(use) for use in unit.bplan_excludes]
        self.owner_id.data = unit.owner_id or 0

    def values(self) -> dict[str, Any]:
        """What was typed, as columns of the shop."""
        return {
            **{name: self[name].data for name in self.same},
            **{name: self[name].data or "" for name in self.texts},
            "rent_cents_m2": cents(self.rent_eur_m2.data or 0),
            "service_charge_cents_m2": None if self.service_eur_m2.data is None else cents(self.service_eur_m2.data),
            "excluded_uses": [use.value for use in self.excluded_uses.data or []],
            "bplan_excludes": [use.value for use in self.bplan_excludes.data or []],
            "owner_id": self.owner_id.data or None,
        }

    def validate_available_until(self, field: Field) -> None:
        """The offer ends after it begins."""
        later(self.available_from, field)

    def validate_sales_area_m2(self, field: Field) -> None:
        """A part is not larger than the whole."""
        not_more(self.area_m2, field)

    def validate_storage_area_m2(self, field: Field) -> None:
        """A part is not larger than the whole."""
        not_more(self.area_m2, field)

    def validate_min_part_m2(self, field: Field) -> None:
        """A part is not larger than the whole."""
        not_more(self.area_m2, field)

    def validate_max_term_months(self, field: Field) -> None:
        """The longest term is not shorter than the shortest."""
        not_less(self.min_term_months, field)


def not_more(most: Field, field: Field) -> None:
    """A part of something is not larger than the whole."""
    if field.data is not None and most.data is not None and field.data > most.data:
        raise ValidationError(
            gettext(
                "%(label)s is %(value)s; it must not be more than %(most)s.",
                label=field.label.text,
                value=field.raw_data[0],
                most=most.raw_data[0],
            )
        )


class NewUnitForm(UnitForm):
    """A shop that is recorded because it stands empty, or because it belongs to the stock."""

    empty_since = DayField(
        _l("Empty since"), [Optional()], description=_l("Leave it blank if somebody is in it, and enter below who.")
    )
    reason = SelectField(
        _l("Why it stands empty"), choices=open_choice(labels.REASON_LABELS), coerce=or_nothing(VacancyReason)
    )
    tenant = CheckedText(_l("Who is in it"), [Optional(), AtMost(WORD)])
    category = SelectField(
        _l("Kind of business"), choices=offered(labels.BUSINESS_LABELS), coerce=Category, default=Category.RETAIL
    )


class StateForm(CityForm):
    """What a shop becomes; only what can follow is offered."""

    to = RadioField(_l("What is it now?"), coerce=UnitState)
    on = DayField(
        _l("From"), [must()], description=_l("If vacancy threatens: the first day on which it would be empty.")
    )
    threat = SelectField(
        _l("Why vacancy threatens"), choices=open_choice(labels.THREAT_LABELS), coerce=or_nothing(Threat)
    )
    reason = SelectField(
        _l("Why it stands empty"), choices=open_choice(labels.REASON_LABELS), coerce=or_nothing(VacancyReason)
    )
    tenant = CheckedText(_l("Who moves in"), [Optional(), AtMost(WORD)])
    category = SelectField(
        _l("Kind of business"), choices=open_choice(labels.BUSINESS_LABELS), coerce=or_nothing(Category)
    )

    def offer(self, states: Iterable[UnitState], first: UnitState | None) -> None:
        """What can follow; ``first`` is what the link was about."""
        self.to.choices = offered({state: labels.STATE_LABELS[state] for state in states})
        if not self.is_submitted() and first is not None:
            self.to.data = first

    def change(self, today: date) -> Change:
        """What was chosen."""
        return Change(
            to=self.to.data,
            on=self.on.data or today,
            reason=self.reason.data,
            threat=self.threat.data,
            tenant=self.tenant.data or "",
            category=self.category.data,
        )

    def validate_threat(self, field: Field) -> None:
        """Whoever says that vacancy threatens says why."""
        if self.to.data == UnitState.THREATENED and field.data is None:
            raise ValidationError(gettext("Please choose why vacancy threatens."))


class ImportForm(CityForm):
    """A list of shops."""

    file = UploadField(
        _l("List as CSV or Excel (.xlsx)"),
        description=_l("At most 11 MB and 20,000 rows."),
        accept=".csv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


class SaveViewForm(CityForm):
    """A filter that gets a name."""

    name = CheckedText(_l("Name of the view"), [must(), AtMost(60)])
    question = HiddenText()


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

    grade = SelectField(_l("Grade"), coerce=int, default=0)
    stage = SelectField(
        _l("On offer?"), choices=open_choice(labels.STAGE_LABELS, N_("all")), coerce=or_nothing(VacancyStage)
    )
    reason = SelectField(
        _l("Why it stands empty"),
        choices=open_choice(labels.REASON_LABELS, N_("all")),
        coerce=or_nothing(VacancyReason),
    )
    least_m2 = whole(_l("Area from"), MAX_AREA_M2)
    most_m2 = whole(_l("Area up to"), MAX_AREA_M2)
    stale = BooleanField(_l("only doubtful ones"))
    unowned = BooleanField(_l("only without an owner"))
    order = SelectField(_l("Order"), choices=offered(ORDER_LABELS), default=Order.STREET)

    def offer_grades(self, grades: Mapping[int, str]) -> None:
        """The city's own names for its places."""
        self.grade.choices = [SelectChoice(0, gettext("all")), *[SelectChoice(*grade) for grade in grades.items()]]

    def offer_streets(self, axes: Iterable[StreetAxis]) -> None:
        """Which streets there are."""
        self.axis_id.choices = [SelectChoice(0, gettext("all")), *[SelectChoice(axis.id, axis.name) for axis in axes]]
