"""The matching as a linear program: columns, rows, and a bound that no plan exceeds. Pure.

Columns: one per candidate, the steps of diversity of each group, one per pair
of dead neighbours and snapshot. Rows: one place per request, the exclusive
sets of each shop (:mod:`cliques`), and what binds several shops together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import scipy.sparse as sp

from leerstand.matching.cliques import crowds_that_count
from leerstand.matching.problem import MatchingProblem

NO_LIMIT = np.inf
FIRST_TRY, FINE = 1e-4, 1e-6  # relative accuracy; the bound is made safe in any case


@dataclass(frozen=True)
class Program:
    """maximise ``gain @ x`` with ``least <= rows @ x <= most`` and ``0 <= x <= upper``; the first columns are pairs.

    ``pairs`` are the candidates of these columns; those that the program of a
    part leaves out are fixed, as taken or not, in its limits.
    """

    gain: np.ndarray
    upper: np.ndarray
    rows: sp.csr_matrix
    least: np.ndarray
    most: np.ndarray
    pairs: np.ndarray

    @cached_property
    def _by_column(self) -> sp.csc_matrix:
        return self.rows.tocsc()

    def part(self, free: np.ndarray, stays: np.ndarray) -> Program:
        """The program over some candidates, the others as they are: ``stays`` are in the plan, the rest is not.

        Only the rows that a free candidate is in, and the steps and fronts of these rows, remain.
        Of a whole program only: its n-th column is the n-th candidate.
        """
        touched = np.unique(self._by_column[:, free].indices)
        rows = self.rows[touched]
        others = np.unique(rows.indices[rows.indices >= len(self.pairs)])
        there = np.zeros(len(self.gain))
        there[stays] = 1.0
        used, columns = rows @ there, np.concatenate([free, others])
        return Program(
            self.gain[columns],
            self.upper[columns],
            rows[:, columns].tocsr(),
            self.least[touched] - used,
            self.most[touched] - used,
            free,
        )


@dataclass(frozen=True)
class Bound:
    """What no plan exceeds, and for each pair how far it is from being worth its place (0 or less: not yet)."""

    points: float
    reduced: np.ndarray  # per candidate
    share: np.ndarray  # per candidate: how much of it the linear program takes


class _Rows:
    """Collects rows block by block."""

    def __init__(self) -> None:
        self.columns: list[np.ndarray] = []
        self.values: list[np.ndarray] = []
        self.least: list[float] = []
        self.most: list[float] = []

    def add(self, columns: np.ndarray, values: np.ndarray | float, *, least: float = -NO_LIMIT, most: float) -> None:
        """One row."""
        self.columns.append(columns)
        self.values.append(np.broadcast_to(np.asarray(values, dtype=float), columns.shape))
        self.least.append(least)
        self.most.append(most)

    def matrix(self, width: int) -> sp.csr_matrix:
        """All rows."""
        ends = np.cumsum([0, *[len(columns) for columns in self.columns]])
        if not self.columns:
            return sp.csr_matrix((0, width))
        content = (np.concatenate(self.values), np.concatenate(self.columns), ends)
        return sp.csr_matrix(content, shape=(len(self.columns), width))


def program(problem: MatchingProblem) -> Program:
    """The linear program over all candidates.

    A row says no more than the rules do: with all columns whole numbers its
    best solution is the best plan.
    """
    rows, width = _Rows(), problem.pairs
    _requests(problem, rows)
    for alone in problem.exclusive:
        rows.add(alone, 1.0, most=1.0)
    for crowd in crowds_that_count(problem):
        rows.add(crowd, problem.size[crowd], most=float(problem.capacity[problem.unit[crowd[0]]]))
    _shared(problem, rows)
    gain, upper = [problem.points.astype(float)], [np.ones(width)]
    gain[0][problem.group < 0] += problem.step(-1, 0)
    for add in (_diversity, _fronts):
        more_gain, more_upper = add(problem, rows, width)
        gain.append(more_gain)
        upper.append(more_upper)
        width += len(more_gain)
    return Program(
        np.concatenate(gain),
        np.concatenate(upper),
        rows.matrix(width),
        np.array(rows.least),
        np.array(rows.most),
        np.arange(problem.pairs),
    )


def _by(column: np.ndarray) -> list[np.ndarray]:
    """Positions grouped by the value of a column."""
    order = np.argsort(column, kind="stable")
    edges = np.flatnonzero(np.diff(column[order], prepend=-2, append=-2))
    return [order[one:other] for one, other in pairwise(edges.tolist())]


def _requests(problem: MatchingProblem, rows: _Rows) -> None:
    placed = np.isin(problem.request, problem.placed)
    for mine in _by(problem.request):
        if placed[mine[0]]:
            rows.add(mine, 1.0, least=1.0, most=1.0)
        elif len(mine) > 1:
            rows.add(mine, 1.0, most=1.0)


def _shared(problem: MatchingProblem, rows: _Rows) -> None:
    """What holds for several shops together: hubs, budget, neighbours, outside in, pins."""
    hubs, cost = np.flatnonzero(problem.hub), problem.cost
    if len(hubs) > problem.max_hubs:
        rows.add(hubs, 1.0, most=float(problem.max_hubs))
    if cost.sum() > problem.budget:
        rows.add(np.flatnonzero(cost), cost[cost != 0], most=float(problem.budget))
    for both in problem.conflicts:
        rows.add(both, 1.0, most=1.0)
    for pair, unit in problem.follows.tolist():
        with_it = np.flatnonzero(problem.converts & (problem.unit == unit))
        rows.add(np.append(pair, with_it), np.append(1.0, np.full(len(with_it), -1.0)), most=0.0)
    for pair in problem.pinned.tolist():
        rows.add(np.array([pair]), 1.0, least=1.0, most=1.0)


def _diversity(problem: MatchingProblem, rows: _Rows, width: int) -> tuple[np.ndarray, np.ndarray]:
    """One column per step of each group; those beyond the ladder share one."""
    gain: list[float] = []
    upper: list[float] = []
    grouped = np.flatnonzero(problem.group >= 0)
    for mine in _by(problem.group[grouped]):
        columns = grouped[mine]
        group = int(problem.group[columns[0]])
        most = min(int(problem.caps[group]), len(columns))
        if quota := int(problem.quotas[group]):
            rows.add(columns, 1.0, least=float(quota), most=float(most))
        single = min(most, max(1, len(problem.ladder) - 1 - int(problem.stock[group])))
        first = width + len(gain)
        gain += [float(problem.step(group, nth)) for nth in range(single)]
        upper += [1.0] * single
        if most > single:
            gain.append(float(problem.step(group, single)))
            upper.append(float(most - single))
        steps = np.arange(first, width + len(gain))
        signs = np.concatenate([np.ones(len(columns)), np.full(len(steps), -1.0)])
        rows.add(np.concatenate([columns, steps]), signs, least=0.0, most=0.0)
    return np.array(gain), np.array(upper)


def _fronts(problem: MatchingProblem, rows: _Rows, width: int) -> tuple[np.ndarray, np.ndarray]:
    """One column per pair of dead neighbours and snapshot: alive at most as much as one of the two is used."""
    gain: list[float] = []
    of_unit = {int(problem.unit[mine[0]]): mine for mine in _by(problem.unit)} if len(problem.fronts) else {}
    none = np.zeros(0, dtype=np.int64)
    for one, other, points in problem.fronts.tolist():
        both = np.concatenate([of_unit.get(one, none), of_unit.get(other, none)])
        for snapshot in range(len(problem.snapshots)):
            there = both[problem.covers[both, snapshot]]
            if len(there):
                signs = np.append(np.full(len(there), -1.0), 1.0)
                rows.add(np.append(there, width + len(gain)), signs, most=0.0)
                gain.append(float(points))
    return np.array(gain), np.ones(len(gain))


def bound(found: Program, *, limit_s: float = 60.0, accuracy: float = FIRST_TRY) -> Bound:
    """What no plan exceeds: the linear program solved by first-order steps (PDLP), then made safe.

    Whatever prices come out, clipped to the right sign they prove a bound: the
    sum of prices times limits and of every positive reduced cost. So neither
    accuracy nor a time limit can make it wrong, only weaker.
    """
    prices, share = _prices(found, limit_s, accuracy)
    return safe_bound(found, prices, share)


def safe_bound(found: Program, prices: np.ndarray, share: np.ndarray) -> Bound:
    """The bound that some prices of the rows prove, by weak duality."""
    prices = np.where(np.isneginf(found.least), np.maximum(prices, 0.0), prices)
    limits = np.where(prices >= 0, found.most, found.least)
    reduced = found.gain - found.rows.T @ prices
    points = float(prices @ np.where(prices == 0, 0.0, limits) + found.upper @ np.maximum(reduced, 0.0))
    pairs = len(found.pairs)
    return Bound(points, reduced[:pairs], np.clip(share[:pairs], 0.0, 1.0))


def _prices(found: Program, limit_s: float, accuracy: float) -> tuple[np.ndarray, np.ndarray]:
    """Prices of the rows and the fractional plan; PDLP minimises, so the gains go in with the opposite sign."""
    from ortools.pdlp import solvers_pb2
    from ortools.pdlp.python import pdlp

    question = pdlp.QuadraticProgram()
    question.resize_and_initialize(len(found.gain), len(found.most))
    question.objective_vector = -found.gain
    question.constraint_matrix = found.rows.tocsc()
    question.constraint_lower_bounds, question.constraint_upper_bounds = found.least, found.most
    question.variable_lower_bounds, question.variable_upper_bounds = np.zeros(len(found.gain)), found.upper
    how = solvers_pb2.PrimalDualHybridGradientParams(num_threads=1)
    how.termination_criteria.simple_optimality_criteria.eps_optimal_relative = accuracy
    how.termination_criteria.simple_optimality_criteria.eps_optimal_absolute = 1e-3
    how.termination_criteria.time_sec_limit = limit_s
    answer = pdlp.primal_dual_hybrid_gradient(question, how)
    return -np.array(answer.dual_solution), np.array(answer.primal_solution)
