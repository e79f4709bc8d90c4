"""From a wish to the rows of a shipment: its legs, parcels, pickups and compartment, checked and flushed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from city import clock, settings
from city.db import db
from city.models import Organisation
from logistics import booking_checks, chains, queries, rules, stays
from logistics.booking_checks import Reached
from logistics.kinds import ParcelState, Ride, ShipmentKind
from logistics.models import Hub, Leg, Parcel, Shipment
from logistics.wishes import Place, Wish
from routing.message import BadInput

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is mistaken for another when read aloud or off a label


@dataclass(frozen=True, slots=True)
class Chain:
    """A shipment with the pickups that belong to it, and the hubs whose room it takes."""

    root: Shipment
    parts: list[Shipment]
    hubs: dict[int, Hub]
    locker_hub_id: int | None = None

    @property
    def all(self) -> list[Shipment]:
        """The shipment and its pickups."""
        return [self.root, *self.parts]


def chain_of(
    shipment: Shipment,
    hubs: dict[int, Hub],
    hub_id: int,
    day: date,
    wish: Wish,
    retailer: Organisation,
    *,
    reached: Reached | None,
) -> Chain:
    """Fill a shipment, its legs, parcels, pickups and compartment from a wish; flushed, so that all have ids.

    Raises Conflict or BadInput for what cannot be.
    """
    hub = hubs[hub_id]
    numbers, land = settings.current().numbers, queries.current_city().land
    locker_hub = hubs[wish.locker_hub_id or hub_id] if wish.kind == ShipmentKind.LOCKER else None
    booking_checks.check(hub, day, wish, numbers, locker_hub, reached=reached)
    _describe(shipment, hub, day, wish)
    shipment.price_cents = price_cents(wish, hub, locker_hub, numbers)
    rests = partial(_rests, hub=hub, land=land)
    if wish.kind == ShipmentKind.RETURN:
        return _return(shipment, hub, day, wish, retailer, rests)
    stay = None
    ride = Ride.DELIVERY
    if locker_hub is not None:
        shipment.street, shipment.housenumber = locker_hub.street, locker_hub.housenumber
        shipment.lat, shipment.lon = locker_hub.lat, locker_hub.lon
        ride = Ride.NONE if locker_hub.id == hub.id else Ride.DELIVERY
        stay = stays.stay_for(locker_hub, day, wish)
    shipment.ride = ride
    parts = [_pickup(shipment, place, wish, day) for place in wish.pickups]
    brought = _brought(hub, day, wish, numbers, rests)
    shipment.ready_s = brought.closes_s if wish.kind in (ShipmentKind.INBOUND, ShipmentKind.POOLED) else 0
    shipment.legs = chains.legs_of(
        wish.kind,
        ride=ride,
        day=day,
        window=wish.window,
        brought=brought,
        stay=(stay.starts, stay.ends) if stay else None,
    )
    shipment.stay = stay
    _keep(shipment, parts)
    return Chain(shipment, parts, hubs, locker_hub.id if locker_hub else None)


def _brought(hub: Hub, day: date, wish: Wish, numbers: settings.CitySettings, rests: Callable[[date], bool]) -> Leg:
    if wish.kind == ShipmentKind.INBOUND:
        return chains.supply(day, wish.dock_opens_s or 0)
    if wish.kind == ShipmentKind.POOLED:
        return chains.collected(day, booking_checks.window_before(hub, day, wish.window))
    until = rules.hand_in_ends(hub, day, land=queries.current_city().land, settings=numbers)
    return chains.hand_in(hub, day, today=clock.today(), until=until, rests=rests)


def _describe(shipment: Shipment, hub: Hub, day: date, wish: Wish) -> None:
    sides = wish.size.sides
    shipment.hub, shipment.hub_id, shipment.day, shipment.kind = hub, hub.id, day, wish.kind
    shipment.recipient, shipment.recipient_kind = wish.recipient, wish.recipient_kind
    shipment.street, shipment.housenumber = wish.street, wish.housenumber
    shipment.lat, shipment.lon = wish.point
    shipment.parcels, shipment.weight_g, shipment.volume_ml = wish.parcels, wish.weight_g, wish.volume_ml
    shipment.window_opens_s, shipment.window_closes_s = wish.window
    shipment.note, shipment.own_reference, shipment.mail = wish.note, wish.own_reference, wish.mail
    shipment.sender = wish.supplier
    shipment.size = wish.size.size_class
    shipment.length_cm, shipment.width_cm, shipment.height_cm = sides or (None, None, None)
    code = shipment.reference.replace("-", "")
    shipment.pieces = [
        Parcel(number=number, code=f"{code}{number:03d}", state=ParcelState.ANNOUNCED)
        for number in range(1, wish.parcels + 1)
    ]


def _return(
    shipment: Shipment, hub: Hub, day: date, wish: Wish, retailer: Organisation, rests: Callable[[date], bool]
) -> Chain:
    """A bike collects it from the customer; on the next working day one brings it to the shop."""
    back = wish.back_to or _shop(retailer)
    again = day + timedelta(days=1)
    while rests(again) or not rules.delivery_windows(hub, again.weekday()):
        again += timedelta(days=1)
    customer = Place(wish.recipient, wish.street, wish.housenumber, wish.point)
    part = _pickup(shipment, customer, wish, day, window=wish.window)
    shipment.day, shipment.sender = again, wish.recipient
    shipment.recipient, shipment.street, shipment.housenumber = back.name, back.street, back.housenumber
    shipment.lat, shipment.lon = back.point
    window = rules.delivery_windows(hub, again.weekday())[0]
    shipment.window_opens_s, shipment.window_closes_s = window
    shipment.ride, shipment.ready_s = Ride.DELIVERY, 0
    shipment.legs = chains.legs_of(
        wish.kind, ride=Ride.DELIVERY, day=again, window=window, brought=chains.collected(day, wish.window)
    )
    _keep(shipment, [part])
    return Chain(shipment, [part], {hub.id: hub})


def _shop(retailer: Organisation) -> Place:
    if retailer.lat is None or retailer.lon is None or not retailer.street:
        raise BadInput("Your shop has no address here yet. Please give the address to which the return goes.")
    return Place(retailer.name, retailer.street, retailer.housenumber, (retailer.lat, retailer.lon))


def _pickup(
    shipment: Shipment, place: Place, wish: Wish, day: date, *, window: tuple[int, int] | None = None
) -> Shipment:
    """A bike collects at a place for a shipment; of several places each gives its share."""
    share = max(1, len(wish.pickups))
    opens, closes = window or booking_checks.window_before(shipment.hub, day, wish.window)
    number = len(shipment.reference)
    return Shipment(
        reference=f"{shipment.reference}-{secrets.choice(LETTERS)}{secrets.choice(LETTERS)}"[: number + 3],
        retailer_id=shipment.retailer_id, booked_by_id=shipment.booked_by_id, hub_id=shipment.hub_id, day=day,
        kind=shipment.kind, ride=Ride.PICKUP, status=shipment.status, hold_until=shipment.hold_until,
        recipient=place.name, recipient_kind=wish.recipient_kind, street=place.street, housenumber=place.housenumber,
        lat=place.point[0], lon=place.point[1], parcels=max(1, wish.parcels // share),
        weight_g=-(-wish.weight_g // share), volume_ml=-(-wish.volume_ml // share), window_opens_s=opens,
        window_closes_s=closes, note=wish.note, booked_at=clock.now(), revision=1,
        legs=chains.legs_of(shipment.kind, ride=Ride.PICKUP, day=day, window=(opens, closes), brought=Leg()),
    )  # fmt: skip


def _keep(shipment: Shipment, parts: list[Shipment]) -> None:
    db.session.add(shipment)
    db.session.flush()
    for part in parts:
        part.part_of_id = shipment.id
    db.session.add_all(parts)
    db.session.flush()


def price_cents(wish: Wish, hub: Hub, locker_hub: Hub | None, numbers: settings.CitySettings) -> int:
    """What a shipment costs, by the tariff of the city: its rides, its parcels, its days in a locker."""
    rides = {ShipmentKind.RETURN: 2, ShipmentKind.POOLED: 1 + len(wish.pickups)}.get(wish.kind, 1)
    if locker_hub is not None and locker_hub.id == hub.id:
        rides = 0
    locker = numbers.price_locker_day_cents * locker_hub.locker_days if locker_hub is not None else 0
    return rides * numbers.price_stop_cents + wish.parcels * numbers.price_parcel_cents + locker


def _rests(day: date, *, hub: Hub, land: str) -> bool:
    return rules.hub_closed(hub, day, land) is not None
