"""Shops, addresses and pedestrian streets from the map."""

from __future__ import annotations

import pytest

from routing.streets.places import EATING, read_places
from tests.routing.streets.town import Town, at, extract, grid


@pytest.fixture
def places(tmp_path):
    town = Town({**grid(), "1": (10.0, 5.0), "2": (20.0, 5.0), "3": (30.0, 5.0), "4": (40.0, 5.0)})
    town.corners |= {"p": (10.0, 20.0), "q": (30.0, 20.0), "r": (30.0, 30.0), "s": (10.0, 30.0)}
    town.street("abc", name="Große Bäckerstraße", highway="pedestrian")
    town.tag("1", shop="bakery", name="Bäcker", **{"addr:street": "Große Bäckerstraße", "addr:housenumber": "3a"})
    town.tag("2", **{"disused:shop": "shoes", "name": "Schuhhaus"})
    town.tag("3", shop="vacant")
    town.tag("4", shop="no")
    town.ways.append(
        (list("pqrsp"), {"building": "yes", "shop": "clothes", "name": "{{ 7*7 }}", "disused:shop": "toys"})
    )
    source = tmp_path / "town.osm"
    source.write_text(town.xml(), encoding="utf-8")
    return read_places(source)


def test_vacant_shops_are_told_from_busy_ones(places):
    found = {shop.osm_id: (shop.name, shop.kind, shop.vacant) for shop in places.shops}

    assert list(found.values()) == [
        ("Bäcker", "bakery", False),
        ("Schuhhaus", "shoes", True),
        ("", "", True),
        ("{{ 7*7 }}", "clothes", False),
    ]
    assert {osm_id[0] for osm_id in found} == {"n", "w"}


def test_a_footprint_gives_area_and_longest_side(places):
    outlined = places.shops[-1]

    assert (outlined.area_m2, outlined.frontage_m) == (200, pytest.approx(20, abs=0.1))
    assert outlined.point == pytest.approx(at(20, 25), abs=1e-6)
    assert (places.shops[0].area_m2, places.shops[0].frontage_m) == (None, None)


def test_addresses_and_pedestrian_streets_are_found(places):
    (address,) = places.addresses
    ((name, line),) = places.pedestrian_streets

    assert (address.street, address.housenumber, address.point) == (
        "Große Bäckerstraße",
        "3a",
        pytest.approx(at(10, 5)),
    )
    assert (name, len(line)) == ("Große Bäckerstraße", 3)


WORKSHOPS = 6  # craft=* without shop=*


def test_kaiserslautern_has_its_378_shops_of_which_5_stand_empty():
    found = read_places(extract("kaiserslautern"))
    eating = [shop for shop in found.shops if shop.kind in EATING]

    assert len(eating) == 212
    assert len(found.shops) - len(eating) - WORKSHOPS == 378
    assert sum(shop.vacant for shop in found.shops) == 5
    assert len(found.addresses) > 11_000
