"""Days with a reload, a break, docks and a pair: whatever of these is broken, the check names the constraint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.tours.check import violations
from routing.tours.checks.limits import within_capacity
from routing.tours.checks.stops import pairs_are_whole
from routing.tours.checks.times import docks_are_free, rests_are_taken, services_take_their_time, ways_exist
from routing.tours.improve import plan_of
from routing.tours.plan import Plan, Tour
from routing.tours.problem import Drop, Kind, Problem, Window
from routing.tours.schedule import drop_of, reload_of
from tests.rounds import rounds
from tests.routing.tours import build

H = 3600
ROOM_G = 20_000
REST_S, RELOAD_S = 1800, 300
PLACES = st.integers(1, 5)


@st.composite
def full_days(draw) -> tuple[Problem, Plan]:
    """One bike: a round from eight on, loading again, a second round, a pair at three; rounds do not fit together."""
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
    bike = build.vehicle(capacity_g=ROOM_G, reload_s=RELOAD_S, breaks=True, starts_s=7 * H)
    hubs = (build.hub(dock_slots=2), build.hub("sand", 5))
    problem = build.problem([*orders, pair], vehicles=(bike,), hubs=hubs)
    route = [*orders[: len(first)], reload_of(problem, bike), *orders[len(first) :], pair, drop_of(pair)]
    return problem, plan_of(problem, {bike.key: route}, engine="hand")


def changed(plan: Plan, **new: Any) -> Plan:
    return replace(plan, tours=(replace(plan.tours[0], **new),))


def rest(plan: Plan, starts_s: int, ends_s: int) -> Plan:
    return changed(plan, breaks=(replace(plan.tours[0].breaks[0], starts_s=starts_s, ends_s=ends_s),))


def reload(plan: Plan, **new: Any) -> Plan:
    return changed(plan, reloads=(replace(plan.tours[0].reloads[0], **new),))


def visits(tour: Tour, taken: int, dropped: int) -> tuple[Any, ...]:
    """The stops of a tour with those two of the pair, numbered from behind, in this sequence."""
    return (*tour.visits[:-2], tour.visits[taken], tour.visits[dropped])


Break = Callable[[Plan, int], Plan]  # a valid plan and how much is changed, 1 to 1799 s
BREAKS: dict[str, tuple[Callable[..., Any], Break]] = {
    "a rest that is too short": (
        rests_are_taken,
        lambda p, by: rest(p, p.tours[0].breaks[0].starts_s, p.tours[0].breaks[0].ends_s - by),
    ),
    "a rest before the stop, or the loading, is over": (
        lambda problem, plan: [
            *rests_are_taken(problem, plan),
            *ways_exist(problem, plan),
        ],  # the ride to load is missed
        lambda p, by: rest(p, p.tours[0].breaks[0].starts_s - by, p.tours[0].breaks[0].ends_s - by),
    ),
    "no rest": (rests_are_taken, lambda p, by: changed(p, breaks=())),
    "loading that takes longer": (
        services_take_their_time,
        lambda p, by: reload(p, departs_s=p.tours[0].reloads[0].departs_s + by),
    ),
    "loading before the bike is there": (
        services_take_their_time,
        lambda p, by: reload(p, starts_s=p.tours[0].reloads[0].arrives_s - by),
    ),
    "loading at another hub": (services_take_their_time, lambda p, by: reload(p, hub="sand")),
    "two rounds in one load": (within_capacity, lambda p, by: changed(p, reloads=())),
    "a pair that is dropped before it is taken on": (
        pairs_are_whole,
        lambda p, by: changed(p, visits=visits(p.tours[0], -1, -2)),
    ),
    "a pair that is taken on and stays on board": (
        pairs_are_whole,
        lambda p, by: changed(p, visits=p.tours[0].visits[:-1]),
    ),
}


@settings(max_examples=rounds(60), deadline=None)
@given(day=full_days(), what=st.sampled_from(sorted(BREAKS)), by=st.integers(1, REST_S - 1))
def test_whatever_is_broken_the_right_constraint_says_so(day, what, by):
    problem, plan = day
    constraint, broken = BREAKS[what][0], BREAKS[what][1](plan, by)

    named = list(constraint(problem, broken))

    assert violations(problem, plan) == []
    assert named
    assert set(map(str, named)) <= set(map(str, violations(problem, broken)))


@settings(max_examples=rounds(20), deadline=None)
@given(day=full_days())
def test_more_bikes_than_docks_in_one_quarter_are_named(day):
    """The same tours by two bikes at once: two docks are enough, one is not."""
    problem, plan = day
    twin = replace(plan.tours[0], vehicle="bike-2")
    both = replace(plan, tours=(*plan.tours, twin))
    bikes = (*problem.vehicles, replace(problem.vehicles[0], key="bike-2"))
    docks = {slots: replace(problem, vehicles=bikes, hubs=(build.hub(dock_slots=slots),)) for slots in (1, 2)}

    assert list(docks_are_free(docks[1], both))
    assert not list(docks_are_free(docks[2], both))
