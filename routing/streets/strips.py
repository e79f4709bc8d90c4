"""Areas along streets by their names, for closures that nobody has to draw. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from routing.message import BadInput
from routing.streets.addresses import fold
from routing.streets.model import Point
from routing.streets.segments import metres_per_degree

REACH_M = 6.0  # beside the middle of the street
TOUCHING_M = 1.0  # two streets this near meet
SMOOTH_M = 0.5  # corners that change the outline by less are left out

Lines = Mapping[str, Sequence[Sequence[Point]]]


def strip_of(lines: Lines, street: str, begins: str = "", ends: str = "") -> tuple[Point, ...]:
    """The outline along a street from one cross street to another; without them, along all of it.

    Raises :class:`BadInput` for a street that is not on the map, does not meet the other, or lies in pieces.
    """
    names = {fold(name): name for name in lines}
    whole = _shape(lines, names, street)
    scale = _scale(lines)
    cuts = [_crossing(whole, _shape(lines, names, other), street, other) for other in (begins, ends) if other.strip()]
    part = _between(whole, cuts) if cuts else whole
    outline = part.buffer(REACH_M, cap_style="flat").simplify(SMOOTH_M)
    if not isinstance(outline, shapely.Polygon) or outline.is_empty:
        raise BadInput(
            "“%(street)s” lies in several pieces. Please draw the area, or name cross streets.", street=street
        )
    corners = np.asarray(shapely.get_coordinates(outline.exterior)) / scale
    return tuple((float(lat), float(lon)) for lat, lon in corners[:-1])


def _shape(lines: Lines, names: Mapping[str, str], asked: str) -> BaseGeometry:
    name = names.get(fold(asked))
    if name is None:
        raise BadInput("The map has no street called “%(street)s”. Please check the spelling.", street=asked)
    scale = _scale(lines)
    whole = shapely.union_all([shapely.LineString(np.asarray(line) * scale) for line in lines[name]])
    merged: BaseGeometry = shapely.line_merge(whole) if whole.geom_type == "MultiLineString" else whole
    return merged


def _scale(lines: Lines) -> NDArray[np.float64]:
    lat = next(iter(next(iter(lines.values()))))[0][0]
    return np.array([float(x) for x in metres_per_degree(lat)])


def _crossing(street: BaseGeometry, other: BaseGeometry, name: str, other_name: str) -> shapely.Point:
    """Where the two meet."""
    if street.distance(other) > TOUCHING_M:
        raise BadInput("“%(street)s” and “%(other)s” do not meet.", street=name, other=other_name)
    near: shapely.Point = shapely.shortest_line(street, other).interpolate(0.0)
    return near


def _between(street: BaseGeometry, cuts: list[shapely.Point]) -> BaseGeometry:
    """The part of a street from a crossing to another, or to the end that is farther away."""
    parts = list(getattr(street, "geoms", [street]))
    line = min(parts, key=lambda part: sum(part.distance(cut) for cut in cuts))
    at = sorted(line.project(cut) for cut in cuts)
    if len(at) == 1:
        at = [at[0], line.length] if line.length - at[0] >= at[0] else [0.0, at[0]]
    cut: BaseGeometry = shapely.ops.substring(line, *at)
    return cut
