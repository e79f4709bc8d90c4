"""How sure a match is: in how many slightly different sets of weights it stays. Pure.

Fifty draws around the weights in force (a Dirichlet distribution); each is a
linear assignment of one use per shop, without what binds several shops
together: an indication, not a proof, and milliseconds instead of seconds.
It can tell nothing of a match that it would not make with the weights in
force either: a use that follows another, or one that pays for its neighbours.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from scipy.optimize import linear_sum_assignment

from city.settings import CitySettings
from leerstand.matching.candidates import Candidates
from leerstand.matching.problem import MatchingAnswer, MatchingProblem

DRAWS = 50
SURE = 40.0  # how close the draws lie to the weights: larger is closer
FINE = 100  # whole points are too coarse for small differences
NAMES = tuple(setting.name for setting in fields(CitySettings) if setting.name.startswith("weight_"))


def shares(
    found: Candidates, settings: CitySettings, answer: MatchingAnswer, *, seed: int = 1
) -> tuple[int | None, ...]:
    """Per match the share of draws in which its request stays in its shop, in per cent; None where nothing can be told.

    A match is judged only where the simple assignment makes it with the weights in force.
    """
    if not answer.matches:
        return ()
    weights = np.array([getattr(settings, name) for name in NAMES], dtype=float)
    chance = np.random.default_rng(seed)
    draws = chance.dirichlet(np.maximum(0.05, SURE * weights / max(1.0, weights.sum())), DRAWS)
    mine = [(int(found.problem.unit[match.pair]), int(found.problem.request[match.pair])) for match in answer.matches]
    now = assigned(found.weighted(settings.but(**{name: FINE * getattr(settings, name) for name in NAMES})))
    stayed = np.zeros(len(mine), dtype=np.int64)
    for draw in draws:
        tried = settings.but(**{name: int(value) for name, value in zip(NAMES, draw * 100 * FINE, strict=True)})
        there = assigned(found.weighted(tried))
        stayed += np.array([pair in there for pair in mine], dtype=np.int64)
    return tuple(
        round(100 * int(count) / DRAWS) if pair in now else None for pair, count in zip(mine, stayed, strict=True)
    )


def assigned(problem: MatchingProblem) -> set[tuple[int, int]]:
    """The best use of each shop when nothing but one place each counts: (shop, request) by index."""
    worth = np.full((problem.units, problem.requests), -1, dtype=np.int64)
    before = problem.first * (int(problem.points.max(initial=0)) + 1)
    np.maximum.at(worth, (problem.unit, problem.request), before + problem.points + problem.first_steps)
    forced = np.isin(np.arange(problem.requests), problem.placed)
    worth[:, forced] += np.where(worth[:, forced] >= 0, worth.max(initial=0) * problem.requests, 0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    taken = zip(rows.tolist(), columns.tolist(), strict=True)
    return {(row, column) for row, column in taken if worth[row, column] > 0}
