"""The city orders its streets and names its grades."""

from __future__ import annotations

from html import unescape

import pytest

from city.db import db, transaction
from city.messages import Conflict
from city.models import Role
from leerstand import queries
from leerstand.services import places
from routing.message import BadInput
from tests import build


@pytest.fixture
def streets(town):
    """Three streets, core first; the middle one has a shop."""
    made = [
        build.street_axis(name=name, rank=rank) for rank, name in enumerate(["Am Sande", "Rote Straße", "Lange Gasse"])
    ]
    build.unit(axis_id=made[1].id, grade=5)
    return made


def names() -> list[str]:
    db.session.rollback()
    return [street.name for street in queries.axes()]


def test_a_street_moves_one_place_and_stops_at_the_ends(sign_in, streets):
    desk, last = sign_in(Role.MANAGER), streets[2].id

    answer = desk.post(f"/laeden/strassen/{last}/up")
    assert answer.headers["Location"].endswith(f"/laeden/strassen#strasse-{last}")
    assert names() == ["Am Sande", "Lange Gasse", "Rote Straße"]
    desk.post(f"/laeden/strassen/{last}/first")
    desk.post(f"/laeden/strassen/{last}/up")
    assert names() == ["Lange Gasse", "Am Sande", "Rote Straße"]
    desk.post(f"/laeden/strassen/{last}/down")
    assert names() == ["Am Sande", "Lange Gasse", "Rote Straße"]
    assert desk.post("/laeden/strassen/999/up").status_code == 404
    assert desk.post(f"/laeden/strassen/{last}/sideways").status_code == 404


def test_only_a_street_without_shops_can_be_deleted(sign_in, streets):
    desk = sign_in(Role.MANAGER)

    kept = desk.post(f"/laeden/strassen/{streets[1].id}/loeschen", follow_redirects=True)
    desk.post(f"/laeden/strassen/{streets[0].id}/loeschen")

    assert "Rote Straße stays: shops there: 1." in unescape(kept.text)
    assert names() == ["Rote Straße", "Lange Gasse"]


def test_the_city_names_its_grades(sign_in, streets):
    desk = sign_in(Role.MANAGER)

    desk.post("/laeden/strassen", data={"names": "Toplage\r\n\r\n A \r\nB\r\nC\r\nD"})

    db.session.rollback()
    assert queries.grades() == {1: "Toplage", 2: "A", 3: "B", 4: "C", 5: "D"}
    assert "Toplage" in desk.get("/laeden").text


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("1a\n1A\n2\n3\n4", "“1a” is listed twice."),
        ("\n".join("abcdefghij"), "10 grades are listed; 1 to 9 are possible."),
        ("sehr gute Lage am Markt\n2", "“sehr gute Lage am Markt” is longer than 20 characters."),
        ("1a\n1b", "Shops in a grade that this list no longer has, up to “c”: 1."),
    ],
)
def test_a_list_of_grades_that_cannot_be_says_why_and_stays_as_typed(sign_in, streets, typed, why):
    page = sign_in(Role.MANAGER).post("/laeden/strassen", data={"names": typed}).text

    assert why in unescape(page)
    assert typed.split("\n")[0] in page
    assert queries.grades()[1] == "1a"


@pytest.mark.parametrize("wrong", [[], ["a"] * 2, ["x" * 21]])
@pytest.mark.usefixtures("town")
def test_the_deed_itself_refuses_too(wrong):
    with pytest.raises((BadInput, Conflict)), transaction():
        places.name_grades(wrong)
