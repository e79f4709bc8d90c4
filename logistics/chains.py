"""A shipment as a chain of legs, and what each leg takes of what is scarce. Pure: rows and numbers in, needs out.

Days and clock times are those of the city, so a quarter of a day has seven real hours when the clocks go back; a
parcel is always in exactly one quarter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from logistics import rules
from logistics.kinds import LegKind, Resource, Ride, ShipmentKind
from logistics.models import DAY_S, Hub, Leg, Quota, Shipment

QUARTER_S = DAY_S // 4  # how finely storage is counted
SLOT_S = 1800  # at a dock
NOON_S = DAY_S // 2
TIMED = (Resource.STOPS, Resource.DOCK)  # these differ with the weekday
STORED = (Resource.VOLUME_ML, Resource.WEIGHT_G)
NEEDS_PEOPLE = (Resource.PARCELS, Resource.CARRIED_ML, Resource.CARRIED_G)  # none of it on days the hub is closed
Key = tuple[int, date, Resource, int, int]  # hub, day, resource, opens_s, compartment or organisation


@dataclass(frozen=True, slots=True)
class Need:
    """How much of one resource a leg takes, at which hub and when; ``opens_s`` names window, slot or quarter."""

    hub_id: int
    day: date
    resource: Resource
    amount: int
    opens_s: int = 0
    scope_id: int = 0

    @property
    def key(self) -> Key:
        """Which counter it is about."""
        return self.hub_id, self.day, self.resource, self.opens_s, self.scope_id


@dataclass(frozen=True)
class Room:
    """What a hub offers, worked out as it is asked for, so that only what a booking needs must be loaded.

    ``quotas`` holds the most parcels a day of single organisations.
    """

    hub: Hub
    quotas: Mapping[int, int]
    stops_per_bike_hour: int
    _timed: dict[tuple[int, Resource], dict[int, tuple[int, int]]] = field(default_factory=dict, repr=False)

    def of(self, day: date, resource: Resource, opens_s: int, scope_id: int) -> int:
        """The capacity of one counter; what a hub does not have on a day is 0."""
        if resource in TIMED:
            return self._timed_on(day, resource).get(opens_s, (0, 0))[0]
        if resource in NEEDS_PEOPLE and self.hub.hours_on(day) is None:
            return 0
        return self._most(resource, scope_id)

    def closes(self, day: date, resource: Resource, opens_s: int) -> int:
        """When a window, slot or quarter of a day ends."""
        if resource in STORED:
            return opens_s + QUARTER_S
        if resource in TIMED:
            return self._timed_on(day, resource).get(opens_s, (0, DAY_S))[1]
        return DAY_S

    def offered(self, day: date, resource: Resource) -> list[int]:
        """When the windows or slots of a day begin."""
        return sorted(self._timed_on(day, resource))

    def _most(self, resource: Resource, scope_id: int) -> int:
        hub = self.hub
        if resource == Resource.QUOTA:
            return self.quotas.get(scope_id, 0)
        if resource == Resource.LOCKER:
            return int(any(box.id == scope_id and not box.out_of_order for box in hub.compartments))
        if resource == Resource.CARRIED_ML:
            return rules.TOURS_A_DAY * sum(bike.volume_ml for bike in hub.vehicles)
        if resource == Resource.CARRIED_G:
            return rules.TOURS_A_DAY * sum(bike.payload_g for bike in hub.vehicles)
        kept = {Resource.VOLUME_ML: hub.storage_ml, Resource.WEIGHT_G: hub.storage_g}
        return kept.get(resource, hub.parcels_per_day)

    def _timed_on(self, day: date, resource: Resource) -> dict[int, tuple[int, int]]:
        """The windows or dock slots of a weekday, as (most, closes_s) by their beginning."""
        key = day.weekday(), resource
        if key not in self._timed:
            self._timed[key] = self._windows(key[0]) if resource == Resource.STOPS else self._slots(key[0])
        return self._timed[key]

    def _windows(self, weekday: int) -> dict[int, tuple[int, int]]:
        windows = rules.delivery_windows(self.hub, weekday)
        per_hour, bikes = self.stops_per_bike_hour, self.hub.vehicles
        return {opens: (rules.stops_in_window(bikes, opens, ends, per_hour), ends) for opens, ends in windows}

    def _slots(self, weekday: int) -> dict[int, tuple[int, int]]:
        at_once = sum(dock.vehicles_at_once for dock in self.hub.docks)
        return {opens: (at_once, opens + SLOT_S) for opens in dock_slots(self.hub, weekday)}


def room_of(hub: Hub, quotas: Iterable[Quota], stops_per_bike_hour: int) -> Room:
    """What a hub offers, from its storage, bikes, docks and compartments. ``hub`` comes with all of them."""
    return Room(hub, {quota.organisation_id: quota.parcels_per_day for quota in quotas}, stops_per_bike_hour)


def dock_slots(hub: Hub, weekday: int) -> list[int]:
    """When a slot at the docks begins: every half hour while the hub is open."""
    hours = hub.hours_of(weekday)
    if not hub.docks or hours is None:
        return []
    first = -(-hours[0] // SLOT_S) * SLOT_S
    return list(range(first, hours[1] - SLOT_S + 1, SLOT_S))


def needs_of(shipment: Shipment, *, quota: bool, locker_hub_id: int | None = None) -> tuple[Need, ...]:
    """Everything that a shipment takes along its legs. A pickup for another shipment takes only its ride."""
    hub_id = shipment.hub_id
    needs = [] if shipment.part_of_id is not None else [Need(hub_id, shipment.day, Resource.PARCELS, shipment.parcels)]
    if quota and shipment.part_of_id is None:
        needs.append(Need(hub_id, shipment.day, Resource.QUOTA, shipment.parcels, scope_id=shipment.retailer_id))
    for leg in shipment.legs:
        if leg.kind == LegKind.SUPPLY:
            needs.append(Need(hub_id, leg.day, Resource.DOCK, 1, leg.opens_s))
        elif leg.kind == LegKind.STORE:
            needs += [need for day, opens in quarters(leg) for need in _stored(shipment, day, opens)]
        elif leg.kind in (LegKind.DELIVER, LegKind.PICKUP):
            needs += _ridden(shipment, leg)
        elif leg.kind == LegKind.LOCKER and shipment.stay is not None:
            at, box = locker_hub_id or hub_id, shipment.stay.compartment_id
            needs += [
                Need(at, day, Resource.LOCKER, 1, 0, box) for day in days(shipment.stay.starts, shipment.stay.ends)
            ]
    return tuple(needs)


def _stored(shipment: Shipment, day: date, opens_s: int) -> tuple[Need, Need]:
    return (
        Need(shipment.hub_id, day, Resource.VOLUME_ML, shipment.volume_ml, opens_s),
        Need(shipment.hub_id, day, Resource.WEIGHT_G, shipment.weight_g, opens_s),
    )


def _ridden(shipment: Shipment, leg: Leg) -> list[Need]:
    return [
        Need(shipment.hub_id, leg.day, Resource.STOPS, 1, leg.opens_s),
        Need(shipment.hub_id, leg.day, Resource.CARRIED_ML, shipment.volume_ml),
        Need(shipment.hub_id, leg.day, Resource.CARRIED_G, shipment.weight_g),
    ]


def quarters(leg: Leg) -> Iterator[tuple[date, int]]:
    """The quarters of days that a leg touches, as (day, second at which the quarter begins)."""
    for day in days(leg.day, leg.until_day + timedelta(days=1)):
        begins = leg.opens_s if day == leg.day else 0
        ends = leg.closes_s if day == leg.until_day else DAY_S
        for opens in range(begins // QUARTER_S * QUARTER_S, ends, QUARTER_S):
            yield day, opens


def days(starts: date, ends: date) -> list[date]:
    """Every day from one up to, not including, another."""
    return [starts + timedelta(days=number) for number in range((ends - starts).days)]


def hand_in(hub: Hub, day: date, *, today: date, until: tuple[date, int], rests: Callable[[date], bool]) -> Leg:
    """The shop brings it while somebody is there: from noon of the working day before, at the earliest today.

    ``until`` is when it has to be there (see ``rules.hand_in_ends``).
    """
    begins = day - timedelta(days=1)
    while rests(begins) and begins > today:
        begins -= timedelta(days=1)
    if begins < today or rests(begins):
        begins = day
    first, last = hub.hours_on(begins) or (0, DAY_S)
    opens = first if begins == day else max(first, min(NOON_S, last - SLOT_S))
    return _leg(LegKind.HAND_IN, begins, opens, *max(until, (begins, opens + 1)))


def legs_of(
    kind: ShipmentKind,
    *,
    ride: Ride,
    day: date,
    window: tuple[int, int],
    brought: Leg,
    stay: tuple[date, date] | None = None,
) -> list[Leg]:
    """The legs of a shipment, numbered. ``brought`` is how it comes to the hub; storage lasts until its window ends."""
    legs = [] if kind in (ShipmentKind.RETURN, ShipmentKind.POOLED) else [brought]
    opens, closes = window
    if ride == Ride.PICKUP:
        legs = [_leg(LegKind.PICKUP, day, opens, day, closes)]
    else:
        legs.append(_leg(LegKind.STORE, brought.day, brought.opens_s, day, closes))
        if ride == Ride.DELIVERY:
            legs.append(_leg(LegKind.DELIVER, day, opens, day, closes))
    if stay is not None:
        legs.append(_leg(LegKind.LOCKER, stay[0], opens, stay[1] - timedelta(days=1), DAY_S))
    for position, leg in enumerate(legs, start=1):
        leg.position = position
    return legs


def supply(day: date, opens_s: int) -> Leg:
    """The supplier comes to a dock."""
    return _leg(LegKind.SUPPLY, day, opens_s, day, opens_s + SLOT_S)


def collected(day: date, window: tuple[int, int]) -> Leg:
    """What a bike has collected until the end of a window."""
    return _leg(LegKind.PICKUP, day, window[0], day, window[1])


def _leg(kind: LegKind, day: date, opens_s: int, until_day: date, closes_s: int) -> Leg:
    return Leg(kind=kind, day=day, opens_s=opens_s, until_day=until_day, closes_s=closes_s)


def stay_ends(starts: date, hub: Hub, holidays: Callable[[date], bool]) -> date:
    """The first day after a stay in the lockers: days on which nobody can collect do not count."""
    day, left = starts, hub.locker_days
    while True:
        shut = holidays(day) or hub.hours_on(day) is None
        if hub.lockers_sunday or day.weekday() != rules.SUNDAY:
            left -= 0 if shut and not hub.lockers_always else 1
        day += timedelta(days=1)
        if left <= 0:
            return day
