"""How much of a shop somebody takes (Anteil): all of it, a part of its area, or some times of the week. Pure.

The week has 21 times: each day morning, afternoon and evening; as bits, Monday
morning first. A part and a time are never mixed: whoever comes at some times
has the whole room then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

DAYS, TIMES = 7, 3
WEEK = DAYS * TIMES
ALL_WEEK = (1 << WEEK) - 1
PER_MILLE = 1000
USUAL_PART_M2 = 10  # own assumption: a smaller part is no room of its own; an owner may ask for more


class Way(StrEnum):
    """How a request would use a shop."""

    WHOLE = "whole"
    PART = "part"  # a part of the area, all the time
    TIMES = "times"  # all of the area, at some times of the week


@dataclass(frozen=True, slots=True)
class Share:
    """What a use takes of a shop: ``part_m2`` of its area (None: all), at the times ``slots`` (0: always)."""

    part_m2: int | None = None
    slots: int = 0

    @property
    def way(self) -> Way:
        """Which of the three it is."""
        return Way.PART if self.part_m2 is not None else Way.TIMES if self.slots else Way.WHOLE

    @property
    def runs(self) -> list[tuple[int, int]]:
        """The days as rows, see :func:`day_runs`."""
        return day_runs(self.slots)

    @property
    def times(self) -> list[int]:
        """Which times of the day."""
        return days_and_times(self.slots)[1]

    @property
    def whole(self) -> bool:
        """Nobody else is there."""
        return self.way == Way.WHOLE


WHOLE = Share()


@dataclass(frozen=True, slots=True)
class Sharing:
    """Others who have a share of a shop already: square metres of parts, and times of the week as bits."""

    part_m2: int = 0
    slots: int = 0

    @property
    def anybody(self) -> bool:
        """Whether there is somebody."""
        return bool(self.part_m2 or self.slots)

    def beside(self, more: Iterable[Share]) -> Sharing:
        """These and more of them; none of ``more`` is a whole shop."""
        part_m2, slots = self.part_m2, self.slots
        for share in more:
            part_m2, slots = part_m2 + (share.part_m2 or 0), slots | share.slots
        return Sharing(part_m2, slots)


def slots_of(days: Collection[int], times: Collection[int]) -> int:
    """Every one of these times on every one of these days (0: Monday, 0: morning) as bits."""
    return sum(1 << (TIMES * day + time) for day in set(days) for time in set(times))


def days_and_times(slots: int) -> tuple[list[int], list[int]]:
    """Which days and which times of the day occur at all."""
    here = [bit for bit in range(WEEK) if slots >> bit & 1]
    return sorted({bit // TIMES for bit in here}), sorted({bit % TIMES for bit in here})


def count(slots: int) -> int:
    """How many times of the week."""
    return slots.bit_count()


def day_runs(slots: int) -> list[tuple[int, int]]:
    """The days as first and last of each row of days: Monday to Wednesday is (0, 2)."""
    found: list[tuple[int, int]] = []
    for day in days_and_times(slots)[0]:
        if found and found[-1][1] == day - 1:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def asked_cents_month(rent_cents_m2: int, area_m2: int, share: Share) -> int:
    """What an owner asks for a share: the rent of the part, or of its times of all 21 of the week."""
    if share.part_m2 is not None:
        return rent_cents_m2 * share.part_m2
    return (rent_cents_m2 * count(share.slots) // WEEK if share.slots else rent_cents_m2) * area_m2


def least_part_m2(min_part_m2: int | None) -> int:
    """The smallest part that is given away."""
    return min_part_m2 or USUAL_PART_M2


def part_m2(area_m2: int, min_part_m2: int | None, wished_m2: int) -> int:
    """The part that a wish for so many square metres would get."""
    return min(area_m2, max(least_part_m2(min_part_m2), wished_m2))


def sharing(rows: Iterable[dict[str, Any]]) -> Sharing:
    """What all rows of a spell's ``shares`` take together, whenever they are there."""
    known = list(rows)
    slots = 0
    for row in known:
        slots |= int(row.get("slots") or 0)
    return Sharing(sum(int(row.get("part_m2") or 0) for row in known), slots)
