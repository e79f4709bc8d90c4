"""The loop: ruin, recreate, accept or undo; between two such steps some exchanges of tails under the same rule."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from routing.tours.kernel.compiled import entry, inner
from routing.tours.kernel.crossing import change_type, exchange_any
from routing.tours.kernel.layout import (
    ABSENT,
    ACCEPTED,
    BEST,
    CURRENT,
    JOURNAL,
    NEXT,
    ROUTE_JOURNAL,
    ROUTES,
    STEP,
    TRIED,
    UNPAID,
)
from routing.tours.kernel.links import draw, undo
from routing.tours.kernel.recreate import recreate
from routing.tours.kernel.ruin import ruin

RETRIED = 12  # of the orders left out take part in one step
OTHER_SHARE = 0.1  # of the exchanges are of whole tours of different types
BOLD_SHARE = 0.3  # of the steps may serve orders at a loss: a new tour pays only with its second order


@entry
def anneal(
    ways: Any,
    search: Any,
    triples: Any,
    loads: Any,
    steps: Any,
    temperature: Any,
    average: Any,
    longest: Any,
    blink: Any,
    tails: Any,
) -> None:
    """``steps`` steps at one temperature; ``average`` and ``longest`` as in ``ruin``, ``tails`` exchanges a step."""
    several = ways.types.shape[0] > 1 and ways.limited[0] == 0
    for _ in range(steps):
        _step(ways, search, triples, loads, temperature, average, longest, blink)
        for _ in range(tails):
            tolerance = -temperature * math.log(draw(search.random) + 1e-300)
            if several and draw(search.random) < OTHER_SHARE:
                change = change_type(ways, search, triples, loads, tolerance)
            else:
                change = exchange_any(ways, search, triples, loads, tolerance, several)
            if change != 0:
                search.counters[CURRENT] += change
                _keep_best(search)
    search.counters[TRIED] += steps


@inner
def _step(
    ways: Any, search: Any, triples: Any, loads: Any, temperature: Any, average: Any, longest: Any, blink: Any
) -> None:
    """The threshold is drawn first, so that hopeless candidates are given up early."""
    counters, random = search.counters, search.random
    counters[STEP] += 1
    counters[JOURNAL] = 0
    counters[ROUTE_JOURNAL] = 0
    absent, routes, unpaid = counters[ABSENT], counters[ROUTES], counters[UNPAID]
    _copy(search.used, search.used_before)
    _copy_rooms(search.room, search.room_before, ways)
    limit = counters[CURRENT] - temperature * math.log(draw(random) + 1e-300)
    kept = _choose_absent(ways, search)
    tours = counters[CURRENT] - unpaid
    tours -= ruin(ways, search, triples, loads, average, longest)
    cost = recreate(ways, search, triples, loads, kept, tours, limit, blink, draw(random) < BOLD_SHARE)
    if 0 <= cost < limit:
        counters[CURRENT] = cost
        counters[ACCEPTED] += 1
        _keep_best(search)
        return
    undo(search, triples, loads)
    _copy(search.used_before, search.used)
    _copy_rooms(search.room_before, search.room, ways)
    counters[ABSENT], counters[ROUTES], counters[UNPAID] = absent, routes, unpaid
    for i in range(kept, absent):
        search.absent[i] = search.absent_before[i]


@inner
def _copy(source: Any, target: Any) -> None:
    for i in range(len(source)):
        target[i] = source[i]


@inner
def _copy_rooms(source: Any, target: Any, ways: Any) -> None:
    if ways.limited[0] > 0:
        for i in range(source.shape[0]):
            target[i, 0] = source[i, 0]
            target[i, 1] = source[i, 1]


@inner
def _choose_absent(ways: Any, search: Any) -> Any:
    """Move some absent orders to the end of the list, where recreate takes them up; returns where they begin."""
    counters, absent = search.counters, search.absent
    count = counters[ABSENT]
    kept = max(0, count - RETRIED)
    if kept > 0:
        for i in range(kept, count):
            j = int(draw(search.random) * (i + 1))
            absent[i], absent[j] = absent[j], absent[i]
    for i in range(kept, count):
        search.absent_before[i] = absent[i]
        counters[UNPAID] -= ways.price[absent[i]]
    return kept


@inner
def _keep_best(search: Any) -> None:
    counters = search.counters
    if counters[CURRENT] < counters[BEST]:
        counters[BEST] = counters[CURRENT]
        for i in range(search.nodes.shape[0]):
            search.best_next[i] = search.nodes[i, NEXT]


@entry
def seed_random(random: Any, seed: Any) -> None:
    """Begin the sequence of random numbers; nearby seeds are far apart after a few draws."""
    random[0] = np.uint64(88172645463325252) + np.uint64(seed) * np.uint64(7919)
    for _ in range(20):
        draw(random)
