"""From an order of stops to a timed tour: as early back as possible, then as late out as possible. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from routing.tours.plan import Tour, Visit
from routing.tours.problem import Kind, Order, Problem, Vehicle
from routing.tours.travel import Travel

CENT = 3_600_000  # parts of a cent in which seconds x cents per hour and metres x cents per km are both whole


def ride(problem: Problem, vehicle: Vehicle, orders: Sequence[Order]) -> Tour | None:
    """Ride these orders in this sequence.

    Returns
    -------
    Tour or None
        The tour that is back as early as possible and, among those, leaves as
        late as possible: the shortest time that has to be paid. ``None`` if
        no departure keeps every window, the shift, the opening of the hubs,
        the loads, the range and the longest duration. Hub capacities concern several tours and are
        not looked at.
    """
    if not carries(vehicle, orders):
        return None
    travel = problem.travel[vehicle.vehicle_class]
    places = _places(problem, vehicle, orders)
    metres = distance(travel, places)
    if metres is None or (vehicle.reach_m is not None and metres > vehicle.reach_m):
        return None
    legs = [travel.seconds.item(a, b) for a, b in pairwise(places)]
    starts = _earliest(problem, vehicle, orders, legs)
    if starts is None:
        return None
    departs = _latest_departure(problem, vehicle, orders, legs, starts)
    if vehicle.longest_s is not None and starts[-1] - departs > vehicle.longest_s:
        return None
    return _tour(vehicle, orders, legs, starts, departs, metres)


def carries(vehicle: Vehicle, orders: Sequence[Order]) -> bool:
    """Whether the load fits everywhere: deliveries fill the vehicle at the start, pickups at the end."""
    loads = loads_along(orders)
    return all(g <= vehicle.capacity_g and ml <= vehicle.capacity_ml for g, ml in loads)


def loads_along(orders: Sequence[Order]) -> list[tuple[int, int]]:
    """Grams and millilitres on board at departure and after each order."""
    g = sum(order.load_g for order in orders if order.kind is Kind.DELIVERY)
    ml = sum(order.load_ml for order in orders if order.kind is Kind.DELIVERY)
    loads = [(g, ml)]
    for order in orders:
        sign = -1 if order.kind is Kind.DELIVERY else 1
        g, ml = g + sign * order.load_g, ml + sign * order.load_ml
        loads.append((g, ml))
    return loads


def cost_cents(vehicle: Vehicle, seconds: int, metres: int) -> int:
    """What a tour costs: hours, kilometres and use, rounded half up."""
    parts = seconds * vehicle.cost_cents_h * 1000 + metres * vehicle.cost_cents_km * 3600
    return (parts + CENT // 2) // CENT + vehicle.cost_cents_use


def distance(travel: Travel, places: Sequence[int]) -> int | None:
    """Metres along these places, ``None`` where there is no way."""
    legs = [travel.metres.item(a, b) for a, b in pairwise(places)]
    return None if any(leg < 0 for leg in legs) else sum(legs)


def earliest_departure(problem: Problem, vehicle: Vehicle, orders: Iterable[Order]) -> int:
    """When shift, hub and goods are all ready."""
    ready = [order.release_s for order in orders if order.kind is Kind.DELIVERY]
    return max(vehicle.starts_s, problem.hub_by_key[vehicle.start_hub].opens_s, *ready, 0)


def latest_departure(problem: Problem, vehicle: Vehicle) -> int:
    """When the hub of departure closes, or the shift ends."""
    return min(vehicle.ends_s, problem.hub_by_key[vehicle.start_hub].closes_s)


def latest_return(problem: Problem, vehicle: Vehicle) -> int:
    """When the shift ends or the hub of return closes."""
    return min(vehicle.ends_s, problem.hub_by_key[vehicle.end_hub].closes_s)


def service_start(order: Order, arrives_s: int) -> int | None:
    """When the service begins if the vehicle arrives then; ``None`` if every window is over by then."""
    ready = max(arrives_s, order.release_s) if order.kind is Kind.PICKUP else arrives_s
    if not order.windows:
        return ready
    fitting = (max(ready, w.opens_s) for w in order.windows if max(ready, w.opens_s) + order.stop_s <= w.closes_s)
    return min(fitting, default=None)


def may_serve(problem: Problem, vehicle: Vehicle, order: Order) -> bool:
    """Whether class, hub and the vehicles it names allow it, and it fits on the empty vehicle."""
    if order.allowed_classes is not None and vehicle.vehicle_class not in order.allowed_classes:
        return False
    if order.only_vehicles is not None and vehicle.key not in order.only_vehicles:
        return False
    if vehicle.key in order.not_vehicles:
        return False
    hub = vehicle.start_hub if order.kind is Kind.DELIVERY else vehicle.end_hub
    if order.hub is not None and order.hub != hub:
        return False
    return order.load_g <= vehicle.capacity_g and order.load_ml <= vehicle.capacity_ml


def _places(problem: Problem, vehicle: Vehicle, orders: Sequence[Order]) -> list[int]:
    start, end = problem.hub_by_key[vehicle.start_hub], problem.hub_by_key[vehicle.end_hub]
    return [start.place, *(order.place for order in orders), end.place]


def _earliest(problem: Problem, vehicle: Vehicle, orders: Sequence[Order], legs: list[int]) -> list[int] | None:
    """Earliest departure, begin of each service, and return; ``None`` if something is too late."""
    now = earliest_departure(problem, vehicle, orders)
    if now > latest_departure(problem, vehicle):
        return None
    starts = [now]
    for order, leg in zip(orders, legs, strict=False):
        begins = service_start(order, now + leg)
        if begins is None:
            return None
        starts.append(begins)
        now = begins + order.stop_s
    starts.append(now + legs[-1])
    return None if starts[-1] > latest_return(problem, vehicle) else starts


def _latest_departure(
    problem: Problem, vehicle: Vehicle, orders: Sequence[Order], legs: list[int], starts: list[int]
) -> int:
    """The latest departure that keeps the earliest return, each service in the window found for it."""
    latest = starts[-1]
    for order, leg, begins in zip(reversed(orders), reversed(legs), reversed(starts[:-1]), strict=False):
        latest -= leg + order.stop_s
        if order.windows:
            ends = begins + order.stop_s
            window = next(w for w in order.windows if w.opens_s <= begins and ends <= w.closes_s)
            latest = min(latest, window.closes_s - order.stop_s)
    return max(starts[0], min(latest - legs[0], latest_departure(problem, vehicle)))


def _tour(
    vehicle: Vehicle, orders: Sequence[Order], legs: list[int], starts: list[int], departs: int, metres: int
) -> Tour:
    now, visits = departs, []
    loads = loads_along(orders)
    for order, leg, earliest, (g, ml) in zip(orders, legs, starts[1:], loads[1:], strict=False):
        arrives = now + leg
        begins = max(arrives, earliest)
        now = begins + order.stop_s
        visits.append(Visit(order.key, arrives, begins, now, g, ml))
    returns = now + legs[-1]
    cost = cost_cents(vehicle, returns - departs, metres)
    return Tour(vehicle.key, vehicle.start_hub, vehicle.end_hub, departs, tuple(visits), returns, metres, cost)
