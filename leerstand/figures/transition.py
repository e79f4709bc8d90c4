"""Transition time (Übergangszeit): days from the begin of a vacancy to the next use. Pure.

The median of completed vacancies alone flatters: the long ones are still running. Kaplan and Meier (1958) count a
running vacancy as "at least so long", so their median needs no guess about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from leerstand.figures.arrays import ACTIVE, Floats, Ints, State, Stock

WITHOUT_USE = (State.VACANT, State.WORKS)


@dataclass(frozen=True, slots=True)
class Vacancies:
    """Vacancies as durations in days; ``over`` says whether a use followed (else it still runs, or the shop left)."""

    days: Ints
    over: np.ndarray


def vacancies(whole: Stock, day: date) -> Vacancies:
    """Every vacancy that had begun by ``day``.

    Vacancies and works that follow each other without a gap are one: a shop
    that is rebuilt is still without a use. One that ends in something else
    than a use (a conversion for good, or nobody knows) ends uncounted
    (censored), like one that still runs.
    """
    bounds = np.searchsorted(whole.spell_unit, np.arange(len(whole) + 1)).tolist()
    states, starts, ends = whole.spell_state.tolist(), whole.spell_starts.tolist(), whole.spell_ends.tolist()
    found = [
        vacancy
        for first, after in pairwise(bounds)
        for vacancy in _of_shop(states[first:after], starts[first:after], ends[first:after], today=day.toordinal())
    ]
    return Vacancies(np.array([days for days, _ in found], np.int64), np.array([over for _, over in found], bool))


def _of_shop(states: list[int], starts: list[int], ends: list[int], *, today: int) -> list[tuple[int, bool]]:
    """(days, whether a use followed) of each vacancy of one shop."""
    found: list[tuple[int, bool]] = []
    begun, ended = 0, 0  # of the vacancy in hand, if begun < ended
    for state, first, last in zip(states, starts, ends, strict=True):
        if first > today:
            break
        if begun < ended and not (first == ended and state in WITHOUT_USE):
            found.append((ended - begun, first == ended and state in ACTIVE))
            begun = ended = 0
        if state in WITHOUT_USE:
            begun, ended = begun or first, last
    if begun < min(ended, today):
        found.append((min(ended, today) - begun, False))
    return found


def completed_median_days(found: Vacancies) -> float | None:
    """The middle one of the vacancies that are over; None where there is none."""
    return float(np.median(found.days[found.over])) if found.over.any() else None


def survival(found: Vacancies) -> tuple[Floats, Floats]:
    """Kaplan–Meier: (days, share of vacancies that last longer), one step per day on which any ended."""
    times, ended = np.unique(found.days[found.over], return_counts=True)
    at_risk = len(found.days) - np.searchsorted(np.sort(found.days), times, side="left")
    lasting: Floats = np.cumprod(1 - ended / np.maximum(1, at_risk)).astype(float)
    return times.astype(float), lasting


def median_days(found: Vacancies) -> float | None:
    """The day by which half of all vacancies are over, running ones counted as "at least"; None: not yet half."""
    days, lasting = survival(found)
    below = np.flatnonzero(lasting <= 0.5 + 1e-12)
    return float(days[below[0]]) if len(below) else None


def lasting_percent(found: Vacancies, after_days: Ints) -> Floats:
    """Percent of vacancies that last longer than each of the given days."""
    days, lasting = survival(found)
    place = np.searchsorted(days, after_days, side="right")
    return 100 * np.concatenate([[1.0], lasting])[place]
