"""Search from given sequences: the kernel where it can state the problem, else the routing library; then the check."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

from routing.message import BadInput
from routing.tours import decide, reasons
from routing.tours.bound import lower_bound
from routing.tours.check import violations
from routing.tours.fields import whole as whole_number
from routing.tours.greedy import Routes, cheapest_insertion, fill_up, without_losses
from routing.tours.plan import Plan, Progress, Tour, Unserved
from routing.tours.problem import Kind, Order, Problem
from routing.tours.schedule import Leaves, ride, without_empty_rounds

if TYPE_CHECKING:
    from routing.tours.kernel.engine import Engine

LONGEST_LIMIT_S = 86_400
MOST_ITERATIONS = 10**12
MAX_CORES = 256
REPORT_EVERY_S = 0.3
FIRST_PLAN_SHARE = 0.4  # of the time at most, before the search begins
RECOMBINED_FROM_S = 8.0  # shorter searches gain nothing from it
DECIDE_SHARE, LEAST_DECIDE_S = 0.03, 0.5
Departures = dict[str, Leaves]
FILL_UP_S = 2.0  # at most, after the search


class PlanBroken(RuntimeError):
    """A solver returned a plan that breaks the problem. A defect of ours: such a plan is never handed out."""


def improve(
    problem: Problem,
    start: Routes,
    *,
    limit_s: float,
    limit_iterations: int | None = None,
    seed: int = 1,
    cores: int = 1,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    clock: Callable[[], float] = time.monotonic,
    whole: bool = True,
) -> Plan:
    """As ``solve``, for a day without locked tours, from sequences that can be ridden: the plan costs no more.

    Not ``whole``: the caller joins the plan to what has been driven and checks that; a bound would say nothing.
    """
    _check_arguments(limit_s, limit_iterations, seed, cores)
    run = _Run(problem, limit_s, on_progress, cancelled, clock, limit_iterations)
    run.report()
    ridden = {order.key for orders in start.values() for order in orders}
    possible = [order for order in problem.orders if order.key in ridden or reasons.never(problem, order) is None]
    if start:
        run.keep(_only(start, possible))
    routes: Routes = {}
    engine, iterations = "none", 0
    if possible:
        searched = _by_kernel(run, possible, seed, cores) or _by_library(run, possible)
        engine, iterations = searched
        until = run.elapsed_s() + FILL_UP_S
        routes = fill_up(problem, run.best, run.stop if run.iterations else run.stop_after(until))
    elif run.best:
        routes = run.best
    leaves: Departures = {}
    searched_s = 0.0 if run.iterations else limit_s
    if routes and (decide.has_docks(problem) or searched_s >= RECOMBINED_FROM_S):
        most_s = max(DECIDE_SHARE * searched_s, LEAST_DECIDE_S)
        routes, leaves = decide.decide(problem, run.pool, routes, limit_s=most_s)
    plan = _plan(problem, routes, engine, seed, run.elapsed_s(), iterations, leaves, bounded=whole)
    if whole and (broken := violations(problem, plan)):
        raise PlanBroken("; ".join(map(str, broken[:5])))
    return plan


def _only(routes: Routes, possible: list[Order]) -> Routes:
    keys = {order.key for order in possible}
    kept = {
        vehicle: without_empty_rounds(o for o in orders if o.key in keys or o.kind is Kind.RELOAD)
        for vehicle, orders in routes.items()
    }
    return {vehicle: orders for vehicle, orders in kept.items() if orders}


def plan_of(problem: Problem, routes: Routes, *, engine: str, seconds: float = 0.0) -> Plan:
    """The plan of given sequences, with reasons for what they leave out. The sequences must be possible."""
    return _plan(problem, routes, engine, 0, seconds, 0)


class _Run:
    """One call of ``solve``: its clock, its reporter and the best sequences so far."""

    def __init__(
        self,
        problem: Problem,
        limit_s: float,
        on_progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
        clock: Callable[[], float],
        iterations: int | None = None,
    ) -> None:
        self.problem = problem
        self.iterations = iterations
        self.limit_s = limit_s
        self.best: Routes = {}
        self.pool = decide.Pool(problem)
        self.cost = sum(order.price_unserved_cents for order in problem.orders)
        self.unserved = len(problem.orders)
        self._clock = clock
        self._begins = clock()
        self._reported = time.monotonic()
        self._on_progress = on_progress
        self._cancelled = cancelled or (lambda: False)

    def elapsed_s(self) -> float:
        return self._clock() - self._begins

    def left_s(self) -> float:
        return self.limit_s - self.elapsed_s()

    def stop(self) -> bool:
        """Report if it is time to, and say whether somebody cancelled."""
        if time.monotonic() - self._reported >= REPORT_EVERY_S:
            self.report()
        return self._cancelled()

    def stop_after(self, seconds: float) -> Callable[[], bool]:
        return lambda: self.elapsed_s() > seconds or self.stop()

    def report(self) -> None:
        self._reported = time.monotonic()
        if self._on_progress:
            limit_s = self.limit_s if self.iterations is None else 0.0
            self._on_progress(Progress(self.elapsed_s(), limit_s, self.cost, self.unserved))

    def keep(self, routes: Routes) -> None:
        """Remember these sequences if they can be ridden and cost less than the best so far."""
        tours = self.pool.ridden(routes)
        if tours is None:
            return
        served = {visit.order for tour in tours for visit in tour.visits}
        left = [order for order in self.problem.orders if order.key not in served]
        cost = sum(tour.cost_cents for tour in tours) + sum(order.price_unserved_cents for order in left)
        if cost <= self.cost:
            self.best, self.cost, self.unserved = routes, cost, len(left)
        self.report()


def _by_kernel(run: _Run, possible: list[Order], seed: int, cores: int) -> tuple[str, int] | None:
    """Search with a compiled kernel, if one can state the problem and need not be compiled first."""
    from routing.tours import warm  # numba takes two seconds to import: only where somebody plans

    if not warm.is_warm():
        return None
    engine = _engine(run.problem, possible, light=warm.is_warm("light"), counts=warm.is_warm("counts"))
    if engine is None:
        return None
    from routing.tours.kernel import search

    found = search.search(
        engine,
        start=run.best,
        share=lambda: run.elapsed_s() / run.limit_s,
        iterations=run.iterations,
        seed=seed,
        cores=cores,
        stop=run.stop,
        on_better=run.keep,
        pause_s=REPORT_EVERY_S,
    )
    run.keep(found.routes)
    return "kernel", found.steps


def _engine(problem: Problem, possible: list[Order], *, light: bool, counts: bool) -> Engine | None:
    """The kernel that states this problem, the quick one first."""
    from routing.tours.kernel import day_tables, engine, tables

    if tables.unstated(problem, possible) is None:
        return engine.Links(tables.tables(problem, possible), light=light)
    if counts and day_tables.unstated(problem, possible) is None:
        return engine.Counts(day_tables.day_tables(problem, possible))
    return None


def _by_library(run: _Run, possible: list[Order]) -> tuple[str, int]:
    """Cheapest insertion, then the routing library of OR-Tools."""
    if not run.best:
        run.keep(cheapest_insertion(run.problem, possible, run.stop_after(FIRST_PLAN_SHARE * run.limit_s)))
    if run.left_s() <= 0 or run.stop() or run.iterations:  # its moves cannot be counted
        return "greedy", 0
    from routing.tours import library  # OR-Tools is imported only where it is used: it takes a while

    if library.unstated(run.problem, possible):
        return "greedy", 0
    stop = run.stop_after(run.limit_s)
    found = library.improve(run.problem, possible, run.best, stop=stop, on_better=run.keep)
    run.keep(without_losses(run.problem, found.routes))
    return "ortools", found.solutions


def _tours(problem: Problem, routes: Routes, leaves: Departures | None = None) -> list[Tour] | None:
    tours = []
    for vehicle in problem.vehicles:
        if orders := routes.get(vehicle.key):
            tour = ride(problem, vehicle, orders, (leaves or {}).get(vehicle.key))
            if tour is None:
                return None
            tours.append(tour)
    return tours


def _plan(
    problem: Problem,
    routes: Routes,
    engine: str,
    seed: int,
    seconds: float,
    iterations: int,
    leaves: Departures | None = None,
    *,
    bounded: bool = True,
) -> Plan:
    tours = _tours(problem, routes, leaves)
    if tours is None:
        raise PlanBroken("a sequence of stops cannot be ridden")
    served = {visit.order for tour in tours for visit in tour.visits}
    left = [order for order in problem.orders if order.key not in served]
    unserved = tuple(Unserved(order.key, reasons.in_plan(problem, routes, order)) for order in left)
    cost = sum(tour.cost_cents for tour in tours) + sum(order.price_unserved_cents for order in left)
    bound = lower_bound(problem) if bounded else None
    return Plan(tuple(tours), unserved, cost, engine, seed, seconds, iterations, bound, _versions())


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), "ortools": version("ortools"), "numba": version("numba")}


def _check_arguments(limit_s: object, limit_iterations: object, seed: object, cores: object) -> None:
    number = isinstance(limit_s, int | float) and not isinstance(limit_s, bool)
    if not number or not 0 < limit_s <= LONGEST_LIMIT_S:  # type: ignore[operator]
        raise BadInput(
            "The search time is %(value)s s; allowed is more than 0 up to %(high)s s.",
            value=str(limit_s),
            high=LONGEST_LIMIT_S,
        )
    if limit_iterations is not None:
        text = "The search is to try %(value)s iterations; allowed are 1 to %(high)s."
        whole_number(limit_iterations, 1, MOST_ITERATIONS, text, {})
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**31:
        raise BadInput(
            "The seed is %(value)s; allowed are whole numbers from 0 to %(high)s.", value=seed, high=2**31 - 1
        )
    if isinstance(cores, bool) or not isinstance(cores, int) or not 1 <= cores <= MAX_CORES:
        raise BadInput("The number of cores is %(value)s; allowed are 1 to %(high)s.", value=cores, high=MAX_CORES)
