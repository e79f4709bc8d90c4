"""What a micro-hub in an empty shop would save: one real day of deliveries, planned with it and without it.

The busiest day among the last weeks and the booked ones to come is planned
again by the tour solver, every order free to come from whichever hub is best.
"Without" are the hubs that are open; where there is none, a diesel van from
the edge of the town. So the same optimiser that plans the tours says which
empty shop should become the hub.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from city import clock, settings, streets
from city.db import db
from city.settings import CitySettings
from leerstand.hub_worth import Ask, HubWorth
from leerstand.models import Unit
from logistics import queries
from logistics.kinds import RecipientKind, Ride
from logistics.models import Shipment
from routing import siting
from routing.message import BadInput
from routing.streets.model import VehicleClass
from routing.tours.plan import Plan
from routing.tours.problem import Hub, Kind, Order, Problem, Travel, Vehicle

if TYPE_CHECKING:
    from routing.streets.network import Network  # numba takes two seconds to load: only where ways are asked

Point = tuple[float, float]
Base = tuple[int, ...]  # the shops in which hubs are opened; empty: none
SOLVER = "routing.tours.solve:solve"
BACK, AHEAD = timedelta(days=28), timedelta(days=14)
MOST_ORDERS = 80  # of the day; more say nothing new and take longer
MOST_PRICED = 12  # shops that are priced by tours, the most promising first
SEARCH_MOVES = 10_000  # for each set of hubs, some 0.4 s; seconds would price hubs lower on a busy machine
OPENS_S, CLOSES_S = 8 * 3600, 20 * 3600
BIKES_PER_HUB, VAN_LITRES, VAN_KG = 6, 8000, 1000
DIRECTIONS = 8  # in which the edge of the town is looked for
KEPT = 500  # answers that are remembered

_known: dict[str, tuple[int, int]] = {}  # cents and metres of a day, by what it was made from


@dataclass(frozen=True)
class Day:
    """One day of deliveries, as plain data."""

    day: date
    orders: tuple[tuple[Point, int, int, int], ...]  # where, grams, millilitres, seconds at the door
    hubs: tuple[Point, ...]
    shops: dict[int, Point]
    numbers: CitySettings
    streets: str


def hub_value(sets: Sequence[Base], ask: Ask) -> dict[Base, HubWorth]:
    """The worth of opening hubs in all shops of each set together. Nothing where nobody has booked, or without streets.

    The empty set stands for the hubs that are open, compared with a van.

    Single shops far from the orders are left out when there are many: what
    they would save is less than what the most promising ones save.
    """
    try:
        network, name = streets.network(), streets.in_service().sha256
    except streets.NoStreets:
        return {}
    given = _read(sets, name)
    db.session.rollback()
    if given is None:
        return {}
    places, table = _table(given, network)
    wanted = [base for base in _promising(given, sets, places, table) if all(unit in places for unit in base)]
    before_cents, before_m = _cost(given, (), places, table, ask)
    numbers, van = given.numbers, not given.hubs
    before_g = before_m * (numbers.diesel_van_co2e_g_km if van else numbers.cargo_bike_co2e_g_km) // 1000
    found: dict[Base, HubWorth] = {}
    if given.hubs:
        found[()] = _open_hubs(given, before_cents, before_m, places, table, ask)
    for base in wanted:
        cents, metres = _cost(given, base, places, table, ask)
        if cents >= before_cents:  # a hub that helps nobody can stay unused
            cents, metres = before_cents, before_m
        found[base] = HubWorth(
            saved_m=before_m - metres,
            saved_cents=before_cents - cents,
            saved_co2e_g=before_g - metres * numbers.cargo_bike_co2e_g_km // 1000,
            before_cents=before_cents,
            orders=len(given.orders),
            served=_nearest(given, base, places, table),
        ).with_share(numbers.hub_full_saving_percent)
    return found


def _open_hubs(given: Day, now_cents: int, now_m: int, places: _Places, table: Travel, ask: Ask) -> HubWorth:
    """What the open hubs save already, compared with a diesel van from the edge of the town."""
    numbers = given.numbers
    cents, metres = _cost(replace(given, hubs=()), (), places, table, ask)
    now_g, van_g = now_m * numbers.cargo_bike_co2e_g_km // 1000, metres * numbers.diesel_van_co2e_g_km // 1000
    return HubWorth(metres - now_m, cents - now_cents, van_g - now_g, cents, len(given.orders), len(given.orders))


def _read(sets: Sequence[Base], streets_name: str) -> Day | None:
    """The busiest day around today, the open hubs, and where the shops are; None when nobody has booked."""
    today = clock.today()
    counted = (
        select(Shipment.day, func.count(Shipment.id))
        .where(Shipment.day >= today - BACK, Shipment.day <= today + AHEAD)
        .where(Shipment.status.not_in(queries.NOT_COMING), Shipment.ride != Ride.NONE)
        .group_by(Shipment.day)
        .order_by(func.count(Shipment.id).desc(), Shipment.day.desc())
        .limit(1)
    )
    busiest = db.session.execute(counted).first()
    if busiest is None:
        return None
    numbers = settings.current().numbers
    ids = {unit_id for base in sets for unit_id in base}
    shops = db.session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.id))
    orders = tuple(
        ((one.lat, one.lon), one.weight_g, one.volume_ml, _service_s(one, numbers))
        for one in queries.day_shipments(busiest[0])[:MOST_ORDERS]
    )
    hubs = tuple((hub.lat, hub.lon) for hub in queries.open_hubs())
    return Day(busiest[0], orders, hubs, {unit.id: unit.point for unit in shops}, numbers, streets_name)


def _service_s(shipment: Shipment, numbers: CitySettings) -> int:
    at_door = numbers.shop_service_s if shipment.recipient_kind == RecipientKind.BUSINESS else numbers.home_service_s
    return at_door + numbers.parcel_service_s * shipment.parcels


class _Places:
    """Which row of the table is which place; what does not lie on the map is left out."""

    def __init__(self, given: Day, network: Network) -> None:
        self.points: list[Point] = []
        self._network = network
        self.orders = [(self._add(point), *rest) for point, *rest in given.orders if self._lies_on(point)]
        self.hubs = [self._add(point) for point in given.hubs if self._lies_on(point)]
        self.shops = {unit_id: self._add(point) for unit_id, point in given.shops.items() if self._lies_on(point)}
        self.edge = [self._add(point) for point in _edge(network) if self._lies_on(point)]

    def __contains__(self, unit_id: int) -> bool:
        return unit_id in self.shops

    def _lies_on(self, point: Point) -> bool:
        try:
            self._network.snap(point, VehicleClass.CARGO_BIKE)
        except BadInput:
            return False
        return True

    def _add(self, point: Point) -> int:
        self.points.append(point)
        return len(self.points) - 1


def _edge(network: Network) -> list[Point]:
    """The outermost points of the street map in each direction."""
    ends = np.array([point for line in network.lines() for point in (line[2][0], line[2][-1])])
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    far = ((ends - ends.mean(axis=0)) @ np.vstack([np.cos(angles), np.sin(angles)])).argmax(axis=0)
    return [(float(ends[row, 0]), float(ends[row, 1])) for row in dict.fromkeys(far.tolist())]


def _table(given: Day, network: Network) -> tuple[_Places, Travel]:
    """Seconds and metres between everything, over streets that are always open to a cargo bike."""
    places = _Places(given, network)
    found = network.matrix(places.points, VehicleClass.CARGO_BIKE)
    return places, Travel(found.seconds, found.metres)


def _promising(given: Day, sets: Sequence[Base], places: _Places, table: Travel) -> list[Base]:
    """Sets of several shops, and of single shops those nearest to the orders."""
    single = [base for base in sets if len(base) == 1 and base[0] in places]
    if len(single) > MOST_PRICED:
        doors = [order[0] for order in places.orders]
        rows = [places.shops[base[0]] for base in single]
        now = [table.seconds[hub, doors] for hub in places.hubs]
        chosen = siting.nearest_sites(table.seconds[np.ix_(rows, doors)], now, MOST_PRICED)
        single = [single[place] for place in chosen]
    return [*single, *(base for base in sets if len(base) > 1)]


def _starts(given: Day, base: Base, places: _Places, table: Travel) -> tuple[list[int], bool]:
    """Where tours begin, and whether that is the van from the edge of the town."""
    hubs = [*(places.hubs if given.hubs else ()), *(places.shops[unit_id] for unit_id in base)]
    if hubs:
        return hubs, False
    doors = [order[0] for order in places.orders]
    ways = {edge: table.seconds[edge, doors] for edge in places.edge}
    open_ways = {edge: seconds for edge, seconds in ways.items() if (seconds >= 0).mean() > 0.5}
    return sorted(open_ways, key=lambda edge: float(open_ways[edge].mean()))[:1], True


def _nearest(given: Day, base: Base, places: _Places, table: Travel) -> int:
    """How many orders lie nearer to these shops than to any open hub."""
    doors = [order[0] for order in places.orders]
    mine = _shortest(table.seconds, [places.shops[unit_id] for unit_id in base], doors)
    return int((mine < _shortest(table.seconds, places.hubs, doors)).sum())


def _shortest(seconds: NDArray[np.int32], starts: Iterable[int], doors: list[int]) -> NDArray[np.float64]:
    rows = [np.where(seconds[start, doors] < 0, np.inf, seconds[start, doors]) for start in starts]
    return np.min(rows, axis=0) if rows else np.full(len(doors), np.inf)


def _cost(given: Day, base: Base, places: _Places, table: Travel, ask: Ask) -> tuple[int, int]:
    """Cents and metres of the day with hubs in these shops, remembered for the next plan."""
    key = _key(given, base)
    if key not in _known:
        starts, by_van = _starts(given, base, places, table)
        plan: Plan = ask(
            SOLVER, problem=_problem(given, starts, places, table, by_van=by_van), limit_iterations=SEARCH_MOVES
        )
        if len(_known) >= KEPT:
            _known.clear()
        _known[key] = plan.cost_cents, plan.metres
    return _known[key]


def _key(given: Day, base: Base) -> str:
    shops = sorted(given.shops[unit_id] for unit_id in base)
    told: list[Any] = [given.day.isoformat(), given.orders, given.hubs, shops, given.streets, repr(given.numbers)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _problem(given: Day, starts: list[int], places: _Places, table: Travel, *, by_van: bool) -> Problem:
    numbers = given.numbers
    payload_g = 1000 * (VAN_KG if by_van else numbers.cargo_bike_payload_kg)
    volume_ml = 1000 * (VAN_LITRES if by_van else numbers.cargo_bike_volume_l)
    vehicles = [
        Vehicle(
            key=f"{hub}-{number}",
            vehicle_class=VehicleClass.CARGO_BIKE.value,
            start_hub=str(hub),
            end_hub=str(hub),
            starts_s=OPENS_S,
            ends_s=CLOSES_S,
            capacity_g=payload_g,
            capacity_ml=volume_ml,
            cost_cents_h=numbers.cargo_bike_cents_h,
            cost_cents_km=numbers.van_cents_km if by_van else numbers.cargo_bike_cents_km,
        )
        for hub in starts
        for number in range(BIKES_PER_HUB)
    ]
    orders = [
        Order(
            key=str(number),
            kind=Kind.DELIVERY,
            place=place,
            hub=None if len(starts) > 1 else str(starts[0]),
            load_g=min(weight_g, payload_g),
            load_ml=min(volume, volume_ml),
            windows=(),
            service_s=service_s,
            price_unserved_cents=numbers.unserved_cents,
        )
        for number, (place, weight_g, volume, service_s) in enumerate(places.orders)
    ]
    return Problem(
        places=len(places.points),
        travel={VehicleClass.CARGO_BIKE.value: table},
        hubs=tuple(Hub(str(hub), hub) for hub in starts),
        vehicles=tuple(vehicles),
        orders=tuple(orders),
    )
