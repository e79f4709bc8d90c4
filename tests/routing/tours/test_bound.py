"""No plan is cheaper than the bound: not the best there is, and not one of any feature."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from routing.tours.bound import MOST_STOPS, lower_bound
from routing.tours.problem import Drop, Kind
from routing.tours.solve import solve
from routing.tours.travel import Travel
from tests.rounds import rounds
from tests.routing.tours import build
from tests.routing.tours.brute import cheapest_cents


@pytest.mark.parametrize("seed", range(rounds(12)))
def test_the_best_plan_of_a_small_day_costs_at_least_the_bound(seed):
    """
    By trying everything, with windows, pickups, prices low enough to leave orders, and a vehicle that costs to use.
    """
    day = build.a_day(seed, 4, vehicles=2, prices=(300, 2_000))
    used = replace(day, vehicles=tuple(replace(one, cost_cents_use=300 * (seed % 2)) for one in day.vehicles))

    bound = lower_bound(used)

    assert bound is not None
    assert 0 <= bound <= cheapest_cents(used)


def test_the_bound_is_the_cost_where_nothing_but_ways_decides():
    """
    One stop, one bike: there and back, the service, the use; and never more than the price of leaving it.
    """
    bike = build.vehicle(cost_cents_use=250)
    dear, cheap = (build.problem([build.order(price_unserved_cents=cents)], [bike]) for cents in (50_000, 90))
    plan = solve(dear, limit_s=0.2)

    assert len(plan.tours) == 1
    assert lower_bound(dear) == plan.cost_cents
    assert lower_bound(cheap) == 90


def test_who_may_not_serve_makes_nothing_cheaper():
    """
    A cheap van that is not allowed does not lower the bound of a bike's order; one that is allowed does.
    """
    van = build.vehicle("van", cost_cents_h=100, cost_cents_km=1)
    mine = [build.order(only_vehicles=frozenset({"bike-1"}))]

    alone, beside = build.problem(mine, [build.vehicle()]), build.problem(mine, [build.vehicle(), van])
    free = build.problem([build.order()], [build.vehicle(), van])

    assert abs(lower_bound(beside) - lower_bound(alone)) <= 1
    assert lower_bound(free) < lower_bound(alone) - 100


def test_pairs_reloads_and_what_cannot_be_reached_keep_it_a_bound():
    pair = build.order("gift", 2, kind=Kind.PAIR, hub=None, drop=Drop(4, (), 60))
    heavy = [build.order(f"o{k}", k, load_g=60_000) for k in (1, 2, 3)]
    bike = build.vehicle(reload_s=300, cost_cents_use=900)
    table = build.line(6)
    cut = Travel(np.where(np.eye(6, dtype=bool), 0, -1), np.where(np.eye(6, dtype=bool), 0, -1))

    for day in (build.problem([pair, *heavy], [bike]), build.problem(heavy, [bike], travel={"cargo_bike": table})):
        plan = solve(day, limit_s=0.3)
        assert plan.tours and plan.bound_cents == lower_bound(day) <= plan.cost_cents
        assert 0 <= plan.gap < 1
    lonely = build.problem([build.order()], travel={"cargo_bike": cut})
    assert lower_bound(lonely) == solve(lonely, limit_s=0.1).cost_cents


def test_nothing_to_do_costs_nothing_and_very_long_days_have_no_bound():
    long = build.problem([build.order(f"o{k}", 1) for k in range(MOST_STOPS + 1)])

    assert lower_bound(build.problem()) == 0
    assert lower_bound(long) is None
