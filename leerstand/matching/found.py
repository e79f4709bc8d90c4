"""Every pair that no rule objects to, in every way and period worth a look: all of a shop, a part, some times. Pure.

A pair is offered as the rules explain it: as soon and as long as can be. Where
several requests could share a shop one after the other it is also offered
later, and for the shortest time that its request accepts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from city.settings import CitySettings
from leerstand.matching import columns as col
from leerstand.matching.columns import Columns
from leerstand.models import Unit, UseRequest
from leerstand.shares import Way
from leerstand.situation import Situation

BEST_KEPT = 20  # pairs per request and per shop, by points
WAYS = tuple(Way)
LATER_DAYS = (91, 182)  # a follow-up use may begin so much later
WORTH_SHORTENING_DAYS = 28  # a shorter variant that frees less than this helps nobody
Fractions = Mapping[str, tuple[np.ndarray, np.ndarray]]  # per candidate


@dataclass(frozen=True)
class Found:
    """Candidates of one way or of all, as columns."""

    rows: np.ndarray  # number of the shop
    cols: np.ndarray  # number of the request
    starts: np.ndarray  # ordinal days
    ends: np.ndarray
    subsidy: np.ndarray  # cents a month
    way: np.ndarray  # number of the way
    part_m2: np.ndarray  # 0: no part
    parts: Fractions  # criteria

    def only(self, kept: np.ndarray) -> Found:
        """Without some of them."""
        columns = {one.name: getattr(self, one.name)[kept] for one in fields(self) if one.name != "parts"}
        return Found(**columns, parts={key: (above[kept], below[kept]) for key, (above, below) in self.parts.items()})

    def and_also(self, others: Sequence[Found]) -> Found:
        """Together with those of other ways."""
        every = [one for one in (self, *others) if one.parts]
        if len(every) < 2:
            return every[0] if every else self
        names = [one.name for one in fields(self) if one.name != "parts"]
        columns = {name: np.concatenate([getattr(one, name) for one in every]) for name in names}
        return Found(**columns, parts={key: _joined([one.parts[key] for one in every]) for key in every[0].parts})


def all_ways(
    units: Sequence[Unit],
    requests: Sequence[UseRequest],
    places: Sequence[Situation],
    settings: CitySettings,
    hub_shares: Mapping[int, int],
    keep: Collection[tuple[int, int]],
) -> Found:
    """All of each shop, its parts, and its times, where owners and applicants accept that."""
    tables = [Columns(units, requests, places, settings)]
    if any(unit.divisible for unit in units) and any(request.part_ok for request in requests):
        tables.append(replace(tables[0], way=Way.PART))
    if any(unit.shareable for unit in units) and any(request.slots for request in requests):
        tables.append(replace(tables[0], way=Way.TIMES))
    first, *others = (_pairs(table, hub_shares, keep) for table in tables)
    return first.and_also(others)


def _joined(sides: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    above, below = zip(*sides, strict=True)
    return np.concatenate(above), np.concatenate(below)


def _pairs(table: Columns, hub_shares: Mapping[int, int], keep: Collection[tuple[int, int]]) -> Found:
    """Every candidate of one way."""
    if not table.units or not table.requests:
        none = np.zeros(0, dtype=np.int64)
        return Found(none, none, none, none, none, none, none, {})
    first, last = col.starts_and_ends(table)
    parts = col.fractions(table, [hub_shares.get(unit.id, 0) for unit in table.units])
    rows, cols = np.nonzero(_best(table, col.allowed(table, first, last), first, last, parts, keep))
    rows, cols, starts, ends = _periods(table, rows, cols, first, last)
    spread = {key: _read(part, first.shape, rows, cols) for key, part in parts.items()}
    today, empty = _places(table, rows)
    share = np.broadcast_to(table.permille, first.shape)[rows, cols]
    above, below = col.transition_fraction(today, empty, starts, ends, share)
    spread["transition"] = above, np.full(len(rows), below, dtype=np.int64)
    way = np.full(len(rows), WAYS.index(table.way), dtype=np.int64)
    part_m2 = np.broadcast_to(table.area, first.shape)[rows, cols] * (table.way == Way.PART)
    subsidy = np.broadcast_to(col.subsidies(table), first.shape)[rows, cols]
    return Found(rows, cols, starts, ends, subsidy, way, part_m2, spread)


def _places(table: Columns, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    today = np.array([place.today.toordinal() for place in table.situations], dtype=np.int64)
    empty = np.array([place.empty_days for place in table.situations], dtype=np.int64)
    return today[rows], empty[rows]


def _read(
    part: col.Fraction, shape: tuple[int, ...], rows: np.ndarray, cols: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    above, below = (np.broadcast_to(side, shape) for side in part)
    return above[rows, cols].astype(np.int64), below[rows, cols].astype(np.int64)


def _best(
    table: Columns,
    fits: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    parts: Mapping[str, col.Fraction],
    keep: Collection[tuple[int, int]],
) -> np.ndarray:
    """Of large towns the best pairs of each request and each shop; of small ones all."""
    if fits.shape[0] <= BEST_KEPT and fits.shape[1] <= BEST_KEPT:
        return fits
    worth = sum(
        getattr(table.settings, f"weight_{key}") * np.broadcast_to(above, fits.shape) // below
        for key, (above, below) in parts.items()
    )
    worth = worth + _transition(table, first, last)
    worth = np.where(fits, worth, -1)
    kept = np.zeros_like(fits)
    for axis in (0, 1):
        if fits.shape[axis] <= BEST_KEPT:
            return fits  # every shop may be among the best of a request
        top = np.argpartition(-worth, BEST_KEPT - 1, axis=axis).take(range(BEST_KEPT), axis=axis)
        np.put_along_axis(kept, top, True, axis=axis)
    unit_at = {unit.id: place for place, unit in enumerate(table.units)}
    request_at = {request.id: place for place, request in enumerate(table.requests)}
    for unit_id, request_id in keep:
        if unit_id in unit_at and request_id in request_at:
            kept[unit_at[unit_id], request_at[request_id]] = True
    chosen: np.ndarray = kept & fits
    return chosen


def _transition(table: Columns, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    today, empty = table.place(lambda place: place.today.toordinal()), table.place(lambda place: place.empty_days)
    above, below = col.transition_fraction(today, empty, first, last, table.permille)
    points: np.ndarray = table.settings.weight_transition * above // below
    return points


def _periods(
    table: Columns, rows: np.ndarray, cols: np.ndarray, first: np.ndarray, last: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Every pair as soon and as long as can be; where a shop is wanted more than once also later and shorter."""
    starts, ends = first[rows, cols], last[rows, cols]
    until = table.free()[1][rows, 0]
    least = 7 * np.array([request.duration_min_weeks for request in table.requests], dtype=np.int64)[cols]
    most = 7 * np.array([request.duration_max_weeks for request in table.requests], dtype=np.int64)[cols]
    latest = np.array([request.latest_start.toordinal() for request in table.requests], dtype=np.int64)[cols]
    wanted = np.bincount(rows, minlength=len(table.units))[rows] > 1
    found = [(np.ones(len(rows), dtype=bool), starts, ends)]
    shorter = wanted & (ends - starts - least >= WORTH_SHORTENING_DAYS)
    found.append((shorter, starts, starts + least))
    for later in LATER_DAYS:
        begins = starts + later
        over = np.minimum(begins + most, until)
        found.append((wanted & (begins <= latest) & (over - begins >= least), begins, over))
    picked = np.concatenate([np.flatnonzero(chosen) for chosen, _, _ in found])
    return (
        rows[picked],
        cols[picked],
        np.concatenate([begin[chosen] for chosen, begin, _ in found]).astype(np.int64),
        np.concatenate([end[chosen] for chosen, _, end in found]).astype(np.int64),
    )
