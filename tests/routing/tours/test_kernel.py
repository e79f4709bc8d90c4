"""The compiled search keeps its books: every cached time, load and cost equals what a full count gives."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import tour_city, tour_instances
from routing.tours import reasons
from routing.tours.check import violations
from routing.tours.improve import plan_of
from routing.tours.kernel import day_tables
from routing.tours.kernel import layout as at
from routing.tours.kernel.anneal import anneal
from routing.tours.kernel.compiled import FOLDER, HERE, folder_of
from routing.tours.kernel.links import schedule
from routing.tours.kernel.tables import cost_of_tours, load, new_search, sequences, tables, unstated
from routing.tours.plan import Progress
from routing.tours.problem import Kind, Problem
from routing.tours.solve import solve
from routing.tours.warm import is_warm
from tests.rounds import rounds
from tests.routing.tours import build
from tests.routing.tours.brute import cheapest_cents

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data")) / "instances" / "tours"
H = 3600


# 4 and 5 are free of wages; their variant of the kernel is compiled for long runs only
DAYS = [0, 1, 2, 3, 6, *(pytest.param(number, marks=pytest.mark.long) for number in (4, 5))]


def possible(problem: Problem) -> list:
    return [order for order in problem.orders if reasons.never(problem, order) is None]


def days() -> list[Problem]:
    """With and without wages, pickups, limits: both variants of the kernel; the last: several hubs, only deliveries."""
    paid = [build.a_day(seed, 30, vehicles=5, limits=seed % 2 == 0, releases=False) for seed in range(4)]
    free = [
        Problem(
            day.places,
            day.travel,
            day.hubs,
            tuple(build.vehicle(v.key, start_hub=v.start_hub, end_hub=v.end_hub, cost_cents_h=0) for v in day.vehicles),
            tuple(o for o in day.orders if o.kind is Kind.DELIVERY),
        )
        for day in (build.a_day(seed, 40, vehicles=4, pickups=0.1, releases=False) for seed in range(4, 6))
    ]
    hubs = build.a_day(7, 40, vehicles=9, hubs=3, pickups=0, releases=False)
    bikes = tuple(replace(vehicle, vehicle_class="cargo_bike", cost_cents_km=25) for vehicle in hubs.vehicles)
    anywhere = tuple(replace(order, hub=None, allowed_classes=None) for order in hubs.orders)
    return [*paid, *free, replace(hubs, vehicles=bikes, orders=anywhere)]


@pytest.mark.parametrize("number", DAYS)
def test_after_every_step_the_books_are_right(number):
    """
    Two hundred steps, hot and cold: times, loads, room and cost are counted anew after each and must be the same.
    """
    problem = days()[number]
    t = tables(problem, possible(problem))
    search, triples, loads = new_search(t, seed=number, light=True)
    assert (triples is None) == (number in (4, 5))
    for step in range(200):
        anneal(t.ways, search, triples, loads, 1, 1e6 if step % 3 else 1e4, 6.0, 5.0, 0.01, 2)
        _assert_books(t, search, triples, loads)
    assert search.counters[at.ACCEPTED] > 10


def _assert_books(t, search, triples, loads):
    counters, n = search.counters, len(t.orders)
    left = search.absent[: counters[at.ABSENT]]
    assert sorted(left) == sorted(np.flatnonzero(search.nodes[:n, at.ROUTE] < 0))
    assert counters[at.UNPAID] == t.ways.price[left].sum()
    assert counters[at.CURRENT] == cost_of_tours(t, search) + counters[at.UNPAID]
    again, triples_again, loads_again = new_search(t, seed=1, light=True)
    load(t, again, triples_again, loads_again, sequences(t, search.nodes[:, at.NEXT]))
    assert again.counters[at.CURRENT] == counters[at.CURRENT]
    assert again.counters[at.ROUTES] == counters[at.ROUTES]
    assert sorted(again.used) == sorted(search.used)
    assert (again.room == search.room).all() or not t.ways.limited[0]
    before = [None if array is None else array.copy() for array in (search.nodes, triples, loads)]
    for r in range(len(search.routes)):
        counters[at.JOURNAL] = 0
        schedule(r, n, search, triples, loads)
    times = [at.DEPARTS, at.LATEST]
    on_tour = search.nodes[:, at.ROUTE] >= 0
    assert (before[0][on_tour][:, times] == search.nodes[on_tour][:, times]).all()
    for old, new in ((before[1], triples), (before[2], loads)):
        kept = new is not loads or t.mixed  # along tours of deliveries alone nobody asks for them
        assert old is None or not kept or (old[on_tour] == new[on_tour]).all()


@pytest.mark.parametrize("number", DAYS)
def test_the_best_of_a_search_can_be_ridden_and_costs_what_it_says(number):
    problem = days()[number]
    t = tables(problem, possible(problem))
    search, triples, loads = new_search(t, seed=7, light=True)
    anneal(t.ways, search, triples, loads, 3000, 1e5, 8.0, 8.0, 0.01, 3)
    plan = plan_of(problem, sequences(t, search.best_next), engine="kernel")
    gone = sum(o.price_unserved_cents for o in problem.orders) - int(t.ways.price.sum()) / 3600

    assert violations(problem, plan) == []
    assert plan.cost_cents == pytest.approx(search.counters[at.BEST] / 3600 + gone, abs=1 + len(plan.tours))


def test_the_same_seed_gives_the_same_search():
    t = tables(days()[0], possible(days()[0]))
    found = []
    for seed in (3, 3, 4):
        search, triples, loads = new_search(t, seed)
        anneal(t.ways, search, triples, loads, 500, 1e5, 8.0, 8.0, 0.01, 3)
        found.append((int(search.counters[at.BEST]), search.best_next.tolist()))

    assert found[0] == found[1]
    assert found[0] != found[2]


@pytest.mark.parametrize("seed", range(rounds(10)))
def test_small_days_are_planned_as_well_as_trying_everything(seed):
    """
    Seven orders, two vehicles: the kernel finds what the best of all plans costs.
    """
    problem = build.shortest(build.a_day(seed, 7, vehicles=2, limits=seed % 2 == 1, releases=False))
    best = cheapest_cents(problem)
    seen: list[Progress] = []
    plan = solve(problem, limit_s=20, on_progress=seen.append, cancelled=lambda: seen[-1].cost_cents <= best)

    assert plan.cost_cents == best
    assert plan.engine in ("kernel", "none")


def test_two_threads_search_together_and_report():
    problem = tour_city.city(60)
    seen: list[Progress] = []
    plan = solve(problem, limit_s=1.5, cores=2, on_progress=seen.append)

    assert is_warm()
    assert plan.engine == "kernel"
    assert violations(problem, plan) == []
    assert plan.iterations > 100
    assert [p.cost_cents for p in seen] == sorted((p.cost_cents for p in seen), reverse=True)


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no published problems in {SHARED}; set SHARED_DATA")
def test_a_published_problem_is_solved_close_to_its_optimum():
    """RC108 within two percent after 40,000 steps, however busy the machine is."""
    instance = tour_instances.load(SHARED / "vrptw_100" / "RC108.txt")
    t = tables(instance.problem, list(instance.problem.orders))
    search, triples, loads = new_search(t, 1, light=False)
    for step in range(40):
        anneal(t.ways, search, triples, loads, 1000, 4e5 * 0.03 ** (step / 40), 10.0, 10.0, 0.01, 3)
    plan = plan_of(instance.problem, sequences(t, search.best_next), engine="kernel")

    assert violations(instance.problem, plan) == []
    assert plan.cost_cents / instance.scale <= 1.02 * instance.best


@pytest.mark.parametrize(
    ("what", "change"),
    [
        (
            "a range without a price per km",
            {"orders": [build.order()], "vehicles": (build.vehicle(cost_cents_km=0, range_m=9_000),)},
        ),
        (
            "more than 62 different vehicles",
            {
                "orders": [build.order()],
                "vehicles": tuple(build.vehicle(f"v-{i}", capacity_g=50_000 + i) for i in range(63)),
            },
        ),
    ],
)
def test_what_the_kernel_cannot_state_goes_to_the_library(what, change):
    """It says what it has no words for, and the plan is made nonetheless."""
    problem = build.problem(**change)

    assert unstated(problem, list(problem.orders)) == day_tables.unstated(problem, list(problem.orders)) == what
    assert solve(problem, limit_s=0.5).engine in ("ortools", "greedy")


def test_a_copy_elsewhere_does_not_pass_for_compiled(tmp_path):
    copy = shutil.copytree(HERE, tmp_path / "kernel", ignore=shutil.ignore_patterns("__pycache__"))
    assert folder_of(HERE) == FOLDER
    assert folder_of(copy) != FOLDER  # numba would compile it in the middle of a search
