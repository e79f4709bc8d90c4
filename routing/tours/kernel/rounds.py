"""Ruin and recreate over whole sequences: the search for days that need ``count``. Same acceptance as ``anneal``."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from routing.tours.kernel.compiled import entry, inner
from routing.tours.kernel.count import (
    FROM_PLACE,
    MATE,
    PICKUP,
    RELOADS,
    ROLE,
    TAKE,
    TO_PLACE,
    VOLUME,
    WEIGHT,
    WHERE,
    count,
)
from routing.tours.kernel.layout import (
    ABSENT,
    ACCEPTED,
    BEST,
    COUNT,
    CURRENT,
    END_HUB,
    FIRST_SLOT,
    NONE,
    PROFILE,
    START_HUB,
    STEP,
    TRIED,
    TYPE,
    UNPAID,
)
from routing.tours.kernel.links import draw

RETRIED = 12  # of the orders left out take part in one step
BOLD_SHARE = 0.3  # of the steps may serve orders at a loss
BLINK = 0.01
SEQUENCES = 13.0  # random 4, load 4, far 2, near 1, last begin 2


class Plans(NamedTuple):
    """What one thread changes; s slots of at most l stops, n nodes of which o are orders."""

    stops: np.ndarray  # int64 s x l
    length: np.ndarray  # int64 s
    cost: np.ndarray  # int64 s
    route: np.ndarray  # int64 n, slot or NONE
    rank: np.ndarray  # int64 n, position in its tour
    stamp: np.ndarray  # int64 s, the step that touched it last
    touched: np.ndarray  # int64 s, slots touched in this step
    old_stops: np.ndarray  # int64 s x l, as they were before this step
    old_length: np.ndarray
    old_cost: np.ndarray
    room: np.ndarray  # int64 hubs x 2
    absent: np.ndarray  # int64 o
    old_absent: np.ndarray
    keys: np.ndarray  # float64 o
    trial: np.ndarray  # int64 l
    chosen: np.ndarray  # int64 l
    seen: np.ndarray  # int64 s
    best_stops: np.ndarray
    best_length: np.ndarray
    counters: np.ndarray  # int64
    touches: np.ndarray  # int64 1
    random: np.ndarray  # uint64 1


@entry
def improve_days(
    ways: Any, day: Any, plans: Any, walk: Any, routes: Any, steps: Any, temperature: Any, average: Any, longest: Any
) -> None:
    """``steps`` steps at one temperature; ``routes`` tells the type of each slot."""
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
        _number(r, plans)
        _pass_hub(r, -1, ways, day, plans, routes)


@inner
def _number(r: Any, plans: Any) -> None:
    """Tell every stop of a tour where it stands."""
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
    _close_up(r, plans)
    k = routes[r, TYPE]
    plans.cost[r] = count(k, plans.stops[r], plans.length[r], day, ways, walk)
    if plans.cost[r] < 0:  # a shorter tour may be forbidden where a way round is quicker
        for i in range(plans.length[r]):
            if plans.stops[r, i] < n:
                _leave_out(plans.stops[r, i], r, ways, day, plans, routes)
        plans.length[r] = 0
        plans.cost[r] = 0


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
def _close_up(r: Any, plans: Any) -> None:
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
    _number(r, plans)


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
        dearer, r, length = _best(c, bound, ways, day, plans, walk, routes)
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
        _number(r, plans)
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
def _has_room(c: Any, k: Any, ways: Any, day: Any, plans: Any) -> Any:
    role = day.node[c, ROLE]
    if ways.limited[0] == 0 or role >= TAKE:
        return True
    hub = ways.types[k, END_HUB if role == PICKUP else START_HUB]
    return day.node[c, WEIGHT] <= plans.room[hub, 0] and day.node[c, VOLUME] <= plans.room[hub, 1]


@inner
def _best(c: Any, bound: Any, ways: Any, day: Any, plans: Any, walk: Any, routes: Any) -> Any:
    """The cheapest tour for order c: what it costs more, which slot, how long; the tour itself is in ``chosen``."""
    best, best_r, best_length = np.int64(bound), np.int64(NONE), np.int64(0)
    pair = day.node[c, MATE] >= 0
    for r in range(len(plans.seen)):
        plans.seen[r] = 0
    for side in range(2):
        for j in range(ways.before.shape[1]):
            v = ways.before[c, j] if side == 0 else ways.after[c, j]
            if v < 0:
                break
            r = plans.route[v]
            if r < 0 or (ways.allowed[c] >> routes[r, TYPE]) & 1 == 0:
                continue
            if not _has_room(c, routes[r, TYPE], ways, day, plans):
                continue
            if pair:
                if plans.seen[r] == 0:
                    plans.seen[r] = 1
                    best, best_r, best_length = _try_pair(
                        c, r, best, best_r, best_length, ways, day, plans, walk, routes
                    )
                continue
            at = plans.rank[v] + 1 - side
            best, best_r, best_length = _try(c, r, at, NONE, best, best_r, best_length, ways, day, plans, walk, routes)
            if plans.seen[r] == 0 and day.kind[routes[r, TYPE], RELOADS] >= 0:
                plans.seen[r] = 1
                for at in (0, plans.length[r]):
                    best, best_r, best_length = _try(
                        c, r, at, len(plans.route), best, best_r, best_length, ways, day, plans, walk, routes
                    )
    for k in range(ways.types.shape[0]):
        if (ways.allowed[c] >> k) & 1 == 0 or not _has_room(c, k, ways, day, plans):
            continue
        r, last = ways.types[k, FIRST_SLOT], ways.types[k, FIRST_SLOT] + ways.types[k, COUNT]
        while r < last and plans.length[r] > 0:
            r += 1
        if r == last:
            continue
        if pair:
            best, best_r, best_length = _try_pair(c, r, best, best_r, best_length, ways, day, plans, walk, routes)
        else:
            best, best_r, best_length = _try(c, r, 0, NONE, best, best_r, best_length, ways, day, plans, walk, routes)
    return best, best_r, best_length


@inner
def _detour(c: Any, a: Any, b: Any, r: Any, ways: Any, day: Any, routes: Any) -> Any:
    """What the way over c costs more than from a to b; sentinels of the tour where a or b are no nodes."""
    k, n = routes[r, TYPE], day.node.shape[0]
    p = ways.types[k, PROFILE]
    at_a = day.kind[k, FROM_PLACE] if a < 0 or a >= n else day.node[a, WHERE]
    at_b = day.kind[k, TO_PLACE] if b < 0 else (day.kind[k, FROM_PLACE] if b >= n else day.node[b, WHERE])
    place = day.node[c, WHERE]
    return np.int64(ways.cost[p, at_a, place]) + ways.cost[p, place, at_b] - ways.cost[p, at_a, at_b]


@inner
def _try(
    c: Any,
    r: Any,
    at: Any,
    reload: Any,
    best: Any,
    best_r: Any,
    best_length: Any,
    ways: Any,
    day: Any,
    plans: Any,
    walk: Any,
    routes: Any,
) -> Any:
    """Put c at position ``at`` of tour r, with a reload beside it if ``reload`` is one."""
    many, trial = plans.length[r], plans.trial
    if many + 2 > len(trial):
        return best, best_r, best_length
    if many > 0:
        a = plans.stops[r, at - 1] if at > 0 else np.int64(NONE)
        b = plans.stops[r, at] if at < many else np.int64(NONE)
        if _detour(c, a, b, r, ways, day, routes) >= best:
            return best, best_r, best_length
    length = 0
    for i in range(many + 1):
        if i == at:
            if reload >= 0 and at > 0:
                trial[length] = reload
                length += 1
            trial[length] = c
            length += 1
            if reload >= 0 and at == 0:
                trial[length] = reload
                length += 1
        if i < many:
            trial[length] = plans.stops[r, i]
            length += 1
    cost = count(routes[r, TYPE], trial, length, day, ways, walk)
    if cost < 0 or cost - plans.cost[r] >= best or draw(plans.random) < BLINK:
        return best, best_r, best_length
    for i in range(length):
        plans.chosen[i] = trial[i]
    return np.int64(cost - plans.cost[r]), np.int64(r), np.int64(length)


@inner
def _try_pair(
    c: Any,
    r: Any,
    best: Any,
    best_r: Any,
    best_length: Any,
    ways: Any,
    day: Any,
    plans: Any,
    walk: Any,
    routes: Any,
) -> Any:
    """Both stops of a pair at every two positions of tour r that a short detour allows."""
    many, trial, d = plans.length[r], plans.trial, day.node[c, MATE]
    if many + 2 > len(trial):
        return best, best_r, best_length
    for i in range(many + 1):
        a = plans.stops[r, i - 1] if i > 0 else np.int64(NONE)
        b = plans.stops[r, i] if i < many else np.int64(NONE)
        taken = _detour(c, a, b, r, ways, day, routes) if many > 0 else np.int64(0)
        if taken >= best:
            continue
        for j in range(i, many + 1):
            if j > i and many > 0:
                e = plans.stops[r, j - 1]
                f = plans.stops[r, j] if j < many else np.int64(NONE)
                if taken + _detour(d, e, f, r, ways, day, routes) >= best:
                    continue
            length = 0
            for s in range(many + 1):
                if s == i:
                    trial[length] = c
                    length += 1
                if s == j:
                    trial[length] = d
                    length += 1
                if s < many:
                    trial[length] = plans.stops[r, s]
                    length += 1
            cost = count(routes[r, TYPE], trial, length, day, ways, walk)
            if cost >= 0 and cost - plans.cost[r] < best and draw(plans.random) >= BLINK:
                best, best_r, best_length = np.int64(cost - plans.cost[r]), np.int64(r), np.int64(length)
                for s in range(length):
                    plans.chosen[s] = trial[s]
    return best, best_r, best_length


@inner
def _keep_best(plans: Any) -> None:
    plans.counters[BEST] = plans.counters[CURRENT]
    for r in range(len(plans.length)):
        plans.best_length[r] = plans.length[r]
        for i in range(plans.length[r]):
            plans.best_stops[r, i] = plans.stops[r, i]
