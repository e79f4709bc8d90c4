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


class Drawer:
    """Draws rides on one street network."""

    def __init__(self, segments: Segments, turns: Turns) -> None:
        self._segments, self._turns = segments, turns

    def line(self, ride: Ride) -> tuple[Point, ...]:
        """Points from start to end; at least two, the same twice where nothing is ridden."""
        parts = [self._part(ride, number) for number in range(len(ride.lanes))]
        points = [point for number, part in enumerate(parts) for point in part[1 if number else 0 :]]
        return tuple(points)

    def place(self, segment: int, share: float) -> Point:
        """The point at a share of a segment's line."""
        return as_points(cut(self._segments.line(segment), share, share))[0]

    def _part(self, ride: Ride, number: int) -> list[Point]:
        """The line of one lane, cut where the ride begins and ends."""
        lane = ride.lanes[number]
        line = self._segments.line(lane >> 1)
        line = line[::-1] if lane & 1 else line
        begin = 1.0 - ride.from_left if number == 0 else 0.0
        end = 1.0 - ride.to_left if number == len(ride.lanes) - 1 else 1.0
        return list(as_points(line if (begin, end) == (0.0, 1.0) else cut(line, begin, end)))

    def _first(self, lane: int) -> Point:
        first, end = self._segments.first[lane >> 1], self._segments.first[(lane >> 1) + 1]
        lat, lon = self._segments.points[end - 1 if lane & 1 else first].tolist()
        return lat, lon

    def stretches(self, ride: Ride, router: Router) -> list[Stretch]:
        """What the words are made of; milliseconds and decimetres add up to the ride's cost."""
        return [self._stretch(ride, number, router) for number in range(len(ride.lanes))]

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

    def _stretch(self, ride: Ride, number: int, router: Router) -> Stretch:
        costs, arc_costs = router.lanes.through, router.loose
        lane, last = ride.lanes[number], number == len(ride.lanes) - 1
        trait = self._segments.traits[self._segments.trait[lane >> 1]]
        whole_ms, whole_dm = int(milliseconds(costs.cost[lane])), int(decimetres(costs.cost[lane]))
        ms, dm = whole_ms, whole_dm
        if number == 0:
            ms, dm = _part(whole_ms, ride.from_left), _part(whole_dm, ride.from_left)
        if last:
            ms, dm = ms - _part(whole_ms, ride.to_left), dm - _part(whole_dm, ride.to_left)
        arc = ride.arcs[number - 1] if number else None
        if arc is not None:
            ms += int(milliseconds(arc_costs[arc])) - whole_ms
        inner = number > 0 and not last  # ridden whole: only its first point is needed
        part = [self._first(lane)] if inner else self._part(ride, number)
        return Stretch(
            at=part[0],
            street=trait.name,
            kind=trait.kind,
            roundabout=trait.roundabout,
            push=bool(costs.push[lane]),
            ms=ms,
            dm=dm,
            degrees=0 if arc is None else int(self._turns.degrees[arc]),
            turned_round=number > 0 and ride.lanes[number - 1] == lane ^ 1,
            choice=arc is not None and router.ways_on(int(self._turns.tail[arc])) > 1,
            bearing=bearing(part) if number == 0 else 0.0,
        )


def _part(whole: int, share: float) -> int:
    return int(np.rint(share * whole))


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
