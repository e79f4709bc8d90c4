"""The schematic old town as plain objects in metres, read with pyosmium as the import reads it too."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import osmium
from shapely.geometry import LineString, Polygon

FILE = Path(__file__).resolve().parents[2] / "demo" / "lueneburg.osm"
CORE = (53.2485 - 12 / 111_300, 10.4090)  # where Am Sande, Kleine Bäckerstraße and Grapengießerstraße meet
METRES_PER_DEGREE = 111_300.0


@dataclass(frozen=True)
class Way:
    id: int
    refs: tuple[int, ...]
    tags: dict[str, str]


@dataclass(frozen=True)
class House:
    """A footprint in metres east and north of the core, with its address."""

    tags: dict[str, str]
    footprint: Polygon
    corners: frozenset[int]

    @property
    def address(self) -> str:
        return f"{self.tags['addr:street']} {self.tags['addr:housenumber']}"

    @property
    def number(self) -> int:
        return int(self.tags["addr:housenumber"])

    @property
    def vacant(self) -> bool:
        return self.tags.get("shop") == "vacant" or any(key == "disused:shop" for key in self.tags)

    @property
    def shop(self) -> bool:
        return self.vacant or any(key in self.tags for key in ("shop", "craft", "amenity"))


@dataclass
class Town:
    """What pyosmium reads from the file; ``places`` in metres east and north of the core."""

    places: dict[int, tuple[float, float]] = field(default_factory=dict)
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    ways: list[Way] = field(default_factory=list)
    restrictions: list[tuple[dict[str, str], dict[str, int]]] = field(default_factory=list)

    @property
    def streets(self) -> list[Way]:
        return [way for way in self.ways if "highway" in way.tags]

    @property
    def houses(self) -> list[House]:
        addressed = [way for way in self.ways if "building" in way.tags and "addr:street" in way.tags]
        return [House(way.tags, Polygon(self.points(way.refs)), frozenset(way.refs)) for way in addressed]

    @property
    def shops(self) -> list[House]:
        return [house for house in self.houses if house.shop]

    @property
    def junctions(self) -> set[int]:
        ends: Counter[int] = Counter()
        for way in self.streets:
            for start, end in pairwise(way.refs):
                ends.update((start, end))
        return {node for node, count in ends.items() if count >= 3}

    def points(self, refs: Iterable[int]) -> list[tuple[float, float]]:
        return [self.places[ref] for ref in refs]

    def lines_of(self, street: str) -> list[LineString]:
        return [LineString(self.points(way.refs)) for way in self.streets if way.tags.get("name") == street]


def read_town() -> Town:
    """Read ``FILE``; points become metres east and north of ``CORE``."""
    found = Town()
    for thing in osmium.FileProcessor(FILE):
        if isinstance(thing, osmium.osm.Node):
            north_m = (thing.lat - CORE[0]) * METRES_PER_DEGREE
            east_m = (thing.lon - CORE[1]) * METRES_PER_DEGREE * math.cos(math.radians(CORE[0]))
            found.places[thing.id] = (east_m, north_m)
            found.node_tags[thing.id] = dict(thing.tags)
        elif isinstance(thing, osmium.osm.Way):
            found.ways.append(Way(thing.id, tuple(node.ref for node in thing.nodes), dict(thing.tags)))
        elif isinstance(thing, osmium.osm.Relation):
            found.restrictions.append((dict(thing.tags), {member.role: member.ref for member in thing.members}))
    return found
