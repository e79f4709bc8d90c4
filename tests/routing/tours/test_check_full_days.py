"""Days with all that a problem can say: whatever is broken, by however little, the check names the constraint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.tours.check import CONSTRAINTS, violations
from routing.tours.checks.limits import costs_are_right, within_capacity, within_hub_capacity, within_range
from routing.tours.checks.past import locked_stays
from routing.tours.checks.stops import (
    allowed_class,
    allowed_vehicle,
    each_order_once,
    each_vehicle_once,
    hubs_of_orders,
    hubs_of_vehicles,
    pairs_are_whole,
)
from routing.tours.checks.times import (
    after_release,
    docks_are_free,
    not_too_long,
    reloads_are_allowed,
    rests_are_taken,
    rests_fit_in,
    services_take_their_time,
    ways_exist,
    within_opening,
    within_shifts,
    within_windows,
)
from routing.tours.improve import plan_of
from routing.tours.plan import Break, Plan, Tour
from routing.tours.problem import Drop, Kind, Locked, Problem, Window
from routing.tours.schedule import drop_of, reload_of
from routing.tours.travel import Travel
from tests.rounds import rounds
from tests.routing.tours import build

H = 3600
ROOM_G = 20_000
REST_S, RELOAD_S = 1800, 300
PLACES = st.integers(1, 5)
Day = tuple[Problem, Plan]


@st.composite
def full_days(draw) -> Day:
    """One bike: a round from eight on, loading again, a second round, a pair at three; rounds do not fit together.

    And one of the hub at the sand that collects something there.
    """
    first, second = (draw(st.lists(PLACES, min_size=1, max_size=4)) for _ in range(2))
    orders = []
    for name, places in (("a", first), ("b", second)):
        begins = Window(8 * H, 8 * H + 600) if name == "a" else Window(10 * H, 14 * H)
        for number, place in enumerate(places):
            windows = (begins,) if number == 0 else ()
            orders.append(build.order(f"{name}{number}", place, load_g=ROOM_G // len(places), windows=windows))
    drop = Drop(draw(PLACES), (), 60)
    window = (Window(15 * H, 16 * H),)
    pair = build.order("p", draw(PLACES), kind=Kind.PAIR, hub=None, load_g=1_000, drop=drop, windows=window)
    back = build.order("back", draw(PLACES), kind=Kind.PICKUP, hub="sand", release_s=9 * H)
    bike = build.vehicle(capacity_g=ROOM_G, reload_s=RELOAD_S, breaks=True, starts_s=7 * H)
    other = build.vehicle("bike-2", start_hub="sand", end_hub="sand")
    hubs = (build.hub(dock_slots=2), build.hub("sand", 5))
    problem = build.problem([*orders, pair, back], vehicles=(bike, other), hubs=hubs)
    route = [*orders[: len(first)], reload_of(problem, bike), *orders[len(first) :], pair, drop_of(pair)]
    return problem, plan_of(problem, {bike.key: route, other.key: [back]}, engine="hand")


def tour(plan: Plan, **new: Any) -> Plan:
    """The plan with another first tour."""
    return replace(plan, tours=(replace(plan.tours[0], **new), *plan.tours[1:]))


def stop(plan: Plan, number: int, **new: Any) -> Plan:
    """The plan with another stop of the first tour."""
    stops = list(plan.tours[0].visits)
    stops[number] = replace(stops[number], **new)
    return tour(plan, visits=tuple(stops))


def rest(plan: Plan, later_s: int, longer_s: int = 0) -> Plan:
    """The plan whose break comes later, and is longer."""
    (one,) = plan.tours[0].breaks
    moved = replace(one, starts_s=one.starts_s + later_s, ends_s=one.ends_s + later_s + longer_s)
    return tour(plan, breaks=(moved,))


def reload(plan: Plan, **new: Any) -> Plan:
    return tour(plan, reloads=(replace(plan.tours[0].reloads[0], **new),))


def bike(problem: Problem, **new: Any) -> Problem:
    return replace(problem, vehicles=(replace(problem.vehicles[0], **new), *problem.vehicles[1:]))


def hub(problem: Problem, **new: Any) -> Problem:
    return replace(problem, hubs=(replace(problem.hubs[0], **new), *problem.hubs[1:]))


def order(problem: Problem, **new: Any) -> Problem:
    """The problem with another first order; the first bike serves it first."""
    return replace(problem, orders=(replace(problem.orders[0], **new), *problem.orders[1:]))


def first(plan: Plan) -> Tour:
    return plan.tours[0]


def loading(plan: Plan, by: int) -> Plan:
    """A break of the length that it has, which begins while the bike loads."""
    again, old = first(plan).reloads[0], first(plan).breaks[0]
    starts = again.arrives_s + by % RELOAD_S
    return tour(plan, breaks=(Break(again.after, starts, starts + old.ends_s - old.starts_s),))


def no_way(problem: Problem) -> Problem:
    """From the place of the first stop nobody rides anywhere."""
    ways = problem.travel["cargo_bike"]
    seconds, metres = ways.seconds.copy(), ways.metres.copy()
    for table in (seconds, metres):
        table[problem.orders[0].place, :] = -1
        table[problem.orders[0].place, problem.orders[0].place] = 0
    return replace(problem, travel={**problem.travel, "cargo_bike": Travel(seconds, metres)})


def begun(problem: Problem, plan: Plan, by: int) -> Problem:
    """The day of a bike that left a little earlier than the plan says."""
    done = first(plan).visits[:1]
    lock = Locked("bike-1", first(plan).departs_s - by, done, done[0].departs_s, frozenset({done[0].order}))
    return replace(problem, locked=(lock,))


Constraint = Callable[[Problem, Plan], Any]
# what is broken, the constraint that says so, and how: a valid day and by how much, 1 to 1799
BREAKS: list[tuple[str, Constraint, Callable[[Problem, Plan, int], Day]]] = [
    ("a stop is missing", each_order_once, lambda d, p, by: (d, tour(p, visits=first(p).visits[1:]))),
    ("a bike rides twice", each_vehicle_once, lambda d, p, by: (d, replace(p, tours=p.tours * 2))),
    ("a tour ends elsewhere", hubs_of_vehicles, lambda d, p, by: (d, tour(p, end_hub="sand"))),
    ("goods of another hub", hubs_of_orders, lambda d, p, by: (order(d, hub="sand"), p)),
    ("a class that may not", allowed_class, lambda d, p, by: (order(d, allowed_classes=frozenset({"foot"})), p)),
    ("a bike that is refused", allowed_vehicle, lambda d, p, by: (order(d, not_vehicles=frozenset({"bike-1"})), p)),
    ("a bike not asked for", allowed_vehicle, lambda d, p, by: (order(d, only_vehicles=frozenset({"bike-2"})), p)),
    ("another past", locked_stays, lambda d, p, by: (begun(d, p, by), p)),
    ("a ride that is too quick", ways_exist, lambda d, p, by: (d, tour(p, returns_s=first(p).returns_s - by))),
    ("no way at all", ways_exist, lambda d, p, by: (no_way(d), p)),
    (
        "a service that is too short",
        services_take_their_time,
        lambda d, p, by: (d, stop(p, -1, departs_s=first(p).visits[-1].departs_s - by)),
    ),
    (
        "served before it is there",
        services_take_their_time,
        lambda d, p, by: (d, stop(p, -1, starts_s=first(p).visits[-1].arrives_s - by)),
    ),
    (
        "loading that takes longer",
        reloads_are_allowed,
        lambda d, p, by: (d, reload(p, departs_s=first(p).reloads[0].departs_s + by)),
    ),
    (
        "loading before the bike is there",
        reloads_are_allowed,
        lambda d, p, by: (d, reload(p, starts_s=first(p).reloads[0].arrives_s - by)),
    ),
    ("loading at another hub", reloads_are_allowed, lambda d, p, by: (d, reload(p, hub="sand"))),
    ("a bike that never reloads", reloads_are_allowed, lambda d, p, by: (bike(d, reload_s=None), p)),
    ("a rest while it loads", rests_fit_in, lambda d, p, by: (d, loading(p, by))),
    (
        "a rest before the stop is over",
        rests_fit_in,
        lambda d, p, by: (d, tour(p, breaks=(Break(1, first(p).visits[0].departs_s - by, 13 * H),))),
    ),
    ("a rest beyond the next stop", rests_fit_in, lambda d, p, by: (d, rest(p, 0, 8 * H + by))),
    ("a rest nobody asked for", rests_fit_in, lambda d, p, by: (bike(d, breaks=False), p)),
    ("a rest that is too short", rests_are_taken, lambda d, p, by: (d, rest(p, 0, -by))),
    ("no rest", rests_are_taken, lambda d, p, by: (d, tour(p, breaks=()))),
    ("a window that is over", within_windows, lambda d, p, by: (order(d, windows=(Window(0, 7 * H + by),)), p)),
    ("goods that are not ready", after_release, lambda d, p, by: (order(d, release_s=first(p).departs_s + by), p)),
    ("a shift that begins later", within_shifts, lambda d, p, by: (bike(d, starts_s=first(p).departs_s + by), p)),
    ("a shift that ends earlier", within_shifts, lambda d, p, by: (bike(d, ends_s=first(p).returns_s - by), p)),
    (
        "a tour that lasts too long",
        not_too_long,
        lambda d, p, by: (bike(d, longest_s=first(p).returns_s - first(p).departs_s - by), p),
    ),
    ("a hub that opens later", within_opening, lambda d, p, by: (hub(d, opens_s=first(p).departs_s + by), p)),
    ("a hub that closes earlier", within_opening, lambda d, p, by: (hub(d, closes_s=first(p).returns_s - by), p)),
    ("too few docks", docks_are_free, lambda d, p, by: (hub(d, dock_slots=0), p)),
    ("two rounds in one load", within_capacity, lambda d, p, by: (d, tour(p, reloads=()))),
    ("a bike with fewer litres", within_capacity, lambda d, p, by: (bike(d, capacity_ml=20_000 - by), p)),
    ("a load that is not so", within_capacity, lambda d, p, by: (d, stop(p, 0, load_after_g=ROOM_G + by))),
    ("a hub with less room", within_hub_capacity, lambda d, p, by: (hub(d, capacity_ml=40_000 - by), p)),
    ("a range that is shorter", within_range, lambda d, p, by: (bike(d, range_m=first(p).metres - by), p)),
    (
        "a battery that is emptier",
        within_range,
        lambda d, p, by: (bike(d, battery_wh=(first(p).metres - by) // 1000, wh_km=1), p),
    ),
    ("a length that is not so", within_range, lambda d, p, by: (d, tour(p, metres=first(p).metres - by))),
    ("a price that is not so", costs_are_right, lambda d, p, by: (d, tour(p, cost_cents=first(p).cost_cents - by))),
    ("a bound above the cost", costs_are_right, lambda d, p, by: (d, replace(p, bound_cents=p.cost_cents + by))),
    (
        "a pair that is dropped before it is taken on",
        pairs_are_whole,
        lambda d, p, by: (d, tour(p, visits=(*first(p).visits[:-2], first(p).visits[-1], first(p).visits[-2]))),
    ),
    (
        "a pair that is taken on and stays on board",
        pairs_are_whole,
        lambda d, p, by: (d, tour(p, visits=first(p).visits[:-1])),
    ),
]


@pytest.mark.parametrize(("constraint", "broken"), [row[1:] for row in BREAKS], ids=[row[0] for row in BREAKS])
@settings(max_examples=rounds(5), deadline=None)
@given(day=full_days(), by=st.integers(1, REST_S - 1))
def test_whatever_is_broken_the_right_constraint_says_so(constraint, broken, day, by):
    other = broken(*day, by)

    named = list(constraint(*other))

    assert violations(*day) == []
    assert named
    assert all(str(sentence).endswith(".") for sentence in named)
    assert set(map(str, named)) <= set(map(str, violations(*other)))


def test_every_constraint_is_broken_at_least_once():
    assert {row[1] for row in BREAKS} == set(CONSTRAINTS)


@settings(max_examples=rounds(5), deadline=None)
@given(day=full_days(), by=st.integers(1, REST_S - 1))
def test_a_rest_while_a_bike_loads_is_said_as_such_and_no_ride_is_blamed(day, by):
    problem, plan = day
    again = first(plan).reloads[0]

    said = [str(sentence) for sentence in violations(problem, loading(plan, by))]

    assert any(f"but is at hub markt to load from {clock(again.arrives_s)} to" in text for text in said), said
    assert not any("says -" in text for text in said), said


def clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


@settings(max_examples=rounds(10), deadline=None)
@given(day=full_days())
def test_more_bikes_than_docks_in_one_quarter_are_named(day):
    """The same tours by two bikes at once: two docks are enough, one is not."""
    problem, plan = day
    twin = replace(plan.tours[0], vehicle="bike-3")
    both = replace(plan, tours=(*plan.tours, twin))
    bikes = (*problem.vehicles, replace(problem.vehicles[0], key="bike-3"))
    docks = {
        slots: replace(problem, vehicles=bikes, hubs=(build.hub(dock_slots=slots), problem.hubs[1])) for slots in (1, 2)
    }

    assert list(docks_are_free(docks[1], both))
    assert not list(docks_are_free(docks[2], both))
