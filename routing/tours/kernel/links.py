"""Taking a node in or out, and keeping the schedules around it true. Everything here is undone through the journal."""

from __future__ import annotations

from typing import Any

import numpy as np

from routing.tours.kernel.compiled import entry, inner
from routing.tours.kernel.layout import (
    CLOSES,
    DEPARTS,
    FROM_FIRST,
    FROM_G,
    FROM_LASTS,
    FROM_ML,
    JOURNAL,
    LASTS,
    LATEST,
    LENGTH,
    LOAD_G,
    LOAD_ML,
    LOAD_WIDTH,
    NEXT,
    NODE_WIDTH,
    OPENS,
    OUT_G,
    OUT_ML,
    PICKUP,
    PREV,
    RIDE,
    ROUTE_JOURNAL,
    ROUTE_STAMP,
    ROUTE_WIDTH,
    SERVICE,
    STAMP,
    STEP,
    TO_FIRST,
    TO_G,
    TO_LAST,
    TO_LASTS,
    TO_ML,
    TRIPLE_WIDTH,
    TYPE,
    USE,
    WAGE,
    WAYS,
)


@inner
def draw(random: Any) -> Any:
    """A number in [0, 1) by xorshift (Marsaglia 2003)."""
    x = random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    random[0] = x
    return (x >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@inner
def touch(v: Any, search: Any, triples: Any, loads: Any) -> None:
    """Save the row of a node before its first change in this step."""
    nodes, counters = search.nodes, search.counters
    if nodes[v, STAMP] == counters[STEP]:
        return
    at = counters[JOURNAL]
    search.journal_nodes[at] = v
    row = search.journal[at]
    for k in range(NODE_WIDTH):
        row[k] = nodes[v, k]
    if triples is not None:
        for k in range(TRIPLE_WIDTH):
            row[NODE_WIDTH + k] = triples[v, k]
    if loads is not None:
        for k in range(LOAD_WIDTH):
            row[NODE_WIDTH + TRIPLE_WIDTH + k] = loads[v, k]
    nodes[v, STAMP] = counters[STEP]
    counters[JOURNAL] = at + 1


@inner
def touch_route(r: Any, search: Any) -> None:
    """Save the row of a route before its first change in this step."""
    routes, counters = search.routes, search.counters
    if routes[r, ROUTE_STAMP] == counters[STEP]:
        return
    at = counters[ROUTE_JOURNAL]
    search.journal_routes[at] = r
    for k in range(ROUTE_WIDTH):
        search.journal_route_rows[at, k] = routes[r, k]
    routes[r, ROUTE_STAMP] = counters[STEP]
    counters[ROUTE_JOURNAL] = at + 1


@inner
def undo(search: Any, triples: Any, loads: Any) -> None:
    """Put back every row saved in this step."""
    counters = search.counters
    for i in range(counters[JOURNAL]):
        v = search.journal_nodes[i]
        row = search.journal[i]
        for k in range(NODE_WIDTH):
            search.nodes[v, k] = row[k]
        if triples is not None:
            for k in range(TRIPLE_WIDTH):
                triples[v, k] = row[NODE_WIDTH + k]
        if loads is not None:
            for k in range(LOAD_WIDTH):
                loads[v, k] = row[NODE_WIDTH + TRIPLE_WIDTH + k]
    for i in range(counters[ROUTE_JOURNAL]):
        r = search.journal_routes[i]
        for k in range(ROUTE_WIDTH):
            search.routes[r, k] = search.journal_route_rows[i, k]


@inner
def route_cost(r: Any, routes: Any, types: Any) -> Any:
    """Ways, wage and use of one route."""
    if routes[r, LENGTH] == 0:
        return np.int64(0)
    k = routes[r, TYPE]
    return routes[r, WAYS] + types[k, WAGE] * routes[r, LASTS] + types[k, USE]


@inner
def triple_to(u: Any, v: Any, nodes: Any, triples: Any) -> Any:
    """Duration, earliest and latest start of the part up to v, from the part up to its predecessor u."""
    lasts = triples[u, TO_LASTS] + nodes[u, RIDE]
    waits = max(nodes[v, OPENS] - lasts - triples[u, TO_LAST], 0)
    first = max(nodes[v, OPENS] - lasts, triples[u, TO_FIRST]) - waits
    last = min(nodes[v, CLOSES] - lasts, triples[u, TO_LAST])
    return lasts + nodes[v, SERVICE] + waits, first, last


@inner
def triple_from(u: Any, v: Any, nodes: Any, triples: Any) -> Any:
    """Duration and earliest start of the part from u on, from the part from its successor v on."""
    lasts = nodes[u, SERVICE] + nodes[u, RIDE]
    waits = max(triples[v, FROM_FIRST] - lasts - nodes[u, CLOSES], 0)
    first = max(triples[v, FROM_FIRST] - lasts, nodes[u, OPENS]) - waits
    return lasts + triples[v, FROM_LASTS] + waits, first


@inner
def lasts_joined(a: Any, b: Any, ride: Any, triples: Any) -> Any:
    """How long a route takes whose part up to a is followed by the part from b on."""
    lasts = triples[a, TO_LASTS] + ride
    return lasts + triples[b, FROM_LASTS] + max(triples[b, FROM_FIRST] - lasts - triples[a, TO_LAST], 0)


@inner
def lasts_with(a: Any, c: Any, b: Any, ride_ac: Any, ride_cb: Any, nodes: Any, triples: Any) -> Any:
    """How long a route takes if c comes between its neighbours a and b."""
    lasts = triples[a, TO_LASTS] + ride_ac
    waits = max(nodes[c, OPENS] - lasts - triples[a, TO_LAST], 0)
    last = min(nodes[c, CLOSES] - lasts, triples[a, TO_LAST])
    lasts += nodes[c, SERVICE] + waits + ride_cb
    return lasts + triples[b, FROM_LASTS] + max(triples[b, FROM_FIRST] - lasts - last, 0)


@inner
def spread(a: Any, b: Any, search: Any, triples: Any, loads: Any) -> None:
    """a and b have become neighbours: renew the schedule forward from b and back from a until nothing changes."""
    nodes = search.nodes
    u, v = a, b
    while v >= 0:
        departs = max(nodes[u, DEPARTS] + nodes[u, RIDE], nodes[v, OPENS]) + nodes[v, SERVICE]
        same = departs == nodes[v, DEPARTS]
        if triples is not None:
            lasts, first, last = triple_to(u, v, nodes, triples)
            same = same and lasts == triples[v, TO_LASTS] and first == triples[v, TO_FIRST]
            if same and last == triples[v, TO_LAST]:
                break
            touch(v, search, triples, loads)
            triples[v, TO_LASTS] = lasts
            triples[v, TO_FIRST] = first
            triples[v, TO_LAST] = last
        else:
            if same:
                break
            touch(v, search, triples, loads)
        nodes[v, DEPARTS] = departs
        u = v
        v = nodes[v, NEXT]
    u, v = a, b
    while u >= 0:
        latest = min(nodes[v, LATEST] - nodes[u, RIDE] - nodes[u, SERVICE], nodes[u, CLOSES])
        same = latest == nodes[u, LATEST]
        if triples is not None:
            lasts, first = triple_from(u, v, nodes, triples)
            if same and lasts == triples[u, FROM_LASTS] and first == triples[u, FROM_FIRST]:
                break
            touch(u, search, triples, loads)
            triples[u, FROM_LASTS] = lasts
            triples[u, FROM_FIRST] = first
        else:
            if same:
                break
            touch(u, search, triples, loads)
        nodes[u, LATEST] = latest
        v = u
        u = nodes[u, PREV]


@entry
def schedule(r: Any, n: Any, search: Any, triples: Any, loads: Any) -> None:
    """Compute every cache of one route from its links, as if nothing were known."""
    nodes = search.nodes
    start, end = n + 2 * r, n + 2 * r + 1
    nodes[start, DEPARTS] = nodes[start, OPENS]
    nodes[end, LATEST] = nodes[end, CLOSES]
    if triples is not None:
        triples[start, TO_LASTS] = 0
        triples[start, TO_FIRST] = nodes[start, OPENS]
        triples[start, TO_LAST] = nodes[start, CLOSES]
        triples[end, FROM_LASTS] = 0
        triples[end, FROM_FIRST] = nodes[end, OPENS]
    u, v = start, nodes[start, NEXT]
    while v >= 0:
        nodes[v, DEPARTS] = max(nodes[u, DEPARTS] + nodes[u, RIDE], nodes[v, OPENS]) + nodes[v, SERVICE]
        if triples is not None:
            triples[v, TO_LASTS], triples[v, TO_FIRST], triples[v, TO_LAST] = triple_to(u, v, nodes, triples)
        u = v
        v = nodes[v, NEXT]
    v = end
    u = nodes[end, PREV]
    while u >= 0:
        nodes[u, LATEST] = min(nodes[v, LATEST] - nodes[u, RIDE] - nodes[u, SERVICE], nodes[u, CLOSES])
        if triples is not None:
            triples[u, FROM_LASTS], triples[u, FROM_FIRST] = triple_from(u, v, nodes, triples)
        v = u
        u = nodes[u, PREV]
    if triples is not None:
        search.routes[r, LASTS] = triples[end, TO_LASTS]
    if loads is not None:
        weigh(r, n, search, triples, loads)


@inner
def weigh(r: Any, n: Any, search: Any, triples: Any, loads: Any) -> None:
    """Compute the most on board before and behind every node of one route."""
    nodes = search.nodes
    g, ml = search.routes[r, OUT_G], search.routes[r, OUT_ML]
    most_g, most_ml = g, ml
    v = n + 2 * r
    while v >= 0:
        touch(v, search, triples, loads)
        sign = 1 if nodes[v, PICKUP] == 1 else -1
        g += sign * nodes[v, LOAD_G]
        ml += sign * nodes[v, LOAD_ML]
        most_g, most_ml = max(most_g, g), max(most_ml, ml)
        loads[v, TO_G] = most_g
        loads[v, TO_ML] = most_ml
        loads[v, FROM_G] = g
        loads[v, FROM_ML] = ml
        v = nodes[v, NEXT]
    v = nodes[n + 2 * r + 1, PREV]
    while v >= 0:
        b = nodes[v, NEXT]
        loads[v, FROM_G] = max(loads[v, FROM_G], loads[b, FROM_G])
        loads[v, FROM_ML] = max(loads[v, FROM_ML], loads[b, FROM_ML])
        v = nodes[v, PREV]
