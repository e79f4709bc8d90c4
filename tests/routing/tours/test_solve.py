"""A day of tours is planned as cheaply as possible, and what stays behind says why."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from routing.message import BadInput
from routing.tours.check import violations
from routing.tours.plan import Progress
from routing.tours.problem import Kind, Problem, Window
from routing.tours.solve import solve
from routing.tours.travel import Travel
from tests.rounds import rounds
from tests.routing.tours import build
from tests.routing.tours.brute import cheapest_cents

H = 3600


def reasons(plan) -> dict[str, str]:
    return {left.order: str(left.reason) for left in plan.unserved}


def test_two_shops_on_one_bike():
    """
    Both shops fit on one tour along the street: 2 km there and back, 1200 s of riding, 240 s of service.
    """
    plan = solve(build.problem([build.order("bakery", 1), build.order("florist", 2)]), limit_s=0.2)

    (tour,) = plan.tours
    assert plan.unserved == ()
    assert tour.metres == 4000
    assert tour.returns_s - tour.departs_s == 4 * 300 + 2 * 120
    assert tour.cost_cents == plan.cost_cents == 1440 * 2700 // 3600 + 80


def test_the_courier_leaves_as_late_as_the_windows_allow():
    """
    Waiting is paid: with a shop that opens at 10:00 the tour leaves at 9:55, not at 8:00.
    """
    plan = solve(build.problem([build.order(windows=(Window(10 * H, 11 * H),))]), limit_s=0.1)

    assert plan.tours[0].departs_s == 10 * H - 300
    assert plan.tours[0].visits[0].starts_s == 10 * H


def test_a_delivery_waits_for_its_goods_and_a_pickup_for_its_shop():
    orders = [build.order("late", 1, release_s=11 * H), build.order("back", 2, kind=Kind.PICKUP, release_s=12 * H)]
    plan = solve(build.problem(orders), limit_s=0.2)

    assert plan.unserved == ()
    assert plan.tours[0].departs_s >= 11 * H
    assert {v.order: v.starts_s >= 12 * H for v in plan.tours[0].visits}["back"]


def test_a_second_window_is_used_when_the_first_is_missed():
    windows = (Window(8 * H, 8 * H + 200), Window(14 * H, 15 * H))
    plan = solve(build.problem([build.order(windows=windows)]), limit_s=0.2)

    assert plan.tours[0].visits[0].starts_s == 14 * H


def test_pickups_use_the_room_that_deliveries_leave():
    """
    A bike full of deliveries can take as much back, but not at the first stop.
    """
    orders = [build.order("in", 1, load_g=100_000), build.order("out", 2, kind=Kind.PICKUP, load_g=100_000)]
    plan = solve(build.problem(orders), limit_s=0.2)

    assert [v.order for v in plan.tours[0].visits] == ["in", "out"]
    assert [v.load_after_g for v in plan.tours[0].visits] == [0, 100_000]


def far_away() -> Travel:
    """Place 5 cannot be reached."""
    seconds, metres = build.line(6).seconds.copy(), build.line(6).metres.copy()
    for table in (seconds, metres):
        table[5, :5] = table[:5, 5] = -1
    return Travel(seconds, metres)


@pytest.mark.parametrize(
    ("order", "more", "reason"),
    [
        (
            {"load_g": 900_000},
            {},
            "It weighs 900 kg, the largest vehicle that may serve it carries 100 kg.",
        ),
        (
            {"load_ml": 600_500},
            {},
            "It takes up 600.5 litres, the largest vehicle that may serve it holds 600 litres.",
        ),
        ({"allowed_classes": frozenset({"foot"})}, {}, "No vehicle of an allowed class is on duty."),
        ({"hub": "sand"}, {}, "No vehicle that may serve it starts at hub sand."),
        ({"hub": "sand", "kind": Kind.PICKUP}, {}, "No vehicle that may serve it ends at hub sand."),
        (
            {"windows": (Window(9 * H, 9 * H + 60),)},
            {},
            "The service takes 2 minutes, its longest window only 1.",
        ),
        (
            {"windows": (Window(7 * H, 8 * H),)},
            {},
            "It closes at 8:00, the earliest arrival is 8:05 and the service takes 2 minutes.",
        ),
        (
            {"windows": (Window(17 * H + 3400, 19 * H),)},
            {},
            "bike-1 would be back at 18:03, but must be back by 18:00.",
        ),
        (
            {"place": 5},
            {"travel": {"cargo_bike": far_away()}},
            "No vehicle that may serve it finds a way there and back.",
        ),
        (
            {"place": 5},
            {"vehicles": (build.vehicle(range_m=9_500),)},
            "The tour would be 10 km long, but bike-1 has a range of 9.5 km.",
        ),
        (
            {},
            {"vehicles": (build.vehicle(longest_s=600),)},
            "The tour would last 12 minutes, but bike-1 may be out for 10.",
        ),
        (
            {},
            {"hubs": (build.hub(capacity_g=4_000), build.hub("sand", 3))},
            "Hub markt can still take 4 kg, the order weighs 5 kg.",
        ),
        (
            {},
            {"hubs": (build.hub(capacity_ml=1_500), build.hub("sand", 3))},
            "Hub markt can still take 1.5 litres, the order takes up 20 litres.",
        ),
        (
            {"price_unserved_cents": 300},
            {},
            "Serving it would cost 5.80 € more, leaving it costs 3 €.".replace("5.80", "5.8"),
        ),
        ({}, {"vehicles": ()}, "There is no vehicle on this day."),
    ],
)
def test_an_order_that_stays_behind_says_which_constraint_binds(order, more, reason):
    more = {"hubs": (build.hub(), build.hub("sand", 3))} | more
    plan = solve(build.problem([build.order(**order)], **more), limit_s=0.2)

    assert reasons(plan) == {"bakery": reason}


def test_a_full_fleet_names_the_room_that_is_left():
    orders = [
        build.order("first", 1, load_g=70_000),
        build.order("second", 2, load_g=60_000, price_unserved_cents=40_000),
    ]
    plan = solve(build.problem(orders), limit_s=0.2)

    assert reasons(plan) == {"second": "No vehicle has room left: it weighs 60 kg, the most that still fits is 30 kg."}


def test_no_orders_are_an_empty_plan():
    plan = solve(build.problem(), limit_s=1)

    assert (plan.tours, plan.unserved, plan.cost_cents) == ((), (), 0)


def test_ten_orders_at_one_door_are_one_ride():
    """Equal points are ordinary: a house with ten parties."""
    plan = solve(build.problem([build.order(f"party-{i}", 3) for i in range(10)]), limit_s=0.2)

    assert [tour.metres for tour in plan.tours] == [6000]


@pytest.mark.parametrize("limit_s", [0, -1, float("nan"), float("inf"), True, "5"])
def test_a_senseless_search_time_is_refused(limit_s):
    with pytest.raises(BadInput, match=r"The search time is .* s; allowed is more than 0 up to 86400 s"):
        solve(build.problem(), limit_s=limit_s)


@pytest.mark.parametrize(("name", "value"), [("seed", -1), ("seed", 1.5), ("cores", 0), ("cores", 1000)])
def test_a_senseless_seed_or_number_of_cores_is_refused(name, value):
    with pytest.raises(BadInput, match=str(value)):
        solve(build.problem(), limit_s=1, **{name: value})


@pytest.mark.parametrize("days", [0, 1], ids=["quick kernel", "counting kernel"])
def test_counted_iterations_give_the_same_plan_whatever_the_clock_says(days):
    """
    The same seed and number of moves, once beside a clock that jumps by hours at every look: the same tours.
    """
    day = build.a_day(3, 25, vehicles=4)
    day = replace(day, vehicles=tuple(replace(vehicle, breaks=days == 1) for vehicle in day.vehicles))
    hours = count(step=7200.0)

    plan = solve(day, limit_iterations=800, seed=5)
    again = solve(day, limit_iterations=800, seed=5, clock=lambda: next(hours))

    assert plan.engine == "kernel"
    assert plan.iterations == again.iterations == 800
    assert (plan.tours, plan.unserved) == (again.tours, again.unserved)


@pytest.mark.parametrize("limits", [{}, {"limit_s": 1, "limit_iterations": 100}])
def test_a_search_has_exactly_one_limit(limits):
    with pytest.raises(BadInput, match="either a search time in seconds or a number of iterations"):
        solve(build.problem(), **limits)


@pytest.mark.parametrize("number", [0, -5, 1.5, True, "many"])
def test_a_senseless_number_of_iterations_is_refused(number):
    with pytest.raises(BadInput, match="allowed are 1 to"):
        solve(build.problem(), limit_iterations=number)


def test_progress_is_reported_and_never_gets_worse():
    seen: list[Progress] = []
    solve(build.a_day(3, 40, vehicles=5), limit_s=1.0, on_progress=seen.append)

    costs = [progress.cost_cents for progress in seen]
    assert len(seen) >= 3
    assert costs == sorted(costs, reverse=True)
    assert seen[0].limit_s == 1.0


def test_a_cancelled_search_answers_with_the_best_plan_so_far():
    problem = build.a_day(3, 40, vehicles=5)
    seen: list[Progress] = []
    plan = solve(problem, limit_s=60, on_progress=seen.append, cancelled=lambda: len(seen) >= 2)

    assert violations(problem, plan) == []
    assert plan.seconds < 30


@pytest.mark.parametrize("seed", range(rounds(8)))
def test_small_days_are_planned_as_well_as_trying_everything(seed):
    """
    Seven orders, two vehicles, every feature: the plan costs what the best of all plans costs.
    """
    problem = build.shortest(build.a_day(seed, 7, vehicles=2, windows=2, limits=seed % 2 == 1))

    best = cheapest_cents(problem)
    seen: list[Progress] = []
    plan = solve(problem, limit_s=20, on_progress=seen.append, cancelled=lambda: seen[-1].cost_cents <= best)

    assert plan.cost_cents == best


def test_no_order_is_forgotten_on_a_day_without_time():
    """A hub that closes before the shift begins: everything stays behind, with a reason."""
    problem = Problem(
        2,
        {"cargo_bike": Travel(np.array([[0, 60], [60, 0]]), np.array([[0, 100], [100, 0]]))},
        (build.hub(closes_s=7 * H),),
        (build.vehicle(),),
        (build.order(),),
    )
    assert len(solve(problem, limit_s=0.1).unserved) == 1
