"""All pairs at once: numpy columns that say the same as the rules and criteria, thousands of times faster. Pure.

A property test proves that both agree pair by pair; the rules explain, this
file counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from city.settings import CitySettings
from leerstand import criteria as c
from leerstand.kinds import Category, Floor, Ring, UseType, Zone
from leerstand.matching.problem import MatchingProblem
from leerstand.models import CARGO_BIKE_DOOR_CM, Unit, UseRequest
from leerstand.permits import Permission, permission, permit
from leerstand.rules import LOUD
from leerstand.situation import QUIET, Situation, are_neighbours

FOREVER = date.max.toordinal()
Table = np.ndarray  # one row per shop, one column per request


@dataclass(frozen=True)
class Columns:
    """Shops as columns of shape (n, 1), requests as rows of shape (1, m), in the order given."""

    units: Sequence[Unit]
    requests: Sequence[UseRequest]
    situations: Sequence[Situation]
    settings: CitySettings

    def unit(self, read: Callable[[Unit], int | bool]) -> Table:
        """One number per shop."""
        return np.array([int(read(unit)) for unit in self.units], dtype=np.int64)[:, None]

    def place(self, read: Callable[[Situation], int]) -> Table:
        """One number per situation."""
        return np.array([read(situation) for situation in self.situations], dtype=np.int64)[:, None]

    def request(self, read: Callable[[UseRequest], int | bool]) -> Table:
        """One number per request."""
        return np.array([int(read(request)) for request in self.requests], dtype=np.int64)[None, :]

    def by_use(self, read: Callable[[Unit, UseType], int | bool]) -> Table:
        """One number per shop and kind of use, spread over the requests."""
        uses = list(UseType)
        table = np.array([[int(read(unit, use)) for use in uses] for unit in self.units], dtype=np.int64)
        picked = [uses.index(request.use_type) for request in self.requests]
        return table.reshape(len(self.units), len(uses))[:, picked]


def starts_and_ends(columns: Columns) -> tuple[Table, Table]:
    """The period of every pair as ordinal days, like :func:`leerstand.rules.period`."""
    lead = columns.by_use(lambda unit, use: permit(unit.baunvo_zone, unit.heritage, use, columns.settings).weeks)
    today = columns.place(lambda place: place.today.toordinal())
    free = columns.place(lambda place: place.free_from.toordinal())
    earliest = columns.request(lambda request: request.earliest_start.toordinal())
    starts = np.maximum(np.maximum(free, earliest), today + 7 * lead)
    until = columns.place(lambda place: FOREVER if place.free_until is None else place.free_until.toordinal())
    return starts, np.minimum(starts + 7 * columns.request(lambda request: request.duration_max_weeks), until)


def allowed(columns: Columns, starts: Table, ends: Table) -> Table:
    """Which pairs no rule objects to: one expression per rule, in the order of ``rules.RULES``."""
    settings, unit, request = columns.settings, columns.unit, columns.request
    area, ground = unit(lambda u: u.area_m2), unit(lambda u: u.floor == Floor.GROUND)
    ideal = request(lambda r: r.area_ideal_m2)
    is_hub = request(lambda r: r.use_type == UseType.MICRO_HUB)
    loud = request(lambda r: r.noise >= LOUD)
    rent, budget = unit(lambda u: u.rent_cents_month), request(lambda r: r.budget_cents_month)
    hub_ready = (
        (area >= settings.hub_min_area_m2)
        & unit(lambda u: u.floor == Floor.GROUND and u.step_free and u.door_width_cm >= CARGO_BIKE_DOOR_CM)
    ) > 0
    checks = (
        area >= request(lambda r: r.area_min_m2),
        area <= np.minimum(request(lambda r: r.area_max_m2), settings.max_area_factor * ideal),
        ground >= request(lambda r: r.ground_floor_only),
        unit(lambda u: u.step_free) >= request(lambda r: r.step_free_required),
        unit(lambda u: u.water) >= request(lambda r: r.needs_water),
        unit(lambda u: u.heating) >= request(lambda r: r.needs_heating),
        unit(lambda u: u.exhaust_air) >= request(lambda r: r.needs_exhaust_air),
        unit(lambda u: u.power_kw) >= request(lambda r: r.needs_power_kw),
        unit(lambda u: u.delivery_door) >= request(lambda r: r.needs_delivery_door),
        hub_ready | (is_hub == 0),
        _zone(columns),
        columns.by_use(lambda u, use: use.value not in u.excluded_uses) > 0,
        starts <= request(lambda r: r.latest_start.toordinal()),
        np.maximum(0, ends - starts) // 7 >= request(lambda r: r.duration_min_weeks),
        rent <= budget * (100 + settings.rent_tolerance_percent) // 100,
        (loud == 0) | (columns.place(lambda place: bool(place.quiet_neighbour)) == 0),
    )
    return np.logical_and.reduce(np.broadcast_arrays(*checks))


def _zone(columns: Columns) -> Table:
    """Whether planning law probably allows the use, by zone and loudness."""
    zones = list(Zone)
    table = np.array(
        [[permission(zone, r.use_type, r.noise) > Permission.FORBIDDEN for r in columns.requests] for zone in zones]
    ).reshape(len(zones), len(columns.requests))
    picked: Table = table[[zones.index(unit.baunvo_zone) for unit in columns.units], :]
    return picked


def points(columns: Columns, starts: Table, ends: Table, hub_points: Sequence[int]) -> Table:
    """The sum of all criteria but diversity, which depends on the rest of the plan."""
    settings, unit, request = columns.settings, columns.unit, columns.request
    empty = np.minimum(c.OLD_DAYS, columns.place(lambda place: place.empty_days))
    soon = np.maximum(0, c.SLOW_DAYS - (starts - columns.place(lambda place: place.today.toordinal())))
    long = np.minimum(c.LONG_DAYS, np.maximum(0, ends - starts))
    urgency = c.OLD_DAYS**2 + empty**2
    transition = settings.weight_transition * soon * long * urgency // (c.SLOW_DAYS * c.LONG_DAYS * 2 * c.OLD_DAYS**2)
    gap = settings.weight_gap * columns.place(lambda p: min(c.FULL_GAP_M, round(p.gap_m))) // c.FULL_GAP_M
    ideal, area = request(lambda r: r.area_ideal_m2), unit(lambda u: u.area_m2)
    fit = settings.weight_fit * np.maximum(0, ideal - np.abs(area - ideal)) // ideal
    whole: Table = (
        transition
        + gap
        + _ring(columns)
        + fit
        + _owner(columns)
        + request(lambda r: c.public_value(r, settings).points)
        + request(lambda r: c.footfall(r, settings).points)
        + request(lambda r: c.learning(r, settings).points)
        + request(lambda r: c.permanence(r, settings).points)
        + _hub(columns, hub_points)
    )
    return whole


def _ring(columns: Columns) -> Table:
    rings = list(Ring)
    halves = np.array([[c.RING_HALVES[c.direction(r)][ring] for r in columns.requests] for ring in rings])
    table = columns.settings.weight_ring * halves.reshape(len(rings), len(columns.requests)) // 2
    picked: Table = table[[rings.index(unit.ring) for unit in columns.units], :]
    return picked


def _owner(columns: Columns) -> Table:
    whole = columns.settings.weight_owner
    rent, budget = columns.unit(lambda u: u.rent_cents_month), columns.request(lambda r: r.budget_cents_month)
    most = budget * (100 + columns.settings.rent_tolerance_percent) // 100
    partly = whole * np.maximum(0, most - rent) // np.maximum(1, most - budget)
    return np.where(rent <= budget, whole, partly)


def _hub(columns: Columns, hub_points: Sequence[int]) -> Table:
    worth = np.array([max(0, min(columns.settings.weight_hub, value)) for value in hub_points], dtype=np.int64)[:, None]
    return worth * columns.request(lambda r: r.use_type in c.DELIVERS)


@dataclass(frozen=True)
class Candidates:
    """A problem for the solver, and what its indices mean."""

    problem: MatchingProblem
    units: tuple[int, ...]  # shop ids by index
    requests: tuple[int, ...]
    starts: tuple[date, ...]  # per pair
    ends: tuple[date, ...]


def candidates(
    units: Sequence[Unit],
    requests: Sequence[UseRequest],
    situations: Mapping[int, Situation],
    settings: CitySettings,
    hub_points: Mapping[int, int] | None = None,
) -> Candidates:
    """All pairs that no rule objects to, with their points. Shops without a situation are not free and left out.

    ``hub_points`` says by shop id what a hub there is worth, from 0 to ``settings.weight_hub``.
    """
    free = [unit for unit in units if unit.id in situations]
    places = [situations[unit.id] for unit in free]
    columns = Columns(free, requests, places, settings)
    if not free or not requests:
        rows = cols = np.zeros(0, dtype=np.int64)
        starts = ends = worth = np.zeros((len(free), len(requests)), dtype=np.int64)
    else:
        starts, ends = starts_and_ends(columns)
        worth = points(columns, starts, ends, [(hub_points or {}).get(unit.id, 0) for unit in free])
        rows, cols = np.nonzero(allowed(columns, starts, ends))
    group, stock = _groups(free, requests, places, rows, cols)
    problem = MatchingProblem(
        units=len(free),
        requests=len(requests),
        unit=rows,
        request=cols,
        points=worth[rows, cols],
        group=group,
        hub=np.array([requests[col].use_type == UseType.MICRO_HUB for col in cols.tolist()], dtype=bool),
        stock=stock,
        ladder=tuple(c.marginal_diversity(settings.weight_diversity, already) for already in range(4)),
        max_hubs=settings.max_new_hubs,
        max_per_group=settings.max_same_per_street,
        conflicts=_conflicts(free, requests, rows, cols, settings.neighbour_distance_m),
    )
    return Candidates(
        problem,
        tuple(unit.id for unit in free),
        tuple(request.id for request in requests),
        tuple(date.fromordinal(int(day)) for day in starts[rows, cols]),
        tuple(date.fromordinal(int(day)) for day in ends[rows, cols]),
    )


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
    for pair, (row, col) in enumerate(zip(rows.tolist(), cols.tolist(), strict=True)):
        axis_id, kind = units[row].axis_id, requests[col].category
        if axis_id is None:
            continue
        number = numbers.setdefault((axis_id, kind), len(numbers))
        if number == len(stock):
            stock.append(places[row].same_kind.get(kind, 0))
        group[pair] = number
    return group, np.array(stock, dtype=np.int64)


def _conflicts(
    units: Sequence[Unit], requests: Sequence[UseRequest], rows: np.ndarray, cols: np.ndarray, distance_m: int
) -> np.ndarray:
    """Pairs of candidates that would put a loud use beside one that needs quiet."""
    loud: dict[int, list[int]] = {}
    quiet: dict[int, list[int]] = {}
    for pair, (row, col) in enumerate(zip(rows.tolist(), cols.tolist(), strict=True)):
        if requests[col].noise >= LOUD:
            loud.setdefault(row, []).append(pair)
        elif requests[col].category in QUIET:
            quiet.setdefault(row, []).append(pair)
    found = [
        (one, other)
        for here, louds in loud.items()
        for there, quiets in quiet.items()
        if here != there and are_neighbours(units[here], units[there], distance_m)
        for one in louds
        for other in quiets
    ]
    return np.array(found, dtype=np.int64).reshape(len(found), 2)
