"""Put absent orders back where they cost least, in a random sequence of sensible kinds, now and then blinking."""

from __future__ import annotations

from typing import Any

import numpy as np

from routing.tours.kernel.compiled import inner
from routing.tours.kernel.layout import (
    ABSENT,
    CAP_G,
    CAP_ML,
    CLOSES,
    COUNT,
    DEPARTS,
    END_HUB,
    FIRST_SLOT,
    FROM_FIRST,
    FROM_G,
    FROM_LASTS,
    FROM_ML,
    IN_G,
    IN_ML,
    LASTS,
    LATEST,
    LENGTH,
    LOAD_G,
    LOAD_ML,
    LONGEST,
    NEXT,
    NONE,
    OPENS,
    OUT_G,
    OUT_ML,
    PICKUP,
    PLACE,
    PREV,
    PROFILE,
    REACH,
    RIDE,
    ROUTE,
    ROUTES,
    SERVICE,
    START_HUB,
    TO_G,
    TO_LASTS,
    TO_ML,
    TYPE,
    UNPAID,
    USE,
    WAGE,
    WAY,
    WAYS,
)
from routing.tours.kernel.links import draw, lasts_with, spread, touch, touch_route, triple_from, weigh

SEQUENCES = 17.0  # random 4, load 4, far 2, near 1, width of the window 2, opening 2, closing 2


@inner
def recreate(
    ways: Any, search: Any, triples: Any, loads: Any, kept: Any, cost: Any, limit: Any, blink: Any, bold: Any
) -> Any:
    """Insert the absent orders from position ``kept`` of the list on, as long as the whole can stay below ``limit``.

    ``cost`` is what the tours cost without them. Returns what tours and unserved
    orders cost together, or -1 as soon as the limit cannot be kept. ``bold``:
    an order may also go where it costs more than its price.
    """
    nodes, counters, absent = search.nodes, search.counters, search.absent
    count = counters[ABSENT]
    unpaid = counters[UNPAID]
    _sequence(ways, search, kept, count)
    still = kept
    scan = kept > 0 or counters[UNPAID] > 0
    for i in range(kept, count):
        c = absent[i]
        bound = int(limit - cost - unpaid) + 1
        if bound <= 0:
            return np.int64(-1)
        if not bold:
            bound = min(bound, ways.price[c])
        dearer, a, r = _best(c, bound, ways, search, triples, loads, blink)
        if r < 0 and scan and draw(search.random) * (still + 4) < 4:
            dearer, a, r = _best_anywhere(c, bound, ways, search, triples, loads)
        if r < 0:
            unpaid += ways.price[c]
            absent[still] = c
            still += 1
            continue
        _insert(c, a, r, ways, search, triples, loads)
        cost += dearer
    if nodes is not None:
        counters[ABSENT] = still
        counters[UNPAID] = unpaid
    return np.int64(cost + unpaid)


@inner
def _sequence(ways: Any, search: Any, kept: Any, count: Any) -> None:
    """Sort the orders to insert by one of seven keys."""
    nodes, keys, absent = search.nodes, search.keys, search.absent
    u = draw(search.random) * SEQUENCES
    for i in range(kept, count):
        c = absent[i]
        if u < 4:
            keys[i] = draw(search.random)
        elif u < 8:
            keys[i] = -nodes[c, LOAD_G] - nodes[c, LOAD_ML]
        elif u < 10:
            keys[i] = -ways.far[c]
        elif u < 11:
            keys[i] = ways.far[c]
        elif u < 13:
            keys[i] = nodes[c, CLOSES] - nodes[c, OPENS]
        elif u < 15:
            keys[i] = nodes[c, OPENS]
        else:
            keys[i] = -nodes[c, CLOSES]
    for i in range(kept + 1, count):
        key, c, j = keys[i], absent[i], i - 1
        while j >= kept and keys[j] > key:
            keys[j + 1] = keys[j]
            absent[j + 1] = absent[j]
            j -= 1
        keys[j + 1] = key
        absent[j + 1] = c


@inner
def _fits(c: Any, a: Any, r: Any, k: Any, ways: Any, search: Any, loads: Any) -> Any:
    """Whether the load of c fits into route r behind a, and through the hub."""
    nodes, routes, types = search.nodes, search.routes, ways.types
    g, ml = nodes[c, LOAD_G], nodes[c, LOAD_ML]
    if loads is None or ways.limited[1] == 0:
        full = routes[r, OUT_G] + routes[r, IN_G] + g > types[k, CAP_G]
        return not full and routes[r, OUT_ML] + routes[r, IN_ML] + ml <= types[k, CAP_ML]
    if nodes[c, PICKUP] == 1:
        most_g, most_ml, hub = loads[a, FROM_G], loads[a, FROM_ML], types[k, END_HUB]
    else:
        most_g, most_ml, hub = loads[a, TO_G], loads[a, TO_ML], types[k, START_HUB]
    if most_g + g > types[k, CAP_G] or most_ml + ml > types[k, CAP_ML]:
        return False
    return ways.limited[0] == 0 or (g <= search.room[hub, 0] and ml <= search.room[hub, 1])


@inner
def _extra(c: Any, a: Any, b: Any, r: Any, k: Any, bound: Any, ways: Any, search: Any, triples: Any) -> Any:
    """What c costs between a and b, or ``bound`` if that is too much or too late."""
    nodes, types = search.nodes, ways.types
    p, place = types[k, PROFILE], nodes[c, PLACE]
    at_a, at_b = nodes[a, PLACE], nodes[b, PLACE]
    dearer = np.int64(ways.cost_in[p, place, at_a]) + ways.cost[p, place, at_b] - nodes[a, WAY]
    if dearer >= bound:
        return bound
    there, on = ways.ride_in[p, place, at_a], ways.ride[p, place, at_b]
    begins = nodes[a, DEPARTS] + there
    if begins > nodes[c, CLOSES]:
        return bound
    begins = max(begins, nodes[c, OPENS])
    if begins + nodes[c, SERVICE] + on > nodes[b, LATEST]:
        return bound
    if triples is not None:
        if search.routes[r, WAYS] + dearer > types[k, REACH]:
            return bound
        lasts = lasts_with(a, c, b, there, on, nodes, triples)
        if lasts > types[k, LONGEST]:
            return bound
        dearer += types[k, WAGE] * (lasts - search.routes[r, LASTS])
    return min(dearer, bound)


@inner
def _best(c: Any, bound: Any, ways: Any, search: Any, triples: Any, loads: Any, blink: Any) -> Any:
    """The cheapest place beside an order that is near c, or in a new tour: cost, node before it, route; -1: none."""
    nodes, routes, random = search.nodes, search.routes, search.random
    best, best_a, best_r = bound, np.int64(NONE), np.int64(NONE)
    allowed = ways.allowed[c]
    for side in range(2):
        around = ways.before if side == 0 else ways.after
        for j in range(around.shape[1]):
            v = around[c, j]
            if v < 0:
                break
            r = nodes[v, ROUTE]
            if r < 0:
                continue
            k = routes[r, TYPE]
            if (allowed >> k) & 1 == 0:
                continue
            a = np.int64(v) if side == 0 else np.int64(nodes[v, PREV])
            if not _fits(c, a, r, k, ways, search, loads):
                continue
            dearer = _extra(c, a, nodes[a, NEXT], r, k, best, ways, search, triples)
            if dearer < best and draw(random) >= blink:
                best, best_a, best_r = dearer, a, np.int64(r)
    return _new_tour(c, best, best_a, best_r, ways, search, triples, loads)


@inner
def _new_tour(c: Any, best: Any, best_a: Any, best_r: Any, ways: Any, search: Any, triples: Any, loads: Any) -> Any:
    """Whether a vehicle that is still at home does it for less."""
    nodes, types = search.nodes, ways.types
    n = len(ways.price)
    for k in range(types.shape[0]):
        if (ways.allowed[c] >> k) & 1 == 0 or search.used[k] >= types[k, COUNT]:
            continue
        r = types[k, FIRST_SLOT]
        while search.routes[r, LENGTH] > 0:
            r += 1
        a = n + 2 * r
        if not _fits(c, a, r, k, ways, search, loads):
            continue
        p, place = types[k, PROFILE], nodes[c, PLACE]
        dearer = types[k, USE] + ways.cost_in[p, place, nodes[a, PLACE]] + ways.cost[p, place, nodes[a + 1, PLACE]]
        there, on = ways.ride_in[p, place, nodes[a, PLACE]], ways.ride[p, place, nodes[a + 1, PLACE]]
        begins = max(nodes[a, DEPARTS] + there, nodes[c, OPENS])
        if begins > nodes[c, CLOSES] or begins + nodes[c, SERVICE] + on > nodes[a + 1, LATEST]:
            continue
        if triples is not None:
            lasts = lasts_with(a, c, a + 1, there, on, nodes, triples)
            if lasts > types[k, LONGEST] or dearer - types[k, USE] > types[k, REACH]:
                continue
            dearer += types[k, WAGE] * lasts
        if dearer < best:
            best, best_a, best_r = np.int64(dearer), np.int64(a), np.int64(r)
    return best, best_a, best_r


@inner
def _best_anywhere(c: Any, bound: Any, ways: Any, search: Any, triples: Any, loads: Any) -> Any:
    """The cheapest place of all, for orders that find none near them."""
    nodes, routes = search.nodes, search.routes
    best, best_a, best_r = bound, np.int64(NONE), np.int64(NONE)
    n = len(ways.price)
    for r in range(routes.shape[0]):
        k = routes[r, TYPE]
        if routes[r, LENGTH] == 0 or (ways.allowed[c] >> k) & 1 == 0:
            continue
        a = np.int64(n + 2 * r)
        while a != n + 2 * r + 1:
            if _fits(c, a, r, k, ways, search, loads):
                dearer = _extra(c, a, nodes[a, NEXT], r, k, best, ways, search, triples)
                if dearer < best:
                    best, best_a, best_r = dearer, a, np.int64(r)
            a = np.int64(nodes[a, NEXT])
    return best, best_a, best_r


@inner
def _insert(c: Any, a: Any, r: Any, ways: Any, search: Any, triples: Any, loads: Any) -> None:
    """Put c behind a into route r."""
    nodes, routes, types = search.nodes, search.routes, ways.types
    n = len(ways.price)
    touch_route(r, search)
    k, b = routes[r, TYPE], nodes[a, NEXT]
    if routes[r, LENGTH] == 0:
        search.used[k] += 1
        search.counters[ROUTES] += 1
        routes[r, WAYS] = nodes[a, WAY]
    touch(a, search, triples, loads)
    touch(b, search, triples, loads)
    touch(c, search, triples, loads)
    p, place = types[k, PROFILE], nodes[c, PLACE]
    routes[r, WAYS] -= nodes[a, WAY]
    nodes[a, NEXT] = c
    nodes[c, PREV] = a
    nodes[c, NEXT] = b
    nodes[b, PREV] = c
    nodes[c, ROUTE] = r
    nodes[a, WAY] = ways.cost_in[p, place, nodes[a, PLACE]]
    nodes[a, RIDE] = ways.ride_in[p, place, nodes[a, PLACE]]
    nodes[c, WAY] = ways.cost[p, place, nodes[b, PLACE]]
    nodes[c, RIDE] = ways.ride[p, place, nodes[b, PLACE]]
    routes[r, WAYS] += nodes[a, WAY] + nodes[c, WAY]
    routes[r, LENGTH] += 1
    _load(c, r, k, ways, search, loads)
    nodes[c, LATEST] = min(nodes[b, LATEST] - nodes[c, RIDE] - nodes[c, SERVICE], nodes[c, CLOSES])
    nodes[c, DEPARTS] = NONE  # so that the schedule is renewed from here on
    if triples is not None:
        triples[c, FROM_LASTS], triples[c, FROM_FIRST] = triple_from(c, b, nodes, triples)
    spread(a, c, search, triples, loads)
    if triples is not None:
        routes[r, LASTS] = triples[n + 2 * r + 1, TO_LASTS]
    if loads is not None and ways.limited[1] > 0:
        weigh(r, n, search, triples, loads)


@inner
def _load(c: Any, r: Any, k: Any, ways: Any, search: Any, loads: Any) -> None:
    nodes, routes = search.nodes, search.routes
    picked = nodes[c, PICKUP] == 1
    g, ml = nodes[c, LOAD_G], nodes[c, LOAD_ML]
    routes[r, IN_G if picked else OUT_G] += g
    routes[r, IN_ML if picked else OUT_ML] += ml
    if loads is not None and ways.limited[0] > 0:
        hub = ways.types[k, END_HUB if picked else START_HUB]
        search.room[hub, 0] -= g
        search.room[hub, 1] -= ml
