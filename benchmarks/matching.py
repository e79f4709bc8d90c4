"""``run.py bench matching``: the plan of large towns beside a ranked list, and published assignment problems.

``--size 200x500`` (several with commas) makes synthetic towns; ``--set FOLDER``
reads published instances (``assignment``, ``gap``, ``intervals``); ``--seconds``
is the search time of each, counted by the processor time of each thread, as on
a machine with nothing else to do. Every plan goes through the check. Gaps are to the
proved bound, with dead neighbours counted as a loss, as the design page does.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import matching_instances
from benchmarks.matching_town import nothing_done, town
from leerstand.matching.check import violations
from leerstand.matching.problem import MatchingAnswer, MatchingProblem
from leerstand.matching.robust import assigned
from leerstand.matching.solve import solve
from leerstand.matching.worth import Room, credited, ranked_list, value

Row = dict[str, Any]
DEFAULT_SIZES = "50x200"


def rows(args: list[str]) -> list[Row]:
    """Measure what the arguments ask for; one row for each run."""
    options = _options(args)
    done: list[Row] = []
    if options.set:
        return matching_instances.rows(options.set, options.seconds, options.cores)
    for size in options.size.split(","):
        units, requests = (int(part) for part in size.lower().split("x"))
        for seed in range(options.seeds):
            done += _town_rows(town(units, requests, seed), f"{size}/{seed}", options)
    return done


def _options(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench matching", description=__doc__)
    parser.add_argument("--size", default=DEFAULT_SIZES, help="shops x requests, several with commas")
    parser.add_argument("--set", type=Path, help="a folder of published instances")
    parser.add_argument("--seconds", type=float, default=30.0, help="search time of each run (30)")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=1, help="so many towns of each size")
    parser.add_argument("--json", type=Path, help="where run.py keeps the rows")
    return parser.parse_args(args)


def _town_rows(problem: MatchingProblem, name: str, options: argparse.Namespace) -> list[Row]:
    wall, cpu = time.monotonic(), time.process_time()
    answer = solve(problem, limit_s=options.seconds, cores=options.cores, clock=time.thread_time)
    ours = _row(name, "ours", problem, answer, wall, cpu, answer.bound, options.cores)
    wall, cpu = time.monotonic(), time.process_time()
    greedy = _as_answer(problem, ranked_list(problem), answer.bound)
    ranked = _row(name, "greedy", problem, greedy, wall, cpu, answer.bound, 1)
    wall, cpu = time.monotonic(), time.process_time()
    matched = _as_answer(problem, _assignment(problem), answer.bound)
    return [ours, ranked, _row(name, "scipy", problem, matched, wall, cpu, answer.bound, 1)]


def _as_answer(problem: MatchingProblem, chosen: list[int], bound: int) -> MatchingAnswer:
    return MatchingAnswer(credited(problem, chosen), value(problem, chosen), bound, 0.0, 1, {})


def _assignment(problem: MatchingProblem) -> list[int]:
    """``linear_sum_assignment`` with one use per shop, then whatever else fits beside it."""
    first, room = assigned(problem), Room(problem)
    order = np.argsort(-problem.points, kind="stable").tolist()
    wanted = [pair for pair in order if (int(problem.unit[pair]), int(problem.request[pair])) in first]
    for pair in (*wanted, *order):
        if problem.points[pair] > 0 and not room.objection(pair):
            room.take(pair)
    return room.chosen


def _row(
    name: str,
    engine: str,
    problem: MatchingProblem,
    answer: MatchingAnswer,
    wall: float,
    cpu: float,
    bound: int,
    cores: int,
) -> Row:
    offset = nothing_done(problem)
    return {
        "bench": "matching",
        "instance": name,
        "engine": engine,
        "seed": answer.seed,
        "cores": cores,
        "cpu_s": round(time.process_time() - cpu, 2),
        "wall_s": round(time.monotonic() - wall, 2),
        "valid": not violations(problem, answer),
        "pairs": problem.pairs,
        "cost": answer.objective + offset,
        "bound": bound + offset,
        "gap_percent": round(100 * (bound - answer.objective) / (bound + offset), 3),
    }
