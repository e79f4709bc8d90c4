"""Published tour problems as ``Problem``: Solomon, Homberger (text) and the VRPLIB dialect of PyVRP/Instances.

Distances become metres and seconds alike, one metre costs one cent, nothing else costs anything, and leaving an order
out is dearer than any way: so the cost of a plan in cents is the objective of the publication times ``scale``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from routing.tours.problem import Hub, Kind, Order, Problem, Vehicle, Window
from routing.tours.travel import Travel

CENTS_PER_KM = 1000  # one cent per metre
DIMACS = 10  # one decimal, truncated: the convention of Solomon's and Homberger's problems
EXACT = 1000  # three decimals, rounded: the convention of the multi-depot and site-dependent ones


class CannotState(ValueError):
    """The planner, or a peer, has no words for a property of this problem."""


@dataclass(frozen=True)
class Instance:
    """One problem to measure; ``best`` is the best known cost in the unit of the publication, ``None`` if unknown."""

    name: str
    problem: Problem
    scale: int
    best: float | None


def load(path: Path) -> Instance:
    """Read one file.

    Raises
    ------
    CannotState
        If the problem has pairs, reloads or release times, which the planner does not state.
    """
    if path.suffix == ".vrp":
        return _vrplib(path)
    lines = path.read_text().split("\n")
    if len(lines[0].split()) == 3:
        raise CannotState("pickup and delivery pairs")
    return _solomon(path, lines)


def files(folder: Path) -> list[Path]:
    """The problems of a folder, in the order of their names."""
    return sorted(p for p in folder.iterdir() if p.suffix in {".txt", ".vrp"})


def _solomon(path: Path, lines: list[str]) -> Instance:
    numbers = [list(map(int, line.split())) for line in lines if line.split() and line.split()[0].isdigit()]
    (vehicles, capacity), rows = numbers[0], np.array(numbers[1:])
    raw = _Raw(rows[:, 1:3], rows[:, 3], rows[:, 6], rows[:, 4:6], depots=[0])
    fleet = [_Van(capacity, 0)] * vehicles
    return Instance(path.stem, _problem(raw, fleet, DIMACS), DIMACS, _best(path))


def _vrplib(path: Path) -> Instance:
    head, sections = _sections(path.read_text())
    if "RELEASE_TIME_SECTION" in sections or "VEHICLES_RELOAD_DEPOT_SECTION" in sections:
        raise CannotState("several trips with release times")
    scale = DIMACS if head["TYPE"] == "VRPTW" else EXACT
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
    raw = _Raw(points, column("DEMAND_SECTION", 0)[:, 0], service, windows, depots)
    return Instance(path.stem, _problem(raw, _fleet(head, sections, depots), scale), scale, _best(path))


@dataclass(frozen=True)
class _Raw:
    """What every format says, in its own units; row 0 is the first place."""

    points: np.ndarray
    loads: np.ndarray
    services: np.ndarray
    windows: np.ndarray
    depots: list[int]


@dataclass(frozen=True)
class _Van:
    capacity: int
    depot: int
    longest: float | None = None
    serves: frozenset[int] | None = None


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
        fleet.append(_Van(capacity, depot, longest, serves))
    return fleet


def _problem(raw: _Raw, fleet: list[_Van], scale: int) -> Problem:
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
            longest_s=None if van.longest is None else round(van.longest * scale),
        )
        for number, van in enumerate(fleet)
    ]
    price = 10 * int(table.max())
    clients = [i for i in range(len(raw.points)) if i not in set(raw.depots)]
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
    service = round(float(raw.services[client]) * scale)
    opens, closes = int(windows[client, 0]), int(windows[client, 1]) + service  # published: begin of the service
    window = (Window(opens, closes),)
    return Order(f"c-{client}", Kind.DELIVERY, client, None, int(raw.loads[client]), 0, window, service, price, classes)


def _best(path: Path) -> float | None:
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
        return float(costs[0]) / EXACT if costs else None
    return None


def _from_row(row: dict[str, str]) -> float | None:
    if "opt_distance_dimacs_1dec_trunc" in row:
        return float(row["opt_distance_dimacs_1dec_trunc"]) if row["opt_distance_dimacs_1dec_trunc"] else None
    if "bks" in row:
        return float(row["bks"]) / (EXACT if row["unit"].startswith("x1000") else 1)
    return None  # vehicles first: not the objective measured here
