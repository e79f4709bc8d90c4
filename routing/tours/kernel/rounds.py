"""Ruin and recreate over whole sequences: the search for days that need ``count``. Same acceptance as ``anneal``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from routing.tours.kernel.compiled import entry, inner
from routing.tours.kernel.count import (
    MATE,
    PICKUP,
    ROLE,
    TAKE,
    VOLUME,
    WEIGHT,
    count,
)
from routing.tours.kernel.layout import (
    ABSENT,
    ACCEPTED,
    BEST,
    CURRENT,
    END_HUB,
    NONE,
    START_HUB,
    STEP,
    TRIED,
    TYPE,
    UNPAID,
)
from routing.tours.kernel.links import draw
from routing.tours.kernel.moments import set_moments
from routing.tours.kernel.places import cheapest_place

RETRIED = 12  # of the orders left out take part in one step
BOLD_SHARE = 0.3  # of the steps may serve orders at a loss
SEQUENCES = 13.0  # random 4, load 4, far 2, near 1, last begin 2


@entry
def improve_days(
    ways: Any, day: Any, plans: Any, walk: Any, routes: Any, steps: Any, temperature: Any, average: Any, longest: Any
) -> None:
    """``steps`` steps at one temperature; ``routes`` tells the type of each slot."""
    for r in range(len(plans.length)):
        set_moments(r, ways, day, plans, routes)
    for _ in range(steps):
        _step(ways, day, plans, walk, routes, temperature, average, longest)
    plans.counters[TRIED] += steps


@inner
def _step(
    ways: Any, day: Any, plans: Any, walk: Any, routes: Any, temperature: Any, average: Any, longest: Any
) -> None:
    counters, random = plans.counters, plans.random
    counters[STEP] += 1
    plans.touches[0] = 0
    absent, unpaid, current = counters[ABSENT], counters[UNPAID], counters[CURRENT]
    for i in range(absent):
        plans.old_absent[i] = plans.absent[i]
    limit = current - temperature * math.log(draw(random) + 1e-300)
    kept = _choose_absent(ways, plans)
    _ruin(ways, day, plans, walk, routes, average, longest)
    bold = draw(random) < BOLD_SHARE
    cost = _recreate(ways, day, plans, walk, routes, kept, limit, bold)
    if 0 <= cost < limit:
        counters[CURRENT] = cost
        counters[ACCEPTED] += 1
        if cost < counters[BEST]:
            _keep_best(plans)
        return
    _undo(ways, day, plans, routes)
    counters[ABSENT], counters[UNPAID], counters[CURRENT] = absent, unpaid, current
    for i in range(absent):
        plans.absent[i] = plans.old_absent[i]


@inner
def _choose_absent(ways: Any, plans: Any) -> Any:
    """Move some absent orders to the end of the list; returns where they begin."""
    counters, absent = plans.counters, plans.absent
    many = counters[ABSENT]
    kept = max(0, many - RETRIED)
    if kept > 0:
        for i in range(kept, many):
            j = int(draw(plans.random) * (i + 1))
            absent[i], absent[j] = absent[j], absent[i]
    for i in range(kept, many):
        counters[UNPAID] -= ways.price[absent[i]]
    return kept


@inner
def _touch(r: Any, plans: Any) -> None:
    """Save a tour before its first change in this step."""
    if plans.stamp[r] == plans.counters[STEP]:
        return
    plans.stamp[r] = plans.counters[STEP]
    plans.touched[plans.touches[0]] = r
    plans.touches[0] += 1
    plans.old_length[r], plans.old_cost[r] = plans.length[r], plans.cost[r]
    for i in range(plans.length[r]):
        plans.old_stops[r, i] = plans.stops[r, i]


@inner
def _undo(ways: Any, day: Any, plans: Any, routes: Any) -> None:
    for t in range(plans.touches[0]):
        _pass_hub(plans.touched[t], 1, ways, day, plans, routes)
    for t in range(plans.touches[0]):
        r = plans.touched[t]
        for i in range(plans.length[r]):
            if plans.stops[r, i] < len(plans.route):
                plans.route[plans.stops[r, i]] = NONE
    for t in range(plans.touches[0]):
        r = plans.touched[t]
        plans.length[r], plans.cost[r] = plans.old_length[r], plans.old_cost[r]
        for i in range(plans.length[r]):
            plans.stops[r, i] = plans.old_stops[r, i]
        _number(r, ways, day, plans, routes)
        _pass_hub(r, -1, ways, day, plans, routes)


@inner
def _number(r: Any, ways: Any, day: Any, plans: Any, routes: Any) -> None:
    """Tell every stop of a tour where it stands, and the tour its moments."""
    set_moments(r, ways, day, plans, routes)
    for i in range(plans.length[r]):
        v = plans.stops[r, i]
        if v < len(plans.route):
            plans.route[v] = r
            plans.rank[v] = i


@inner
def _pass_hub(r: Any, sign: Any, ways: Any, day: Any, plans: Any, routes: Any) -> None:
    """Give back (1) or take (-1) the room of everything on a tour."""
    if ways.limited[0] == 0:
        return
    for i in range(plans.length[r]):
        if plans.stops[r, i] < len(plans.route):
            _pass_one(plans.stops[r, i], r, sign, ways, day, plans, routes)


@inner
def _pass_one(v: Any, r: Any, sign: Any, ways: Any, day: Any, plans: Any, routes: Any) -> None:
    role = day.node[v, ROLE]
    if ways.limited[0] == 0 or role >= TAKE:
        return
    hub = ways.types[routes[r, TYPE], END_HUB if role == PICKUP else START_HUB]
    plans.room[hub, 0] += sign * day.node[v, WEIGHT]
    plans.room[hub, 1] += sign * day.node[v, VOLUME]


@inner
def _ruin(ways: Any, day: Any, plans: Any, walk: Any, routes: Any, average: Any, longest: Any) -> None:
    """Take out about ``average`` orders in strings of neighbouring tours, pairs as a whole."""
    random, orders = plans.random, len(plans.absent)
    seed = int(draw(random) * orders)
    strings = max(1, int(draw(random) * (4.0 * average / (1.0 + longest) - 1.0) + 1.0))
    for j in range(-1, ways.near.shape[1]):
        c = seed if j < 0 else ways.near[seed, j]
        if c < 0:
            break
        r = plans.route[c]
        if r < 0 or plans.stamp[r] == plans.counters[STEP]:
            continue
        most = min(float(plans.length[r]), longest)
        many = min(plans.length[r], int(draw(random) * most + 1.0))
        _touch(r, plans)
        first = plans.rank[c] - int(draw(random) * many)
        _take(r, max(0, first), min(plans.length[r], max(0, first) + many), ways, day, plans, walk, routes)
        strings -= 1
        if strings == 0:
            break


@inner
def _take(r: Any, first: Any, last: Any, ways: Any, day: Any, plans: Any, walk: Any, routes: Any) -> None:
    """Take the stops from ``first`` to before ``last`` out of tour r, and the other halves of their pairs."""
    n = len(plans.route)
    for i in range(first, last):
        v = plans.stops[r, i]
        if v < n:
            _leave_out(v, r, ways, day, plans, routes)
            if day.node[v, MATE] >= 0:
                _leave_out(day.node[v, MATE], r, ways, day, plans, routes)
    _close_up(r, ways, day, plans, routes)
    k = routes[r, TYPE]
    plans.cost[r] = count(k, plans.stops[r], plans.length[r], day, ways, walk)
    if plans.cost[r] < 0:  # a shorter tour may be forbidden where a way round is quicker
        for i in range(plans.length[r]):
            if plans.stops[r, i] < n:
                _leave_out(plans.stops[r, i], r, ways, day, plans, routes)
        plans.length[r] = 0
        plans.cost[r] = 0
        set_moments(r, ways, day, plans, routes)


@inner
def _leave_out(v: Any, r: Any, ways: Any, day: Any, plans: Any, routes: Any) -> None:
    if plans.route[v] < 0:
        return
    plans.route[v] = NONE
    _pass_one(v, r, 1, ways, day, plans, routes)
    if v < len(plans.absent):
        plans.absent[plans.counters[ABSENT]] = v
        plans.counters[ABSENT] += 1


@inner
def _close_up(r: Any, ways: Any, day: Any, plans: Any, routes: Any) -> None:
    """Without the stops that were taken out, and without reloads that have become senseless."""
    n, many = len(plans.route), 0
    for i in range(plans.length[r]):
        v = plans.stops[r, i]
        if v >= n and (many == 0 or plans.stops[r, many - 1] >= n):
            continue
        if v >= n or plans.route[v] == r:
            plans.stops[r, many] = v
            many += 1
    while many > 0 and plans.stops[r, many - 1] >= n:
        many -= 1
    plans.length[r] = many
    _number(r, ways, day, plans, routes)


@inner
def _recreate(ways: Any, day: Any, plans: Any, walk: Any, routes: Any, kept: Any, limit: Any, bold: Any) -> Any:
    """Insert the absent orders from ``kept`` on where they cost least; cost of everything, -1 beyond the limit."""
    counters, absent = plans.counters, plans.absent
    many = counters[ABSENT]
    _sequence(ways, day, plans, kept, many)
    cost = counters[UNPAID]
    for r in range(len(plans.length)):
        cost += plans.cost[r]
    still = kept
    for i in range(kept, many):
        c = absent[i]
        bound = int(limit - cost) + 1
        if bound <= 0:
            return np.int64(-1)
        if not bold:
            bound = min(bound, ways.price[c])
        dearer, r, length = cheapest_place(c, bound, ways, day, plans, walk, routes)
        if r < 0:
            cost += ways.price[c]
            counters[UNPAID] += ways.price[c]
            absent[still] = c
            still += 1
            continue
        _touch(r, plans)
        for j in range(length):
            plans.stops[r, j] = plans.chosen[j]
        plans.length[r] = length
        plans.cost[r] += dearer
        _number(r, ways, day, plans, routes)
        _pass_one(c, r, -1, ways, day, plans, routes)
        cost += dearer
    counters[ABSENT] = still
    return np.int64(cost)


@inner
def _sequence(ways: Any, day: Any, plans: Any, kept: Any, many: Any) -> None:
    keys, absent = plans.keys, plans.absent
    u = draw(plans.random) * SEQUENCES
    for i in range(kept, many):
        c = absent[i]
        if u < 4:
            keys[i] = draw(plans.random)
        elif u < 8:
            keys[i] = -day.node[c, WEIGHT] - day.node[c, VOLUME]
        elif u < 10:
            keys[i] = -ways.far[c]
        elif u < 11:
            keys[i] = ways.far[c]
        else:
            keys[i] = day.last[c, 0]
    for i in range(kept + 1, many):
        key, c, j = keys[i], absent[i], i - 1
        while j >= kept and keys[j] > key:
            keys[j + 1] = keys[j]
            absent[j + 1] = absent[j]
            j -= 1
        keys[j + 1] = key
        absent[j + 1] = c


@inner
def _keep_best(plans: Any) -> None:
    plans.counters[BEST] = plans.counters[CURRENT]
    for r in range(len(plans.length)):
        plans.best_length[r] = plans.length[r]
        for i in range(plans.length[r]):
            plans.best_stops[r, i] = plans.stops[r, i]
