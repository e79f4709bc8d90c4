"""What the courier reads, and what the device loads."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import gpxpy
import pytest
from babel.messages.pofile import read_po

from routing.streets import words
from routing.streets.geojson import feature_collection
from routing.streets.gpx import gpx
from routing.streets.model import Manoeuvre
from tests.routing.streets.town import BIKE, FOOT, VAN, Town, at, grid

EVIL = "{{ 7*7 }}<img onerror=alert(1)>${x}`&\"'"
CATALOGUE = Path(__file__).parents[3] / "translations" / "de" / "routing.po"


@pytest.fixture(scope="module")
def german():
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="de")
    return lambda message: str(catalogue[message.text].string) % dict(message.values)


@pytest.fixture
def crossing() -> Town:
    """Two streets that cross at e; the northern one is a pedestrian street."""
    town = Town(grid())
    town.street("def", name="Am Sande")
    town.street("be", name="Rote Straße")
    town.street("eh", name="Große Bäckerstraße", highway="pedestrian")
    return town


def said(path, say=str) -> list[str]:
    return [say(step.message) for step in path.steps]


def test_a_ride_is_told_in_english_and_german(crossing, tmp_path, german):
    path = crossing.network(tmp_path).path(at(10, 100), at(100, 140), BIKE)

    assert said(path) == [
        "Start eastwards on Am Sande.",
        "Turn left onto Große Bäckerstraße.",
        "Get off and push for 40 m.",
        "You have arrived.",
    ]
    assert said(path, german) == [
        "Nach Osten auf Am Sande starten.",
        "Links abbiegen auf Große Bäckerstraße.",
        "Absteigen und 40 m schieben.",
        "Sie sind am Ziel.",
    ]
    assert [step.manoeuvre for step in path.steps][1:3] == [Manoeuvre.LEFT, Manoeuvre.DISMOUNT]
    assert path.steps[1].at == pytest.approx(at(100, 100), abs=1e-6)
    assert path.steps[2].metres == 40
    assert sum(step.metres for step in path.steps) == path.metres == 130
    assert sum(step.seconds for step in path.steps) == path.seconds


def test_after_a_pushed_stretch_one_rides_on(crossing, tmp_path, german):
    path = crossing.network(tmp_path).path(at(100, 140), at(10, 100), BIKE)

    assert said(path, german) == [
        "Nach Süden auf Große Bäckerstraße starten.",
        "Absteigen und 40 m schieben.",
        "Rechts abbiegen auf Am Sande.",
        "Weiterfahren.",
        "Sie sind am Ziel.",
    ]


def test_whoever_walks_is_not_told_to_get_off(crossing, tmp_path):
    path = crossing.network(tmp_path).path(at(10, 100), at(100, 140), FOOT)

    assert all(step.manoeuvre is not Manoeuvre.DISMOUNT for step in path.steps)


def test_straight_on_is_said_only_where_the_name_changes(crossing, tmp_path, german):
    network = crossing.network(tmp_path)

    assert said(network.path(at(10, 100), at(190, 100), VAN)) == ["Start eastwards on Am Sande.", "You have arrived."]
    assert said(network.path(at(100, 10), at(100, 140), BIKE), german)[1] == "Geradeaus weiter auf Große Bäckerstraße."


@pytest.mark.parametrize(("door", "side"), [((150, 110), "left"), ((150, 90), "right")])
def test_the_side_of_arrival_is_told(crossing, tmp_path, door, side):
    assert (
        said(crossing.network(tmp_path).path(at(10, 100), at(*door), BIKE))[-1]
        == f"You have arrived. It is on the {side}."
    )


def test_a_longer_walk_at_the_end_is_told_and_counted(crossing, tmp_path, german):
    path = crossing.network(tmp_path).path(at(10, 100), at(170, 160), VAN)

    assert said(path, german)[-1] == "Hier halten; die letzten 60 m zu Fuß, nach links."
    assert path.steps[-1].seconds == 45


def test_a_roundabout_counts_its_exits(tmp_path, german):
    """Into a square of one-way streets from the west, past one exit, out at the second."""
    town = Town({**grid(), "w": (-100.0, 0.0), "s": (100.0, -100.0), "x": (300.0, 100.0)})
    town.street("abeda", junction="roundabout")
    town.street("wa", name="Westweg")
    town.street("bs", name="Südweg")
    town.street("ex", name="Ostweg")
    network = town.network(tmp_path)

    path = network.path(at(-90, 0), at(290, 100), VAN)

    assert said(path, german)[1:] == ["Im Kreisverkehr die 2. Ausfahrt nehmen auf Ostweg.", "Sie sind am Ziel."]


def test_a_path_from_a_place_to_itself_is_an_arrival(crossing, tmp_path):
    path = crossing.network(tmp_path).path(at(50, 100), at(50, 100), BIKE)

    assert (path.seconds, path.metres, len(path.line)) == (0, 0, 2)
    assert [step.manoeuvre for step in path.steps] == [Manoeuvre.DEPART, Manoeuvre.ARRIVE]


def test_a_street_with_a_dangerous_name_is_only_a_name(tmp_path, german):
    """Also one with a percent sign: names are values, never part of the sentence's pattern."""
    town = Town(grid())
    town.street("abc", name=EVIL + "%(street)s%s")
    path = town.network(tmp_path).path(at(0, 0), at(200, 0), BIKE)

    assert EVIL + "%(street)s%s" in str(path.steps[0].message)
    assert EVIL + "%(street)s%s" in german(path.steps[0].message)


def test_gpx_is_valid_and_keeps_every_name_as_it_is(crossing, tmp_path):
    path = crossing.network(tmp_path).path(at(10, 100), at(100, 140), BIKE)

    text = gpx(EVIL, [("Tour 1 – Rad 2", path.line)], [(EVIL + "\x00\x0b", path.line[-1])])
    read = gpxpy.parse(text)

    assert (read.version, read.name, read.waypoints[0].name) == ("1.1", EVIL, EVIL)
    assert 'xmlns="http://www.topografix.com/GPX/1/1"' in text
    assert [(p.latitude, p.longitude) for p in read.tracks[0].segments[0].points] == list(path.line)
    assert "<img" not in text


def test_geojson_has_longitude_first_and_every_instruction_in_words(crossing, tmp_path, german):
    path = crossing.network(tmp_path).path(at(10, 100), at(100, 140), BIKE)

    found = json.loads(json.dumps(feature_collection([(EVIL, path)], say=german)))

    line, *points = found["features"]
    assert line["geometry"]["coordinates"][0] == pytest.approx([at(10, 100)[1], at(10, 100)[0]], abs=1e-6)
    assert (line["properties"]["name"], line["properties"]["seconds"]) == (EVIL, path.seconds)
    assert [point["properties"]["text"] for point in points] == said(path, german)


def test_every_sentence_of_the_streets_has_its_german_twin():
    """Each literal text in this room's code that becomes a Message, and each table of instructions."""
    known: set[str] = set()
    for catalogue in (CATALOGUE, CATALOGUE.with_name("streets.po")):
        with catalogue.open("rb") as file:
            known |= {str(message.id) for message in read_po(file, locale="de") if message.string}
    tables: list[dict] = [words.ONTO, words.UNNAMED, words.STAY_ON, words.ARRIVE, words.ARRIVE_ON_FOOT]
    said = {*words.DEPART, *words.DEPART_ALONG, *(text for table in tables for text in table.values())}
    for source in (Path(__file__).parents[3] / "routing" / "streets").glob("*.py"):
        said |= set(literal_sentences(source))

    assert said - known == set()


def literal_sentences(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Message", "BadInput", "Unreachable"}:
            text = node.args[0]
            if isinstance(text, ast.Constant):
                yield str(text.value)
