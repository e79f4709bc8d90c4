"""The city's own access rules (Zugangsregeln) and closures (Sperrungen): areas that override the map. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import shapely
from numpy.typing import NDArray

from routing.message import BadInput
from routing.streets.conditions import Condition, elapsed_s, parse_condition
from routing.streets.model import DAY_S, VEHICLES, Period, Point, VehicleClass, ZoneUse
from routing.streets.segments import Segments, metres_per_degree

MOST_CORNERS = 1_000
LEAST_INSIDE_M = 10.0  # a street that only touches an area is not in it: this much, or half of it, must be

LEAST_STUB_M = 5.0  # what remains of a street before a closed area and is shorter than this is closed, too


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One rule of the city: an area, whom it concerns, when it holds, what it allows, and who says so.

    ``hours`` reads like a sign, `Mo-Sa 10:00-18:00`; empty: all day. ``first_day`` and ``last_day`` are
    inclusive; None: without end; hours over midnight belong to the day on which they begin. A closure for a
    market or a building site is a rule with dates. ``name`` is what sentences call it.

    Raises :class:`BadInput` for an area that is none, hours that cannot be read, or days in the wrong order.
    """

    area: tuple[Point, ...]
    use: ZoneUse = ZoneUse.CLOSED
    vehicles: frozenset[VehicleClass] = frozenset(VEHICLES)
    hours: str = ""
    first_day: date | None = None
    last_day: date | None = None
    source: str = ""
    name: str = ""

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
    def fingerprint(self) -> str:
        """The same in every process, and another when the rule means something else."""
        return repr((self.area, str(self.use), sorted(self.vehicles), self.hours, self.first_day, self.last_day))

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

    def changes(self, period: Period) -> set[int]:
        """The seconds of the period at which this begins or ceases to hold."""
        edges = {second for stretch in self._stretches(period) for second in stretch}
        return {second for second in edges if period.starts_s < second < period.ends_s}

    def closes(self, vehicle: VehicleClass) -> bool:
        """Whether this vehicle may not enter while the rule holds."""
        shut = self.use is ZoneUse.CLOSED or (self.use is ZoneUse.PUSH and vehicle is VehicleClass.E_VAN)
        return shut and vehicle in self.vehicles

    def holds_points(self, points: Sequence[Point]) -> NDArray[np.bool_]:
        """Which points lie in the area."""
        corners = np.asarray(points, np.float64).reshape(-1, 2)
        inside: NDArray[np.bool_] = shapely.contains_xy(shapely.Polygon(np.asarray(self.area)), corners)
        return inside

    def _stretches(self, period: Period) -> list[tuple[int, int]]:
        """When this holds within the period, elapsed seconds."""
        if self.condition and self.condition.rules is not None:
            return [(start, end) for start, end, holds in self.condition.stretches(period, self._on) if holds]
        first = _midnight(period, self.first_day) if self.first_day else period.starts_s
        last = _midnight(period, self.last_day + timedelta(days=1)) if self.last_day else period.ends_s
        start, end = max(period.starts_s, first), min(period.ends_s, last)
        return [(start, end)] if start < end else []

    def _on(self, day: date) -> bool:
        return not (self.first_day and day < self.first_day) and not (self.last_day and day > self.last_day)


def _midnight(period: Period, day: date) -> int:
    """When this day begins, in seconds elapsed since midnight of the period's day."""
    return elapsed_s(period, (day - period.day).days * DAY_S)


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


@dataclass(frozen=True, slots=True)
class Inside:
    """Segments in an area, ascending, and which part of each: shares of its line, 0 and 1 where all of it is."""

    segments: NDArray[np.int64]
    begins: NDArray[np.float64]
    ends: NDArray[np.float64]


class SegmentFinder:
    """Which segments lie in an area, and with which part."""

    def __init__(self, segments: Segments) -> None:
        self._scale = np.array([float(x) for x in metres_per_degree(float(segments.points[:, 0].mean()))])
        counts = np.diff(segments.first)
        self._lines = shapely.linestrings(
            segments.points * self._scale, indices=np.repeat(np.arange(len(counts)), counts)
        )
        self._tree = shapely.STRtree(self._lines)

    def within(self, area: tuple[Point, ...]) -> Inside:
        """Segments of which enough lies inside."""
        shape = shapely.Polygon(np.asarray(area, np.float64) * self._scale)
        near = np.sort(self._tree.query(shape, predicate="intersects"))
        lines = self._lines[near]
        parts = shapely.intersection(lines, shape)
        whole = shapely.length(lines)
        enough = shapely.length(parts) >= np.minimum(LEAST_INSIDE_M, whole / 2)
        return Inside(near[enough], *_extent(lines[enough], parts[enough], whole[enough]))


def _extent(lines: NDArray, parts: NDArray, whole: NDArray[np.float64]) -> tuple[NDArray, NDArray]:
    """Between which shares of the lines these parts of them lie; ends shorter than a bike do not stick out."""
    corners, owner = shapely.get_coordinates(parts, return_index=True)
    along = shapely.line_locate_point(lines[owner], shapely.points(corners))
    begins, ends = np.full(len(lines), np.inf), np.zeros(len(lines))
    np.minimum.at(begins, owner, along)
    np.maximum.at(ends, owner, along)
    begins = np.where(begins < LEAST_STUB_M, 0.0, begins / whole)
    return begins, np.where(whole - ends < LEAST_STUB_M, 1.0, ends / whole)
