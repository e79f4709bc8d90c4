"""From a problem to the arrays of the kernel, and from its links back to sequences. Says what it cannot state."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from routing.tours.breaks import STRETCH_S
from routing.tours.greedy import Routes, alike
from routing.tours.kernel import layout as at
from routing.tours.kernel.anneal import seed_random
from routing.tours.kernel.layout import Search, Ways
from routing.tours.kernel.links import schedule
from routing.tours.problem import Kind, Order, Problem, Vehicle, Window
from routing.tours.schedule import earliest_departure, latest_departure, latest_return, may_serve

FINEST_PARTS = 3600  # of a cent: seconds x cents per hour are whole
COARSER_PARTS = (360, 36, 3)  # only where nobody is paid by the hour
MOST_TYPES = 62  # bits of the mask that says which type may serve an order
NEIGHBOURS = 30
AROUND = 200
WEIGHT_OF_WAITING = 0.2  # a second of forced waiting against a second of riding, when neighbours are chosen
DEAREST_WAY = 1 << 28  # parts: two of them and a wage stay below 32 bits


@dataclass(frozen=True)
class Tables:
    """A problem in arrays; shared by all threads.

    ``groups[k]`` are the vehicles of type k. ``paid``: somebody is paid by the
    hour, or a duration or range is limited; ``mixed``: deliveries and pickups
    may share a tour, or a hub is limited.
    """

    problem: Problem
    orders: list[Order]
    groups: list[list[Vehicle]]
    ways: Ways
    nodes: np.ndarray
    routes: np.ndarray
    room: np.ndarray
    paid: bool
    mixed: bool
    parts: int


def unstated(problem: Problem, orders: list[Order]) -> str | None:
    """What of this problem the quick kernel has no words for, or ``None``."""
    if any(order.kind is Kind.PAIR for order in orders):
        return "pairs"
    if any(v.reload_s is not None for v in problem.vehicles):
        return "reloading"
    if any(_may_need_a_break(problem, v) for v in problem.vehicles):
        return "breaks"
    if any(len(usable(order)) > 1 for order in orders):
        return "several windows"
    starts = [earliest_departure(problem, vehicle, ()) for vehicle in problem.vehicles]
    if any(o.kind is Kind.DELIVERY and o.release_s > min(starts, default=0) for o in orders):
        return "deliveries that are not ready when the shift begins"
    return too_dear(problem, orders)


def too_dear(problem: Problem, orders: list[Order]) -> str | None:
    """What no kernel can state: its masks and 32 bits do not hold it."""
    if len(_groups(problem, orders)) > MOST_TYPES:
        return "more than 62 different vehicles"
    if any(v.reach_m is not None and v.cost_cents_km == 0 for v in problem.vehicles):
        return "a range without a price per km"
    if _parts(problem) is None:
        return "ways too dear for 32 bits"
    return None


def _may_need_a_break(problem: Problem, vehicle: Vehicle) -> bool:
    """Whether its shift is long enough to need one."""
    out = latest_return(problem, vehicle) - earliest_departure(problem, vehicle, ())
    limit = out if vehicle.longest_s is None else min(out, vehicle.longest_s)
    return vehicle.breaks and limit + vehicle.worked_s > STRETCH_S


def _parts(problem: Problem) -> int | None:
    """Into how many parts a cent is divided, so that every way fits into 32 bits."""
    paid = any(v.cost_cents_h for v in problem.vehicles)
    dearest = max((v.cost_cents_km for v in problem.vehicles), default=0)
    longest = max((int(t.metres.max(initial=0)) for t in problem.travel.values()), default=0)
    choices = (FINEST_PARTS,) if paid else (FINEST_PARTS, *COARSER_PARTS)
    return next((parts for parts in choices if longest * dearest * parts // 1000 <= DEAREST_WAY), None)


def tables(problem: Problem, orders: list[Order]) -> Tables:
    """Arrays for the orders that some vehicle can serve at all."""
    groups = _groups(problem, orders)
    parts = _parts(problem) or FINEST_PARTS
    limited = _limited_hubs(problem, orders)
    profiles = list(dict.fromkeys((g[0].vehicle_class, g[0].cost_cents_km) for g in groups))
    cost, ride = _ways(problem, profiles, parts)
    types = _types(problem, groups, profiles, parts)
    before, after, near = _neighbours(problem, orders, ride)
    symmetric = bool((cost == cost.transpose(0, 2, 1)).all() and (ride == ride.transpose(0, 2, 1)).all())
    hubs = [hub.place for hub in problem.hubs]
    places = [order.place for order in orders]
    mixed = limited or len({order.kind for order in orders}) == 2
    ways = Ways(
        cost,
        cost if symmetric else np.ascontiguousarray(cost.transpose(0, 2, 1)),
        ride,
        ride if symmetric else np.ascontiguousarray(ride.transpose(0, 2, 1)),
        types,
        before,
        after,
        near,
        np.array([order.price_unserved_cents * parts for order in orders], np.int64),
        np.array([_mask(problem, groups, order) for order in orders], np.int64),
        ride[0][hubs][:, places].min(axis=0).astype(np.float64),
        np.array([limited, mixed], np.int64),
    )
    paid = any(v.cost_cents_h or v.longest_s is not None or v.reach_m is not None for v in problem.vehicles)
    nodes = _nodes(problem, orders, groups)
    return Tables(problem, orders, groups, ways, nodes, _routes(types), _room(problem), paid, mixed, parts)


def new_search(t: Tables, seed: int, *, light: bool = False) -> tuple[Search, Any, Any]:
    """An empty solution with everything unserved, and its triples and loads; ``light``: ``None`` if not needed."""
    full = t.paid or t.mixed or not light
    rows, slots, n = len(t.nodes), len(t.routes), len(t.orders)
    width = at.NODE_WIDTH + at.TRIPLE_WIDTH + at.LOAD_WIDTH
    counters = np.zeros(at.COUNTERS, np.int64)
    unpaid = int(t.ways.price.sum())
    counters[[at.CURRENT, at.BEST, at.UNPAID, at.ABSENT]] = unpaid, unpaid, unpaid, n
    search = Search(
        t.nodes.copy(),
        t.routes.copy(),
        np.zeros(len(t.groups), np.int64),
        np.zeros(len(t.groups), np.int64),
        t.room.copy(),
        t.room.copy(),
        np.arange(n, dtype=np.int32),
        np.zeros(n, np.int32),
        np.zeros(n),
        np.zeros(rows + 8, np.int32),
        np.zeros((rows + 8, width), np.int32),
        np.zeros(slots + 8, np.int32),
        np.zeros((slots + 8, at.ROUTE_WIDTH), np.int64),
        t.nodes[:, at.NEXT].copy(),
        counters,
        np.zeros(1, np.uint64),
    )
    triples = np.zeros((rows, at.TRIPLE_WIDTH), np.int32) if full else None
    loads = np.zeros((rows, at.LOAD_WIDTH), np.int32) if full else None
    seed_random(search.random, seed)
    for r in range(slots):
        counters[at.JOURNAL] = 0
        schedule(r, n, search, triples, loads)
    return search, triples, loads


def sequences(t: Tables, links: np.ndarray) -> Routes:
    """The orders of each vehicle, read from a copy of the links."""
    found: Routes = {}
    n, slot = len(t.orders), 0
    for group in t.groups:
        for vehicle in group:
            v = int(links[n + 2 * slot])
            while v < n:
                found.setdefault(vehicle.key, []).append(t.orders[v])
                v = int(links[v])
            slot += 1
    return found


def load(t: Tables, search: Search, triples: Any, loads: Any, routes: Routes) -> None:
    """Replace the current solution by these sequences; the best one stays."""
    n = len(t.orders)
    number = {order.key: i for i, order in enumerate(t.orders)}
    search.nodes[:] = t.nodes
    search.routes[:] = t.routes
    search.room[:] = t.room
    search.used[:] = 0
    slot, served = 0, np.zeros(n, bool)
    for k, group in enumerate(t.groups):
        ridden = [routes[vehicle.key] for vehicle in group if routes.get(vehicle.key)]
        for i in range(len(group)):
            clients = [number[order.key] for order in ridden[i]] if i < len(ridden) else []
            served[clients] = True
            _lay(t, search, slot, k, clients)
            search.counters[at.JOURNAL] = 0
            schedule(slot, n, search, triples, loads)
            slot += 1
        search.used[k] = len(ridden)
    left = np.flatnonzero(~served).astype(np.int32)
    search.absent[: len(left)] = left
    unpaid = int(t.ways.price[left].sum())
    counters = search.counters
    counters[[at.ABSENT, at.ROUTES, at.UNPAID]] = len(left), int(search.used.sum()), unpaid
    counters[at.CURRENT] = unpaid + cost_of_tours(t, search)
    search.nodes[:, at.STAMP] = -1
    search.routes[:, at.ROUTE_STAMP] = -1
    counters[at.STEP] = 0
    if counters[at.CURRENT] < counters[at.BEST]:
        counters[at.BEST] = counters[at.CURRENT]
        search.best_next[:] = search.nodes[:, at.NEXT]


def cost_of_tours(t: Tables, search: Search) -> int:
    """Ways, wages and uses of all routes in parts, from their caches."""
    used = search.routes[search.routes[:, at.LENGTH] > 0]
    types = t.ways.types[used[:, at.TYPE]]
    return int((used[:, at.WAYS] + used[:, at.LASTS] * types[:, at.WAGE] + types[:, at.USE]).sum())


def _lay(t: Tables, search: Search, slot: int, k: int, clients: list[int]) -> None:
    """Link one route and sum up its ways and loads."""
    n, nodes, row = len(t.orders), search.nodes, search.routes[slot]
    profile = int(t.ways.types[k, at.PROFILE])
    stops = [n + 2 * slot, *clients, n + 2 * slot + 1]
    for a, b in pairwise(stops):
        nodes[a, at.NEXT], nodes[b, at.PREV] = b, a
        nodes[a, at.WAY] = t.ways.cost[profile, nodes[a, at.PLACE], nodes[b, at.PLACE]]
        nodes[a, at.RIDE] = t.ways.ride[profile, nodes[a, at.PLACE], nodes[b, at.PLACE]]
    row[at.LENGTH], row[at.WAYS] = len(clients), nodes[stops[:-1], at.WAY].sum()
    for c in clients:
        nodes[c, at.ROUTE] = slot
        picked = nodes[c, at.PICKUP] == 1
        row[at.IN_G if picked else at.OUT_G] += nodes[c, at.LOAD_G]
        row[at.IN_ML if picked else at.OUT_ML] += nodes[c, at.LOAD_ML]
        hub = t.ways.types[k, at.END_HUB if picked else at.START_HUB]
        search.room[hub] -= nodes[c, [at.LOAD_G, at.LOAD_ML]]


def _groups(problem: Problem, orders: list[Order]) -> list[list[Vehicle]]:
    """Vehicles by type, those that cannot leave at all left out; no more of a type than there are orders."""
    groups: dict[tuple[object, ...], list[Vehicle]] = {}
    for vehicle in problem.vehicles:
        first = earliest_departure(problem, vehicle, ())
        if first <= min(latest_departure(problem, vehicle), latest_return(problem, vehicle)):
            groups.setdefault(alike(problem, vehicle), []).append(vehicle)
    return [group[: len(orders)] for group in groups.values()]


def usable(order: Order) -> list[Window]:
    """Windows that are long enough and still open when a pickup is ready."""
    ready = order.release_s if order.kind in (Kind.PICKUP, Kind.PAIR) else 0
    return [w for w in order.windows if max(w.opens_s, ready) + order.stop_s <= w.closes_s]


def _limited_hubs(problem: Problem, orders: list[Order]) -> bool:
    """Whether a hub could be filled by the orders that may pass through it."""
    for hub in problem.hubs:
        through = [order for order in orders if order.hub in (None, hub.key)]
        g, ml = sum(o.load_g for o in through), sum(o.load_ml for o in through)
        if hub.capacity_g is not None and g > hub.capacity_g:
            return True
        if hub.capacity_ml is not None and ml > hub.capacity_ml:
            return True
    return False


def _room(problem: Problem) -> np.ndarray:
    no_limit = 1 << 60
    return np.array(
        [
            [
                no_limit if hub.capacity_g is None else hub.capacity_g,
                no_limit if hub.capacity_ml is None else hub.capacity_ml,
            ]
            for hub in problem.hubs
        ],
        np.int64,
    )


def _ways(problem: Problem, profiles: list[tuple[str, int]], parts: int) -> tuple[np.ndarray, np.ndarray]:
    cost, ride = [], []
    for name, cents_km in profiles:
        metres = problem.travel[name].metres.astype(np.int64)
        price = (metres * cents_km * parts + 500) // 1000
        cost.append(np.where(metres < 0, at.FOREVER, price).astype(np.int32))
        ride.append(np.where(metres < 0, at.FOREVER, problem.travel[name].seconds).astype(np.int32))
    return np.ascontiguousarray(np.stack(cost)), np.ascontiguousarray(np.stack(ride))


def _types(problem: Problem, groups: list[list[Vehicle]], profiles: list[tuple[str, int]], parts: int) -> np.ndarray:
    hub = {h.key: number for number, h in enumerate(problem.hubs)}
    rows, slot = np.zeros((len(groups), at.TYPE_WIDTH), np.int64), 0
    for row, group in zip(rows, groups, strict=True):
        v = group[0]
        row[at.COUNT], row[at.CAP_G], row[at.CAP_ML] = len(group), v.capacity_g, v.capacity_ml
        row[at.PROFILE] = profiles.index((v.vehicle_class, v.cost_cents_km))
        row[at.FIRST_SLOT], row[at.USE], row[at.WAGE] = (
            slot,
            v.cost_cents_use * parts,
            v.cost_cents_h * parts // FINEST_PARTS,
        )
        row[at.LONGEST] = 1 << 40 if v.longest_s is None else v.longest_s
        row[at.REACH] = 1 << 60 if v.reach_m is None else _reach(v, parts)
        row[at.START_HUB], row[at.END_HUB] = hub[v.start_hub], hub[v.end_hub]
        slot += len(group)
    return rows


def _reach(vehicle: Vehicle, parts: int) -> int:
    """The range in parts of cost, a little less than exact: ways are rounded one by one, by half a part at most."""
    exact = (vehicle.reach_m or 0) * vehicle.cost_cents_km * parts // 1000
    return exact if vehicle.cost_cents_km * parts % 1000 == 0 else max(0, exact - 100)


def _mask(problem: Problem, groups: list[list[Vehicle]], order: Order) -> int:
    return sum(1 << k for k, group in enumerate(groups) if may_serve(problem, group[0], order))


def _routes(types: np.ndarray) -> np.ndarray:
    rows = np.zeros((int(types[:, at.COUNT].sum()), at.ROUTE_WIDTH), np.int64)
    rows[:, at.TYPE] = np.repeat(np.arange(len(types)), types[:, at.COUNT])
    rows[:, at.ROUTE_STAMP] = -1
    return rows


def _nodes(problem: Problem, orders: list[Order], groups: list[list[Vehicle]]) -> np.ndarray:
    n, slots = len(orders), sum(len(group) for group in groups)
    rows = np.zeros((n + 2 * slots, at.NODE_WIDTH), np.int32)
    rows[:, [at.PREV, at.NEXT, at.ROUTE, at.STAMP]] = at.NONE
    for row, order in zip(rows, orders, strict=False):
        opens, closes = _open(order)
        row[[at.PLACE, at.LOAD_G, at.LOAD_ML]] = order.place, order.load_g, order.load_ml
        row[[at.OPENS, at.CLOSES, at.SERVICE]] = opens, closes, order.stop_s
        row[at.PICKUP] = order.kind is Kind.PICKUP
    slot = 0
    for group in groups:
        for vehicle in group:
            start, end = rows[n + 2 * slot], rows[n + 2 * slot + 1]
            first = earliest_departure(problem, vehicle, ())
            start[[at.PLACE, at.OPENS]] = problem.hub_by_key[vehicle.start_hub].place, first
            start[[at.CLOSES, at.NEXT, at.ROUTE]] = latest_departure(problem, vehicle), n + 2 * slot + 1, slot
            end[[at.PLACE, at.OPENS]] = problem.hub_by_key[vehicle.end_hub].place, first
            end[[at.CLOSES, at.PREV, at.ROUTE]] = latest_return(problem, vehicle), n + 2 * slot, slot
            slot += 1
    return rows


def _open(order: Order) -> tuple[int, int]:
    """First and last begin of the service."""
    ready = order.release_s if order.kind in (Kind.PICKUP, Kind.PAIR) else 0
    windows = usable(order)
    if not order.windows:
        return ready, at.FOREVER
    return max(windows[0].opens_s, ready), max(w.closes_s for w in windows) - order.stop_s


def _neighbours(problem: Problem, orders: list[Order], ride: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Good predecessors and successors of each order, and the orders around it."""
    n = len(orders)
    places = [order.place for order in orders]
    way = ride.min(axis=0)[np.ix_(places, places)].astype(np.float32)
    opens, closes = (np.array(side, np.float32) for side in zip(*map(_open, orders), strict=True))
    service = np.array([order.stop_s for order in orders], np.float32)
    late = (opens + service)[:, None] + way - closes[None, :]
    waits = np.maximum(0, opens[None, :] - (service + closes)[:, None] - way)
    apart = way + WEIGHT_OF_WAITING * waits + np.maximum(0, late)  # j directly after i
    impossible = np.float32(1e15)
    follows = np.where((late <= 0) & (way < at.FOREVER), apart, impossible)
    np.fill_diagonal(follows, impossible)
    around = np.minimum(apart, apart.T)
    np.fill_diagonal(around, impossible)
    few, many = max(1, min(NEIGHBOURS, n - 1)), max(1, min(AROUND, n - 1))
    before, after = _nearest(np.ascontiguousarray(follows.T), few, impossible), _nearest(follows, few, impossible)
    return before, after, _nearest(around, many, impossible)


def _nearest(apart: np.ndarray, count: int, impossible: np.float32) -> np.ndarray:
    """The ``count`` smallest of each row, smallest first, NONE for the impossible."""
    chosen = np.argsort(apart, axis=1, kind="stable")[:, :count]
    values = np.take_along_axis(apart, chosen, axis=1)
    return np.ascontiguousarray(np.where(values >= impossible, at.NONE, chosen).astype(np.int32))
