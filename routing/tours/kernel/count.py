"""Counting a whole tour anew: everything a day can ask of one vehicle, stop by stop, as ``schedule.ride`` defines it.

The quick kernel (``links``) keeps schedules and needs a formula for every constraint. This one needs only the
sequence: several windows, releases, rounds with reloading, pairs and breaks are all in one walk along it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from routing.tours.breaks import LONG_BREAK_S, LONG_DAY_S, SHORT_BREAK_S, STRETCH_S
from routing.tours.kernel.compiled import inner
from routing.tours.kernel.layout import CAP_G, CAP_ML, FOREVER, LONGEST, PROFILE, REACH, USE, WAGE

DELIVERY, PICKUP, TAKE, DROP = range(4)
# columns of a node
WHERE, WEIGHT, VOLUME, SERVES, READY, ROLE, MATE, WINDOWS = range(8)
NODE_COLUMNS = 8
# columns of what only this kernel knows of a type
FIRST_OUT, LAST_OUT, LAST_IN, FROM_PLACE, TO_PLACE, RELOADS, HUB_OPENS, HUB_CLOSES, RESTS, WORKED = range(10)
TYPE_COLUMNS = 10
IMPOSSIBLE = -1


class Day(NamedTuple):
    """What never changes during a search; n nodes (orders, then drops), w windows at most, m types."""

    node: np.ndarray  # int64 n x NODE_COLUMNS
    first: np.ndarray  # int64 n x w, first begin of the service in each window
    last: np.ndarray  # int64 n x w, last begin
    kind: np.ndarray  # int64 m x TYPE_COLUMNS


class Walk(NamedTuple):
    """Room for one walk along a tour."""

    begins: np.ndarray  # int64
    latest: np.ndarray
    legs: np.ndarray
    serves: np.ndarray


@inner
def count(k: Any, stops: Any, many: Any, day: Any, ways: Any, walk: Any) -> Any:
    """Parts that a tour of type k along the first ``many`` of ``stops`` costs; -1 if it cannot be ridden.

    A stop that is no node is a reload at the hub of departure.
    """
    if many == 0:
        return np.int64(0)
    if not _carried(k, stops, many, day, ways):
        return np.int64(IMPOSSIBLE)
    n = day.node.shape[0]
    p = ways.types[k, PROFILE]
    place, way = day.kind[k, FROM_PLACE], np.int64(0)
    for i in range(many + 1):
        there = day.kind[k, TO_PLACE]
        if i < many:
            there = day.node[stops[i], WHERE] if stops[i] < n else day.kind[k, FROM_PLACE]
        if ways.cost[p, place, there] >= FOREVER:
            return np.int64(IMPOSSIBLE)
        way += ways.cost[p, place, there]
        walk.legs[i] = ways.ride[p, place, there]
        place = there
    if way > ways.types[k, REACH]:
        return np.int64(IMPOSSIBLE)
    earliest = max(day.kind[k, FIRST_OUT], _ready(stops, 0, many, day))
    if earliest > day.kind[k, LAST_OUT]:
        return np.int64(IMPOSSIBLE)
    back = _forward(k, stops, 0, many, earliest, day, walk)
    if back < 0:
        return np.int64(IMPOSSIBLE)
    departs = _latest(k, many, earliest, back, 0, 0, day, walk)
    lasts, rest = back - departs, np.int64(0)
    if day.kind[k, RESTS] > 0 and lasts + day.kind[k, WORKED] > STRETCH_S:
        lasts, rest = _rested(k, stops, many, earliest, day, walk)
        if lasts < 0:
            return np.int64(IMPOSSIBLE)
    if lasts > ways.types[k, LONGEST]:
        return np.int64(IMPOSSIBLE)
    return np.int64(way + ways.types[k, WAGE] * (lasts - rest) + ways.types[k, USE])


@inner
def _carried(k: Any, stops: Any, many: Any, day: Any, ways: Any) -> Any:
    """Whether the load fits at every moment."""
    n = day.node.shape[0]
    kept_g, kept_ml = np.int64(0), np.int64(0)
    i = 0
    while True:
        g, ml, j = kept_g, kept_ml, i
        while j < many and stops[j] < n:
            if day.node[stops[j], ROLE] == DELIVERY:
                g += day.node[stops[j], WEIGHT]
                ml += day.node[stops[j], VOLUME]
            j += 1
        if g > ways.types[k, CAP_G] or ml > ways.types[k, CAP_ML]:
            return False
        while i < j:
            v = stops[i]
            role = day.node[v, ROLE]
            sign = 1 if PICKUP <= role <= TAKE else -1
            g += sign * day.node[v, WEIGHT]
            ml += sign * day.node[v, VOLUME]
            if g > ways.types[k, CAP_G] or ml > ways.types[k, CAP_ML]:
                return False
            if role >= TAKE:
                kept_g += sign * day.node[v, WEIGHT]
                kept_ml += sign * day.node[v, VOLUME]
            i += 1
        if i >= many:
            return True
        i += 1


@inner
def _ready(stops: Any, i: Any, many: Any, day: Any) -> Any:
    """When the goods of the round that begins with stop i are ready at the hub."""
    ready = np.int64(0)
    while i < many and stops[i] < day.node.shape[0]:
        if day.node[stops[i], ROLE] == DELIVERY:
            ready = max(ready, day.node[stops[i], READY])
        i += 1
    return ready


@inner
def _forward(k: Any, stops: Any, i: Any, many: Any, now: Any, day: Any, walk: Any) -> Any:
    """Ride on from stop i, before whose leg it is ``now``: earliest return, -1 if something is too late."""
    n = day.node.shape[0]
    while i < many:
        v, arrives = stops[i], now + walk.legs[i]
        if v >= n:
            serves = day.kind[k, RELOADS]
            begins = max(arrives, day.kind[k, HUB_OPENS], _ready(stops, i + 1, many, day) - serves)
            latest = day.kind[k, HUB_CLOSES] - serves
        else:
            serves = day.node[v, SERVES]
            role = day.node[v, ROLE]
            begins = max(arrives, day.node[v, READY]) if PICKUP <= role <= TAKE else arrives
            latest = np.int64(FOREVER)
            count_ = day.node[v, WINDOWS]
            for w in range(count_):
                latest = day.last[v, w]
                if begins <= latest:
                    begins = max(begins, day.first[v, w])
                    break
        if begins > latest:
            return np.int64(IMPOSSIBLE)
        walk.begins[i], walk.latest[i], walk.serves[i] = begins, latest, serves
        now = begins + serves
        i += 1
    now += walk.legs[many]
    return np.int64(now) if now <= day.kind[k, LAST_IN] else np.int64(IMPOSSIBLE)


@inner
def _latest(k: Any, many: Any, earliest: Any, back: Any, number: Any, rest: Any, day: Any, walk: Any) -> Any:
    """The latest departure that keeps the return, with a rest behind stop ``number``, counted from 1."""
    latest, i = back, many - 1
    while i >= 0:
        latest -= walk.legs[i + 1] + walk.serves[i]
        if i + 1 == number:
            latest -= rest
        latest = min(latest, walk.latest[i])
        i -= 1
    return max(earliest, min(latest - walk.legs[0], day.kind[k, LAST_OUT]))


@inner
def _rested(k: Any, stops: Any, many: Any, earliest: Any, day: Any, walk: Any) -> Any:
    """Duration and length of the break, taken where it costs least; -1 where no break is enough."""
    best, best_rest, worked = np.int64(-1), np.int64(0), day.kind[k, WORKED]
    for longer in range(2):
        rest = LONG_BREAK_S if longer == 1 else SHORT_BREAK_S
        for number in range(1, many + 1):
            _forward(k, stops, 0, many, earliest, day, walk)
            ends = walk.begins[number - 1] + walk.serves[number - 1]
            back = _forward(k, stops, number, many, ends + rest, day, walk)
            if back < 0:
                continue
            departs = _latest(k, many, earliest, back, number, rest, day, walk)
            now = departs
            for i in range(number):
                now = max(now + walk.legs[i], walk.begins[i]) + walk.serves[i]
            work = back - departs - rest + worked
            if work > LONG_DAY_S and longer == 0:
                continue
            if now - departs + worked > STRETCH_S or back - now - rest > STRETCH_S:
                continue
            if best < 0 or work - worked < best - best_rest:
                best, best_rest = np.int64(back - departs), np.int64(rest)
        if best >= 0:
            return best, best_rest
    return best, best_rest
