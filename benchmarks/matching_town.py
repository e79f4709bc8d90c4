"""Synthetic towns for the matching: streets of twelve shops, requests over two years, mix and dead neighbours.

Harder than real towns, because fit is drawn at random and nothing falls apart
into districts. Units of time are months, units of points thousandths.
"""

from __future__ import annotations

import numpy as np

from leerstand.matching.problem import MatchingProblem

MONTHS = 24
SHOPS_PER_STREET, KINDS = 12, 14
PAIRS_PER_REQUEST = 15  # the best shops of each request
STEPS = (300, 100, 20, -80)
SNAPSHOTS = (3, 6, 12, 18)
DURATIONS = (1, 2, 3, 6, 9, 12, 18)


def town(units: int, requests: int, seed: int = 0) -> MatchingProblem:
    """A town of so many empty shops and requests; the same seed gives the same town."""
    chance = np.random.default_rng(seed)
    grade = chance.choice(5, units, p=[0.1, 0.2, 0.25, 0.25, 0.2])
    street = np.arange(units) // SHOPS_PER_STREET
    free_from = chance.integers(0, 9, units)
    free_until = np.minimum(MONTHS, free_from + chance.integers(6, 25, units))
    area, rent = chance.lognormal(4.4, 0.6, units), chance.uniform(5, 40, units)
    earliest = chance.integers(0, 10, requests)
    latest = earliest + chance.integers(0, 7, requests)
    lasts = chance.choice(DURATIONS, requests)
    least_m2 = chance.lognormal(4.0, 0.5, requests)
    most_m2 = least_m2 * chance.uniform(1.5, 3, requests)
    kind, budget = chance.integers(0, KINDS, requests), chance.uniform(5, 40, requests)
    rows: list[tuple[int, int, int, int, int]] = []
    for request in range(requests):
        starts = np.maximum(free_from, earliest[request])
        fits = (area >= least_m2[request]) & (area <= most_m2[request]) & (rent <= 1.3 * budget[request])
        possible = np.flatnonzero(fits & (starts <= latest[request]) & (starts + lasts[request] <= free_until))
        if not len(possible):
            continue
        inward = kind[request] < 6
        score = 600 * chance.random(len(possible)) + 40 * (4 - grade[possible] if inward else grade[possible])
        best = np.argsort(-score)[:PAIRS_PER_REQUEST]
        for unit, points in zip(possible[best].tolist(), score[best].tolist(), strict=True):
            for delay in (0, 2):
                begins = int(starts[unit]) + delay
                ends = begins + int(lasts[request])
                if begins <= latest[request] and ends <= free_until[unit]:
                    worth = int(points * lasts[request] ** 0.5) - 10 * delay
                    rows.append((unit, request, begins, ends, worth))
    unit, request_of, begins_at, ends_at, worth_of = np.array(rows, dtype=np.int64).reshape(len(rows), 5).T
    kinds, group = np.unique(street[unit] * 64 + kind[request_of], return_inverse=True)
    beside = np.flatnonzero(street[:-1] == street[1:])
    fronts = np.column_stack([beside, beside + 1, 40 + 30 * (4 - grade[beside])])
    return MatchingProblem(
        units=units,
        requests=requests,
        unit=unit,
        request=request_of,
        points=worth_of,
        group=group.astype(np.int64),
        hub=np.zeros(len(rows), dtype=bool),
        stock=np.zeros(len(kinds), dtype=np.int64),
        ladder=STEPS,
        max_hubs=0,
        max_per_group=1000,
        conflicts=np.zeros((0, 2), dtype=np.int64),
        starts=begins_at,
        ends=ends_at,
        fronts=fronts.astype(np.int64),
        snapshots=SNAPSHOTS,
    )


def nothing_done(problem: MatchingProblem) -> int:
    """Points of the empty plan when each pair of dead neighbours is counted as a loss, as the design page does."""
    return -int(problem.fronts[:, 2].sum()) * len(problem.snapshots)
