"""Where shops stand along their street: metres on a straight line, from the end nearest the core. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from routing.streets.model import Point

METRES_PER_DEGREE = 111_195.0


def middle_of(points: Sequence[Point]) -> Point:
    """The point that half of the points lie north of, and half east of."""
    lats, lons = sorted(lat for lat, _ in points), sorted(lon for _, lon in points)
    return lats[len(lats) // 2], lons[len(lons) // 2]


def distance_m(one: Point, other: Point) -> float:
    """Metres between two points of a town."""
    stretch = math.cos(math.radians(one[0]))
    return METRES_PER_DEGREE * math.hypot(one[0] - other[0], (one[1] - other[1]) * stretch)


def positions(points: Sequence[Point], core: Point) -> list[int]:
    """For each point of one street its metres from the end nearest the core, in the order given."""
    if not points:
        return []
    start = min(points, key=lambda point: distance_m(point, core))
    far = max(points, key=lambda point: distance_m(point, start))
    stretch = math.cos(math.radians(start[0]))
    north, east = far[0] - start[0], (far[1] - start[1]) * stretch
    size = math.hypot(north, east) or 1.0

    def metres(point: Point) -> int:
        along = ((point[0] - start[0]) * north + (point[1] - start[1]) * stretch * east) / size
        return max(0, round(along * METRES_PER_DEGREE))

    return [metres(point) for point in points]
