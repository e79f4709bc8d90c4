"""When each stop of a tour can be over at the earliest and must be reached at the latest: what decides most questions.

Breaks and goods that are not ready are left out, and of several windows the last counts at the end, so these moments
turn down only what ``count`` would turn down, too, without walking along the whole tour.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from routing.tours.kernel.compiled import inner
from routing.tours.kernel.count import (
    FIRST_OUT,
    FROM_PLACE,
    HUB_CLOSES,
    HUB_OPENS,
    IMPOSSIBLE,
    LAST_IN,
    PICKUP,
    READY,
    RELOADS,
    ROLE,
    SERVES,
    TAKE,
    TO_PLACE,
    WHERE,
    WINDOWS,
)
from routing.tours.kernel.layout import FOREVER, PROFILE, TYPE


@inner
def place_at(r: Any, i: Any, day: Any, plans: Any, routes: Any) -> Any:
    """Where stop i of tour r is; -1 and one behind the last are the hubs of departure and return."""
    k = routes[r, TYPE]
    if i >= plans.length[r]:
        return day.kind[k, TO_PLACE]
    if i < 0 or plans.stops[r, i] >= day.node.shape[0]:
        return day.kind[k, FROM_PLACE]
    return day.node[plans.stops[r, i], WHERE]


@inner
def begins_at(v: Any, arrives: Any, day: Any) -> Any:
    """When the service of node v begins after this arrival; -1: too late."""
    begins = max(arrives, day.node[v, READY]) if PICKUP <= day.node[v, ROLE] <= TAKE else np.int64(arrives)
    if day.node[v, WINDOWS] == 0:
        return np.int64(begins)
    for w in range(day.node[v, WINDOWS]):
        if begins <= day.last[v, w]:
            return np.int64(max(begins, day.first[v, w]))
    return np.int64(IMPOSSIBLE)


@inner
def over_at(v: Any, k: Any, arrives: Any, day: Any) -> Any:
    """When node v, or a reload, is over after this arrival; -1: too late."""
    if v >= day.node.shape[0]:
        return np.int64(max(arrives, day.kind[k, HUB_OPENS]) + day.kind[k, RELOADS])
    begins = begins_at(v, arrives, day)
    return np.int64(begins + day.node[v, SERVES]) if begins >= 0 else np.int64(IMPOSSIBLE)


@inner
def set_moments(r: Any, ways: Any, day: Any, plans: Any, routes: Any) -> None:
    """``early[r, i]``: when the first i stops can be over; ``late[r, i]``: the latest arrival at stop i, or home."""
    k, n, many = routes[r, TYPE], day.node.shape[0], plans.length[r]
    p = ways.types[k, PROFILE]
    now, place = day.kind[k, FIRST_OUT], day.kind[k, FROM_PLACE]
    plans.early[r, 0] = now
    for i in range(many):
        there = place_at(r, i, day, plans, routes)
        now = over_at(plans.stops[r, i], k, now + ways.ride[p, place, there], day)
        plans.early[r, i + 1] = now
        place = there
    latest, place = day.kind[k, LAST_IN], day.kind[k, TO_PLACE]
    plans.late[r, many] = latest
    for j in range(many):
        i = many - 1 - j
        v, there = plans.stops[r, i], place_at(r, i, day, plans, routes)
        serves = day.kind[k, RELOADS] if v >= n else day.node[v, SERVES]
        closes = day.kind[k, HUB_CLOSES] - serves if v >= n else _last_begin(v, day)
        latest = min(latest - ways.ride[p, there, place] - serves, closes)
        plans.late[r, i] = latest
        place = there


@inner
def _last_begin(v: Any, day: Any) -> Any:
    last = np.int64(FOREVER) if day.node[v, WINDOWS] == 0 else np.int64(0)
    for w in range(day.node[v, WINDOWS]):
        last = max(last, day.last[v, w])
    return last


@inner
def comes_in_time(c: Any, r: Any, i: Any, ways: Any, day: Any, plans: Any, routes: Any) -> Any:
    """Whether order c may stand in front of stop i of tour r, for all that these moments tell."""
    k = routes[r, TYPE]
    p = ways.types[k, PROFILE]
    a, b = place_at(r, i - 1, day, plans, routes), place_at(r, i, day, plans, routes)
    over = over_at(c, k, plans.early[r, i] + ways.ride[p, a, day.node[c, WHERE]], day)
    return over >= 0 and over + ways.ride[p, day.node[c, WHERE], b] <= plans.late[r, i]
