"""Streets that are open at certain hours only: stops there get these hours, and the way in and out lies within them."""

from __future__ import annotations

from datetime import date

import pytest

from logistics.ways import Wanted, check_place, ways
from routing.message import BadInput
from routing.streets.model import Period, VehicleClass
from routing.tours.problem import Window
from tests.routing.streets.town import Town, at

DAY = date(2026, 11, 23)  # a Monday
HOUR_S = 3600
HUB, LANE, FAR_SIDE = at(0, 0), at(300, 5), at(300, 300)
BIKE = VehicleClass.CARGO_BIKE


def period(starts_s: int, ends_s: int) -> Period:
    return Period(DAY, starts_s, ends_s)


@pytest.fixture
def network(tmp_path):
    """A hub on A, an open street A–B–C, and a courtyard lane B–D that is closed but from 10 to 12 o'clock."""
    town = Town({"A": (0, 0), "B": (200, 0), "C": (200, 300), "D": (400, 0), "E": (400, 300)})
    town.street("AB", name="Hafenstraße")
    town.street("BC", name="Kranstraße")
    town.street("CE", name="Salzstraße")
    town.street("BD", name="Hofgasse", access="no", **{"access:conditional": "yes @ (10:00-12:00)"})
    return town.network(tmp_path)


def test_a_stop_in_a_street_with_hours_is_served_within_them(network):
    wanted = [Wanted(LANE, frozenset({0}), Window(10 * HOUR_S, 12 * HOUR_S))]

    found = ways(network, BIKE, [HUB], wanted, period, (9 * HOUR_S, 17 * HOUR_S))
    window = found.window(1, wanted[0].window)

    assert found.seconds[0, 1] > 0 and found.seconds[1, 0] > 0
    assert window == Window(10 * HOUR_S + int(found.seconds[0, 1]), 12 * HOUR_S - int(found.seconds[1, 0]))
    assert found.open_from_to(0, 1) == (10 * HOUR_S, 12 * HOUR_S)
    assert found.leg(0, 1).seconds == found.seconds[0, 1]


def test_the_same_street_is_out_of_reach_at_other_hours(network):
    wanted = [Wanted(LANE, frozenset({0}), Window(13 * HOUR_S, 15 * HOUR_S))]

    found = ways(network, BIKE, [HUB], wanted, period, (9 * HOUR_S, 17 * HOUR_S))

    assert found.seconds[0, 1] == -1


def test_stops_elsewhere_keep_the_table_of_the_whole_shift(network):
    wanted = [
        Wanted(LANE, frozenset({0}), Window(10 * HOUR_S, 12 * HOUR_S)),
        Wanted(FAR_SIDE, frozenset({0}), Window(13 * HOUR_S, 15 * HOUR_S)),
    ]

    found = ways(network, BIKE, [HUB], wanted, period, (9 * HOUR_S, 17 * HOUR_S))

    assert found.window(2, wanted[1].window) == wanted[1].window
    assert found.open_from_to(0, 2) == (9 * HOUR_S, 17 * HOUR_S)


def test_an_address_out_of_reach_is_said_at_booking(network):
    check_place(network, HUB, LANE, period(10 * HOUR_S, 12 * HOUR_S))
    with pytest.raises(BadInput, match="There is no way from"):
        check_place(network, HUB, LANE, period(13 * HOUR_S, 15 * HOUR_S))
