"""2-opt*: two tours of one type exchange everything behind a stop (Potvin & Rousseau 1995)."""

from __future__ import annotations

from typing import Any

import numpy as np

from routing.tours.kernel.compiled import inner
from routing.tours.kernel.layout import (
    CAP_G,
    CAP_ML,
    DEPARTS,
    FROM_G,
    FROM_ML,
    IN_G,
    IN_ML,
    JOURNAL,
    LASTS,
    LATEST,
    LENGTH,
    LOAD_G,
    LOAD_ML,
    LONGEST,
    NEXT,
    OUT_G,
    OUT_ML,
    PICKUP,
    PLACE,
    PREV,
    PROFILE,
    REACH,
    RIDE,
    ROUTE,
    ROUTE_JOURNAL,
    ROUTES,
    STEP,
    TO_G,
    TO_ML,
    TYPE,
    USE,
    WAGE,
    WAY,
    WAYS,
)
from routing.tours.kernel.links import lasts_joined, route_cost, schedule


@inner
def exchange_tails(a: Any, b: Any, ways: Any, search: Any, triples: Any, loads: Any, tolerance: Any) -> Any:
    """Order a and order b of another tour of the same type become neighbours.

    Done if it costs less than ``tolerance`` more; returns the change of cost,
    or 0 if nothing was done.
    """
    nodes, routes = search.nodes, search.routes
    n, nothing = len(ways.price), np.int64(0)
    r, s = nodes[a, ROUTE], nodes[b, ROUTE]
    k = routes[r, TYPE]
    p = ways.types[k, PROFILE]
    u, v = nodes[b, PREV], nodes[a, NEXT]  # a–v and u–b become a–b and u–v
    way_ab = ways.cost[p, nodes[a, PLACE], nodes[b, PLACE]]
    way_uv = ways.cost[p, nodes[u, PLACE], nodes[v, PLACE]]
    keeps_both = u < n or v < n  # one that empties a tour also saves its way from start to end
    change = np.int64(way_ab) + way_uv - nodes[a, WAY] - nodes[u, WAY]
    if ways.types[k, WAGE] == 0 and keeps_both and change >= tolerance:
        return nothing
    ride_ab = ways.ride[p, nodes[a, PLACE], nodes[b, PLACE]]
    ride_uv = ways.ride[p, nodes[u, PLACE], nodes[v, PLACE]]
    if nodes[a, DEPARTS] + ride_ab > nodes[b, LATEST] or nodes[u, DEPARTS] + ride_uv > nodes[v, LATEST]:
        return nothing
    lasts_r, lasts_s = np.int64(0), np.int64(0)
    if triples is not None:
        lasts_r, lasts_s = lasts_joined(a, b, ride_ab, triples), lasts_joined(u, v, ride_uv, triples)
        if max(lasts_r, lasts_s) > ways.types[k, LONGEST]:
            return nothing
        if keeps_both:  # what follows walks along both tails
            change += ways.types[k, WAGE] * (lasts_r + lasts_s - routes[r, LASTS] - routes[s, LASTS])
            if change >= tolerance:
                return nothing
    from_a, from_u = tail(v, n, nodes), tail(b, n, nodes)
    ends_empty = not keeps_both
    ways_r = routes[r, WAYS] - nodes[a, WAY] - from_a[5] + way_ab + from_u[5]
    ways_s = routes[s, WAYS] - nodes[u, WAY] - from_u[5] + way_uv + from_a[5]
    cost = ways_r + ways.types[k, USE] + (0 if ends_empty else ways_s + ways.types[k, USE])
    if triples is not None:
        if max(ways_r, ways_s) > ways.types[k, REACH]:
            return nothing
        cost += ways.types[k, WAGE] * (lasts_r + (0 if ends_empty else lasts_s))
    change = cost - route_cost(r, routes, ways.types) - route_cost(s, routes, ways.types)
    if change >= tolerance:
        return nothing
    if not loads_fit(a, b, r, s, k, from_a, from_u, ways, search, loads):
        return nothing
    if not loads_fit(u, v, s, r, k, from_u, from_a, ways, search, loads):
        return nothing
    search.counters[STEP] += 1  # a step of its own: nothing of it is undone
    search.counters[JOURNAL] = 0
    search.counters[ROUTE_JOURNAL] = 0
    exchange(a, b, u, v, r, s, ways, search)
    account(r, s, from_a, from_u, ways_r, ways_s, search)
    if ends_empty:
        search.used[k] -= 1
        search.counters[ROUTES] -= 1
    schedule(r, n, search, triples, loads)
    schedule(s, n, search, triples, loads)
    return np.int64(change)


@inner
def tail(v: Any, n: Any, nodes: Any) -> Any:
    """Stops, delivered and collected load, and ways from node v to the end of its tour."""
    count, out_g, out_ml, in_g, in_ml, way = 0, 0, 0, 0, 0, 0
    while v < n:
        count += 1
        if nodes[v, PICKUP] == 1:
            in_g += nodes[v, LOAD_G]
            in_ml += nodes[v, LOAD_ML]
        else:
            out_g += nodes[v, LOAD_G]
            out_ml += nodes[v, LOAD_ML]
        way += nodes[v, WAY]
        v = nodes[v, NEXT]
    return count, out_g, out_ml, in_g, in_ml, way


@inner
def loads_fit(a: Any, b: Any, r: Any, s: Any, k: Any, lost: Any, won: Any, ways: Any, search: Any, loads: Any) -> Any:
    """Whether route r, up to a, carries everything if it goes on with the tail of s from b on."""
    routes, types = search.routes, ways.types
    out_g = routes[r, OUT_G] - lost[1] + won[1]
    out_ml = routes[r, OUT_ML] - lost[2] + won[2]
    in_g = routes[r, IN_G] - lost[3] + won[3]
    in_ml = routes[r, IN_ML] - lost[4] + won[4]
    if loads is None or ways.limited[1] == 0:
        return out_g + in_g <= types[k, CAP_G] and out_ml + in_ml <= types[k, CAP_ML]
    head_g = loads[a, TO_G] - lost[1] + won[1]
    head_ml = loads[a, TO_ML] - lost[2] + won[2]
    if head_g > types[k, CAP_G] or head_ml > types[k, CAP_ML]:
        return False
    if won[0] == 0:
        return True
    tail_g = loads[b, FROM_G] + (routes[r, IN_G] - lost[3]) - (routes[s, IN_G] - won[3])
    tail_ml = loads[b, FROM_ML] + (routes[r, IN_ML] - lost[4]) - (routes[s, IN_ML] - won[4])
    return tail_g <= types[k, CAP_G] and tail_ml <= types[k, CAP_ML]


@inner
def exchange(a: Any, b: Any, u: Any, v: Any, r: Any, s: Any, ways: Any, search: Any) -> None:
    """Relink: a goes on with b, u with v; the end sentinels stay with their routes."""
    nodes = search.nodes
    n = len(ways.price)
    p = ways.types[search.routes[r, TYPE], PROFILE]
    end_r, end_s = n + 2 * r + 1, n + 2 * s + 1
    last_r, last_s = nodes[end_r, PREV], nodes[end_s, PREV]
    w = b
    while w < n:
        nodes[w, ROUTE] = r
        w = nodes[w, NEXT]
    w = v
    while w < n:
        nodes[w, ROUTE] = s
        w = nodes[w, NEXT]
    _join(a, b, p, ways, nodes)
    _join(last_s, end_r, p, ways, nodes)
    if v < n:
        _join(u, v, p, ways, nodes)
        _join(last_r, end_s, p, ways, nodes)
    else:
        _join(u, end_s, p, ways, nodes)


@inner
def _join(a: Any, b: Any, p: Any, ways: Any, nodes: Any) -> None:
    nodes[a, NEXT] = b
    nodes[b, PREV] = a
    nodes[a, WAY] = ways.cost[p, nodes[a, PLACE], nodes[b, PLACE]]
    nodes[a, RIDE] = ways.ride[p, nodes[a, PLACE], nodes[b, PLACE]]


@inner
def account(r: Any, s: Any, from_a: Any, from_u: Any, ways_r: Any, ways_s: Any, search: Any) -> None:
    """Length, loads and ways of both routes after the exchange."""
    routes = search.routes
    routes[r, WAYS] = ways_r
    routes[s, WAYS] = ways_s
    routes[r, LENGTH] += from_u[0] - from_a[0]
    routes[s, LENGTH] += from_a[0] - from_u[0]
    routes[r, OUT_G] += from_u[1] - from_a[1]
    routes[s, OUT_G] += from_a[1] - from_u[1]
    routes[r, OUT_ML] += from_u[2] - from_a[2]
    routes[s, OUT_ML] += from_a[2] - from_u[2]
    routes[r, IN_G] += from_u[3] - from_a[3]
    routes[s, IN_G] += from_a[3] - from_u[3]
    routes[r, IN_ML] += from_u[4] - from_a[4]
    routes[s, IN_ML] += from_a[4] - from_u[4]
