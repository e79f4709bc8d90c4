"""Bookings: hold, confirm, change, cancel. One ``_reserve`` lies beneath page, interface, table and standing order.

All in the caller's transaction; whoever takes room holds the lock of its hub.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from city import audit, clock, settings
from city.db import db
from city.messages import Conflict, NotFound
from city.models import Account, Organisation
from logistics import booking_checks, capacity, chains, queries, rules, stays
from logistics.kinds import ParcelState, Ride, ShipmentKind, ShipmentStatus
from logistics.models import Hub, Leg, Parcel, Shipment
from logistics.services import ask_for_plan, city_now, refuse
from logistics.wishes import Place, Wish
from routing.message import BadInput

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is mistaken for another when read aloud or off a label


@dataclass(frozen=True, slots=True)
class Quote:
    """What a booking would cost and emit now. It keeps no room; a hold does."""

    price_cents: int
    fits: bool
    held_for_min: int


@dataclass(frozen=True, slots=True)
class _Chain:
    """A shipment with the pickups that belong to it, and the hubs whose room it takes."""

    root: Shipment
    parts: list[Shipment]
    hubs: dict[int, Hub]
    locker_hub_id: int | None = None

    @property
    def all(self) -> list[Shipment]:
        return [self.root, *self.parts]


def book_shipment(
    account: Account, *, hub_id: int, day: date, wish: Wish, request_key: str | None = None, hold: bool = False
) -> Shipment:
    """Book parcels through a hub and have the day planned again: all of it, or nothing.

    The same ``request_key`` books once, however often it is sent. With
    ``hold`` the room is only kept for some minutes, see :func:`confirm`.
    Raises Conflict if the hub has no room left, DomainError or BadInput with a
    sentence for anything else that cannot be.
    """
    retailer = _released(account)
    if request_key and (before := queries.shipment_sent_before(retailer.id, request_key)):
        return before
    hubs = _locked_hubs(_hubs_of_wish(hub_id, wish))
    shipment = Shipment(
        reference=_new_reference(), request_key=request_key, retailer_id=retailer.id, booked_by_id=account.id,
        booked_at=clock.now(), tracking_token=secrets.token_urlsafe(16), revision=1,
    )  # fmt: skip
    minutes = settings.current().numbers.hold_min
    shipment.status = ShipmentStatus.HELD if hold else ShipmentStatus.BOOKED
    shipment.hold_until = clock.now() + timedelta(minutes=minutes) if hold else None
    chain = _chain_of(shipment, hubs, hub_id, day, wish, retailer)
    _reserve(chain)
    audit.record("shipment held" if hold else "shipment booked", "shipment", shipment.id, hub=hub_id)
    if not hold:
        _plan(chain.all, account)
    return shipment


def quote(account: Account, *, hub_id: int, day: date, wish: Wish) -> Quote:
    """What this would cost, and whether it fits now. Call it in a transaction that is taken back."""
    numbers = settings.current().numbers
    held = book_shipment(account, hub_id=hub_id, day=day, wish=wish, hold=True)
    return Quote(held.price_cents, True, numbers.hold_min)


def confirm(account: Account, reference: str) -> Shipment:
    """Make a held booking final. Raises Conflict when the hold has run out; confirming twice changes nothing."""
    shipment = queries.shipment_of(account.organisation_id, reference, to_change=True)
    if shipment.status == ShipmentStatus.BOOKED:
        return shipment
    until = shipment.hold_until
    if shipment.status != ShipmentStatus.HELD or until is None or until <= clock.now():
        if until is not None and shipment.status in (ShipmentStatus.HELD, ShipmentStatus.EXPIRED):
            raise Conflict(
                "The room for %(reference)s was held until %(until)s and is free for others again. Please book anew.",
                reference=reference,
                until=until,
            )
        raise Conflict("Shipment %(reference)s is not open any more.", reference=reference)
    for one in (shipment, *shipment.parts):
        one.status, one.hold_until = ShipmentStatus.BOOKED, None
    audit.record("shipment confirmed", "shipment", shipment.id)
    _plan([shipment, *shipment.parts], account)
    return shipment


def change_shipment(account: Account, reference: str, *, hub_id: int, day: date, wish: Wish) -> Shipment:
    """Book the same shipment otherwise: other day, window, size or address. Its reference and link stay.

    Raises Conflict after the cut-off, when parcels lie in the hub already, or
    when the new wish does not fit: then everything stays as it was.
    """
    retailer = _released(account)
    before, hubs = _locked(retailer.id, reference, also=_hubs_of_wish(hub_id, wish))
    days = {one.day for one in (before, *before.parts)}
    refuse(rules.objection_to_cancel(before, before.hub, now=city_now(), settings=settings.current().numbers))
    if any(piece.state != ParcelState.ANNOUNCED for piece in before.pieces):
        raise Conflict(
            "Parcels of %(reference)s lie in the hub already, so it cannot be changed here. Please call the hub.",
            reference=reference,
        )
    if wish.kind != before.kind:
        raise Conflict("The kind of a shipment stays as it is. Please cancel %(reference)s and book anew.",
                       reference=reference)  # fmt: skip
    capacity.release([before, *before.parts], at=clock.now())
    _take_apart(before)
    chain = _chain_of(before, hubs, hub_id, day, wish, retailer)
    before.revision += 1
    _reserve(chain)
    audit.record("shipment changed", "shipment", before.id, hub=hub_id)
    for other in days - {one.day for one in chain.all}:
        ask_for_plan(other, account_id=account.id)
    _plan(chain.all, account)
    return before


def cancel_shipment(account: Account, reference: str) -> Shipment:
    """Cancel a booking before its cut-off, and give its room back.

    Raises NotFound for another retailer's shipment, Conflict when it is too late.
    """
    shipment, _hubs = _locked(account.organisation_id, reference)
    if shipment.status != ShipmentStatus.HELD:
        numbers = settings.current().numbers
        refuse(rules.objection_to_cancel(shipment, shipment.hub, now=city_now(), settings=numbers))
    _end([shipment, *shipment.parts], ShipmentStatus.CANCELLED)
    audit.record("shipment cancelled", "shipment", shipment.id)
    _plan([shipment, *shipment.parts], account)
    return shipment


def expire_holds(hub_id: int) -> int:
    """Give back what was held and never confirmed at a hub; how many. The hub comes locked."""
    found = queries.expired_holds(hub_id, clock.now())
    if found:
        _end(found, ShipmentStatus.EXPIRED)
    return len(found)


def _end(shipments: Sequence[Shipment], status: ShipmentStatus) -> None:
    capacity.release(shipments, at=clock.now())
    for one in shipments:
        one.status = status
        if status == ShipmentStatus.CANCELLED:
            one.cancelled_at = clock.now()


def _plan(shipments: Sequence[Shipment], account: Account) -> None:
    for day in sorted({one.day for one in shipments if one.ride != Ride.NONE}):
        ask_for_plan(day, account_id=account.id)


def _released(account: Account) -> Organisation:
    retailer = queries.retailer(account.organisation_id)
    if retailer.released_at is None:
        raise Conflict("The city has not released %(shop)s for bookings yet.", shop=retailer.name)
    return retailer


def _hubs_of_wish(hub_id: int, wish: Wish) -> set[int]:
    """The hubs whose room a wish asks for."""
    return {hub_id, *([wish.locker_hub_id] if wish.locker_hub_id and wish.kind == ShipmentKind.LOCKER else [])}


def _hubs_of(shipment: Shipment) -> set[int]:
    """The hubs whose room a shipment holds."""
    return {shipment.hub_id, *([shipment.stay.compartment.hub_id] if shipment.stay else [])}


def _locked_hubs(hub_ids: set[int]) -> dict[int, Hub]:
    """Hubs, locked, their expired holds given back."""
    hubs = queries.hubs_to_change(hub_ids)
    for one in sorted(hubs):
        expire_holds(one)
    return hubs


def _locked(
    retailer_id: int | None, reference: str, *, also: set[int] | None = None
) -> tuple[Shipment, dict[int, Hub]]:
    """A shipment of this shop and the hubs it concerns: hubs first, as everybody does, so nobody waits in a ring."""
    known = _hubs_of(queries.shipment_of(retailer_id, reference))
    hubs = _locked_hubs(known | (also or set()))
    shipment = queries.shipment_of(retailer_id, reference, to_change=True)
    if not _hubs_of(shipment) <= hubs.keys():
        raise Conflict("Somebody has changed %(reference)s in the meantime. Please try again.", reference=reference)
    return shipment, hubs


def _reserve(chain: _Chain) -> None:
    """Take everything that a chain needs. The only way to room: page, interface, table and standing order use it."""
    numbers = settings.current().numbers
    rooms = {}
    quotas: dict[int, set[int]] = {}
    for hub_id, hub in chain.hubs.items():
        found = queries.quotas_of(hub_id)
        rooms[hub_id] = chains.room_of(hub, found, numbers.stops_per_bike_hour)
        quotas[hub_id] = {quota.organisation_id for quota in found}
    booked = [
        (one, chains.needs_of(one, quota=one.retailer_id in quotas[one.hub_id], locker_hub_id=chain.locker_hub_id))
        for one in chain.all
    ]
    capacity.reserve(rooms, booked, at=clock.now())


def _chain_of(
    shipment: Shipment, hubs: dict[int, Hub], hub_id: int, day: date, wish: Wish, retailer: Organisation
) -> _Chain:
    """Fill a shipment, its legs, parcels, pickups and compartment from a wish; flushed, so that all have ids."""
    hub = hubs[hub_id]
    numbers, land = settings.current().numbers, queries.current_city().land
    locker_hub = hubs[wish.locker_hub_id or hub_id] if wish.kind == ShipmentKind.LOCKER else None
    booking_checks.check(hub, day, wish, numbers, locker_hub)
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
    return _Chain(shipment, parts, hubs, locker_hub.id if locker_hub else None)


def _brought(hub: Hub, day: date, wish: Wish, numbers: settings.CitySettings, rests: Callable[[date], bool]) -> Leg:
    if wish.kind == ShipmentKind.INBOUND:
        return chains.supply(day, wish.dock_opens_s or 0)
    if wish.kind == ShipmentKind.POOLED:
        return chains.collected(day, booking_checks.window_before(hub, day, wish.window))
    return chains.hand_in(hub, day, today=clock.today(), cutoff_s=rules.closing_s(hub, day, numbers), rests=rests)


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
) -> _Chain:
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
    return _Chain(shipment, [part], {hub.id: hub})


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


def _take_apart(shipment: Shipment) -> None:
    """Before a change: legs, parcels, pickups and compartment of the old wish go; the ledger keeps its lines."""
    for part in shipment.parts:
        part.status, part.cancelled_at = ShipmentStatus.CANCELLED, clock.now()
    if shipment.stay is not None:
        db.session.delete(shipment.stay)
    shipment.legs, shipment.pieces = [], []
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


def _new_reference() -> str:
    """Eight random letters: 8e11 possibilities, so nobody guesses one or counts the bookings of others."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def parcel_of(code: str) -> tuple[str, int]:
    """Reference and number that a code of ours stands for. Raises NotFound for anything else."""
    if len(code) == 11 and code[8:].isdigit():
        return f"{code[:4]}-{code[4:8]}", int(code[8:])
    raise NotFound("There is no such parcel. Please check the code.")
