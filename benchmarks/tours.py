"""``run.py bench tours``: our planner beside PyVRP, VROOM, the routing library and cheapest insertion.

Every engine gets the same processor time, every plan goes through the check, and the gap to the best known is printed
with the median and range over the seeds. Without arguments: three problems of 100 stops, five seconds each.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks import tour_city, tour_instances, tour_peers
from benchmarks.tour_instances import CannotState, Instance
from routing.tours.check import violations
from routing.tours.improve import PlanBroken
from routing.tours.plan import Plan
from routing.tours.warm import warm

ROOT = Path(__file__).resolve().parents[1]
QUICK = ("vrptw_100/R101", "vrptw_100/RC108", "vrptw_100/C204")  # tight, clustered, long tours
WIDTHS = "{:<14} {:<8} {:>4} {:>6} {:>8} {:>8} {:>6} {:>14} {:>9}"
Row = dict[str, object]


def rows(args: list[str]) -> list[Row]:
    """Measure what the arguments ask for, print it, and return one row for each run."""
    options = _options(args)
    done: list[Row] = json.loads(options.json.read_text()) if _may_resume(options) else []
    if "ours" in _engines(options):
        _warm()
    print(WIDTHS.format("instance", "engine", "seed", "cores", "cpu s", "wall s", "valid", "cost", "gap %"))
    for instance in _instances(options):
        for engine in _engines(options):
            for seed in range(1, options.seeds + 1):
                if any((r["instance"], r["engine"], r["seed"]) == (instance.name, engine, seed) for r in done):
                    continue
                done.append(_measure(instance, engine, seed, options))
                _print(done[-1])
                if options.json:
                    options.json.write_text(json.dumps(done, indent=1))
    _summary(done)
    return done


def _options(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench tours", description=__doc__)
    parser.add_argument("--set", type=Path, help="a folder of problems, each file is one")
    parser.add_argument("--list", type=Path, help="a text file, one problem a line, as in vrptw_100/R112")
    parser.add_argument("--city", type=int, help="the city day with so many orders")
    parser.add_argument("--seconds", type=float, default=5.0, help="search time on each core (5)")
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--engines", default="ours,greedy", help="of ours, ortools, greedy (ours,greedy)")
    parser.add_argument("--peers", default="", help="of pyvrp, vroom")
    parser.add_argument("--json", type=Path, help="keep the rows here after every run")
    parser.add_argument("--resume", action="store_true", help="leave out what stands in the file already")
    return parser.parse_args(args)


def _may_resume(options: argparse.Namespace) -> bool:
    return bool(options.resume and options.json and options.json.exists())


def _engines(options: argparse.Namespace) -> list[str]:
    asked = [name for name in f"{options.engines},{options.peers}".split(",") if name]
    unknown = [name for name in asked if name not in tour_peers.ENGINES]
    if unknown:
        raise SystemExit(f"{unknown[0]} is no engine; there are {', '.join(tour_peers.ENGINES)}.")
    return asked


def _instances(options: argparse.Namespace) -> Iterator[Instance]:
    if options.city:
        yield Instance(f"city{options.city}", tour_city.city(options.city), 1, None)
        return
    for path in _paths(options):
        try:
            yield tour_instances.load(path)
        except CannotState as property_:
            print(f"{path.stem:<14} cannot state: {property_}")


def _paths(options: argparse.Namespace) -> list[Path]:
    if options.set:
        return tour_instances.files(options.set)
    shared = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data")) / "instances" / "tours"
    names = options.list.read_text().split() if options.list else QUICK
    found = [path for name in names for path in sorted(shared.glob(f"{name}.*")) if path.suffix in {".txt", ".vrp"}]
    if not found:
        raise SystemExit(f"No problems found in {shared}. Set SHARED_DATA, or name a folder with --set.")
    return found


def _measure(instance: Instance, engine: str, seed: int, options: argparse.Namespace) -> Row:
    row: Row = {"bench": "tours", "instance": instance.name, "engine": engine, "seed": seed, "cores": options.cores}
    row |= {"seconds": options.seconds, "cpu_s": None, "wall_s": None, "valid": None, "cost": None, "gap_percent": None}
    cpu, wall = time.process_time(), time.monotonic()
    try:
        plan = tour_peers.ENGINES[engine](instance.problem, options.seconds, options.cores, seed)
    except CannotState as property_:
        return row | {"cannot_state": str(property_)}
    except ImportError:
        return row | {"cannot_state": "not installed"}
    except PlanBroken:
        return row | {"cpu_s": round(time.process_time() - cpu, 2), "valid": False}
    row |= {"cpu_s": round(time.process_time() - cpu, 2), "wall_s": round(time.monotonic() - wall, 2)}
    return row | {
        "valid": not violations(instance.problem, plan),
        "cost": plan.cost_cents / instance.scale,
        **_beside_the_best(instance, plan),
        "unserved": len(plan.unserved),
        "tours": len(plan.tours),
        "solved_by": plan.engine,
        "iterations": plan.iterations,
    }


def _beside_the_best(instance: Instance, plan: Plan) -> Row:
    """The gap to the best known; where vehicles count first, that of the ways between plans of as many vehicles."""
    if instance.best is None:
        return {"gap_percent": None}
    if instance.vehicles is None:
        return {"gap_percent": round(100 * (plan.cost_cents / instance.scale / instance.best - 1), 3)}
    more = len(plan.tours) - instance.vehicles
    gap = 100 * (plan.metres / instance.scale / instance.best - 1)
    return {"gap_percent": None if more or plan.unserved else round(gap, 3), "extra_tours": more}


def _warm() -> None:
    """Imports and compilation are nobody's search time."""
    print(f"kernel ready after {warm(light=True):.1f} s")


def _print(row: Row) -> None:
    if "cannot_state" in row:
        print(f"{row['instance']:<14} {row['engine']:<8} cannot state: {row['cannot_state']}")
        return
    gap = "–" if row["gap_percent"] is None else f"{row['gap_percent']:.2f}"
    gap = f"{row['extra_tours']:+d} tours" if row.get("extra_tours") else gap
    cost = "–" if row["cost"] is None else f"{row['cost']:.1f}"
    keys = ("instance", "engine", "seed", "cores", "cpu_s", "wall_s")
    valid = "yes" if row["valid"] else "NO"
    print(WIDTHS.format(*(str(row[key]) for key in keys), valid, cost, gap), flush=True)


def _summary(done: list[Row]) -> None:
    """Median and range of the gaps of each engine, and the median ratio of ours to each other in the same run."""
    measured = [row for row in done if row["valid"]]
    for engine in dict.fromkeys(str(row["engine"]) for row in measured):
        its = [row for row in measured if row["engine"] == engine]
        gaps = [float(str(row["gap_percent"])) for row in its if row["gap_percent"] is not None]
        ratios = [*_ratios(measured, engine)]
        text = f"{engine}: {len(its)} valid plans"
        if gaps:
            text += f", gap {median(gaps):.2f} % [{min(gaps):.2f} to {max(gaps):.2f}]"
        if counted := [row["extra_tours"] for row in its if row.get("extra_tours") is not None]:
            text += f", as few vehicles as known in {sum(more == 0 for more in counted)} of {len(counted)}"
        if ratios and engine != "ours":
            text += f", ours costs {100 * (median(ratios) - 1):+.2f} % against it"
        print(text)


def _ratios(measured: list[Row], engine: str) -> Iterator[float]:
    def typical(instance: object, name: str) -> float | None:
        costs = [float(str(r["cost"])) for r in measured if (r["instance"], r["engine"]) == (instance, name)]
        return median(costs) if costs else None

    for instance in dict.fromkeys(row["instance"] for row in measured):
        mine, theirs = typical(instance, "ours"), typical(instance, engine)
        if mine and theirs:
            yield mine / theirs
