"""A plan explains itself, and every change it names really helps."""

from __future__ import annotations

import pytest

from routing.tours.explain import explain
from routing.tours.problem import Drop, Kind, Window
from routing.tours.schedule import ride, sequence_of
from routing.tours.solve import solve
from tests.routing.tours import build

H = 3600


def test_a_tour_in_figures():
    """
    Two stops along the street; the second opens at 10:00, so the courier may leave anything up to 55 minutes later.
    """
    orders = [build.order("bakery", 1), build.order("florist", 2, windows=(Window(10 * H, 11 * H),))]
    problem = build.problem(orders, vehicles=(build.vehicle(range_m=10_000),))

    (tour,) = explain(problem, solve(problem, limit_s=0.5)).tours

    assert (tour.most_g, tour.most_ml, tour.capacity_g) == (10_000, 40_000, 100_000)
    assert (tour.metres, tour.range_left_m, tour.waits_s) == (4000, 6000, 0)
    assert tour.slack_s == H - 120
    assert [stop.order for stop in tour.stops] in (["bakery", "florist"], ["florist", "bakery"])
    assert {stop.order: stop.marginal_cents for stop in tour.stops}["bakery"] == 120 * 2700 // 3600


@pytest.mark.parametrize(
    ("order", "vehicle", "change", "then_order", "then_vehicle"),
    [
        (
            {"windows": (Window(7 * H, 8 * H),)},
            {},
            "If its window closed at 8:07, 7 minutes later, bike-1 could serve it.",
            {"windows": (Window(7 * H, 8 * H + 7 * 60),)},
            {},
        ),
        (
            {"windows": (Window(17 * H + 3400, 19 * H),)},
            {},
            "If bike-1 could be back 4 minutes later, at 18:04, it could serve it.",
            {},
            {"ends_s": 18 * H + 4 * 60},
        ),
        (
            {"load_g": 112_500},
            {},
            "If bike-1 could carry 12.5 kg more, it could serve it.",
            {},
            {"capacity_g": 112_500},
        ),
        (
            {"load_ml": 601_000},
            {},
            "If bike-1 held 1 litres more, it could serve it.",
            {},
            {"capacity_ml": 601_000},
        ),
        (
            {},
            {"longest_s": 600},
            "If bike-1 could be out 2 minutes longer, it could serve it.",
            {},
            {"longest_s": 720},
        ),
        (
            {"place": 5},
            {"range_m": 9_000},
            "If the range of bike-1 were 1 km longer, it could serve it.",
            {},
            {"range_m": 10_000},
        ),
    ],
)
def test_the_change_that_is_named_serves_the_order(order, vehicle, change, then_order, then_vehicle):
    problem = build.problem([build.order(**order)], vehicles=(build.vehicle(**vehicle),))
    (left,) = explain(problem, solve(problem, limit_s=0.3)).unserved
    better = build.problem([build.order(**order | then_order)], vehicles=(build.vehicle(**vehicle | then_vehicle),))

    assert str(left.change) == change
    assert solve(better, limit_s=0.3).unserved == ()


def test_where_no_single_number_helps_nothing_is_promised():
    """Too heavy and too late at once."""
    problem = build.problem([build.order(load_g=200_000, windows=(Window(7 * H, 8 * H),))])

    assert explain(problem, solve(problem, limit_s=0.3)).unserved[0].change is None


def test_no_tour_costs_less_than_its_stops_save():
    """Leaving out a stop saves its marginal cost exactly: the tour planned without it shows it."""
    problem = build.a_day(2, 15)
    plan = solve(problem, limit_s=0.5)
    figures = explain(problem, plan)
    for tour, shown in zip(plan.tours, figures.tours, strict=True):
        assert shown.cost_cents == tour.cost_cents
        if len(tour.visits) == 1:
            assert shown.stops[0].marginal_cents == tour.cost_cents


def test_tours_with_rounds_and_pairs_are_explained_too():
    """
    Two rounds and a ride from door to door: each stop has its price, and the tour can leave exactly so much later.
    """
    orders = [build.order(f"o-{i}", i, load_g=60_000, windows=(Window(8 * H, 12 * H),)) for i in (1, 2)]
    pair = build.order("pair", 3, kind=Kind.PAIR, hub=None, drop=Drop(4), windows=(Window(8 * H, 12 * H),))
    problem = build.problem([*orders, pair], vehicles=(build.vehicle(reload_s=300),))
    plan = solve(problem, limit_s=0.5)
    (ridden,) = plan.tours
    assert plan.unserved == () and ridden.reloads

    (tour,) = explain(problem, plan).tours

    assert sorted(stop.order for stop in tour.stops) == ["o-1", "o-2", "pair", "pair"]
    assert all(0 < stop.marginal_cents <= ridden.cost_cents for stop in tour.stops)
    bike, stops = problem.vehicles[0], sequence_of(problem, ridden)
    later = ridden.departs_s + tour.slack_s
    assert ride(problem, bike, stops, (later, later)) is not None
    assert ride(problem, bike, stops, (later + 1, 24 * H)) is None
