"""What a hub is made of: its hours, storage, bikes, trailers, docks, compartments and quotas, and changing them.

Every change adapts the counters of the days ahead. Where less is left than is booked, the change is refused with the
days named; said again with ``anyway`` it is done, sells nothing more there, and the days stay marked until they fit.
In the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import func, select

from city import audit, clock, settings
from city.db import db
from city.messages import Conflict, NotFound
from city.models import Account, Organisation, OrganisationKind
from logistics import capacity, chains, hours, queries, rules, sizes
from logistics.kinds import EMISSION_FREE, HubState, LockerSize, Resource
from logistics.models import CapacityLine, Compartment, DayCapacity, Dock, Hub, HubVehicle, Quota, Shipment, Trailer
from logistics.services import refuse
from routing.message import BadInput, Message

MOST_COMPARTMENTS = 200
MOST_DOCKS = 20
MOST_VEHICLES = 50
RESOURCE_NAMES = {
    Resource.PARCELS: Message("parcels a day"),
    Resource.VOLUME_ML: Message("storage by volume"),
    Resource.WEIGHT_G: Message("storage by weight"),
    Resource.STOPS: Message("deliveries in a window"),
    Resource.CARRIED_ML: Message("volume on the bikes"),
    Resource.CARRIED_G: Message("weight on the bikes"),
    Resource.DOCK: Message("dock slots"),
    Resource.LOCKER: Message("lockers"),
    Resource.QUOTA: Message("quota"),
}


class BelowBooked(Conflict):
    """More is booked than would be left; the person may insist."""


@dataclass(frozen=True, slots=True)
class HubFacts:
    """What the form of a hub holds."""

    name: str
    opens_s: int
    closes_s: int
    storage_ml: int
    storage_g: int
    parcels_per_day: int
    chargers: int
    lockers_always: bool
    lockers_sunday: bool
    locker_days: int
    other_hours: dict[str, list[int] | None] = field(default_factory=dict)  # see Hub.hours_on


def found_hub(account: Account, facts: HubFacts, *, street: str, housenumber: str, point: tuple[float, float]) -> Hub:
    """Open a standing hub (fester Hub), one that no agreement on a shop ends. Raises Conflict for a name in use."""
    _check(facts, None)
    hub = Hub(
        agreement_id=None, unit_id=None, operator_id=account.organisation_id, street=street, housenumber=housenumber,
        lat=point[0], lon=point[1], opened_at=clock.now(), state=HubState.OPEN, revision=1,
    )  # fmt: skip
    _write(hub, facts)
    db.session.add(hub)
    db.session.flush()
    audit.record("standing hub opened", "hub", hub.id)
    return hub


def change_hub(account: Account, hub_id: int, facts: HubFacts, *, revision: int, every: bool, anyway: bool) -> Hub:
    """Change hours, storage and rules. ``revision`` is that of the page: somebody else's change is not undone."""
    hub = queries.hub_of(account, hub_id, every=every, to_change=True)
    if hub.revision != revision:
        raise Conflict("Somebody has changed this hub in the meantime. Please compare and send it again.")
    _check(facts, hub)
    _write(hub, facts)
    hub.revision += 1
    audit.record("hub changed", "hub", hub.id)
    return _adapted(hub, anyway=anyway)


def _check(facts: HubFacts, hub: Hub | None) -> None:
    other = queries.hub_called(facts.name)
    if other is not None and (hub is None or other.id != hub.id):
        raise Conflict("There is a hub called %(name)s already. Please choose another name.", name=facts.name)
    hours.check(hours.Kept(facts.opens_s, facts.closes_s, facts.other_hours))


def _write(hub: Hub, facts: HubFacts) -> None:
    hub.name, hub.opens_s, hub.closes_s = facts.name, facts.opens_s, facts.closes_s
    hub.other_hours = facts.other_hours
    hub.storage_ml, hub.storage_g, hub.parcels_per_day = facts.storage_ml, facts.storage_g, facts.parcels_per_day
    hub.chargers, hub.locker_days = facts.chargers, facts.locker_days
    hub.lockers_always, hub.lockers_sunday = facts.lockers_always, facts.lockers_sunday


def add_vehicle(
    account: Account, hub_id: int, *, every: bool, name: str, payload_g: int, volume_ml: int, starts_s: int, ends_s: int
) -> Hub:
    """One more bike."""

    def change(hub: Hub) -> None:
        _not_too_many(len(hub.vehicles), MOST_VEHICLES)
        _new_name(name, [one.name for one in hub.vehicles])
        refuse(rules.emission_free(EMISSION_FREE[0]))
        if ends_s - starts_s < rules.SHORTEST_WINDOW_S:
            raise BadInput(
                "The shift ends at %(ends)s, but begins at %(starts)s. It must last at least an hour.",
                starts=rules.clock_time(starts_s),
                ends=rules.clock_time(ends_s),
            )
        hub.vehicles.append(
            HubVehicle(
                name=name, vehicle_class=EMISSION_FREE[0], payload_g=payload_g, volume_ml=volume_ml,
                starts_s=starts_s, ends_s=ends_s,
            )
        )  # fmt: skip

    return _changed(account, hub_id, change, every=every, anyway=True)


def add_trailer(
    account: Account, hub_id: int, *, every: bool, name: str, payload_g: int, volume_ml: int, vehicle_id: int | None
) -> Hub:
    """A trailer; behind a bike it adds to what that bike carries."""

    def change(hub: Hub) -> None:
        found = trailers_of(hub.id)
        _not_too_many(len(found), MOST_VEHICLES)
        _new_name(name, [one.name for one in found])
        bike = next((one for one in hub.vehicles if one.id == vehicle_id), None)
        if bike is not None:
            if any(one.vehicle_id == bike.id for one in found):
                raise Conflict("%(bike)s has a trailer already.", bike=bike.name)
            bike.payload_g, bike.volume_ml = bike.payload_g + payload_g, bike.volume_ml + volume_ml
        db.session.add(
            Trailer(
                hub_id=hub.id, vehicle_id=bike.id if bike else None, name=name, payload_g=payload_g, volume_ml=volume_ml
            )
        )

    return _changed(account, hub_id, change, every=every, anyway=True)


def remove_trailer(account: Account, hub_id: int, trailer_id: int, *, every: bool, anyway: bool) -> Hub:
    """Take a trailer away, and off its bike."""

    def change(hub: Hub) -> None:
        found = next((one for one in trailers_of(hub.id) if one.id == trailer_id), None)
        if found is None:
            raise NotFound("There is no such thing at this hub. It may have been removed.")
        bike = next((one for one in hub.vehicles if one.id == found.vehicle_id), None)
        if bike is not None:
            bike.payload_g, bike.volume_ml = bike.payload_g - found.payload_g, bike.volume_ml - found.volume_ml
        db.session.delete(found)

    return _changed(account, hub_id, change, every=every, anyway=anyway)


def trailers_of(hub_id: int) -> list[Trailer]:
    """The trailers of a hub, by name."""
    return list(db.session.scalars(select(Trailer).where(Trailer.hub_id == hub_id).order_by(Trailer.name)))


def add_dock(account: Account, hub_id: int, *, every: bool, name: str, vehicles_at_once: int) -> Hub:
    """One more place where suppliers unload."""

    def change(hub: Hub) -> None:
        _not_too_many(len(hub.docks), MOST_DOCKS)
        _new_name(name, [one.name for one in hub.docks])
        hub.docks.append(Dock(name=name, vehicles_at_once=vehicles_at_once))

    return _changed(account, hub_id, change, every=every, anyway=True)


def remove_dock(account: Account, hub_id: int, dock_id: int, *, every: bool, anyway: bool) -> Hub:
    """Close a dock."""

    def change(hub: Hub) -> None:
        gone = next((one for one in hub.docks if one.id == dock_id), None)
        if gone is None:
            raise NotFound("There is no such thing at this hub. It may have been removed.")
        db.session.delete(gone)
        db.session.flush()
        db.session.refresh(hub, ["docks"])

    return _changed(account, hub_id, change, every=every, anyway=anyway)


def add_compartments(account: Account, hub_id: int, *, every: bool, size: LockerSize, count: int) -> Hub:
    """More compartments of one size, numbered on: S1, S2 …"""

    def change(hub: Hub) -> None:
        _not_too_many(len(hub.compartments) + count - 1, MOST_COMPARTMENTS)
        before = sum(one.size == size for one in hub.compartments)
        (width, height, depth), most_g = sizes.LOCKERS[size]
        hub.compartments += [
            Compartment(
                label=f"{size.upper()}{number}", size=size, width_cm=width, height_cm=height, depth_cm=depth,
                most_g=most_g, out_of_order=False,
            )
            for number in range(before + 1, before + count + 1)
        ]  # fmt: skip

    return _changed(account, hub_id, change, every=every, anyway=True)


def lock_compartment(
    account: Account, hub_id: int, box_id: int, *, every: bool, out_of_order: bool, anyway: bool
) -> Hub:
    """Take a compartment out of service, or back into it."""

    def change(hub: Hub) -> None:
        box = next((one for one in hub.compartments if one.id == box_id), None)
        if box is None:
            raise NotFound("There is no such thing at this hub. It may have been removed.")
        box.out_of_order = out_of_order

    return _changed(account, hub_id, change, every=every, anyway=anyway)


def set_quota(
    account: Account, hub_id: int, *, every: bool, organisation_id: int, parcels: int | None, anyway: bool
) -> Hub:
    """Limit how much one organisation may book a day; None lifts the limit."""

    def change(hub: Hub) -> None:
        query = select(Organisation).where(
            Organisation.id == organisation_id, Organisation.kind == OrganisationKind.RETAILER
        )
        if db.session.scalar(query) is None:
            raise NotFound("There is no such shop. The city may have removed it.")
        found = next((one for one in queries.quotas_of(hub.id) if one.organisation_id == organisation_id), None)
        if parcels is None:
            if found is not None:
                db.session.delete(found)
            _forget_quota(hub.id, organisation_id)
        elif found is None:
            db.session.add(Quota(hub_id=hub.id, organisation_id=organisation_id, parcels_per_day=parcels))
            db.session.flush()
            _count_before(hub, organisation_id, parcels)
        else:
            found.parcels_per_day = parcels

    return _changed(account, hub_id, change, every=every, anyway=anyway)


def _forget_quota(hub_id: int, organisation_id: int) -> None:
    """Without a limit nothing counts against it: the counters stay open to the top."""
    for row in _quota_rows(hub_id, organisation_id):
        row.capacity = row.intended = max(row.used, row.capacity)


def _quota_rows(hub_id: int, organisation_id: int) -> list[DayCapacity]:
    query = select(DayCapacity).where(DayCapacity.hub_id == hub_id, DayCapacity.resource == Resource.QUOTA)
    return list(db.session.scalars(query.where(DayCapacity.scope_id == organisation_id).with_for_update()))


def _count_before(hub: Hub, organisation_id: int, parcels: int) -> None:
    """A new quota counts what this organisation has booked already, as lines of the ledger."""
    query = select(Shipment).where(
        Shipment.hub_id == hub.id, Shipment.retailer_id == organisation_id, Shipment.day >= clock.today(),
        Shipment.part_of_id.is_(None), Shipment.status.in_(rules.LIVE),
    )  # fmt: skip
    booked = list(db.session.scalars(query.order_by(Shipment.id)))
    if not booked:
        return
    roomy = chains.Room(hub, {organisation_id: 10**9}, 0)
    counted = _counted(hub.id, organisation_id)
    for one in booked:
        need = chains.Need(hub.id, one.day, Resource.QUOTA, one.parcels, scope_id=organisation_id)
        if one.id not in counted:
            capacity.reserve({hub.id: roomy}, [(one, [need])], at=clock.now())


def _counted(hub_id: int, organisation_id: int) -> set[int]:
    """Shipments that an earlier quota has counted and not given back."""
    ids = [row.id for row in _quota_rows(hub_id, organisation_id)]
    query = (
        select(CapacityLine.shipment_id)
        .where(CapacityLine.capacity_id.in_(ids))
        .group_by(CapacityLine.shipment_id)
        .having(func.sum(CapacityLine.amount) != 0)
    )
    return set(db.session.scalars(query))


def _changed(account: Account, hub_id: int, change: Callable[[Hub], None], *, every: bool, anyway: bool) -> Hub:
    hub = queries.hub_of(account, hub_id, every=every, to_change=True)
    change(hub)
    hub.revision += 1
    audit.record("hub changed", "hub", hub.id)
    return _adapted(hub, anyway=anyway)


def _adapted(hub: Hub, *, anyway: bool) -> Hub:
    db.session.flush()
    room = chains.room_of(hub, queries.quotas_of(hub.id), settings.current().numbers.stops_per_bike_hour)
    over = capacity.adapt(room, clock.today())
    if over and not anyway:
        first = min(over, key=lambda row: (row.day, row.id))
        raise BelowBooked(
            "More is booked than would be left: %(what)s on %(day)s, and on %(days)d days in all. "
            "Cancel or move bookings first, or do it anyway: then nothing more is sold there and the days are marked.",
            what=RESOURCE_NAMES[first.resource],
            day=first.day,
            days=len({row.day for row in over}),
        )
    return hub


def _new_name(name: str, names: list[str]) -> None:
    if name in names:
        raise Conflict("“%(name)s” is there already. Please choose another name.", name=name)


def _not_too_many(count: int, most: int) -> None:
    if count >= most:
        raise Conflict("A hub holds at most %(most)d of these.", most=most)
