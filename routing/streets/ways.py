"""A ride made visible: its line along real streets, and its stretches for the words. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.streets.model import Point
from routing.streets.obeyed import Ridden
from routing.streets.packing import decimetres, milliseconds
from routing.streets.segments import Segments, metres_per_degree
from routing.streets.shortest import Ride, Router
from routing.streets.store import as_points
from routing.streets.turns import Turns
from routing.streets.words import SIDE_TOLD_M, Stretch

Ints = NDArray[np.int64]


class Drawer:
    """Draws rides on one street network."""

    def __init__(self, segments: Segments, turns: Turns) -> None:
        self._segments, self._turns = segments, turns

    def line(self, ride: Ride) -> tuple[Point, ...]:
        """Points from start to end; at least two, the same twice where nothing is ridden."""
        parts = [self._part(ride, number)[1 if number else 0 :] for number in range(len(ride.lanes))]
        return as_points(np.concatenate(parts))

    def place(self, segment: int, share: float) -> Point:
        """The point at a share of a segment's line."""
        return as_points(cut(self._segments.line(segment), share, share))[0]

    def _part(self, ride: Ride, number: int) -> NDArray[np.float64]:
        """The line of one lane, cut where the ride begins and ends."""
        lane = ride.lanes[number]
        line = self._segments.line(lane >> 1)
        line = line[::-1] if lane & 1 else line
        begin = 1.0 - ride.from_left if number == 0 else 0.0
        end = 1.0 - ride.to_left if number == len(ride.lanes) - 1 else 1.0
        return line if (begin, end) == (0.0, 1.0) else cut(line, begin, end)

    def stretches(self, ride: Ride, router: Router) -> list[Stretch]:
        """What the words are made of; milliseconds and decimetres add up to the ride's cost."""
        segments, turns = self._segments, self._turns
        lanes, arcs = np.array(ride.lanes), np.array(ride.arcs, np.int64)
        ms, dm = self._costs(ride, router, lanes, arcs)
        begin = as_points(self._part(ride, 0))
        first = segments.points[np.where(lanes & 1, segments.first[(lanes >> 1) + 1] - 1, segments.first[lanes >> 1])]
        columns = zip(
            (begin[0], *as_points(first[1:])),
            [segments.traits[trait] for trait in segments.trait[lanes >> 1].tolist()],
            router.lanes.push[lanes].tolist(),
            ms.tolist(),
            dm.tolist(),
            [0, *turns.degrees[arcs].tolist()],
            [False, *(lanes[1:] == (lanes[:-1] ^ 1)).tolist()],
            [False, *(router.ways_on(turns.tail[arcs]) > 1).tolist()],
            [bearing(begin), *[0.0] * len(arcs)],
            strict=True,
        )
        return [Stretch(at, trait.name, trait.kind, trait.roundabout, *others) for at, trait, *others in columns]

    @staticmethod
    def _costs(ride: Ride, router: Router, lanes: Ints, arcs: Ints) -> tuple[Ints, Ints]:
        """Milliseconds and decimetres of each lane with the turn into it, as far as it is ridden."""
        whole = router.lanes.through.cost[lanes]
        whole_ms, whole_dm = milliseconds(whole), decimetres(whole)
        ms, dm = whole_ms.copy(), whole_dm.copy()
        ms[0], dm[0] = np.rint(ride.from_left * whole_ms[0]), np.rint(ride.from_left * whole_dm[0])
        ms[-1] -= np.rint(ride.to_left * whole_ms[-1]).astype(np.int64)
        dm[-1] -= np.rint(ride.to_left * whole_dm[-1]).astype(np.int64)
        ms[1:] += milliseconds(router.loose[arcs]) - whole_ms[1:]
        return ms, dm

    def ridden(self, ride: Ride, router: Router, at_ms: int) -> list[Ridden]:
        """Which street is ridden when, for a ride that begins so many milliseconds after midnight."""
        found = []
        for number, stretch in enumerate(self.stretches(ride, router)):
            lane = ride.lanes[number]
            begin = 1.0 - ride.from_left if number == 0 else 0.0
            end = 1.0 - ride.to_left if number == len(ride.lanes) - 1 else 1.0
            if lane & 1:
                begin, end = 1.0 - begin, 1.0 - end
            found.append(Ridden(lane, begin, end, at_ms // 1000, -(-(at_ms + stretch.ms) // 1000)))
            at_ms += stretch.ms
        return found


def cut(line: NDArray[np.float64], begin: float, end: float) -> NDArray[np.float64]:
    """The piece of a line between two shares of its length."""
    narrow = np.cos(np.radians(line[:, 0].mean()))
    along = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(line[:, 0]), np.diff(line[:, 1]) * narrow))))
    low, high = begin * along[-1], end * along[-1]
    ends = np.stack([np.interp((low, high), along, line[:, k]) for k in (0, 1)], axis=1)
    inside = line[(along > low) & (along < high)]
    return np.concatenate((ends[:1], inside, ends[1:]))


def bearing(line: Sequence[Point]) -> float:
    """The direction in which a line starts, degrees clockwise from north."""
    (lat, lon), (to_lat, to_lon) = line[0], next((point for point in line[1:] if point != line[0]), line[0])
    return math.degrees(math.atan2((to_lon - lon) * math.cos(math.radians(lat)), to_lat - lat)) % 360.0


def side_of(line: Sequence[Point], goal: Point) -> int:
    """Where a goal lies from the end of a line: 1 left, -1 right, 0 on it."""
    end = line[-1]
    before = next((point for point in reversed(line[:-1]) if point != end), None)
    if before is None:
        return 0
    north, east = (float(x) for x in metres_per_degree(end[0]))
    heading = ((end[0] - before[0]) * north, (end[1] - before[1]) * east)
    aside = ((goal[0] - end[0]) * north, (goal[1] - end[1]) * east)
    left = (heading[1] * aside[0] - heading[0] * aside[1]) / math.hypot(*heading)
    return 0 if abs(left) < SIDE_TOLD_M else (1 if left > 0 else -1)
