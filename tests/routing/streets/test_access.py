"""Who may use which street: the access model by cases."""

from __future__ import annotations

import pytest

from routing.streets.access import access, pattern
from routing.streets.barriers import blocked_mask
from routing.streets.model import VEHICLES, VehicleClass
from routing.streets.speeds import Speeds

SPEEDS = Speeds()


def words(tags: dict[str, str], vehicle: VehicleClass) -> tuple[str, ...]:
    """ride, push or no; along the street and against it."""
    found = access(tags, SPEEDS)
    k = VEHICLES.index(vehicle)
    return tuple("no" if not use.kmh else "push" if use.push else "ride" for use in (found.along[k], found.against[k]))


@pytest.mark.parametrize(
    ("tags", "bike", "van", "foot"),
    [
        ({"highway": "residential"}, "ride", "ride", "ride"),
        ({"highway": "pedestrian"}, "push", "no", "ride"),
        ({"highway": "pedestrian", "bicycle": "yes"}, "ride", "no", "ride"),
        ({"highway": "pedestrian", "motor_vehicle": "delivery"}, "push", "ride", "ride"),
        ({"highway": "pedestrian", "vehicle": "no"}, "push", "no", "ride"),
        ({"highway": "pedestrian", "access": "yes"}, "ride", "no", "ride"),
        ({"highway": "footway"}, "push", "no", "ride"),
        ({"highway": "footway", "bicycle": "dismount"}, "push", "no", "ride"),
        ({"highway": "footway", "bicycle": "yes"}, "ride", "no", "ride"),
        ({"highway": "steps"}, "no", "no", "ride"),
        ({"highway": "steps", "bicycle": "yes", "ramp:bicycle": "yes"}, "no", "no", "ride"),
        ({"highway": "path"}, "ride", "no", "ride"),
        ({"highway": "path", "width": "0.6"}, "no", "no", "ride"),
        ({"highway": "path", "smoothness": "horrible"}, "push", "no", "ride"),
        ({"highway": "cycleway"}, "ride", "no", "no"),
        ({"highway": "cycleway", "foot": "designated"}, "ride", "no", "ride"),
        ({"highway": "service", "access": "private"}, "no", "no", "no"),
        ({"highway": "service", "access": "private", "foot": "yes"}, "push", "no", "ride"),
        ({"highway": "service", "access": "private", "bicycle": "yes"}, "ride", "no", "no"),
        ({"highway": "residential", "vehicle": "destination"}, "ride", "ride", "ride"),
        ({"highway": "residential", "motor_vehicle": "agricultural"}, "ride", "no", "ride"),
        ({"highway": "residential", "motorcar": "no"}, "ride", "no", "ride"),
        ({"highway": "residential", "motor_vehicle": "no", "goods": "yes"}, "ride", "ride", "ride"),
        ({"highway": "residential", "maxwidth": "1.8"}, "ride", "no", "ride"),
        ({"highway": "primary", "bicycle": "no"}, "push", "ride", "ride"),
        ({"highway": "trunk"}, "no", "ride", "no"),
        ({"highway": "primary", "motorroad": "yes"}, "no", "ride", "no"),
        ({"highway": "motorway"}, "no", "ride", "no"),
        ({"highway": "track"}, "ride", "no", "ride"),
        ({"highway": "construction"}, "no", "no", "no"),
        ({"highway": "proposed", "access": "yes"}, "no", "no", "no"),
    ],
)
def test_each_kind_of_street_says_ride_push_or_no(tags, bike, van, foot):
    said = [words(tags, vehicle)[0] for vehicle in VEHICLES]

    assert said == [bike, van, foot]


@pytest.mark.parametrize(
    ("tags", "bike", "van"),
    [
        ({"oneway": "yes"}, ("ride", "push"), ("ride", "no")),
        ({"oneway": "yes", "oneway:bicycle": "no"}, ("ride", "ride"), ("ride", "no")),
        ({"oneway": "yes", "cycleway": "opposite"}, ("ride", "ride"), ("ride", "no")),
        ({"oneway": "yes", "cycleway:left": "opposite_lane"}, ("ride", "ride"), ("ride", "no")),
        ({"oneway": "-1"}, ("push", "ride"), ("no", "ride")),
        ({"oneway": "yes", "foot": "no"}, ("ride", "no"), ("ride", "no")),
        ({"junction": "roundabout"}, ("ride", "no"), ("ride", "no")),
        ({"oneway": "no", "junction": "roundabout"}, ("ride", "ride"), ("ride", "ride")),
    ],
)
def test_one_way_streets_bind_vehicles_and_except_bicycles_where_the_sign_does(tags, bike, van):
    """Whoever pushes a bike is on foot and may go against a one-way street."""
    street = {"highway": "residential", **tags}

    assert words(street, VehicleClass.CARGO_BIKE) == bike
    assert words(street, VehicleClass.E_VAN) == van
    assert words(street, VehicleClass.FOOT)[1] == ("no" if tags.get("foot") == "no" else "ride")


@pytest.mark.parametrize(
    ("tags", "blocked"),
    [
        ({"barrier": "bollard"}, {"e_van"}),
        ({"barrier": "bollard", "bicycle": "yes", "foot": "yes"}, {"e_van"}),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, set()),
        ({"barrier": "bollard", "maxwidth": "0.8"}, {"cargo_bike", "e_van"}),
        ({"barrier": "cycle_barrier"}, {"cargo_bike", "e_van"}),
        ({"barrier": "cycle_barrier", "bicycle": "yes"}, {"cargo_bike", "e_van"}),
        ({"barrier": "cycle_barrier", "cargo_bike": "yes"}, {"e_van"}),
        ({"barrier": "gate"}, set()),
        ({"barrier": "gate", "access": "private"}, {"cargo_bike", "e_van", "foot"}),
        ({"barrier": "gate", "access": "private", "bicycle": "yes", "foot": "yes"}, {"e_van"}),
        ({"barrier": "gate", "locked": "yes"}, {"cargo_bike", "e_van", "foot"}),
        ({"barrier": "lift_gate", "vehicle": "private", "foot": "yes"}, {"e_van"}),
        ({"barrier": "kissing_gate"}, {"cargo_bike", "e_van"}),
        ({"barrier": "fence"}, {"cargo_bike", "e_van", "foot"}),
        ({"barrier": "entrance"}, set()),
        ({"barrier": "something_new"}, {"cargo_bike", "e_van"}),
    ],
)
def test_barriers_block_whom_they_block(tags, blocked):
    mask = blocked_mask(tags)

    assert {vehicle.value for k, vehicle in enumerate(VEHICLES) if mask >> k & 1} == blocked


def test_cobbles_slow_a_bike_down_and_a_limit_a_van():
    rough, limited = {"highway": "residential", "surface": "sett"}, {"highway": "residential", "maxspeed": "10"}

    assert access(rough, SPEEDS).along[0].kmh < access({"highway": "residential"}, SPEEDS).along[0].kmh
    assert access(limited, SPEEDS).along[1].kmh == pytest.approx(8.5)


def test_a_value_that_is_not_understood_is_told_and_closes():
    told: list[str] = []
    found = pattern(
        {"highway": "residential", "motor_vehicle:conditional": "gibberish"}, SPEEDS, not_understood=told.append
    )

    assert told == ["motor_vehicle:conditional=gibberish"]
    assert not found.states[0].along[1].kmh
    assert found.states[0].along[0].kmh, "it says nothing about bicycles"
