"""Questions about the day on the street: whose tour it is, what was reported, what waits for the dispatcher."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, defer, joinedload, load_only, selectinload

from city.db import db
from city.messages import NotFound
from city.models import Account, Role, RoleGrant
from logistics.kinds import PlanState, ShipmentStatus
from logistics.models import (
    CourierEvent,
    CourierPhoto,
    DayPlan,
    Hub,
    HubVehicle,
    InboxEntry,
    Shipment,
    Stop,
    Tour,
    UnservedShipment,
)

INBOX_SHOWN = 200


def _tours_in_force() -> Select[Tour]:
    return select(Tour).join(DayPlan, Tour.plan_id == DayPlan.id).where(DayPlan.state == PlanState.PUBLISHED)


def _whole(query: Select[Tour]) -> Select[Tour]:
    stops = selectinload(Tour.stops)
    shipment = stops.joinedload(Stop.shipment)
    return query.options(
        joinedload(Tour.plan),
        joinedload(Tour.courier),
        joinedload(Tour.vehicle).joinedload(HubVehicle.hub).joinedload(Hub.operator),
        shipment.joinedload(Shipment.retailer),
        shipment.selectinload(Shipment.pieces),
        stops.selectinload(Stop.events),
    )


def next_tour_of(courier_id: int, *, today: date) -> Tour | None:
    """The courier's tour of today, else the next one ahead; only what has been released."""
    query = _whole(_tours_in_force()).where(Tour.courier_id == courier_id, Tour.released_at.is_not(None))
    return db.session.scalar(query.where(DayPlan.day >= today).order_by(DayPlan.day, Tour.departs_s).limit(1))


def tour_state_of(courier_id: int, *, today: date) -> Tour | None:
    """The same tour, with only what tells whether it has changed."""
    columns = load_only(Stop.id, Stop.tour_id, Stop.position, Stop.arrives_s, Stop.shipment_id)
    stops = selectinload(Tour.stops).options(columns, joinedload(Stop.shipment).load_only(Shipment.id, Shipment.status))
    query = _tours_in_force().options(joinedload(Tour.plan), defer(Tour.back_line), defer(Tour.back_steps))
    query = query.options(defer(Tour.reload_ways), stops)
    query = query.where(Tour.courier_id == courier_id, Tour.released_at.is_not(None))
    return db.session.scalar(query.where(DayPlan.day >= today).order_by(DayPlan.day, Tour.departs_s).limit(1))


def events_of_tour(tour: Tour, courier_id: int) -> list[CourierEvent]:
    """What was reported about the shipments of a tour by anybody, and about its day by this courier."""
    shipments = [stop.shipment_id for stop in tour.stops]
    own_day = and_(CourierEvent.account_id == courier_id, CourierEvent.day == tour.plan.day)
    query = select(CourierEvent).where(or_(CourierEvent.shipment_id.in_(shipments), own_day))
    return list(db.session.scalars(query.options(joinedload(CourierEvent.shipment)).order_by(CourierEvent.id)))


def whole_tour(tour_id: int) -> Tour:
    """One tour of a plan that counts, with everything on it."""
    found = db.session.scalar(_whole(_tours_in_force()).where(Tour.id == tour_id))
    if found is None:
        raise NotFound("There is no such tour. The day may have been planned anew.")
    return found


def tour_of_bike(vehicle_id: int, day: date) -> Tour:
    """The tour that a bike rides on a day by the plan that counts, with everything on it."""
    query = _whole(_tours_in_force()).where(Tour.vehicle_id == vehicle_id, DayPlan.day == day)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("This bike has no tour on this day. The day may have been planned anew.")
    return found


def tour_of_day(tour_id: int) -> Tour:
    """One tour of a plan that counts, locked, with the other tours of its day."""
    plan = joinedload(Tour.plan)
    query = (
        _tours_in_force()
        .where(Tour.id == tour_id)
        .options(
            joinedload(Tour.vehicle),
            joinedload(Tour.courier),
            plan.selectinload(DayPlan.tours).joinedload(Tour.vehicle),
        )
    )
    found = db.session.scalar(query.with_for_update(of=DayPlan))
    if found is None:
        raise NotFound("There is no such tour. The day may have been planned anew.")
    return found


def stop_of_courier(courier_id: int, stop_id: int) -> Stop:
    """One stop of this courier's own tour. Other couriers' are not found."""
    query = (
        select(Stop)
        .join(Tour, Stop.tour_id == Tour.id)
        .join(DayPlan, Tour.plan_id == DayPlan.id)
        .where(Stop.id == stop_id, Tour.courier_id == courier_id, DayPlan.state == PlanState.PUBLISHED)
        .options(joinedload(Stop.shipment), joinedload(Stop.tour).joinedload(Tour.plan))
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("This stop is not on your tour. The day may have been planned anew.")
    return found


def lock_courier(account_id: int) -> None:
    """One courier's reports are taken one after the other."""
    db.session.scalar(select(Account.id).where(Account.id == account_id).with_for_update(of=Account))


def shipment_called(reference: str) -> Shipment | None:
    """The shipment of this number, locked; whoever asks must check whose it is."""
    query = select(Shipment).where(Shipment.reference == reference)
    return db.session.scalar(query.with_for_update(of=Shipment).execution_options(populate_existing=True))


def rides_with(courier_id: int, shipment_id: int) -> bool:
    """Whether the plan that counts has this courier bring this shipment."""
    query = (
        select(Stop.id)
        .join(Tour, Stop.tour_id == Tour.id)
        .join(DayPlan, Tour.plan_id == DayPlan.id)
        .where(Stop.shipment_id == shipment_id, Tour.courier_id == courier_id, DayPlan.state == PlanState.PUBLISHED)
    )
    return db.session.scalar(query.limit(1)) is not None


def event_called(client_id: str) -> CourierEvent | None:
    """The report that a phone has sent under this number."""
    return db.session.scalar(select(CourierEvent).where(CourierEvent.client_id == client_id))


def entry_called(client_id: str) -> InboxEntry | None:
    """What lies in the inbox under this number."""
    return db.session.scalar(select(InboxEntry).where(InboxEntry.client_id == client_id))


def events_of_shipment(shipment_id: int) -> list[CourierEvent]:
    """Everything reported about a shipment."""
    query = select(CourierEvent).where(CourierEvent.shipment_id == shipment_id)
    return list(db.session.scalars(query.order_by(CourierEvent.id)))


def events_of_couriers(courier_ids: Iterable[int], day: date) -> dict[int, list[CourierEvent]]:
    """What couriers reported about a day, by courier."""
    wanted = set(courier_ids)
    query = select(CourierEvent).where(CourierEvent.account_id.in_(wanted), CourierEvent.day == day)
    found: dict[int, list[CourierEvent]] = {courier_id: [] for courier_id in wanted}
    for event in db.session.scalars(query.order_by(CourierEvent.id)):
        if event.account_id is not None:
            found[event.account_id].append(event)
    return found


def events_of_day(day: date) -> list[CourierEvent]:
    """Everything reported about a day, in the order in which it came."""
    query = select(CourierEvent).where(CourierEvent.day == day).options(joinedload(CourierEvent.shipment))
    return list(db.session.scalars(query.order_by(CourierEvent.id)))


def open_contradictions(shipment_id: int) -> list[InboxEntry]:
    """Unsettled entries about reports that contradict each other."""
    query = select(InboxEntry).where(InboxEntry.shipment_id == shipment_id, InboxEntry.contradicts.is_(True))
    return list(db.session.scalars(query.where(InboxEntry.settled_at.is_(None))))


def inbox() -> list[InboxEntry]:
    """What waits for the dispatcher, the oldest first."""
    query = select(InboxEntry).where(InboxEntry.settled_at.is_(None))
    query = query.options(joinedload(InboxEntry.account), joinedload(InboxEntry.shipment))
    return list(db.session.scalars(query.order_by(InboxEntry.id).limit(INBOX_SHOWN)))


def to_tell(day: date) -> list[Stop]:
    """The stops of a day whose recipients left a mail address and know of no hour yet, with their shipments, locked."""
    query = (
        select(Stop)
        .join(Tour, Stop.tour_id == Tour.id)
        .join(DayPlan, Tour.plan_id == DayPlan.id)
        .join(Shipment, Stop.shipment_id == Shipment.id)
        .where(DayPlan.day == day, DayPlan.state == PlanState.PUBLISHED, Shipment.status == ShipmentStatus.BOOKED)
        .where(Shipment.mail != "", Shipment.told_at.is_(None))
        .options(contains_eager(Stop.shipment))
    )
    return list(db.session.scalars(query.order_by(Stop.id).with_for_update(of=Shipment)))


def inbox_count() -> int:
    """How much waits for the dispatcher."""
    return db.session.scalar(select(func.count(InboxEntry.id)).where(InboxEntry.settled_at.is_(None))) or 0


def inbox_entry(entry_id: int) -> InboxEntry:
    """One entry, locked."""
    query = select(InboxEntry).where(InboxEntry.id == entry_id).with_for_update(of=InboxEntry)
    found = db.session.scalar(query.options(selectinload(InboxEntry.shipment)))
    if found is None:
        raise NotFound("There is no such report in the inbox.")
    return found


def photo_called(client_id: str) -> CourierPhoto | None:
    """The photo that a phone has sent under this number."""
    return db.session.scalar(select(CourierPhoto).where(CourierPhoto.client_id == client_id))


def photo(photo_id: int) -> CourierPhoto:
    """One photo of this city."""
    found = db.session.scalar(
        select(CourierPhoto).where(CourierPhoto.id == photo_id).options(joinedload(CourierPhoto.file))
    )
    if found is None:
        raise NotFound("There is no such photo. It may have been deleted.")
    return found


def photos_of(event_ids: Iterable[str]) -> dict[str, list[CourierPhoto]]:
    """The photos of some reports, by the number of the report."""
    found: dict[str, list[CourierPhoto]] = {}
    query = select(CourierPhoto).where(CourierPhoto.event_client_id.in_(set(event_ids))).order_by(CourierPhoto.id)
    for one in db.session.scalars(query):
        found.setdefault(one.event_client_id, []).append(one)
    return found


def couriers() -> list[Account]:
    """The people who may ride a tour."""
    query = select(Account).join(RoleGrant, RoleGrant.account_id == Account.id)
    query = query.where(RoleGrant.role == Role.COURIER, Account.disabled_at.is_(None))
    return list(db.session.scalars(query.order_by(Account.name, Account.id)).unique())


def courier(account_id: int) -> Account:
    """One of the people who may ride a tour."""
    found = next((person for person in couriers() if person.id == account_id), None)
    if found is None:
        raise NotFound("There is no such courier. The account may have been closed.")
    return found


def plans_of_day(day: date) -> list[DayPlan]:
    """All versions of a day's plan that are still kept, the newest first."""
    query = (
        select(DayPlan)
        .where(DayPlan.day == day)
        .options(
            selectinload(DayPlan.tours).selectinload(Tour.stops),
            selectinload(DayPlan.unserved).joinedload(UnservedShipment.shipment),
        )
    )
    return list(db.session.scalars(query.order_by(DayPlan.number.desc())))


def board_plan(day: date) -> DayPlan | None:
    """The plan of a day that counts as the board shows it: without the lines and words of its ways."""
    stops = selectinload(DayPlan.tours).selectinload(Tour.stops)
    query = (
        select(DayPlan)
        .where(DayPlan.day == day, DayPlan.state == PlanState.PUBLISHED)
        .options(
            selectinload(DayPlan.tours).options(
                defer(Tour.back_line), defer(Tour.back_steps), defer(Tour.reload_ways),
                joinedload(Tour.vehicle).joinedload(HubVehicle.hub), joinedload(Tour.courier),
            ),
            stops.options(defer(Stop.line), defer(Stop.steps), joinedload(Stop.shipment), selectinload(Stop.events)),
            selectinload(DayPlan.unserved).joinedload(UnservedShipment.shipment),
        )
    )  # fmt: skip
    return db.session.scalar(query)


def drafts(day: date) -> list[int]:
    """The numbers of rows of a day's drafts."""
    query = select(DayPlan.id).where(DayPlan.day == day, DayPlan.state == PlanState.DRAFT)
    return list(db.session.scalars(query.order_by(DayPlan.id)))


def has_version_before(day: date, number: int) -> bool:
    """Whether there is a version to go back to."""
    query = select(DayPlan.id).where(DayPlan.day == day, DayPlan.number < number, DayPlan.state == PlanState.SUPERSEDED)
    return db.session.scalar(query.limit(1)) is not None


def tour_with(shipment_id: int) -> int | None:
    """The tour that brings a shipment by the plan that counts."""
    query = _tours_in_force().join(Stop, Stop.tour_id == Tour.id).where(Stop.shipment_id == shipment_id)
    found = db.session.scalar(query.limit(1))
    return found.id if found else None
