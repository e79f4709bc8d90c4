"""Shops become flats only where that suits, and only from the outside in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from city.models import Role
from city.settings import CitySettings
from leerstand.aptitude import aptitude
from leerstand.kinds import Category, Floor, Ring, SpellKind, UseType, Zone
from leerstand.matching import candidates as fast
from leerstand.matching.changes import changes
from leerstand.matching.solve import solve
from leerstand.models import Occupancy
from leerstand.rules import suitability
from leerstand.situation import situations
from tests import build
from tests.leerstand import plain

FLAT = {"use_type": UseType.HOUSING, "title": "Wohnung", "footfall": 0}
GOOD = {"ring": Ring.EDGE, "own_entrance": True, "light_from_two_sides": True, "second_exit": True,
        "baunvo_zone": Zone.WA}  # fmt: skip


def spell(kind, **values):
    return Occupancy(kind=kind, starts=plain.TODAY - timedelta(days=300), **values)


def street(*kinds):
    """Shops of one street from the core outward, 30 m apart."""
    made = []
    for number, kind in enumerate(kinds, start=1):
        unit = plain.unit(id=number, position_m=30 * number, housenumber=str(2 * number), counts_as_stock=True, **GOOD)
        category = Category.RETAIL if kind == SpellKind.REGULAR else None
        unit.spells = [spell(kind, category=category)]
        made.append(unit)
    return made


def chosen(houses, wishes, numbers):
    places = situations(houses, plain.TODAY, 20)
    free = [unit for unit in houses if unit.id in places]
    found = fast.candidates(free, wishes, places, numbers, stock=houses)
    answer = solve(found.problem, limit_s=5, alternatives=False)
    return {found.ids(match.pair) for match in answer.matches}


def flats(count):
    return [plain.use_request(id=number, **FLAT) for number in range(1, count + 1)]


EMPTY, SHOP, GONE = SpellKind.VACANCY, SpellKind.REGULAR, SpellKind.CONVERTED


@pytest.mark.parametrize(
    ("kinds", "wishes", "converted"),
    [
        ((SHOP, EMPTY), 1, {2}),  # the outer end gives way
        ((EMPTY, SHOP), 1, set()),  # a hole between shops stays a shop
        ((SHOP, EMPTY, EMPTY), 1, {3}),  # of two the outer one
        ((SHOP, EMPTY, EMPTY), 2, {2, 3}),  # or both together
        ((SHOP, EMPTY, GONE), 1, {2}),  # what is converted already stands in nobody's way
        ((SHOP, EMPTY, SHOP, EMPTY), 2, {4}),
    ],
)
def test_conversions_come_from_the_outside_in(kinds, wishes, converted):
    """
    Whatever is empty: no flat lies further in than a shop that stays.
    """
    found = chosen(street(*kinds), flats(wishes), CitySettings())

    assert {unit for unit, _ in found} == converted


def test_a_city_may_make_the_order_a_matter_of_points():
    """
    Switched off, a flat may come in between; it then gets no points for its place, and the page warns.
    """
    houses, numbers = street(EMPTY, SHOP), replace(CitySettings(), outside_in=0)

    assert {unit for unit, _ in chosen(houses, flats(1), numbers)} == {1}
    place = situations(houses, plain.TODAY, 20)[1]
    found = suitability(houses[0], flats(1)[0], numbers, place)
    assert {one.key: one.points for one in found.criteria}["ring"] == 0
    assert f"Further out {houses[1].address} is still a shop." in [str(one.reason) for one in found.findings]


def test_a_flat_gives_no_life_to_a_front():
    """
    No points for a closed gap, none for a broken row; for its place as many as the room suits housing.
    """
    place = plain.situation(dead_neighbours=2, retreat=True)
    found = suitability(plain.unit(**GOOD), flats(1)[0], CitySettings(), place)

    points = {one.key: one.points for one in found.criteria}
    assert (points["gap"], points["stretch"], points["ring"]) == (0, 0, 12)


@pytest.mark.parametrize(
    ("changed", "place", "score"),
    [
        ({}, {}, 100),
        ({"light_from_two_sides": False}, {}, 80),
        ({"own_entrance": False, "second_exit": False}, {}, 80),
        ({"ring": Ring.CORE}, {}, 80),
        ({}, {"evening_neighbour": "Rote Straße 3"}, 85),
        ({}, {"retreat": False}, 85),
        ({"floor": Floor.UPPER}, {"retreat": False}, 100),
        ({"baunvo_zone": Zone.MK}, {}, 90),
    ],
)
def test_the_aptitude_is_the_sum_of_its_reasons(changed, place, score):
    """
    Numbers worked out by hand.
    """
    found = aptitude(plain.unit(**{**GOOD, **changed}), plain.situation(**{"retreat": True, **place}))

    assert found.score == score
    assert sum(part.most for part in found.parts) == 100


def test_a_poor_room_is_refused_with_what_would_help():
    """
    One window side, no entrance of its own: refused with its points; building both would do.
    """
    poor = plain.unit(ring=Ring.EDGE, baunvo_zone=Zone.MK)
    place, wish = plain.situation(evening_neighbour="Rote Straße 3"), flats(1)[0]

    found = suitability(poor, wish, CitySettings(), place)
    needed, fits = changes(poor, wish, CitySettings(), place)

    assert [str(one.reason) for one in found.obstacles] == ["Suits housing with 20 of 100 points, 40 are needed."]
    assert fits
    assert "windows to a second side" in str(needed[0])


def test_the_core_keeps_its_shop_fronts(town, app):
    """
    However well it suits: at street level in the core no flat; its list shows the edge only.
    """
    found = suitability(plain.unit(**{**GOOD, "ring": Ring.CORE}), flats(1)[0], CitySettings(), plain.situation())
    assert [one.key for one in found.obstacles] == ["core"]

    edge = build.unit(axis_id=build.street_axis(name="Rote Straße").id, **GOOD)
    build.unit(street="Kernstraße")
    page = build.browser_of(app, build.account(Role.MANAGER)).get("/wohnbegabung").text
    assert edge.address in page
    assert "Kernstraße" not in page
