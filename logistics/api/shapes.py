"""What the interface answers, as shapes; what it takes stands in ``logistics.booking_values``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from logistics import rules
from logistics.booking_values import BookingIn, Shape
from logistics.capacity import FreeWindow
from logistics.kinds import LegKind, ParcelState, ShipmentKind, ShipmentStatus
from logistics.models import Hub, Shipment, StandingOrder, Template

Weekday = Literal["MO", "TU", "WE", "TH", "FR", "SA"]
WORKDAYS: tuple[Weekday, ...] = ("MO", "TU", "WE", "TH", "FR", "SA")


class ProblemOut(BaseModel):
    """A refusal (RFC 9457): ``detail`` says in the language of Accept-Language what happened and what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field(default_factory=list)


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    detail: str


class HubOut(BaseModel):
    """A hub that takes bookings."""

    id: int
    name: str
    address: str
    lat: float
    lon: float
    has_docks: bool
    has_lockers: bool
    hours: list[HoursOut] = Field(description="Monday to Saturday; on Sundays and public holidays hubs rest")


class HoursOut(BaseModel):
    """When a hub is open on a weekday; null and null: closed."""

    weekday: Weekday
    opens: str | None
    closes: str | None


class HubsOut(BaseModel):
    """All hubs that take bookings."""

    hubs: list[HubOut]


class FreeOut(BaseModel):
    """A window or slot: free or not, never how much."""

    opens: str
    closes: str
    free: bool


class DayOut(BaseModel):
    """What one day offers."""

    day: date
    bring_until: datetime  # what a shop brings for this day has to be there; past: only what others bring still fits
    windows: list[FreeOut]
    dock_slots: list[FreeOut]


class DaysOut(BaseModel):
    """The next bookable days of a hub."""

    days: list[DayOut]


class QuoteOut(BaseModel):
    """What a booking costs if it is made now. It keeps no room; a hold does."""

    fits: bool
    price_cents: int
    hold_minutes: int


class LegOut(BaseModel):
    """One step of the way."""

    kind: LegKind
    day: date
    opens: str
    until_day: date
    closes: str


class ParcelOut(BaseModel):
    """One piece and the code on its label."""

    code: str
    alias: str | None
    state: ParcelState


class ShipmentOut(BaseModel):
    """A booking of this shop."""

    reference: str
    own_reference: str
    kind: ShipmentKind
    status: ShipmentStatus
    hub: int
    day: date
    window: FreeWindowOut
    recipient: str
    address: str
    parcels: list[ParcelOut]
    weight_kg: float
    volume_l: float
    price_cents: int
    held_until: datetime | None
    tracking_url: str | None
    compartment: str | None
    legs: list[LegOut]
    revision: int


class FreeWindowOut(BaseModel):
    """A booked window."""

    opens: str
    closes: str


class ShipmentsOut(BaseModel):
    """Some bookings, the newest first; ``next_cursor`` leads to the ones before them."""

    shipments: list[ShipmentOut]
    next_cursor: str | None


class BatchIn(Shape):
    """Several bookings at once: all or none."""

    bookings: list[BookingIn] = Field(min_length=1, max_length=500)


class ReferencesOut(BaseModel):
    """What was booked, in the order of the bookings."""

    references: list[str]


class TemplateIn(Shape):
    """A booking kept under a name; its day counts for nothing."""

    name: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")
    booking: BookingIn


class TemplateOut(BaseModel):
    """A template of this shop."""

    id: int
    name: str


class TemplatesOut(BaseModel):
    """All templates of this shop."""

    templates: list[TemplateOut]


class StandingIn(Shape):
    """A booking that repeats itself by a rule of RFC 5545; its day is the first one looked at."""

    name: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")
    rule: str = Field(max_length=200, examples=["FREQ=WEEKLY;BYDAY=MO,TH"], pattern=r"^[^\x00-\x1f]*$")
    booking: BookingIn


class StandingOut(BaseModel):
    """A standing order of this shop."""

    id: int
    name: str
    rule: str
    paused: bool
    booked_until: date


class StandingsOut(BaseModel):
    """All standing orders of this shop."""

    standing_orders: list[StandingOut]


class DoneOut(BaseModel):
    """It is done."""

    done: bool = True


def hub_out(hub: Hub) -> HubOut:
    """A hub as programs see it."""
    return HubOut(
        id=hub.id, name=hub.name, address=hub.address, lat=hub.lat, lon=hub.lon, has_docks=bool(hub.docks),
        has_lockers=bool(hub.compartments), hours=[_hours_out(hub, number) for number in range(len(WORKDAYS))],
    )  # fmt: skip


def _hours_out(hub: Hub, weekday: int) -> HoursOut:
    opens_s, closes_s = hub.hours_of(weekday) or (None, None)
    return HoursOut(
        weekday=WORKDAYS[weekday],
        opens=None if opens_s is None else clock(opens_s),
        closes=None if closes_s is None else clock(closes_s),
    )


def free_out(window: FreeWindow) -> FreeOut:
    """A window as programs see it."""
    return FreeOut(opens=clock(window.opens_s), closes=clock(window.closes_s), free=window.free)


def shipment_out(one: Shipment, tracking_url: str | None) -> ShipmentOut:
    """A booking as programs see it."""
    return ShipmentOut(
        reference=one.reference,
        own_reference=one.own_reference,
        kind=one.kind,
        status=one.status,
        hub=one.hub_id,
        day=one.day,
        window=FreeWindowOut(opens=clock(one.window_opens_s), closes=clock(one.window_closes_s)),
        recipient=one.recipient,
        address=one.address,
        parcels=[ParcelOut(code=piece.code, alias=piece.alias, state=piece.state) for piece in one.pieces],
        weight_kg=one.weight_g / 1000,
        volume_l=one.volume_ml / 1000,
        price_cents=one.price_cents,
        held_until=one.hold_until,
        tracking_url=tracking_url,
        compartment=one.stay.compartment.label if one.stay else None,
        legs=[
            LegOut(
                kind=leg.kind,
                day=leg.day,
                opens=clock(leg.opens_s),
                until_day=leg.until_day,
                closes=clock(leg.closes_s),
            )
            for leg in one.legs
        ],
        revision=one.revision,
    )


def template_out(one: Template) -> TemplateOut:
    """A template as programs see it."""
    return TemplateOut(id=one.id, name=one.name)


def standing_out(one: StandingOrder) -> StandingOut:
    """A standing order as programs see it."""
    return StandingOut(
        id=one.id, name=one.name, rule=one.rule, paused=one.paused_at is not None, booked_until=one.booked_until
    )


def clock(seconds: int) -> str:
    """A time of day; the end of the day is 24:00."""
    return rules.clock_time(seconds)
