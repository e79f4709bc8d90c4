"""Bookings: hold, confirm, change, cancel. One ``_reserve`` lies beneath page, interface, table and standing order.

All in the caller's transaction; whoever takes room holds the lock of its hub.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from city import audit, clock, settings
from city.db import db
from city.messages import Conflict, DomainError, NotFound
from city.models import Organisation
from logistics import capacity, chains, queries, rules
from logistics.booking_checks import Reached
from logistics.chain_rows import LETTERS, Chain, chain_of
from logistics.kinds import ParcelState, Ride, ShipmentKind, ShipmentStatus
from logistics.models import DayCapacity, Hub, Shipment
from logistics.services import ask_for_plan, city_now, refuse
from logistics.wishes import Asked, Booker, Wish
from routing.message import BadInput, Message

NEEDS_EQUIPMENT = (ShipmentKind.INBOUND, ShipmentKind.LOCKER)  # docks or compartments


@dataclass(frozen=True, slots=True)
class Quote:
    """What a booking would cost and emit now. It keeps no room; a hold does."""

    price_cents: int
    fits: bool
    held_for_min: int


@dataclass(frozen=True, slots=True)
class _Desk:
    """What bookings of one transaction share: the shop, the hubs, locked, what these offer it, and counters."""

    retailer: Organisation
    hubs: dict[int, Hub]
    rooms: dict[int, chains.Room]
    counters: dict[chains.Key, DayCapacity] = field(default_factory=dict)

    @classmethod
    def at(cls, retailer: Organisation, hubs: dict[int, Hub]) -> _Desk:
        """With the hubs locked, their expired holds given back."""
        most, stops = queries.quota_at(hubs, retailer.id), settings.current().numbers.stops_per_bike_hour
        quotas = {hub_id: {retailer.id: most[hub_id]} if hub_id in most else {} for hub_id in hubs}
        return cls(retailer, hubs, {one: chains.Room(hub, quotas[one], stops) for one, hub in hubs.items()})


def book_shipment(
    account: Booker,
    *,
    hub_id: int,
    day: date,
    wish: Wish,
    request_key: str | None = None,
    hold: bool = False,
    reached: Reached | None = None,
) -> Shipment:
    """Book parcels through a hub and have the day planned again: all of it, or nothing.

    The same ``request_key`` books once, however often it is sent. With
    ``hold`` the room is only kept for some minutes, see :func:`confirm`.
    ``reached`` is what ``booking_checks.look_ahead`` has found out.
    Raises Conflict if the hub has no room left, DomainError or BadInput with a
    sentence for anything else that cannot be.
    """
    retailer = _released(account)
    if request_key and (before := queries.shipment_sent_before(retailer.id, request_key)):
        return before
    asked = Asked(hub_id, day, wish)
    desk = _Desk.at(retailer, _locked_hubs(_hubs_of_wish(hub_id, wish), whole=wish.kind in NEEDS_EQUIPMENT))
    chain = _book(desk, account, asked, request_key=request_key, hold=hold, reached=reached)
    if not hold:
        _plan(chain.all, account)
    return chain.root


def book_each(account: Booker, wanted: Sequence[Asked], ahead: Sequence[Reached | None]) -> list[Shipment | Message]:
    """Book one after the other what fits; where something does not, the sentence why. Hubs are locked once for all."""
    hubs = {hub_id for one in wanted for hub_id in _hubs_of_wish(one.hub_id, one.wish)}
    desk = _Desk.at(_released(account), _locked_hubs(hubs))
    chains_made: list[Chain] = []
    found: list[Shipment | Message] = []
    for one, reached in zip(wanted, ahead, strict=True):
        try:
            with db.session.begin_nested():
                chains_made.append(_book(desk, account, one, reached=reached))
                found.append(chains_made[-1].root)
        except (DomainError, BadInput) as refusal:
            desk.counters.clear()  # some may have been made within what was just taken back
            found.append(refusal.message)
    _plan([shipment for chain in chains_made for shipment in chain.all], account)
    return found


def _book(
    desk: _Desk,
    account: Booker,
    asked: Asked,
    *,
    request_key: str | None = None,
    hold: bool = False,
    reached: Reached | None = None,
) -> Chain:
    """One booking at hubs that are locked."""
    shipment = Shipment(
        reference=_new_reference(), request_key=request_key, retailer_id=desk.retailer.id, booked_by_id=account.id,
        booked_at=clock.now(), tracking_token=secrets.token_urlsafe(16), revision=1,
    )  # fmt: skip
    minutes = settings.current().numbers.hold_min
    shipment.status = ShipmentStatus.HELD if hold else ShipmentStatus.BOOKED
    shipment.hold_until = clock.now() + timedelta(minutes=minutes) if hold else None
    chain = chain_of(shipment, desk.hubs, asked.hub_id, asked.day, asked.wish, desk.retailer, reached=reached)
    _reserve(desk, chain)
    audit.record("shipment held" if hold else "shipment booked", "shipment", shipment.id, hub=asked.hub_id)
    return chain


def quote(account: Booker, *, hub_id: int, day: date, wish: Wish, reached: Reached | None = None) -> Quote:
    """What this would cost, and whether it fits now. Call it in a transaction that is taken back."""
    numbers = settings.current().numbers
    held = book_shipment(account, hub_id=hub_id, day=day, wish=wish, hold=True, reached=reached)
    return Quote(held.price_cents, True, numbers.hold_min)


def confirm(account: Booker, reference: str) -> Shipment:
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


def change_shipment(
    account: Booker, reference: str, *, hub_id: int, day: date, wish: Wish, reached: Reached | None = None
) -> Shipment:
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
    chain = chain_of(before, hubs, hub_id, day, wish, retailer, reached=reached)
    before.revision += 1
    _reserve(_Desk.at(retailer, hubs), chain)
    audit.record("shipment changed", "shipment", before.id, hub=hub_id)
    for other in days - {one.day for one in chain.all}:
        ask_for_plan(other, account_id=account.id)
    _plan(chain.all, account)
    return before


def cancel_shipment(account: Booker, reference: str) -> Shipment:
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


def _plan(shipments: Sequence[Shipment], account: Booker) -> None:
    for day in sorted({one.day for one in shipments if one.ride != Ride.NONE}):
        ask_for_plan(day, account_id=account.id)


def _released(account: Booker) -> Organisation:
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


def _locked_hubs(hub_ids: set[int], *, whole: bool = True) -> dict[int, Hub]:
    """Hubs, locked, their expired holds given back; ``whole`` with docks and compartments."""
    hubs = queries.hubs_to_change(hub_ids, whole=whole)
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


def _reserve(desk: _Desk, chain: Chain) -> None:
    """Take everything that a chain needs. The only way to room: page, interface, table and standing order use it."""
    quotas = {hub_id: room.quotas for hub_id, room in desk.rooms.items()}
    booked = [
        (one, chains.needs_of(one, quota=one.retailer_id in quotas[one.hub_id], locker_hub_id=chain.locker_hub_id))
        for one in chain.all
    ]
    capacity.reserve(desk.rooms, booked, at=clock.now(), locked=desk.counters)


def _take_apart(shipment: Shipment) -> None:
    """Before a change: legs, parcels, pickups and compartment of the old wish go; the ledger keeps its lines."""
    for part in shipment.parts:
        part.status, part.cancelled_at = ShipmentStatus.CANCELLED, clock.now()
    if shipment.stay is not None:
        db.session.delete(shipment.stay)
    shipment.legs, shipment.pieces = [], []
    db.session.flush()


def _new_reference() -> str:
    """Eight random letters: 8e11 possibilities, so nobody guesses one or counts the bookings of others."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def parcel_of(code: str) -> tuple[str, int]:
    """Reference and number that a code of ours stands for. Raises NotFound for anything else."""
    if len(code) == 11 and code[8:].isdigit():
        return f"{code[:4]}-{code[4:8]}", int(code[8:])
    raise NotFound("There is no such parcel. Please check the code.")
