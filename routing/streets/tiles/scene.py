"""What a background map shows, read from an OpenStreetMap file: streets, houses, water, green, names. Knows osmium."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray

from routing.message import BadInput
from routing.streets.access import Tags
from routing.streets.osm import GREEN_LANDUSE, GREEN_LEISURE, WATER_LINES, broken, check_source


class Layer(StrEnum):
    """A layer of the map, from the ground up."""

    GREEN = "green"
    WATER = "water"
    BUILDINGS = "buildings"
    ROADS = "roads"
    PLACES = "places"


GREEN_NATURAL = {"wood", "scrub", "grassland", "heath"}
PLACES = {
    "place": {"suburb", "quarter", "neighbourhood", "village", "hamlet", "town", "city", "square", "locality"},
    "amenity": {"townhall", "theatre", "library", "marketplace", "university", "hospital"},
    "railway": {"station", "halt"},
    "tourism": {"museum"},
}
NO_STREETS = {"proposed", "construction", "razed", "abandoned", "platform", "corridor", "bus_stop", "elevator"}
KEYS = ("highway", "building", "waterway", "natural", "landuse", "leisure", *PLACES)


Thing = tuple[Layer, str, str, shapely.Geometry]


@dataclass(frozen=True)
class Scene:
    """Things to draw: of each its layer, kind, name, and shape in degrees (longitude, latitude)."""

    layers: tuple[Layer, ...]
    kinds: tuple[str, ...]
    names: tuple[str, ...]
    shapes: NDArray  # of shapely geometries


def read_scene(source: Path) -> Scene:
    """Read the file once. Raises :class:`BadInput` if it is no map file, broken, or shows nothing."""
    check_source(source)
    found: list[Thing] = []
    try:
        found.extend(_things(source))
    except (RuntimeError, ValueError, OSError) as error:
        raise broken(source) from error
    found = _joined(found)
    if not found:
        raise BadInput("The map file %(name)s shows nothing that could be drawn.", name=source.name)
    layers, kinds, names, shapes = zip(*found, strict=True)
    return Scene(layers, kinds, names, np.array(shapes, object))


def _joined(found: list[Thing]) -> list[Thing]:
    """Pieces of one street put together, so that its name finds room."""
    apart: dict[tuple[Layer, str, str], list[shapely.LineString]] = {}
    for layer, kind, name, shape in found:
        if name and isinstance(shape, shapely.LineString):
            apart.setdefault((layer, kind, name), []).append(shape)
    rest = [one for one in found if not (one[2] and isinstance(one[3], shapely.LineString))]
    merged = [(key, shapely.line_merge(shapely.MultiLineString(lines))) for key, lines in apart.items()]
    return rest + [(*key, part) for key, whole in merged for part in shapely.get_parts(whole)]


def _things(source: Path) -> Iterator[Thing]:
    reader = osmium.FileProcessor(str(source)).with_locations().with_areas(osmium.filter.KeyFilter(*KEYS[1:6]))
    for thing in reader.with_filter(osmium.filter.KeyFilter(*KEYS)):
        tags = dict(thing.tags)
        name = tags.get("name", "")
        if isinstance(thing, osmium.osm.Node):
            if kind := _place(tags):
                yield Layer.PLACES, kind, name, shapely.Point(thing.location.lon, thing.location.lat)
        elif isinstance(thing, osmium.osm.Way):
            line = [(n.location.lon, n.location.lat) for n in thing.nodes if n.location.valid()]
            if len(line) > 1 and (kind := _line(tags)):
                yield (Layer.WATER if "waterway" in tags else Layer.ROADS), kind, name, shapely.LineString(line)
        elif isinstance(thing, osmium.osm.Area):
            layer_kind = _area(tags)
            shape = _polygons(thing) if layer_kind else None
            if layer_kind and shape is not None:
                yield (*layer_kind, name, shape)
                if kind := _place(tags):
                    yield Layer.PLACES, kind, name, shape.representative_point()


def _line(tags: Tags) -> str:
    highway = tags.get("highway", "")
    if highway:
        return "" if highway in NO_STREETS or tags.get("area") == "yes" else highway.removesuffix("_link")
    return tags.get("waterway", "") if tags.get("waterway") in WATER_LINES else ""


def _place(tags: Tags) -> str:
    """What is named with a word of its own; "" for the rest."""
    if not tags.get("name"):
        return ""
    return next((tags[key] for key, kinds in PLACES.items() if tags.get(key) in kinds), "")


def _area(tags: Tags) -> tuple[Layer, str] | None:
    if tags.get("building", "no") != "no":
        return Layer.BUILDINGS, "building"
    if tags.get("natural") == "water" or tags.get("waterway") == "riverbank" or tags.get("landuse") == "basin":
        return Layer.WATER, "area"
    if tags.get("highway") in {"pedestrian", "footway"} and tags.get("area") == "yes":
        return Layer.ROADS, "square"
    green = tags.get("leisure") in GREEN_LEISURE or tags.get("landuse") in GREEN_LANDUSE
    if green or tags.get("natural") in GREEN_NATURAL:
        return Layer.GREEN, "wood" if tags.get("natural") == "wood" or tags.get("landuse") == "forest" else "park"
    return None


def _polygons(area: osmium.osm.Area) -> shapely.MultiPolygon | None:
    rings = []
    for outer in area.outer_rings():
        shell = [(n.location.lon, n.location.lat) for n in outer if n.location.valid()]
        holes = [[(n.location.lon, n.location.lat) for n in inner] for inner in area.inner_rings(outer)]
        if len(shell) >= 4:
            rings.append(shapely.Polygon(shell, [hole for hole in holes if len(hole) >= 4]))
    return shapely.MultiPolygon(rings) if rings else None
