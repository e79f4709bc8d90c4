"""Answers in less than a second: the plan under other weights, or with one pair insisted on. In the solver process.

Small towns get the whole model, which is proved in time; in large ones a
linear assignment of one use per shop says who comes first, and what binds
several shops together decides who of them stays.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

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
    begin = monotonic()
    chosen = _filled(problem)
    objective = value(problem, chosen)
    bound = max(objective, trivial_bound(problem))
    return MatchingAnswer(credited(problem, chosen), objective, bound, monotonic() - begin, 1, versions())


def _filled(problem: MatchingProblem) -> list[int]:
    """First what is pinned, then what the assignment gives, then whatever else fits, each by its points."""
    first, room = assigned(problem), Room(problem)
    placed = set(problem.placed.tolist())

    def rank(pair: int) -> tuple[bool, bool, int]:
        where = int(problem.unit[pair]), int(problem.request[pair])
        return where[1] not in placed, where not in first, -int(problem.points[pair])

    take_quotas(room)
    for pair in sorted(range(problem.pairs), key=rank):
        if problem.points[pair] > 0 and not room.objection(pair):
            room.take(pair)
    return room.chosen
