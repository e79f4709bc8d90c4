"""Finding an address as people write it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from routing.message import BadInput
from routing.streets.addresses import AddressBook, Nearness, build, fold
from routing.streets.places import Address, Places, read_places
from tests.routing.streets.town import extract

HERE = (53.25, 10.41)


def house(street: str, number: str, name: str = "", postcode: str = "21335") -> Address:
    return Address(street, number, postcode, "Lüneburg", HERE, name)


@pytest.fixture
def book(tmp_path) -> AddressBook:
    addresses = (
        *(house("Große Bäckerstraße", number) for number in ("1", "3", "3a", "12-16", "20")),
        house("Am Sande", "5", "Rathaus-Apotheke"),
        house("Straße des 17. Juni", "4"),
        house("Am Marktplatz", "2"),
        house("Bahnhofstraße", "7"),
        house("Bahnhofstraße", "7", postcode="21337"),
    )
    path = tmp_path / "addresses.sqlite"
    build(Places((), addresses, (), (("Am Sande", HERE), ("Grapengießerstraße", HERE), ("Auf dem Meere", HERE))), path)
    return AddressBook(path)


def first(book: AddressBook, text: str) -> tuple[str, str, Nearness]:
    hit = book.search(text)[0]
    return hit.street, hit.housenumber, hit.nearness


@pytest.mark.parametrize(
    ("text", "street", "number", "nearness"),
    [
        ("Große Bäckerstraße 3", "Große Bäckerstraße", "3", "exact"),
        ("grosse baeckerstrasse 3a", "Große Bäckerstraße", "3a", "exact"),
        ("Große Bäckerstr. 3 A", "Große Bäckerstraße", "3a", "exact"),
        ("Grosse Backerstr 1", "Große Bäckerstraße", "1", "exact"),
        ("BÄCKERSTRASSE 20, 21335 Lüneburg", "Große Bäckerstraße", "20", "exact"),
        ("Große Bäckerstraße 14", "Große Bäckerstraße", "12-16", "exact"),
        ("Große Bäckerstraße 18", "Große Bäckerstraße", "20", "near"),
        ("Große Bäckerstraße 999", "Große Bäckerstraße", "20", "near"),
        ("bäcker", "Große Bäckerstraße", "", "street"),
        ("Am Sa", "Am Sande", "", "street"),
        ("am", "Am Sande", "", "street"),
        ("Grapengiesserstr.", "Grapengießerstraße", "", "street"),
        ("Grapengießerstraße 9", "Grapengießerstraße", "", "street"),
        ("Grapengisserstrasse", "Grapengießerstraße", "", "street"),
        ("Straße des 17. Juni 4", "Straße des 17. Juni", "4", "exact"),
        ("Marktpl. 2", "Am Marktplatz", "2", "exact"),
        ("rathaus apotheke", "Am Sande", "5", "exact"),
    ],
)
def test_an_address_is_found_as_people_write_it(book, text, street, number, nearness):
    assert first(book, text) == (street, number, nearness)


def test_a_postcode_tells_two_streets_of_one_name_apart(book):
    assert {hit.postcode for hit in book.search("Bahnhofstraße 7")} == {"21335", "21337"}
    assert {hit.postcode for hit in book.search("Bahnhofstraße 7, 21337")} == {"21337"}


def test_a_hit_reads_as_an_address(book):
    assert book.search("große bäckerstraße 3a")[0].label == "Große Bäckerstraße 3a, 21335 Lüneburg"
    assert book.search("apotheke")[0].label == "Rathaus-Apotheke, Am Sande 5, 21335 Lüneburg"


@pytest.mark.parametrize(
    "text", ["", "   ", "???", "qqqqqq", '"; DROP TABLE street; --', "* OR 1", "\x00", "x" * 10_000]
)
def test_nonsense_finds_nothing_and_breaks_nothing(book, text):
    assert book.search(text) == ()
    assert book.search("Am Sande")


def test_no_more_hits_than_asked_for(book):
    assert len(book.search("bahnhof 7", limit=1)) == 1
    assert book.search("bahnhof", limit=0) == ()


def test_many_threads_may_ask_at_once(book):
    with ThreadPoolExecutor(4) as pool:
        assert {hits[0].housenumber for hits in pool.map(book.search, ["Am Sande 5"] * 40)} == {"5"}


def test_a_missing_index_says_what_to_do(tmp_path):
    with pytest.raises(BadInput, match="Please import the town's streets"):
        AddressBook(tmp_path / "none.sqlite")


def test_building_again_replaces_the_index(book, tmp_path):
    path = tmp_path / "addresses.sqlite"
    build(Places((), (house("Neue Sülze", "1"),), (), ()), path)

    assert AddressBook(path).search("Neue Sülze 1")[0].nearness == Nearness.EXACT
    assert AddressBook(path).search("Am Sande") == ()
    assert [kept.name for kept in tmp_path.iterdir()] == ["addresses.sqlite"]


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Ägidienstr.", "aegidienstrasse"),
        ("Str. des Friedens", "strasse des friedens"),
        ("Café-Straße", "cafe strasse"),
    ],
)
def test_folding_forgets_what_does_not_matter(written, folded):
    assert fold(written) == folded


def test_every_hundredth_address_of_kaiserslautern_is_found_by_its_own_name(tmp_path):
    places = read_places(extract("kaiserslautern"))
    build(places, tmp_path / "addresses.sqlite")
    book = AddressBook(tmp_path / "addresses.sqlite")
    asked = places.addresses[::100]

    found = [book.search(f"{a.street} {a.housenumber}, {a.postcode} {a.city}")[0] for a in asked]

    assert [(hit.street, hit.nearness) for hit in found] == [(a.street, Nearness.EXACT) for a in asked]
