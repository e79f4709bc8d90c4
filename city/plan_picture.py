"""A small town plan as SVG, for papers: streets, water, green and buildings around a place, and the place itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from city import streets
from city.charts import tag
from city.streets import NoStreets
from routing.streets.model import Point

WIDTH, HEIGHT = 640.0, 400.0
HALF_M = 150.0  # shown to the left and to the right of the place
METRES_PER_DEGREE = 111_195.0
WIDTHS = {"pedestrian": 13.0, "residential": 10.0, "living_street": 9.0, "service": 6.0, "footway": 4.0, "steps": 3.0}
LARGE = 14.0
Draw = Callable[[Point], tuple[float, float]]
Box = tuple[Point, Point]


def plan_around(place: Point, title: str, *, box: Box | None = None) -> Markup | None:
    """The plan around a place, marked exactly or, with ``box`` (south-west, north-east), only as an area.

    None where the city has no street map.
    """
    try:
        network = streets.network()
    except NoStreets:
        return None
    drawn = streets.background(network, around=[place], margin_deg=1.6 * HALF_M / METRES_PER_DEGREE)
    draw = _projection(place)
    parts = [
        *(_area(ring, draw, "#dcead6") for ring in drawn["green"]),
        *(_water(water, draw) for water in drawn["water"]),
        *(_area(ring, draw, "#e2e4ec") for ring in drawn["buildings"]),
        *_streets(drawn["streets"], draw),
        _rough(box, draw) if box else _mark(draw(place)),
    ]
    head = tag(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}"'
        ' preserveAspectRatio="xMidYMid slice" role="img" aria-label="{title}">'
        '<rect width="{w}" height="{h}" fill="#f6f4ef"/>',
        w=WIDTH,
        h=HEIGHT,
        title=title,
    )
    return head + Markup("").join(parts) + Markup("</svg>")


def _projection(middle: Point) -> Draw:
    scale = WIDTH / 2 / HALF_M
    stretch = math.cos(math.radians(middle[0]))

    def draw(point: Point) -> tuple[float, float]:
        north, east = point[0] - middle[0], (point[1] - middle[1]) * stretch
        return WIDTH / 2 + east * METRES_PER_DEGREE * scale, HEIGHT / 2 - north * METRES_PER_DEGREE * scale

    return draw


def _path(line: Iterable[Sequence[float]], draw: Draw) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (draw((point[0], point[1])) for point in line))


def _area(ring: Sequence[Sequence[float]], draw: Draw, colour: str) -> Markup:
    return tag('<path d="{d}Z" fill="{colour}"/>', d=_path(ring, draw), colour=colour)


def _water(water: Mapping[str, Any], draw: Draw) -> Markup:
    if "area" in water:
        return _area(water["area"], draw, "#bfd9ea")
    return tag('<path d="{d}" fill="none" stroke="#bfd9ea" stroke-width="16"/>', d=_path(water["line"], draw))


def _streets(found: Sequence[Mapping[str, Any]], draw: Draw) -> list[Markup]:
    """Lines first, then each name once, at the middle of its longest stretch within the picture."""
    lines = [
        tag(
            '<path d="{d}" fill="none" stroke="#fff" stroke-width="{w}" stroke-linecap="round"/>',
            d=_path(street["line"], draw),
            w=WIDTHS.get(street["kind"], LARGE),
        )
        for street in found
    ]
    best: dict[str, tuple[float, tuple[float, float], float]] = {}
    for street in found:
        for a, b in zip(street["line"], street["line"][1:], strict=False):
            (ax, ay), (bx, by) = draw((a[0], a[1])), draw((b[0], b[1]))
            middle, length = ((ax + bx) / 2, (ay + by) / 2), math.hypot(bx - ax, by - ay)
            shown = street["name"] and 70 < middle[0] < WIDTH - 70 and 24 < middle[1] < HEIGHT - 24
            if shown and length > best.get(street["name"], (40.0,))[0]:
                best[street["name"]] = length, middle, math.degrees(math.atan2(by - ay, bx - ax))
    return [*lines, *(_name(name, middle, angle) for name, (_, middle, angle) in best.items())]


def _name(name: str, at: tuple[float, float], angle: float) -> Markup:
    upright = angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle
    return tag(
        '<text transform="translate({x} {y}) rotate({angle})" dy="4" font-size="12" font-family="Fira Sans" '
        'text-anchor="middle" fill="#4c5270">{name}</text>',
        x=at[0],
        y=at[1],
        angle=upright,
        name=name,
    )


def _mark(at: tuple[float, float]) -> Markup:
    """The diamond that everywhere stands for a vacancy."""
    return tag(
        '<path transform="translate({x} {y})" d="M0 -15L15 0L0 15L-15 0Z" fill="#fff" stroke="#b83a0b" '
        'stroke-width="4"/><path transform="translate({x} {y})" d="M-6 0H6" stroke="#b83a0b" stroke-width="4"/>',
        x=at[0],
        y=at[1],
    )


def _rough(box: Box, draw: Draw) -> Markup:
    (west_x, south_y), (east_x, north_y) = draw(box[0]), draw(box[1])
    return tag(
        '<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="#b83a0b" fill-opacity=".12" stroke="#b83a0b" '
        'stroke-width="2" stroke-dasharray="7 5"/>',
        x=west_x,
        y=north_y,
        w=east_x - west_x,
        h=south_y - north_y,
    )
