"""Holes, dead runs and their pattern (Perforation). Pure; own definition, since no source defines it for shops.

Shops of a street are ordered from the core outward. Up to the outermost active use an inactive front is a hole;
beyond it, it is edge retreat, which the town may want. What nobody knows counts as active.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from leerstand.figures.arrays import Day, Flags, Ints, State, Stock

SEED = 1371  # of the permutations; any number would do
PERMUTATIONS = 999
LIKELY = 0.05  # below this a pattern is called one


def inside(whole: Stock, day: Day) -> Flags:
    """Which shops of a street lie within its outermost active use; shops without a street lie nowhere."""
    on_street, edge = whole.axis >= 0, np.full(int(whole.axis.max(initial=-1)) + 2, -np.inf)
    active = on_street & day.active
    np.maximum.at(edge, whole.axis[active], whole.position_m[active])
    found: Flags = on_street & (whole.position_m <= edge[whole.axis])
    return found


def holes(whole: Stock, day: Day) -> Flags:
    """Inactive fronts within the outermost active use."""
    return inside(whole, day) & day.inactive


def retreats(whole: Stock, day: Day) -> Flags:
    """Inactive fronts beyond it."""
    return (whole.axis >= 0) & day.inactive & ~inside(whole, day)


def index(whole: Stock, day: Day) -> float | None:
    """PI = sum(g·f·h) / sum of g·f inside, from 0 to 1, weighted by grade and front; None where nothing is active."""
    size = whole.weight * whole.frontage_m
    within = inside(whole, day)
    below = float(size[within].sum())
    return float(size[within & day.inactive].sum()) / below if below else None


def index_by_axis(whole: Stock, day: Day) -> list[float | None]:
    """The same for each street, by its number."""
    size, within = whole.weight * whole.frontage_m, inside(whole, day)
    count = int(whole.axis.max(initial=-1)) + 1
    below = np.bincount(whole.axis[within], weights=size[within], minlength=count)
    gone = within & day.inactive
    above = np.bincount(whole.axis[gone], weights=size[gone], minlength=count)
    return [float(part / base) if base else None for part, base in zip(above, below, strict=True)]


@dataclass(frozen=True, slots=True)
class Runs:
    """Stretches of neighbouring holes on one side of a street."""

    longest_m: float
    of_two_or_more: int


def runs(whole: Stock, day: Day) -> Runs:
    """The longest contiguous inactive front inside the outermost active use, and how many runs have two shops or more.

    Neighbours are the next shops of the same street and side, in order from the core.
    """
    dead = holes(whole, day)
    longest, several = 0.0, 0
    for order in rows(whole):
        metres, shops = 0.0, 0
        for number in [*order, -1]:
            if number >= 0 and dead[number]:
                metres, shops = metres + float(whole.frontage_m[number]), shops + 1
                continue
            longest, several = max(longest, metres), several + (shops >= 2)
            metres, shops = 0.0, 0
    return Runs(longest, several)


def rows(whole: Stock) -> list[Ints]:
    """The shops of each side of each street, from the core outward."""
    on_street = np.flatnonzero(whole.axis >= 0)
    if not len(on_street):
        return []
    ordered = on_street[np.lexsort((whole.position_m[on_street], whole.side[on_street], whole.axis[on_street]))]
    row = 2 * whole.axis[ordered] + whole.side[ordered]
    return list(np.split(ordered, np.flatnonzero(np.diff(row)) + 1))


def front_adjacency(whole: Stock) -> Ints:
    """Pairs of shops whose fronts are next to each other: an array of shape (J, 2)."""
    pairs = [np.column_stack([order[:-1], order[1:]]) for order in rows(whole) if len(order) > 1]
    return np.concatenate(pairs) if pairs else np.zeros((0, 2), np.int64)


class Pattern(StrEnum):
    """What the neighbourhood of vacant shops looks like."""

    BAND = "band"  # Leerstandsband: vacant shops stand together more often than by chance
    SCATTERED = "scattered"  # Streulöcher: they stand apart more often than by chance
    CHANCE = "chance"  # no pattern that chance could not make
    NONE = "none"  # too few shops to tell


@dataclass(frozen=True, slots=True)
class JoinCounts:
    """Neighbouring pairs: both vacant (BB), one (BW), none (WW), of J; what chance alone would give, and how likely.

    ``expected_bb`` follows non-free sampling, J·n1·(n1-1) / (n·(n-1)).
    ``p_band`` and ``p_scattered`` are pseudo p-values from permutations:
    (1 + permutations with at least resp. at most as many BB) / (1 + permutations).
    """

    bb: int
    bw: int
    ww: int
    expected_bb: float
    p_band: float
    p_scattered: float

    @property
    def joins(self) -> int:
        """J, all neighbouring pairs."""
        return self.bb + self.bw + self.ww

    @property
    def pattern(self) -> Pattern:
        """In one word."""
        if self.joins == 0 or math.isclose(self.expected_bb, 0.0):
            return Pattern.NONE
        if self.p_band <= LIKELY:
            return Pattern.BAND
        return Pattern.SCATTERED if self.p_scattered <= LIKELY else Pattern.CHANCE


def join_counts(vacant: Flags, pairs: Ints, *, permutations: int = PERMUTATIONS, seed: int = SEED) -> JoinCounts:
    """Count the neighbours of n shops, and compare with as many vacant ones spread at random.

    The same shops give the same counts, so the last ones asked about are remembered.
    """
    return _join_counts(vacant.tobytes(), pairs.astype(np.int64).tobytes(), permutations, seed)


@lru_cache(maxsize=64)
def _join_counts(vacant_bytes: bytes, pair_bytes: bytes, permutations: int, seed: int) -> JoinCounts:
    vacant = np.frombuffer(vacant_bytes, bool)
    pairs = np.frombuffer(pair_bytes, np.int64).reshape(-1, 2)
    n, n1, joins = len(vacant), int(vacant.sum()), len(pairs)
    bb, bw = (int(found[0]) for found in _joins(vacant[None, :], pairs))
    expected = joins * n1 * (n1 - 1) / (n * (n - 1)) if n > 1 else 0.0
    chance = np.random.default_rng(seed)
    by_chance = _joins(chance.permuted(np.tile(vacant, (permutations, 1)), axis=1), pairs)[0]
    return JoinCounts(
        bb=bb,
        bw=bw,
        ww=joins - bb - bw,
        expected_bb=expected,
        p_band=(1 + int((by_chance >= bb).sum())) / (1 + permutations),
        p_scattered=(1 + int((by_chance <= bb).sum())) / (1 + permutations),
    )


def _joins(marks: Flags, pairs: Ints) -> tuple[Ints, Ints]:
    """For each row of marks: pairs of which both are marked, and of which one is."""
    shops = np.ascontiguousarray(marks.T)  # a row for each shop: picking rows is quick
    one, other = shops[pairs[:, 0]], shops[pairs[:, 1]]
    return np.count_nonzero(one & other, axis=0), np.count_nonzero(one ^ other, axis=0)


def outside_in_percent(whole: Stock, day: Day) -> tuple[int, float | None]:
    """Conversions for good, and how many percent of them lie beyond the outermost active use (None: of none)."""
    converted = (day.state == State.CONVERTED) & (whole.axis >= 0)
    count = int(converted.sum())
    beyond = int((converted & ~inside(whole, day)).sum())
    return count, 100 * beyond / count if count else None
