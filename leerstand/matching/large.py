"""The plan of a large town: a bound from the linear program, annealing, neighbourhoods by street. Pure."""

from __future__ import annotations

from collections.abc import Callable
from math import floor
from time import monotonic

import numpy as np

from leerstand.matching import annealing
from leerstand.matching.linear import FINE, FIRST_TRY, Bound, Program, bound, program
from leerstand.matching.neighbourhoods import Search, exact
from leerstand.matching.problem import MatchingProblem
from leerstand.matching.worth import ranked_list, value

WHOLE_PAIRS = 4_000  # up to here the whole model is tried at the end
ANNEAL_SHARE, LARGE_ANNEAL_SHARE = 0.04, 0.15  # of the time
WHOLE_SHARE = 0.08  # of the time that neighbourhoods get where the whole model comes after them
TRIAL_MOVES = 200_000  # to learn how fast this machine is
CORE, WIDE_CORE = 0.1, 0.2  # reduced cost below zero at which a candidate is left out, in medians of the points
PART_S, LARGE_PART_S, LARGE_UNITS = 0.25, 0.5, 400  # processor seconds
BOUND_SHARE = 0.25  # of the time, at most
SLACK = 1e-6


class LargeSearch:
    """One search; :meth:`run` gives the plan and what no plan exceeds."""

    def __init__(
        self,
        problem: MatchingProblem,
        limit_s: float,
        seed: int,
        cores: int,
        tell: Callable[[int, int], None] = lambda points, bound: None,
        stop: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.problem, self.seed, self.cores, self.stop = problem, seed, cores, stop
        self._clock, self._tell, self._begin, self._limit_s = clock, tell, clock(), limit_s
        self._bound = 0

    @property
    def left_s(self) -> float:
        """Seconds until the limit."""
        return self._limit_s - (self._clock() - self._begin)

    def run(self) -> tuple[list[int], int]:
        """The best plan found, and the bound."""
        found = program(self.problem)
        whole = self.problem.pairs <= WHOLE_PAIRS
        accuracy = FINE if whole else FIRST_TRY
        relaxed = bound(found, limit_s=max(1.0, BOUND_SHARE * self._limit_s), accuracy=accuracy)
        self._bound = floor(relaxed.points + SLACK)
        plan = self._annealed(relaxed)
        share = WHOLE_SHARE if whole else 1.0
        search = Search(
            self.problem,
            found,
            plan,
            relaxed,
            annealing.streets_of(self.problem),
            part_s=LARGE_PART_S if self.problem.units > LARGE_UNITS else PART_S,
            threshold=WIDE_CORE * self._median,
            seed=self.seed,
            on_better=self._better,
            stop=self.stop,
            clock=self._clock,
        )
        ends_s = self.left_s * (1 - share)
        plan = search.run(share * self.left_s, cores=self.cores)
        self._limit_s -= max(0.0, self.left_s - ends_s)  # a clock of this thread stood still while others worked
        if whole and self.left_s > 0.5 and not self.stop():
            plan = self._proved(found, relaxed, plan)
        return plan, self._bound

    def _proved(self, found: Program, relaxed: Bound, plan: list[int]) -> list[int]:
        """The whole model, without candidates whose price says that no better plan contains them."""
        points = value(self.problem, plan)
        free = np.flatnonzero(relaxed.reduced >= points - relaxed.points - SLACK)
        free = np.union1d(free, plan).astype(np.int64)
        better, proved_bound, _ = exact(found.part(free, free[:0]), plan, limit_s=self.left_s, effort=0.0)
        self._bound = min(self._bound, max(points, floor(proved_bound + SLACK)))
        return better if better is not None and value(self.problem, better) > points else plan

    def _better(self, points: int) -> None:
        self._tell(points, self._bound)

    def _annealed(self, relaxed: Bound) -> list[int]:
        """A good plan soon."""
        tables = annealing.tables(self.problem)
        self._median = tables.median
        core = np.flatnonzero(relaxed.reduced > -CORE * tables.median)
        begin, moves = ranked_list(self.problem), TRIAL_MOVES
        annealing.anneal(tables, core, begin, requests=self.problem.requests, steps=1, seed=self.seed)  # compile
        started = self._clock()
        annealing.anneal(tables, core, begin, requests=self.problem.requests, steps=moves, seed=self.seed)
        per_s = moves / max(1e-6, self._clock() - started)
        share = LARGE_ANNEAL_SHARE if self.problem.units > LARGE_UNITS else ANNEAL_SHARE
        steps = int(per_s * share * self._limit_s)
        return annealing.anneal(tables, core, begin, requests=self.problem.requests, steps=steps, seed=self.seed)
