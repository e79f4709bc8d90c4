"""Take strings of neighbouring stops out of tours around a random order (SISR, Christiaens & Vanden Berghe 2020)."""

from __future__ import annotations

from typing import Any

from routing.tours.kernel.compiled import inner
from routing.tours.kernel.layout import (
    ABSENT,
    END_HUB,
    IN_G,
    IN_ML,
    LASTS,
    LENGTH,
    LOAD_G,
    LOAD_ML,
    NEXT,
    NONE,
    OUT_G,
    OUT_ML,
    PICKUP,
    PLACE,
    PREV,
    PROFILE,
    RIDE,
    ROUTE,
    ROUTE_STAMP,
    ROUTES,
    START_HUB,
    STEP,
    TO_LASTS,
    TYPE,
    WAY,
    WAYS,
)
from routing.tours.kernel.links import draw, route_cost, spread, touch, touch_route, weigh

SPLIT_SHARE = 0.5  # of strings that keep some stops in their middle


@inner
def ruin(ways: Any, search: Any, triples: Any, loads: Any, average: Any, longest: Any) -> Any:
    """Take out about ``average`` orders in strings of at most ``longest``; returns what the tours save."""
    nodes, routes, counters, random = search.nodes, search.routes, search.counters, search.random
    n = len(ways.price)
    saved = 0
    most = min(longest, (n - counters[ABSENT]) / max(1, counters[ROUTES]))
    strings = max(1, int(draw(random) * (4.0 * average / (1.0 + most) - 1.0) + 1.0))
    seed = int(draw(random) * n)
    for j in range(-1, ways.near.shape[1]):
        c = seed if j < 0 else ways.near[seed, j]
        if c < 0:
            break
        r = nodes[c, ROUTE]
        if r < 0 or routes[r, ROUTE_STAMP] == counters[STEP]:
            continue
        length = min(routes[r, LENGTH], int(draw(random) * min(float(routes[r, LENGTH]), most) + 1.0))
        touch_route(r, search)
        saved += route_cost(r, routes, ways.types)
        take_string(c, r, length, ways, search, triples, loads)
        saved -= route_cost(r, routes, ways.types)
        strings -= 1
        if strings == 0:
            break
    return saved


@inner
def take_string(c: Any, r: Any, length: Any, ways: Any, search: Any, triples: Any, loads: Any) -> None:
    """Take ``length`` orders out of route r, around its order c, perhaps with some kept in the middle."""
    nodes, routes, random = search.nodes, search.routes, search.random
    n = len(ways.price)
    kept = 0
    if 1 < length < routes[r, LENGTH] and draw(random) < SPLIT_SHARE:
        kept = 1
        while length + kept < routes[r, LENGTH] and draw(random) < SPLIT_SHARE:
            kept += 1
    v = _first(c, length + kept, n, nodes, random)
    before = length if kept == 0 else 1 + int(draw(random) * (length - 1))
    v = _take_run(v, before, r, ways, search, triples, loads)
    if kept > 0:
        for _ in range(kept):
            v = nodes[v, NEXT]
        _take_run(v, length - before, r, ways, search, triples, loads)
    routes[r, LENGTH] -= length
    if routes[r, LENGTH] == 0:
        search.used[routes[r, TYPE]] -= 1
        search.counters[ROUTES] -= 1
    if triples is not None:
        routes[r, LASTS] = triples[n + 2 * r + 1, TO_LASTS]
    if loads is not None and ways.limited[1] > 0:
        weigh(r, n, search, triples, loads)


@inner
def _first(c: Any, window: Any, n: Any, nodes: Any, random: Any) -> Any:
    """The first of ``window`` neighbouring stops that include c, drawn among all such windows."""
    before = 0
    v = nodes[c, PREV]
    while v < n and before < window - 1:
        before += 1
        v = nodes[v, PREV]
    behind = 0
    v = nodes[c, NEXT]
    while v < n and behind < window - 1:
        behind += 1
        v = nodes[v, NEXT]
    least = max(0, window - 1 - behind)
    back = least + int(draw(random) * (before - least + 1))
    v = c
    for _ in range(back):
        v = nodes[v, PREV]
    return v


@inner
def _take_run(v: Any, count: Any, r: Any, ways: Any, search: Any, triples: Any, loads: Any) -> Any:
    """Take ``count`` neighbouring orders from v on out of route r; returns the node behind them."""
    nodes, routes, counters = search.nodes, search.routes, search.counters
    a = nodes[v, PREV]
    way = nodes[a, WAY]
    for _ in range(count):
        touch(v, search, triples, loads)
        way += nodes[v, WAY]
        _unload(v, r, ways, search, loads)
        nodes[v, ROUTE] = NONE
        search.absent[counters[ABSENT]] = v
        counters[ABSENT] += 1
        v = nodes[v, NEXT]
    touch(a, search, triples, loads)
    touch(v, search, triples, loads)
    p = ways.types[routes[r, TYPE], PROFILE]
    nodes[a, NEXT] = v
    nodes[v, PREV] = a
    nodes[a, WAY] = ways.cost[p, nodes[a, PLACE], nodes[v, PLACE]]
    nodes[a, RIDE] = ways.ride[p, nodes[a, PLACE], nodes[v, PLACE]]
    routes[r, WAYS] += nodes[a, WAY] - way
    spread(a, v, search, triples, loads)
    return v


@inner
def _unload(v: Any, r: Any, ways: Any, search: Any, loads: Any) -> None:
    """The load of order v leaves route r, and its hub."""
    nodes, routes = search.nodes, search.routes
    picked = nodes[v, PICKUP] == 1
    g, ml = nodes[v, LOAD_G], nodes[v, LOAD_ML]
    routes[r, IN_G if picked else OUT_G] -= g
    routes[r, IN_ML if picked else OUT_ML] -= ml
    if loads is not None and ways.limited[0] > 0:
        hub = ways.types[routes[r, TYPE], END_HUB if picked else START_HUB]
        search.room[hub, 0] += g
        search.room[hub, 1] += ml
