"""Published problems that parts of the matching must solve: assignment, generalised assignment, fixed intervals.

Sources: OR-Library assign100 and assign500; generalised assignment from
OR-Library and Yagiura; personnel task scheduling with fixed intervals after
Krishnamoorthy, Ernst and Baatar 2012. The best known values lie beside them.
"""

from __future__ import annotations

import csv
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from leerstand.matching.check import violations
from leerstand.matching.problem import MatchingProblem
from leerstand.matching.robust import assigned
from leerstand.matching.solve import solve

Row = dict[str, Any]
NO_PAIRS = np.zeros((0, 2), dtype=np.int64)


def rows(folder: Path, seconds: float, cores: int) -> list[Row]:
    """Every instance of a folder that holds ``assignment``, ``gap`` or ``intervals``, or is one of them."""
    kinds = {"assignment": _assignment, "gap": _gap, "intervals": _intervals}
    found = [path for path in (folder, *sorted(folder.iterdir())) if path.is_dir() and path.name in kinds]
    return [row for path in found for row in kinds[path.name](path, seconds, cores)]


def _known(folder: Path) -> list[dict[str, str]]:
    with (folder / "BKS.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def plain(
    unit: np.ndarray, request: np.ndarray, points: np.ndarray, units: int, requests: int, **more: Any
) -> MatchingProblem:
    """A problem without streets, mix and hubs."""
    pairs = len(unit)
    return MatchingProblem(
        units=units,
        requests=requests,
        unit=unit.astype(np.int64),
        request=request.astype(np.int64),
        points=points.astype(np.int64),
        group=np.full(pairs, -1, dtype=np.int64),
        hub=np.zeros(pairs, dtype=bool),
        stock=np.zeros(0, dtype=np.int64),
        ladder=(),
        max_hubs=0,
        max_per_group=1,
        conflicts=NO_PAIRS,
        **more,
    )


def _row(instance: str, value: float, target: float, begun: tuple[float, float], valid: bool, cores: int) -> Row:
    return {
        "bench": "matching",
        "instance": instance,
        "engine": "ours",
        "seed": 1,
        "cores": cores,
        "cpu_s": round(time.process_time() - begun[1], 2),
        "wall_s": round(time.monotonic() - begun[0], 2),
        "valid": valid,
        "target": target,
        "value": value,
        "gap_percent": round(100 * abs(value - target) / max(1.0, abs(target)), 3),
        "ok": abs(value - target) <= 0.002 * abs(target),
    }


def _assignment(folder: Path, seconds: float, cores: int) -> Iterator[Row]:
    """Cheapest assignment, by the tier that answers live questions."""
    for known in _known(folder):
        numbers = np.array((folder / f"{known['instance']}.txt").read_text().split(), dtype=np.int64)
        size, cost = int(numbers[0]), numbers[1:].reshape(int(numbers[0]), -1)
        begun = time.monotonic(), time.process_time()
        unit, request = (side.ravel() for side in np.indices((size, size)))
        problem = plain(unit, request, 1 + cost.max() - cost.ravel(), size, size)
        chosen = assigned(problem)
        value = int(sum(cost[pair] for pair in chosen))
        valid = len({unit for unit, _ in chosen}) == len({job for _, job in chosen}) == size
        yield _row(known["instance"], value, float(known["optimum_min"]), begun, valid, 1)


def _gap(folder: Path, seconds: float, cores: int) -> Iterator[Row]:
    """Shops shared by several uses: capacity rows instead of one use at a time."""
    for known in _known(folder):
        with zipfile.ZipFile(folder / f"{known['instance']}.zip") as archive:
            numbers = np.array(archive.read(archive.namelist()[0]).split(), dtype=np.int64)
        units, jobs = int(numbers[0]), int(numbers[1])
        worth = numbers[2 : 2 + units * jobs]
        size = numbers[2 + units * jobs : 2 + 2 * units * jobs]
        capacity = numbers[2 + 2 * units * jobs : 2 + 2 * units * jobs + units]
        most = int(worth.max()) + 1
        points = worth if known["sense"] == "max" else most - worth
        unit, request = (side.ravel() for side in np.indices((units, jobs)))
        begun = time.monotonic(), time.process_time()
        problem = plain(
            unit, request, points, units, jobs, size=size, capacity=capacity, placed=np.arange(jobs, dtype=np.int64)
        )
        answer = solve(problem, limit_s=seconds, cores=cores, alternatives=False)
        value = answer.objective if known["sense"] == "max" else jobs * most - answer.objective
        target = float(known["lower_bound"])
        name = f"{known['instance']}/{known['sense']}"
        yield _row(name, value, target, begun, not violations(problem, answer), cores)


def _intervals(folder: Path, seconds: float, cores: int) -> Iterator[Row]:
    """The value of the linear program over the crowds of each worker's jobs: the fewest workers."""
    for known in _known(folder):
        starts, ends, skills = _jobs(folder / f"{known['instance']}.dat")
        begun = time.monotonic(), time.process_time()
        unit = np.concatenate([np.full(len(jobs), worker) for worker, jobs in enumerate(skills)])
        request = np.concatenate(skills)
        problem = plain(
            *(unit, request, np.zeros(len(unit), dtype=np.int64), len(skills), len(starts)),
            starts=starts[request],
            ends=ends[request],
        )
        value = _fewest_workers(problem)
        yield _row(known["instance"], round(value, 3), float(known["minimum_workers"]), begun, True, 1)


def _jobs(path: Path) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Start and end of each job, and the jobs that each worker can do."""
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    at = next(number for number, line in enumerate(lines) if line.startswith("Jobs"))
    jobs = int(lines[at].split("=")[1])
    times = np.array([line.split() for line in lines[at + 1 : at + 1 + jobs]], dtype=np.int64)
    workers = lines[at + jobs + 2 :]
    skills = [np.array(line.split(":")[1].split(), dtype=np.int64) for line in workers if ":" in line]
    return times[:, 0], times[:, 1], skills


def _fewest_workers(problem: MatchingProblem) -> float:
    """Minimise the workers used; every job is done, nobody does two at once."""
    from ortools.linear_solver.python import model_builder

    model = model_builder.Model()
    used = [model.new_num_var(0, 1, "") for _ in range(problem.units)]
    does = [model.new_num_var(0, 1, "") for _ in range(problem.pairs)]
    for job in range(problem.requests):
        model.add(model_builder.LinearExpr.sum([does[pair] for pair in np.flatnonzero(problem.request == job)]) == 1)
    for crowd in problem.cliques:
        model.add(model_builder.LinearExpr.sum([does[pair] for pair in crowd]) <= used[int(problem.unit[crowd[0]])])
    for pair in range(problem.pairs):
        model.add(does[pair] <= used[int(problem.unit[pair])])
    model.minimize(model_builder.LinearExpr.sum(used))
    solver = model_builder.Solver("GLOP")
    solver.solve(model)
    return float(solver.objective_value)
