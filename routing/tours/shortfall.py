"""By how much one more order does not fit into a tour: the numbers behind every reason. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from routing.tours.fields import MAX_LOAD, MAX_TIME_S
from routing.tours.problem import Kind, Order, Problem, Vehicle
from routing.tours.schedule import (
    distance,
    earliest_departure,
    latest_departure,
    latest_return,
    loads_along,
    ride,
    service_start,
)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What one tour lacks if one order is put into it; all zero: it fits.

    ``late_s``: the order itself is served so much after its last window;
    ``shift_s``: the vehicle is back so much too late; ``over_g``, ``over_ml``,
    ``over_m``: too much load, too long a way; ``long_s``: out for too long.
    ``blocked``: no single number
    helps, because other orders would be late or there is no way.
    """

    vehicle: Vehicle
    position: int
    arrives_s: int = 0
    returns_s: int = 0
    late_s: int = 0
    shift_s: int = 0
    over_g: int = 0
    over_ml: int = 0
    over_m: int = 0
    long_s: int = 0
    blocked: bool = False

    @property
    def lacks(self) -> tuple[str, ...]:
        """The names of everything that is missing."""
        return tuple(
            name for name in ("late_s", "shift_s", "over_g", "over_ml", "over_m", "long_s") if getattr(self, name)
        )

    @property
    def fits(self) -> bool:
        return not self.blocked and not self.lacks


def last_close(order: Order) -> int:
    """When the last window closes that is long enough for the service; 0 if there is none."""
    return max((w.closes_s for w in order.windows if w.closes_s - w.opens_s >= order.stop_s), default=0)


def shortfall(problem: Problem, vehicle: Vehicle, ridden: Sequence[Order], order: Order, position: int) -> Shortfall:
    """What is missing if ``order`` becomes stop number ``position`` of this tour."""
    orders = [*ridden[:position], order, *ridden[position:]]
    travel = problem.travel[vehicle.vehicle_class]
    start, end = problem.hub_by_key[vehicle.start_hub], problem.hub_by_key[vehicle.end_hub]
    places = [start.place, *(o.place for o in orders), end.place]
    metres = distance(travel, places)
    if metres is None:
        return Shortfall(vehicle, position, blocked=True)
    legs = [travel.seconds.item(a, b) for a, b in pairwise(places)]
    loads = loads_along(orders)
    now = earliest_departure(problem, vehicle, orders)
    blocked = now > latest_departure(problem, vehicle)
    arrives = late = 0
    for one, leg in zip(orders, legs, strict=False):
        now += leg
        begins = service_start(one, now)
        if one is order:
            arrives = max(now, one.release_s) if one.kind is Kind.PICKUP else now
            if begins is None:
                late = arrives + one.stop_s - last_close(one)
                begins = arrives
        if begins is None:
            blocked = True
            break
        now = begins + one.stop_s
    returns = now + legs[-1]
    lasts = 0 if vehicle.longest_s is None or blocked or late else _lasts(problem, vehicle, orders)
    return Shortfall(
        vehicle,
        position,
        arrives_s=arrives,
        returns_s=returns,
        late_s=max(late, 0),
        shift_s=max(returns - latest_return(problem, vehicle), 0),
        over_g=max(max(g for g, _ in loads) - vehicle.capacity_g, 0),
        over_ml=max(max(ml for _, ml in loads) - vehicle.capacity_ml, 0),
        over_m=0 if vehicle.reach_m is None else max(metres - vehicle.reach_m, 0),
        long_s=0 if vehicle.longest_s is None else max(lasts - vehicle.longest_s, 0),
        blocked=blocked,
    )


def _lasts(problem: Problem, vehicle: Vehicle, orders: Sequence[Order]) -> int:
    """How long the tour takes if load, range, shift and duration had no limit."""
    free = replace(vehicle, capacity_g=MAX_LOAD, capacity_ml=MAX_LOAD, range_m=None, longest_s=None, ends_s=MAX_TIME_S)
    tour = ride(problem, free, orders)
    return tour.returns_s - tour.departs_s if tour else 0
