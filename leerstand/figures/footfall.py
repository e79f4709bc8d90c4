"""Footfall (Passantenfrequenz): persons per hour in opening hours, only where enough of the year was measured. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

LEAST_HOURS = 750  # of a year, in opening hours; fewer say little (rule of the German city rankings)
OPENS_H, CLOSES_H = 10, 20  # Monday to Saturday, as clocks of the town show it
SUNDAY = 6


@dataclass(frozen=True, slots=True)
class YearOfCounter:
    """One counting place in one year. ``mean`` is None where fewer than ``LEAST_HOURS`` hours were measured."""

    year: int
    hours: int
    mean: float | None


def in_opening_hours(begins: datetime, closed: frozenset[str] = frozenset()) -> bool:
    """Whether an hour counts: Monday to Saturday from 10 to 20 o'clock, no public holiday (ISO days in ``closed``)."""
    return begins.weekday() != SUNDAY and OPENS_H <= begins.hour < CLOSES_H and begins.date().isoformat() not in closed


def by_year(hours: Iterable[tuple[datetime, int]], closed: frozenset[str] = frozenset()) -> list[YearOfCounter]:
    """Mean persons per hour for each year; ``hours`` are (begin of the hour on the town's clocks, persons)."""
    sums: dict[int, tuple[int, int]] = {}
    for begins, persons in hours:
        if in_opening_hours(begins, closed):
            count, total = sums.get(begins.year, (0, 0))
            sums[begins.year] = count + 1, total + persons
    return [
        YearOfCounter(year, count, total / count if count >= LEAST_HOURS else None)
        for year, (count, total) in sorted(sums.items())
    ]
