"""Simulated annealing over whole plans, compiled: put a candidate in, throw out what stands in its way.

One move takes less than half a microsecond, so a few seconds try millions of
plans; the value is kept up to date, never counted anew. The tables are plain
arrays because the compiled code knows nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numba
import numpy as np

from leerstand.matching.problem import MatchingProblem

ROOM = 64  # more uses than that one shop never has one after the other
MOST_SNAPSHOTS = 62  # bits of one mask
NEVER = -(1 << 40)  # gain of a use beyond its cap
HOT, COLD = 0.30, 0.008  # first and last temperature, as shares of the median points of a candidate


@dataclass(frozen=True)
class Tables:
    """A problem as the compiled search reads it."""

    unit: np.ndarray
    request: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    size: np.ndarray
    slots: np.ndarray
    capacity: np.ndarray
    points: np.ndarray
    group: np.ndarray
    steps: np.ndarray  # (groups, k): gain of the n-th use; the last column counts beyond
    mask: np.ndarray  # bit s: there on snapshot s
    front_ptr: np.ndarray
    front_other: np.ndarray
    front_points: np.ndarray
    single: np.ndarray  # bool: may only come by a neighbourhood, not by a move (hubs, money, conflicts, pins)
    median: float


def tables(problem: MatchingProblem) -> Tables:
    """Copy a problem into plain arrays."""
    special = problem.hub | (problem.cost > 0) | problem.converts
    for columns in (problem.conflicts.ravel(), problem.follows[:, 0], problem.pinned):
        special[columns] = True
    special |= np.isin(problem.request, problem.placed)
    special |= np.isin(problem.group, np.flatnonzero(problem.quotas))
    masks = (problem.covers * (1 << np.arange(len(problem.snapshots)))).sum(axis=1, dtype=np.int64)
    front_ptr, front_other, front_points = _fronts(problem)
    group = np.where(problem.group < 0, len(problem.stock), problem.group)
    return Tables(
        problem.unit,
        problem.request,
        problem.starts,
        problem.ends,
        problem.size,
        problem.slots,
        problem.capacity,
        problem.points,
        group,
        _steps(problem),
        masks.reshape(problem.pairs),
        front_ptr,
        front_other,
        front_points,
        special,
        float(np.median(np.abs(problem.points))) if problem.pairs else 1.0,
    )


def _steps(problem: MatchingProblem) -> np.ndarray:
    """Gains per group; the last row is that of candidates without a group."""
    width = int(min(problem.caps.max(initial=0), len(problem.ladder) + 1)) + 1
    table = np.zeros((len(problem.stock) + 1, width), dtype=np.int64)
    for nth in range(width):
        ladder = np.array(problem.ladder or (0,), dtype=np.int64)
        table[:-1, nth] = ladder[np.minimum(problem.stock + nth, len(ladder) - 1)]
        table[:-1, nth][nth >= problem.caps] = NEVER
    table[-1, :] = problem.step(-1, 0)
    return table


def _fronts(problem: MatchingProblem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each shop its dead neighbours and what a use beside them is worth."""
    both = np.concatenate([problem.fronts, problem.fronts[:, [1, 0, 2]]])
    both = both[np.argsort(both[:, 0], kind="stable")]
    ptr = np.searchsorted(both[:, 0], np.arange(problem.units + 1))
    return ptr.astype(np.int64), np.ascontiguousarray(both[:, 1]), np.ascontiguousarray(both[:, 2])


def anneal(t: Tables, candidates: np.ndarray, begin: list[int], *, requests: int, steps: int, seed: int) -> list[int]:
    """The best plan met while cooling down, from ``begin`` on; only ``candidates`` may come in.

    What :attr:`Tables.single` names stays in the plan when it is there at the
    beginning, and never comes in here.
    """
    movable = candidates[~t.single[candidates]]
    if not len(movable) or steps <= 0:
        return begin
    held = np.zeros(len(t.unit), dtype=np.bool_)
    held[begin] = t.single[begin]
    best = _search(
        *(t.unit, t.request, t.starts, t.ends, t.size, t.slots, t.capacity, t.points, t.group, t.steps, t.mask),
        *(t.front_ptr, t.front_other, t.front_points, held, movable, np.array(begin, dtype=np.int64)),
        *(requests, steps, HOT * t.median, COLD * t.median, seed),
    )
    return [int(pair) for pair in best if pair >= 0]


@numba.njit(cache=True, nogil=True)
def _front_change(u, mask, alive, front_ptr, front_other, front_points):  # type: ignore[no-untyped-def]
    """Points of the snapshots on which a shop changes and its dead neighbour is dead."""
    change = 0
    for f in range(front_ptr[u], front_ptr[u + 1]):
        lonely = mask & ~alive[front_other[f]]
        while lonely:
            lonely &= lonely - 1
            change += front_points[f]
    return change


@numba.njit(cache=True, nogil=True)
def _search(  # type: ignore[no-untyped-def]
    unit, request, starts, ends, size, slots, capacity, points, group, steps, mask,
    front_ptr, front_other, front_points, held, movable, begin, n_requests, moves, hot, cold, seed,
):  # fmt: skip
    np.random.seed(seed)
    n_units = len(capacity)
    last = steps.shape[1] - 1
    place = -np.ones(n_requests, np.int64)
    count = np.zeros(n_units, np.int64)
    there = np.zeros((n_units, ROOM), np.int64)
    of_kind = np.zeros(len(steps), np.int64)
    alive = np.zeros(n_units, np.int64)
    out = np.zeros(ROOM + 1, np.int64)
    value = 0

    for k in begin:
        u = unit[k]
        g = group[k]
        value += points[k] + steps[g, min(of_kind[g], last)]
        of_kind[g] += 1
        value += _front_change(u, mask[k] & ~alive[u], alive, front_ptr, front_other, front_points)
        alive[u] |= mask[k]
        place[request[k]] = k
        there[u, count[u]] = k
        count[u] += 1
    best = value
    best_place = place.copy()
    cooling = np.log(cold / hot)
    heat = hot

    for move in range(moves):
        if move & 1023 == 0:
            heat = hot * np.exp(cooling * move / moves)
        k = movable[np.random.randint(len(movable))]
        u = unit[k]
        n_out = 0
        coming = place[request[k]] != k
        if coming:
            # who has to go: the request's other place, and uses of this shop until the new one fits
            if place[request[k]] >= 0:
                out[0] = place[request[k]]
                n_out = 1
            used = 0
            for i in range(count[u]):
                o = there[u, i]
                if starts[o] < ends[k] and starts[k] < ends[o] and slots[o] & slots[k] and o != place[request[k]]:
                    used += size[o]
            for i in range(count[u]):
                if used + size[k] <= capacity[u]:
                    break
                o = there[u, i]
                if starts[o] < ends[k] and starts[k] < ends[o] and slots[o] & slots[k] and o != place[request[k]]:
                    out[n_out] = o
                    n_out += 1
                    used -= size[o]
            if used + size[k] > capacity[u] or count[u] >= ROOM:
                continue
        else:
            out[0] = k
            n_out = 1
        stuck = False
        for i in range(n_out):
            if held[out[i]]:
                stuck = True
        if stuck:
            continue

        change = 0
        for i in range(n_out):
            o = out[i]
            v = unit[o]
            g = group[o]
            of_kind[g] -= 1
            change -= points[o] + steps[g, min(of_kind[g], last)]
            remains = 0
            for j in range(count[v]):
                if there[v, j] == o:
                    count[v] -= 1
                    there[v, j] = there[v, count[v]]
                    break
            for j in range(count[v]):
                remains |= mask[there[v, j]]
            change -= _front_change(v, alive[v] & ~remains, alive, front_ptr, front_other, front_points)
            alive[v] = remains
            place[request[o]] = -1
        if coming:
            g = group[k]
            change += points[k] + steps[g, min(of_kind[g], last)]
            of_kind[g] += 1
            change += _front_change(u, mask[k] & ~alive[u], alive, front_ptr, front_other, front_points)
            alive[u] |= mask[k]
            place[request[k]] = k
            there[u, count[u]] = k
            count[u] += 1

        if change >= 0 or np.random.random() < np.exp(change / heat):
            value += change
            if value > best:
                best = value
                best_place[:] = place
            continue
        # take the move back
        if coming:
            of_kind[group[k]] -= 1
            place[request[k]] = -1
            for j in range(count[u]):
                if there[u, j] == k:
                    count[u] -= 1
                    there[u, j] = there[u, count[u]]
                    break
            remains = 0
            for j in range(count[u]):
                remains |= mask[there[u, j]]
            alive[u] = remains
        for i in range(n_out):
            o = out[i]
            v = unit[o]
            of_kind[group[o]] += 1
            place[request[o]] = o
            there[v, count[v]] = o
            count[v] += 1
            alive[v] |= mask[o]
    return best_place


def streets_of(problem: MatchingProblem) -> np.ndarray:
    """Shops that belong together: joined by fronts or by groups of kinds, as a number per shop."""
    parent = np.arange(problem.units)

    def root(unit: int) -> int:
        while parent[unit] != unit:
            parent[unit] = parent[parent[unit]]
            unit = int(parent[unit])
        return unit

    for one, other in problem.fronts[:, :2].tolist():
        parent[root(one)] = root(other)
    order = np.lexsort((problem.unit, problem.group))
    order = order[problem.group[order] >= 0]
    for before, after in pairwise(order.tolist()):
        if problem.group[before] == problem.group[after]:
            parent[root(int(problem.unit[before]))] = root(int(problem.unit[after]))
    roots = np.array([root(unit) for unit in range(problem.units)], dtype=np.int64)
    found: np.ndarray = np.unique(roots, return_inverse=True)[1]
    return found
