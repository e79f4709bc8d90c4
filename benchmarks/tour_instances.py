"""Published tour problems as ``Problem``: Solomon, Homberger, Li and Lim (text), the VRPLIB dialect of PyVRP/Instances.

Distances become metres and seconds alike, one metre costs one cent, and leaving an order out is dearer than any way.
Nothing else costs anything but the use of a vehicle, where a publication counts vehicles first. So the cost of a plan
in cents is the objective of the publication times ``scale``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from routing.tours.problem import Drop, Hub, Kind, Order, Problem, Vehicle, Window
from routing.tours.travel import Travel

CENTS_PER_KM = 1000  # one cent per metre
DIMACS = 10  # one decimal, truncated: the convention of Solomon's and Homberger's problems
EXACT = 1000  # three decimals, rounded: the convention of the multi-depot and site-dependent ones, and ours for pairs
VEHICLE = 100_000  # what using a vehicle costs where vehicles count first: more than all ways together


class CannotState(ValueError):
    """The planner, or a peer, has no words for a property of this problem."""


@dataclass(frozen=True)
class Instance:
    """One problem to measure; ``best`` is the best known length of all ways in the unit of the publication, ``None`` if
    unknown. Where fewer vehicles count first, ``vehicles`` is how many it needs, and each costs :data:`VEHICLE`."""

    name: str
    problem: Problem
    scale: int
    best: float | None
    vehicles: int | None = None


def load(path: Path) -> Instance:
    """Read one file.

    Raises
    ------
    CannotState
        If vehicles reload at another depot than their own, which the planner does not state.
    """
    if path.suffix == ".vrp":
        return _vrplib(path)
    lines = path.read_text().split("\n")
    return _pairs(path, lines) if len(lines[0].split()) == 3 else _solomon(path, lines)


def files(folder: Path) -> list[Path]:
    """The problems of a folder, in the order of their names."""
    return sorted(p for p in folder.iterdir() if p.suffix in {".txt", ".vrp"})


def _solomon(path: Path, lines: list[str]) -> Instance:
    numbers = [list(map(int, line.split())) for line in lines if line.split() and line.split()[0].isdigit()]
    (vehicles, capacity), rows = numbers[0], np.array(numbers[1:])
    raw = _Raw(rows[:, 1:3], rows[:, 3], rows[:, 6], rows[:, 4:6], depots=[0])
    fleet = [_Van(capacity, 0)] * vehicles
    return Instance(path.stem, _problem(raw, fleet, DIMACS), DIMACS, _best(path))


def _pairs(path: Path, lines: list[str]) -> Instance:
    """Li and Lim: a row with a demand above zero names in its last column where its goods go."""
    (vehicles, capacity, _), *rest = [list(map(int, line.split())) for line in lines if line.strip()]
    rows = np.array(rest)
    drops = {int(row[0]): int(row[8]) for row in rows if row[3] > 0}
    raw = _Raw(rows[:, 1:3], rows[:, 3], rows[:, 6], rows[:, 4:6], depots=[0], drops=drops)
    problem = _problem(raw, [_Van(capacity, 0)] * vehicles, EXACT, use=VEHICLE * EXACT)
    with (path.parent / "BKS.csv").open(newline="") as table:
        known = {row["instance"].lower(): row for row in csv.DictReader(table)}.get(path.stem.lower())
    if known is None:
        return Instance(path.stem, problem, EXACT, None)
    return Instance(path.stem, problem, EXACT, float(known["dist_vehicles_first_float"]), int(known["vehicles"]))


def _vrplib(path: Path) -> Instance:
    head, sections = _sections(path.read_text())
    scale = DIMACS if head["TYPE"] in ("VRPTW", "MTVRPTWR") else EXACT
    depots = [int(row[0]) - 1 for row in sections.get("DEPOT_SECTION", [["1"]]) if row[0] != "-1"]
    count = len(sections["NODE_COORD_SECTION"])

    def column(name: str, default: int, width: int = 1) -> np.ndarray:
        rows = sections.get(name)
        if rows is None:
            return np.full((count, width), default)
        return np.array([list(map(float, row[1 : 1 + width])) for row in rows]).reshape(count, width)

    service = column("SERVICE_TIME_SECTION", int(head.get("SERVICE_TIME", 0)))[:, 0]
    service[depots] = 0
    points, windows = column("NODE_COORD_SECTION", 0, 2), column("TIME_WINDOW_SECTION", 0, 2)
    ready = column("RELEASE_TIME_SECTION", 0)[:, 0]
    raw = _Raw(points, column("DEMAND_SECTION", 0)[:, 0], service, windows, depots, ready=ready)
    return Instance(path.stem, _problem(raw, _fleet(head, sections, depots), scale), scale, _best(path, scale))


@dataclass(frozen=True)
class _Raw:
    """What the formats say, in their own units; row 0 is the first place. ``drops``: where the goods of a row go,
    ``ready``: from when on they lie at the depot."""

    points: np.ndarray
    loads: np.ndarray
    services: np.ndarray
    windows: np.ndarray
    depots: list[int]
    drops: dict[int, int] = field(default_factory=dict)
    ready: np.ndarray | None = None


@dataclass(frozen=True)
class _Van:
    capacity: int
    depot: int
    longest: float | None = None
    serves: frozenset[int] | None = None
    reloads: bool = False


def _sections(text: str) -> tuple[dict[str, str], dict[str, list[list[str]]]]:
    head: dict[str, str] = {}
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] | None = None
    for line in text.split("\n"):
        words = line.split()
        if not words or words[0] == "EOF":
            continue
        if words[0].endswith("_SECTION"):
            rows = sections.setdefault(words[0], [])
        elif rows is None or ":" in line:
            name, _, value = line.partition(":")
            head[name.strip()] = value.strip()
        else:
            rows.append(words)
    return head, sections


def _fleet(head: dict[str, str], sections: dict[str, list[list[str]]], depots: list[int]) -> list[_Van]:
    longest = float(head["VEHICLES_MAX_DURATION"]) if "VEHICLES_MAX_DURATION" in head else None
    fleet = []
    for number in range(int(head["VEHICLES"])):
        capacity = int(sections["CAPACITY_SECTION"][number][1] if "CAPACITY_SECTION" in sections else head["CAPACITY"])
        depot = depots[0]
        if "VEHICLES_DEPOT_SECTION" in sections:
            depot = int(sections["VEHICLES_DEPOT_SECTION"][number][1]) - 1
        serves = None
        if "VEHICLES_ALLOWED_CLIENTS_SECTION" in sections:
            serves = frozenset(int(c) - 1 for c in sections["VEHICLES_ALLOWED_CLIENTS_SECTION"][number][1:])
        reloads = "VEHICLES_RELOAD_DEPOT_SECTION" in sections
        if reloads and int(sections["VEHICLES_RELOAD_DEPOT_SECTION"][number][1]) - 1 != depot:
            raise CannotState("reloading at another depot")
        fleet.append(_Van(capacity, depot, longest, serves, reloads))
    return fleet


def _problem(raw: _Raw, fleet: list[_Van], scale: int, use: int = 0) -> Problem:
    gaps = np.sqrt(((raw.points[:, None, :] - raw.points[None, :, :]) ** 2).sum(2)) * scale
    table = (np.floor(gaps + 1e-9) if scale == DIMACS else np.rint(gaps)).astype(int)
    classes = {serves: f"class-{i}" for i, serves in enumerate(dict.fromkeys(van.serves for van in fleet))}
    windows = np.rint(raw.windows * scale).astype(int)
    hubs = [Hub(f"hub-{d}", d, int(windows[d, 0]), int(windows[d, 1])) for d in raw.depots]
    vehicles = [
        Vehicle(
            f"v-{number}",
            classes[van.serves],
            f"hub-{van.depot}",
            f"hub-{van.depot}",
            int(windows[van.depot, 0]),
            int(windows[van.depot, 1]),
            van.capacity,
            0,
            0,
            CENTS_PER_KM,
            cost_cents_use=use,
            longest_s=None if van.longest is None else round(van.longest * scale),
            reload_s=0 if van.reloads else None,
        )
        for number, van in enumerate(fleet)
    ]
    price = 10 * int(table.max()) + 2 * use
    clients = [i for i in range(len(raw.points)) if i not in {*raw.depots, *raw.drops.values()}]
    orders = [_order(raw, i, windows, scale, price, _may(classes, i)) for i in clients]
    travel = Travel(table, table)
    return Problem(len(table), dict.fromkeys(classes.values(), travel), tuple(hubs), tuple(vehicles), tuple(orders))


def _may(classes: dict[frozenset[int] | None, str], client: int) -> frozenset[str] | None:
    if None in classes:
        return None
    return frozenset(name for serves, name in classes.items() if serves is not None and client in serves)


def _order(
    raw: _Raw, client: int, windows: np.ndarray, scale: int, price: int, classes: frozenset[str] | None
) -> Order:
    order = Order(
        f"c-{client}",
        Kind.DELIVERY,
        client,
        None,
        int(raw.loads[client]),
        0,
        (_window(raw, client, windows, scale),),
        _service(raw, client, scale),
        price,
        classes,
        release_s=0 if raw.ready is None else round(float(raw.ready[client]) * scale),
    )
    if client not in raw.drops:
        return order
    end = raw.drops[client]
    drop = Drop(end, (_window(raw, end, windows, scale),), _service(raw, end, scale))
    return replace(order, kind=Kind.PAIR, drop=drop)


def _service(raw: _Raw, client: int, scale: int) -> int:
    return round(float(raw.services[client]) * scale)


def _window(raw: _Raw, client: int, windows: np.ndarray, scale: int) -> Window:
    """Published are the first and last begin of the service."""
    return Window(int(windows[client, 0]), int(windows[client, 1]) + _service(raw, client, scale))


def _best(path: Path, scale: int = EXACT) -> float | None:
    """The best known cost: first number column of BKS.csv if it is for distance only, else the .sol file."""
    table = path.parent / "BKS.csv"
    if table.exists():
        with table.open(newline="") as lines:
            for row in csv.DictReader(lines):
                if row["instance"].lower() == path.stem.lower():
                    return _from_row(row)
    solution = path.with_suffix(".sol")
    if solution.exists():
        costs = [line.split()[-1] for line in solution.read_text().split("\n") if line.startswith("Cost")]
        return float(costs[0]) / scale if costs else None
    return None


def _from_row(row: dict[str, str]) -> float | None:
    if "opt_distance_dimacs_1dec_trunc" in row:
        return float(row["opt_distance_dimacs_1dec_trunc"]) if row["opt_distance_dimacs_1dec_trunc"] else None
    if "bks" in row:
        return float(row["bks"]) / (EXACT if row["unit"].startswith("x1000") else 1)
    return None  # vehicles first: not the objective measured with these
