"""The door of the planner: a problem in, a checked plan out."""

from __future__ import annotations

import time
from collections.abc import Callable

from routing.tours.improve import improve
from routing.tours.plan import Plan, Progress
from routing.tours.problem import Problem
from routing.tours.remainder import solve_the_rest


def solve(
    problem: Problem,
    *,
    limit_s: float,
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
        If ``limit_s`` is not positive or above a day, ``seed`` or ``cores``
        are out of range.
    PlanBroken
        If the plan fails the check: a defect, never a property of the input.
    """
    return solve_the_rest(
        problem,
        {},
        limit_s,
        improve,
        seed=seed,
        cores=cores,
        on_progress=on_progress,
        cancelled=cancelled,
        clock=clock,
    )
