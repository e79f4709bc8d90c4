"""``run.py bench city_day``: how the seeded city day grows, and how long planning the rest of it again takes.

The first plan, and the cost after so many seconds of one search, by the processor time of each core; then 300 stops
planned again in a process that has done it before, when the busiest bike drops out, by the wall clock.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from benchmarks.tour_city import HOUR, city
from routing.tours.check import violations
from routing.tours.plan import Plan, Progress
from routing.tours.problem import Problem
from routing.tours.replan import Changes, replan
from routing.tours.solve import solve
from routing.tours.warm import warm

SEED, CORES = 1, 2
SIZES, MARKS_S = (100, 500, 1000), (1, 2, 5, 10, 20)
FIRST_S = 1.0  # goal for the first plan
REPLANNED, SEARCH_S, TIMES = 300, 0.2, 7  # as the product searches
REPLAN_MS = 500
MOMENTS = (("before anybody has left", 0), ("at 10:15", 10 * HOUR + 900))
Row = dict[str, Any]


def rows(arguments: Sequence[str]) -> list[Row]:
    """For each size the first plan and the cost at each mark; for each moment the time of planning again."""
    parser = argparse.ArgumentParser(prog="run.py bench city_day", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="orders of the days that are searched")
    parser.add_argument("--seconds", type=float, default=MARKS_S[-1], help="search time on each core")
    asked, _door = parser.parse_known_args(list(arguments))
    warm()
    found = [row for size in asked.sizes for row in _growth(size, asked.seconds)]
    return [*found, *_again()]


def _growth(orders: int, seconds: float) -> list[Row]:
    """One search of one day."""
    problem = city(orders)
    seen: list[Progress] = []
    cpu, wall = time.process_time(), time.monotonic()
    plan = solve(problem, limit_s=seconds, seed=SEED, cores=CORES, on_progress=seen.append, clock=_cpu_of_each)
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    valid = not violations(problem, plan)
    common = {**_common(f"{orders} orders"), "valid": valid}
    first = next(one for one in seen if one.unserved < orders)
    marks = [
        {**common, "figure": f"€ after {mark} s", "value": _cost_at(seen, mark) / 100}
        for mark in MARKS_S
        if mark < seconds
    ]
    return [
        {**common, "figure": "first plan, s", "target": FIRST_S, "value": first.elapsed_s,
         "ok": first.elapsed_s < FIRST_S},
        *marks,
        {**common, "figure": "€ in the end", "value": plan.cost_cents / 100, "unserved": len(plan.unserved),
         "tours": len(plan.tours), "cpu_s": round(cpu, 1), "wall_s": round(wall, 1)},
    ]  # fmt: skip


def _cpu_of_each() -> float:
    return time.process_time() / CORES


def _cost_at(seen: Sequence[Progress], seconds: float) -> int:
    return min(one.cost_cents for one in seen if one.elapsed_s <= seconds)


def _again() -> list[Row]:
    """The busiest bike of a planned day drops out."""
    problem = city(REPLANNED)
    plan = solve(problem, limit_s=MARKS_S[-1] / 2, seed=SEED, cores=CORES, clock=_cpu_of_each)
    return [_replanned(problem, plan, name, now_s) for name, now_s in MOMENTS]


def _replanned(problem: Problem, plan: Plan, name: str, now_s: int) -> Row:
    busiest = max(plan.tours, key=lambda tour: len(tour.visits))
    changes = Changes(out=frozenset({busiest.vehicle}))
    taken, cpus, valid = [], [], True
    for turn in range(TIMES + 1):  # the first loads what the others find
        begins, worked = time.perf_counter(), time.process_time()
        found = replan(problem, plan, changes, now_s=now_s, limit_s=SEARCH_S, seed=SEED)
        if turn:
            taken.append((time.perf_counter() - begins) * 1000)
            cpus.append((time.process_time() - worked) * 1000)
        valid = valid and not violations(found.problem, found.plan)
    return {
        **_common(f"{REPLANNED} orders, busiest bike out {name}"), "valid": valid, "figure": "planned again, ms",
        "target": REPLAN_MS, "value": median(taken), "ok": median(taken) < REPLAN_MS, "slowest": max(taken),
        "cpu_ms": median(cpus), "unserved": len(found.plan.unserved),
    }  # fmt: skip


def _common(instance: str) -> Row:
    return {"bench": "city_day", "instance": instance, "engine": "ours", "seed": SEED, "cores": CORES}
