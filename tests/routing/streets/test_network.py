"""Tables, paths and refusals on small towns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pytest

from routing.message import BadInput
from routing.streets.network import UNREACHABLE, Period, Unreachable, VehicleClass, import_network
from tests.routing.streets.town import BIKE, FOOT, VAN, Town, at, grid

TUESDAY = date(2026, 6, 2)
EIGHT, THREE = Period(TUESDAY, 8 * 3600, 9 * 3600), Period(TUESDAY, 15 * 3600, 16 * 3600)


@pytest.fixture
def town() -> Town:
    """a – b – c in a row, one residential street."""
    drawn = Town(grid())
    drawn.street("abc", name="Lange Straße")
    return drawn


def test_two_hundred_metres_at_fifteen_km_an_hour_take_48_seconds(town, tmp_path):
    network = town.network(tmp_path)

    matrix = network.matrix([at(0, 0), at(200, 0)], BIKE)

    assert matrix.metres.tolist() == [[0, 200], [200, 0]]
    assert matrix.seconds.tolist() == [[0, 48], [48, 0]]


def test_the_walk_from_the_street_to_the_door_counts(town, tmp_path):
    """40 m beside the street are 30 s on foot."""
    network = town.network(tmp_path)
    door = at(100, 40)

    snap = network.snap(door, BIKE)
    matrix = network.matrix([at(0, 0), door], BIKE)

    assert (snap.distance_m, snap.street) == (40, "Lange Straße")
    assert snap.point == pytest.approx(at(100, 0), abs=1e-6)
    assert matrix.seconds[0, 1] == 24 + 30
    assert matrix.metres[0, 1] == 100


def test_from_a_place_to_itself_it_is_nothing_even_where_it_lies_off_the_street(town, tmp_path):
    matrix = town.network(tmp_path).matrix([at(100, 40), at(100, 40)], BIKE)

    assert matrix.seconds.tolist() == [[0, 0], [0, 0]]


def test_no_points_make_an_empty_table(town, tmp_path):
    assert town.network(tmp_path).matrix([], BIKE).seconds.shape == (0, 0)


@pytest.mark.parametrize(
    ("point", "says"),
    [
        (at(20_000, 0), "outside the map"),
        ((10.411, 53.2502), "latitude and longitude swapped"),
        ((float("nan"), 10.41), "as numbers"),
        ((float("inf"), 10.41), "as numbers"),
        (at(900, 900), "more than 300 m"),
    ],
)
def test_points_that_cannot_be_served_are_refused_with_a_sentence(town, tmp_path, point, says):
    town.corners["z"] = (1000.0, 1000.0)
    town.street("cz", highway="motorway")
    network = town.network(tmp_path)

    for ask in (lambda: network.snap(point, BIKE), lambda: network.matrix([point], BIKE)):
        with pytest.raises(BadInput, match=says):
            ask()


def test_too_many_points_are_refused_at_once(town, tmp_path):
    with pytest.raises(BadInput, match="5001 points at once are too many: at most 5000"):
        town.network(tmp_path).matrix([at(0, 0)] * 5001, BIKE)


def test_a_delivery_window_opens_a_pedestrian_street_for_the_van(tmp_path):
    town = Town(grid())
    town.street("ab", name="Ring")
    town.street(
        "bc", name="Markt", highway="pedestrian", **{"motor_vehicle:conditional": "destination @ (Mo-Sa 06:00-11:00)"}
    )
    network = town.network(tmp_path)
    shop = (at(0, 0), at(190, 0))

    def seconds(vehicle: VehicleClass, period: Period | None) -> int:
        return int(network.matrix(shop, vehicle, during=period).seconds[0, 1])

    assert seconds(VAN, EIGHT) > 0
    assert seconds(VAN, THREE) == UNREACHABLE
    assert seconds(VAN, None) == UNREACHABLE
    assert seconds(VAN, Period(TUESDAY, 8 * 3600, 12 * 3600)) == UNREACHABLE, "it closes within the period"
    assert seconds(BIKE, THREE) == seconds(BIKE, None) > 0, "a bike is pushed"
    with pytest.raises(Unreachable, match="from Ring to Markt that is open the whole time from 15:00 to 16:00"):
        network.path(shop[0], shop[1], VAN, during=THREE)
    with pytest.raises(Unreachable, match="only at certain hours"):
        network.path(shop[0], shop[1], VAN)


def test_a_ban_on_bicycles_at_certain_hours_means_pushing_then(tmp_path):
    town = Town(grid())
    town.street("abc", highway="pedestrian", bicycle="yes", **{"bicycle:conditional": "no @ (10:00-18:00)"})
    network = town.network(tmp_path)
    ends = [at(0, 0), at(200, 0)]

    riding, pushing = (network.matrix(ends, BIKE, during=period).seconds[0, 1] for period in (EIGHT, THREE))

    assert riding == round(200 * 3.6 / 7)
    assert pushing == round(200 * 3.6 / 4)


def test_conditional_values_that_are_not_understood_are_counted(tmp_path):
    town = Town(grid())
    town.street("ab", **{"bicycle:conditional": "no @ (wet)"})
    town.street("bc", **{"bicycle:conditional": "no @ (wet)"})

    assert dict(town.network(tmp_path).not_understood) == {"bicycle:conditional=no @ (wet)": 2}


def test_only_who_has_business_there_enters_a_street_for_residents(tmp_path):
    """a-b-c through the residents' street is short, a-d-e-f-c around it is long; a delivery in it may enter."""
    town = Town(grid())
    town.street("adefc", name="Ring")
    town.street("abc", name="Gasse", vehicle="destination")
    network = town.network(tmp_path)
    a, b, c = at(0, 50), at(100, 0), at(200, 50)

    metres = network.matrix([a, b, c], BIKE).metres

    assert metres[0, 2] == 50 + 200 + 50
    assert metres[0, 1] == metres[1, 0] == 150
    assert network.path(a, c, BIKE).steps[0].street == "Ring"


def test_residents_streets_are_the_last_resort_where_there_is_no_other_way(tmp_path):
    town = Town(grid())
    town.street("ab")
    town.street("bc", vehicle="destination")
    town.street("cf")

    matrix = town.network(tmp_path).matrix([at(10, 0), at(200, 90)], BIKE)

    assert matrix.metres[0, 1] == 90 + 100 + 90
    assert matrix.seconds[0, 1] < 120


def test_a_town_in_two_pieces_says_so(tmp_path):
    town = Town({**grid(), "y": (0.0, 900.0), "z": (100.0, 900.0)})
    town.street("abcfed", name="Süd")
    town.street("yz", name="Nord")
    network = town.network(tmp_path)
    ends = at(0, 0), at(50, 900)

    assert network.snap(ends[0], FOOT).street == "Süd"
    with pytest.raises(Unreachable, match="from Süd to Nord: the two lie in separate parts"):
        network.path(*ends, BIKE)


def test_many_threads_get_the_same_answer(town, tmp_path):
    network = town.network(tmp_path)
    ends = at(0, 0), at(200, 0)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda vehicle: network.path(*ends, vehicle).seconds, [BIKE, VAN, FOOT] * 20))

    assert answers == answers[:3] * 20


def test_lines_for_the_background_map_know_their_kind_and_name(town, tmp_path):
    town.corners["r"], town.corners["s"] = (0.0, 50.0), (200.0, 50.0)
    town.ways.append((["r", "s"], {"waterway": "river", "name": "Ilmenau"}))
    network = town.network(tmp_path)

    assert [(kind, name) for kind, name, _ in network.lines()] == [("residential", "Lange Straße")]
    ((kind, line),) = network.water()
    assert (kind, len(line)) == ("line", 2)
    assert list(network.buildings()) == []


def test_distances_on_the_ground_are_right_to_a_metre(tmp_path):
    """One minute of latitude is a nautical mile, 1,852 m, to within the ellipsoid's 10 m."""
    town = Town({"a": (0.0, 0.0), "b": (0.0, 0.0)})
    town.street("ab")
    source = tmp_path / "town.osm"
    text = town.xml().replace(
        f'id="2" version="1" lat="{at(0, 0)[0]:.7f}"', f'id="2" version="1" lat="{at(0, 0)[0] + 1 / 60:.7f}"'
    )
    source.write_text(text, encoding="utf-8")
    metres = import_network(source).matrix([at(0, 0), (at(0, 0)[0] + 1 / 60, at(0, 0)[1])], BIKE).metres

    assert np.abs(metres[0, 1] - 1855) <= 2


def test_a_traffic_light_for_one_direction_costs_only_those_who_come_from_there(tmp_path):
    """`traffic_signals:direction=forward`: along the way it may be red, against it nobody sees it."""

    def seconds(**light: str) -> tuple[int, int]:
        town = Town(grid())
        town.street("abc", name="Lange Straße")
        town.street("be", name="Gasse")
        town.tag("b", highway="traffic_signals", **light)
        folder = tmp_path / (light.get("traffic_signals:direction") or "both")
        folder.mkdir()
        there = town.network(folder).matrix([at(20, 0), at(180, 0)], BIKE).seconds
        return int(there[0, 1]), int(there[1, 0])

    both, forward, backward = (seconds(**{"traffic_signals:direction": word} if word else {}) for word in
                               ("", "forward", "backward"))  # fmt: skip
    assert both[0] == both[1] == forward[0] == backward[1]
    assert forward[1] == backward[0] == both[0] - 8
