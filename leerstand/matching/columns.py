"""All pairs at once: numpy columns that say the same as the rules and criteria, thousands of times faster. Pure.

A property test proves that both agree pair by pair; the rules explain, this
file counts. A criterion is a fraction of its weight, so that other weights
need no new look at shops and requests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from city.settings import CitySettings
from leerstand import criteria as c
from leerstand import permits
from leerstand.aptitude import aptitude, is_housing
from leerstand.kinds import Floor, Ring, UseType, Zone
from leerstand.models import CARGO_BIKE_DOOR_CM, Unit, UseRequest
from leerstand.offers import takes_whole
from leerstand.permits import Permission, permission
from leerstand.rules import MONTH_DAYS, disturbs
from leerstand.shares import WEEK, Way, count, least_part_m2
from leerstand.situation import Situation

FOREVER = date.max.toordinal()
MANY = 10**6  # people: no room has a limit so high
Table = np.ndarray  # one row per shop, one column per request
Fraction = tuple[Table, Table | int]  # numerator and denominator of a criterion's share of its weight


@dataclass(frozen=True)
class Columns:
    """Shops as columns of shape (n, 1), requests as rows of shape (1, m), in the order given."""

    units: Sequence[Unit]
    requests: Sequence[UseRequest]
    situations: Sequence[Situation]
    settings: CitySettings
    way: Way = Way.WHOLE  # all of a shop, a part of it, or some times of its week

    @property
    def area(self) -> Table:
        """Square metres that each request would get."""
        whole = self.unit(lambda u: u.area_m2)
        if self.way != Way.PART:
            return whole
        least = self.unit(lambda u: least_part_m2(u.min_part_m2))
        return np.minimum(whole, np.maximum(least, self.request(lambda r: r.area_ideal_m2)))

    @property
    def rent(self) -> Table:
        """Cents a month for that."""
        cents_m2 = self.unit(lambda u: u.rent_cents_m2)
        if self.way == Way.TIMES:
            cents_m2 = cents_m2 * self.request(lambda r: count(r.slots or 0)) // WEEK
        return cents_m2 * self.area

    @property
    def permille(self) -> Table:
        """How much of the shop and its week that is."""
        if self.way == Way.PART:
            return self.area * c.PER_MILLE // self.unit(lambda u: u.area_m2)
        if self.way == Way.TIMES:
            return self.request(lambda r: count(r.slots or 0)) * c.PER_MILLE // WEEK
        return np.full((1, 1), c.PER_MILLE, dtype=np.int64)

    def free(self) -> tuple[Table, Table]:
        """From when and until when; a share may be free earlier than all of it."""
        shared = self.way != Way.WHOLE

        def until(place: Situation) -> int:
            last = place.share_until if shared and place.share_from else place.free_until
            return FOREVER if last is None else last.toordinal()

        def begins(place: Situation) -> int:
            return ((place.share_from if shared else None) or place.free_from).toordinal()

        return self.place(begins), self.place(until)

    def only(self, rows: np.ndarray, cols: np.ndarray, way: Way) -> Columns:
        """Some of the shops for some of the requests, in one way."""
        return replace(
            self,
            units=[self.units[row] for row in rows],
            requests=[self.requests[col] for col in cols],
            situations=[self.situations[row] for row in rows],
            way=way,
        )

    def unit(self, read: Callable[[Unit], int | bool]) -> Table:
        """One number per shop."""
        return np.array([int(read(unit)) for unit in self.units], dtype=np.int64)[:, None]

    def place(self, read: Callable[[Situation], int]) -> Table:
        """One number per situation."""
        return np.array([read(situation) for situation in self.situations], dtype=np.int64)[:, None]

    def request(self, read: Callable[[UseRequest], int | bool]) -> Table:
        """One number per request."""
        return np.array([int(read(request)) for request in self.requests], dtype=np.int64)[None, :]

    def without(self, read: Callable[[Unit], Sequence[str]]) -> Table:
        """Whether the use of each request is none of those that a shop names; shops that name the same ask once."""
        uses = [request.use_type.value for request in self.requests]
        known: dict[tuple[str, ...], np.ndarray] = {}
        for named in {tuple(read(unit)) for unit in self.units}:
            known[named] = np.array([use not in named for use in uses], bool)
        rows = [known[tuple(read(unit))] for unit in self.units]
        return np.array(rows, bool).reshape(len(self.units), len(uses))


def starts_and_ends(columns: Columns) -> tuple[Table, Table]:
    """The period of every pair as ordinal days, like :func:`leerstand.rules.period`."""
    lead = _lead_weeks(columns)
    today = columns.place(lambda place: place.today.toordinal())
    free, until = columns.free()
    earliest = columns.request(lambda request: request.earliest_start.toordinal())
    starts = np.maximum(np.maximum(free, earliest), today + 7 * lead)
    return starts, np.minimum(starts + 7 * columns.request(lambda request: request.duration_max_weeks), until)


def _lead_weeks(columns: Columns) -> Table:
    """Weeks that permits take; asked once for shops and requests that cannot differ."""
    shops = {permits.what_leads_depend_on(unit): unit for unit in columns.units}
    wishes = {permits.asked_by(request): None for request in columns.requests}
    weeks = [[permits.lead_weeks(unit, asked, columns.settings) for asked in wishes] for unit in shops.values()]
    table = np.array(weeks, dtype=np.int64).reshape(len(shops), len(wishes))
    row, column = {key: n for n, key in enumerate(shops)}, {key: n for n, key in enumerate(wishes)}
    rows = [row[permits.what_leads_depend_on(unit)] for unit in columns.units]
    picked: Table = table[rows, :][:, [column[permits.asked_by(request)] for request in columns.requests]]
    return picked


def _visitors(columns: Columns) -> Table:
    """Whether all visitors may be in the room, where both numbers are known."""
    may = columns.unit(lambda u: MANY if u.max_persons is None else u.max_persons)
    fits: Table = columns.request(lambda r: r.visitors_max or 0) <= may
    return fits


def allowed(columns: Columns, starts: Table, ends: Table) -> Table:
    """Which pairs no rule objects to."""
    return np.logical_and.reduce(np.broadcast_arrays(*_checks(columns, starts, ends)))


def obstacle_counts(columns: Columns, starts: Table, ends: Table) -> Table:
    """How many rules object to each pair."""
    counts: Table = np.sum([~np.asarray(c, bool) for c in np.broadcast_arrays(*_checks(columns, starts, ends))], axis=0)
    return counts


def least_obstacles(columns: Columns) -> Table:
    """How many rules object to each pair in the way that suits best: none where a part or some times are possible."""
    counts = obstacle_counts(columns, *starts_and_ends(columns))
    given_away = {Way.PART: lambda u: bool(u.divisible), Way.TIMES: lambda u: bool(u.shareable)}
    would_do = {Way.PART: lambda r: bool(r.part_ok), Way.TIMES: lambda r: bool(r.slots)}
    for way in given_away:  # few shops and few requests
        rows, cols = np.flatnonzero(columns.unit(given_away[way])), np.flatnonzero(columns.request(would_do[way]))
        if len(rows) and len(cols):
            few = columns.only(rows, cols, way)
            at = np.ix_(rows, cols)
            counts[at] = np.where(allowed(few, *starts_and_ends(few)), 0, counts[at])
    return counts


def _checks(columns: Columns, starts: Table, ends: Table) -> tuple[Table, ...]:
    """One expression per rule that can object, in the order of ``rules.RULES``."""
    settings, unit, request = columns.settings, columns.unit, columns.request
    area, ground = columns.area, unit(lambda u: u.floor == Floor.GROUND)
    ideal = request(lambda r: r.area_ideal_m2)
    is_hub = request(lambda r: r.use_type == UseType.MICRO_HUB)
    loud = request(disturbs)
    hub_ready = (
        (area >= settings.hub_min_area_m2)
        & unit(lambda u: u.floor == Floor.GROUND and u.step_free and u.door_width_cm >= CARGO_BIKE_DOOR_CM)
    ) > 0
    return (
        _on_offer(columns),
        (area >= request(lambda r: r.area_min_m2))
        & (area <= np.minimum(request(lambda r: r.area_max_m2), settings.max_area_factor * ideal)),
        _visitors(columns),
        unit(lambda u: bool(u.second_exit))
        >= request(lambda r: r.visitors_max is not None and r.visitors_max > settings.second_exit_visitors),
        ground >= request(lambda r: r.ground_floor_only),
        unit(lambda u: u.step_free) >= request(lambda r: r.step_free_required),
        unit(lambda u: u.water) >= request(lambda r: r.needs_water),
        unit(lambda u: u.heating) >= request(lambda r: r.needs_heating),
        unit(lambda u: u.exhaust_air) >= request(lambda r: r.needs_exhaust_air),
        unit(lambda u: u.power_kw) >= request(lambda r: r.needs_power_kw),
        unit(lambda u: u.delivery_door) >= request(lambda r: r.needs_delivery_door),
        hub_ready | (is_hub == 0),
        _housing(columns),
        _in_order(columns),
        _zone(columns) & columns.without(lambda u: u.bplan_excludes),
        columns.without(lambda u: u.excluded_uses),
        starts <= request(lambda r: r.latest_start.toordinal()),
        np.maximum(0, ends - starts) // 7 >= request(lambda r: r.duration_min_weeks),
        (_missing(columns) <= 0) | (subsidies(columns) > 0),
        (loud == 0) | (columns.place(lambda place: bool(place.quiet_neighbour)) == 0),
    )


def _on_offer(columns: Columns) -> Table:
    """Whether a part or times are given away, would do, and are still free."""
    if columns.way == Way.WHOLE:
        return np.ones((1, 1), dtype=bool)
    unit, request = columns.unit, columns.request
    shares = request(lambda r: not takes_whole(r)) > 0
    parts, slots = (columns.place(lambda p: p.sharing.part_m2), columns.place(lambda p: p.sharing.slots))
    if columns.way == Way.PART:
        whole, wanted = unit(lambda u: u.area_m2), columns.area
        offered = unit(lambda u: bool(u.divisible)) * request(lambda r: bool(r.part_ok)) > 0
        left: Table = np.where(slots > 0, 0, whole - parts)
        return shares & offered & (wanted < whole) & (wanted <= left)
    asked = request(lambda r: r.slots or 0)
    offered = (unit(lambda u: bool(u.shareable)) > 0) & (asked > 0)
    return shares & offered & (parts == 0) & ((slots & asked) == 0)


def _lived_in(columns: Columns) -> Table:
    return columns.request(is_housing)


def _fronts_given_up(columns: Columns) -> Table:
    """Pairs that would convert a shop at street level for good."""
    given: Table = _lived_in(columns) * columns.unit(lambda u: u.floor == Floor.GROUND)
    return given


def _aptitudes(columns: Columns) -> Table:
    """Points of each shop as a flat; asked only where somebody wants to live in one."""
    if not any(is_housing(request) for request in columns.requests):
        return np.zeros((len(columns.units), 1), dtype=np.int64)
    pairs = zip(columns.units, columns.situations, strict=True)
    return np.array([aptitude(unit, place).score for unit, place in pairs], dtype=np.int64)[:, None]


def _housing(columns: Columns) -> Table:
    """Whether rooms that would be lived in suit that, and lie outside the core."""
    outside = columns.unit(lambda u: u.ring != Ring.CORE or u.floor == Floor.UPPER) > 0
    suits: Table = (_lived_in(columns) == 0) | (
        outside & (_aptitudes(columns) >= columns.settings.housing_least_points)
    )
    return suits


def _in_order(columns: Columns) -> Table:
    """Whether no shop that stays lies further out than a front that would be given up."""
    kept = columns.place(lambda place: bool(place.kept_further_out)) * columns.settings.outside_in
    clear: Table = (_fronts_given_up(columns) * kept) == 0
    return clear


def _zone(columns: Columns) -> Table:
    """Whether planning law probably allows the use, by zone and loudness."""
    zones = list(Zone)
    table = np.array(
        [[permission(zone, r.use_type, r.noise) > Permission.FORBIDDEN for r in columns.requests] for zone in zones]
    ).reshape(len(zones), len(columns.requests))
    picked: Table = table[[zones.index(unit.baunvo_zone) for unit in columns.units], :]
    return picked


def _missing(columns: Columns) -> Table:
    """Cents a month by which the rent lies above what negotiation may close."""
    rent, budget = columns.rent, columns.request(lambda r: r.budget_cents_month)
    return rent - budget * (100 + columns.settings.rent_tolerance_percent) // 100


def subsidies(columns: Columns) -> Table:
    """Cents a month that the city would add, like :func:`leerstand.rules.subsidy_cents`."""
    settings, rent = columns.settings, columns.rent
    most = np.minimum(rent * settings.subsidy_share_percent // 100, 100 * settings.subsidy_most_eur_month)
    missing = _missing(columns)
    eligible = columns.request(lambda r: bool(r.public_value)) * (settings.subsidy_budget_eur > 0)
    return np.where((eligible > 0) & (missing > 0) & (missing <= most), missing, 0)


def subsidy_costs(cents_month: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Euros over the whole use, like :func:`leerstand.rules.subsidy_eur`."""
    months = -(-(ends - starts) // MONTH_DAYS)
    cost: np.ndarray = -(-cents_month * months // 100)
    return cost


def transition_fraction(
    today: np.ndarray | int,
    empty_days: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    permille: np.ndarray | int = c.PER_MILLE,
) -> tuple[np.ndarray, int]:
    """The share of the weight for a short time empty, like :func:`leerstand.criteria.transition`."""
    empty = np.minimum(c.OLD_DAYS, empty_days)
    soon = np.maximum(0, c.SLOW_DAYS - (starts - today))
    long = np.minimum(c.LONG_DAYS, np.maximum(0, ends - starts))
    whole = c.SLOW_DAYS * c.LONG_DAYS * 2 * c.OLD_DAYS**2 * c.PER_MILLE
    return soon * long * (c.OLD_DAYS**2 + empty**2) * permille, whole


def fractions(columns: Columns, hub_shares: Sequence[int]) -> Mapping[str, Fraction]:
    """Each criterion as a fraction of its weight, but those that depend on the period or on the rest of the plan.

    Points are ``weight * numerator // denominator``, in whole numbers, as the criteria count them.
    """
    request = columns.request
    ideal, area = request(lambda r: r.area_ideal_m2), columns.area
    rent, budget = columns.rent, request(lambda r: r.budget_cents_month)
    most = budget * (100 + columns.settings.rent_tolerance_percent) // 100
    beyond = np.maximum(1, most - budget)
    worth = np.clip(np.array(hub_shares, dtype=np.int64), 0, c.PER_MILLE)[:, None]
    return {
        "gap": (
            np.minimum(c.FULL_GAP_M, _closed_m(columns)) * (1 - _fronts_given_up(columns)),
            c.FULL_GAP_M,
        ),
        "ring": (_place_percent(columns), 100),
        "public": (request(lambda r: min(c.FULL_VALUES, len(set(r.public_value)))), c.FULL_VALUES),
        "fit": (np.maximum(0, ideal - np.abs(area - ideal)), ideal),
        "footfall": (request(lambda r: r.footfall), 3),
        "owner": (np.where(rent <= budget, beyond, np.maximum(0, most - rent)), beyond),
        "hub": (worth * request(lambda r: r.use_type in c.DELIVERS), c.PER_MILLE),
        "learning": (request(lambda r: r.evaluates), 1),
        "permanence": (request(lambda r: r.wants_permanent), 1),
    }


def _closed_m(columns: Columns) -> Table:
    """Whole metres of front that come back to life; of a share its part."""
    front = np.array([place.gap_m for place in columns.situations], dtype=float)[:, None]
    metres: Table = np.rint(front * columns.permille / c.PER_MILLE).astype(np.int64)
    return metres


def _place_percent(columns: Columns) -> Table:
    """The ring in halves, for flats how well the room suits housing."""
    suits = _aptitudes(columns)
    if not columns.settings.outside_in:
        suits = suits * columns.place(c.in_order)
    percent: Table = np.where(_lived_in(columns) > 0, suits, 50 * _ring_halves(columns))
    return percent


def _ring_halves(columns: Columns) -> Table:
    rings = list(Ring)
    halves = np.array([[c.RING_HALVES[c.direction(r)][ring] for r in columns.requests] for ring in rings])
    picked: Table = halves.reshape(len(rings), len(columns.requests))[
        [rings.index(unit.ring) for unit in columns.units], :
    ]
    return picked
