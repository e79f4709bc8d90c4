"""Who may work when, and what is really there on a day. Pure: plain objects in, reasons out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from logistics.models import Absence, Hub, HubVehicle, Shift, VehicleOutage
from logistics.rules import clock_time
from routing.message import Message

LONGEST_SHIFT_S = 10 * 3600  # § 3 ArbZG, breaks not counted
REST_S = 11 * 3600  # § 5 ArbZG, between two shifts
DAY_S = 24 * 3600
BREAKS = ((9 * 3600, 45 * 60), (6 * 3600, 30 * 60))  # § 4 ArbZG: (work of more than, break)


def break_needed_s(span_s: int) -> int:
    """How much of a break a shift of this length needs, from its beginning to its end (§ 4 ArbZG)."""
    for work_s, rest_s in BREAKS:
        if span_s - rest_s > work_s or (span_s > work_s and span_s - rest_s >= work_s):
            return rest_s
    return BREAKS[-1][1] if span_s > BREAKS[-1][0] else 0


def objection_to_shift(
    shift: Shift, *, bike: HubVehicle, before: Shift | None, after: Shift | None, absent: Absence | None
) -> Message | None:
    """Why a courier cannot have a shift; ``before`` and ``after`` are the same person's on the days beside it."""
    if shift.ends_s <= shift.starts_s:
        return Message(
            "The shift ends at %(ends)s, but begins at %(starts)s. The end must be later than the beginning.",
            {"starts": clock_time(shift.starts_s), "ends": clock_time(shift.ends_s)},
        )
    span_s = shift.ends_s - shift.starts_s
    work_s = span_s - break_needed_s(span_s)
    if work_s > LONGEST_SHIFT_S:
        return Message(
            "From %(starts)s to %(ends)s is more than 10 hours of work, breaks not counted. Please shorten the shift.",
            {"starts": clock_time(shift.starts_s), "ends": clock_time(shift.ends_s)},
        )
    if absent is not None:
        return Message(
            "This person is absent from %(starts)s on. Please choose someone else.", {"starts": absent.starts}
        )
    for early, late in ((before, shift), (shift, after)):
        if early is not None and late is not None and late.starts_s + DAY_S - early.ends_s < REST_S:
            return Message(
                "Between %(ends)s and %(starts)s on the next day are less than 11 hours of rest.",
                {"ends": clock_time(early.ends_s), "starts": clock_time(late.starts_s)},
            )
    if shift.starts_s >= bike.ends_s or shift.ends_s <= bike.starts_s:
        return Message(
            "%(bike)s rides from %(starts)s to %(ends)s only. Please choose a shift within these hours.",
            {"bike": bike.name, "starts": clock_time(bike.starts_s), "ends": clock_time(bike.ends_s)},
        )
    return None


def is_out(vehicle_id: int, outages: Iterable[VehicleOutage], day: date) -> bool:
    """Whether a vehicle is out on a day, for all of it or from a clock time on."""
    return any(_concerns(one, vehicle_id, day) for one in outages)


def _concerns(outage: VehicleOutage, vehicle_id: int, day: date) -> bool:
    back = outage.back_on is not None and outage.back_on <= day
    return outage.vehicle_id == vehicle_id and outage.day <= day and not back


def hours_of_day(
    hubs: Sequence[Hub],
    shifts: Sequence[Shift],
    absences: Sequence[Absence],
    outages: Sequence[VehicleOutage],
    day: date,
) -> dict[int, tuple[int, int]]:
    """When each bike really rides on a day, by the bike's id; bikes that stay at home are left out.

    Where no shift was entered for the day, every bike counts as ridden in its
    own hours. A bike that drops out rides until then.
    """
    sick = {one.account_id for one in absences if one.starts <= day < one.ends}
    ridden = {one.vehicle_id: (one.starts_s, one.ends_s) for one in shifts if one.account_id not in sick}
    found: dict[int, tuple[int, int]] = {}
    for bike in (bike for hub in hubs for bike in hub.vehicles):
        starts, ends = bike.starts_s, bike.ends_s
        if shifts:
            if bike.id not in ridden:
                continue
            starts, ends = max(starts, ridden[bike.id][0]), min(ends, ridden[bike.id][1])
        for outage in outages:
            if _concerns(outage, bike.id, day):
                ends = min(ends, outage.from_s if outage.day == day else 0)
        if starts < ends:
            found[bike.id] = (starts, ends)
    return found
