"""Tours of different types exchange what lies behind a stop, or everything: so they change hub or vehicle."""

from __future__ import annotations

from typing import Any

import numpy as np

from routing.tours.kernel.compiled import inner
from routing.tours.kernel.layout import (
    CLOSES,
    DEPARTS,
    JOURNAL,
    LENGTH,
    LONGEST,
    NEXT,
    NONE,
    OPENS,
    PLACE,
    PREV,
    PROFILE,
    REACH,
    ROUTE,
    ROUTE_JOURNAL,
    ROUTES,
    SERVICE,
    STEP,
    TO_LAST,
    TO_LASTS,
    TYPE,
    USE,
    WAGE,
    WAY,
    WAYS,
)
from routing.tours.kernel.links import draw, route_cost, schedule
from routing.tours.kernel.tails import account, exchange, exchange_tails, loads_fit, tail


@inner
def exchange_any(ways: Any, search: Any, triples: Any, loads: Any, tolerance: Any, several: Any) -> Any:
    """A random order and one of its good successors in another tour become neighbours; ``several`` types there are."""
    nodes, random = search.nodes, search.random
    a = int(draw(random) * len(ways.price))
    b = ways.after[a, int(draw(random) * draw(random) * ways.after.shape[1])]
    if b < 0:
        return np.int64(0)
    r, s = nodes[a, ROUTE], nodes[b, ROUTE]
    if r < 0 or s < 0 or r == s:
        return np.int64(0)
    k, j = search.routes[r, TYPE], search.routes[s, TYPE]
    if k == j:
        return exchange_tails(np.int64(a), np.int64(b), ways, search, triples, loads, tolerance)
    if not several or ways.types[k, PROFILE] != ways.types[j, PROFILE]:
        return np.int64(0)
    return cross(np.int64(a), np.int64(b), ways, search, triples, loads, tolerance)


@inner
def change_type(ways: Any, search: Any, triples: Any, loads: Any, tolerance: Any) -> Any:
    """A random tour and a random vehicle of another type exchange all that they carry; as ``cross``."""
    nodes, random, types = search.nodes, search.random, ways.types
    n = len(ways.price)
    s = nodes[int(draw(random) * n), ROUTE]
    r = int(draw(random) * search.routes.shape[0])
    if s < 0 or search.routes[r, TYPE] == search.routes[s, TYPE]:
        return np.int64(0)
    if types[search.routes[r, TYPE], PROFILE] != types[search.routes[s, TYPE], PROFILE]:
        return np.int64(0)
    return cross(np.int64(n + 2 * r), np.int64(nodes[n + 2 * s, NEXT]), ways, search, triples, loads, tolerance)


@inner
def cross(a: Any, b: Any, ways: Any, search: Any, triples: Any, loads: Any, tolerance: Any) -> Any:
    """Order b and what follows it go on behind a, an order or the start of a tour of another type but equal ways.

    What followed a goes on behind the predecessor of b. Done if it costs less
    than ``tolerance`` more; returns the change of cost, or 0 if nothing was done.
    """
    nodes, routes, types = search.nodes, search.routes, ways.types
    n, nothing = len(ways.price), np.int64(0)
    r, s = nodes[a, ROUTE], nodes[b, ROUTE]
    k, j = routes[r, TYPE], routes[s, TYPE]
    p = types[k, PROFILE]
    u, v = nodes[b, PREV], nodes[a, NEXT]
    end_r, end_s = n + 2 * r + 1, n + 2 * s + 1
    last_r, last_s = nodes[end_r, PREV], nodes[end_s, PREV]
    begins = routes[r, LENGTH] == 0  # the vehicle of r leaves its hub now, that of s perhaps no more
    ends = u >= n and v >= n
    won = np.int64(ways.cost[p, nodes[a, PLACE], nodes[b, PLACE]])
    won += ways.cost[p, nodes[last_s, PLACE], nodes[end_r, PLACE]] - nodes[last_s, WAY]
    lost = np.int64(ways.cost[p, nodes[u, PLACE], nodes[v if v < n else end_s, PLACE]])
    if v < n:
        lost += ways.cost[p, nodes[last_r, PLACE], nodes[end_s, PLACE]] - nodes[last_r, WAY]
    change = won + lost - nodes[a, WAY] - nodes[u, WAY]
    wages = types[k, WAGE] + types[j, WAGE]
    if wages == 0 and not begins and not ends and change >= tolerance:
        return nothing
    if not _welcome(b, k, n, ways, nodes) or not _welcome(v, j, n, ways, nodes):
        return nothing
    from_a, from_u = tail(v, n, nodes), tail(b, n, nodes)
    before = nodes[a, WAY] if begins else routes[r, WAYS]
    ways_r = before - nodes[a, WAY] - from_a[5] + won + from_u[5]
    ways_s = routes[s, WAYS] - nodes[u, WAY] - from_u[5] + lost + from_a[5]
    cost = ways_r + types[k, USE] + (0 if ends else ways_s + types[j, USE])
    old = route_cost(r, routes, types) + route_cost(s, routes, types)
    if wages == 0 and cost - old >= tolerance:
        return nothing
    lasts_r = _lasts(a, b, end_r, p, n, ways, nodes, triples)
    lasts_s = np.int64(0) if ends else _lasts(u, v if v < n else end_s, end_s, p, n, ways, nodes, triples)
    if lasts_r < 0 or lasts_s < 0:
        return nothing
    if triples is not None:
        if lasts_r > types[k, LONGEST] or lasts_s > types[j, LONGEST]:
            return nothing
        if ways_r > types[k, REACH] or (not ends and ways_s > types[j, REACH]):
            return nothing
        cost += types[k, WAGE] * lasts_r + types[j, WAGE] * lasts_s
    if cost - old >= tolerance:
        return nothing
    if not loads_fit(a, b, r, s, k, from_a, from_u, ways, search, loads):
        return nothing
    if not ends and not loads_fit(u, v, s, r, j, from_u, from_a, ways, search, loads):
        return nothing
    search.counters[STEP] += 1  # a step of its own: nothing of it is undone
    search.counters[JOURNAL] = 0
    search.counters[ROUTE_JOURNAL] = 0
    exchange(a, b, u, v, r, s, ways, search)
    account(r, s, from_a, from_u, ways_r, ways_s, search)
    if begins:
        search.used[k] += 1
        search.counters[ROUTES] += 1
    if ends:
        search.used[j] -= 1
        search.counters[ROUTES] -= 1
    schedule(r, n, search, triples, loads)
    schedule(s, n, search, triples, loads)
    return np.int64(cost - old)


@inner
def _welcome(v: Any, k: Any, n: Any, ways: Any, nodes: Any) -> Any:
    """Whether a vehicle of type k may serve everything from v on."""
    while v < n:
        if (ways.allowed[v] >> k) & 1 == 0:
            return False
        v = nodes[v, NEXT]
    return True


@inner
def _lasts(a: Any, b: Any, end: Any, p: Any, n: Any, ways: Any, nodes: Any, triples: Any) -> Any:
    """How long a tour takes that goes on with b behind a and ends at ``end``; -1 if something would be too late."""
    now, u, v = np.int64(nodes[a, DEPARTS]), a, b
    lasts, last = np.int64(0), np.int64(0)
    if triples is not None:
        lasts, last = np.int64(triples[a, TO_LASTS]), np.int64(triples[a, TO_LAST])
    while True:
        ride = ways.ride[p, nodes[u, PLACE], nodes[v, PLACE]]
        now = max(now + ride, nodes[v, OPENS])
        if now > nodes[v, CLOSES]:
            return np.int64(NONE)
        now += nodes[v, SERVICE]
        lasts += ride
        waits = max(nodes[v, OPENS] - lasts - last, 0)
        last = min(nodes[v, CLOSES] - lasts, last)
        lasts += nodes[v, SERVICE] + waits
        if v == end:
            return lasts
        u = v
        v = nodes[v, NEXT] if nodes[v, NEXT] < n else end
