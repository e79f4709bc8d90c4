"""Shops, addresses and pedestrian streets out of an OpenStreetMap file. Knows osmium."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray

from routing.streets.access import Tags
from routing.streets.model import Point
from routing.streets.osm import broken, check_source
from routing.streets.segments import metres_per_degree

VACANT_KEYS = ("disused:shop", "abandoned:shop", "was:shop", "vacant:shop")
EATING = {"cafe", "restaurant", "fast_food", "ice_cream", "bar", "pub"}
NO_SHOP = {"no", "vacant", "yes", ""}


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop (Ladenlokal) as the map knows it: ``shop=*``, ``craft=*``, or a place to eat and drink.

    ``kind`` is the value of that tag; of a vacant one, what it was, or "".

    ``area_m2`` and ``frontage_m`` come from the footprint where the shop is drawn as one: the frontage is the
    longest side of its outline, which is what usually faces the street.
    """

    osm_id: str
    name: str
    kind: str
    street: str
    housenumber: str
    point: Point
    vacant: bool
    area_m2: int | None
    frontage_m: float | None


@dataclass(frozen=True, slots=True)
class Address:
    """A house number (Anschrift) and where it is; ``name`` where the house has one."""

    street: str
    housenumber: str
    postcode: str
    city: str
    point: Point
    name: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """What a town consists of besides its streets. ``pedestrian_streets`` are names with their lines."""

    shops: tuple[Shop, ...]
    addresses: tuple[Address, ...]
    pedestrian_streets: tuple[tuple[str, tuple[Point, ...]], ...]
    streets: tuple[tuple[str, Point], ...]  # every named street once, with a point in its middle


def read_places(source: Path) -> Places:
    """Read the file once. Raises :class:`BadInput` if it is no map file or broken; a map without shops is fine."""
    check_source(source)
    shops: list[Shop] = []
    addresses: list[Address] = []
    pedestrian: list[tuple[str, tuple[Point, ...]]] = []
    streets: dict[str, Point] = {}
    try:
        for osm_id, tags, outline in _things(source):
            shop = _shop(osm_id, tags, outline)
            if shop:
                shops.append(shop)
            if tags.get("addr:housenumber") and tags.get("addr:street"):
                addresses.append(_address(tags, outline))
            if tags.get("highway") and tags.get("name") and len(outline) > 1:
                streets.setdefault(tags["name"], outline[len(outline) // 2])
                if tags["highway"] == "pedestrian":
                    pedestrian.append((tags["name"], tuple(outline)))
    except (RuntimeError, ValueError, OSError) as error:
        raise broken(source) from error
    return Places(tuple(shops), tuple(addresses), tuple(pedestrian), tuple(streets.items()))


def _things(source: Path) -> Iterator[tuple[str, Tags, list[Point]]]:
    """Nodes and ways with their tags and points; relations (a few large halls) by their outer line."""
    wanted = osmium.filter.KeyFilter("shop", "craft", "amenity", *VACANT_KEYS, "addr:housenumber", "highway")
    shops = osmium.filter.KeyFilter("shop", "craft", "amenity", *VACANT_KEYS)
    for thing in osmium.FileProcessor(str(source)).with_locations().with_areas(shops).with_filter(wanted):
        if isinstance(thing, osmium.osm.Node):
            yield f"n{thing.id}", dict(thing.tags), [(thing.location.lat, thing.location.lon)]
        elif isinstance(thing, osmium.osm.Way):
            line = [(n.location.lat, n.location.lon) for n in thing.nodes if n.location.valid()]
            if line:
                yield f"w{thing.id}", dict(thing.tags), line
        elif isinstance(thing, osmium.osm.Area) and not thing.from_way():
            ring = next(iter(thing.outer_rings()))
            yield f"r{thing.orig_id()}", dict(thing.tags), [(n.location.lat, n.location.lon) for n in ring]


def _shop(osm_id: str, tags: Tags, outline: list[Point]) -> Shop | None:
    former = next((tags[key] for key in VACANT_KEYS if key in tags), None)
    shop = tags.get("shop", "")
    vacant = shop == "vacant" or (former is not None and shop in NO_SHOP)
    if not vacant and shop in {"", "no"}:
        shop = tags.get("craft", "") or (tags.get("amenity", "") if tags.get("amenity") in EATING else "")
    if not vacant and not shop:
        return None
    area_m2, frontage_m = _footprint(outline)
    kind = (former or "") if vacant else shop
    return Shop(
        osm_id=osm_id,
        name=tags.get("name", "") or tags.get("old_name", ""),
        kind="" if kind in NO_SHOP and vacant else kind,
        street=tags.get("addr:street", ""),
        housenumber=tags.get("addr:housenumber", ""),
        point=_middle(outline),
        vacant=vacant,
        area_m2=area_m2,
        frontage_m=frontage_m,
    )


def _address(tags: Tags, outline: list[Point]) -> Address:
    return Address(
        street=tags["addr:street"],
        housenumber=tags["addr:housenumber"],
        postcode=tags.get("addr:postcode", ""),
        city=tags.get("addr:city", ""),
        point=_middle(outline),
        name=tags.get("name", ""),
    )


def _footprint(outline: list[Point]) -> tuple[int | None, float | None]:
    """Area in m² and longest side in metres of a closed outline; None for a point or an open line."""
    if len(outline) < 4 or outline[0] != outline[-1]:
        return None, None
    plane = _plane(outline)
    x, y = plane[:, 0], plane[:, 1]
    area = abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2
    side = float(np.hypot(np.diff(x), np.diff(y)).max())
    return (round(area), round(side, 1)) if area >= 1 else (None, None)


def _middle(outline: list[Point]) -> Point:
    """The centre of gravity of a closed outline, the point itself, or the middle of a line."""
    if len(outline) < 4 or outline[0] != outline[-1]:
        return outline[len(outline) // 2]
    plane = _plane(outline)
    x, y = plane[:, 0], plane[:, 1]
    cross = x[:-1] * y[1:] - x[1:] * y[:-1]
    if abs(cross.sum()) < 1e-6:
        return outline[0]
    east = float(((x[:-1] + x[1:]) * cross).sum() / (3 * cross.sum()))
    north = float(((y[:-1] + y[1:]) * cross).sum() / (3 * cross.sum()))
    up, across = (float(scale) for scale in metres_per_degree(outline[0][0]))
    return outline[0][0] + north / up, outline[0][1] + east / across


def _plane(outline: list[Point]) -> NDArray[np.float64]:
    """Metres east and north of the first point."""
    north, east = (float(scale) for scale in metres_per_degree(outline[0][0]))
    rows = np.asarray(outline, np.float64) - outline[0]
    return np.stack((rows[:, 1] * east, rows[:, 0] * north), axis=1)
