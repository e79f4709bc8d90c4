"""Where a point meets the streets: the nearest segment a vehicle may stop on, and how far away it is. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from routing.message import BadInput
from routing.streets import loops
from routing.streets.groups import Groups
from routing.streets.model import Bounds, Point
from routing.streets.segments import Segments, metres_per_degree
from routing.streets.turns import Turns

SNAP_LIMIT_M = 300
MOST_POINTS = 5_000
NO_STOPPING = {"motorway", "motorway_link", "trunk", "trunk_link"}
LEAST_SHARE = 0.05  # a separate piece of network this small beside the largest is an island nobody delivers to
LEAST_LANES = 40
WHOLE = (0.0, 1.0)
Share = tuple[float, float]


@dataclass(frozen=True)
class Stops:
    """P points on segments: ``share`` of the segment's line behind the point, ``distance_m`` from the asked point."""

    segment: NDArray[np.int64]
    share: NDArray[np.float64]
    distance_m: NDArray[np.float64]


@dataclass(frozen=True)
class OpenParts:
    """What areas leave to stop on: ``whole`` says it of each segment of a snapper, ``parts`` names shares of others."""

    whole: NDArray[np.bool_]
    parts: Mapping[int, list[Share]]


class Snapper:
    """Finds the nearest usable segment for one vehicle class; ``arc_costs`` are those of its widest windows."""

    def __init__(self, segments: Segments, turns: Turns, arc_costs: NDArray[np.int64], bounds: Bounds) -> None:
        self._bounds = bounds
        self._scale = np.array(metres_per_degree((bounds.south + bounds.north) / 2), np.float64)
        stopping = np.array([trait.kind not in NO_STOPPING for trait in segments.traits])[segments.trait]
        lanes = connected_lanes(turns, arc_costs)
        self._turns, self._segments = turns, segments
        self._segment = np.flatnonzero((lanes[0::2] | lanes[1::2]) & stopping)
        counts = np.diff(segments.first)
        kept = np.zeros(len(counts), bool)
        kept[self._segment] = True
        renumbered = np.repeat(np.cumsum(kept) - 1, counts)[np.repeat(kept, counts)]
        planar = (segments.points * self._scale)[np.repeat(kept, counts)]
        self._lines = shapely.linestrings(planar, indices=renumbered)
        self._tree = shapely.STRtree(self._lines)

    def stops(self, points: Sequence[Point]) -> Stops:
        """A stop for every point. Raises :class:`BadInput` for the first point that has none."""
        if len(points) > MOST_POINTS:
            raise BadInput(
                "%(count)d points at once are too many: at most %(limit)d.", count=len(points), limit=MOST_POINTS
            )
        rows = np.asarray(points, np.float64).reshape(-1, 2)
        for number in np.flatnonzero(~_within(rows, self._bounds)):
            check_point(points[int(number)], self._bounds)
        planar = np.atleast_1d(np.asarray(shapely.points(rows * self._scale)))
        (asked, hit), distance = self._tree.query_nearest(
            planar, max_distance=SNAP_LIMIT_M, return_distance=True, all_matches=False
        )
        if len(asked) < len(points):
            raise _too_far(points[int(np.setdiff1d(np.arange(len(points)), asked)[0])])
        share = shapely.line_locate_point(self._lines[hit], planar[asked], normalized=True)
        return Stops(self._segment[hit], np.asarray(share), distance)

    def open_parts(self, closed_arcs: NDArray[np.int64], cuts: Mapping[int, tuple[float, float]]) -> OpenParts:
        """What is left to stop on while areas are closed: ``closed_arcs`` are the costs then, ``cuts`` lanes closed in
        part."""
        lanes = connected_lanes(self._turns, closed_arcs)
        good = lanes[0::2] | lanes[1::2]
        begins, ends = self._segments.start, self._segments.end
        reached = np.zeros(len(self._segments.blocked), np.bool_)
        reached[begins[good]] = reached[ends[good]] = True
        parts: dict[int, list[Share]] = {}
        for lane, (low, high) in cuts.items():
            segment = lane >> 1
            if lane & 1 or lane + 1 not in cuts:  # in and out again: both directions
                continue
            first = [(0.0, low)] if low > 0 and reached[begins[segment]] else []
            last = [(high, 1.0)] if high < 1 and reached[ends[segment]] else []
            parts[segment] = first + last
        return OpenParts(good[self._segment], parts)

    def beside(self, points: Sequence[Point], stops: Stops, left: OpenParts) -> tuple[Stops, NDArray[np.bool_]]:
        """The same stops, but those on what is closed moved to the nearest place left; and which have one at all."""
        place = np.searchsorted(self._segment, stops.segment)
        fine = left.whole[place]
        segment, share, distance = stops.segment.copy(), stops.share.copy(), stops.distance_m.copy()
        served = fine.copy()
        for number in np.flatnonzero(~fine).tolist():
            planar = shapely.Point(np.asarray(points[number], np.float64) * self._scale)
            found = self._nearest_part(planar, left)
            if found is not None:
                segment[number], share[number], distance[number] = found
                served[number] = True
        return Stops(segment, share, distance), served

    def _nearest_part(self, place: shapely.Point, left: OpenParts) -> tuple[int, float, float] | None:
        """Segment, share and metres of the nearest place that is left within the limit."""
        best: tuple[float, int, float] | None = None
        for near in self._tree.query(place, predicate="dwithin", distance=SNAP_LIMIT_M).tolist():
            segment, line = int(self._segment[near]), self._lines[near]
            for low, high in [WHOLE] if left.whole[near] else left.parts.get(segment, ()):
                share = min(max(float(line.project(place, normalized=True)), low), high)
                distance = float(place.distance(line.interpolate(share, normalized=True)))
                if distance <= SNAP_LIMIT_M and (best is None or distance < best[0]):
                    best = distance, segment, share
        return (best[1], best[2], best[0]) if best else None


def _within(rows: NDArray[np.float64], bounds: Bounds) -> NDArray[np.bool_]:
    """Which points need no closer look; NaN is within nothing."""
    low, high = np.array([bounds.south, bounds.west]), np.array([bounds.north, bounds.east])
    inside: NDArray[np.bool_] = np.all((rows >= low) & (rows <= high), axis=1)
    return inside


def check_point(point: Point, bounds: Bounds) -> None:
    """Refuse what is no place on this map. Raises :class:`BadInput`."""
    lat, lon = float(point[0]), float(point[1])
    if not (math.isfinite(lat) and math.isfinite(lon)):
        raise BadInput(
            "A point needs a latitude and a longitude as numbers, not %(lat)s and %(lon)s.", lat=lat, lon=lon
        )
    margin = SNAP_LIMIT_M / 111_000
    if bounds.contains((lat, lon), margin=margin):
        return
    if bounds.contains((lon, lat), margin=margin):
        raise BadInput(
            "The point %(lat).5f, %(lon).5f lies outside the map, but inside it with latitude and longitude swapped.",
            lat=lat,
            lon=lon,
        )
    raise BadInput(
        "The point %(lat).5f, %(lon).5f lies outside the map "
        "(latitude %(south).3f to %(north).3f, longitude %(west).3f to %(east).3f).",
        lat=lat,
        lon=lon,
        **bounds._asdict(),
    )


def _too_far(point: Point) -> BadInput:
    return BadInput(
        "The point %(lat).5f, %(lon).5f is more than %(limit)d m from any street that may be used.",
        lat=point[0],
        lon=point[1],
        limit=SNAP_LIMIT_M,
    )


def connected_lanes(turns: Turns, arc_costs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Lanes from which one gets about and back again: the large strongly connected parts of the network."""
    out = Groups(turns.tail, turns.count)
    label = loops.strong_parts(out.first, out.rows, turns.head, arc_costs)
    size = np.bincount(label)
    large = (size >= max(LEAST_LANES, LEAST_SHARE * size.max())) | (size == size.max())
    lanes = int(turns.lane_of.max()) + 1
    good = np.zeros(lanes, np.bool_)
    np.logical_or.at(good, turns.lane_of, large[label])
    return good
