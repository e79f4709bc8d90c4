"""Questions to the rows of logistics. Ownership stands inside each query: what belongs to others is not found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from city.db import current_city_id, db
from city.messages import NotFound
from city.models import Account, City, Job, JobState, Organisation, OrganisationKind
from city.remembered import once
from leerstand.kinds import AgreementState, UseType
from leerstand.models import Agreement, UseRequest
from logistics.kinds import NOT_COMING, HubState, PlanState, Ride, ShipmentStatus
from logistics.models import (
    Compartment,
    DayPlan,
    Hub,
    HubVehicle,
    LockerStay,
    Quota,
    Shipment,
    Stop,
    Tour,
    UnservedShipment,
)


@cache  # statements are never changed, and putting one together takes longer than asking it
def _hubs(*, whole: bool = True) -> Select[Hub]:
    """Hubs with their vehicles; ``whole`` brings docks and compartments, too."""
    more = (selectinload(Hub.docks), selectinload(Hub.compartments)) if whole else ()
    return select(Hub).options(selectinload(Hub.vehicles), joinedload(Hub.agreement), joinedload(Hub.operator), *more)


def _one_hub(query: Select[Hub], *, to_change: bool) -> Hub:
    if to_change:
        query = query.with_for_update(of=Hub).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("There is no such hub. It may have been closed.")
    return found


def hub(hub_id: int, *, to_change: bool = False, whole: bool = True) -> Hub:
    """One hub with its vehicles and its agreement; ``to_change`` locks it until the transaction ends."""
    return _one_hub(_hubs(whole=whole).where(Hub.id == hub_id), to_change=to_change)


def hubs_to_change(hub_ids: Iterable[int], *, whole: bool = True) -> dict[int, Hub]:
    """Some hubs, locked in the order of their ids; ``whole`` with docks and compartments, too."""
    return {hub_id: hub(hub_id, to_change=True, whole=whole) for hub_id in sorted(set(hub_ids))}


def hubs_numbered(hub_ids: Iterable[int]) -> dict[int, Hub]:
    """Those of these hubs that there are, without a lock."""
    return {one.id: one for one in db.session.scalars(_hubs().where(Hub.id.in_(sorted(set(hub_ids)))))}


def hub_point(hub_id: int) -> tuple[float, float] | None:
    """Where a hub lies, if there is one of this number."""
    found = db.session.execute(select(Hub.lat, Hub.lon).where(Hub.id == hub_id)).first()
    return (found[0], found[1]) if found else None


def quota_at(hub_ids: Iterable[int], organisation_id: int) -> dict[int, int]:
    """How many parcels a day an organisation may book at most, by hub; those without a limit are missing."""
    query = select(Quota.hub_id, Quota.parcels_per_day).where(Quota.organisation_id == organisation_id)
    return {row[0]: row[1] for row in db.session.execute(query.where(Quota.hub_id.in_(sorted(hub_ids))))}


def quotas_of(hub_id: int) -> list[Quota]:
    """How much single organisations may book at a hub, by name."""
    query = select(Quota).join(Organisation, Quota.organisation_id == Organisation.id)
    query = query.where(Quota.hub_id == hub_id).options(joinedload(Quota.organisation)).order_by(Organisation.name)
    return list(db.session.scalars(query))


def hub_of(account: Account, hub_id: int, *, every: bool, to_change: bool = False) -> Hub:
    """One hub that this person runs; with ``every`` (the city's own people) any hub."""
    query = _hubs().where(Hub.id == hub_id)
    if not every:
        query = query.where(Hub.operator_id == account.organisation_id)
    return _one_hub(query, to_change=to_change)


def hubs_of(account: Account, *, every: bool) -> list[Hub]:
    """The hubs that this person runs; with ``every`` all of them."""
    query = _hubs().order_by(Hub.name)
    if not every:
        query = query.where(Hub.operator_id == account.organisation_id)
    return list(db.session.scalars(query))


def open_hubs() -> list[Hub]:
    """Hubs that take bookings, by name."""
    return list(db.session.scalars(_hubs().where(Hub.state == HubState.OPEN).order_by(Hub.name)))


def _hub_agreements(account: Account, *, every: bool) -> Select[Agreement]:
    """Agreements on a micro-hub; for an operator those that came of its own request."""
    query = (
        select(Agreement)
        .join(UseRequest, Agreement.request_id == UseRequest.id)
        .options(joinedload(Agreement.unit), joinedload(Agreement.request))
        .where(Agreement.use_type == UseType.MICRO_HUB, Agreement.state == AgreementState.AGREED)
        .order_by(Agreement.starts, Agreement.id)
    )
    if every:
        return query
    mine = UseRequest.applicant_id == account.id
    if account.organisation_id is not None:
        mine = or_(mine, UseRequest.organisation_id == account.organisation_id)
    return query.where(mine)


def agreements_without_hub(account: Account, *, today: date, every: bool) -> list[Agreement]:
    """Agreements on a micro-hub, not over yet, in which no hub was opened so far."""
    used = select(Hub.agreement_id).where(Hub.agreement_id.is_not(None))
    query = _hub_agreements(account, every=every).where(Agreement.ends > today, Agreement.id.not_in(used))
    return list(db.session.scalars(query))


def hub_agreement(account: Account, agreement_id: int, *, every: bool) -> Agreement:
    """One agreement on a micro-hub that this person may open a hub in."""
    found = db.session.scalar(_hub_agreements(account, every=every).where(Agreement.id == agreement_id))
    if found is None:
        raise NotFound("There is no such agreement on a micro-hub.")
    return found


def hub_in(agreement_id: int) -> Hub | None:
    """The hub opened in an agreement, if there is one."""
    return db.session.scalar(select(Hub).where(Hub.agreement_id == agreement_id))


def hub_called(name: str) -> Hub | None:
    """The hub of this name, if there is one."""
    return db.session.scalar(select(Hub).where(Hub.name == name))


def open_shipments(hub_id: int, *, from_day: date) -> int:
    """How many shipments a hub still has to deliver."""
    query = select(func.count(Shipment.id)).where(Shipment.hub_id == hub_id, Shipment.day >= from_day)
    return db.session.scalar(query.where(Shipment.status == ShipmentStatus.BOOKED)) or 0


def current_city() -> City:
    """The city in scope."""
    return once(City, lambda: db.session.scalars(select(City).where(City.id == current_city_id())).one())


@cache
def _shipments() -> Select[Shipment]:
    whole_hub = joinedload(Shipment.hub)
    return select(Shipment).options(
        whole_hub.selectinload(Hub.vehicles),
        whole_hub.joinedload(Hub.agreement),
        joinedload(Shipment.retailer),
        joinedload(Shipment.stay).joinedload(LockerStay.compartment),
    )


@cache
def _whole() -> Select[Shipment]:
    """Shipments with everything that belongs to them."""
    return _shipments().options(
        selectinload(Shipment.legs),
        selectinload(Shipment.pieces),
        selectinload(Shipment.parts).selectinload(Shipment.legs),
        selectinload(Shipment.parts).joinedload(Shipment.stay),
    )


def shipment_of(retailer_id: int | None, reference: str, *, to_change: bool = False) -> Shipment:
    """One shipment of this retailer. Another retailer's is not found; ``to_change`` locks it."""
    query = _whole().where(Shipment.reference == reference, Shipment.retailer_id == retailer_id)
    query = query.where(Shipment.part_of_id.is_(None))
    if to_change:
        query = query.with_for_update(of=Shipment).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("There is no such shipment. Please check the reference.")
    return found


def shipments_of(retailer_id: int | None, *, page: int = 1, size: int = 200) -> list[Shipment]:
    """One page of the shipments of this retailer, the latest day first; pages count from 1."""
    query = _shipments().where(*_listed(retailer_id)).order_by(Shipment.day.desc(), Shipment.id.desc())
    return list(db.session.scalars(query.limit(size).offset((page - 1) * size)))


def count_shipments(retailer_id: int | None) -> int:
    """How many shipments the list of this retailer holds."""
    return db.session.scalar(select(func.count(Shipment.id)).where(*_listed(retailer_id))) or 0


def _listed(retailer_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (
        Shipment.retailer_id == retailer_id,
        Shipment.part_of_id.is_(None),
        Shipment.status != ShipmentStatus.EXPIRED,
    )


def shipments_before(retailer_id: int | None, before_id: int | None, *, limit: int) -> list[Shipment]:
    """The whole shipments of this retailer, the newest first, from before a number on."""
    query = _whole().where(Shipment.retailer_id == retailer_id, Shipment.part_of_id.is_(None))
    if before_id is not None:
        query = query.where(Shipment.id < before_id)
    return list(db.session.scalars(query.order_by(Shipment.id.desc()).limit(limit)))


def expired_holds(hub_id: int, now: datetime) -> list[Shipment]:
    """Holds of a hub that nobody confirmed in time, with the pickups that belong to them. The hub comes locked."""
    query = select(Shipment).where(Shipment.hub_id == hub_id, Shipment.status == ShipmentStatus.HELD)
    query = query.where(Shipment.hold_until <= now).order_by(Shipment.id).with_for_update()
    return list(db.session.scalars(query))


def hubs_with_expired_holds(now: datetime) -> list[int]:
    """Where a hold has run out."""
    query = select(Shipment.hub_id).where(Shipment.status == ShipmentStatus.HELD, Shipment.hold_until <= now)
    return list(db.session.scalars(query.distinct().order_by(Shipment.hub_id)))


def shipment_sent_before(retailer_id: int, request_key: str) -> Shipment | None:
    """What the same form has booked already."""
    query = _whole().where(Shipment.retailer_id == retailer_id, Shipment.request_key == request_key)
    return db.session.scalar(query)


def retailer(organisation_id: int | None) -> Organisation:
    """The shop that a person books for, locked: its own bookings come one after the other."""
    found = db.session.scalar(select(Organisation).where(Organisation.id == organisation_id).with_for_update())
    if found is None:
        raise NotFound("Your account belongs to no shop. The city administration can change that.")
    return found


def day_shipments(day: date, *, hub_id: int | None = None) -> list[Shipment]:
    """What bikes are to bring or collect on a day, by hub and window."""
    query = _shipments().where(Shipment.day == day, Shipment.status.not_in(NOT_COMING), Shipment.ride != Ride.NONE)
    if hub_id is not None:
        query = query.where(Shipment.hub_id == hub_id)
    return list(db.session.scalars(query.order_by(Shipment.hub_id, Shipment.window_opens_s, Shipment.id)))


def hub_shipments(day: date, hub_id: int, *, whole: bool = False) -> list[Shipment]:
    """Everything that passes through a hub on a day, also what stays in its lockers, by window."""
    query = (_whole() if whole else _shipments()).where(Shipment.day == day, Shipment.hub_id == hub_id)
    query = query.where(Shipment.status.not_in(NOT_COMING))
    return list(db.session.scalars(query.order_by(Shipment.window_opens_s, Shipment.id)))


def stays_now(hub_id: int, day: date) -> list[LockerStay]:
    """Who has a compartment of a hub on a day, and before all others whoever's parcel lies in it; these last."""
    query = (
        select(LockerStay)
        .join(Compartment, LockerStay.compartment_id == Compartment.id)
        .join(Shipment, LockerStay.shipment_id == Shipment.id)
        .where(Compartment.hub_id == hub_id, LockerStay.opened_at.is_(None))
        .where(or_(LockerStay.starts <= day, LockerStay.placed_at.is_not(None)))
        .where(Shipment.status.not_in(NOT_COMING))
        .options(joinedload(LockerStay.shipment).selectinload(Shipment.pieces), joinedload(LockerStay.compartment))
    )
    query = query.where(or_(LockerStay.ends > day, LockerStay.placed_at.is_not(None)))
    return list(db.session.scalars(query.order_by(LockerStay.placed_at.is_not(None), LockerStay.starts)))


def shops() -> list[Organisation]:
    """Every retailer, by name."""
    query = select(Organisation).where(Organisation.kind == OrganisationKind.RETAILER)
    return list(db.session.scalars(query.order_by(Organisation.name, Organisation.id)))


def booked_days(from_day: date, *, hub_id: int | None = None, rides_only: bool = True) -> list[date]:
    """The days from a day on that have shipments, in order."""
    query = select(Shipment.day).where(Shipment.day >= from_day, Shipment.status.not_in(NOT_COMING))
    if rides_only:
        query = query.where(Shipment.ride != Ride.NONE)
    if hub_id is not None:
        query = query.where(Shipment.hub_id == hub_id)
    return list(db.session.scalars(query.distinct().order_by(Shipment.day)))


def hubs_of_day(day: date) -> list[Hub]:
    """Hubs whose bikes may ride on a day: those in an agreement that holds then, by id."""
    query = _hubs().outerjoin(Agreement, Hub.agreement_id == Agreement.id)
    query = query.where(or_(Hub.agreement_id.is_(None), and_(Agreement.starts <= day, day < Agreement.ends)))
    return list(db.session.scalars(query.order_by(Hub.id)))


@cache
def _plans() -> Select[DayPlan]:
    tours = selectinload(DayPlan.tours)
    stops = tours.selectinload(Tour.stops)
    return select(DayPlan).options(
        tours.joinedload(Tour.vehicle).joinedload(HubVehicle.hub),
        tours.joinedload(Tour.courier),
        stops.joinedload(Stop.shipment),
        stops.selectinload(Stop.events),
        selectinload(DayPlan.unserved).joinedload(UnservedShipment.shipment),
    )


def published_plan(day: date, *, to_change: bool = False) -> DayPlan | None:
    """The plan of a day that counts, with tours, stops, what happened, and what stays behind."""
    query = _plans().where(DayPlan.day == day, DayPlan.state == PlanState.PUBLISHED)
    if to_change:
        query = query.with_for_update(of=DayPlan).execution_options(populate_existing=True)
    return db.session.scalar(query)


def plan_before(day: date) -> DayPlan | None:
    """The plan of a day that the one that counts has replaced."""
    query = _plans().where(DayPlan.day == day, DayPlan.state == PlanState.SUPERSEDED)
    return db.session.scalar(query.order_by(DayPlan.number.desc()).limit(1))


def stop_of_shipment(shipment_id: int) -> Stop | None:
    """Where a shipment stands in the plan that counts, with what was reported of it."""
    query = (
        select(Stop)
        .join(Tour, Stop.tour_id == Tour.id)
        .join(DayPlan, Tour.plan_id == DayPlan.id)
        .where(Stop.shipment_id == shipment_id, DayPlan.state == PlanState.PUBLISHED)
        .options(selectinload(Stop.events))
    )
    return db.session.scalar(query)


def planning_job(once_key: str) -> Job | None:
    """The job that plans a day and has not ended yet."""
    query = select(Job).where(Job.once_key == once_key, Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
    return db.session.scalar(query.order_by(Job.id.desc()).limit(1))


def last_plan_number(day: date) -> int:
    """How many plans a day has had so far."""
    return db.session.scalar(select(func.max(DayPlan.number)).where(DayPlan.day == day)) or 0


def version_before(day: date, number: int) -> DayPlan | None:
    """The version of a day's plan that counted before this one."""
    query = _plans().where(DayPlan.day == day, DayPlan.number < number, DayPlan.state == PlanState.SUPERSEDED)
    return db.session.scalar(query.order_by(DayPlan.number.desc()).limit(1))


def draft(day: date, draft_id: int) -> DayPlan:
    """A draft of a day."""
    found = db.session.scalar(
        _plans().where(DayPlan.day == day, DayPlan.id == draft_id, DayPlan.state == PlanState.DRAFT)
    )
    if found is None:
        raise NotFound("There is no such draft. It was accepted, discarded or replaced by a newer one.")
    return found


def forget_drafts(day: date) -> None:
    """Only the newest draft of a day is kept."""
    old = delete(DayPlan).where(DayPlan.day == day, DayPlan.state == PlanState.DRAFT)
    db.session.execute(old.execution_options(synchronize_session=False))
