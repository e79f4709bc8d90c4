"""``run.py bench streets``: import, tables, closures, paths and addresses on real towns, with targets.

Cargo bike, one core. ``value`` is what the target is about: seconds of processor time unless the row says otherwise.
Without arguments: Heidelberg and Kaiserslautern; `--town NAME` for one of them, `--pairs N` to compare with scipy.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from routing.message import BadInput
from routing.streets.addresses import AddressBook, build
from routing.streets.network import Network, Period, Point, VehicleClass, import_network
from routing.streets.packing import FAR, LENGTH_BITS
from routing.streets.places import read_places
from routing.streets.tiles.pyramid import build_tiles
from routing.streets.zones import AccessRule

ROOT = Path(__file__).resolve().parents[1]
TOWNS = ("heidelberg-core", "kaiserslautern")
BIKE, VAN = VehicleClass.CARGO_BIKE, VehicleClass.E_VAN
SEED = 1
FRESH, SWITCHES = 3, 5  # how often; the median counts
TUESDAY = date(2026, 6, 2)
Row = dict[str, object]


def rows(args: list[str]) -> list[Row]:
    """Measure, print as it goes, and return one row for each figure."""
    options = _options(args)
    done: list[Row] = []
    for town in [options.town] if options.town else TOWNS:
        source = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data")) / "osm" / f"{town}.osm.pbf"
        if not source.is_file():
            print(f"{town}: skipped, there is no {source.name} in SHARED_DATA")
            continue
        for row in _town(town, source, options.pairs):
            print(json.dumps(row, ensure_ascii=False))
            done.append(row)
    return done


def _options(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench streets", description=__doc__)
    parser.add_argument("--town", choices=TOWNS)
    parser.add_argument("--pairs", type=int, default=100_000, help="pairs compared with scipy (100,000)")
    parser.add_argument("--json", help="where the rows are kept; the door writes them")
    return parser.parse_args(args)


def _town(town: str, source: Path, pairs: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        yield _row(town, "import", *_timed(lambda: import_network(source, cache=cache)), target=10.0)
        yield from _fresh(town, source, cache)
        network = import_network(source, cache=cache)
        yield from _tables(town, network)
        yield from _kept(town, source, cache)
        yield from _changes(town, network, source, cache)
        yield from _paths(town, network)
        yield from _against_scipy(town, network, pairs)
        yield from _addresses(town, source, cache)
        yield from _tiles(town, source, cache)


def _row(
    town: str, what: str, cpu_s: float, wall_s: float, *, target: float | None = None, engine: str = "ours"
) -> Row:
    return {
        "bench": f"streets: {what}", "instance": town, "engine": engine, "seed": SEED, "cores": 1,
        "cpu_s": round(cpu_s, 4), "wall_s": round(wall_s, 4), "valid": True,
        "target": target, "value": round(cpu_s, 4), "ok": target is None or cpu_s <= target,
    }  # fmt: skip


def _timed(deed: Callable[[], object]) -> tuple[float, float]:
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    deed()
    return time.process_time() - cpu_s, time.perf_counter() - wall_s


def _median(deeds: list[Callable[[], object]]) -> tuple[float, float]:
    measured = [_timed(deed) for deed in deeds]
    return median(cpu_s for cpu_s, _ in measured), median(wall_s for _, wall_s in measured)


def _points(network: Network, count: int) -> list[Point]:
    """Beside streets where a bike may stop, scattered by some metres."""
    chance = np.random.default_rng(SEED)
    kinds = {"residential", "living_street", "pedestrian", "tertiary", "unclassified"}
    lines = [line for kind, _, line in network.lines() if kind in kinds]
    found: list[Point] = []
    while len(found) < count:
        lat, lon = lines[chance.integers(len(lines))][0]
        point = (float(lat + chance.normal(0, 1e-4)), float(lon + chance.normal(0, 1e-4)))
        try:
            network.snap(point, BIKE)
        except BadInput:
            continue
        found.append(point)
    return found


def _tables(town: str, network: Network) -> Iterator[Row]:
    points = _points(network, 1000)
    network._tables = None  # computed each time, nothing kept
    network.matrix(points[:2], BIKE)
    for count, target in ((60, 0.1), (300, 0.15), (1000, 0.3)):
        deeds: list[Callable[[], object]] = [lambda count=count: network.matrix(points[:count], BIKE)] * 5  # type: ignore[misc]
        yield _row(town, f"matrix {count}², warm", *_median(deeds), target=target)


def _kept(town: str, source: Path, cache: Path) -> Iterator[Row]:
    """The same table once more, from the file that another process may have written; and 20 new places beside it."""
    first = import_network(source, cache=cache)
    points = _points(first, 1020)
    first.matrix(points[:1000], BIKE)
    later = import_network(source, cache=cache)
    yield _row(town, "matrix 1000², from the cache", *_timed(lambda: later.matrix(points[:1000], BIKE)), target=0.020)
    first.matrix(points[:2], BIKE)
    yield _row(town, "matrix 1020², 1000 of them kept", *_timed(lambda: first.matrix(points, BIKE)))


def _fresh(town: str, source: Path, cache: Path) -> Iterator[Row]:
    """A new process: start from the cache, then the first table."""
    points = _points(import_network(source, cache=cache), 1000)
    for count, target in ((300, None), (1000, 1.0)):
        place = cache / "points.json"
        place.write_text(json.dumps(points[:count]))
        command = [sys.executable, "-m", "benchmarks.streets", str(source), str(cache), str(place)]
        told = [_told(command, cache) for _ in range(1 + FRESH)][1:]  # the first one has to compile
        program, start, table = (
            [median(one[name][clock] for one in told) for clock in (0, 1)] for name in ("program", "start", "table")
        )
        both = (sum(pair) for pair in zip(start, table, strict=True))
        yield _row(town, f"fresh process: streets from the cache and matrix {count}²", *both, target=target)
    yield _row(town, "fresh process: of that the streets from the cache", *start)
    yield _row(town, "fresh process: the program before, Python and libraries", *program)
    peak_mb = max(one["peak_mb"] for one in told)
    yield {**_row(town, "peak memory of that process, MB", 0, 0, target=500), "value": peak_mb, "ok": peak_mb <= 500}


def _told(command: list[str], cache: Path) -> dict[str, Any]:
    """What a fresh process measured; its modules are compiled beforehand, as they are wherever they are installed."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(cache / "modules")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=environment)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _changes(town: str, network: Network, source: Path, cache: Path) -> Iterator[Row]:
    """A closure around a corner, and another window, each until its costs are ready for questions."""
    points = _points(network, 40)
    network.matrix(points[:2], BIKE)
    closures: list[Callable[[], object]] = []
    for lat, lon in points[:20]:
        area = ((lat - 3e-4, lon - 4e-4), (lat - 3e-4, lon + 4e-4), (lat + 3e-4, lon + 4e-4), (lat + 3e-4, lon - 4e-4))
        closed = network.with_rules([AccessRule(area)])
        closures.append(lambda closed=closed: closed._router(BIKE, None))  # type: ignore[misc]
    yield _row(town, "one closure", *_median(closures), target=0.010)
    morning, afternoon = (Period(TUESDAY, hour * 3600, hour * 3600 + 60) for hour in (8, 15))
    for name, now, then in (("opening", afternoon, morning), ("closing", morning, afternoon)):
        switches: list[Callable[[], object]] = []
        for _ in range(SWITCHES):
            fresh = import_network(source, cache=cache)  # nothing of the other hour is known yet
            fresh._router(VAN, now)
            switches.append(lambda fresh=fresh, then=then: fresh._router(VAN, then))  # type: ignore[misc]
        yield _row(town, f"one window switch, e-van, {name}", *_median(switches), target=0.010)


def _paths(town: str, network: Network) -> Iterator[Row]:
    points = _points(network, 200)
    deeds: list[Callable[[], object]] = [
        lambda a=a, b=b: network.path(a, b, BIKE)  # type: ignore[misc]
        for a, b in zip(points[::2], points[1::2], strict=True)
    ]
    yield _row(town, "path with words, median of 100", *_median(deeds), target=0.005)


def _against_scipy(town: str, network: Network, pairs: int) -> Iterator[Row]:
    """The same pairs of lanes asked of scipy's Dijkstra on the whole turn graph; every difference counts."""
    router, turns, side = network._router(BIKE, None), network._derived.turns, max(int(pairs**0.5), 1)
    usable = router.arcs < FAR
    weights = (router.arcs[usable] >> LENGTH_BITS).astype(float)
    graph = csr_array((weights, (turns.tail[usable], turns.head[usable])), shape=(turns.count, turns.count))
    nodes = np.random.default_rng(SEED).choice(np.flatnonzero(router.lanes.open), (2, side))
    expected: list[np.ndarray] = []
    scipy_s = _timed(lambda: expected.append(dijkstra(graph, indices=nodes[0])[:, nodes[1]]))
    first, start = np.arange(side + 1), np.zeros(side, np.int64)
    found = network._hierarchy.table(router.metric, first, nodes[0], start, nodes[1])
    ours = np.where(found < FAR, found >> LENGTH_BITS, -1)
    differ = int((ours != np.where(np.isinf(expected[0]), -1, expected[0])).sum())
    row = _row(town, f"{side}² lanes, differences", *scipy_s, target=0, engine="scipy")
    yield {**row, "value": differ, "ok": differ == 0, "valid": differ == 0}
    for count in (300, 1000):
        starts = np.random.default_rng(SEED).choice(np.flatnonzero(router.lanes.open), count)
        measured = _timed(partial(dijkstra, graph, indices=starts))
        yield _row(town, f"matrix {count}², Dijkstra on the same graph", *measured, engine="scipy")


def _addresses(town: str, source: Path, cache: Path) -> Iterator[Row]:
    places = read_places(source)
    path = cache / "addresses.sqlite"
    yield _row(town, f"address index, {len(places.addresses)} addresses", *_timed(lambda: build(places, path)))
    book = AddressBook(path)
    asked = [
        f"{address.street} {address.housenumber}"
        for address in places.addresses[:: max(len(places.addresses) // 50, 1)]
    ]
    deeds: list[Callable[[], object]] = [lambda text=text: book.search(text) for text in asked]  # type: ignore[misc]
    yield _row(town, "address search, median", *_median(deeds), target=0.025)


def _tiles(town: str, source: Path, cache: Path) -> Iterator[Row]:
    place = cache / "town.pmtiles"
    target_s, target_mb = (60.0, 10.0) if town == "kaiserslautern" else (None, None)
    yield _row(town, "tiles", *_timed(lambda: build_tiles(source, place)), target=target_s)
    size = round(place.stat().st_size / 1e6, 2)
    row = _row(town, "tiles, size in MB", 0, 0, target=target_mb)
    yield {**row, "value": size, "ok": target_mb is None or size <= target_mb}


def _fresh_process(source: str, cache: str, place: str) -> None:
    """What ``_fresh`` starts."""
    program = time.process_time(), 0.0  # it began before any clock of ours
    points = [(lat, lon) for lat, lon in json.loads(Path(place).read_text())]
    networks: list[Network] = []
    start = _timed(lambda: networks.append(import_network(Path(source), cache=Path(cache))))
    networks[0]._tables = None
    table = _timed(lambda: networks[0].matrix(points, BIKE))
    print(json.dumps({"program": program, "start": start, "table": table, "peak_mb": _peak_mb()}))


def _peak_mb() -> int:
    """The most memory this process ever held; getrusage would count what its parent held, too."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) // 1024


if __name__ == "__main__":
    _fresh_process(*sys.argv[1:4])
