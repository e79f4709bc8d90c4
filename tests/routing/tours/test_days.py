"""Whole days: pairs, several windows, releases, breaks and reloading, searched by counting, checked by definition."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from itertools import permutations, product

import pytest

from routing.tours import reasons
from routing.tours.check import violations
from routing.tours.greedy import hub_room
from routing.tours.improve import plan_of
from routing.tours.kernel import layout as at
from routing.tours.kernel.day_tables import day_tables
from routing.tours.kernel.engine import Counts
from routing.tours.kernel.tables import unstated
from routing.tours.plan import Plan, Progress
from routing.tours.problem import Drop, Kind, Order, Problem, Window
from routing.tours.schedule import drop_of, may_serve, reload_of, ride
from routing.tours.solve import solve
from tests.rounds import LONG
from tests.routing.tours import build
from tests.routing.tours.brute import cheapest_full_cents

H = 3600


def a_full_day(seed: int, orders: int, *, vehicles: int = 2, reloads: bool = True) -> Problem:
    """A random day with everything a problem can say of orders and vehicles; every way exists."""
    rng = random.Random(seed)
    day = build.a_day(seed, orders, vehicles=vehicles, hubs=1, windows=2, limits=seed % 2 == 1)
    fleet = tuple(
        replace(
            v,
            starts_s=6 * H,
            ends_s=20 * H,
            longest_s=None,
            breaks=rng.random() < 0.7,
            reload_s=600 if reloads and rng.random() < 0.6 else None,
            capacity_g=40_000,
            battery_wh=rng.choice((None, 400)),
            wh_km=25,
        )
        for v in day.vehicles
    )
    todo = []
    for order in day.orders:
        new = replace(order, parcels=rng.randrange(1, 4), parcel_s=30)
        if rng.random() < 0.3:
            place = rng.randrange(day.places)
            drop = Drop(place, (Window(8 * H, 19 * H),) if rng.random() < 0.5 else (), 90)
            new = replace(new, kind=Kind.PAIR, hub=None, drop=drop, load_g=15_000)
        if rng.random() < 0.15:
            new = replace(new, not_vehicles=frozenset({fleet[0].key}))
        todo.append(new)
    return Problem(day.places, dict.fromkeys(day.travel, day.travel["foot"]), day.hubs, fleet, tuple(todo))


def possible(problem: Problem) -> list[Order]:
    return [order for order in problem.orders if reasons.never(problem, order) is None]


@pytest.mark.parametrize("seed", range(4))
def test_after_every_step_each_tour_costs_what_riding_it_costs(seed):
    """The compiled count and the definition in Python agree on every tour that a search ever keeps."""
    problem = a_full_day(seed, 14, vehicles=3)
    engine = Counts(day_tables(problem, possible(problem)))
    plans, walk = engine.new(seed)
    for step in range(60):
        engine.work((plans, walk), 1, 1e6 if step % 3 else 1e4)
        routes = engine.routes((plans.stops, plans.length))
        for slot, (key, stops) in enumerate(_by_slot(engine, plans)):
            tour = ride(problem, problem.vehicle_by_key[key], stops) if stops else None
            assert bool(stops) == (tour is not None)
            assert abs(plans.cost[slot] - (tour.cost_cents * 3600 if tour else 0)) <= 1900 * (len(stops) + 1)
        counters = plans.counters
        left = plans.absent[: counters[at.ABSENT]]
        assert counters[at.CURRENT] == plans.cost.sum() + engine.d.t.ways.price[left].sum()
        assert len(left) + sum(o.kind in Kind.__members__.values() for o in _served(routes)) == engine.orders
    assert plans.counters[at.ACCEPTED] > 5


def _served(routes) -> list[Order]:
    return [o for stops in routes.values() for o in stops if o.kind not in (Kind.DROP, Kind.RELOAD)]


def _by_slot(engine, plans):
    vehicles = [vehicle for group in engine.d.t.groups for vehicle in group]
    for slot, vehicle in enumerate(vehicles):
        steps = [
            engine.d.t.orders[v] if v < len(engine.d.t.orders) else reload_of(engine.d.t.problem, vehicle)
            for v in plans.stops[slot, : plans.length[slot]]
        ]
        yield vehicle.key, steps


def cheapest_cents(problem: Problem) -> int:
    """The best plan by trying everything: every order on every vehicle or none, every sequence, every reload."""
    best = sum(order.price_unserved_cents for order in problem.orders)
    known: dict[tuple[str, frozenset[str]], int | None] = {}
    choices = [[None, *(v for v in problem.vehicles if may_serve(problem, v, o))] for o in problem.orders]
    for choice in product(*choices):
        cost = 0
        routes: dict[str, list[Order]] = {}
        for order, who in zip(problem.orders, choice, strict=True):
            if who is None:
                cost += order.price_unserved_cents
            else:
                routes.setdefault(who.key, []).append(order)
        if any(min(room) < 0 for room in hub_room(problem, routes).values()):
            continue
        for key, orders in routes.items():
            part = _cheapest_tour(problem, key, orders, known)
            cost = 1 << 60 if part is None else cost + part
        best = min(best, cost)
    return best


def _cheapest_tour(problem, key, orders, known):
    names = (key, frozenset(order.key for order in orders))
    if names not in known:
        vehicle = problem.vehicle_by_key[key]
        stops = [*orders, *(drop_of(o) for o in orders if o.kind is Kind.PAIR)]
        tours = [
            tour
            for sequence in permutations(stops)
            for reloaded in _with_reload(problem, vehicle, list(sequence))
            if (tour := ride(problem, vehicle, reloaded))
        ]
        known[names] = min((tour.cost_cents for tour in tours), default=None)
    return known[names]


def _with_reload(problem, vehicle, sequence):
    yield sequence
    if vehicle.reload_s is not None:
        for number in range(1, len(sequence)):
            yield [*sequence[:number], reload_of(problem, vehicle), *sequence[number:]]


@pytest.mark.parametrize("seed", range(6))
def test_small_full_days_are_planned_as_well_as_trying_everything(seed):
    problem = a_full_day(seed, 4)
    best = cheapest_cents(problem)
    seen: list[Progress] = []
    plan = solve(problem, limit_s=10, on_progress=seen.append, cancelled=lambda: seen[-1].cost_cents <= best)

    assert violations(problem, plan) == []
    assert plan.cost_cents == best


@pytest.mark.parametrize("seed", [0, 1, 2, 3, pytest.param(4, marks=pytest.mark.long), 5])
def test_both_ways_of_trying_everything_agree(seed):
    """Giving up hopeless sequences early loses nothing; only more than one reload may make it cheaper."""
    problem = build.shortest(a_full_day(seed, 4))

    assert cheapest_full_cents(problem, 1 << 40) <= cheapest_cents(problem)
    without = replace(problem, vehicles=tuple(replace(v, reload_s=None) for v in problem.vehicles))
    assert cheapest_full_cents(without, 1 << 40) == cheapest_cents(without)


# nine stops and two reloads are some ten million sequences: most days of seven orders take many minutes, these do not
@pytest.mark.parametrize(
    ("seed", "orders"), [(1, 6), (2, 7), *(pytest.param(*day, marks=pytest.mark.long) for day in ((3, 6), (1, 7)))]
)
def test_days_of_seven_orders_with_pairs_and_reloads_cannot_be_planned_cheaper(seed, orders):
    """Two bikes with breaks, ranges, several windows and rounds: every plan that might be cheaper is tried."""
    problem = build.shortest(a_full_day(seed, orders))
    plan = solve(problem, limit_iterations=100_000 if LONG else 20_000)

    assert violations(problem, plan) == []
    assert cheapest_full_cents(problem, plan.cost_cents) == plan.cost_cents


def test_a_pair_is_taken_on_before_it_is_dropped_by_the_same_bike():
    pair = build.order("papers", 4, kind=Kind.PAIR, hub=None, drop=Drop(2, (), 60))
    problem = build.problem([pair, build.order("bakery", 3)])
    plan = solve(problem, limit_s=0.3)

    stops = [(v.order, v.drop) for v in plan.tours[0].visits]
    assert sorted(stops) == [("bakery", False), ("papers", False), ("papers", True)]
    assert stops.index(("papers", False)) < stops.index(("papers", True))
    assert plan.tours[0].metres == 8000
    assert violations(problem, plan) == []


def test_a_small_bike_comes_back_to_load_again():
    orders = [build.order(f"o-{i}", i, load_g=10_000) for i in (1, 2, 3, 4)]
    small = build.vehicle(capacity_g=20_000, reload_s=300)
    plan = solve(build.problem(orders, vehicles=(small,)), limit_s=0.3)

    assert plan.unserved == ()
    assert len(plan.tours[0].reloads) == 1
    assert plan.tours[0].reloads[0].departs_s - plan.tours[0].reloads[0].starts_s == 300


def test_goods_that_come_late_ride_in_a_later_round():
    orders = [
        build.order("early", 1, windows=(Window(8 * H, 9 * H),)),
        build.order("late", 2, release_s=10 * H, windows=(Window(8 * H, 11 * H),)),
    ]
    plan = solve(build.problem(orders, vehicles=(build.vehicle(reload_s=300),)), limit_s=0.3)

    assert plan.unserved == ()
    assert plan.tours[0].reloads[0].departs_s >= 10 * H


def test_a_long_tour_has_its_break_and_the_break_is_not_paid():
    """
    Stops at eight and at three in the afternoon: seven hours out, half an hour of them at rest.
    """
    orders = [
        build.order("morning", 1, windows=(Window(8 * H, 8 * H + 600),)),
        build.order("noon", 2, windows=(Window(11 * H, 11 * H + 600),)),
        build.order("afternoon", 3, windows=(Window(15 * H, 15 * H + 600),)),
    ]
    bike = build.vehicle(breaks=True, starts_s=7 * H, cost_cents_km=0)
    problem = build.problem(orders, vehicles=(bike,))
    plan = solve(problem, limit_s=0.3)

    assert plan.unserved == ()
    (tour,) = plan.tours
    (rest,) = tour.breaks
    assert rest.ends_s - rest.starts_s == 1800
    assert tour.cost_cents == round((tour.returns_s - tour.departs_s - 1800) * 2700 / 3600)
    assert violations(problem, plan) == []


def test_the_battery_limits_the_way():
    orders = [build.order("near", 1), build.order("far", 5)]
    plan = solve(build.problem(orders, vehicles=(build.vehicle(battery_wh=200, wh_km=25),)), limit_s=0.2)

    assert [left.order for left in plan.unserved] == ["far"]
    assert "range of 8 km" in str(plan.unserved[0].reason)


@cache
def a_planned_day() -> tuple[Problem, Plan]:
    """A pair, a reload and a break in one tour."""
    orders = [
        build.order("a", 1, load_g=15_000, windows=(Window(8 * H, 9 * H),)),
        build.order("b", 2, load_g=15_000, windows=(Window(10 * H, 12 * H),)),
        build.order("p", 3, kind=Kind.PAIR, hub=None, drop=Drop(4, (), 60), windows=(Window(15 * H, 16 * H),)),
    ]
    bike = build.vehicle(capacity_g=20_000, reload_s=300, breaks=True, starts_s=7 * H)
    problem = build.problem(orders, vehicles=(bike,), hubs=(build.hub(dock_slots=1),))
    route = [orders[0], reload_of(problem, bike), orders[1], orders[2], drop_of(orders[2])]
    plan = plan_of(problem, {"bike-1": route}, engine="hand")
    assert violations(problem, plan) == []
    return problem, plan


def _visit(plan: Plan, number: int, **new) -> Plan:
    visits = list(plan.tours[0].visits)
    visits[number] = replace(visits[number], **new)
    return _tour(plan, visits=tuple(visits))


def _tour(plan: Plan, **new) -> Plan:
    return replace(plan, tours=(replace(plan.tours[0], **new),))


def _rest(plan: Plan, **new) -> Plan:
    return _tour(plan, breaks=(replace(plan.tours[0].breaks[0], **new),))


def _reload(plan: Plan, **new) -> Plan:
    return _tour(plan, reloads=(replace(plan.tours[0].reloads[0], **new),))


BREAKS = {
    "has not taken it on before": lambda p: _visit(p, 2, drop=True),
    "but never drops it": lambda p: _tour(p, visits=p.tours[0].visits[:3]),
    "with 0 minutes of rest; 30 are needed": lambda p: _tour(p, breaks=()),
    "shorter than 15 minutes": lambda p: _rest(p, ends_s=p.tours[0].breaks[0].starts_s + 600),
    "rests before the stop": lambda p: _rest(p, starts_s=p.tours[0].breaks[0].starts_s - 1),
    "more than six hours without a break": lambda p: _tour(p, departs_s=p.tours[0].departs_s - 7 * H),
    "reloads at hub ghost, but may not": lambda p: _reload(p, hub="markt2"),
    "takes 300 s after it is there": lambda p: _reload(p, departs_s=p.tours[0].reloads[0].departs_s + 1),
    "but only 20000 fit": lambda p: _tour(p, reloads=()),
    "are at the docks of hub markt": lambda p: _reload(p, starts_s=p.tours[0].departs_s),
}


@pytest.mark.parametrize("sentence", BREAKS)
def test_each_break_of_a_full_day_is_named(sentence):
    problem, plan = a_planned_day()
    if "ghost" in sentence:
        problem = replace(problem, hubs=(*problem.hubs, build.hub("markt2", 5)))
        sentence = sentence.replace("ghost", "markt2")
        found = violations(problem, BREAKS["reloads at hub ghost, but may not"](plan))
    else:
        found = violations(problem, BREAKS[sentence](plan))

    assert any(sentence in str(message) for message in found), [str(message) for message in found]


@pytest.mark.parametrize(
    ("what", "order", "vehicle"),
    [
        ("several windows", {"windows": (Window(9 * H, 10 * H), Window(15 * H, 16 * H))}, {}),
        ("deliveries that are not ready when the shift begins", {"release_s": 9 * H}, {}),
        ("pairs", {"kind": Kind.PAIR, "hub": None, "drop": Drop(2)}, {}),
        ("reloading", {}, {"reload_s": 300}),
        ("breaks", {}, {"breaks": True}),
    ],
)
def test_what_the_quick_kernel_cannot_state_the_counting_one_does(what, order, vehicle):
    problem = build.problem([build.order(**order)], vehicles=(build.vehicle(**vehicle),))

    assert unstated(problem, list(problem.orders)) == what
    plan = solve(problem, limit_s=0.2)
    assert (plan.engine, plan.unserved) == ("kernel", ())
