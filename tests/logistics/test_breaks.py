"""Breaks by law in plans, in moves and on pages; and a move that breaks a window, taken on by the dispatcher."""

from __future__ import annotations

from dataclasses import replace

import pytest

from city import settings
from city.db import db, transaction
from city.messages import Conflict
from city.models import Role
from logistics import courses, dispatch, moves, queries, replanning, rules, shift_queries, steering, street_queries
from routing.tours.replan import replan
from tests.logistics import rows
from tests.logistics.test_planning import MARKET, ROSE, SAND, plan

HOUR_S = 3600
HALF_HOUR_S = 1800
HUB = 0  # the number of its place: hubs come first


@pytest.fixture
def long_day(street_map):
    """One bike from 8 to 18 o'clock with stops in the first, a middle and the last window: its day."""
    hub, day, person = rows.hub(lat=53.2488, lon=10.4095, bikes=1), rows.working_day(), rows.retailer()
    with transaction():
        bike = shift_queries.vehicle(shift_queries.vehicles()[0].id)
        bike.starts_s, bike.ends_s = 8 * HOUR_S, 18 * HOUR_S
        settings.change(replace(settings.current().numbers, unserved_cents=100_000), by_account_id=None)
    for point, opens_h in ((MARKET, 8), (SAND, 12), (ROSE, 16)):
        window = {"window_opens_s": opens_h * HOUR_S, "window_closes_s": (opens_h + 2) * HOUR_S}
        rows.book(person, hub, day, point=point, **window)
    plan(day)
    return day


def tour_of(day):
    db.session.rollback()
    db.session.expire_all()
    return steering.running(day).plan.tours[0]


def is_lawful(tour) -> bool:
    """30 minutes, and no more than six hours before or after them."""
    rest = tour.breaks[0]
    before, after = rest["starts_s"] - tour.departs_s, tour.returns_s - rest["ends_s"]
    return rest["ends_s"] - rest["starts_s"] == HALF_HOUR_S and max(before, after) <= 6 * HOUR_S


def test_a_tour_of_more_than_six_hours_has_the_break_of_the_law_and_pages_say_so(long_day, sign_in):
    tour = tour_of(long_day)
    said = f"Break {rules.clock_time(tour.breaks[0]['starts_s'])}–{rules.clock_time(tour.breaks[0]['ends_s'])}"

    assert tour.returns_s - tour.departs_s > 6 * HOUR_S and is_lawful(tour)
    board = sign_in(Role.DISPATCHER).get(f"/dispo/{long_day}").text
    assert board.count(said) == 2 and ">Break</text>" in board
    courier = sign_in(Role.COURIER)
    with transaction():
        dispatch.assign_courier(tour.id, street_queries.couriers()[0].id)
        dispatch.release(long_day)
    assert said in courier.get("/tour/blatt").text
    assert courier.get("/tour/paket.json").get_json()["breaks"] == tour.breaks


def test_the_break_is_not_paid_and_stays_in_later_versions(long_day):
    tour = tour_of(long_day)
    numbers = dispatch.input_of(long_day).settings
    paid_s = tour.returns_s - tour.departs_s - HALF_HOUR_S

    asked = replanning.question(long_day)
    found = replan(asked.problem, courses.plan_of(asked.day), asked.changes, now_s=0, limit_s=0.2)
    with transaction():
        draft_id = replanning.keep_draft(replanning.question(long_day), found).id

    assert tour.cost_cents == pytest.approx(paid_s * numbers.cargo_bike_cents_h / 3600, rel=0.05)
    again = queries.draft(long_day, draft_id).tours[0]
    assert len(again.stops) == 3 and is_lawful(again)


def test_a_bike_on_its_way_keeps_the_break_ahead_when_a_stop_moves_and_loses_one_that_is_over(long_day):
    day = steering.running(long_day)
    key, keys = day.key_of(day.plan.tours[0]), [stop.shipment.reference for stop in day.plan.tours[0].stops]
    problem = day.question.problem
    begun = moves.Course(key, tuple(keys), HUB, 9 * HOUR_S, began_s=9 * HOUR_S)

    ahead = moves.ridden(problem, begun)
    rested = moves.ridden(problem, replace(begun, rested_s=HALF_HOUR_S))

    assert ahead.possible and [rest.ends_s - rest.starts_s for rest in ahead.breaks] == [HALF_HOUR_S]
    assert ahead.breaks[0].starts_s - 9 * HOUR_S <= 6 * HOUR_S
    assert rested.possible and rested.breaks == ()


def test_no_room_for_a_break_makes_a_move_impossible(long_day):
    """
    Seven hours on the way already, and none of them a break: no break that is still to come would be lawful.
    """
    day = steering.running(long_day)
    key, last = day.key_of(day.plan.tours[0]), day.plan.tours[0].stops[-1].shipment.reference

    found = moves.ridden(day.question.problem, moves.Course(key, (last,), HUB, 16 * HOUR_S, began_s=9 * HOUR_S))

    assert not found.possible and "break that the law asks for" in str(found.objections[0])


def test_a_bike_at_its_hub_leaves_late_enough_not_to_wait_for_hours(long_day):
    """
    The last window's stop first, then the others, which are late: nobody stands before its door since the morning.
    """
    day = steering.running(long_day)
    keys = [stop.shipment.reference for stop in day.plan.tours[0].stops][::-1]

    found = moves.ridden(day.question.problem, moves.Course(day.key_of(day.plan.tours[0]), tuple(keys)))

    assert found.stops[0].arrives_s == found.stops[0].starts_s == 16 * HOUR_S
    assert found.possible and found.breaks == () and len(found.warnings) == 2


# --- a window that a move breaks ---


@pytest.fixture
def two_windows(street_map):
    """One bike with a stop before and one after eleven: the day, and the late one's reference and bike."""
    hub, day, person = rows.hub(lat=53.2488, lon=10.4095, bikes=1), rows.working_day(), rows.retailer()
    rows.book(person, hub, day, point=MARKET)
    late = rows.book(person, hub, day, point=SAND, window_opens_s=11 * HOUR_S, window_closes_s=13 * HOUR_S).reference
    plan(day)
    return day, late, steering.running(day).key_of(tour_of(day))


def test_a_move_that_breaks_a_window_says_so_and_counts_only_when_it_is_taken_on(two_windows, sign_in):
    """
    The later stop goes first, so the other one is late: "trotzdem" decides; a plan made again leaves it where it is.
    """
    day, late, _ = two_windows
    browser = sign_in(Role.DISPATCHER)
    vehicle_id = tour_of(day).vehicle_id
    typed = {"halt": late, "rad": vehicle_id, "platz": 1, "plan": 1}

    shown = browser.get(f"/dispo/{day}/verschieben?halt={late}&rad={vehicle_id}&platz=1").text
    refused = browser.post(f"/dispo/{day}/verschieben", data=typed, follow_redirects=True).text

    assert "Move all the same" in shown and "the window closes at 11:00" in shown
    assert "the window closes at 11:00" in refused and steering.running(day).plan.number == 1
    done = browser.post(f"/dispo/{day}/verschieben", data=typed | {"trotzdem": "1"}, follow_redirects=True).text
    assert "This is plan 2 now" in done
    order = [stop.shipment.reference for stop in tour_of(day).stops]
    assert order[0] == late
    asked = replanning.question(day)
    again = replan(asked.problem, courses.plan_of(asked.day), asked.changes, now_s=0, limit_s=0.2)
    assert again.plan.unserved == ()


def test_what_cannot_be_ridden_is_not_taken_on_either(two_windows):
    day, late, bike = two_windows
    with transaction():
        shift_queries.vehicle(tour_of(day).vehicle_id).payload_g = 3_000

    with pytest.raises(Conflict, match=r"is more than the 3\.0 kg"), transaction():
        steering.move_stop(day, late, bike=bike, at=0, number=1, taken_on=True)
