"""Which places for one more order are worth a closer look: conditions that are necessary and cost little. Pure.

Riding a whole sequence costs a hundred times as much; what is turned down here could not be ridden either.
"""

from __future__ import annotations

from collections.abc import Sequence

from routing.tours.problem import Kind, Order, Problem, Vehicle
from routing.tours.schedule import earliest_departure, latest_departure, latest_return, service_start

PLAIN = (Kind.DELIVERY, Kind.PICKUP)
NEVER_LATE = 1 << 60


def fits_load(vehicle: Vehicle, ridden: Sequence[Order], order: Order) -> bool:
    """Whether all deliveries together fit at departure, and all pickups at return."""
    if any(one.kind not in PLAIN for one in (*ridden, order)):
        return True
    its = [one for one in (*ridden, order) if one.kind is order.kind]
    return sum(o.load_g for o in its) <= vehicle.capacity_g and sum(o.load_ml for o in its) <= vehicle.capacity_ml


def positions_in_time(problem: Problem, vehicle: Vehicle, ridden: Sequence[Order], order: Order) -> list[int]:
    """Positions at which the order comes within a window and the next stop is reached in time; breaks left out."""
    if any(one.kind not in PLAIN for one in (*ridden, order)):
        return list(range(len(ridden) + 1))
    seconds = problem.travel[vehicle.vehicle_class].seconds.item
    places = [problem.hub_by_key[vehicle.start_hub].place, *(one.place for one in ridden)]
    ready = _ready(vehicle, problem, ridden, order, places)
    latest = _latest(vehicle, problem, ridden, places)
    ends = [*places[1:], problem.hub_by_key[vehicle.end_hub].place]
    found = []
    for position, free_s in enumerate(ready):
        there, on = seconds(places[position], order.place), seconds(order.place, ends[position])
        begins = service_start(order, free_s + there) if there >= 0 and on >= 0 else None
        if begins is not None and begins + order.stop_s + on <= latest[position]:
            found.append(position)
    return found


def _ready(vehicle: Vehicle, problem: Problem, ridden: Sequence[Order], order: Order, places: list[int]) -> list[int]:
    """When the vehicle is free at the hub and behind each stop, at the earliest; as far as it gets in time."""
    seconds = problem.travel[vehicle.vehicle_class].seconds.item
    now = earliest_departure(problem, vehicle, (*ridden, order))
    if now > latest_departure(problem, vehicle):
        return []
    ready = [now]
    for number, one in enumerate(ridden):
        begins = service_start(one, now + seconds(places[number], one.place))
        if begins is None:
            break
        now = begins + one.stop_s
        ready.append(now)
    return ready


def _latest(vehicle: Vehicle, problem: Problem, ridden: Sequence[Order], places: list[int]) -> list[int]:
    """When each stop, and at last the hub, must be reached at the latest so that everything behind it still works."""
    seconds = problem.travel[vehicle.vehicle_class].seconds.item
    latest, there = [latest_return(problem, vehicle)], problem.hub_by_key[vehicle.end_hub].place
    for one in reversed(ridden):
        closes = max((window.closes_s for window in one.windows), default=NEVER_LATE) - one.stop_s
        latest.append(min(closes, latest[-1] - seconds(one.place, there) - one.stop_s))
        there = one.place
    return latest[::-1]
