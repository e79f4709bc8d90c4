"""Mix of uses (Nutzungsmischung): how many kinds of business, and how evenly. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leerstand.figures.arrays import ACTIVE, CATEGORIES, NO_CATEGORY, Day, Ints


@dataclass(frozen=True, slots=True)
class Mix:
    """Shannon H (natural logarithm), evenness H/ln K, Simpson 1-sum(p²), effective number of kinds exp(H).

    ``kinds`` is how many kinds occur (K); evenness is None for a single one.
    """

    counts: dict[int, int]
    kinds: int
    shannon: float
    evenness: float | None
    simpson: float
    effective: float


def mix(day: Day) -> Mix | None:
    """The mix of active uses whose kind of business is known; None where there is none."""
    active = np.isin(day.state, ACTIVE) & (day.category != NO_CATEGORY)
    counts = np.bincount(day.category[active], minlength=len(CATEGORIES)).astype(np.int64)
    return of_counts(counts) if counts.sum() else None


def of_counts(counts: Ints) -> Mix:
    """The mix of so many uses of each kind; at least one use."""
    present = counts[counts > 0]
    p = present / present.sum()
    shannon = max(0.0, float(-(p * np.log(p)).sum()))
    return Mix(
        counts={int(number): int(counts[number]) for number in np.flatnonzero(counts)},
        kinds=len(present),
        shannon=shannon,
        evenness=shannon / float(np.log(len(present))) if len(present) > 1 else None,
        simpson=float(1 - (p**2).sum()),
        effective=float(np.exp(shannon)),
    )
