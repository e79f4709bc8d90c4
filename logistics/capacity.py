"""The ledger of what is scarce: nothing is sold twice. Counters and ledger lines change together, in the caller's
transaction, under row locks taken in sorted order; beneath lies the ``CHECK`` of the counter.

What is refused is said in terms of the one who asks: what is free for this booking, never who took the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from city.db import db
from city.messages import Conflict
from logistics import rules
from logistics.kinds import Resource
from logistics.models import CapacityLine, DayCapacity, Hub, Shipment


@dataclass(frozen=True, slots=True)
class Need:
    """How much of one resource a shipment takes; ``opens_s`` names the window, 0 the whole day."""

    resource: Resource
    amount: int
    opens_s: int = 0


@dataclass(frozen=True, slots=True)
class FreeWindow:
    """A delivery window as a retailer sees it: free or not, never how much."""

    opens_s: int
    closes_s: int
    free: bool


def needs_of(shipment: Shipment) -> tuple[Need, ...]:
    """Everything that a shipment takes at its hub on its day."""
    return (
        Need(Resource.PARCELS, shipment.parcels),
        Need(Resource.VOLUME_ML, shipment.volume_ml),
        Need(Resource.WEIGHT_G, shipment.weight_g),
        Need(Resource.STOPS, 1, shipment.window_opens_s),
    )


def reserve(hub: Hub, shipment: Shipment, *, at: datetime, stops_per_bike_hour: int) -> None:
    """Take room for a shipment, all of it or none.

    ``hub`` comes locked and with its vehicles, ``shipment`` has its id. Raises
    Conflict, with a sentence that says what is free, if anything does not fit.
    """
    counters = _locked(hub, shipment.day, stops_per_bike_hour)
    needs = needs_of(shipment)
    for need in needs:
        counter = counters.get((need.resource, need.opens_s))
        free = counter.free if counter else 0
        if need.amount > free:
            raise _full(hub, shipment, need, free)
    for need in needs:
        _write(counters[need.resource, need.opens_s], shipment, need.amount, at)
    db.session.flush()


def release(hub: Hub, shipment: Shipment, *, at: datetime) -> None:
    """Give back all that a shipment holds; a second time gives back nothing."""
    held = _held_by(shipment)
    for counter in _lock_rows(hub.id, shipment.day):
        if amount := held.get(counter.id, 0):
            _write(counter, shipment, -amount, at)
    db.session.flush()


def free_windows(hub: Hub, days: Iterable[date], *, stops_per_bike_hour: int) -> dict[date, list[FreeWindow]]:
    """The delivery windows of some days and whether they are free. Reads only, without locks."""
    wanted = list(days)
    query = select(DayCapacity).where(DayCapacity.hub_id == hub.id, DayCapacity.day.in_(wanted))
    kept = list(db.session.scalars(query))
    return {day: _windows_of([row for row in kept if row.day == day], hub, day, stops_per_bike_hour) for day in wanted}


def _windows_of(kept: list[DayCapacity], hub: Hub, day: date, stops_per_bike_hour: int) -> list[FreeWindow]:
    rows = kept or _planned(hub, day, stops_per_bike_hour)
    full = any(row.free <= 0 for row in rows if row.resource != Resource.STOPS)
    windows = sorted((row for row in rows if row.resource == Resource.STOPS), key=lambda row: row.opens_s)
    return [FreeWindow(row.opens_s, row.closes_s, not full and row.free > 0) for row in windows]


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


def _locked(hub: Hub, day: date, stops_per_bike_hour: int) -> dict[tuple[Resource, int], DayCapacity]:
    """The counters of a hub-day, locked; made on the first booking of that day."""
    rows = _lock_rows(hub.id, day)
    if not rows:  # nobody else makes them now: whoever books holds the lock of the hub
        rows = _planned(hub, day, stops_per_bike_hour)
        db.session.add_all(rows)
        db.session.flush()
    return {(row.resource, row.opens_s): row for row in rows}


def _lock_rows(hub_id: int, day: date) -> list[DayCapacity]:
    """Locked in the order of their ids, as everybody does, so that two bookings never wait for each other."""
    query = select(DayCapacity).where(DayCapacity.hub_id == hub_id, DayCapacity.day == day).order_by(DayCapacity.id)
    return list(db.session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def _planned(hub: Hub, day: date, stops_per_bike_hour: int) -> list[DayCapacity]:
    """The counters as the hub's room and bikes give them, nothing taken yet."""
    rows = [
        DayCapacity(hub_id=hub.id, day=day, resource=resource, capacity=capacity, used=0, opens_s=0)
        for resource, capacity in rules.room_of(hub).items()
    ]
    for opens_s, closes_s in rules.delivery_windows(hub):
        stops = rules.stops_in_window(hub.vehicles, opens_s, closes_s, stops_per_bike_hour)
        rows.append(
            DayCapacity(
                hub_id=hub.id, day=day, resource=Resource.STOPS, capacity=stops, used=0,
                opens_s=opens_s, closes_s=closes_s,
            )
        )  # fmt: skip
    return rows


def _held_by(shipment: Shipment) -> dict[int, int]:
    query = (
        select(CapacityLine.capacity_id, func.sum(CapacityLine.amount))
        .where(CapacityLine.shipment_id == shipment.id)
        .group_by(CapacityLine.capacity_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _write(counter: DayCapacity, shipment: Shipment, amount: int, at: datetime) -> None:
    counter.used += amount
    db.session.add(CapacityLine(capacity_id=counter.id, shipment_id=shipment.id, amount=amount, at=at))


def _full(hub: Hub, shipment: Shipment, need: Need, free: int) -> Conflict:
    """The refusal in the units of the booking page."""
    if need.resource == Resource.PARCELS:
        return Conflict(
            "%(hub)s has room for %(free)d more parcels on this day, not for %(wanted)d. "
            "Please choose another day or hub.",
            hub=hub.name,
            free=free,
            wanted=need.amount,
        )
    if need.resource == Resource.STOPS:
        return Conflict(
            "At %(hub)s the bikes are booked out from %(opens)s to %(closes)s. Please choose another window or day.",
            hub=hub.name,
            opens=rules.clock_time(shipment.window_opens_s),
            closes=rules.clock_time(shipment.window_closes_s),
        )
    if need.resource == Resource.WEIGHT_G:
        return Conflict(
            "%(hub)s can take %(free)s kg more on this day, not %(wanted)s kg. Please choose another day or hub.",
            hub=hub.name,
            free=free / 1000,
            wanted=need.amount / 1000,
        )
    return Conflict(
        "%(hub)s can take %(free)s l more on this day, not %(wanted)s l. Please choose another day or hub.",
        hub=hub.name,
        free=free / 1000,
        wanted=need.amount / 1000,
    )
