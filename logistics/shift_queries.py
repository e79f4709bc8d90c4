"""Questions about shifts, absences and outages."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from city.db import db
from city.messages import NotFound
from logistics.models import Absence, Hub, HubVehicle, Shift, VehicleOutage


def shifts_on(day: date) -> list[Shift]:
    """The shifts of a day, by beginning."""
    query = select(Shift).where(Shift.day == day).options(joinedload(Shift.account), joinedload(Shift.vehicle))
    return list(db.session.scalars(query.order_by(Shift.starts_s, Shift.id)))


def shift(shift_id: int) -> Shift:
    """One shift."""
    found = db.session.scalar(select(Shift).where(Shift.id == shift_id))
    if found is None:
        raise NotFound("There is no such shift. It may have been removed.")
    return found


def shifts_beside(courier_id: int, day: date) -> dict[date, Shift]:
    """The shifts of a courier on the days before and after one, by day."""
    days = (day - timedelta(days=1), day + timedelta(days=1))
    query = select(Shift).where(Shift.account_id == courier_id, Shift.day.in_(days))
    return {one.day: one for one in db.session.scalars(query)}


def absences_on(day: date) -> list[Absence]:
    """Who is not there on a day."""
    query = select(Absence).where(Absence.starts <= day, Absence.ends > day).options(joinedload(Absence.account))
    return list(db.session.scalars(query.order_by(Absence.starts, Absence.id)))


def absence(absence_id: int) -> Absence:
    """One absence."""
    found = db.session.scalar(select(Absence).where(Absence.id == absence_id))
    if found is None:
        raise NotFound("There is no such absence. It may have ended.")
    return found


def outages_on(day: date) -> list[VehicleOutage]:
    """The vehicles that are out on a day, for all of it or from a clock time on."""
    back = or_(VehicleOutage.back_on.is_(None), VehicleOutage.back_on > day)
    query = select(VehicleOutage).where(VehicleOutage.day <= day, back).options(joinedload(VehicleOutage.vehicle))
    return list(db.session.scalars(query.order_by(VehicleOutage.id)))


def outage(outage_id: int) -> VehicleOutage:
    """One outage."""
    found = db.session.scalar(select(VehicleOutage).where(VehicleOutage.id == outage_id))
    if found is None:
        raise NotFound("There is no such outage. The bike may be back.")
    return found


def vehicle(vehicle_id: int) -> HubVehicle:
    """One bike, with its hub, locked."""
    query = select(HubVehicle).where(HubVehicle.id == vehicle_id).options(joinedload(HubVehicle.hub))
    found = db.session.scalar(query.with_for_update(of=HubVehicle))
    if found is None:
        raise NotFound("There is no such bike. It may have been taken out of service.")
    return found


def vehicles() -> list[HubVehicle]:
    """All bikes, by hub and name."""
    query = select(HubVehicle).join(Hub, HubVehicle.hub_id == Hub.id).options(joinedload(HubVehicle.hub))
    return list(db.session.scalars(query.order_by(Hub.name, HubVehicle.id)))
