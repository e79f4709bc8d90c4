"""Shortest rides between stops: tables for all pairs, and the lanes of one ride. Pure.

A ride starts in either direction of the stop's segment, may turn round at a stop (a courier does), and
ends where the next stop lies on its lane. All costs are packed milliseconds and decimetres.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from routing.streets import loops
from routing.streets.costs import LaneCosts
from routing.streets.groups import Groups, spread
from routing.streets.hierarchy import Hierarchy, Metric
from routing.streets.packing import DETOUR, FAR, decimetres, milliseconds, packed
from routing.streets.snapping import Stops
from routing.streets.turns import Turns

Ints = NDArray[np.int64]
SLACK = 1e-9  # of a lane: a stop at the very edge of a closed area


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
        self.out = Groups(turns.tail, turns.count)
        self.nodes = Groups(turns.lane_of, int(turns.lane_of.max()) + 1)

    def arcs_along(self, nodes: Ints) -> Ints:
        """The arc from each node to the next one."""
        found: Ints = loops.arcs_along(self.out.first, self.out.rows, self.turns.head, nodes)
        return found

    def ways_on(self, nodes: NDArray[np.int32], arcs: Ints) -> Ints:
        """In how many ways one can go on from each node under these costs, turning round aside."""
        turns = self.turns
        found: Ints = loops.ways_on(self.out.first, self.out.rows, turns.head, turns.lane_of, arcs, nodes)
        return found


@dataclass(frozen=True)
class Sides:
    """The two lanes of each stop, P × 2, and packed costs on them; ``FAR`` where it is not possible.

    ``rest``: from the stop to the end of a lane that may be ridden through; ``leave``: also of one that an area closes
    behind the stop; ``enter``: from the beginning of a lane that an area closes beyond the stop; ``ahead``: what lies
    ahead in any case; ``piece``: the part along which one can ride: 0, or 1 behind a closed area; -1: none.
    """

    lane: Ints
    rest: Ints
    leave: Ints
    enter: Ints
    ahead: Ints
    piece: NDArray[np.int8]
    left: NDArray[np.float64]  # share of the lane ahead


@dataclass(frozen=True)
class Entries:
    """Turns into lanes that an area closes in part: the stop there, the node left, the arc, and what it costs."""

    stop: Ints
    tail: Ints
    arc: Ints
    cost: Ints


class Router:
    """Answers under one set of costs. Read-only, so any number of threads may ask.

    ``loose`` are the costs of the arcs as if no area closed a lane in part; for all, and only out of such lanes.
    """

    def __init__(
        self, adjacency: Adjacency, hierarchy: Hierarchy, lanes: LaneCosts, metric: Metric, loose: tuple[Ints, Ints]
    ) -> None:
        self.lanes, self.arcs, self.metric = lanes, metric.arcs, metric
        self._hierarchy, self._turns = hierarchy, adjacency.turns
        self._near = adjacency
        self.loose, self._leaving = loose

    def table(self, stops: Stops) -> Ints:
        """Packed costs of the ride between all stops, P × P; ``FAR`` where there is none. Zero diagonal."""
        return self.part_of_table(stops, np.arange(len(stops.segment)), np.arange(len(stops.segment)))

    def part_of_table(self, stops: Stops, rows: Ints, columns: Ints) -> Ints:
        """The same for rides from some of the stops (rows) to some (columns)."""
        sides = self._sides(stops)
        begins, ends = _of(sides, rows), _of(sides, columns)
        usable, leaves = ends.rest < FAR, begins.leave < FAR
        sources, costs, owner = self._starts(begins.lane, begins.leave, leaves)
        source_first = np.searchsorted(owner, np.arange(len(rows) + 1))
        nodes, node_lane = self._nodes_of(np.unique(ends.lane[usable]))
        entries = self._entries(ends)
        found = self._hierarchy.table(
            self.metric, source_first, sources, costs, np.concatenate((nodes, np.unique(entries.tail)))
        )
        by_lane, column = self._per_lane(found[:, : len(nodes)], node_lane, ends.lane)
        zones = self._zone_of(begins.lane, leaves), self._zone_of(ends.lane, usable)
        out = loops.between(by_lane, column, ends.rest, *zones)
        self._enter(out, found[:, len(nodes) :], entries, begins)
        self._ride_along(out, stops.segment, sides, rows, columns)
        out[rows[:, None] == columns[None, :]] = 0
        return out

    def _sides(self, stops: Stops) -> Sides:
        lane = np.stack((2 * stops.segment, 2 * stops.segment + 1), axis=1)
        left = np.stack((1.0 - stops.share, stops.share), axis=1)
        cost = self.lanes.cost[lane]
        ahead = _part(self.lanes.through.cost[lane], left)
        rest = np.where(cost < FAR, ahead, FAR)
        leave, enter, piece = rest.copy(), np.full_like(rest, FAR), np.where(cost < FAR, 0, -1).astype(np.int8)
        for stop, side in np.argwhere(np.isin(lane, list(self.lanes.cuts))) if self.lanes.cuts else ():
            low, high = self.lanes.cuts[int(lane[stop, side])]
            at = 1.0 - left[stop, side]
            if at <= low + SLACK:
                enter[stop, side] = self.lanes.through.cost[lane[stop, side]] - ahead[stop, side]
                piece[stop, side] = 0
            elif at >= high - SLACK:
                leave[stop, side] = ahead[stop, side]
                piece[stop, side] = 1
        return Sides(lane, rest, leave, enter, ahead, piece, left)

    def _starts(self, lane: Ints, leave: Ints, usable: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
        """Every node that follows a stop's lanes, what it costs to have ridden it, and the stop."""
        usable_side = np.flatnonzero(usable.ravel())
        arcs, side = self._near.out.of(lane.ravel()[usable_side])
        side = usable_side[side]
        cost = leave.ravel()[side] + self._leaving[arcs]
        passable = self._leaving[arcs] < FAR
        return self._turns.head[arcs][passable].astype(np.int64), cost[passable], side[passable] // 2

    def _nodes_of(self, lanes: Ints) -> tuple[Ints, Ints]:
        """The nodes that stand for these lanes (copies included), and for which lane each stands."""
        nodes, place = self._near.nodes.of(lanes)
        return nodes, lanes[place]

    @staticmethod
    def _per_lane(found: Ints, node_lane: Ints, lane: Ints) -> tuple[Ints, Ints]:
        """One column per lane (the best of its nodes), and the column of each stop's two lanes."""
        lanes, first = np.unique(node_lane, return_index=True)
        by_lane = found if len(lanes) == len(node_lane) else np.minimum.reduceat(found, first, axis=1)
        return np.ascontiguousarray(by_lane), np.searchsorted(lanes, lane).clip(max=max(len(lanes) - 1, 0))

    def _zone_of(self, lane: Ints, usable: NDArray[np.bool_]) -> NDArray[np.int32]:
        return np.where(usable, self.lanes.zone[lane], -1).max(axis=1)

    def _entries(self, sides: Sides) -> Entries:
        """Every turn by which a stop on a lane closed in part is reached."""
        stop, side = np.nonzero(sides.enter < FAR)
        found: list[tuple[int, int, int, int]] = []
        heads = self._turns.lane_of[self._turns.head] if len(stop) else None
        for j, lane, cost in zip(stop, sides.lane[stop, side], sides.enter[stop, side], strict=True):
            arcs = np.flatnonzero((heads == lane) & (self.loose < FAR))
            whole = self.lanes.through.cost[lane]
            found += [
                (int(j), int(self._turns.tail[arc]), int(arc), int(self.loose[arc] - whole + cost)) for arc in arcs
            ]
        columns = np.array(found, np.int64).reshape(-1, 4).T
        return Entries(*columns)

    def _enter(self, out: Ints, found: Ints, entries: Entries, begins: Sides) -> None:
        """Rides that end on a lane closed in part: over the node before it, or straight from the lane before it."""
        tails = np.unique(entries.tail)
        for stop, tail, cost in zip(entries.stop, entries.tail, entries.cost, strict=True):
            before = found[:, np.searchsorted(tails, tail)]
            over = np.where(before < FAR, before + cost, FAR)
            straight = np.where((begins.lane == tail) & (begins.leave < FAR), begins.leave + cost, FAR).min(axis=1)
            out[:, stop] = np.minimum(out[:, stop], np.minimum(over, straight))

    def _ride_along(self, out: Ints, segment: Ints, sides: Sides, rows: Ints, columns: Ints) -> None:
        """Two stops on one segment: straight along it, where that is shorter and nothing between them is closed."""
        order = np.argsort(segment[columns], kind="stable")
        ranges = [np.searchsorted(segment[columns], segment[rows], edge, order) for edge in ("left", "right")]
        row, place = spread(ranges[0], ranges[1] - ranges[0])
        column = order[place]
        start, goal = rows[row], columns[column]
        for side in (0, 1):
            ahead = sides.ahead[start, side] - sides.ahead[goal, side]
            same = (sides.piece[start, side] >= 0) & (sides.piece[goal, side] == sides.piece[start, side])
            fine = same & (ahead >= 0)
            out[row[fine], column[fine]] = np.minimum(out[row[fine], column[fine]], ahead[fine])

    def ride(self, stops: Stops) -> Ride | None:
        """The ride from the first of two stops to the second; its cost equals the table's."""
        sides = self._sides(stops)
        begins, ends = _of(sides, np.array([0])), _of(sides, np.array([1]))
        best = self._ride_over_turns(begins, ends)
        entries = self._entries(ends)
        best = self._straight_in(begins, ends, entries, best)
        if stops.segment[0] == stops.segment[1]:
            for side in (0, 1):
                ahead = int(sides.ahead[0, side] - sides.ahead[1, side])
                same = sides.piece[0, side] >= 0 and sides.piece[0, side] == sides.piece[1, side]
                if same and ahead >= 0 and (best is None or ahead <= best.cost):
                    left = sides.left[:, side]
                    best = Ride(ahead, (int(sides.lane[0, side]),), (), float(left[0]), float(left[1]))
        return best

    def _straight_in(self, begins: Sides, ends: Sides, entries: Entries, best: Ride | None) -> Ride | None:
        """From the lane before straight into one that an area closes in part, where that is shorter."""
        for tail, arc, cost in zip(entries.tail, entries.arc, entries.cost, strict=True):
            for side in (0, 1):
                whole = int(begins.leave[0, side]) + int(cost)
                fits = begins.lane[0, side] == tail and begins.leave[0, side] < FAR
                if fits and (best is None or whole < best.cost):
                    head = int(self._turns.lane_of[self._turns.head[arc]])
                    best = Ride(whole, (int(tail), head), (int(arc),), float(begins.left[0, side]), _left(ends, head))
        return best

    def _ride_over_turns(self, begins: Sides, ends: Sides) -> Ride | None:
        leaves, usable = begins.leave < FAR, ends.rest < FAR
        sources, costs, _ = self._starts(begins.lane, begins.leave, leaves)
        sides = self._start_sides(begins.lane, leaves)
        targets, target_lane = self._nodes_of(np.unique(ends.lane[usable]))
        target_rest = np.where(target_lane == ends.lane[0, 0], ends.rest[0, 0], ends.rest[0, 1])
        entries = self._entries(ends)
        goals, goal_costs = np.concatenate((targets, entries.tail)), np.concatenate((-target_rest, entries.cost))
        if not len(sources) or not len(goals):
            return None
        found = self._hierarchy.ride(self.metric, sources, costs, goals, goal_costs)
        if found is None:
            return None
        zone, own = self._zone_of(ends.lane, usable)[0], self._zone_of(begins.lane, leaves)[0]
        entering = zone >= 0 and own != zone and found.cost >= DETOUR
        first_lane, first_arc = sides[found.source]
        nodes, arcs = found.nodes, self._near.arcs_along(found.nodes)
        if found.target >= len(targets):
            last_arc = entries.arc[found.target - len(targets)]
            nodes, arcs = np.append(nodes, self._turns.head[last_arc]), np.append(arcs, last_arc)
        lanes = (first_lane, *self._turns.lane_of[nodes].tolist())
        cost = found.cost - (DETOUR if entering else 0)
        return Ride(cost, lanes, (first_arc, *arcs.tolist()), _left(begins, first_lane), _left(ends, lanes[-1]))

    def _start_sides(self, lane: Ints, usable: NDArray[np.bool_]) -> list[tuple[int, int]]:
        """For each start of ``_starts`` the lane it leaves and the arc it takes, in the same order."""
        lanes = lane[usable]
        arcs, side = self._near.out.of(lanes)
        passable = self._leaving[arcs] < FAR
        return list(zip(lanes[side[passable]].tolist(), arcs[passable].tolist(), strict=True))

    def ways_on(self, nodes: NDArray[np.int32]) -> Ints:
        """In how many ways one can go on from each node, turning round aside."""
        return self._near.ways_on(nodes, self.arcs)


def _of(sides: Sides, which: Ints) -> Sides:
    """The sides of some stops."""
    return Sides(**{field.name: getattr(sides, field.name)[which] for field in fields(Sides)})


def _left(sides: Sides, lane: int) -> float:
    return float(sides.left[0, 0] if lane == sides.lane[0, 0] else sides.left[0, 1])


def _part(cost: Ints, share: NDArray[np.float64]) -> Ints:
    """The packed cost of a share of each lane; nothing sensible where it is closed."""
    known = np.where(cost < FAR, cost, 0)
    return packed(
        np.rint(share * milliseconds(known)).astype(np.int64), np.rint(share * decimetres(known)).astype(np.int64)
    )
