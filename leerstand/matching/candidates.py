"""The problem for the solver: every pair that no rule objects to, in every period worth a look, with its points. Pure.

A pair is offered as the rules explain it: as soon and as long as can be. Where
several requests could share a shop one after the other it is also offered
later, and for the shortest time that its request accepts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from city.settings import CitySettings
from leerstand import criteria as c
from leerstand.aptitude import gives_up_front
from leerstand.kinds import Category, UseType
from leerstand.matching import columns as col
from leerstand.matching import conversions
from leerstand.matching.columns import Columns
from leerstand.matching.problem import NO_PAIRS, MatchingProblem
from leerstand.models import Unit, UseRequest
from leerstand.rules import LOUD
from leerstand.situation import QUIET, Situation, are_neighbours, dead_pairs
from routing.message import BadInput

BEST_KEPT = 20  # pairs per request and per shop, by points
LATER_DAYS = (91, 182)  # a follow-up use may begin so much later
WORTH_SHORTENING_DAYS = 28  # a shorter variant that frees less than this helps nobody
MOST_REQUESTS = 10_000
Fractions = Mapping[str, tuple[np.ndarray, np.ndarray]]  # per candidate


@dataclass(frozen=True)
class Candidates:
    """A problem for the solver, what its indices mean, and each criterion as a fraction of its weight."""

    problem: MatchingProblem
    units: tuple[int, ...]  # shop ids by index
    requests: tuple[int, ...]
    starts: tuple[date, ...]  # per candidate
    ends: tuple[date, ...]
    fractions: Fractions

    def weighted(self, settings: CitySettings) -> MatchingProblem:
        """The same candidates under other weights: nothing is read or checked again."""
        return replace(
            self.problem,
            points=_points(self.fractions, settings, self.problem.pairs),
            ladder=_ladder(settings),
            fronts=_priced(self.problem.fronts, settings),
        )

    def find(self, unit_id: int, request_id: int) -> list[int]:
        """The candidates of a pair, the soonest and longest first; none when a rule objects."""
        if unit_id not in self.units or request_id not in self.requests:
            return []
        unit, request = self.units.index(unit_id), self.requests.index(request_id)
        found = np.flatnonzero((self.problem.unit == unit) & (self.problem.request == request))
        return sorted(found.tolist(), key=lambda pair: (self.starts[pair], -self.ends[pair].toordinal()))

    def ids(self, pair: int) -> tuple[int, int]:
        """Shop and request of a candidate."""
        return self.units[int(self.problem.unit[pair])], self.requests[int(self.problem.request[pair])]

    def only(self, kept: np.ndarray) -> Candidates:
        """Without some candidates; ``kept`` are the indices that stay, in order."""
        problem, place = self.problem, np.full(self.problem.pairs, -1, dtype=np.int64)
        place[kept] = np.arange(len(kept))
        conflicts = place[problem.conflicts]
        names = ("unit", "request", "points", "group", "hub", "starts", "ends", "size", "cost", "converts")
        smaller = replace(
            problem,
            **{name: getattr(problem, name)[kept] for name in names},
            conflicts=conflicts[(conflicts >= 0).all(axis=1)].reshape(-1, 2),
            pinned=place[problem.pinned],
            follows=problem.follows,
        )
        parts = {key: (above[kept], below[kept]) for key, (above, below) in self.fractions.items()}
        starts, ends = (tuple(days[pair] for pair in kept.tolist()) for days in (self.starts, self.ends))
        return Candidates(smaller, self.units, self.requests, starts, ends, parts)


def candidates(
    units: Sequence[Unit],
    requests: Sequence[UseRequest],
    situations: Mapping[int, Situation],
    settings: CitySettings,
    hub_shares: Mapping[int, int] | None = None,
    *,
    stock: Iterable[Unit] = (),
    keep: Collection[tuple[int, int]] = (),
) -> Candidates:
    """All pairs that no rule objects to, with their points. Shops without a situation are not free and left out.

    ``hub_shares`` says by shop id what a hub there is worth, in thousandths of
    what counts fully; ``stock`` are all shops of the town, for rows of empty
    ones; pairs in ``keep`` (shop id, request id) are never left out for others.
    Raises BadInput for more than :data:`MOST_REQUESTS` requests.
    """
    if len(requests) > MOST_REQUESTS:
        raise BadInput(
            "%(has)d requests are too many for one plan; at most %(most)d. Please answer or reject old ones first.",
            has=len(requests),
            most=MOST_REQUESTS,
        )
    free = [unit for unit in units if unit.id in situations]
    places = [situations[unit.id] for unit in free]
    table = Columns(free, requests, places, settings)
    rows, cols, starts, ends, parts, subsidy = _pairs(table, hub_shares or {}, keep)
    converts = _converts(free, requests, rows, cols)
    if settings.outside_in and converts.any():
        stays = conversions.in_order(places, [unit.id for unit in free], rows, converts)
        rows, cols, starts, ends, subsidy, converts = (
            column[stays] for column in (rows, cols, starts, ends, subsidy, converts)
        )
        parts = {key: (above[stays], below[stays]) for key, (above, below) in parts.items()}
    group, same_kind = _groups(free, requests, places, rows, cols)
    ids = tuple(unit.id for unit in free)
    today = places[0].today.toordinal() if places else 0
    fronts, dummies = _fronts(ids, dead_pairs(stock, places[0].today) if places else [])
    problem = MatchingProblem(
        units=len(free) + dummies,
        requests=len(requests),
        unit=rows,
        request=cols,
        points=_points(parts, settings, len(rows)),
        group=group,
        hub=np.array([requests[column].use_type == UseType.MICRO_HUB for column in cols.tolist()], dtype=bool),
        stock=same_kind,
        ladder=_ladder(settings),
        max_hubs=settings.max_new_hubs,
        max_per_group=settings.max_same_per_street,
        conflicts=_conflicts(free, requests, rows, cols, starts, ends, settings.neighbour_distance_m),
        starts=starts,
        ends=ends,
        fronts=_priced(fronts, settings),
        snapshots=tuple(today + ahead for ahead in c.SNAPSHOTS_AHEAD),
        cost=col.subsidy_costs(subsidy, starts, ends),
        budget=settings.subsidy_budget_eur,
        converts=converts,
        follows=conversions.follows(places, ids, rows, converts) if settings.outside_in else NO_PAIRS,
    )
    return Candidates(
        problem,
        ids,
        tuple(request.id for request in requests),
        tuple(date.fromordinal(day) for day in starts.tolist()),
        tuple(date.fromordinal(day) for day in ends.tolist()),
        parts,
    )


def _pairs(
    table: Columns, hub_shares: Mapping[int, int], keep: Collection[tuple[int, int]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Fractions, np.ndarray]:
    """Shop, request, start and end of every candidate, its fractions, and the subsidy it would need."""
    if not table.units or not table.requests:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none, none, {}, none
    first, last = col.starts_and_ends(table)
    parts = col.fractions(table, [hub_shares.get(unit.id, 0) for unit in table.units])
    rows, cols = np.nonzero(_best(table, col.allowed(table, first, last), first, last, parts, keep))
    rows, cols, starts, ends = _periods(table, rows, cols, first, last)
    spread = {key: _read(part, first.shape, rows, cols) for key, part in parts.items()}
    today, empty = _places(table, rows)
    above, below = col.transition_fraction(today, empty, starts, ends)
    spread["transition"] = above, np.full(len(rows), below, dtype=np.int64)
    return rows, cols, starts, ends, spread, col.subsidies(table)[rows, cols]


def _converts(units: Sequence[Unit], requests: Sequence[UseRequest], rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    """Which candidates give up a shop front for good."""
    return np.array(
        [gives_up_front(units[row], requests[col]) for row, col in zip(rows.tolist(), cols.tolist(), strict=True)],
        dtype=bool,
    )


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
    above, below = col.transition_fraction(today, empty, first, last)
    points: np.ndarray = table.settings.weight_transition * above // below
    return points


def _periods(
    table: Columns, rows: np.ndarray, cols: np.ndarray, first: np.ndarray, last: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Every pair as soon and as long as can be; where a shop is wanted more than once also later and shorter."""
    starts, ends = first[rows, cols], last[rows, cols]
    until = np.array(
        [col.FOREVER if place.free_until is None else place.free_until.toordinal() for place in table.situations]
    )[rows]
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


def _points(parts: Fractions, settings: CitySettings, pairs: int) -> np.ndarray:
    """The sum of all criteria but mix and rows of empty shops, which depend on the rest of the plan."""
    points = np.zeros(pairs, dtype=np.int64)
    for key, (above, below) in parts.items():
        points += getattr(settings, f"weight_{key}") * above // below
    return points


def _ladder(settings: CitySettings) -> tuple[int, ...]:
    return tuple(c.marginal_diversity(settings.weight_diversity, already) for already in range(4))


def _priced(fronts: np.ndarray, settings: CitySettings) -> np.ndarray:
    """Fronts with the points that the weights give."""
    return np.column_stack([fronts[:, :2], np.full(len(fronts), c.stretch_step(settings), dtype=np.int64)])


def _fronts(ids: Sequence[int], dead: Sequence[tuple[int, int]]) -> tuple[np.ndarray, int]:
    """Dead neighbours as indices of shops; one that cannot be given away becomes a shop without candidates."""
    index = {unit_id: place for place, unit_id in enumerate(ids)}
    found, dummies = [], 0
    for one, other in dead:
        if one not in index and other not in index:
            continue
        for unit_id in (one, other):
            if unit_id not in index:
                index[unit_id] = len(ids) + dummies
                dummies += 1
        found.append((index[one], index[other], 0))
    return np.array(found, dtype=np.int64).reshape(len(found), 3), dummies


def _groups(
    units: Sequence[Unit],
    requests: Sequence[UseRequest],
    places: Sequence[Situation],
    rows: np.ndarray,
    cols: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Per pair its street and kind of use as a number (-1 without a street), and per number what is there already."""
    numbers: dict[tuple[int, Category], int] = {}
    stock: list[int] = []
    group = np.full(len(rows), -1, dtype=np.int64)
    for pair, (row, column) in enumerate(zip(rows.tolist(), cols.tolist(), strict=True)):
        axis_id, kind = units[row].axis_id, requests[column].category
        if axis_id is None:
            continue
        number = numbers.setdefault((axis_id, kind), len(numbers))
        if number == len(stock):
            stock.append(places[row].same_kind.get(kind, 0))
        group[pair] = number
    return group, np.array(stock, dtype=np.int64)


def _conflicts(
    units: Sequence[Unit],
    requests: Sequence[UseRequest],
    rows: np.ndarray,
    cols: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    distance_m: int,
) -> np.ndarray:
    """Pairs of candidates that would put a loud use beside one that needs quiet, at the same time."""
    loud: dict[int, list[int]] = {}
    quiet: dict[int, list[int]] = {}
    for pair, (row, column) in enumerate(zip(rows.tolist(), cols.tolist(), strict=True)):
        if requests[column].noise >= LOUD:
            loud.setdefault(row, []).append(pair)
        elif requests[column].category in QUIET:
            quiet.setdefault(row, []).append(pair)
    found = [
        (one, other)
        for here, louds in loud.items()
        for there, quiets in quiet.items()
        if here != there and are_neighbours(units[here], units[there], distance_m)
        for one in louds
        for other in quiets
        if starts[one] < ends[other] and starts[other] < ends[one]
    ]
    return np.array(found, dtype=np.int64).reshape(len(found), 2)
