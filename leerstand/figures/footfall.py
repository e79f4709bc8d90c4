"""Footfall (Passantenfrequenz): persons per hour in opening hours, only where enough of the year was measured. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

LEAST_HOURS = 750  # of a year, in opening hours; fewer say little (rule of the German city rankings)
OPENS_H, CLOSES_H = 10, 20  # Monday to Saturday, as clocks of the town show it
SUNDAY = 6


@dataclass(frozen=True, slots=True)
class YearOfCounter:
    """One counting place in one year. ``mean`` is None where fewer than ``LEAST_HOURS`` hours were measured."""

    year: int
    hours: int
    mean: float | None


def is_open(day: date, closed: frozenset[str] = frozenset()) -> bool:
    """Whether shops open on a day: Monday to Saturday, no public holiday (ISO days in ``closed``)."""
    return day.weekday() != SUNDAY and day.isoformat() not in closed


def by_year(days: Iterable[tuple[date, int, int]], closed: frozenset[str] = frozenset()) -> list[YearOfCounter]:
    """Mean persons per hour for each year; ``days`` are (day, measured opening hours, persons in them)."""
    sums: dict[int, tuple[int, int]] = {}
    for day, hours, persons in days:
        if is_open(day, closed):
            count, total = sums.get(day.year, (0, 0))
            sums[day.year] = count + hours, total + persons
    return [
        YearOfCounter(year, count, total / count if count >= LEAST_HOURS else None)
        for year, (count, total) in sorted(sums.items())
    ]
