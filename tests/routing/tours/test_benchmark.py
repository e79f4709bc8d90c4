"""The benchmark reads the published problems rightly: their published solutions cost what is published."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks import city_day, tour_city, tour_instances, tours
from routing.tours.check import violations
from routing.tours.improve import plan_of
from routing.tours.problem import Kind, Window
from routing.tours.schedule import reload_of

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data")) / "instances" / "tours"
needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no published problems in {SHARED}; set SHARED_DATA")


def published(path: Path, problem):
    """The routes of a .sol file, one line a vehicle."""
    lines = [line.split(":")[1].split() for line in path.read_text().split("\n") if line.startswith("Route")]

    def stop(vehicle, client):
        return reload_of(problem, vehicle) if client == "0" else problem.order_by_key[f"c-{client}"]

    return {
        vehicle.key: [stop(vehicle, client) for client in line]
        for vehicle, line in zip(problem.vehicles, lines, strict=False)
    }


@needs_data
@pytest.mark.parametrize(
    "name",
    ["mdvrptw/PR11A", "mdvrptw/PR12A", "sdvrptw/PR01", "sdvrptw/PR03", "vrptw_1000/RC2_10_5", "mtvrptwr/C201R0.25",
     "mtvrptwr/R201R0.5", "mtvrptwr/RC201R0.75"],
)  # fmt: skip
def test_a_published_solution_is_valid_and_costs_what_is_published(name):
    instance = tour_instances.load(SHARED / f"{name}.vrp")
    plan = plan_of(instance.problem, published(SHARED / f"{name}.sol", instance.problem), engine="published")

    assert violations(instance.problem, plan) == []
    assert plan.unserved == ()
    assert plan.cost_cents / instance.scale == pytest.approx(instance.best)


@needs_data
def test_solomon_is_read_with_its_optimum():
    instance = tour_instances.load(SHARED / "vrptw_100" / "R112.txt")

    assert (len(instance.problem.orders), len(instance.problem.vehicles), instance.best) == (100, 25, 948.6)


@needs_data
def test_pairs_are_read_with_their_drops_and_the_best_known_plan():
    instance = tour_instances.load(SHARED / "pdptw" / "lc101.txt")
    problem = instance.problem
    first = problem.order_by_key["c-3"]

    assert (len(problem.orders), len(problem.vehicles), instance.vehicles, instance.best) == (53, 25, 10, 828.94)
    assert {order.kind for order in problem.orders} == {Kind.PAIR}
    assert (first.place, first.drop.place, first.load_g) == (3, 75, 10)
    assert first.windows == (Window(65_000, 146_000 + 90_000),), "published is when the service may begin"


@needs_data
@pytest.mark.long  # the bench compiles the variant without wages first
def test_the_best_known_number_of_vehicles_comes_first(tmp_path):
    (tmp_path / "one.txt").write_text("pdptw/lc101")
    (row,) = tours.rows(["--list", str(tmp_path / "one.txt"), "--engines", "ours", "--seconds", "2"])

    assert (row["valid"], row["unserved"], row["extra_tours"]) == (True, 0, 0)
    assert row["cost"] == pytest.approx(10 * tour_instances.VEHICLE + 828.94, rel=1e-3)
    assert row["gap_percent"] < 5


def test_a_city_day_is_the_same_for_the_same_seed():
    one, other = tour_city.city(30, seed=4), tour_city.city(30, seed=4)

    assert one.orders == other.orders
    assert one.vehicles == other.vehicles
    assert tour_city.city(30, seed=5).orders != one.orders


def test_the_door_prints_true_rows(capsys, tmp_path):
    """Cheapest insertion on a small city day; run again with --resume nothing is measured twice."""
    arguments = ["--city", "20", "--engines", "greedy", "--seconds", "0.2", "--json", str(tmp_path / "rows.json")]
    (row,) = tours.rows(arguments)
    again = tours.rows([*arguments, "--resume"])

    assert (row["bench"], row["instance"], row["engine"], row["valid"]) == ("tours", "city20", "greedy", True)
    assert again == [row]
    assert "greedy: 1 valid plans" in capsys.readouterr().out


@pytest.mark.long
def test_the_growth_of_a_city_day_is_told_by_valid_plans():
    told = city_day.rows(["--sizes", "20", "--seconds", "1.5"])
    costs = [row["value"] for row in told if row["figure"].startswith("€")]

    assert all(row["valid"] for row in told)
    assert costs == sorted(costs, reverse=True)
    assert sum(row["figure"] == "planned again, ms" for row in told) == len(city_day.MOMENTS)


def test_an_unknown_engine_is_refused():
    with pytest.raises(SystemExit, match="magic is no engine"):
        tours.rows(["--city", "5", "--engines", "magic"])
