"""Draws small towns as OpenStreetMap files, in metres, and finds the real extracts."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest

from routing.message import BadInput
from routing.streets.network import Network, VehicleClass, import_network
from routing.streets.segments import metres_per_degree

ORIGIN = (53.25, 10.41)
NORTH_M, EAST_M = (float(x) for x in metres_per_degree(ORIGIN[0]))
HOUSE = Path(__file__).parents[3]
SHARED_DATA = Path(os.environ.get("SHARED_DATA", HOUSE.parent / "shared" / "data"))


def extract(name: str) -> Path:
    """A real extract, or a skip with the reason."""
    source = SHARED_DATA / "osm" / f"{name}.osm.pbf"
    if not source.is_file():
        pytest.skip(f"no {name}.osm.pbf in SHARED_DATA")
    return source


@cache
def real_town(name: str) -> Network:
    """The network of a real extract, imported once in each test process; read-only, so tests may share it."""
    return import_network(extract(name))


def at(east_m: float, north_m: float) -> tuple[float, float]:
    """A point so many metres east and north of the town's corner."""
    return ORIGIN[0] + north_m / NORTH_M, ORIGIN[1] + east_m / EAST_M


@dataclass
class Town:
    """Corners by name (metres east, north), streets as lists of corners with tags, barriers and turn rules."""

    corners: dict[str, tuple[float, float]]
    node_tags: dict[str, dict[str, str]] = field(default_factory=dict)
    ways: list[tuple[list[str], dict[str, str]]] = field(default_factory=list)
    rules: list[tuple[list[tuple[str, str, int]], dict[str, str]]] = field(default_factory=list)

    def street(self, corners: str, **tags: str) -> int:
        """A way over corners named by single letters. Returns its id. Tags with colons come as ``**{"a:b": "c"}``."""
        self.ways.append((list(corners), {"highway": "residential", **tags}))
        return 1000 + len(self.ways)

    def tag(self, corner: str, **tags: str) -> None:
        self.node_tags[corner] = tags

    def rule(self, kind: str, begins: int, via: str | int, ends: int, **tags: str) -> None:
        """A turn restriction over a corner (its letter) or a way (its id)."""
        over = ("node", self._id(via)) if isinstance(via, str) else ("way", via)
        members = [("from", "way", begins), ("via", *over), ("to", "way", ends)]
        self.rules.append((members, {"type": "restriction", "restriction": kind, **tags}))

    def _id(self, corner: str) -> int:
        return list(self.corners).index(corner) + 1

    def xml(self) -> str:
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="test">']
        for corner, (east, north) in self.corners.items():
            lat, lon = at(east, north)
            tags = "".join(_tag(k, v) for k, v in self.node_tags.get(corner, {}).items())
            lines.append(f'<node id="{self._id(corner)}" version="1" lat="{lat:.7f}" lon="{lon:.7f}">{tags}</node>')
        for number, (corners, named) in enumerate(self.ways, start=1001):
            refs = "".join(f'<nd ref="{self._id(c)}"/>' for c in corners)
            tags = "".join(_tag(k, v) for k, v in named.items())
            lines.append(f'<way id="{number}" version="1">{refs}{tags}</way>')
        for number, (members, named) in enumerate(self.rules, start=5001):
            parts = "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for role, kind, ref in members)
            tags = "".join(_tag(k, v) for k, v in named.items())
            lines.append(f'<relation id="{number}" version="1">{parts}{tags}</relation>')
        return "\n".join([*lines, "</osm>"])

    def network(self, folder: Path) -> Network:
        source = folder / "town.osm"
        source.write_text(self.xml(), encoding="utf-8")
        return import_network(source)


def _tag(key: str, value: str) -> str:
    return f"<tag k={quoteattr(key)} v={quoteattr(value)}/>"


def grid() -> dict[str, tuple[float, float]]:
    """Nine corners, 100 m apart: g h i on top, d e f, a b c below."""
    return {name: (100.0 * (k % 3), 100.0 * (k // 3)) for k, name in enumerate("abcdefghi")}


def some_points(network: Network, count: int, seed: int) -> list[tuple[float, float]]:
    """Points a few metres beside streets that every vehicle can serve, the same for the same seed."""
    chance = np.random.default_rng(seed)
    lines = [
        line for kind, _, line in network.lines() if kind in {"residential", "living_street", "pedestrian", "tertiary"}
    ]
    points: list[tuple[float, float]] = []
    while len(points) < count:
        lat, lon = lines[chance.integers(len(lines))][0]
        point = (float(lat + chance.normal(0, 1e-4)), float(lon + chance.normal(0, 1e-4)))
        if _served(network, point):
            points.append(point)
    return points


def _served(network: Network, point: tuple[float, float]) -> bool:
    try:
        return all(network.snap(point, vehicle) for vehicle in VehicleClass)
    except BadInput:
        return False


BIKE, VAN, FOOT = VehicleClass.CARGO_BIKE, VehicleClass.E_VAN, VehicleClass.FOOT
