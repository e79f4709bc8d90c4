"""OR-Tools decides which tours are driven where limits bind across them: docks, hub capacity, number of vehicles."""

from __future__ import annotations

from itertools import combinations

import pytest

from routing.tours.check import violations
from routing.tours.decide import Pool, decide
from routing.tours.improve import plan_of
from routing.tours.problem import Window
from routing.tours.schedule import ride
from routing.tours.solve import solve
from tests.routing.tours import build

H = 3600


def a_busy_dock(slots: int):
    """Three orders that fill a bike each, all wanted between nine and ten, and three bikes."""
    orders = [build.order(f"o-{n}", 1, load_g=90_000, windows=(Window(9 * H, 10 * H),)) for n in range(3)]
    fleet = tuple(build.vehicle(f"bike-{n}") for n in range(3))
    return build.problem(orders, vehicles=fleet, hubs=(build.hub(dock_slots=slots),))


@pytest.mark.parametrize("slots", [3, 2, 1])
def test_no_more_bikes_are_at_the_docks_than_there_are(slots):
    """
    With one dock the bikes leave and return in quarters of their own; everything is still served.
    """
    problem = a_busy_dock(slots)
    plan = solve(problem, limit_s=0.3)

    assert violations(problem, plan) == []
    assert plan.unserved == ()
    assert len({tour.departs_s // 900 for tour in plan.tours}) >= -(-3 // slots)


def test_without_any_dock_nothing_leaves():
    problem = a_busy_dock(0)
    plan = solve(problem, limit_s=0.2)

    assert plan.tours == ()
    reasons = {str(left.reason) for left in plan.unserved}
    assert reasons == {"The docks of hub markt are taken when it could be served."}


def test_the_cheapest_choice_among_known_tours_is_taken():
    """
    Three plans are known, each good in one half; the choice puts the good halves together.
    """
    orders = [build.order(f"o-{i}", i) for i in range(1, 5)]
    problem = build.problem(orders, vehicles=(build.vehicle("bike-1"), build.vehicle("bike-2")))
    known = [{"bike-1": list(half), "bike-2": [o for o in orders if o not in half]} for half in combinations(orders, 2)]
    pool = Pool(problem)
    for routes in known[1:]:
        pool.ridden(routes)
    pool.ridden({"bike-1": orders})

    chosen, leaves = decide(problem, pool, known[0], limit_s=5)
    plan = plan_of(problem, chosen, engine="chosen")

    whole = ride(problem, problem.vehicles[0], orders)
    assert whole is not None and leaves == {}
    assert plan.cost_cents <= whole.cost_cents
    assert violations(problem, plan) == []


def test_hub_capacity_binds_across_tours():
    orders = [build.order(f"o-{i}", i, load_g=10_000, price_unserved_cents=10_000 * i) for i in (1, 2, 3)]
    fleet = tuple(build.vehicle(f"bike-{i}", capacity_g=10_000) for i in (1, 2, 3))
    problem = build.problem(orders, vehicles=fleet, hubs=(build.hub(capacity_g=20_000),))
    pool = Pool(problem)
    for order in orders:
        pool.ridden({"bike-1": [order]})

    chosen, _ = decide(problem, pool, {}, limit_s=5)

    assert sorted(o.key for stops in chosen.values() for o in stops) == ["o-2", "o-3"]
