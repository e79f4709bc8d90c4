"""Answers in less than a second: the plan under other weights, or with one pair insisted on. In the solver process.

Small towns get the whole model, which is proved in time; in large ones a
linear assignment of one use per shop says who comes first, and what binds
several shops together decides who of them stays.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import numpy as np

from leerstand.matching.lexicographic import weighed
from leerstand.matching.problem import MatchingAnswer, MatchingProblem, Progress
from leerstand.matching.robust import assigned
from leerstand.matching.solve import EXACT_PAIRS, solve, trivial_bound, versions
from leerstand.matching.worth import Room, credited, take_quotas, value

LIVE_S = 0.9


def solve_live(
    problem: MatchingProblem,
    *,
    on_progress: Callable[[Progress], None] = lambda state: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> MatchingAnswer:
    """A plan soon; ``bound`` says whether it is proved. Raises BadInput when what is pinned contradicts itself."""
    if problem.pairs <= EXACT_PAIRS:
        return solve(problem, limit_s=LIVE_S, alternatives=False, on_progress=on_progress, cancelled=cancelled)
    begin, asked = monotonic(), problem
    if problem.first.any():
        problem = weighed(problem, trivial_bound(problem) + 1)
    chosen = _filled(problem)
    objective = value(asked, chosen)
    bound = max(objective, trivial_bound(asked))
    return MatchingAnswer(credited(asked, chosen), objective, bound, monotonic() - begin, 1, versions())


def _filled(problem: MatchingProblem) -> list[int]:
    """First what is pinned, then what the assignment gives, then whatever else fits, each by its points."""
    first, room = assigned(problem), Room(problem)
    one, other = np.array(sorted(first), dtype=np.int64).reshape(-1, 2).T
    liked = np.isin(problem.unit * problem.requests + problem.request, one * problem.requests + other)
    order = np.lexsort((-problem.points, ~liked, ~np.isin(problem.request, problem.placed)))
    served: set[int] = set()
    wanted = order[problem.points[order] > 0]
    pinned = int(np.isin(problem.request[wanted], problem.placed).sum())
    for place, (pair, request) in enumerate(zip(wanted.tolist(), problem.request[wanted].tolist(), strict=True)):
        if place == pinned:
            take_quotas(room)
        if request not in served and not room.objection(pair):
            room.take(pair)
            served.add(request)
    return room.chosen
