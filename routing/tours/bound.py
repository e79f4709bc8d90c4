"""What no plan can undercut: every stop has one way to it and one way from it, and pays for both. Pure.

The relaxation is an assignment problem (Zuordnungsproblem): loads, windows, shifts, docks and the order of tours are
let go of, and of the vehicles that may serve a stop the cheapest is taken for each single way. It is exact about what
it keeps, so its optimum is a lower bound (untere Schranke) of every plan.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.tours.problem import Order, Problem, Vehicle
from routing.tours.schedule import CENT, may_serve

MOST_STOPS = 600  # beyond that the assignment takes more than a second
NO_WAY = np.inf
ROUNDING = 1e-3  # of a cent: sums of floats are not exact
Costs = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Stop:
    place: int
    stop_s: int
    price_cents: int  # of going without; the second stop of a pair costs nothing more
    served_by: frozenset[int]  # numbers of vehicles


def lower_bound(problem: Problem) -> int | None:
    """Whole cents that every plan of this problem costs at least; ``None`` above :data:`MOST_STOPS` stops.

    Rounding each tour to whole cents may take off half a cent, so half a cent
    is given away for each vehicle.
    """
    stops = [stop for order in problem.orders for stop in _stops(problem, order)]
    if not stops:
        return 0
    if len(stops) > MOST_STOPS or problem.locked:
        return None
    from scipy.optimize import linear_sum_assignment  # half a second to load: only where a bound is asked for

    costs = _costs(problem, stops)
    rows, columns = linear_sum_assignment(costs)
    total = float(costs[rows, columns].sum())
    return max(0, math.ceil(total / CENT - len(problem.vehicles) / 2 - ROUNDING))


def _stops(problem: Problem, order: Order) -> Sequence[_Stop]:
    able = frozenset(n for n, vehicle in enumerate(problem.vehicles) if may_serve(problem, vehicle, order))
    first = _Stop(order.place, order.stop_s, order.price_unserved_cents, able)
    return [first] if order.drop is None else [first, _Stop(order.drop.place, order.drop.service_s, 0, able)]


def _costs(problem: Problem, stops: Sequence[_Stop]) -> Costs:
    """2n x 2n: rows are what is left, columns what is reached; the second half of each are hubs, one for each stop."""
    n = len(stops)
    between, leaving, coming = np.full((n, n), NO_WAY), np.full(n, NO_WAY), np.full(n, NO_WAY)
    places, serving = np.array([stop.place for stop in stops]), np.array([stop.stop_s for stop in stops])
    for number, vehicle in enumerate(problem.vehicles):
        able = np.array([number in stop.served_by for stop in stops])
        ways, paid = _ways(problem, vehicle), serving * vehicle.cost_cents_h * 1000.0
        start, end = (problem.hub_by_key[hub].place for hub in (vehicle.start_hub, vehicle.end_hub))
        inside = np.where(able[:, None] & able[None, :], ways[np.ix_(places, places)] + paid, NO_WAY)
        out = ways[start, places] + paid + _use(vehicle)
        between = np.minimum(between, inside)
        leaving = np.minimum(leaving, np.where(able, out, NO_WAY))
        coming = np.minimum(coming, np.where(able, ways[places, end], NO_WAY))
    np.fill_diagonal(between, [float(stop.price_cents) * CENT for stop in stops])
    costs = np.full((2 * n, 2 * n), NO_WAY)
    costs[:n, :n] = between
    costs[:n, n:][np.diag_indices(n)] = coming
    costs[n:, :n][np.diag_indices(n)] = leaving
    costs[n:, n:] = 0.0  # hubs that nobody needs
    return costs


def _ways(problem: Problem, vehicle: Vehicle) -> Costs:
    """What this vehicle costs on each way, in parts of a cent (``CENT`` to the cent)."""
    travel = problem.travel[vehicle.vehicle_class]
    costs = travel.seconds * (vehicle.cost_cents_h * 1000.0) + travel.metres * (vehicle.cost_cents_km * 3600.0)
    return np.where(travel.seconds < 0, NO_WAY, costs)


def _use(vehicle: Vehicle) -> float:
    """What leaving the hub costs once more; nothing where one use may pay for several rounds."""
    return 0.0 if vehicle.reload_s is not None else float(vehicle.cost_cents_use) * CENT
