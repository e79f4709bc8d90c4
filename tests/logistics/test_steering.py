"""A running day in the dispatcher's hands: consequences first, versions, a bike that drops out, who is really there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from city import clock
from city.db import db, transaction
from city.messages import Conflict, NotFound
from city.models import Role
from logistics import (
    courses,
    dispatch,
    moves,
    queries,
    replanning,
    shift_rules,
    shifts,
    steering,
    street_queries,
)
from logistics.kinds import PlanState
from logistics.models import DayPlan, Shift, Shipment
from logistics.models.shifts import AbsenceKind
from routing.tours.replan import replan
from tests import build
from tests.logistics import rows
from tests.logistics.test_planning import MARKET, ROSE, SAND, plan

HOUR_S = 3600


@pytest.fixture
def steered(street_map):
    """A planned day with two bikes and three shipments: (day, hub)."""
    hub, day, person = rows.hub(lat=53.2488, lon=10.4095), rows.working_day(), rows.retailer()
    for point in (MARKET, SAND, ROSE):
        rows.book(person, hub, day, point=point)
    made = plan(day)
    assert sum(len(tour.stops) for tour in made.tours) == 3
    return day, hub


def now_of(day):
    db.session.rollback()
    db.session.expire_all()
    return steering.running(day)


def places(day) -> dict[str, list[str]]:
    """What each bike visits, by name of the bike."""
    now = now_of(day)
    return {tour.vehicle.name: [stop.shipment.reference for stop in tour.stops] for tour in now.plan.tours}


def other_bike(day) -> tuple[str, str, str]:
    """A shipment, its bike, and another bike: keys of the problem."""
    now = now_of(day)
    tour = now.plan.tours[0]
    return (
        tour.stops[0].shipment.reference,
        now.key_of(tour),
        next(k for k in now.question.bikes if k != now.key_of(tour)),
    )


def test_a_move_shows_what_follows_and_changes_nothing(steered):
    day, _ = steered
    reference, here, there = other_bike(day)
    before = places(day)

    seen = steering.preview(now_of(day), reference, bike=there, at=0)

    assert seen.possible and seen.number == 1
    assert [line.bike for line in seen.lines if line.moved] == [there]
    assert {total.bike for total in seen.totals} == {here, there}
    assert places(day) == before


def test_a_move_counts_as_a_new_version_and_can_be_taken_back(steered):
    day, _ = steered
    reference, _, there = other_bike(day)
    before = places(day)
    with transaction():
        steering.move_stop(day, reference, bike=there, at=0, number=1)
    moved = places(day)

    assert moved != before
    assert {one for stops in moved.values() for one in stops} == {one for stops in before.values() for one in stops}
    assert now_of(day).plan.number == 2
    stop = next(s for t in queries.published_plan(day).tours for s in t.stops if s.shipment.reference == reference)
    assert len(stop.line) >= 1 and stop.arrives_s >= 9 * HOUR_S
    with pytest.raises(Conflict, match="The plan has changed in the meantime"), transaction():
        steering.move_stop(day, reference, bike=there, at=0, number=1)
    with transaction():
        steering.undo(day, number=2)
    assert places(day) == before and now_of(day).plan.number == 1


def test_a_move_that_comes_too_late_says_when_the_window_closes(steered):
    """
    The window of one shipment is cut to the minute before its arrival at the end of the other tour.
    """
    day, _ = steered
    now = now_of(day)
    problem = now.question.problem
    keys = [order.key for order in problem.orders]
    late = moves.ridden(problem, moves.Course(next(iter(now.question.bikes)), tuple(keys), 0, 16 * HOUR_S))

    assert late.possible, "whether somebody waits that long is the dispatcher's to say"
    assert "the window closes at 11:00" in str(late.warnings[0]) and "arrival 16:0" in str(late.warnings[0])


def test_what_is_over_or_on_board_does_not_move(steered):
    day, _ = steered
    reference, here, there = other_bike(day)
    now = now_of(day)
    riding = courses.running(dispatch.input_of(day, every_bike=True), now.plan, at_s=12 * HOUR_S)

    seen = steering.preview(riding, reference, bike=there, at=0)

    assert not seen.possible and "which has left the hub" in str(seen.objections[0])
    with pytest.raises(NotFound, match="no such bike"):
        steering.preview(now, reference, bike="Rad 99", at=0)
    with pytest.raises(NotFound, match="is not part of this day"):
        steering.preview(now, "2222-2222", bike=here, at=0)


def replanned(day, **question):
    """Ask the planner itself, without its own process, and keep the draft."""
    asked = replanning.question(day, **question)
    found = replan(asked.problem, courses.plan_of(asked.day), asked.changes, now_s=asked.day.now_s, limit_s=0.2, seed=1)
    db.session.rollback()
    with transaction():
        return replanning.keep_draft(replanning.question(day, **question), found).id


def test_a_bike_that_drops_out_gives_its_stops_to_the_other_one(steered):
    day, _ = steered
    _, here, there = other_bike(day)
    draft_id = replanned(day, out=[here])
    before, draft = queries.published_plan(day), queries.draft(day, draft_id)

    assert before is not None and before.number == 1 and draft.state == PlanState.DRAFT
    assert [tour.vehicle.name for tour in draft.tours] == [there.split(" (")[0]]
    assert sum(len(tour.stops) for tour in draft.tours) == 3
    assert replanning.differences(before, draft)
    with transaction():
        replanning.accept(day, draft_id)
    assert now_of(day).plan.number == draft.number
    with pytest.raises(NotFound, match="There is no such draft"), transaction():
        replanning.accept(day, draft_id)


def test_a_draft_made_from_older_bookings_is_refused(steered):
    day, hub = steered
    draft_id = replanned(day)
    rows.book(rows.retailer(), hub, day, point=SAND)

    with pytest.raises(Conflict, match="older plan or older bookings"), transaction():
        replanning.accept(day, draft_id)
    with transaction():
        replanning.discard(day, draft_id)
    assert street_queries.drafts(day) == []


def test_a_new_order_is_taken_in_and_a_held_stop_keeps_its_bike(steered):
    day, hub = steered
    now = now_of(day)
    stop, key = now.plan.tours[0].stops[0], now.key_of(now.plan.tours[0])
    reference, stop_id = stop.shipment.reference, stop.id
    with transaction():
        steering.hold_stop(day, stop_id, held=True, number=1)
    fresh = rows.book(rows.retailer(), hub, day, point=ROSE).reference

    draft_id = replanned(day)

    tours = {
        tour.vehicle.name: {s.shipment.reference for s in tour.stops} for tour in queries.draft(day, draft_id).tours
    }
    assert reference in tours[key.split(" (")[0]]
    assert fresh in set.union(*tours.values())


def test_the_plan_uses_only_who_and_what_is_really_there(steered):
    """
    One courier with a shift from 10 to 14: one bike rides, within these hours. When she falls ill, none does.
    """
    day, hub = steered
    courier, bike = build.account(Role.COURIER), hub.vehicles[0]
    with transaction():
        shifts.put_shift(courier.id, bike.id, day, starts_s=10 * HOUR_S, ends_s=14 * HOUR_S)

    there = dispatch.input_of(day)

    assert [(b.name, b.starts_s, b.ends_s) for h in there.hubs for b in h.vehicles] == [
        ("Rad 1", 10 * HOUR_S, 14 * HOUR_S)
    ]
    assert len([b for h in dispatch.input_of(day, every_bike=True).hubs for b in h.vehicles]) == 2
    made = plan(day)
    assert [tour.courier_id for tour in made.tours] == [courier.id]
    with transaction():
        shifts.put_absence(courier.id, AbsenceKind.SICK, first=day, last=day)
    assert [b.name for h in dispatch.input_of(day).hubs for b in h.vehicles] == []


def test_an_outage_ends_the_hours_of_a_bike_and_a_battery_its_way(steered):
    day, hub = steered
    bike = hub.vehicles[0]
    with transaction():
        outage = shifts.vehicle_out(bike.id, day, from_s=10 * HOUR_S)
        shifts.charge_vehicle(bike.id, range_km=40, charge_percent=50, day=day)

    first = next(b for h in dispatch.input_of(day).hubs for b in h.vehicles if b.id == bike.id)

    assert (first.starts_s, first.ends_s) == (9 * HOUR_S, 10 * HOUR_S)
    assert now_of(day).question.problem.vehicles[0].range_m == 20_000
    with transaction():
        shifts.vehicle_back(outage.id, day)
    assert dispatch.input_of(day).hubs[0].vehicles[0].ends_s == 17 * HOUR_S


@pytest.mark.parametrize(
    ("starts", "ends", "why"),
    [
        (12, 11, "The shift ends at 11:00, but begins at 12:00."),
        (6, 18, "more than 10 hours of work"),
        (18, 20, "Rad 1 rides from 09:00 to 17:00 only."),
        (6, 10, "less than 11 hours of rest"),
    ],
)
def test_the_law_objects_to_shifts(starts, ends, why):
    yesterday = Shift(starts_s=14 * HOUR_S, ends_s=21 * HOUR_S)
    shift = Shift(starts_s=starts * HOUR_S, ends_s=ends * HOUR_S)

    objection = shift_rules.objection_to_shift(shift, bike=rows.bike(), before=yesterday, after=None, absent=None)

    assert objection is not None and why in str(objection)


@pytest.mark.parametrize(("hours", "minutes"), [(4, 0), (6, 0), (6.5, 30), (9, 30), (9.75, 45), (10, 45)])
def test_breaks_follow_the_law(hours, minutes):
    """
    § 4 ArbZG: more than six hours of work need 30 minutes, more than nine 45; work is the shift without its break.
    """
    assert shift_rules.break_needed_s(int(hours * HOUR_S)) == minutes * 60


def test_old_versions_are_forgotten_but_not_the_last_ones(steered):
    day, _ = steered
    reference, here, there = other_bike(day)
    for number in range(1, 4):
        with transaction():
            steering.move_stop(day, reference, bike=there if number % 2 else here, at=0, number=number)

    assert len(list(db.session.scalars(select(DayPlan).where(DayPlan.day == day)))) == 4
    assert db.session.scalars(select(Shipment)).first() is not None
    assert clock.now() - timedelta(days=1) < now_of(day).plan.made_at
