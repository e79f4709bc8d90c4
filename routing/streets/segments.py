"""Cuts ways into street segments between junctions and keeps them as arrays. Pure.

A *segment* is a piece of street between two junctions; a *lane* is a segment in one direction: lane ``2 s``
along the segment's line, ``2 s + 1`` against it. Lanes are the nodes of the routing graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.streets.access import Pattern, pattern
from routing.streets.barriers import blocked_mask, is_gate
from routing.streets.model import Bounds, Point
from routing.streets.osm import Extract, Signal, Way
from routing.streets.speeds import Speeds


class Trait(NamedTuple):
    """What two pieces of street must share to be one segment."""

    pattern: Pattern
    name: str
    kind: str
    roundabout: bool
    via_way: int  # id of a way that a turn restriction leads over, else 0: such a way stays apart

    def flipped(self) -> Trait:
        return self._replace(pattern=self.pattern.flipped())


class Piece(NamedTuple):
    """A segment while it is being put together; the ways at its two ends are named by turn restrictions."""

    start: int
    end: int
    trait: int
    start_way: int
    end_way: int
    line: list[Point]


@dataclass(frozen=True)
class Segments:
    """S segments between J junctions as columns; G is the sum of all line points."""

    start: NDArray[np.int32]  # junction numbers, S
    end: NDArray[np.int32]
    trait: NDArray[np.int32]  # rows of ``traits``, S
    start_way: NDArray[np.int64]  # OSM ids, S
    end_way: NDArray[np.int64]
    first: NDArray[np.int64]  # S + 1; the line of s is points[first[s]:first[s + 1]]
    points: NDArray[np.float64]  # G × 2, latitude and longitude
    length_m: NDArray[np.float64]  # S
    blocked: NDArray[np.uint8]  # J, bit per vehicle class that cannot pass
    gate: NDArray[np.bool_]  # J
    signals: NDArray[np.bool_]  # 2 S: whether a traffic light binds whoever comes to the end of the lane
    traits: tuple[Trait, ...]
    junction_of: dict[int, int] = field(default_factory=dict, compare=False)  # OSM node id → junction; import only

    def line(self, segment: int) -> NDArray[np.float64]:
        return self.points[self.first[segment] : self.first[segment + 1]]

    def bounds(self) -> Bounds:
        south, west = self.points.min(axis=0)
        north, east = self.points.max(axis=0)
        return Bounds(float(south), float(west), float(north), float(east))


class Traits:
    """Numbers every distinct trait; remembers which conditional values were not understood."""

    def __init__(self, speeds: Speeds) -> None:
        self.all: list[Trait] = []
        self.not_understood: dict[str, int] = {}
        self._speeds = speeds
        self._number: dict[Trait, int] = {}
        self._patterns: dict[frozenset[tuple[str, str]], tuple[Pattern, list[str]]] = {}
        self._flipped: dict[int, int] = {}

    def of(self, way: Way, via_ways: set[int]) -> int:
        trait = Trait(
            self._pattern(way),
            way.tags.get("name", "") or way.tags.get("ref", ""),
            way.tags["highway"],
            way.tags.get("junction") == "roundabout",
            way.id if way.id in via_ways else 0,
        )
        return self.number(trait)

    def number(self, trait: Trait) -> int:
        if trait not in self._number:
            self._number[trait] = len(self.all)
            self.all.append(trait)
        return self._number[trait]

    def flipped(self, number: int) -> int:
        if number not in self._flipped:
            self._flipped[number] = self.number(self.all[number].flipped())
        return self._flipped[number]

    def _pattern(self, way: Way) -> Pattern:
        """Access of the way; ways with the same tags but for their names share one."""
        key = frozenset((k, v) for k, v in way.tags.items() if k not in UNIMPORTANT)
        if key not in self._patterns:
            told: list[str] = []
            self._patterns[key] = (pattern(way.tags, self._speeds, not_understood=told.append), told)
        found, told = self._patterns[key]
        for text in told:
            self.not_understood[text] = self.not_understood.get(text, 0) + 1
        return found


UNIMPORTANT = {"name", "ref", "lit", "source", "created_by", "note", "wikidata", "wikipedia", "lanes", "postal_code"}


def build_segments(extract: Extract, speeds: Speeds) -> tuple[Segments, dict[str, int]]:
    """Segments of every way that any vehicle may ever use, and the conditional values that were not understood."""
    via_ways = {way for rule in extract.turn_rules for way in rule.via_ways}
    via_nodes = {rule.via_node for rule in extract.turn_rules if rule.via_node is not None}
    traits = Traits(speeds)
    ways = [(way, traits.of(way, via_ways)) for way in extract.ways if way.tags["highway"] in speeds.cargo_bike_kmh]
    ways = [(way, trait) for way, trait in ways if traits.all[trait].pattern.open_to_any]
    fixed = set(extract.barriers) | set(extract.signals) | via_nodes
    pieces = _joined(_pieces(ways, fixed), traits, fixed)
    return _arrays(pieces, traits, extract), traits.not_understood


def _pieces(ways: list[tuple[Way, int]], fixed: set[int]) -> list[Piece]:
    """Cut each way at its junctions: nodes that are used twice, end a way, or carry something."""
    uses: dict[int, int] = {}
    for way, _ in ways:
        for node in way.nodes:
            uses[node] = uses.get(node, 0) + 1
        uses[way.nodes[0]] += 1
        uses[way.nodes[-1]] += 1
    pieces = []
    for way, trait in ways:
        begin = 0
        for at in range(1, len(way.nodes)):
            node = way.nodes[at]
            if uses[node] > 1 or node in fixed:
                line = way.line[begin : at + 1]
                pieces.append(Piece(way.nodes[begin], node, trait, way.id, way.id, line))
                begin = at
    return pieces


def _joined(pieces: list[Piece], traits: Traits, fixed: set[int]) -> list[Piece]:
    """Join pieces of one kind that meet where nothing else does; that halves the graph."""
    touching: dict[int, list[int]] = {}
    for number, piece in enumerate(pieces):
        touching.setdefault(piece.start, []).append(number)
        touching.setdefault(piece.end, []).append(number)
    kept: list[Piece | None] = list(pieces)
    for node, numbers in touching.items():
        if len(numbers) != 2 or numbers[0] == numbers[1] or node in fixed:
            continue
        first, second = (kept[number] for number in numbers)
        if first is None or second is None:
            continue
        before = first if first.end == node else _turned(first, traits)
        after = second if second.start == node else _turned(second, traits)
        if before.trait != after.trait:
            continue
        kept[numbers[0]] = Piece(
            before.start, after.end, before.trait, before.start_way, after.end_way, before.line + after.line[1:]
        )
        kept[numbers[1]] = None
        at_end = touching[after.end]
        at_end[at_end.index(numbers[1])] = numbers[0]
        touching[node] = []
    return [piece for piece in kept if piece is not None]


def _turned(piece: Piece, traits: Traits) -> Piece:
    return Piece(piece.end, piece.start, traits.flipped(piece.trait), piece.end_way, piece.start_way, piece.line[::-1])


def _arrays(pieces: list[Piece], traits: Traits, extract: Extract) -> Segments:
    junction_of: dict[int, int] = {}
    for piece in pieces:
        junction_of.setdefault(piece.start, len(junction_of))
        junction_of.setdefault(piece.end, len(junction_of))
    points = np.array([point for piece in pieces for point in piece.line], dtype=np.float64).reshape(-1, 2)
    counts = np.fromiter((len(piece.line) for piece in pieces), np.int64, len(pieces))
    first = np.concatenate(([0], np.cumsum(counts)))
    blocked = np.zeros(len(junction_of), np.uint8)
    for node, tags in extract.barriers.items():
        if node in junction_of:
            blocked[junction_of[node]] = blocked_mask(tags)
    return Segments(
        start=_column((junction_of[piece.start] for piece in pieces), np.int32),
        end=_column((junction_of[piece.end] for piece in pieces), np.int32),
        trait=_column((piece.trait for piece in pieces), np.int32),
        start_way=_column((piece.start_way for piece in pieces), np.int64),
        end_way=_column((piece.end_way for piece in pieces), np.int64),
        first=first,
        points=points,
        length_m=lengths_m(points, first),
        blocked=blocked,
        gate=_marked(junction_of, (node for node, tags in extract.barriers.items() if is_gate(tags))),
        signals=_signals(pieces, extract.signals),
        traits=tuple(traits.all),
        junction_of=junction_of,
    )


def _column(values: Iterable[int], kind: type[np.integer]) -> NDArray:
    return np.array(list(values), dtype=kind)


def _signals(pieces: list[Piece], signals: Mapping[int, Signal]) -> NDArray[np.bool_]:
    """For each lane whether the light at its end shows to it: one with a direction shows to one side only."""
    bound = np.zeros(2 * len(pieces), np.bool_)
    for number, piece in enumerate(pieces):
        for lane, node, before in (
            (2 * number, piece.end, piece.line[-2]),
            (2 * number + 1, piece.start, piece.line[1]),
        ):
            signal = signals.get(node)
            bound[lane] = signal is not None and (not signal.seen_from or before in signal.seen_from)
    return bound


def _marked(junction_of: dict[int, int], nodes: Iterable[int]) -> NDArray[np.bool_]:
    marked = np.zeros(len(junction_of), np.bool_)
    marked[[junction_of[node] for node in nodes if node in junction_of]] = True
    return marked


def metres_per_degree(lat: NDArray[np.float64] | float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres in one degree of latitude and of longitude on the WGS 84 ellipsoid (series, good to centimetres)."""
    phi = np.radians(lat)
    north = 111_132.92 - 559.82 * np.cos(2 * phi) + 1.175 * np.cos(4 * phi)
    east = 111_412.84 * np.cos(phi) - 93.5 * np.cos(3 * phi)
    return north, east


def lengths_m(points: NDArray[np.float64], first: NDArray[np.int64]) -> NDArray[np.float64]:
    """The length of each line, metres, at least 0.1."""
    north, east = metres_per_degree((points[1:, 0] + points[:-1, 0]) / 2)
    steps = np.hypot(np.diff(points[:, 0]) * north, np.diff(points[:, 1]) * east)
    steps = np.append(steps, 0.0)
    steps[first[1:] - 1] = 0.0  # from the end of one line to the start of the next
    return np.maximum(np.add.reduceat(steps, first[:-1]), 0.1)
