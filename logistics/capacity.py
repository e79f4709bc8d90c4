"""The ledger of what is scarce: nothing is sold twice. Counters and ledger lines change together, in the caller's
transaction, under row locks taken in sorted order; beneath lies the ``CHECK`` of the counter.

What is refused is said in terms of the one who asks: that this booking does not fit, never how much others took.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select

from city.db import current_city_id, db
from city.messages import Conflict
from logistics import rules
from logistics.chains import Key, Need, Room
from logistics.kinds import Resource
from logistics.models import CapacityLine, DayCapacity, Hub, Shipment

Booked = tuple[Shipment, Sequence[Need]]


@dataclass(frozen=True, slots=True)
class FreeWindow:
    """A delivery window or dock slot as a retailer sees it: free or not, never how much."""

    opens_s: int
    closes_s: int
    free: bool


def reserve(
    rooms: Mapping[int, Room], booked: Sequence[Booked], *, at: datetime, locked: dict[Key, DayCapacity] | None = None
) -> None:
    """Take room for shipments that belong together, all of it or none.

    The hubs of ``rooms`` come locked, the shipments have their ids. ``locked``
    holds the counters that this transaction has locked before, and gets those
    that it locks now. Raises Conflict with a sentence if anything does not fit.
    """
    wanted: dict[Key, int] = defaultdict(int)
    for _shipment, needs in booked:
        for need in needs:
            wanted[need.key] += need.amount
    counters = {} if locked is None else locked
    if not wanted.keys() <= counters.keys():
        counters.update(_locked(rooms, wanted))
    for key, amount in wanted.items():
        if amount > counters[key].free:
            raise full(rooms[key[0]].hub, booked[0][0], key, counters[key])
    for shipment, needs in booked:
        _write(shipment, [(counters[need.key], need.amount) for need in needs], at)
    db.session.flush()


def release(shipments: Sequence[Shipment], *, at: datetime) -> None:
    """Give back all that shipments hold; a second time gives back nothing."""
    held = {shipment.id: _held_by(shipment) for shipment in shipments}
    counters = {one.id: one for one in _lock_ids({number for amounts in held.values() for number in amounts})}
    for shipment in shipments:
        _write(shipment, [(counters[number], -amount) for number, amount in held[shipment.id].items()], at)
    db.session.flush()


def adapt(room: Room, days_from: date) -> list[DayCapacity]:
    """Bring the counters of a hub from a day on to what it offers now; the ones in which more is booked than there is.

    These keep what was sold, sell nothing more, and say so by ``intended``.
    The hub comes locked.
    """
    query = select(DayCapacity).where(DayCapacity.hub_id == room.hub.id, DayCapacity.day >= days_from)
    over = []
    for row in _lock(query):
        if row.resource == Resource.QUOTA and row.scope_id not in room.quotas:
            continue  # no limit any more
        row.intended = room.of(row.day, row.resource, row.opens_s, row.scope_id)
        row.capacity = max(row.intended, row.used)
        if row.used > row.intended:
            over.append(row)
    db.session.flush()
    return over


def overcommitted(hub_id: int, days_from: date) -> list[DayCapacity]:
    """Counters in which more is booked than the hub has left: somebody must decide what becomes of it."""
    query = select(DayCapacity).where(DayCapacity.hub_id == hub_id, DayCapacity.day >= days_from)
    return list(db.session.scalars(query.where(DayCapacity.used > DayCapacity.intended).order_by(DayCapacity.day)))


def free_windows(room: Room, days: Iterable[date]) -> dict[date, list[FreeWindow]]:
    """The delivery windows of some days and whether they are free. Reads only, without locks."""
    return _slots(room, days, Resource.STOPS, also=(Resource.PARCELS, Resource.CARRIED_G, Resource.CARRIED_ML))


def free_dock_slots(room: Room, days: Iterable[date]) -> dict[date, list[FreeWindow]]:
    """The slots at the docks of some days and whether one is free."""
    return _slots(room, days, Resource.DOCK, also=())


def free_compartments(room: Room, days: Sequence[date]) -> set[int]:
    """The compartments that nobody holds on any of these days."""
    query = select(DayCapacity.scope_id).where(
        DayCapacity.hub_id == room.hub.id,
        DayCapacity.resource == Resource.LOCKER,
        DayCapacity.day.in_(days),
        DayCapacity.used >= DayCapacity.intended,
    )
    taken = set(db.session.scalars(query))
    return {one.id for one in room.hub.compartments if not one.out_of_order and one.id not in taken}


def _slots(
    room: Room, days: Iterable[date], resource: Resource, also: Sequence[Resource]
) -> dict[date, list[FreeWindow]]:
    wanted = list(days)
    query = select(DayCapacity).where(DayCapacity.hub_id == room.hub.id, DayCapacity.day.in_(wanted))
    rows = list(db.session.scalars(query.where(DayCapacity.resource.in_([resource, *also]))))
    full = {(row.day, row.resource, row.opens_s) for row in rows if row.free <= 0}
    return {
        day: [
            FreeWindow(
                opens,
                room.closes(day, resource, opens),
                room.of(day, resource, opens, 0) > 0
                and all(room.of(day, name, 0, 0) > 0 for name in also)
                and not any((day, *rest) in full for rest in ((resource, opens), *((name, 0) for name in also))),
            )
            for opens in room.offered(day, resource)
        ]
        for day in wanted
    }


def wrong_counters() -> list[tuple[int, int, int]]:
    """Counters that differ from the sum of their lines, as (id, used, sum): always empty, or something broke."""
    total = func.coalesce(func.sum(CapacityLine.amount), 0)
    query = (
        select(DayCapacity.id, DayCapacity.used, total)
        .outerjoin(CapacityLine, CapacityLine.capacity_id == DayCapacity.id)
        .group_by(DayCapacity.id, DayCapacity.used)
        .having(total != DayCapacity.used)
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(query)]


def count() -> int:
    """How many counters there are."""
    return db.session.scalar(select(func.count(DayCapacity.id))) or 0


def _locked(rooms: Mapping[int, Room], keys: Iterable[Key]) -> dict[Key, DayCapacity]:
    """The counters of these keys, locked; those that nobody needed before are made.

    Nobody else makes them at the same moment: whoever books holds the lock of
    the hub.
    """
    wanted = set(keys)
    query = select(DayCapacity).where(
        DayCapacity.hub_id.in_({key[0] for key in wanted}),
        DayCapacity.day.in_({key[1] for key in wanted}),
        DayCapacity.resource.in_({key[2] for key in wanted}),
    )
    found = {_key_of(row): row for row in _lock(query)}
    new = [_new(rooms[key[0]], key) for key in sorted(wanted - found.keys())]
    if new:
        db.session.add_all(new)
        db.session.flush()
    return found | {_key_of(row): row for row in new}


def _lock(query: object) -> list[DayCapacity]:
    """Locked in the order of their ids, as everybody does, so that two bookings never wait for each other."""
    ordered = query.order_by(DayCapacity.id).with_for_update()  # type: ignore[attr-defined]
    return list(db.session.scalars(ordered.execution_options(populate_existing=True)))


def _lock_ids(ids: Iterable[int]) -> list[DayCapacity]:
    return _lock(select(DayCapacity).where(DayCapacity.id.in_(list(ids))))


def _key_of(row: DayCapacity) -> Key:
    return row.hub_id, row.day, row.resource, row.opens_s, row.scope_id


def _new(room: Room, key: Key) -> DayCapacity:
    _hub, day, resource, opens_s, scope_id = key
    most, closes_s = room.of(day, resource, opens_s, scope_id), room.closes(day, resource, opens_s)
    return DayCapacity(
        hub_id=room.hub.id, day=day, resource=resource, opens_s=opens_s, closes_s=closes_s, scope_id=scope_id,
        used=0, capacity=most, intended=most,
    )  # fmt: skip


def _held_by(shipment: Shipment) -> dict[int, int]:
    query = (
        select(CapacityLine.capacity_id, func.sum(CapacityLine.amount))
        .where(CapacityLine.shipment_id == shipment.id)
        .group_by(CapacityLine.capacity_id)
        .having(func.sum(CapacityLine.amount) != 0)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _write(shipment: Shipment, changes: Sequence[tuple[DayCapacity, int]], at: datetime) -> None:
    city_id = current_city_id()
    for counter, amount in changes:
        counter.used += amount
        if amount < 0:  # an overbooked counter shrinks back to what the hub has; taking never moves the limit
            counter.capacity = max(counter.intended, counter.used)
    lines = [
        {"city_id": city_id, "capacity_id": counter.id, "shipment_id": shipment.id, "amount": amount, "at": at}
        for counter, amount in changes
        if amount
    ]
    if lines:
        db.session.flush()
        db.session.execute(insert(CapacityLine), lines)


def full(hub: Hub, shipment: Shipment, key: Key, counter: DayCapacity) -> Conflict:
    """The refusal in the units of the booking page: that it does not fit, and what may."""
    _hub_id, day, resource, opens_s, _scope = key
    about = {"hub": hub.name, "day": day}
    window = {"opens": rules.clock_time(opens_s), "closes": rules.clock_time(counter.closes_s)}
    if resource == Resource.PARCELS:
        return Conflict(
            "On %(day)s %(hub)s has no room left for %(wanted)d parcels. "
            "Please choose fewer parcels, another day or another hub.",
            **about,
            wanted=shipment.parcels,
        )
    if resource == Resource.QUOTA:
        return Conflict(
            "Your quota at %(hub)s is %(most)d parcels a day, of which %(used)d are booked for %(day)s; "
            "%(wanted)d more do not fit. Please choose another day, or ask the hub.",
            **about,
            most=counter.intended,
            used=counter.used,
            wanted=shipment.parcels,
        )
    if resource == Resource.STOPS:
        return Conflict(
            "At %(hub)s the bikes are booked out from %(opens)s to %(closes)s. Please choose another window or day.",
            hub=hub.name,
            **window,
        )
    if resource == Resource.DOCK:
        return Conflict(
            "At %(hub)s the docks are taken on %(day)s from %(opens)s to %(closes)s. Please choose another slot.",
            **about,
            **window,
        )
    if resource == Resource.LOCKER:
        return Conflict(
            "On %(day)s %(hub)s has no compartment left that fits. Please choose another day or hub.", **about
        )
    if resource in (Resource.CARRIED_G, Resource.WEIGHT_G):
        return Conflict(
            "On %(day)s %(hub)s cannot take %(wanted)s kg more. Please choose less weight, another day or another hub.",
            **about,
            wanted=shipment.weight_g / 1000,
        )
    return Conflict(
        "On %(day)s %(hub)s cannot take %(wanted)s l more. Please choose less volume, another day or another hub.",
        **about,
        wanted=shipment.volume_ml / 1000,
    )
