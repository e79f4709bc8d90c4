"""Addresses are found as people write them, and suggested while they type."""

from __future__ import annotations

from pathlib import Path

import pytest

from city.addresses import find, suggestions
from routing.streets.addresses import AddressBook, Nearness, build
from routing.streets.places import Address, Places
from tests.browser import WIDE, Visit, axe_violations, chromium, serving
from tests.logistics.conftest import derived_streets, street_map  # noqa: F401  fixtures

ROSE = (53.2503, 10.4101)


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> AddressBook:
    houses = (
        Address("Rosenstraße", "6", "21335", "Lüneburg", ROSE),
        Address("Lange Straße", "12 a", "21335", "Lüneburg", (53.25, 10.41)),
        Address("Hauptstraße", "1", "21335", "Lüneburg", (53.25, 10.42)),
        Address("Hauptstraße", "40", "21391", "Reppenstedt", (53.25, 10.35)),
    )
    path: Path = tmp_path_factory.mktemp("book") / "book.sqlite"
    build(Places((), houses, (), (("Rosenstraße", ROSE), ("Auf dem Meere", ROSE))), path)
    return AddressBook(path)


@pytest.mark.parametrize("street", ["Rosenstraße", "rosenstrasse", "Rosenstr.", "ROSENSTR", " Rosen-Straße "])
def test_a_house_is_found_however_its_street_is_written(book, street):
    assert book.find(street, "6") == ("Rosenstraße", ROSE)


def test_letters_of_house_numbers_may_stand_apart(book):
    assert book.find("Lange Str.", "12A") == book.find("Lange Straße", "12 a") == ("Lange Straße", (53.25, 10.41))
    assert book.find("Lange Straße", "12") == ("Lange Straße", None), "12 is not 12 a"


def test_a_known_street_without_that_number_is_told_apart_from_an_unknown_street(book):
    assert book.find("Auf dem Meere", "99") == ("Auf dem Meere", None)
    assert book.find("Nirgendweg", "1") is None
    assert book.find("Rosen", "6") is None, "a part of a name is no address"
    assert book.find("", "") is None


def test_an_unknown_house_takes_the_place_of_the_nearest_number_within_reach(book):
    assert book.nearest("Rosenstr.", "6", reach=20) == ("Rosenstraße", ROSE, Nearness.EXACT)
    assert book.nearest("Rosenstr.", "26", reach=20) == ("Rosenstraße", ROSE, Nearness.NEAR)
    assert book.nearest("Rosenstr.", "27", reach=20) == ("Rosenstraße", None, Nearness.STREET), "too far away"
    assert book.nearest("Hauptstraße", "31", reach=20) == ("Hauptstraße", (53.25, 10.35), Nearness.NEAR)
    assert book.nearest("Rosenstraße", "", reach=20) == ("Rosenstraße", None, Nearness.STREET)
    assert book.nearest("Nirgendweg", "1", reach=20) is None


def test_of_two_streets_of_one_name_the_one_with_the_house_counts(book):
    assert book.find("Hauptstraße", "40") == ("Hauptstraße", (53.25, 10.35))
    assert book.find("Hauptstraße", "1") == ("Hauptstraße", (53.25, 10.42))


def test_the_schematic_old_town_knows_its_houses(street_map):  # noqa: F811
    found = find("Rosenstr.", "6")

    assert found is not None and found.house == pytest.approx((53.2503335, 10.4101075))
    assert [hit.street for hit in suggestions("baecker")][:1] == ["Große Bäckerstraße"]
    assert suggestions("r") == ()


def test_anyone_is_told_what_fits_and_a_town_without_a_map_has_nothing(app, town):
    asked = app.test_client().post("/adressen", data={"text": "Rosenstr 6"})

    assert (asked.status_code, asked.json) == (200, [])


def test_what_is_typed_never_breaks_the_search(app, town, street_map):  # noqa: F811
    browser = app.test_client()
    for text in ("", "x" * 5_000, '"', "a* OR b", "'; DROP TABLE street", "ß", "{{ 7*7 }}", "🙂🙂"):
        assert browser.post("/adressen", data={"text": text}).status_code == 200
    hit = browser.post("/adressen", data={"text": "rosenstr 6"}).json[0]
    assert (hit["street"], hit["housenumber"], hit["nearness"]) == ("Rosenstraße", "6", "exact")


@pytest.mark.browser
def test_an_address_is_chosen_with_the_keyboard_alone(app, town, street_map):  # noqa: F811
    """
    Typing opens the list, arrows and Enter choose, Escape closes it, and the form is not sent by choosing.
    """
    app.config["WTF_CSRF_ENABLED"] = True
    with serving(app) as home, chromium() as engine:
        visit = Visit(engine, size=WIDE)
        page = visit.page
        page.goto(f"{home}/sign-up/retailer")
        street = page.get_by_role("combobox", name="Straße")
        street.press_sequentially("baeckerstr 1")
        page.get_by_role("option").first.wait_for()
        assert axe_violations(page) == []

        page.keyboard.press("Escape")
        assert page.get_by_role("option").count() == 0
        page.keyboard.press("ArrowDown")
        page.get_by_role("option").first.wait_for()
        page.keyboard.press("ArrowDown")
        chosen = page.get_by_role("option", selected=True).inner_text()
        assert street.get_attribute("aria-activedescendant")
        page.keyboard.press("Enter")

        assert street.input_value() in chosen and "äckerstraße" in street.input_value()
        assert page.get_by_label("Hausnummer").input_value() != ""
        assert page.get_by_role("option").count() == 0
        assert page.url.endswith("/sign-up/retailer")
        assert visit.foreign(home) == [] and visit.problems == []
