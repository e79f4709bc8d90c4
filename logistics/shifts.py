"""Shifts, absences and outages: what the dispatcher enters about who and what is there. In the caller's transaction."""

from __future__ import annotations

from datetime import date, timedelta

from city import audit, clock
from city.db import db
from logistics import queries, shift_queries, shift_rules, street_queries
from logistics.models import Absence, Shift, VehicleOutage
from logistics.models.shifts import AbsenceKind
from logistics.services import ask_for_plan, refuse
from routing.message import BadInput

LONGEST_ABSENCE_D = 366


def put_shift(courier_id: int, vehicle_id: int, day: date, *, starts_s: int, ends_s: int) -> Shift:
    """Give a courier a shift on a bike, instead of the one of that day, and of whoever had the bike.

    Raises Conflict with the sentence of the rule that objects.
    """
    courier, bike = street_queries.courier(courier_id), shift_queries.vehicle(vehicle_id)
    shift = Shift(account_id=courier.id, vehicle_id=bike.id, day=day, starts_s=starts_s, ends_s=ends_s)
    beside = shift_queries.shifts_beside(courier.id, day)
    absent = next((one for one in shift_queries.absences_on(day) if one.account_id == courier.id), None)
    refuse(
        shift_rules.objection_to_shift(
            shift, bike=bike, before=beside.get(day - timedelta(days=1)), after=beside.get(day + timedelta(days=1)),
            absent=absent,
        )
    )  # fmt: skip
    for old in shift_queries.shifts_on(day):
        if old.account_id == courier.id or old.vehicle_id == bike.id:
            db.session.delete(old)
    db.session.flush()
    db.session.add(shift)
    db.session.flush()
    audit.record("shift entered", "shift", shift.id, vehicle=bike.id)
    _plan_again(day)
    return shift


def remove_shift(shift_id: int) -> date:
    """Take a shift away; returns its day."""
    shift = shift_queries.shift(shift_id)
    audit.record("shift removed", "shift", shift.id)
    db.session.delete(shift)
    db.session.flush()
    _plan_again(shift.day)
    return shift.day


def put_absence(courier_id: int, kind: AbsenceKind, *, first: date, last: date) -> Absence:
    """Note that a courier is not there from one day to another, both included; plans of these days are made again."""
    courier = street_queries.courier(courier_id)
    if last < first:
        raise BadInput("The absence ends on %(last)s, but begins on %(first)s. Please check both days.",
                       first=first, last=last)  # fmt: skip
    if (last - first).days > LONGEST_ABSENCE_D:
        raise BadInput("An absence of %(days)d days is too long; at most %(most)d are possible.",
                       days=(last - first).days, most=LONGEST_ABSENCE_D)  # fmt: skip
    row = Absence(account_id=courier.id, kind=kind, starts=first, ends=last + timedelta(days=1), noted_at=clock.now())
    db.session.add(row)
    db.session.flush()
    audit.record("absence noted", "absence", row.id)
    for day in queries.booked_days(max(first, clock.today())):
        if day <= last:
            _plan_again(day)
    return row


def end_absence(absence_id: int) -> None:
    """The courier is back, or it was an error."""
    row = shift_queries.absence(absence_id)
    audit.record("absence ended", "absence", row.id)
    db.session.delete(row)


def vehicle_out(vehicle_id: int, day: date, *, from_s: int = 0) -> VehicleOutage:
    """Note that a bike cannot ride from a clock time of a day on; the same outage is noted once."""
    bike = shift_queries.vehicle(vehicle_id)
    known = next((one for one in shift_queries.outages_on(day) if one.vehicle_id == bike.id), None)
    if known is not None:
        return known
    row = VehicleOutage(vehicle_id=bike.id, day=day, from_s=from_s)
    db.session.add(row)
    db.session.flush()
    audit.record("vehicle out", "hub_vehicle", bike.id, from_s=from_s)
    return row


def vehicle_back(outage_id: int, day: date) -> None:
    """The bike rides again from a day on."""
    outage = shift_queries.outage(outage_id)
    if day <= outage.day:
        db.session.delete(outage)
    else:
        outage.back_on = day
    audit.record("vehicle back", "hub_vehicle", outage.vehicle_id)
    db.session.flush()


def charge_vehicle(vehicle_id: int, *, range_km: int | None, charge_percent: int, day: date) -> None:
    """Note how far a bike gets with a full battery (``None``: not known), and how full it is when a day begins."""
    bike = shift_queries.vehicle(vehicle_id)
    if range_km is not None and not 1 <= range_km <= 500:
        raise BadInput("A range of %(value)d km is not possible; allowed are 1 to 500 km.", value=range_km)
    if not 0 <= charge_percent <= 100:
        raise BadInput("A charge of %(value)d %% is not possible; allowed are 0 to 100 %%.", value=charge_percent)
    bike.range_m = None if range_km is None else range_km * 1000
    bike.charge_percent, bike.charge_on = charge_percent, day
    audit.record("vehicle charged", "hub_vehicle", bike.id, charge_percent=charge_percent)


def _plan_again(day: date) -> None:
    """Have a day planned again that has a plan and has not begun."""
    plan = queries.published_plan(day)
    if plan is not None and day >= clock.today() and not any(stop.events for t in plan.tours for stop in t.stops):
        ask_for_plan(day, account_id=None)
