"""The memory of the kernel: which column of which table holds what.

Orders are nodes 0 to n-1. Every vehicle is a route slot r with two sentinel nodes, start n+2r and end n+2r+1; routes
are doubly linked lists between them. One node is one row of 64 bytes, a line of the processor's cache. Vehicles that
differ only in their key are of one type, and their slots stand together.

Times are seconds; costs are parts of a cent (``Ways.parts``); the wage of a type is paid for the whole duration.
``triples`` and ``loads`` are ``None`` where nobody is paid by the hour, nothing limits a duration or a range,
deliveries and pickups never share a tour and no hub is limited; numba then leaves the code for them out. Loads along a
tour are kept only where deliveries and pickups may share it (``Ways.limited``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# columns of a node; WAY and RIDE: cost and seconds to NEXT; OPENS, CLOSES: first and last begin of the service
PREV, NEXT, ROUTE, PLACE, LOAD_G, LOAD_ML, OPENS, CLOSES, SERVICE, DEPARTS, LATEST, WAY, RIDE, STAMP, PICKUP = range(15)
NODE_WIDTH = 16
# columns of a triple (Vidal et al. 2013): shortest duration, first and last start of the part up to, or from, a node
TO_LASTS, TO_FIRST, TO_LAST, FROM_LASTS, FROM_FIRST = range(5)
TRIPLE_WIDTH = 5
# columns of loads: most on board on any leg up to and including the one behind this node, and from that leg on
TO_G, TO_ML, FROM_G, FROM_ML = range(4)
LOAD_WIDTH = 4
# columns of a route; OUT: delivered load, IN: collected load, WAYS: sum of WAY
LENGTH, TYPE, OUT_G, OUT_ML, IN_G, IN_ML, WAYS, LASTS, ROUTE_STAMP = range(9)
ROUTE_WIDTH = 9
# columns of a type; REACH: range in parts of cost
COUNT, CAP_G, CAP_ML, PROFILE, FIRST_SLOT, USE, WAGE, LONGEST, REACH, START_HUB, END_HUB = range(11)
TYPE_WIDTH = 11
# counters of a search
CURRENT, BEST, ABSENT, ROUTES, STEP, JOURNAL, ROUTE_JOURNAL, UNPAID, ACCEPTED, TRIED = range(10)
COUNTERS = 10

FOREVER = 1 << 29  # seconds or parts: later and dearer than anything allowed
NONE = -1


class Ways(NamedTuple):
    """What never changes during a search; p profiles (class and price per km), k places, n orders, m types."""

    cost: np.ndarray  # int32 p x k x k
    cost_in: np.ndarray  # the same, columns and rows exchanged: the ways into one place stand together
    ride: np.ndarray  # int32 p x k x k
    ride_in: np.ndarray
    types: np.ndarray  # int64 m x TYPE_WIDTH
    before: np.ndarray  # int32 n x K, orders that may well come before this one, nearest first, NONE at the end
    after: np.ndarray
    near: np.ndarray  # int32 n x A, orders around this one, nearest first
    price: np.ndarray  # int64 n, of leaving an order out
    allowed: np.ndarray  # int64 n, bit k: type k may serve it
    far: np.ndarray  # float64 n, from the nearest hub
    limited: np.ndarray  # int64 2: whether any hub is limited; whether deliveries and pickups may share a tour


class Search(NamedTuple):
    """What one thread changes."""

    nodes: np.ndarray  # int32 (n + 2 slots) x NODE_WIDTH
    routes: np.ndarray  # int64 slots x ROUTE_WIDTH
    used: np.ndarray  # int64 m, vehicles in use of each type
    used_before: np.ndarray
    room: np.ndarray  # int64 hubs x 2, g and ml that each hub can still take
    room_before: np.ndarray
    absent: np.ndarray  # int32 n, orders left out
    absent_before: np.ndarray
    keys: np.ndarray  # float64 n, for sorting
    journal_nodes: np.ndarray  # int32, which rows were saved
    journal: np.ndarray  # int32, the rows before this step
    journal_routes: np.ndarray
    journal_route_rows: np.ndarray
    best_next: np.ndarray  # int32, NEXT of the best solution
    counters: np.ndarray  # int64
    random: np.ndarray  # uint64 1
