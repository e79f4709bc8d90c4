"""Where one more order or pair costs least: places beside near stops, ridden in full. For the counting kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from routing.tours.kernel.compiled import inner
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
from routing.tours.kernel.layout import COUNT, END_HUB, FIRST_SLOT, NONE, PROFILE, START_HUB, TYPE
from routing.tours.kernel.links import draw
from routing.tours.kernel.moments import comes_in_time, over_at, place_at

BLINK = 0.01  # of the places are overlooked


@inner
def _has_room(c: Any, k: Any, ways: Any, day: Any, plans: Any) -> Any:
    role = day.node[c, ROLE]
    if ways.limited[0] == 0 or role >= TAKE:
        return True
    hub = ways.types[k, END_HUB if role == PICKUP else START_HUB]
    return day.node[c, WEIGHT] <= plans.room[hub, 0] and day.node[c, VOLUME] <= plans.room[hub, 1]


@inner
def cheapest_place(c: Any, bound: Any, ways: Any, day: Any, plans: Any, walk: Any, routes: Any) -> Any:
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
    if reload < 0 and not comes_in_time(c, r, at, ways, day, plans, routes):
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
    k, at_c, at_d = routes[r, TYPE], day.node[c, WHERE], day.node[d, WHERE]
    p = ways.types[k, PROFILE]
    for i in range(many + 1):
        a = plans.stops[r, i - 1] if i > 0 else np.int64(NONE)
        b = plans.stops[r, i] if i < many else np.int64(NONE)
        taken = _detour(c, a, b, r, ways, day, routes) if many > 0 else np.int64(0)
        if taken >= best:
            continue
        now = over_at(c, k, plans.early[r, i] + ways.ride[p, place_at(r, i - 1, day, plans, routes), at_c], day)
        here = at_c
        if now < 0:
            continue
        for j in range(i, many + 1):
            if j > i:  # ride on over the stop in front of position j
                there = place_at(r, j - 1, day, plans, routes)
                arrives = now + ways.ride[p, here, there]
                if arrives > plans.late[r, j - 1]:
                    break
                now = over_at(plans.stops[r, j - 1], k, arrives, day)
                here = there
                if now < 0:
                    break
            dropped = over_at(d, k, now + ways.ride[p, here, at_d], day)
            if dropped < 0:
                continue
            if dropped + ways.ride[p, at_d, place_at(r, j, day, plans, routes)] > plans.late[r, j]:
                continue
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
