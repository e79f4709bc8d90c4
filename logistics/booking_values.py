"""A booking as programs write it: the shape behind the interface, tables, templates and standing orders.

``read`` says what is wrong in sentences; ``wish_of`` looks addresses up and makes the wish that the services book.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from city import addresses
from city.messages import DomainError
from logistics import rules, sizes
from logistics.kinds import LegKind, RecipientKind, ShipmentKind, SizeClass
from logistics.models import Shipment
from logistics.sizes import Size
from logistics.wishes import MAX_PARCELS, MAX_PICKUPS, Asked, Place, Wish
from routing.message import BadInput, Message

PLAIN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"  # no character that a text column refuses
MAX_KG, MAX_LITRES = 1_000, 10_000
Model = TypeVar("Model", bound=BaseModel)
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=PLAIN)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=PLAIN)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Shape(BaseModel):
    """What programs send: nothing beside the named fields, numbers as numbers."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class WindowIn(Shape):
    """A delivery window on the clocks of the city."""

    opens: Clock = Field(examples=["09:00"])
    closes: Clock = Field(examples=["11:00"])


class PlaceIn(Shape):
    """An address of the town. Without coordinates it is looked up on the map."""

    name: Line = Field(examples=["A. Ahorn"])
    street: Line = Field(examples=["Rosenstraße"])
    housenumber: Annotated[str, StringConstraints(strip_whitespace=True, max_length=12, pattern=PLAIN)] = Field(
        default="", examples=["6"]
    )
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)


class RecipientIn(PlaceIn):
    """Who receives; for a return, who gives it back."""

    kind: RecipientKind = RecipientKind.HOME
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=PLAIN)] = ""


class DimensionsIn(Shape):
    """Sides of the largest parcel in whole cm."""

    length: int = Field(ge=1, le=sizes.LONGEST_SIDE_CM)
    width: int = Field(ge=1, le=sizes.LONGEST_SIDE_CM)
    height: int = Field(ge=1, le=sizes.LONGEST_SIDE_CM)


class BookingIn(Shape):
    """One booking. Of volume, size class and dimensions one is needed."""

    kind: ShipmentKind = ShipmentKind.OUTBOUND
    hub: int = Field(ge=1, le=2**31 - 1, description="number of the hub, see /hubs")
    day: date = Field(examples=["2026-11-23"])
    window: WindowIn
    recipient: RecipientIn
    parcels: int = Field(default=1, ge=1, le=MAX_PARCELS)
    weight_kg: float = Field(ge=0.001, le=MAX_KG, description="of all parcels together")
    volume_l: float | None = Field(default=None, ge=0.001, le=MAX_LITRES, description="of all parcels together")
    size: SizeClass | None = None
    dimensions_cm: DimensionsIn | None = None
    dock_from: Clock | None = Field(default=None, description="inbound: when the supplier unloads")
    supplier: Short = ""
    locker_hub: int | None = Field(default=None, ge=1, le=2**31 - 1, description="locker: at which hub, if not this")
    back_to: PlaceIn | None = Field(default=None, description="return: where it goes, if not to the shop's address")
    pickups: list[PlaceIn] = Field(default_factory=list, max_length=MAX_PICKUPS, description="pooled: the shops")
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=PLAIN)] = ""
    reference: Short = Field(default="", description="your own number for it")
    dangerous_goods: bool = False


class Unreadable(DomainError):
    """Some fields cannot be read; each has its sentence."""

    status = 422

    def __init__(self, wrong: list[tuple[str, Message]]) -> None:
        first = wrong[0][1]
        super().__init__(first.text, **first.values)
        self.wrong = wrong


def read(values: Mapping[str, Any]) -> Asked:
    """Read a booking as programs write it. Raises Unreadable, or BadInput for addresses the map does not know."""
    return asked_of(parsed(BookingIn, values))


def parsed(model: type[Model], values: Any) -> Model:
    """Values in a shape. Raises Unreadable with a sentence for each field."""
    try:
        return model.model_validate(values)
    except ValidationError as problem:
        raise Unreadable([_sentence(dict(one)) for one in problem.errors(include_url=False)[:20]]) from None


def _sentence(error: Mapping[str, Any]) -> tuple[str, Message]:
    """What is wrong with one field, in our words."""
    field = ".".join(str(part) for part in error["loc"]) or "body"
    value = str(error.get("input"))[:60]
    limits = {str(name): limit for name, limit in error.get("ctx", {}).items()}
    named = {"field": field, "value": value}
    kind = error["type"]
    if kind == "missing":
        return field, Message("“%(field)s” is missing.", {"field": field})
    if kind == "extra_forbidden":
        return field, Message("There is no field “%(field)s”. Please check how it is written.", {"field": field})
    if kind == "greater_than_equal":
        return field, Message("“%(field)s” is %(value)s; it must be at least %(least)s.",
                              {**named, "least": str(limits["ge"])})  # fmt: skip
    if kind == "less_than_equal":
        return field, Message("“%(field)s” is %(value)s; it may be at most %(most)s.",
                              {**named, "most": str(limits["le"])})  # fmt: skip
    if kind in ("enum", "literal_error"):
        return field, Message("“%(field)s” is “%(value)s”; possible are %(offered)s.",
                              {**named, "offered": limits.get("expected", "")})  # fmt: skip
    if kind in ("string_too_long", "too_long"):
        return field, Message("“%(field)s” is too long; at most %(most)s are possible.",
                              {"field": field, "most": str(limits["max_length"])})  # fmt: skip
    if kind == "string_pattern_mismatch" and "[01]" in str(limits.get("pattern")):
        return field, Message("“%(field)s” is “%(value)s”; a time of day is written like 09:30.", named)
    if kind.startswith("date"):
        return field, Message("“%(field)s” is “%(value)s”; a day is written like 2026-11-23.", named)
    return field, Message("“%(field)s” is “%(value)s”; that cannot be read here.", named)


def asked_of(given: BookingIn) -> Asked:
    """Find the addresses and make the wish. Raises BadInput with what to do when the map does not know one."""
    size = Size(_sides(given.dimensions_cm), given.size)
    volume_ml = _volume_ml(given, size)
    recipient = given.recipient
    wish = Wish(
        recipient=recipient.name,
        recipient_kind=recipient.kind,
        street=recipient.street,
        housenumber=recipient.housenumber,
        point=(0.0, 0.0) if given.kind == ShipmentKind.LOCKER else point_of(recipient),
        parcels=given.parcels,
        weight_g=round(given.weight_kg * 1000),
        volume_ml=volume_ml,
        window_opens_s=seconds(given.window.opens),
        window_closes_s=seconds(given.window.closes),
        note=given.note,
        kind=given.kind,
        size=size,
        dock_opens_s=seconds(given.dock_from) if given.dock_from else None,
        supplier=given.supplier,
        locker_hub_id=given.locker_hub,
        back_to=place_of(given.back_to) if given.back_to else None,
        pickups=tuple(place_of(one) for one in given.pickups),
        own_reference=given.reference,
        mail=recipient.email,
        dangerous=given.dangerous_goods,
    )
    return Asked(given.hub, given.day, wish)


def asked_or_refusal(given: BookingIn) -> Asked | Message:
    """A booking, or the sentence why it is none; for many at once."""
    try:
        return asked_of(given)
    except (DomainError, BadInput) as refusal:
        return refusal.message


def _sides(given: DimensionsIn | None) -> sizes.Sides | None:
    return sizes.ordered((given.length, given.width, given.height)) if given else None


def _volume_ml(given: BookingIn, size: Size) -> int:
    if given.volume_l is not None:
        return max(1, round(given.volume_l * 1000))
    if size.volume_ml is None:
        raise BadInput("How large is it? Please give the volume, a size class or length, width and height.")
    return given.parcels * size.volume_ml


def place_of(given: PlaceIn) -> Place:
    """A place with its coordinates."""
    return Place(given.name, given.street, given.housenumber, point_of(given))


def point_of(given: PlaceIn) -> tuple[float, float]:
    """Where an address lies: as given, else looked up. Raises BadInput when the map does not know it."""
    if given.lat is not None and given.lon is not None:
        return given.lat, given.lon
    return addresses.point_at(given.street, given.housenumber)


def seconds(clock: str) -> int:
    """``09:30`` in seconds since midnight."""
    return int(clock[:2]) * 3600 + int(clock[3:5]) * 60


def values_of(one: Shipment) -> dict[str, Any]:
    """A shipment as programs write a booking, to be used again; it comes with legs and parts."""
    customer = one.parts[0] if one.kind == ShipmentKind.RETURN and one.parts else one
    supply = next((leg for leg in one.legs if leg.kind == LegKind.SUPPLY), None)
    address = {"street": customer.street, "housenumber": customer.housenumber, "lat": customer.lat, "lon": customer.lon}
    values: dict[str, Any] = {
        "kind": one.kind.value,
        "hub": one.hub_id,
        "day": one.day.isoformat(),
        "window": {
            "opens": rules.clock_time(customer.window_opens_s),
            "closes": rules.clock_time(customer.window_closes_s),
        },
        "recipient": {
            "name": customer.recipient,
            "kind": customer.recipient_kind.value,
            "email": one.mail,
            **(address if one.kind != ShipmentKind.LOCKER else {"street": "–"}),
        },
        "parcels": one.parcels,
        "weight_kg": one.weight_g / 1000,
        "volume_l": one.volume_ml / 1000,
        "note": one.note,
        "supplier": one.sender if one.kind == ShipmentKind.INBOUND else "",
        "reference": one.own_reference,
    }
    if one.size is not None:
        values["size"] = one.size.value
    elif one.length_cm and one.width_cm and one.height_cm:
        values["dimensions_cm"] = {"length": one.length_cm, "width": one.width_cm, "height": one.height_cm}
    if supply is not None:
        values["dock_from"] = rules.clock_time(supply.opens_s)
    places = [
        {
            "name": part.recipient,
            "street": part.street,
            "housenumber": part.housenumber,
            "lat": part.lat,
            "lon": part.lon,
        }
        for part in one.parts
    ]
    if one.kind == ShipmentKind.POOLED:
        values["pickups"] = places
    if one.kind == ShipmentKind.RETURN:
        values["back_to"] = {
            "name": one.recipient, "street": one.street, "housenumber": one.housenumber, "lat": one.lat, "lon": one.lon
        }  # fmt: skip
    return values
