"""The door of the planner: a problem in, a checked plan out."""

from __future__ import annotations

import time
from collections.abc import Callable

from routing.message import BadInput
from routing.tours.improve import LONGEST_LIMIT_S, improve
from routing.tours.plan import Plan, Progress
from routing.tours.problem import Problem
from routing.tours.remainder import solve_the_rest


def solve(
    problem: Problem,
    *,
    limit_s: float | None = None,
    limit_iterations: int | None = None,
    seed: int = 1,
    cores: int = 1,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Plan:
    """Plan tours that cost as little as possible, unserved orders counted with their price.

    Parameters
    ----------
    problem
        k orders, m vehicles; all numbers whole, times in seconds.
    limit_s
        Search time in seconds. The best plan found by then is returned; a
        longer search may find a cheaper one.
    limit_iterations
        Instead of ``limit_s``: how many moves of the kernel are tried, over all
        threads. On one core the same problem, seed and number give the same
        plan on every machine whose kernel is compiled; only where hubs have
        docks half a second of the clock decides between tours. Without the
        kernel nothing is searched beyond cheapest insertion.
    seed
        Where the search takes random decisions, it begins with this number.
    cores
        How many threads may search.
    on_progress
        Called at least about every 0.3 s with the best plan so far in figures.
    cancelled
        Asked often; as soon as it says yes, the best plan so far is returned.
    clock
        What counts the seconds of ``limit_s``; a measurement on a busy machine
        counts its own processor time instead.

    Returns
    -------
    Plan
        Checked by :func:`routing.tours.check.violations`. An order that fits
        nowhere stands in ``unserved`` with its reason; that is an answer, not
        an error, and so is a day without orders or vehicles.

    Raises
    ------
    BadInput
        If not exactly one limit is given, ``limit_s`` is not positive or above
        a day, ``limit_iterations``, ``seed`` or ``cores`` are out of range.
    PlanBroken
        If the plan fails the check: a defect, never a property of the input.
    """
    if (limit_s is None) == (limit_iterations is None):
        raise BadInput("Please give either a search time in seconds or a number of iterations, exactly one of the two.")
    return solve_the_rest(
        problem,
        {},
        LONGEST_LIMIT_S if limit_s is None else limit_s,
        improve,
        limit_iterations=limit_iterations,
        seed=seed,
        cores=cores,
        on_progress=on_progress,
        cancelled=cancelled,
        clock=clock,
    )
