"""Addresses are found as people write them."""

from __future__ import annotations

import pytest

from city.addresses import Index, find, fold, index_of
from routing.streets.places import Address, Places
from tests.logistics.conftest import derived_streets, street_map  # noqa: F401  fixtures

ROSE = (53.2503, 10.4101)


@pytest.fixture
def index() -> Index:
    house = Address("Rosenstraße", "6", "21335", "Lüneburg", ROSE)
    lane = Address("Lange Straße", "12 a", "21335", "Lüneburg", (53.25, 10.41))
    return index_of(Places((), (house, lane), (), (("Rosenstraße", ROSE), ("Auf dem Meere", ROSE))))


@pytest.mark.parametrize("street", ["Rosenstraße", "rosenstrasse", "Rosenstr.", "ROSENSTR", " Rosen-Straße "])
def test_a_house_is_found_however_its_street_is_written(index, street):
    found = index.find(street, "6")

    assert found is not None
    assert (found.street, found.house) == ("Rosenstraße", ROSE)


def test_letters_of_house_numbers_may_stand_apart(index):
    assert index.find("Lange Str.", "12A") == index.find("Lange Straße", "12 a")


def test_a_known_street_without_that_number_is_told_apart_from_an_unknown_street(index):
    known = index.find("Auf dem Meere", "99")

    assert known is not None and known.house is None
    assert index.find("Nirgendweg", "1") is None


def test_umlauts_fold_together_in_both_their_forms():
    assert fold("Große Bäckerstraße") == fold("Grosse Ba\u0308ckerstrasse") == fold("grosse baeckerstr.")


def test_the_schematic_old_town_knows_its_houses(street_map):  # noqa: F811
    found = find("Rosenstr.", "6")

    assert found is not None and found.house == pytest.approx((53.2503335, 10.4101075))
