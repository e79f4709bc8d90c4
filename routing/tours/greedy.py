"""Cheapest insertion: the first plan, and whatever still fits into a plan that has grown elsewhere. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from routing.tours import fit
from routing.tours.plan import Tour
from routing.tours.problem import Kind, Order, Problem, Vehicle
from routing.tours.schedule import may_serve, reload_of, ride

ENOUGH = 8  # places that keep every constraint, of which the cheapest is taken
Routes = dict[str, list[Order]]  # by vehicle, in the sequence they are ridden


@dataclass(frozen=True, slots=True)
class Insertion:
    """One order put into one tour: where, and what the tour costs more; ``reload``: in a new round at its end."""

    vehicle: Vehicle
    position: int
    tour: Tour
    extra_cents: int
    reload: Order | None = None

    def into(self, routes: Routes, order: Order) -> None:
        """Let it count."""
        ridden = routes.setdefault(self.vehicle.key, [])
        if self.reload is not None:
            ridden.append(self.reload)
        ridden.insert(self.position, order)


def cheapest_insertion(problem: Problem, orders: Iterable[Order], stop: Callable[[], bool] = lambda: False) -> Routes:
    """Insert the orders one after the other, the most urgent first, each where it costs least.

    Orders that fit nowhere stay out, and so does what costs more than leaving
    it. ``stop`` ends the insertion early; the orders not yet looked at stay out.
    """
    routes: Routes = {}
    for order in sorted(orders, key=_urgency):
        if stop():
            break
        if best := best_insertion(problem, routes, order):
            best.into(routes, order)
    return without_losses(problem, routes)


def fill_up(
    problem: Problem, routes: Routes, stop: Callable[[], bool] = lambda: False, *, enough: int = ENOUGH
) -> Routes:
    """Insert every order that is left out and still costs less than its price; ``enough`` as ``best_insertion``."""
    routes = {key: list(orders) for key, orders in routes.items() if orders}
    served = {order.key for orders in routes.values() for order in orders}
    single = (o for o in problem.orders if o.key not in served and o.kind is not Kind.PAIR)
    for order in sorted(single, key=_urgency):
        if stop():
            break
        best = best_insertion(problem, routes, order, enough=enough)
        if best and best.extra_cents < order.price_unserved_cents:
            best.into(routes, order)
    return routes


def best_insertion(problem: Problem, routes: Routes, order: Order, *, enough: int = ENOUGH) -> Insertion | None:
    """The cheapest place for one more order that keeps every constraint, hub capacities included.

    Places are tried by the cost of the detour; of the first ``enough`` that
    keep every constraint the cheapest is taken, because waiting can make a
    short detour dear. Where there is none, a vehicle may come back and load it for another round.
    """
    found: Insertion | None = None
    before: dict[str, int] = {}
    for vehicle, position in _candidates(problem, routes, order):
        ridden = routes.get(vehicle.key, [])
        tour = ride(problem, vehicle, [*ridden[:position], order, *ridden[position:]])
        if tour is None:
            continue
        if vehicle.key not in before:
            old = ride(problem, vehicle, ridden) if ridden else None
            before[vehicle.key] = old.cost_cents if old else 0
        extra = tour.cost_cents - before[vehicle.key]
        if found is None or extra < found.extra_cents:
            found = Insertion(vehicle, position, tour, extra)
        enough -= 1
        if enough == 0:
            break
    return found or _in_another_round(problem, routes, order)


def _in_another_round(problem: Problem, routes: Routes, order: Order) -> Insertion | None:
    """The order behind a reload at the end of the tour where that costs least."""
    found: Insertion | None = None
    for vehicle, ridden, reload in another_rounds(problem, routes, order):
        tour, old = ride(problem, vehicle, [*ridden, reload, order]), ride(problem, vehicle, ridden)
        if tour is None or old is None:
            continue
        extra = tour.cost_cents - old.cost_cents
        if found is None or extra < found.extra_cents:
            found = Insertion(vehicle, len(ridden) + 1, tour, extra, reload)
    return found


def another_rounds(problem: Problem, routes: Routes, order: Order) -> Iterator[tuple[Vehicle, list[Order], Order]]:
    """Every tour that may end with a reload and this order: the vehicle, its stops, the reload."""
    if order.kind is Kind.PAIR:
        return
    for vehicle in possible_vehicles(problem, routes, order):
        if vehicle.reload_s is not None and (ridden := routes.get(vehicle.key)):
            yield vehicle, ridden, reload_of(problem, vehicle)


def without_losses(problem: Problem, routes: Routes) -> Routes:
    """Leave out single orders and whole tours that cost more than leaving them unserved."""
    kept: Routes = {}
    for key, orders in routes.items():
        vehicle = problem.vehicle_by_key[key]
        worth = _without_dear_orders(problem, vehicle, orders)
        tour = ride(problem, vehicle, worth) if worth else None
        if tour and tour.cost_cents <= sum(order.price_unserved_cents for order in worth):
            kept[key] = worth
    return kept


def hub_room(problem: Problem, routes: Routes) -> dict[str, tuple[float, float]]:
    """Grams and millilitres that each hub can still take on this day."""
    limits = {
        hub.key: [
            float("inf") if hub.capacity_g is None else hub.capacity_g,
            float("inf") if hub.capacity_ml is None else hub.capacity_ml,
        ]
        for hub in problem.hubs
    }
    for key, orders in routes.items():
        for order in orders:
            if order.kind not in (Kind.DELIVERY, Kind.PICKUP):
                continue
            room = limits[hub_of(problem.vehicle_by_key[key], order)]
            room[0] -= order.load_g
            room[1] -= order.load_ml
    return {key: (room[0], room[1]) for key, room in limits.items()}


def hub_of(vehicle: Vehicle, order: Order) -> str:
    """The hub that the goods of this order pass through if this vehicle serves it."""
    return vehicle.start_hub if order.kind is Kind.DELIVERY else vehicle.end_hub


def alike(problem: Problem, vehicle: Vehicle) -> tuple[object, ...]:
    """Vehicles with the same answer differ in nothing but their key, and no order names them."""
    return (
        vehicle.key if vehicle.key in problem.named_vehicles else "",
        vehicle.vehicle_class,
        vehicle.start_hub,
        vehicle.end_hub,
        vehicle.starts_s,
        vehicle.ends_s,
        vehicle.capacity_g,
        vehicle.capacity_ml,
        vehicle.cost_cents_h,
        vehicle.cost_cents_km,
        vehicle.reach_m,
        vehicle.cost_cents_use,
        vehicle.longest_s,
        vehicle.breaks,
        vehicle.worked_s,
        vehicle.reload_s,
    )


def possible_vehicles(problem: Problem, routes: Routes, order: Order) -> Iterator[Vehicle]:
    """Vehicles that may serve the order and whose hub has room for it; of unused equal ones only the first."""
    room = hub_room(problem, routes)
    seen: set[tuple[object, ...]] = set()
    for vehicle in problem.vehicles:
        if not may_serve(problem, vehicle, order):
            continue
        room_g, room_ml = room[hub_of(vehicle, order)]
        if order.load_g > room_g or order.load_ml > room_ml:
            continue
        if not routes.get(vehicle.key):
            if alike(problem, vehicle) in seen:
                continue
            seen.add(alike(problem, vehicle))
        yield vehicle


def _urgency(order: Order) -> tuple[int, int]:
    closes = max((w.closes_s for w in order.windows), default=1 << 60)
    return closes - order.stop_s, -order.load_ml


def _candidates(problem: Problem, routes: Routes, order: Order) -> Iterator[tuple[Vehicle, int]]:
    """Every place where the way exists and the order is not too late for certain, the cheapest detour first."""
    found = []
    for vehicle in possible_vehicles(problem, routes, order):
        ridden = routes.get(vehicle.key, [])
        if not fit.fits_load(vehicle, ridden, order):
            continue
        detours = _detours(problem, vehicle, ridden, order)
        found += [(cents, vehicle, position) for position, cents in enumerate(detours.tolist()) if cents < np.inf]
    found.sort(key=lambda candidate: candidate[0])
    in_time: dict[str, set[int]] = {}
    for _, vehicle, position in found:
        if vehicle.key not in in_time:  # only for vehicles whose turn comes
            positions = fit.positions_in_time(problem, vehicle, routes.get(vehicle.key, []), order)
            in_time[vehicle.key] = set(positions)
        if position in in_time[vehicle.key]:
            yield vehicle, position


def _detours(problem: Problem, vehicle: Vehicle, ridden: Sequence[Order], order: Order) -> np.ndarray:
    """Cents for the additional way and service at each position, as if nobody ever waited."""
    travel = problem.travel[vehicle.vehicle_class]
    start, end = problem.hub_by_key[vehicle.start_hub], problem.hub_by_key[vehicle.end_hub]
    places = np.array([start.place, *(o.place for o in ridden), end.place])
    metres = _detour(travel.metres, places, order.place)
    seconds = _detour(travel.seconds, places, order.place) + order.stop_s
    cents = metres * vehicle.cost_cents_km / 1000 + seconds * vehicle.cost_cents_h / 3600
    way = (travel.metres[places[:-1], order.place] >= 0) & (travel.metres[order.place, places[1:]] >= 0)
    return np.where(way, cents + (0 if ridden else vehicle.cost_cents_use), np.inf)


def _detour(table: np.ndarray, places: np.ndarray, place: int) -> np.ndarray:
    there, back = table[places[:-1], place], table[place, places[1:]]
    direct = table[places[:-1], places[1:]] if len(places) > 2 else np.zeros(1, table.dtype)
    return there.astype(float) + back - direct


def _without_dear_orders(problem: Problem, vehicle: Vehicle, orders: Sequence[Order]) -> list[Order]:
    kept, full = list(orders), ride(problem, vehicle, orders)
    for order in sorted(orders, key=lambda o: o.price_unserved_cents):
        rest = [o for o in kept if o is not order]
        less = ride(problem, vehicle, rest) if rest else None
        if full and less and full.cost_cents - less.cost_cents > order.price_unserved_cents:
            kept, full = rest, less
    return kept
