"""Reads streets, barriers, turn restrictions, water and buildings out of an OpenStreetMap file. Knows osmium."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import osmium

from routing.message import BadInput
from routing.streets.access import Tags
from routing.streets.conditions import NotUnderstood, clauses
from routing.streets.model import Bounds, Point

Progress = Callable[[float], None]

SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.xml")
WANTED_KEYS = ("highway", "barrier", "waterway", "natural", "building", "restriction", "type", "landuse", "leisure")
WATER_LINES = {"river", "stream", "canal", "ditch", "drain"}
GREEN_LEISURE = {"park", "garden", "playground"}
GREEN_LANDUSE = {"grass", "forest", "cemetery", "recreation_ground", "village_green", "meadow"}
HEAD_BYTES = 1 << 16  # where an XML prologue would declare entities
PROGRESS_EVERY = 5_000
KINDS = ("no_", "only_")
BYTES_PER_OBJECT = 40  # of a pbf, after the filter; only for the progress bar


@dataclass(slots=True)
class Way:
    """A street as the map draws it: node ids and their points, and its tags."""

    id: int
    tags: Tags
    nodes: list[int]
    line: list[Point]


@dataclass(frozen=True, slots=True)
class TurnRule:
    """A turn restriction (Abbiegeverbot): kind as `no_left_turn`; members by OSM id; via one node or some ways."""

    kind: str
    tags: Tags
    from_ways: tuple[int, ...]
    via_node: int | None
    via_ways: tuple[int, ...]
    to_ways: tuple[int, ...]
    hours: str = ""  # the condition under which it binds, as it stands behind the @; empty: always


@dataclass(slots=True)
class Signal:
    """A traffic light at a node. With a direction it shows only to those who come from one of ``seen_from``."""

    direction: str = ""
    seen_from: set[Point] = field(default_factory=set)


@dataclass(slots=True)
class Extract:
    """What the file says that concerns us, within ``bbox`` if there is one."""

    bbox: Bounds | None = None
    ways: list[Way] = field(default_factory=list)
    barriers: dict[int, Tags] = field(default_factory=dict)
    signals: dict[int, Signal] = field(default_factory=dict)
    turn_rules: list[TurnRule] = field(default_factory=list)
    water: list[tuple[str, tuple[Point, ...]]] = field(default_factory=list)
    buildings: list[tuple[Point, ...]] = field(default_factory=list)
    green: list[tuple[Point, ...]] = field(default_factory=list)
    not_understood: list[str] = field(default_factory=list)  # conditional turn restrictions

    def holds(self, lat: float, lon: float) -> bool:
        return self.bbox is None or self.bbox.contains((lat, lon))


def check_source(source: Path) -> None:
    """Refuse what is no map file before anything parses it. Raises :class:`BadInput`."""
    name = source.name
    if not source.is_file():
        raise BadInput("There is no map file %(name)s.", name=name)
    if not name.endswith(SUFFIXES):
        raise BadInput("%(name)s is no map file: it must end in .osm.pbf, .osm or .osm.gz.", name=name)
    if source.stat().st_size == 0:
        raise BadInput("The map file %(name)s is empty.", name=name)
    if not name.endswith(".pbf"):
        _check_prologue(source)


def _check_prologue(source: Path) -> None:
    """XML that declares entities can grow without limit when it is read; OpenStreetMap files never do."""
    try:
        with gzip.open(source) if source.name.endswith(".gz") else source.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise broken(source) from error
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head or head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise BadInput(
            "The map file %(name)s declares entities; a file from OpenStreetMap never does.", name=source.name
        )


def broken(source: Path) -> BadInput:
    return BadInput(
        "The map file %(name)s is broken or cut off. Please fetch it again and compare its size.", name=source.name
    )


def read_extract(source: Path, *, bbox: Bounds | None = None, on_progress: Progress | None = None) -> Extract:
    """Read the file once; with ``bbox`` only what lies within.

    Raises :class:`BadInput` if it is no map file, broken, or holds no streets.
    """
    check_source(source)
    extract = Extract(bbox)
    try:
        for thing in _things(source, on_progress):
            if isinstance(thing, osmium.osm.Node):
                _keep_node(extract, thing)
            elif isinstance(thing, osmium.osm.Way):
                _keep_way(extract, thing)
            elif isinstance(thing, osmium.osm.Relation):
                _keep_relation(extract, thing)
            elif isinstance(thing, osmium.osm.Area):
                _keep_area(extract, thing)
    except (RuntimeError, ValueError, OSError) as error:
        raise broken(source) from error
    if not extract.ways:
        raise BadInput("The map file %(name)s contains no streets.", name=source.name)
    return extract


def _things(source: Path, on_progress: Progress | None) -> Iterator[object]:
    is_water = osmium.filter.TagFilter(("natural", "water"), ("waterway", "riverbank"), ("type", "multipolygon"))
    reader = osmium.FileProcessor(str(source)).with_locations().with_areas(is_water)
    expected = max(source.stat().st_size / BYTES_PER_OBJECT, 1.0)
    for number, thing in enumerate(reader.with_filter(osmium.filter.KeyFilter(*WANTED_KEYS))):
        if on_progress and number % PROGRESS_EVERY == 0:
            on_progress(number / (number + expected))
        yield thing


def _keep_node(extract: Extract, node: osmium.osm.Node) -> None:
    if "barrier" in node.tags:
        extract.barriers[node.id] = dict(node.tags)
    elif node.tags.get("highway") == "traffic_signals" or node.tags.get("crossing") == "traffic_signals":
        extract.signals[node.id] = Signal(
            node.tags.get("traffic_signals:direction") or node.tags.get("direction") or ""
        )


def _keep_way(extract: Extract, way: osmium.osm.Way) -> None:
    tags = way.tags
    if "highway" in tags:
        for nodes, line in _runs(extract, way):
            extract.ways.append(Way(way.id, dict(tags), nodes, line))
            _see_signals(extract, nodes, line)
    elif tags.get("waterway") in WATER_LINES:
        extract.water.extend(("line", tuple(line)) for _, line in _runs(extract, way))
    elif "building" in tags and way.is_closed():
        outlines = [tuple(line) for _, line in _runs(extract, way)]
        extract.buildings.extend(line for line in outlines if len(line) >= 4 and line[0] == line[-1])


def _see_signals(extract: Extract, nodes: list[int], line: list[Point]) -> None:
    """Note from where one comes to a light that shows along the way, or against it, only."""
    for at, node in enumerate(nodes):
        signal = extract.signals.get(node)
        if signal and signal.direction == "forward" and at > 0:
            signal.seen_from.add(line[at - 1])
        elif signal and signal.direction == "backward" and at + 1 < len(nodes):
            signal.seen_from.add(line[at + 1])


def _runs(extract: Extract, way: osmium.osm.Way) -> Iterator[tuple[list[int], list[Point]]]:
    """The parts of a way that lie in the file and the box; at the edge of an extract a way may have gaps."""
    nodes: list[int] = []
    line: list[Point] = []
    for node in way.nodes:
        place = node.location
        if place.valid() and extract.holds(place.lat, place.lon):
            nodes.append(node.ref)
            line.append((place.lat, place.lon))
            continue
        if len(nodes) >= 2:
            yield nodes, line
        nodes, line = [], []
    if len(nodes) >= 2:
        yield nodes, line


def _keep_relation(extract: Extract, relation: osmium.osm.Relation) -> None:
    if not (relation.tags.get("type") or "").startswith("restriction"):
        return
    members: dict[tuple[str, str], list[int]] = {}
    for member in relation.members:
        members.setdefault((member.role, member.type), []).append(member.ref)
    tags = dict(relation.tags)
    via_nodes = members.get(("via", "n"), [])
    via_ways = tuple(members.get(("via", "w"), ()))
    if len(via_nodes) > 1 or bool(via_nodes) == bool(via_ways):
        return  # incomplete at the edge of the extract, or not a restriction as it is defined
    for key, value in tags.items():
        for kind, hours in _kinds(extract, key, value):
            extract.turn_rules.append(
                TurnRule(
                    kind=kind,
                    tags={**tags, "applies": key},
                    from_ways=tuple(members.get(("from", "w"), ())),
                    via_node=via_nodes[0] if via_nodes else None,
                    via_ways=via_ways,
                    to_ways=tuple(members.get(("to", "w"), ())),
                    hours=hours,
                )
            )


def _kinds(extract: Extract, key: str, value: str) -> Iterator[tuple[str, str]]:
    """What a tag of a turn restriction bans or commands, and when; what is not understood binds at all hours."""
    if not key.startswith("restriction"):
        return
    told = [(value.strip(), "", False)]
    if key.endswith("conditional"):
        try:
            told = [(clause.value, clause.condition.text, clause.condition.maybe) for clause in clauses(value)]
        except NotUnderstood:
            told = [(value.split("@")[0].strip(), "", True)]
        if any(maybe or not kind.startswith(KINDS) for kind, _, maybe in told):
            extract.not_understood.append(f"{key}={value}")
    yield from ((kind, hours) for kind, hours, _ in told if kind.startswith(KINDS))


def _keep_area(extract: Extract, area: osmium.osm.Area) -> None:
    if area.tags.get("natural") != "water" and area.tags.get("waterway") != "riverbank":
        return
    for ring in area.outer_rings():
        line = tuple((node.location.lat, node.location.lon) for node in ring if node.location.valid())
        if len(line) >= 4 and any(extract.holds(*point) for point in line):
            extract.water.append(("polygon", line))
