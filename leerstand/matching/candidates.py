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
from leerstand.kinds import Category, Ring, UseType
from leerstand.matching import columns as col
from leerstand.matching import conversions
from leerstand.matching.found import WAYS, Found, Fractions, all_ways
from leerstand.matching.problem import NO_PAIRS, PER_PAIR, MatchingProblem
from leerstand.models import Unit, UseRequest
from leerstand.offers import left_m2
from leerstand.rules import MONTH_DAYS, disturbs
from leerstand.shares import ALL_WEEK, WEEK, Share, Way, count
from leerstand.situation import QUIET, Situation, are_neighbours, dead_pairs
from routing.message import BadInput

MOST_REQUESTS = 10_000
YEAR_DAYS = 360


@dataclass(frozen=True)
class Candidates:
    """A problem for the solver, what its indices mean, and each criterion as a fraction of its weight."""

    problem: MatchingProblem
    units: tuple[int, ...]  # shop ids by index
    requests: tuple[int, ...]
    starts: tuple[date, ...]  # per candidate
    ends: tuple[date, ...]
    fractions: Fractions
    part_m2: np.ndarray  # per candidate; 0: no part

    def share(self, pair: int) -> Share:
        """What a candidate takes of its shop."""
        part, slots = int(self.part_m2[pair]), int(self.problem.slots[pair])
        return Share(part or None, slots if slots != ALL_WEEK else 0)

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
        names = ("unit", "request", "points", *PER_PAIR)
        smaller = replace(
            problem,
            **{name: getattr(problem, name)[kept] for name in names},
            conflicts=conflicts[(conflicts >= 0).all(axis=1)].reshape(-1, 2),
            pinned=place[problem.pinned],
            follows=problem.follows,
        )
        parts = {key: (above[kept], below[kept]) for key, (above, below) in self.fractions.items()}
        starts, ends = (tuple(days[pair] for pair in kept.tolist()) for days in (self.starts, self.ends))
        return Candidates(smaller, self.units, self.requests, starts, ends, parts, self.part_m2[kept])


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
    found = all_ways(free, requests, places, settings, hub_shares or {}, keep)
    converts = _converts(free, requests, found.rows, found.cols)
    if settings.outside_in and converts.any():
        stays = conversions.in_order(places, [unit.id for unit in free], found.rows, converts)
        found, converts = found.only(stays), converts[stays]
    rows, cols, starts, ends = found.rows, found.cols, found.starts, found.ends
    group, same_kind = _groups(free, requests, places, rows, cols)
    ids = tuple(unit.id for unit in free)
    today = places[0].today.toordinal() if places else 0
    fronts, dummies = _fronts(ids, dead_pairs(stock, places[0].today) if places else [])
    problem = MatchingProblem(
        units=len(free) + dummies,
        requests=len(requests),
        unit=rows,
        request=cols,
        points=_points(found.parts, settings, len(rows)),
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
        first=_core_front(free, requests, places, found, converts, settings),
        cost=col.subsidy_costs(found.subsidy, starts, ends),
        budget=settings.subsidy_budget_eur,
        **_room(free, requests, places, found, dummies),
        converts=converts,
        follows=conversions.follows(places, ids, rows, converts) if settings.outside_in else NO_PAIRS,
    )
    return Candidates(
        problem,
        ids,
        tuple(request.id for request in requests),
        tuple(date.fromordinal(day) for day in starts.tolist()),
        tuple(date.fromordinal(day) for day in ends.tolist()),
        found.parts,
        found.part_m2,
    )


def _core_front(
    units: Sequence[Unit],
    requests: Sequence[UseRequest],
    places: Sequence[Situation],
    found: Found,
    converts: np.ndarray,
    settings: CitySettings,
) -> np.ndarray:
    """What counts first, where the city wants it so: metres of gaps closed in the core times months of a year."""
    first = np.zeros(len(found.rows), dtype=np.int64)
    if not settings.core_first or not len(first):
        return first
    both = zip(units, places, strict=True)
    gaps = np.array([place.gap_m if unit.ring == Ring.CORE else 0.0 for unit, place in both])[found.rows]
    share = np.where(found.part_m2 > 0, found.part_m2 / np.array([unit.area_m2 for unit in units])[found.rows], 1.0)
    times = np.array([count(request.slots or ALL_WEEK) for request in requests])[found.cols] / WEEK
    share = np.where(found.way == WAYS.index(Way.TIMES), times, share)
    today = places[0].today.toordinal()
    days = np.clip(found.ends - today, 0, YEAR_DAYS) - np.clip(found.starts - today, 0, YEAR_DAYS)
    first += np.rint(gaps * share * days / MONTH_DAYS).astype(np.int64)
    first[converts] = 0
    return first


def _room(
    units: Sequence[Unit],
    requests: Sequence[UseRequest],
    places: Sequence[Situation],
    found: Found,
    dummies: int,
) -> dict[str, np.ndarray]:
    """What each shop has room for and what each candidate takes of it: square metres of those that can be divided."""
    divided = np.array([bool(unit.divisible) for unit in units], dtype=bool)
    left = np.array(
        [max(1, left_m2(unit, place.sharing)) for unit, place in zip(units, places, strict=True)], dtype=np.int64
    )
    capacity = np.where(divided, left, 1) if len(units) else np.zeros(0, dtype=np.int64)
    asked = np.array([request.slots or 0 for request in requests], dtype=np.int64)
    if not len(found.rows):
        size = slots = np.zeros(0, dtype=np.int64)
    else:
        size = np.where(found.part_m2 > 0, found.part_m2, capacity[found.rows])
        slots = np.where(found.way == WAYS.index(Way.TIMES), asked[found.cols], ALL_WEEK)
    return {"size": size, "capacity": np.append(capacity, np.ones(dummies, dtype=np.int64)), "slots": slots}


def _converts(units: Sequence[Unit], requests: Sequence[UseRequest], rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    """Which candidates give up a shop front for good."""
    return np.array(
        [gives_up_front(units[row], requests[col]) for row, col in zip(rows.tolist(), cols.tolist(), strict=True)],
        dtype=bool,
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
        if disturbs(requests[column]):
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
