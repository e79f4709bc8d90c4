"""Shops out of a street map become the stock of the demo, on the schematic town and on real extracts."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from demo.stock import LEAST_EMPTY, LEAST_SHOPS, stock
from demo.wishes import wishes
from leerstand.kinds import SpellKind, UseType
from routing.streets.places import Places, Shop, read_places

TODAY = date(2026, 11, 22)
OLD_TOWN = Path(__file__).resolve().parents[2] / "demo" / "lueneburg.osm"
EXTRACTS = Path(os.environ.get("SHARED_DATA", "../shared/data")) / "osm"


def shop(number: int, *, vacant: bool = False, area_m2: int | None = None, frontage_m: float | None = None) -> Shop:
    """A bookshop in Rote Straße, the higher its number the further out."""
    point = (53.2460 - number * 0.0002, 10.4110)
    name = f"Laden {number}"
    return Shop(f"n{number}", name, "books", "Rote Straße", str(number), point, vacant, area_m2, frontage_m)


def made_from(*shops: Shop):
    return stock(Places(shops, (), (), ()), TODAY, lambda point: "Rote Straße")


@pytest.mark.parametrize("name", ["lueneburg", "kaiserslautern.osm.pbf", "heidelberg-core.osm.pbf"])
def test_every_town_has_shops_enough_and_empty_ones_enough(name):
    """
    At least 40 shops, at least 12 of them empty, and among these some that could hold a micro-hub.
    """
    source = OLD_TOWN if name == "lueneburg" else EXTRACTS / name
    if not source.exists():
        pytest.skip(f"no street map at {source}; set SHARED_DATA")

    made = stock(read_places(source), TODAY, lambda point: "Hauptstraße")
    empty = made.empty(TODAY)

    assert len(made.units) >= LEAST_SHOPS
    assert len(empty) >= LEAST_EMPTY
    assert sum(unit.cargo_bike_ready for unit in empty) >= 1
    assert all(unit.spells for unit in made.units)


def test_what_the_map_does_not_say_is_named_as_invented():
    """
    A drawn footprint is kept and not called invented; a guessed one is; rents always are.
    """
    made = made_from(*(shop(number, area_m2=80 if number == 1 else None, frontage_m=9.0 if number == 1 else None)
                       for number in range(1, 6)))  # fmt: skip
    drawn = next(unit for unit in made.units if unit.external_ref == "osm:n1")
    guessed = next(unit for unit in made.units if unit.external_ref == "osm:n2")

    assert (drawn.area_m2, drawn.frontage_m) == (80, 9.0)
    assert "area_m2" not in drawn.invented
    assert {"area_m2", "frontage_m", "rent_cents_m2", "owner_id"} <= set(guessed.invented)


def test_shops_made_empty_are_marked():
    """
    The map knows one vacancy of twenty; the others that stand empty say that they are invented.
    """
    made = made_from(*(shop(number, vacant=number == 1) for number in range(1, 21)))
    empty = made.empty(TODAY)

    assert len(empty) == LEAST_EMPTY
    assert sorted("vacancy" in unit.invented for unit in empty) == [False] + [True] * (LEAST_EMPTY - 1)
    assert all(unit.spells[-1].kind == SpellKind.VACANCY for unit in empty)


def test_the_same_seed_gives_the_same_town():
    """
    What one person sees in the demo the next one sees, too.
    """
    one, other = (made_from(*(shop(number) for number in range(1, 30))) for _ in range(2))

    assert [(unit.address, unit.rent_cents_m2, unit.grade) for unit in one.units] == [
        (unit.address, unit.rent_cents_m2, unit.grade) for unit in other.units
    ]


def test_shops_stand_in_order_from_the_core_outward():
    """
    Positions along a street rise with the distance from where most shops are.
    """
    made = made_from(*(shop(number) for number in range(1, 12)))

    assert [unit.position_m for unit in made.units] == sorted(unit.position_m for unit in made.units)
    assert made.units[0].position_m == 0


def test_forty_wishes_and_two_of_them_are_hubs():
    """
    As many requests as the demo promises, each within what the form allows.
    """
    made = wishes()

    assert len(made) == 40
    assert [wish.use_type for wish in made].count(UseType.MICRO_HUB) == 2
    assert all(least <= ideal <= most for least, ideal, most in (wish.areas_m2 for wish in made))
