"""First one aim, then the points: of the plans that close most of the core's gaps the one with the most points. Pure.

One search does both: what counts first is worth more than all points of any
plan together. The proof is taken apart again afterwards.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leerstand.matching.problem import Alternative, MatchingAnswer, MatchingProblem
from leerstand.matching.worth import credited, value


def weighed(problem: MatchingProblem, step: int) -> MatchingProblem:
    """The same question with one number to maximise; ``step`` is more than any plan's points."""
    return replace(problem, points=problem.points + step * problem.first, first=np.zeros_like(problem.first))


def told(problem: MatchingProblem, step: int, answer: MatchingAnswer, most: int) -> MatchingAnswer:
    """The answer in points again.

    Where the first aim is proved, the bound holds for all plans that reach as
    much of it; else it is ``most``, what no plan exceeds. Alternatives say how
    much of the first aim they cost.
    """
    pairs = [match.pair for match in answer.matches]
    reached = int(problem.first[pairs].sum()) if pairs else 0
    proved = answer.bound // step <= reached
    objective = value(problem, pairs)
    bound = max(objective, min(most, answer.bound - step * reached) if proved else most)
    others = tuple(_told(step, one) for one in answer.alternatives)
    return replace(answer, matches=credited(problem, pairs), objective=objective, bound=bound, alternatives=others)


def _told(step: int, one: Alternative) -> Alternative:
    """A loss that is no whole step: less of the first aim, and perhaps points gained."""
    lost = -(-one.regret // step) if one.regret >= step else 0
    return replace(one, regret=0 if lost else one.regret, first=lost)
