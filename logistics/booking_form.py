"""The form by which a shop books: labels and shape, and the wish that comes of it. The rules decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectChoice
from wtforms.validators import Optional, ValidationError

from city import addresses
from city.forms import (
    AtMost,
    CheckedText,
    CityForm,
    CoordinateField,
    HiddenText,
    LimitsBetween,
    LongText,
    MailAddressField,
    NumberField,
    RadioField,
    SelectField,
    WholeNumberField,
    required,
)
from logistics import chains, rules, sizes
from logistics.booking_values import MAX_KG, MAX_LITRES
from logistics.kinds import RecipientKind, ShipmentKind, SizeClass
from logistics.models import Hub, Shipment
from logistics.sizes import Size
from logistics.wishes import MAX_PARCELS, Place, Wish
from routing.message import BadInput

LONGEST_NOTE = 300
LONGEST_NAME = 100
KIND_LABELS = {RecipientKind.HOME: _l("a home"), RecipientKind.BUSINESS: _l("a shop or office")}
SHIPMENT_LABELS = {
    ShipmentKind.OUTBOUND: _l("Delivery to a customer"),
    ShipmentKind.LOCKER: _l("Into a locker"),
    ShipmentKind.INBOUND: _l("From a supplier to your shop"),
    ShipmentKind.RETURN: _l("Return from a customer"),
    ShipmentKind.POOLED: _l("Collect at several shops, deliver once"),
}
SIZE_LABELS = {
    SizeClass.XS: _l("XS – up to 25 × 18 × 10 cm"),
    SizeClass.S: _l("S – up to 35 × 25 × 10 cm"),
    SizeClass.M: _l("M – up to 60 × 30 × 30 cm"),
    SizeClass.L: _l("L – up to 80 × 60 × 40 cm"),
    SizeClass.XL: _l("XL – up to 120 × 60 × 60 cm"),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """A day and a delivery window on it; written ``2026-11-23 32400-39600`` in the page."""

    day: date
    opens_s: int
    closes_s: int

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.opens_s}-{self.closes_s}"

    @classmethod
    def read(cls, text: str) -> Slot:
        """Raises ValueError for anything else."""
        day, _, window = text.partition(" ")
        opens, _, closes = window.partition("-")
        return cls(date.fromisoformat(day), int(opens), int(closes))


class SlotField(Field):
    """One of the delivery windows that the page shows as radios."""

    data: Slot | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the radio that was chosen."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = Slot.read(valuelist[0])
            except (ValueError, OverflowError):
                raise ValueError(
                    gettext("“%(typed)s” is not a delivery window. Please choose one of those shown.",
                            typed=valuelist[0][:40])
                ) from None  # fmt: skip


class ShipmentForm(CityForm):
    """A retailer books parcels through a hub."""

    kind = RadioField(
        _l("What is to be done?"),
        choices=[SelectChoice(*kind) for kind in SHIPMENT_LABELS.items()],
        coerce=ShipmentKind,
        default=ShipmentKind.OUTBOUND,
    )
    hub = SelectField(_l("Hub"), coerce=int)
    slot = SlotField(_l("Delivery window"), [required()])
    recipient = CheckedText(_l("Recipient, as on the door bell"), [required(), AtMost(LONGEST_NAME)])
    recipient_kind = RadioField(
        _l("Delivered to"),
        choices=[SelectChoice(*kind) for kind in KIND_LABELS.items()],
        coerce=RecipientKind,
        default=RecipientKind.HOME,
    )
    street = CheckedText(_l("Street"), [Optional(), AtMost(LONGEST_NAME)])
    housenumber = CheckedText(_l("House number"), [Optional(), AtMost(12)])
    lat = CoordinateField(_l("Latitude"), [Optional()])
    lon = CoordinateField(_l("Longitude"), [Optional()])
    mail = MailAddressField(
        _l("E-mail of the recipient"),
        [Optional(), AtMost(200)],
        description=_l("Gets a mail with the code when the parcel lies in the locker."),
    )
    parcels = WholeNumberField(_l("Parcels"), [required(), LimitsBetween(1, MAX_PARCELS)], default=1)
    weight_kg = NumberField(_l("Weight of all parcels"), [required(), LimitsBetween(0.001, MAX_KG)])
    volume_l = NumberField(_l("Volume of all parcels"), [Optional(), LimitsBetween(0.001, MAX_LITRES)])
    size = SelectField(_l("Size of the largest parcel"), default="")
    length_cm = WholeNumberField(_l("Length"), [Optional(), LimitsBetween(1, sizes.LONGEST_SIDE_CM)])
    width_cm = WholeNumberField(_l("Width"), [Optional(), LimitsBetween(1, sizes.LONGEST_SIDE_CM)])
    height_cm = WholeNumberField(_l("Height"), [Optional(), LimitsBetween(1, sizes.LONGEST_SIDE_CM)])
    supplier = CheckedText(_l("Supplier"), [Optional(), AtMost(LONGEST_NAME)])
    dock = SelectField(_l("Slot at the dock"), default="")
    pickups = LongText(
        _l("Shops where it is collected"),
        [Optional(), AtMost(1000)],
        description=_l("One per line: name, street and number. Example: Weinkontor, Am Markt 3"),
    )
    more_shop = CheckedText(_l("Another shop"), [Optional(), AtMost(LONGEST_NAME)])
    more_street = CheckedText(_l("Its street"), [Optional(), AtMost(LONGEST_NAME)])
    more_housenumber = CheckedText(_l("Its house number"), [Optional(), AtMost(12)])
    back_street = CheckedText(_l("Street of your shop"), [Optional(), AtMost(LONGEST_NAME)])
    back_housenumber = CheckedText(_l("House number of your shop"), [Optional(), AtMost(12)])
    back_lat = CoordinateField(_l("Latitude"), [Optional()])
    back_lon = CoordinateField(_l("Longitude"), [Optional()])
    own_reference = CheckedText(_l("Your own number for it"), [Optional(), AtMost(LONGEST_NAME)])
    note = LongText(_l("Note for the courier"), [Optional(), AtMost(LONGEST_NOTE)])
    dangerous = BooleanField(_l("It contains dangerous goods (ADR), such as gas or large batteries"))
    request_key = HiddenText()

    def offer(self, hubs: Iterable[Hub]) -> None:
        """Which hubs, sizes and dock slots may be chosen."""
        found = list(hubs)
        self.hub.choices = [(hub.id, f"{hub.name}, {hub.address}") for hub in found]
        self.size.choices = [("", gettext("not given")), *[(str(size), text) for size, text in SIZE_LABELS.items()]]
        slots = sorted({opens for hub in found for weekday in range(7) for opens in chains.dock_slots(hub, weekday)})
        shown = [(rules.clock_time(one), rules.clock_time(one)) for one in slots]
        self.dock.choices = [("", gettext("not given")), *shown]
        self.street.flags.optional = self.housenumber.flags.optional = False  # only the way into a locker needs none
        self.pickups.flags.optional = self.dock.flags.optional = False  # needed where they are shown
        if not self.request_key.data:
            self.request_key.data = uuid4().hex
        self._gather()

    def _gather(self) -> None:
        """A shop typed below the list of pickups joins the list, by its button or with the booking itself."""
        shop, street, number = (field.data or "" for field in (self.more_shop, self.more_street, self.more_housenumber))
        if self.kind.data == ShipmentKind.POOLED and shop and street:
            lines = [*(self.pickups.data or "").splitlines(), f"{shop}, {street} {number}".strip()]
            self.pickups.data = "\n".join(filter(None, lines))
            self.pickups.raw_data = [self.pickups.data]
            for field in (self.more_shop, self.more_street, self.more_housenumber):
                field.data = ""

    def validate_more_shop(self, field: CheckedText) -> None:
        """What still stands here is half typed: it did not join the list (see ``_gather``)."""
        if self.kind.data == ShipmentKind.POOLED and field.data:
            raise ValidationError(gettext("Please give name and street of this shop, or leave both empty."))

    validate_more_street = validate_more_housenumber = validate_more_shop

    def validate_request_key(self, field: HiddenText) -> None:
        """Ours are 32 characters; longer ones are somebody's play."""
        if len(field.data or "") > 64:
            raise ValidationError(gettext("This page cannot be read any more. Please load it again."))

    def validate_volume_l(self, field: NumberField) -> None:
        """One of volume and size must be known."""
        measured = all(one.data for one in (self.length_cm, self.width_cm, self.height_cm))
        if field.data is None and not field.errors and not self.size.data and not measured:
            raise ValidationError(
                gettext("How large is it? Please give the volume, a size class or length, width and height.")
            )

    def validate_street(self, field: CheckedText) -> None:
        """All but the way into a locker needs an address."""
        if self.kind.data != ShipmentKind.LOCKER and not (field.data or "").strip():
            raise ValidationError(gettext("“%(label)s” is missing.", label=field.label.text))

    def fill(self, one: Shipment) -> None:
        """Show what is booked, to change it."""
        customer = one.parts[0] if one.kind == ShipmentKind.RETURN and one.parts else one
        self.kind.data, self.hub.data = one.kind, one.hub_id
        self.slot.data = Slot(customer.day, customer.window_opens_s, customer.window_closes_s)
        self.recipient.data, self.recipient_kind.data = customer.recipient, customer.recipient_kind
        self.street.data, self.housenumber.data = customer.street, customer.housenumber
        if one.kind != ShipmentKind.LOCKER:
            self.lat.data, self.lon.data = customer.lat, customer.lon
        self.mail.data, self.parcels.data, self.weight_kg.data = one.mail, one.parcels, one.weight_g / 1000
        self.volume_l.data, self.size.data = one.volume_ml / 1000, str(one.size or "")
        if one.size is None:
            self.length_cm.data, self.width_cm.data, self.height_cm.data = one.length_cm, one.width_cm, one.height_cm
        self.supplier.data, self.own_reference.data, self.note.data = one.sender, one.own_reference, one.note
        supply = next((leg for leg in one.legs if leg.kind == "supply"), None)
        self.dock.data = rules.clock_time(supply.opens_s) if supply else ""
        if one.kind == ShipmentKind.POOLED:
            self.pickups.data = "\n".join(f"{part.recipient}, {part.address}" for part in one.parts)
        if one.kind == ShipmentKind.RETURN:
            self.back_street.data, self.back_housenumber.data = one.street, one.housenumber
            self.back_lat.data, self.back_lon.data = one.lat, one.lon

    @property
    def measured(self) -> Size:
        """The largest parcel, as far as it was given."""
        sides = sizes.read_sides(self.length_cm.data, self.width_cm.data, self.height_cm.data)
        return Size(sides, SizeClass(self.size.data) if self.size.data else None)

    @property
    def point(self) -> tuple[float, float] | None:
        """The place picked on the map, if one was."""
        if self.lat.data is None or self.lon.data is None:
            return None
        return self.lat.data, self.lon.data


def wish_of(form: ShipmentForm) -> Wish:
    """What the shop wants. Raises BadInput for an address that the map does not know, or for sides that cannot be."""
    slot, kind = form.slot.data, ShipmentKind(form.kind.data)
    assert slot is not None and form.parcels.data is not None  # noqa: S101  the form is valid
    street, housenumber = form.street.data or "", form.housenumber.data or ""
    size, parcels = form.measured, form.parcels.data
    point = (0.0, 0.0) if kind == ShipmentKind.LOCKER else form.point or addresses.point_at(street, housenumber)
    given_ml = round((form.volume_l.data or 0) * 1000)
    return Wish(
        recipient=form.recipient.data,
        recipient_kind=form.recipient_kind.data,
        street=street,
        housenumber=housenumber,
        point=point,
        parcels=parcels,
        weight_g=round((form.weight_kg.data or 0) * 1000),
        volume_ml=given_ml or parcels * (size.volume_ml or 0),
        window_opens_s=slot.opens_s,
        window_closes_s=slot.closes_s,
        note=form.note.data or "",
        kind=kind,
        size=size,
        dock_opens_s=_clock_s(form.dock.data) if kind == ShipmentKind.INBOUND else None,
        supplier=form.supplier.data or "",
        back_to=_back(form) if kind == ShipmentKind.RETURN else None,
        pickups=tuple(pickups_of(form.pickups.data or "")) if kind == ShipmentKind.POOLED else (),
        own_reference=form.own_reference.data or "",
        mail=form.mail.data or "",
        dangerous=bool(form.dangerous.data),
    )


def _clock_s(text: str | None) -> int | None:
    return int(text[:2]) * 3600 + int(text[3:5]) * 60 if text else None


def _back(form: ShipmentForm) -> Place | None:
    street, number = form.back_street.data or "", form.back_housenumber.data or ""
    if not street:
        return None
    point = addresses.chosen_or_found(form.back_lat.data, form.back_lon.data, street, number)
    return Place(gettext("Shop"), street, number, point)


def pickups_of(text: str) -> list[Place]:
    """Shops, one per line: ``Weinkontor, Am Markt 3``. Raises BadInput with the line that cannot be read."""
    found = []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        name, _comma, address = line.rpartition(",")
        street, _blank, number = address.strip().rpartition(" ")
        if not name.strip() or not street or not any(sign.isdigit() for sign in number):
            raise BadInput("“%(line)s” cannot be read. Please write name, street and number: Weinkontor, Am Markt 3",
                           line=line[:80])  # fmt: skip
        found.append(Place(name.strip()[:LONGEST_NAME], street, number, addresses.point_at(street, number)))
    return found
