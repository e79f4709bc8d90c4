"""The street network of a town: import, snapping, tables, paths. The door to this room.

Read-only after the import and safe for any number of threads. Only the costs that are asked for are
computed; they are kept for the next question.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from itertools import pairwise
from pathlib import Path as FilePath
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from routing.message import BadInput, Message
from routing.streets import loops, reasons
from routing.streets.costs import CostModel, OpenUses
from routing.streets.hierarchy import Hierarchy, shape_of
from routing.streets.model import (
    UNREACHABLE,
    VEHICLES,
    Bounds,
    Manoeuvre,
    Matrix,
    Path,
    Period,
    Point,
    Snap,
    Step,
    Unreachable,
    VehicleClass,
    ZoneUse,
)
from routing.streets.obeyed import objection
from routing.streets.order import lane_ranks
from routing.streets.osm import check_source, read_extract
from routing.streets.packing import DETOUR_BITS, FAR, LENGTH_BITS, decimetres, milliseconds, whole_metres, whole_seconds
from routing.streets.restrictions import restrict
from routing.streets.segments import build_segments
from routing.streets.shortest import Adjacency, Ride, Router
from routing.streets.snapping import MOST_POINTS, OpenParts, Snapper, Stops
from routing.streets.speeds import Speeds
from routing.streets.store import VERSION, Derived, as_points, load, place_for, save, scenery, sha256_of
from routing.streets.tables import LEAST_PLACES, TableStore
from routing.streets.turns import build_turns
from routing.streets.ways import Drawer, side_of
from routing.streets.words import Ends, steps
from routing.streets.zones import AccessRule, SegmentFinder

__all__ = [
    "UNREACHABLE", "VEHICLES", "Bounds", "Manoeuvre", "Matrix", "Network", "Path", "Period", "Point", "Snap",
    "Step", "Unreachable", "VehicleClass", "import_network",
]  # fmt: skip

PARTIAL_SHARE = 0.02  # of all arcs; when more change, computing everything again is quicker
FEW_ARCS = 64
Found = tuple[Stops, Router, Ride]
USES_KEPT = 1_000  # periods whose open windows are remembered
TABLES = "tables"  # folder in the cache
ROUTERS_KEPT = 8  # per network: some 17 MB each for a town of 48,000 lanes


def import_network(
    source: FilePath,
    *,
    cache: FilePath | None = None,
    bbox: Bounds | None = None,
    on_progress: Callable[[float], None] | None = None,
    speeds: Speeds | None = None,
) -> Network:
    """The network of an OpenStreetMap file (`.osm.pbf`, `.osm` or `.osm.gz`).

    With ``cache``, a folder, the derived graph is kept there by the file's SHA-256, the speeds and the
    program's version, and taken from there next time. With ``bbox`` only what lies within it is read: one
    town out of the file of a whole Land. ``on_progress`` is told shares from 0 to 1.

    Raises :class:`BadInput` if the file is missing, broken, cut off, empty, or has no streets.
    """
    tell = on_progress or (lambda share: None)
    speeds = speeds or Speeds()
    check_source(source)
    sha256 = sha256_of(source)
    place = place_for(cache, sha256, speeds, bbox) if cache else None
    derived = load(place) if place else None
    if derived is None:
        derived = _derive(source, speeds, bbox, tell)
        if place:
            save(place, derived)
    tell(1.0)
    return Network(sha256, derived, speeds, TableStore(cache / TABLES) if cache else None)


def _derive(source: FilePath, speeds: Speeds, bbox: Bounds | None, tell: Callable[[float], None]) -> Derived:
    extract = read_extract(source, bbox=bbox, on_progress=lambda share: tell(0.6 * share))
    tell(0.6)
    segments, not_understood = build_segments(extract, speeds)
    if not len(segments.start):
        raise BadInput("The map file %(name)s contains no streets.", name=source.name)
    tell(0.8)
    for value in extract.not_understood:
        not_understood[value] = not_understood.get(value, 0) + 1
    turns = restrict(build_turns(segments, speeds), segments, extract.turn_rules)
    tell(0.9)
    areas = [("building", line) for line in extract.buildings] + [("green", line) for line in extract.green]
    beside = scenery([*extract.water, *areas])
    shape = shape_of(lane_ranks(segments, turns), turns.tail, turns.head)
    return Derived(segments, turns, shape, beside, not_understood)


class Network:
    """A town's streets (Straßennetz) for all vehicle classes.

    ``sha256`` names the map file, ``bounds`` its box, ``not_understood`` the conditional values that were
    treated as closed and how often each occurs.
    """

    def __init__(self, sha256: str, derived: Derived, speeds: Speeds, tables: TableStore | None = None) -> None:
        self.sha256 = sha256
        self.bounds: Bounds = derived.segments.bounds()
        self.not_understood: Mapping[str, int] = MappingProxyType(dict(derived.not_understood))
        self._derived, self._speeds, self._tables = derived, speeds, tables
        self._states: dict[tuple[VehicleClass, Period | None], str] = {}
        self._model = CostModel(derived.segments, derived.turns, speeds)
        self._adjacency = Adjacency(derived.turns)
        self._hierarchy = Hierarchy(derived.shape, derived.turns.tail, derived.turns.head)
        self._drawer = Drawer(derived.segments, derived.turns)
        self._lock = threading.RLock()
        self._finder: SegmentFinder | None = None
        self._snappers: dict[VehicleClass, Snapper] = {}
        self._uses: dict[tuple[VehicleClass, Period | None], OpenUses] = {}
        self._routers: OrderedDict[tuple[VehicleClass, OpenUses], Router] = OrderedDict()
        self._left: dict[tuple[VehicleClass, tuple[AccessRule, ...]], OpenParts] = {}

    def snap(self, point: Point, vehicle: VehicleClass, *, during: Period | None = None) -> Snap:
        """The nearest place where the vehicle may stop; outside of areas that the city closes during the period.

        Raises :class:`BadInput` for a point that is no number, outside the map, or more than 300 m
        from any street; it says so when latitude and longitude look swapped. Raises :class:`Unreachable`
        for a point within an area that is closed even to those on foot.
        """
        stops, served = self._stops([point], vehicle, during)
        if not served[0]:
            raise self._shut([point], vehicle, during)
        return Snap(self._place(stops, 0), round(float(stops.distance_m[0])), self._street(int(stops.segment[0])))

    def matrix(self, points: Sequence[Point], vehicle: VehicleClass, *, during: Period | None = None) -> Matrix:
        """Seconds and metres between all points, over streets that are open during the whole period.

        None: over those that are always open. Raises :class:`BadInput` as ``snap`` does, and for more
        than 5,000 points.
        """
        if not points:
            return Matrix(np.zeros((0, 0), np.int32), np.zeros((0, 0), np.int32))
        if self._tables is None or len(points) < LEAST_PLACES or len(points) > MOST_POINTS:
            every = np.arange(len(points))
            return Matrix(*self._pairs(points, vehicle, during)(every, every))
        rows = np.asarray(points, np.float64).reshape(-1, 2)
        return self._tables.table(
            self._state(vehicle, during), rows, lambda *part: self._pairs(points, vehicle, during)(*part)
        )

    def _pairs(
        self, points: Sequence[Point], vehicle: VehicleClass, during: Period | None
    ) -> Callable[[NDArray[np.intp], NDArray[np.intp]], tuple[NDArray[np.int32], NDArray[np.int32]]]:
        """Computes seconds and metres from some of the points (rows) to some (columns)."""
        stops, served = self._stops(points, vehicle, during)
        places = np.unique(np.asarray(points, np.float64), axis=0, return_inverse=True)[1].ravel()
        walk_ms, router = self._walk_ms(stops), self._router(vehicle, during)

        def compute(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
            cost = router.part_of_table(stops, rows, columns)
            cost[~served[rows]] = FAR
            cost[:, ~served[columns]] = FAR
            cost[rows[:, None] == columns[None, :]] = 0
            ends = walk_ms[rows], walk_ms[columns], places[rows], places[columns]
            seconds, metres = loops.told(cost, *ends, LENGTH_BITS, DETOUR_BITS)
            return seconds, metres

        return compute

    def _state(self, vehicle: VehicleClass, during: Period | None) -> str:
        """Names everything that a table depends on besides its points."""
        with self._lock:
            if (vehicle, during) not in self._states:
                uses = self._model.uses(vehicle, during)
                rules = [(rule.fingerprint, sorted(truths)) for rule, truths in uses.rules]
                closures = [rule.fingerprint for rule in self._model.closing(vehicle, during)]
                parts = (self.sha256, self._speeds.fingerprint(), VERSION, str(vehicle))
                told = repr((*parts, uses.conditional, rules, uses.signs, closures))
                self._states[vehicle, during] = hashlib.sha256(told.encode()).hexdigest()[:40]
            return self._states[vehicle, during]

    def path(self, start: Point, end: Point, vehicle: VehicleClass, *, during: Period | None = None) -> Path:
        """The fastest ride with its line and its words; seconds and metres equal the matrix.

        Raises :class:`BadInput` as ``snap`` does, and :class:`Unreachable` with the reason.
        """
        stops, router, ride = self._ride(start, end, vehicle, during)
        line = self._drawer.line(ride)
        walks = self._walk_ms(stops) * (start != end)
        ends = Ends(int(walks[0]), int(walks[1]), round(float(stops.distance_m[1])), side_of(line, end), line[-1])
        stretches = self._drawer.stretches(ride, router)
        told = steps(stretches, ends, walker=vehicle is VehicleClass.FOOT)
        seconds = int(whole_seconds(milliseconds(ride.cost) + int(walks.sum())))
        return Path(seconds, int(whole_metres(decimetres(ride.cost))), line, told)

    def reach(self, start: Point, end: Point, vehicle: VehicleClass, *, during: Period | None = None) -> None:
        """That there is a ride at all, for less than its line and words cost. Raises as ``path`` does."""
        self._ride(start, end, vehicle, during)

    def _ride(self, start: Point, end: Point, vehicle: VehicleClass, during: Period | None) -> Found:
        stops, served = self._stops([start, end], vehicle, during)
        if not served.all():
            raise self._shut([one for one, fine in zip((start, end), served, strict=True) if not fine], vehicle, during)
        router = self._router(vehicle, during)
        ride = router.ride(stops)
        if ride is None:
            raise self._reason(stops, vehicle, during)
        return stops, router, ride

    def objection(
        self, start: Point, end: Point, vehicle: VehicleClass, *, during: Period, leaves_s: int
    ) -> Message | None:
        """Why the ride of ``path`` may not begin at this second: the first street that is closed when it gets there.

        An independent check, street by street at the moment of each. Raises as ``path`` does.
        """
        stops, router, ride = self._ride(start, end, vehicle, during)
        at_ms = leaves_s * 1000 + int(self._walk_ms(stops)[0]) * (start != end)
        return objection(
            self._derived.segments, self._model.rules, vehicle, self._drawer.ridden(ride, router, at_ms), during
        )

    def with_rules(self, rules: Sequence[AccessRule]) -> Network:
        """This network under the city's own access rules and closures; everything costly is shared.

        Later rules override earlier ones, and all of them the signs in the map.
        """
        with self._lock:
            self._finder = self._finder or SegmentFinder(self._derived.segments)
            other = copy(self)
            other._routers = OrderedDict(self._routers)
        other._model = self._model.with_rules({rule: self._finder.within(rule.area) for rule in rules})
        other._lock, other._snappers, other._uses, other._left = threading.RLock(), {}, {}, {}
        other._states = {}
        if not any(rule.use is ZoneUse.RIDE for rule in rules):
            other._snappers = dict(self._snappers)  # at its best moment the network is as the map has it
        return other

    def streets_within(self, area: tuple[Point, ...]) -> tuple[tuple[str, int], ...]:
        """Names ("" for none) and metres of the streets in an area, the longest first."""
        with self._lock:
            self._finder = self._finder or SegmentFinder(self._derived.segments)
        inside, metres = self._finder.within(area), dict[str, float]()
        shares = inside.ends - inside.begins
        for segment, share in zip(inside.segments.tolist(), shares.tolist(), strict=True):
            name = self._street(segment)
            metres[name] = metres.get(name, 0.0) + share * float(self._derived.segments.length_m[segment])
        return tuple(sorted(((name, round(m)) for name, m in metres.items()), key=lambda pair: -pair[1]))

    def changes(self, during: Period) -> tuple[int, ...]:
        """The seconds within the period at which a window or rule opens or closes, ascending."""
        return tuple(sorted(self._model.changes(during)))

    def open_times(
        self, base: Point, points: Sequence[Point], vehicle: VehicleClass, during: Period
    ) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each point the stretches of the period in which a ride from the base and back is possible throughout.

        Half-open, in elapsed seconds like the period; the whole period where no window concerns the point,
        nothing where it cannot be reached. Raises :class:`BadInput` as ``snap`` does.
        """
        cuts = [during.starts_s, *self.changes(during), during.ends_s]
        found: list[list[tuple[int, int]]] = [[] for _ in points]
        for starts, ends in pairwise(cuts):
            seconds = self.matrix(
                [base, *points], vehicle, during=replace(during, starts_s=starts, ends_s=ends)
            ).seconds
            for number in np.flatnonzero((seconds[0, 1:] >= 0) & (seconds[1:, 0] >= 0)):
                times = found[number]
                if times and times[-1][1] == starts:
                    times[-1] = (times[-1][0], ends)
                else:
                    times.append((starts, ends))
        return tuple(tuple(times) for times in found)

    def lines(self) -> Iterator[tuple[str, str, tuple[Point, ...]]]:
        """Every street for a background map: OSM's kind (`pedestrian`, `residential`, …), name, line."""
        segments = self._derived.segments
        for segment, trait in enumerate(segments.trait):
            yield segments.traits[trait].kind, segments.traits[trait].name, as_points(segments.line(segment))

    def water(self) -> Iterator[tuple[str, tuple[Point, ...]]]:
        """Rivers and streams as ('line', points), lakes and wide rivers as ('polygon', points)."""
        yield from self._derived.scenery.of("line", "polygon")

    def green(self) -> Iterator[tuple[Point, ...]]:
        """Outlines of parks, gardens, woods and meadows."""
        yield from (line for _, line in self._derived.scenery.of("green"))

    def buildings(self) -> Iterator[tuple[Point, ...]]:
        """Outlines of buildings, where the extract has them."""
        yield from (line for _, line in self._derived.scenery.of("building"))

    def _stops(
        self, points: Sequence[Point], vehicle: VehicleClass, period: Period | None
    ) -> tuple[Stops, NDArray[np.bool_]]:
        """Where the vehicle stops for each point, and which points it can serve at all while areas are closed."""
        snapper = self._snapper(vehicle)
        stops = snapper.stops(points)
        closures = self._model.closing(vehicle, period)
        if not closures:
            return stops, np.ones(len(points), np.bool_)
        stops, served = snapper.beside(points, stops, self._left_by(vehicle, closures))
        for rule in closures:
            if rule.closes(VehicleClass.FOOT):
                served &= ~rule.holds_points(points)
        return stops, served

    def _left_by(self, vehicle: VehicleClass, closures: tuple[AccessRule, ...]) -> OpenParts:
        with self._lock:
            if (vehicle, closures) not in self._left:
                lanes = self._model.under(vehicle, closures)
                arcs = self._model.arcs(vehicle, lanes)
                self._left[vehicle, closures] = self._snapper(vehicle).open_parts(arcs, lanes.cuts)
            return self._left[vehicle, closures]

    def _snapper(self, vehicle: VehicleClass) -> Snapper:
        with self._lock:
            if vehicle not in self._snappers:
                lanes = self._model.lanes(vehicle, self._model.widest(vehicle))
                arcs = self._model.arcs(vehicle, lanes)
                self._snappers[vehicle] = Snapper(self._derived.segments, self._derived.turns, arcs, self.bounds)
            return self._snappers[vehicle]

    def _router(self, vehicle: VehicleClass, period: Period | None) -> Router:
        with self._lock:
            if len(self._uses) > USES_KEPT:
                self._uses.clear()
            if (vehicle, period) not in self._uses:
                self._uses[vehicle, period] = self._model.uses(vehicle, period)
            return self._router_for(vehicle, self._uses[vehicle, period])

    def _router_for(self, vehicle: VehicleClass, uses: OpenUses) -> Router:
        """The router for one pattern of open windows; the last few are kept."""
        key = (vehicle, uses)
        with self._lock:
            if key not in self._routers:
                self._routers[key] = self._new_router(vehicle, uses)
            self._routers.move_to_end(key)
            while len(self._routers) > ROUTERS_KEPT:
                self._routers.popitem(last=False)
            return self._routers[key]

    def _new_router(self, vehicle: VehicleClass, uses: OpenUses) -> Router:
        """From the costs of a router that is there already, where little differs; else from nothing."""
        near = next((router for (other, _), router in reversed(self._routers.items()) if other is vehicle), None)
        lanes = self._model.lanes(vehicle, uses)
        if near is None:
            metric = self._hierarchy.metric(self._model.arcs(vehicle, lanes))
        else:
            touched, arcs = self._model.arcs_beside(vehicle, lanes, near.lanes, near.arcs)
            few = len(touched) <= max(PARTIAL_SHARE * len(arcs), FEW_ARCS)
            metric = self._hierarchy.changed(near.metric, touched, arcs) if few else self._hierarchy.metric(arcs)
        loose = self._model.loose_arcs(vehicle, lanes, metric.arcs)
        return Router(self._adjacency, self._hierarchy, lanes, metric, loose)

    def _walk_ms(self, stops: Stops) -> np.ndarray:
        """From the stop to the door, milliseconds on foot."""
        return np.rint(stops.distance_m * 3600 / self._speeds.walk_kmh).astype(np.int64)

    def _place(self, stops: Stops, number: int) -> Point:
        share = float(stops.share[number])
        return self._drawer.place(int(stops.segment[number]), share)

    def _street(self, segment: int) -> str:
        return self._derived.segments.traits[self._derived.segments.trait[segment]].name

    def _shut(self, points: Sequence[Point], vehicle: VehicleClass, period: Period | None) -> Unreachable:
        """Which closure keeps everybody from these points."""
        closures = self._model.closing(vehicle, period)
        around = [rule for rule in closures if rule.closes(VehicleClass.FOOT) and rule.holds_points(points).any()]
        return reasons.shut(around, closures)

    def _reason(self, stops: Stops, vehicle: VehicleClass, period: Period | None) -> Unreachable:
        """Why there is no way: the network itself, a closure, or the clock."""
        streets = self._street(int(stops.segment[0])), self._street(int(stops.segment[1]))
        if self._router_for(vehicle, self._model.widest(vehicle)).ride(stops) is None:
            return reasons.separate(streets)
        closures = self._model.closing(vehicle, period)
        if closures and self.with_rules([])._router(vehicle, period).ride(stops) is not None:
            return reasons.closed(streets, closures)
        return reasons.never_throughout(streets, period)
