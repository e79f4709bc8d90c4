"""The order in which the hierarchy contracts lanes. The only module that knows routingkit-cch exists."""

from __future__ import annotations

import numpy as np
import routingkit_cch
from numpy.typing import NDArray

from routing.streets.segments import Segments
from routing.streets.turns import Turns, lane_ends


def lane_ranks(segments: Segments, turns: Turns) -> NDArray[np.int32]:
    """The rank of every node: inertial flow on the junctions, then each lane by the rank of the junction it ends at.

    Ordering the junctions first is three times faster than ordering the lanes, and the hierarchy is smaller.
    """
    junctions = len(segments.blocked)
    place = np.zeros((junctions, 2))
    place[segments.start] = segments.points[segments.first[:-1]]
    place[segments.end] = segments.points[segments.first[1:] - 1]
    tail, head = (np.concatenate(pair).tolist() for pair in _both_ways(segments))
    try:
        order = routingkit_cch.compute_order_inertial(junctions, tail, head, place[:, 0].tolist(), place[:, 1].tolist())
    except BaseException as panic:  # its PanicException is no Exception
        if isinstance(panic, Exception | KeyboardInterrupt | SystemExit):
            raise
        raise RuntimeError(f"ordering {junctions} junctions failed: {panic}") from panic
    junction_rank = np.empty(junctions, np.int64)
    junction_rank[order] = np.arange(junctions)
    _, ends = lane_ends(segments)
    by_rank = np.argsort(junction_rank[ends[turns.lane_of]], kind="stable")
    rank = np.empty(turns.count, np.int32)
    rank[by_rank] = np.arange(turns.count, dtype=np.int32)
    return rank


def _both_ways(segments: Segments) -> tuple[tuple[NDArray, NDArray], tuple[NDArray, NDArray]]:
    apart = segments.start != segments.end
    start, end = segments.start[apart], segments.end[apart]
    return (start, end), (end, start)
