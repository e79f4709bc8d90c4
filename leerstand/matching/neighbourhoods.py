"""Large neighbourhoods by street: set some streets free, solve them exactly, keep the rest. Pure.

Streets that share requests are freed together. A match elsewhere whose request
is wanted here may be dropped, so that a good place can be won from a worse
one. Each part is a mixed-integer program (HiGHS inside MathOpt).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import numpy as np

from leerstand.matching.linear import Bound, program
from leerstand.matching.problem import MatchingProblem
from leerstand.matching.worth import value

FIRST_SHOPS = 48
FEWEST_SHOPS = 8
EASY = 0.6  # share of its time that a part may take and still counts as easy
SMALL_GAP = 2e-5  # relative; below the worth of half a point in every part


def exact(problem: MatchingProblem, begin: list[int], *, limit_s: float) -> tuple[list[int], float, bool]:
    """The best plan of a whole problem by mixed-integer programming, its bound, and whether it is proved.

    Returns ``begin`` when nothing better was found in time.
    """
    from ortools.math_opt import model_pb2
    from ortools.math_opt.python import mathopt

    found = program(problem)
    question = model_pb2.ModelProto()
    width, pairs = len(found.gain), len(found.pairs)
    question.variables.ids.extend(range(width))
    question.variables.lower_bounds.extend([0.0] * width)
    question.variables.upper_bounds.extend(found.upper.tolist())
    question.variables.integers.extend([True] * pairs + [False] * (width - pairs))
    rows = found.rows.tocsr()
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
    model = mathopt.Model.from_model_proto(question)
    known, columns = set(begin), list(model.variables())
    hint = mathopt.SolutionHint(
        variable_values={columns[place]: float(int(pair) in known) for place, pair in enumerate(found.pairs)}
    )
    limits = mathopt.SolveParameters(
        time_limit=timedelta(seconds=max(0.05, limit_s)), relative_gap_tolerance=SMALL_GAP, enable_output=False
    )
    started = mathopt.ModelSolveParameters(solution_hints=[hint])
    answer = mathopt.solve(model, mathopt.SolverType.HIGHS, params=limits, model_params=started)
    bound = answer.termination.objective_bounds.dual_bound
    proved = answer.termination.reason == mathopt.TerminationReason.OPTIMAL
    if not answer.solutions or answer.solutions[0].primal_solution is None:
        return begin, bound, proved
    values = answer.solutions[0].primal_solution.variable_values
    chosen = [int(found.pairs[one.id]) for one, taken in values.items() if one.id < pairs and taken > 0.5]
    return (chosen, bound, proved) if value(problem, chosen) >= value(problem, begin) else (begin, bound, proved)


def part_of(problem: MatchingProblem, pairs: np.ndarray, outside: np.ndarray, pinned: np.ndarray) -> MatchingProblem:
    """The problem over some candidates only; ``outside`` are matches elsewhere that stay and use up hubs and money."""
    units, unit = np.unique(problem.unit[pairs], return_inverse=True)
    fronts = problem.fronts
    if len(fronts):
        touched = np.isin(fronts[:, :2], units).any(axis=1)
        fronts = fronts[touched]
        units = np.union1d(units, fronts[:, :2].ravel())
        unit = np.searchsorted(units, problem.unit[pairs])
        fronts = np.column_stack(
            [np.searchsorted(units, fronts[:, 0]), np.searchsorted(units, fronts[:, 1]), fronts[:, 2]]
        )
    requests, request = np.unique(problem.request[pairs], return_inverse=True)
    groups, group = np.unique(problem.group[pairs], return_inverse=True)
    if len(groups) and groups[0] < 0:
        groups, group = groups[1:], group - 1
    column_of = np.full(problem.pairs, -1, dtype=np.int64)
    column_of[pairs] = np.arange(len(pairs))
    conflicts, follows = column_of[problem.conflicts], problem.follows.copy()
    if len(follows):
        follows = follows[column_of[follows[:, 0]] >= 0]
        known = np.isin(follows[:, 1], units)
        # a shop further out without a candidate here cannot be converted: point at a shop that nothing converts
        place = np.where(known, np.searchsorted(units, follows[:, 1]) % max(1, len(units)), len(units))
        follows = np.column_stack([column_of[follows[:, 0]], place])
    return replace(
        problem,
        units=len(units) + 1,
        requests=len(requests),
        unit=unit.astype(np.int64),
        request=request.astype(np.int64),
        points=problem.points[pairs],
        group=group.astype(np.int64),
        hub=problem.hub[pairs],
        stock=problem.stock[groups],
        max_hubs=problem.max_hubs - int(problem.hub[outside].sum()),
        conflicts=conflicts[(conflicts >= 0).all(axis=1)].reshape(-1, 2),
        starts=problem.starts[pairs],
        ends=problem.ends[pairs],
        size=problem.size[pairs],
        capacity=np.append(problem.capacity[units], 1),
        fronts=fronts.reshape(-1, 3),
        pinned=column_of[pinned],
        placed=np.flatnonzero(np.isin(requests, problem.placed)),
        caps=problem.caps[groups],
        cost=problem.cost[pairs],
        budget=problem.budget - int(problem.cost[outside].sum()),
        converts=problem.converts[pairs],
        follows=follows.reshape(-1, 2),
    )


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
        begin: list[int],
        bound: Bound,
        street: np.ndarray,
        *,
        part_s: float,
        threshold: float,
        seed: int,
        on_better: Callable[[int], None] = lambda points: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.problem, self.street, self.part_s, self.stop, self.on_better = problem, street, part_s, stop, on_better
        self.core = bound.reduced > -threshold
        self.best, self.points = list(begin), value(problem, begin)
        self._streets = Streets(problem, street, np.flatnonzero(self.core), seed)
        self._shops = float(FIRST_SHOPS)
        self._lock = threading.Lock()

    def run(self, limit_s: float, *, cores: int = 1) -> list[int]:
        """Search until the time is over or somebody says that it is good enough."""
        ends_at = monotonic() + limit_s
        with ThreadPoolExecutor(cores) as pool:
            for done in [pool.submit(self._work, ends_at) for _ in range(cores)]:
                done.result()
        return self.best

    def _work(self, ends_at: float) -> None:
        while (left_s := ends_at - monotonic()) > 0.05 and not self.stop():
            with self._lock:
                before, free, limit_s = list(self.best), self._streets.some(int(self._shops)), min(self.part_s, left_s)
            begun = monotonic()
            part = Part(self.problem, before, self.core, self.street, free)
            chosen, proved = part.solve(limit_s)
            with self._lock:
                self._learn(proved, (monotonic() - begun) / self.part_s)
                self._take_over(before, part, chosen)

    def _learn(self, proved: bool, share: float) -> None:
        """Larger parts while they are solved with ease, smaller ones when they are not."""
        if proved and share < EASY:
            self._shops = min(self.problem.units, 1.12 * self._shops)
        elif not proved:
            self._shops = max(FEWEST_SHOPS, 0.85 * self._shops)

    def _take_over(self, before: list[int], part: Part, chosen: list[int]) -> None:
        now = set(self.best)
        if now.symmetric_difference(before) & set(part.pairs.tolist()):
            return
        kept = now - set(part.pairs.tolist())
        plan = [*kept, *chosen]
        if len({int(self.problem.request[pair]) for pair in plan}) < len(plan):
            return
        if now != set(before) and not within_totals(self.problem, plan):
            return
        if (points := value(self.problem, plan)) > self.points:
            self.best, self.points = plan, points
            self.on_better(points)


def within_totals(problem: MatchingProblem, plan: list[int]) -> bool:
    """Whether hubs and money suffice, which no street decides by itself."""
    return problem.hub[plan].sum() <= problem.max_hubs and problem.cost[plan].sum() <= problem.budget


class Part:
    """Some streets set free; matches elsewhere stay, or may be dropped where their request is wanted here."""

    def __init__(
        self, problem: MatchingProblem, plan: list[int], core: np.ndarray, street: np.ndarray, free: np.ndarray
    ) -> None:
        now = np.array(sorted(plan), dtype=np.int64)
        of_street = street[problem.unit]
        open_now = np.isin(of_street, free)
        mine = open_now & core
        mine[now[open_now[now]]] = True
        wanted = np.zeros(problem.requests, dtype=bool)
        wanted[problem.request[mine]] = True
        elsewhere = now[~open_now[now]]
        may_go = elsewhere[wanted[problem.request[elsewhere]]]
        touched = np.isin(of_street[elsewhere], np.union1d(free, of_street[may_go]))
        beside, self.outside = elsewhere[touched], elsewhere[~touched]
        self.pairs = np.union1d(np.flatnonzero(mine), beside)
        pinned = np.union1d(np.setdiff1d(beside, may_go), np.intersect1d(problem.pinned, self.pairs))
        self.problem = part_of(problem, self.pairs, self.outside, pinned)
        self._before = np.flatnonzero(np.isin(self.pairs, now)).tolist()

    def solve(self, limit_s: float) -> tuple[list[int], bool]:
        """The best matches of these streets, as candidates of the whole problem; whether that is proved."""
        chosen, _, proved = exact(self.problem, self._before, limit_s=limit_s)
        return self.pairs[chosen].tolist() if chosen else [], proved
