"""Large neighbourhoods by street: set some streets free, solve them exactly, keep the rest. Pure.

Streets that share requests are freed together. A match elsewhere whose request
is wanted here may be dropped, so that a good place can be won from a worse
one. Each part is a mixed-integer program (HiGHS inside MathOpt).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic, thread_time
from typing import TYPE_CHECKING

import numpy as np

from leerstand.matching.linear import Bound, Program
from leerstand.matching.problem import MatchingProblem
from leerstand.matching.worth import value

if TYPE_CHECKING:
    from ortools.math_opt.python import mathopt

FIRST_SHOPS = 48
FEWEST_SHOPS = 8
LONGER, SHORTER, LONGEST = 1.03, 0.8, 8.0  # times; parts that bring nothing make the next ones longer
EASY = 0.6  # share of its time that a part may take and still counts as easy
SLOWEST = 8.0  # times; on a busy machine a part gets so much more wall time for the processor time it should have
USUAL_EFFORT = 0.0  # HiGHS's own is 0.05; in a part that begins with a good plan guessing brings nothing
SMALL_GAP = 2e-5  # relative; below the worth of half a point in every part


def exact(
    found: Program, begin: list[int], *, limit_s: float, effort: float = USUAL_EFFORT
) -> tuple[list[int] | None, float, bool]:
    """The best candidates of a program by mixed-integer programming, its bound, and whether it is proved.

    ``begin`` are candidates known to be possible together; ``effort`` is the
    share of the work that goes into guessing plans, 0 where only the proof is
    missing. None instead of candidates when none were found in time.
    """
    from ortools.math_opt.python import mathopt
    from ortools.math_opt.solvers import highs_pb2

    model, pairs = _as_model(found), len(found.pairs)
    known, columns = set(begin), list(model.variables())
    hint = mathopt.SolutionHint(
        variable_values={columns[place]: float(pair in known) for place, pair in enumerate(found.pairs.tolist())}
    )
    limits = mathopt.SolveParameters(
        time_limit=timedelta(seconds=max(0.05, limit_s)),
        relative_gap_tolerance=SMALL_GAP,
        enable_output=False,
        highs=highs_pb2.HighsOptionsProto(double_options={"mip_heuristic_effort": effort}),
    )
    started = mathopt.ModelSolveParameters(solution_hints=[hint])
    answer = mathopt.solve(model, mathopt.SolverType.HIGHS, params=limits, model_params=started)
    bound = answer.termination.objective_bounds.dual_bound
    proved = answer.termination.reason == mathopt.TerminationReason.OPTIMAL
    if not answer.solutions or answer.solutions[0].primal_solution is None:
        return None, bound, proved
    values = answer.solutions[0].primal_solution.variable_values
    return [int(found.pairs[one.id]) for one, taken in values.items() if one.id < pairs and taken > 0.5], bound, proved


def _as_model(found: Program) -> mathopt.Model:
    """The program as the solver reads it; candidates are whole numbers, the rest follows by itself."""
    from ortools.math_opt import model_pb2
    from ortools.math_opt.python import mathopt

    question = model_pb2.ModelProto()
    width, pairs = len(found.gain), len(found.pairs)
    question.variables.ids.extend(range(width))
    question.variables.lower_bounds.extend([0.0] * width)
    question.variables.upper_bounds.extend(found.upper.tolist())
    question.variables.integers.extend([True] * pairs + [False] * (width - pairs))
    rows = found.rows
    rows.sort_indices()
    question.linear_constraints.ids.extend(range(len(found.most)))
    question.linear_constraints.lower_bounds.extend(found.least.tolist())
    question.linear_constraints.upper_bounds.extend(found.most.tolist())
    cells = question.linear_constraint_matrix
    cells.row_ids.extend(np.repeat(np.arange(len(found.most)), np.diff(rows.indptr)).tolist())
    cells.column_ids.extend(rows.indices.tolist())
    cells.coefficients.extend(rows.data.tolist())
    question.objective.maximize = True
    earning = np.flatnonzero(found.gain)
    question.objective.linear_coefficients.ids.extend(earning.tolist())
    question.objective.linear_coefficients.values.extend(found.gain[earning].tolist())
    return mathopt.Model.from_model_proto(question)


class Streets:
    """Which streets share requests, and a random choice of some that do."""

    def __init__(self, problem: MatchingProblem, street: np.ndarray, core: np.ndarray, seed: int) -> None:
        self.street = street
        self.shops = np.bincount(street)
        self._chance = np.random.default_rng(seed)
        wanted = np.zeros((len(self.shops), problem.requests), dtype=np.float32)
        wanted[street[problem.unit[core]], problem.request[core]] = 1
        self._shared = wanted @ wanted.T
        np.fill_diagonal(self._shared, 0)

    def some(self, shops: int) -> np.ndarray:
        """Streets of about so many shops together, neighbours in demand."""
        chosen = [int(self._chance.integers(len(self.shops)))]
        while self.shops[chosen].sum() < shops and len(chosen) < len(self.shops):
            pull = self._shared[chosen].sum(axis=0).astype(float)
            pull += 1e-3
            pull[chosen] = 0
            chosen.append(int(self._chance.choice(len(pull), p=pull / pull.sum())))
        return np.array(sorted(chosen))


class Search:
    """Better and better plans by neighbourhoods; several threads work on one plan.

    A thread solves its streets as the plan stood when it began. What it found
    is taken over only when nobody has changed these streets, or given a request
    of theirs away, in the meantime.
    """

    def __init__(
        self,
        problem: MatchingProblem,
        found: Program,
        begin: list[int],
        bound: Bound,
        street: np.ndarray,
        *,
        part_s: float,
        threshold: float,
        seed: int,
        on_better: Callable[[int], None] = lambda points: None,
        stop: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._clock = clock
        self.problem, self._found, self.street, self.part_s = problem, found, street, part_s
        self.stop, self.on_better = stop, on_better
        self.core = bound.reduced > -threshold
        self.best, self.points = list(begin), value(problem, begin)
        self._streets = Streets(problem, street, np.flatnonzero(self.core), seed)
        self._shops, self._slow, self._part_s = float(FIRST_SHOPS), 1.0, part_s
        self._lock = threading.Lock()

    def run(self, limit_s: float, *, cores: int = 1) -> list[int]:
        """Search until the time is over or somebody says that it is good enough."""
        with ThreadPoolExecutor(cores) as pool:
            for done in [pool.submit(self._work, limit_s) for _ in range(cores)]:
                done.result()
        return self.best

    def _work(self, limit_s: float) -> None:
        ends_at = self._clock() + limit_s
        while (left_s := ends_at - self._clock()) > 0.05 and not self.stop():
            with self._lock:
                before, free = list(self.best), self._streets.some(int(self._shops))
                part_s = min(self._slow * self._part_s, left_s)
            begun, worked = monotonic(), thread_time()
            pairs = free_pairs(self.problem, before, self.core, self.street, free)
            chosen, proved = self._solved(before, pairs, part_s)
            with self._lock:
                self._learn(proved, monotonic() - begun, thread_time() - worked)
                better = chosen is not None and self._take_over(before, pairs, chosen)
                patience = SHORTER if better else LONGER
                self._part_s = min(LONGEST * self.part_s, max(self.part_s, patience * self._part_s))

    def _solved(self, before: list[int], pairs: np.ndarray, limit_s: float) -> tuple[list[int] | None, bool]:
        """The best matches among some candidates while the rest of the plan stays; whether that is proved."""
        stays = np.setdiff1d(np.array(before, dtype=np.int64), pairs)
        part = self._found.part(pairs, stays)
        chosen, _, proved = exact(part, before, limit_s=limit_s)
        return chosen, proved

    def _learn(self, proved: bool, wall_s: float, worked_s: float) -> None:
        """Larger parts while they are solved with ease, smaller ones when they are not; and how busy the machine is."""
        self._slow += 0.3 * (min(SLOWEST, max(1.0, wall_s / max(0.01, worked_s))) - self._slow)
        if proved and worked_s < EASY * self._part_s:
            self._shops = min(self.problem.units, 1.12 * self._shops)
        elif not proved:
            self._shops = max(FEWEST_SHOPS, 0.85 * self._shops)

    def _take_over(self, before: list[int], pairs: np.ndarray, chosen: list[int]) -> bool:
        """Make what was found the plan, where it still can be; whether that is better."""
        now, mine = set(self.best), set(pairs.tolist())
        if now.symmetric_difference(before) & mine:
            return False
        plan = [*(now - mine), *chosen]
        if len({int(self.problem.request[pair]) for pair in plan}) < len(plan):
            return False
        if now != set(before) and not within_totals(self.problem, plan):
            return False
        points, was = value(self.problem, plan), self.points
        if points >= was:
            self.best, self.points = plan, points
        if points > was:
            self.on_better(points)
        return points > was


def within_totals(problem: MatchingProblem, plan: list[int]) -> bool:
    """Whether what no street decides by itself holds: hubs, money, and neighbours in other streets."""
    there = np.zeros(problem.pairs, dtype=bool)
    there[plan] = True
    if problem.hub[plan].sum() > problem.max_hubs or problem.cost[plan].sum() > problem.budget:
        return False
    converted = np.zeros(problem.units + 1, dtype=bool)
    converted[problem.unit[there & problem.converts]] = True
    pair, unit = problem.follows.T
    return not there[problem.conflicts].all(axis=1).any() and bool((~there[pair] | converted[unit]).all())


def free_pairs(
    problem: MatchingProblem, plan: list[int], core: np.ndarray, street: np.ndarray, free: np.ndarray
) -> np.ndarray:
    """The good candidates of some streets, what is there now, and matches elsewhere whose request is wanted here."""
    now = np.array(plan, dtype=np.int64)
    open_now = np.isin(street, free)[problem.unit]
    mine = open_now & core
    mine[now[open_now[now]]] = True
    wanted = np.zeros(problem.requests, dtype=bool)
    wanted[problem.request[mine]] = True
    mine[now[wanted[problem.request[now]]]] = True
    return np.flatnonzero(mine)
