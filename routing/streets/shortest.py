"""Shortest rides between stops: tables for all pairs, and the lanes of one ride. Pure.

A ride starts in either direction of the stop's segment, may turn round at a stop (a courier does), and
ends where the next stop lies on its lane. All costs are packed milliseconds and decimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing.streets import kernels
from routing.streets.costs import LaneCosts
from routing.streets.hierarchy import Hierarchy, Metric
from routing.streets.packing import DETOUR, FAR, decimetres, milliseconds, packed
from routing.streets.snapping import Stops
from routing.streets.turns import Turns

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ride:
    """The lanes of one ride and the turns (arcs) between them; ``cost`` is packed, detours taken off.

    It begins where a share ``from_left`` of the first lane lies ahead, and ends where ``to_left`` of the last does.
    """

    cost: int
    lanes: tuple[int, ...]
    arcs: tuple[int, ...]
    from_left: float
    to_left: float


class Adjacency:
    """Which arcs leave a node, and which nodes stand for a lane; the same under all costs."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.out = np.argsort(turns.tail, kind="stable")
        self.out_first = np.searchsorted(turns.tail[self.out], np.arange(turns.count + 1))
        self.nodes = np.argsort(turns.lane_of, kind="stable")
        lanes = np.arange(int(turns.lane_of.max()) + 2)
        self.nodes_first = np.searchsorted(turns.lane_of[self.nodes], lanes)

    def arcs_of(self, node: int) -> Ints:
        return self.out[self.out_first[node] : self.out_first[node + 1]]

    def ways_on(self, node: int, arcs: Ints) -> int:
        """In how many ways one can go on from here under these costs, turning round aside."""
        out = self.arcs_of(node)
        onward = self.turns.lane_of[self.turns.head[out]] != (self.turns.lane_of[node] ^ 1)
        return int(((arcs[out] < FAR) & onward).sum())


class Router:
    """Answers under one set of costs. Read-only, so any number of threads may ask."""

    def __init__(self, adjacency: Adjacency, hierarchy: Hierarchy, lanes: LaneCosts, metric: Metric) -> None:
        self.lanes, self.arcs, self.metric = lanes, metric.arcs, metric
        self._hierarchy, self._turns = hierarchy, adjacency.turns
        self._near = adjacency

    def table(self, stops: Stops) -> Ints:
        """Packed costs of the ride between all stops, P × P; ``FAR`` where there is none. Zero diagonal."""
        count = len(stops.segment)
        lane, rest = self._rests(stops)
        usable = rest < FAR
        sources, costs, owner = self._starts(lane, rest, usable)
        source_first = np.searchsorted(owner, np.arange(count + 1))
        nodes, node_lane = self._nodes_of(np.unique(lane[usable]))
        found = self._hierarchy.table(self.metric, source_first, sources, costs, nodes)
        by_lane, column = self._per_lane(found, node_lane, lane)
        out = kernels.between(by_lane, column, rest, self._zone_of(lane, usable))
        self._ride_along(out, stops.segment, rest)
        np.fill_diagonal(out, 0)
        return out

    def _rests(self, stops: Stops) -> tuple[Ints, Ints]:
        """Both lanes of each stop and what is left of them behind it; ``FAR`` where the lane is closed."""
        lane = np.stack((2 * stops.segment, 2 * stops.segment + 1), axis=1)
        left = np.stack((1.0 - stops.share, stops.share), axis=1)
        cost = self.lanes.cost[lane]
        part = packed(
            np.rint(left * milliseconds(cost)).astype(np.int64), np.rint(left * decimetres(cost)).astype(np.int64)
        )
        return lane, np.where(cost < FAR, part, FAR)

    def _starts(self, lane: Ints, rest: Ints, usable: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
        """Every node that follows a stop's lanes, what it costs to have ridden it, and the stop."""
        flat, behind = lane.ravel(), rest.ravel()
        fan = np.where(usable.ravel(), self._near.out_first[flat + 1] - self._near.out_first[flat], 0)
        place = np.arange(fan.sum()) - np.repeat(np.cumsum(fan) - fan, fan)
        arcs = self._near.out[np.repeat(self._near.out_first[flat], fan) + place]
        cost = np.repeat(behind, fan) + self.arcs[arcs]
        owner = np.repeat(np.repeat(np.arange(len(lane)), 2), fan)
        passable = self.arcs[arcs] < FAR
        return self._turns.head[arcs][passable].astype(np.int64), cost[passable], owner[passable]

    def _nodes_of(self, lanes: Ints) -> tuple[Ints, Ints]:
        """The nodes that stand for these lanes (copies included), and for which lane each stands."""
        fan = self._near.nodes_first[lanes + 1] - self._near.nodes_first[lanes]
        place = np.arange(fan.sum()) - np.repeat(np.cumsum(fan) - fan, fan)
        return self._near.nodes[np.repeat(self._near.nodes_first[lanes], fan) + place], np.repeat(lanes, fan)

    @staticmethod
    def _per_lane(found: Ints, node_lane: Ints, lane: Ints) -> tuple[Ints, Ints]:
        """One column per lane (the best of its nodes), and the column of each stop's two lanes."""
        lanes, first = np.unique(node_lane, return_index=True)
        by_lane = found if len(lanes) == len(node_lane) else np.minimum.reduceat(found, first, axis=1)
        return by_lane, np.searchsorted(lanes, lane).clip(max=max(len(lanes) - 1, 0))

    def _zone_of(self, lane: Ints, usable: NDArray[np.bool_]) -> NDArray[np.int32]:
        return np.where(usable, self.lanes.zone[lane], -1).max(axis=1)

    def _ride_along(self, out: Ints, segment: Ints, rest: Ints) -> None:
        """Two stops on one segment: straight along it, where that is shorter."""
        order = np.argsort(segment, kind="stable")
        ordered = segment[order]
        cuts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1], [True])))
        for begin, end in pairwise(cuts):
            group = order[begin:end]
            if len(group) == 1:
                continue
            block = np.ix_(group, group)
            for side in (0, 1):
                behind = rest[group, side]
                if behind[0] < FAR:
                    ahead = behind[:, None] - behind[None, :]
                    out[block] = np.where(behind[:, None] >= behind[None, :], np.minimum(out[block], ahead), out[block])

    def ride(self, stops: Stops) -> Ride | None:
        """The ride from the first of two stops to the second; its cost equals the table's."""
        lane, rest = self._rests(stops)
        usable = rest < FAR
        left = np.stack((1.0 - stops.share, stops.share), axis=1)
        best = self._ride_over_turns(lane, rest, usable, left)
        if stops.segment[0] == stops.segment[1]:
            for side in (0, 1):
                ahead = int(rest[0, side] - rest[1, side])
                if usable[0, side] and rest[0, side] >= rest[1, side] and (best is None or ahead <= best.cost):
                    best = Ride(ahead, (int(lane[0, side]),), (), float(left[0, side]), float(left[1, side]))
        return best

    def _ride_over_turns(self, lane: Ints, rest: Ints, usable: NDArray[np.bool_], left: NDArray) -> Ride | None:
        only_first = usable & np.array([[True], [False]])
        sources, costs, _ = self._starts(lane, rest, only_first)
        begin = self._start_sides(lane, only_first)
        targets, target_lane = self._nodes_of(np.unique(lane[1][usable[1]]))
        target_rest = np.where(target_lane == lane[1, 0], rest[1, 0], rest[1, 1])
        if not len(sources) or not len(targets):
            return None
        found = self._hierarchy.ride(self.metric, sources, costs, targets, -target_rest)
        if found is None:
            return None
        zone = self._zone_of(lane, usable)
        entering = zone[1] >= 0 and zone[0] != zone[1] and found.cost >= DETOUR
        first_lane, first_arc = begin[found.source]
        nodes = [first_lane, *(int(node) for node in found.nodes)]
        arcs = [first_arc, *(self._arc(a, b) for a, b in pairwise(nodes[1:]))]
        lanes = tuple(int(self._turns.lane_of[node]) for node in nodes)
        from_left = float(left[0, 0] if first_lane == lane[0, 0] else left[0, 1])
        to_left = float(left[1, 0] if lanes[-1] == lane[1, 0] else left[1, 1])
        return Ride(found.cost - (DETOUR if entering else 0), lanes, tuple(arcs), from_left, to_left)

    def _start_sides(self, lane: Ints, usable: NDArray[np.bool_]) -> list[tuple[int, int]]:
        """For each start of ``_starts`` the lane it leaves and the arc it takes, in the same order."""
        sides = []
        for one in lane[usable]:
            for arc in self._near.arcs_of(int(one)):
                if self.arcs[arc] < FAR:
                    sides.append((int(one), int(arc)))
        return sides

    def _arc(self, tail: int, head: int) -> int:
        return int(next(arc for arc in self._near.arcs_of(tail) if self._turns.head[arc] == head))

    def ways_on(self, node: int) -> int:
        return self._near.ways_on(node, self.arcs)
