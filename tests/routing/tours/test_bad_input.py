"""Bad input, all of it in one place: a sentence each, or an answer that is right for a day that is odd but possible."""

from __future__ import annotations

import numpy as np
import pytest

from routing.message import BadInput
from routing.tours.problem import Window
from routing.tours.solve import solve
from routing.tours.travel import Travel
from tests.routing.tours import build

H = 3600


def island() -> Travel:
    """Nobody gets to place 5, nor away from it."""
    seconds, metres = build.line(6).seconds.copy(), build.line(6).metres.copy()
    for table in (seconds, metres):
        table[5, :5] = table[:5, 5] = -1
    return Travel(seconds, metres)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: build.order(load_g=10**12),
            "Order bakery weighs 1000000000000 g; allowed are whole numbers from 0 to",
        ),
        (
            lambda: build.problem([build.order(f"o-{i}") for i in range(5_001)]),
            "There are 5001 orders; a plan takes at most 5000.",
        ),
        (
            lambda: Travel(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[0.0, np.nan], [1.0, 0.0]])),
            "The table of seconds must hold whole numbers, but holds float64",
        ),
        (
            lambda: Travel(np.array([[0, 1], [1, 0]]), np.array([[0.0, np.nan], [1.0, 0.0]])),
            "The table of metres must hold whole numbers, but holds float64 such as nan.",
        ),
        (lambda: build.order(kind="drop"), "Order bakery is a “drop”; allowed are delivery, pickup and pair."),
        (lambda: build.order(kind="reload"), "Order bakery is a “reload”; allowed are delivery, pickup and pair."),
        (
            lambda: solve(build.problem(), limit_s=0),
            "The search time is 0 s; allowed is more than 0 up to 86400 s.",
        ),
        (
            lambda: solve(build.problem(), limit_s=-1),
            "The search time is -1 s; allowed is more than 0 up to 86400 s.",
        ),
        (
            lambda: solve(build.problem(), limit_s=float("nan")),
            "The search time is nan s; allowed is more than 0 up to 86400 s.",
        ),
        (
            lambda: solve(build.problem(), limit_iterations=0),
            "The search is to try 0 iterations; allowed are 1 to 1000000000000.",
        ),
    ],
)
def test_what_cannot_be_is_refused_at_once(make, sentence):
    with pytest.raises(BadInput) as refusal:
        make()

    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("order", "more", "reason"),
    [
        ({}, {"vehicles": ()}, "There is no vehicle on this day."),
        (
            {"place": 5},
            {"travel": {"cargo_bike": island()}},
            "No vehicle that may serve it finds a way there and back.",
        ),
        ({"load_g": 900_000}, {}, "It weighs 900 kg, the largest vehicle that may serve it carries 100 kg."),
        (
            {"load_ml": 700_000},
            {},
            "It takes up 700 litres, the largest vehicle that may serve it holds 600 litres.",
        ),
        (
            {"windows": (Window(9 * H, 9 * H + 60),)},
            {},
            "The service takes 2 minutes, its longest window only 1.",
        ),
    ],
)
def test_what_nobody_can_serve_stays_behind_with_its_reason_and_the_rest_is_served(order, more, reason):
    fleet = more.get("vehicles", (build.vehicle(),))
    plan = solve(build.problem([build.order(**order), build.order("other", 2)], **more), limit_s=0.1)

    left = {one.order: str(one.reason) for one in plan.unserved}
    assert left["bakery"] == reason
    assert ("other" in left) == (not fleet)


def test_no_orders_and_equal_points_are_ordinary():
    nothing = solve(build.problem(), limit_s=0.1)
    house = solve(build.problem([build.order(f"party-{i}", 0) for i in range(10)]), limit_s=0.1)

    assert (nothing.tours, nothing.unserved, nothing.cost_cents) == ((), (), 0)
    assert house.unserved == () and house.metres == 0
