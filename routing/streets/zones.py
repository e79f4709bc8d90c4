"""The city's own access rules (Zugangsregeln) and closures (Sperrungen): areas that override the map. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray

from routing.message import BadInput
from routing.streets.conditions import Condition, parse_condition
from routing.streets.model import DAY_S, VEHICLES, Period, Point, VehicleClass
from routing.streets.segments import Segments, metres_per_degree

MOST_CORNERS = 1_000
LEAST_INSIDE_M = 10.0  # a street that only touches an area is not in it: this much, or half of it, must be


class ZoneUse(StrEnum):
    """What an area allows while its rule holds."""

    CLOSED = "closed"  # gesperrt
    PUSH = "push"  # bikes are pushed, vans stay out
    DESTINATION = "destination"  # only who has business there
    RIDE = "ride"  # at walking pace, whatever the signs say


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One rule of the city: an area, whom it concerns, when it holds, what it allows, and who says so.

    ``hours`` reads like a sign, `Mo-Sa 10:00-18:00`; empty: all day. ``first_day`` and ``last_day`` are
    inclusive; None: without end. A closure for a market or a building site is a rule with dates.

    Raises :class:`BadInput` for an area that is none, hours that cannot be read, or days in the wrong order.
    """

    area: tuple[Point, ...]
    use: ZoneUse = ZoneUse.CLOSED
    vehicles: frozenset[VehicleClass] = frozenset(VEHICLES)
    hours: str = ""
    first_day: date | None = None
    last_day: date | None = None
    source: str = ""

    def __post_init__(self) -> None:
        _check_area(self.area)
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise BadInput(
                "The rule ends on %(last)s, before it begins on %(first)s.",
                first=self.first_day.isoformat(),
                last=self.last_day.isoformat(),
            )
        if self.hours and (self.condition is None or self.condition.maybe):
            raise BadInput(
                "The hours “%(hours)s” cannot be read. Please write them like Mo-Sa 10:00-18:00.", hours=self.hours
            )

    @property
    def condition(self) -> Condition | None:
        return parse_condition(self.hours) if self.hours else None

    def truths(self, period: Period | None) -> frozenset[bool]:
        """What this is during the period (None: ever): only true, only false, or both."""
        if period is None:
            always = not self.first_day and not self.last_day
            hours = self.condition.truths(None) if self.condition else frozenset((True,))
            return hours if always else hours | {False}
        stretches = self._stretches(period)
        held = sum(end - start for start, end in stretches)
        if not held:
            return frozenset((False,))
        return frozenset((True,)) if held == period.ends_s - period.starts_s else frozenset((True, False))

    def best_truths(self) -> frozenset[bool]:
        """What is best for the traveller, at some moment: a ban that never ends holds even then."""
        for_good = self.truths(None) == {True}
        return frozenset((for_good or self.use is ZoneUse.RIDE,))

    def changes(self, period: Period) -> set[int]:
        """The seconds of the period at which this begins or ceases to hold."""
        edges = {second for stretch in self._stretches(period) for second in stretch}
        return {second for second in edges if period.starts_s < second < period.ends_s}

    def _stretches(self, period: Period) -> list[tuple[int, int]]:
        """When this holds within the period, elapsed seconds."""
        first = (self.first_day - period.day).days * DAY_S if self.first_day else period.starts_s
        last = ((self.last_day - period.day).days + 1) * DAY_S if self.last_day else period.ends_s
        hours = [(period.starts_s, period.ends_s)]
        if self.condition and self.condition.rules is not None:
            hours = [(start, end) for start, end, holds in self.condition.stretches(period) if holds]
        cut = [(max(start, first), min(end, last)) for start, end in hours]
        return [(start, end) for start, end in cut if start < end]


def _check_area(area: tuple[Point, ...]) -> None:
    corners = np.asarray(area, np.float64)
    if corners.ndim != 2 or corners.shape[1:] != (2,) or not np.isfinite(corners).all():
        raise BadInput("An area needs corners of latitude and longitude as numbers.")
    if not 3 <= len(np.unique(corners, axis=0)) <= MOST_CORNERS:
        raise BadInput("An area needs 3 to %(most)d corners, not %(count)d.", most=MOST_CORNERS, count=len(area))
    shape = shapely.Polygon(corners)
    if not shape.is_valid or shape.area == 0:
        raise BadInput("The outline of the area crosses itself. Please draw it so that it encloses one area.")


def strip_along(line: Sequence[Point], *, reach_m: float = 4.0) -> tuple[Point, ...]:
    """The area along a line of streets, for a closure that follows it."""
    scale = np.array([float(x) for x in metres_per_degree(line[0][0])])
    shape = shapely.LineString(np.asarray(line, np.float64) * scale).buffer(reach_m, cap_style="flat")
    outline = np.asarray(shapely.get_coordinates(shape.exterior)) / scale
    return tuple((float(lat), float(lon)) for lat, lon in outline[:-1])


class SegmentFinder:
    """Which segments lie in an area. A rule concerns a segment as a whole, from junction to junction."""

    def __init__(self, segments: Segments) -> None:
        self._scale = np.array([float(x) for x in metres_per_degree(float(segments.points[:, 0].mean()))])
        counts = np.diff(segments.first)
        self._lines = shapely.linestrings(
            segments.points * self._scale, indices=np.repeat(np.arange(len(counts)), counts)
        )
        self._tree = shapely.STRtree(self._lines)

    def within(self, area: tuple[Point, ...]) -> NDArray[np.int64]:
        """Segments of which enough lies inside, ascending."""
        shape = shapely.Polygon(np.asarray(area, np.float64) * self._scale)
        near = np.sort(self._tree.query(shape, predicate="intersects"))
        lines = self._lines[near]
        inside = shapely.length(shapely.intersection(lines, shape))
        return near[inside >= np.minimum(LEAST_INSIDE_M, shapely.length(lines) / 2)]
