"""The memory of the counting kernel: whole sequences, one row for each vehicle."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


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
    early: np.ndarray  # int64 s x (l + 1), when so many stops can be over at the earliest (``moments``)
    late: np.ndarray  # int64 s x (l + 1), when each stop, and at last the hub, must be reached at the latest
    random: np.ndarray  # uint64 1
