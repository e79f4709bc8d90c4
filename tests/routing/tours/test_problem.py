"""What cannot be a day of tours is refused at the door, with a sentence that names thing, value and limit."""

from __future__ import annotations

import numpy as np
import pytest

from routing.message import BadInput
from routing.tours.fields import clock
from routing.tours.problem import Drop, Kind, Problem, Window
from routing.tours.travel import Travel
from tests.routing.tours import build

FLAT = np.zeros((2, 2), dtype=int)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: build.order(load_g=10**12),
            "Order bakery weighs 1000000000000 g; allowed are whole numbers from 0 to 100000000 g.",
        ),
        (
            lambda: build.order(load_ml=-1),
            "Order bakery takes up -1 ml; allowed are whole numbers from 0 to 100000000 ml.",
        ),
        (
            lambda: build.order(load_g=1.5),
            "Order bakery weighs 1.5 g; allowed are whole numbers from 0 to 100000000 g.",
        ),
        (
            lambda: build.order(service_s=True),
            "Serving order bakery takes True s; allowed are whole numbers from 0 to 10000000 s.",
        ),
        (lambda: build.order(kind="throw"), "Order bakery is a “throw”; allowed are delivery, pickup and pair."),
        (lambda: build.order(key=""), "A order has the key “”; a key is a text that is not empty."),
        (lambda: Window(36_000, 35_940), "A window closes at 9:59, but opens at 10:00."),
        (lambda: build.hub(closes_s=0), "Hub markt closes at 0:00, but opens at 6:00."),
        (
            lambda: build.vehicle(ends_s=7 * 3600),
            "The shift of bike-1 ends at 7:00, but begins at 8:00.",
        ),
        (
            lambda: build.vehicle(cost_cents_h=-5),
            "Vehicle bike-1 costs -5 cents per hour or km; allowed are 0 to 1000000.",
        ),
        (
            lambda: build.problem([build.order(place=6)]),
            "bakery is at place 6; there are only places 0 to 5.",
        ),
        (
            lambda: build.problem([build.order(hub="nowhere")]),
            "bakery belongs to hub nowhere, which does not exist.",
        ),
        (
            lambda: build.problem([build.order(), build.order()]),
            "The key bakery is used twice; each needs its own.",
        ),
        (
            lambda: build.problem(vehicles=(build.vehicle(vehicle_class="van"),)),
            "Vehicle bike-1 is a van, but there is no travel table for this class.",
        ),
        (
            lambda: Problem(3, {"foot": Travel(FLAT, FLAT)}, (), (), ()),
            "The travel table of foot has 2 rows, but there are 3 places.",
        ),
        (
            lambda: Travel(FLAT, np.zeros((3, 3), dtype=int)),
            "The table of seconds has 2 rows, the table of metres 3; both must be alike.",
        ),
        (
            lambda: Travel(np.zeros((2, 3), dtype=int), FLAT),
            "The table of seconds must be square, but has the shape 2 × 3.",
        ),
        (
            lambda: Travel(np.array([[0.0, np.nan], [1.0, 0.0]]), FLAT),
            "The table of seconds must hold whole numbers, but holds float64 such as nan.",
        ),
        (
            lambda: Travel(FLAT, np.array([[0, -2], [1, 0]])),
            "The table of metres holds -2 from place 0 to place 1; allowed are 0 to 10000000, or -1 for no way.",
        ),
        (
            lambda: Travel(np.array([[0, 1], [1, 3]]), FLAT),
            "The table of seconds holds 3 from place 1 to itself; this must be 0.",
        ),
        (
            lambda: Travel(np.array([[0, -1], [1, 0]]), FLAT),
            "From place 0 to place 1 only one of the tables of seconds and metres knows a way.",
        ),
    ],
)
def test_senseless_input_is_refused_with_its_value_and_limit(make, sentence):
    with pytest.raises(BadInput) as refusal:
        make()

    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: build.hub(dock_slots=-1),
            "Hub markt has -1 docks per quarter of an hour; allowed are 0 to 1000, or no limit.",
        ),
        (
            lambda: build.hub(dock_slots=1.5),
            "Hub markt has 1.5 docks per quarter of an hour; allowed are 0 to 1000, or no limit.",
        ),
        (lambda: build.hub(capacity_g=-1), "Hub markt takes -1 g; allowed are 0 to 5000000000 g, or no limit."),
        (
            lambda: build.vehicle(reload_s=-1),
            "Reloading bike-1 takes -1 s; allowed are 0 to 10000000 s, or no reloading.",
        ),
        (lambda: build.vehicle(worked_s=-1), "The courier of bike-1 has worked for -1 s; allowed are 0 to 10000000 s."),
        (
            lambda: build.vehicle(longest_s=-1),
            "A tour of vehicle bike-1 may last -1 s; allowed are 0 to 10000000 s, or no limit.",
        ),
        (
            lambda: build.vehicle(range_m=-1),
            "Vehicle bike-1 has a range of -1 m; allowed are 0 to 1000000000 m, or no limit.",
        ),
        (
            lambda: build.vehicle(battery_wh=-1, wh_km=25),
            "The battery of bike-1 holds -1 Wh; allowed are 0 to 1000000 Wh, or no limit.",
        ),
        (lambda: build.order(kind=Kind.PAIR, hub=None), "Order bakery is a pair; a pair has a drop, and only a pair."),
        (lambda: build.order(drop=Drop(2)), "Order bakery is a delivery; a pair has a drop, and only a pair."),
        (
            lambda: build.order(kind=Kind.PAIR, hub="markt", drop=Drop(2)),
            "Order bakery is a pair and belongs to hub markt; a pair has no hub.",
        ),
        (
            lambda: build.problem([build.order(kind=Kind.PAIR, hub=None, drop=Drop(9))]),
            "bakery is at place 9; there are only places 0 to 5.",
        ),
        (
            lambda: build.order(release_s=-1),
            "Order bakery is ready at -1 s; allowed are whole numbers from 0 to 10000000 s.",
        ),
        (lambda: build.order(parcels=-1), "Order bakery has -1 parcels; allowed are whole numbers from 0 to 10000."),
        (
            lambda: build.order(parcel_s=-1),
            "Each parcel of order bakery takes -1 s; allowed are whole numbers from 0 to 1000 s.",
        ),
        (
            lambda: build.order(price_unserved_cents=-1),
            "Leaving order bakery costs -1 cents; allowed are whole numbers from 0 to 1000000000.",
        ),
        (
            lambda: build.problem([build.order(only_vehicles=frozenset({"ghost"}))]),
            "bakery names vehicle ghost, which does not exist.",
        ),
        (
            lambda: build.problem([build.order(not_vehicles=frozenset({"ghost"}))]),
            "bakery names vehicle ghost, which does not exist.",
        ),
    ],
)
def test_senseless_docks_reloads_breaks_and_pairs_are_refused_too(make, sentence):
    with pytest.raises(BadInput) as refusal:
        make()

    assert str(refusal.value) == sentence


def test_more_than_5000_orders_are_refused_at_once():
    orders = [build.order(f"o-{i}") for i in range(5001)]

    with pytest.raises(BadInput, match="There are 5001 orders; a plan takes at most 5000"):
        build.problem(orders)


def test_a_table_cannot_be_changed_afterwards():
    """The planner keeps its own copy, so that nobody changes the ways while it searches."""
    mine = np.array([[0, 5], [5, 0]])
    travel = Travel(mine, mine)
    mine[0, 1] = 99

    assert travel.seconds[0, 1] == 5
    with pytest.raises(ValueError, match="read-only"):
        travel.seconds[0, 1] = 7


def test_times_after_midnight_count_on():
    assert [clock(0), clock(38_520), clock(88_200)] == ["0:00", "10:42", "24:30"]
