"""From a problem to the arrays of the counting kernel, and back to sequences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from routing.tours.greedy import Routes
from routing.tours.kernel import count as at
from routing.tours.kernel import layout
from routing.tours.kernel.anneal import seed_random
from routing.tours.kernel.count import Day, Walk
from routing.tours.kernel.plans import Plans
from routing.tours.kernel.tables import Tables, tables, too_dear, usable
from routing.tours.problem import Kind, Order, Problem, Vehicle
from routing.tours.schedule import drop_of, earliest_departure, latest_departure, latest_return, reload_of

ROLES = {Kind.DELIVERY: at.DELIVERY, Kind.PICKUP: at.PICKUP, Kind.PAIR: at.TAKE, Kind.DROP: at.DROP}
LONGEST_TOUR = 1_000  # stops; memory is slots times this


@dataclass(frozen=True)
class DayTables:
    """A problem in arrays; ``t.orders`` are the orders and then the drops of the pairs."""

    t: Tables
    orders: int
    day: Day


def unstated(problem: Problem, orders: list[Order]) -> str | None:
    """What of this problem the counting kernel has no words for, or ``None``."""
    return too_dear(problem, orders)


def day_tables(problem: Problem, orders: list[Order]) -> DayTables:
    """Arrays for the orders that some vehicle can serve at all."""
    steps = orders + [drop_of(order) for order in orders if order.kind is Kind.PAIR]
    t = tables(problem, steps)
    widest = max(1, *(len(usable(step)) for step in steps))
    node = np.zeros((len(steps), at.NODE_COLUMNS), np.int64)
    first, last = np.zeros((len(steps), widest), np.int64), np.full((len(steps), widest), layout.FOREVER, np.int64)
    number = {order.key: i for i, order in enumerate(orders)}
    for i, step in enumerate(steps):
        windows = usable(step)
        node[i, [at.WHERE, at.WEIGHT, at.VOLUME, at.SERVES]] = step.place, step.load_g, step.load_ml, step.stop_s
        node[i, [at.READY, at.ROLE, at.MATE, at.WINDOWS]] = step.release_s, ROLES[step.kind], -1, len(windows)
        if step.kind is Kind.DROP:
            node[i, at.MATE] = number[step.key]
            node[number[step.key], at.MATE] = i
        for w, window in enumerate(windows):
            first[i, w], last[i, w] = window.opens_s, window.closes_s - step.stop_s
    kinds = np.array([_kind(problem, group[0]) for group in t.groups], np.int64).reshape(-1, at.TYPE_COLUMNS)
    return DayTables(t, len(orders), Day(node, first, last, kinds))


def _kind(problem: Problem, vehicle: Vehicle) -> list[int]:
    start, end = problem.hub_by_key[vehicle.start_hub], problem.hub_by_key[vehicle.end_hub]
    return [
        earliest_departure(problem, vehicle, ()),
        latest_departure(problem, vehicle),
        latest_return(problem, vehicle),
        start.place,
        end.place,
        -1 if vehicle.reload_s is None else vehicle.reload_s,
        start.opens_s,
        start.closes_s,
        int(vehicle.breaks),
        vehicle.worked_s,
    ]


def new_plans(d: DayTables, seed: int) -> tuple[Plans, Walk]:
    """An empty solution with everything unserved."""
    n, o, slots = len(d.t.orders), d.orders, len(d.t.routes)
    long = min(LONGEST_TOUR, 2 * n + 4)
    counters = np.zeros(layout.COUNTERS, np.int64)
    unpaid = int(d.t.ways.price[:o].sum())
    counters[[layout.CURRENT, layout.BEST, layout.UNPAID, layout.ABSENT]] = unpaid, unpaid, unpaid, o

    def whole(*shape: int) -> np.ndarray:
        return np.zeros(shape, np.int64)

    plans = Plans(
        stops=whole(slots, long),
        length=whole(slots),
        cost=whole(slots),
        route=np.full(n, layout.NONE, np.int64),
        rank=whole(n),
        stamp=np.full(slots, -1, np.int64),
        touched=whole(slots + 1),
        old_stops=whole(slots, long),
        old_length=whole(slots),
        old_cost=whole(slots),
        room=d.t.room.copy(),
        absent=np.arange(o, dtype=np.int64),
        old_absent=whole(o),
        keys=np.zeros(o),
        trial=whole(long),
        chosen=whole(long),
        seen=whole(slots),
        best_stops=whole(slots, long),
        best_length=whole(slots),
        counters=counters,
        touches=whole(1),
        early=whole(slots, long + 1),
        late=whole(slots, long + 1),
        random=np.zeros(1, np.uint64),
    )
    seed_random(plans.random, seed)
    return plans, Walk(whole(long + 1), whole(long + 1), whole(long + 2), whole(long + 1))


def sequences(d: DayTables, solution: tuple[np.ndarray, np.ndarray]) -> Routes:
    """The stops of each vehicle, read from a copy of stops and lengths."""
    stops, length = solution
    found: Routes = {}
    slot = 0
    for group in d.t.groups:
        for vehicle in group:
            for v in stops[slot, : length[slot]]:
                step = d.t.orders[v] if v < len(d.t.orders) else reload_of(d.t.problem, vehicle)
                found.setdefault(vehicle.key, []).append(step)
            slot += 1
    return found


def load(d: DayTables, plans: Plans, routes: Routes, costs: dict[str, int]) -> None:
    """Replace the current solution by these sequences, whose tours cost that many parts; the best one stays."""
    o, n = d.orders, len(d.t.orders)
    number = {(step.key, step.kind is Kind.DROP): i for i, step in enumerate(d.t.orders)}
    plans.length[:] = plans.cost[:] = 0
    plans.route[:] = layout.NONE
    plans.stamp[:] = -1
    plans.room[:] = d.t.room
    slot = 0
    for k, group in enumerate(d.t.groups):
        ridden = [vehicle.key for vehicle in group if routes.get(vehicle.key)]
        for i in range(len(group)):
            if i < len(ridden):
                _lay(d, plans, slot, k, ridden[i], routes, number, costs)
            slot += 1
    left = np.flatnonzero(plans.route[:o] < 0)
    plans.absent[: len(left)] = left
    unpaid, counters = int(d.t.ways.price[left].sum()), plans.counters
    counters[[layout.ABSENT, layout.UNPAID]] = len(left), unpaid
    counters[layout.CURRENT] = unpaid + int(plans.cost.sum())
    counters[layout.STEP] = 0
    if counters[layout.CURRENT] < counters[layout.BEST]:
        counters[layout.BEST] = counters[layout.CURRENT]
        plans.best_stops[:], plans.best_length[:] = plans.stops, plans.length
    assert n >= o  # noqa: S101  drops stand behind the orders


def _lay(
    d: DayTables,
    plans: Plans,
    slot: int,
    k: int,
    key: str,
    routes: Routes,
    number: dict[tuple[str, bool], int],
    costs: dict[str, int],
) -> None:
    types = d.t.ways.types
    for i, step in enumerate(routes[key]):
        if step.kind is Kind.RELOAD:
            plans.stops[slot, i] = len(d.t.orders)
            continue
        v = number[step.key, step.kind is Kind.DROP]
        plans.stops[slot, i], plans.route[v], plans.rank[v] = v, slot, i
        if step.kind in (Kind.DELIVERY, Kind.PICKUP):
            hub = types[k, layout.START_HUB if step.kind is Kind.DELIVERY else layout.END_HUB]
            plans.room[hub] -= (step.load_g, step.load_ml)
    plans.length[slot], plans.cost[slot] = len(routes[key]), costs[key]
