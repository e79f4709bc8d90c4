"""The turn graph: which lane may follow which, at what cost, for whom. Pure.

Nodes are lanes, and copies of lanes where a restriction leads over a whole way; arcs are turns.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from routing.streets.model import VEHICLES
from routing.streets.segments import Segments
from routing.streets.speeds import Speeds, TurnCosts

STRAIGHT_DEGREES = 25  # less is straight on
SLIGHT_DEGREES = 50
SHARP_DEGREES = 135
EVERYONE = (1 << len(VEHICLES)) - 1


@dataclass(frozen=True)
class Turns:
    """N nodes and A arcs. ``lane_of[n]`` is the lane a node stands for; the first ``2 S`` nodes are the lanes."""

    lane_of: NDArray[np.int32]  # N
    tail: NDArray[np.int32]  # A, node that is left
    head: NDArray[np.int32]  # A, node that is entered
    degrees: NDArray[np.int16]  # A, change of bearing, left positive
    may: NDArray[np.uint8]  # A, bit per vehicle class
    penalty_ms: NDArray[np.int32]  # A × classes
    timed: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))  # arcs banned at some hours only
    timed_for: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))  # for these classes, bits
    timed_by: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))  # at the hours of this row …
    hours: tuple[str, ...] = ()  # … conditions as the map has them

    @property
    def count(self) -> int:
        return len(self.lane_of)


def lane_ends(segments: Segments) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The junctions at which each lane begins and ends."""
    begins, ends = np.empty(2 * len(segments.start), np.int32), np.empty(2 * len(segments.start), np.int32)
    begins[0::2], begins[1::2] = segments.start, segments.end
    ends[0::2], ends[1::2] = segments.end, segments.start
    return begins, ends


def build_turns(segments: Segments, speeds: Speeds) -> Turns:
    """Every turn from a lane to a lane that begins where it ends; turning round on the spot included."""
    begins, ends = lane_ends(segments)
    tail, head = _pairs(begins, ends)
    via = ends[tail]
    leaving, arriving = _bearings(segments)
    degrees = np.rint((leaving[head] - arriving[tail] + 180.0) % 360.0 - 180.0).astype(np.int16)
    turning_round = (tail ^ 1) == head
    may = np.full(len(tail), EVERYONE, np.uint8)
    may &= ~np.where(turning_round, 0, segments.blocked[via]).astype(np.uint8)
    return Turns(
        lane_of=np.arange(len(begins), dtype=np.int32),
        tail=tail,
        head=head,
        degrees=degrees,
        may=may,
        penalty_ms=_penalties(segments, speeds, tail, via, degrees, turning_round),
    )


def _pairs(begins: NDArray[np.int32], ends: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Join each lane with every lane that begins at its end."""
    by_begin = np.argsort(begins, kind="stable").astype(np.int32)
    count = np.bincount(begins, minlength=max(int(begins.max()), int(ends.max())) + 1)
    first = np.concatenate(([0], np.cumsum(count)))
    fan = count[ends]
    tail = np.repeat(np.arange(len(ends), dtype=np.int32), fan)
    place = np.arange(len(tail)) - np.repeat(np.cumsum(fan) - fan, fan)
    head = by_begin[first[ends[tail]] + place]
    other = tail != head
    return tail[other], head[other]


def _bearings(segments: Segments) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The direction in which each lane leaves its first junction and arrives at its last, degrees against the clock."""
    first, points = segments.first, segments.points
    narrow = np.cos(np.radians(points[:, 0].mean()))

    def bearing(origin: NDArray[np.int64], goal: NDArray[np.int64]) -> NDArray[np.float64]:
        north, east = (points[goal] - points[origin]).T
        return np.degrees(np.arctan2(north, east * narrow))

    leaving, arriving = np.empty(2 * len(segments.start)), np.empty(2 * len(segments.start))
    leaving[0::2], leaving[1::2] = bearing(first[:-1], first[:-1] + 1), bearing(first[1:] - 1, first[1:] - 2)
    arriving[0::2], arriving[1::2] = leaving[1::2] + 180.0, leaving[0::2] + 180.0
    return leaving, arriving


def _penalties(
    segments: Segments,
    speeds: Speeds,
    tail: NDArray[np.int32],
    via: NDArray[np.int32],
    degrees: NDArray[np.int16],
    turning_round: NDArray[np.bool_],
) -> NDArray[np.int32]:
    meeting = np.bincount(np.concatenate((segments.start, segments.end)))
    is_junction = meeting[via] > 2
    angle = np.abs(degrees)
    columns = []
    costs: tuple[TurnCosts, ...] = (speeds.cargo_bike_turns, speeds.e_van_turns, speeds.foot_turns)
    for cost in costs:
        by_angle = np.select(
            [angle < STRAIGHT_DEGREES, angle < SLIGHT_DEGREES, angle < SHARP_DEGREES],
            [0, cost.slight_ms, np.where(degrees > 0, cost.left_ms, cost.right_ms)],
            cost.sharp_ms,
        )
        turn = (
            np.where(is_junction, by_angle, 0)
            + segments.signals[tail] * cost.signals_ms
            + segments.gate[via] * cost.gate_ms
        )
        columns.append(np.where(turning_round, cost.u_turn_ms, turn))
    return np.stack(columns, axis=1).astype(np.int32)
