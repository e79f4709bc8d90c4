"""A street map comes into service whole or not at all: parts of a Land, progress, bad files with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from city import addresses, streets
from routing.message import BadInput
from routing.streets.cut import cut_out, read_box
from routing.streets.network import UNREACHABLE, Unreachable, import_network
from tests.routing.streets.town import BIKE, HOUSE, SHARED_DATA, Town, at, extract

OLD_TOWN = HOUSE / "demo" / "lueneburg.osm"
SAND = "10.4085,53.2465,10.4135,53.2500"
BOMB = b"""<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
]><osm version="0.6"><node id="1" lat="53" lon="10"><tag k="name" v="&b;"/></node></osm>"""
NO_STREETS = b"""<?xml version="1.0"?><osm version="0.6"><node id="1" version="1" lat="53.2" lon="10.4"/></osm>"""


def in_folder() -> list[str]:
    return sorted(path.name for path in streets._folder().iterdir() if path.is_file())


def test_a_part_of_a_map_is_brought_in_with_progress(app, town):
    told: list[float] = []

    streets.bring_in(OLD_TOWN, box=read_box(SAND), on_progress=told.append)

    assert told == sorted(told) and told[-1] == 1.0
    names = {name for _kind, name, _line in streets.network().lines()}
    assert "Am Sande" in names and "Am Stintmarkt" not in names
    assert addresses.find("Am Sande", "1") is not None and addresses.find("Am Stintmarkt", "1") is None
    assert not [name for name in in_folder() if "part" in name]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("town.osm.pbf", b"", "is empty"),
        ("town.osm.pbf", b"\0\0\0\x0dnonsense" * 40, "is broken or cut off"),
        ("town.osm", BOMB, "declares entities"),
        ("town.osm", NO_STREETS, "contains no streets"),
        ("town.osm", b"<osm><node", "is broken or cut off"),
        ("town.zip", b"PK", "it must end in .osm.pbf, .osm or .osm.gz"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence_and_the_old_map_stays(app, town, tmp_path, name, content, says):
    streets.bring_in(OLD_TOWN)
    before, files = streets.in_service().sha256, in_folder()
    source = tmp_path / "new" / name
    source.parent.mkdir()
    source.write_bytes(content)

    for box in (None, read_box(SAND)):
        with pytest.raises(BadInput, match=says) if box is None else pytest.raises(BadInput):
            streets.bring_in(source, box=box)

    assert streets.in_service().sha256 == before and in_folder() == files
    assert streets.network().sha256 == before


def test_a_cut_off_extract_leaves_the_old_map_in_service(app, town, tmp_path):
    whole = extract("kaiserslautern").read_bytes()
    streets.bring_in(OLD_TOWN)
    before = streets.in_service().sha256
    source: Path = tmp_path / "half.osm.pbf"
    source.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(BadInput, match=r"The map file half\.osm\.pbf is broken or cut off"):
        streets.bring_in(source)

    assert streets.in_service().sha256 == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "“” is no box"),
        ("10.38,53.23,10.44", "is no box"),
        ("10.38,53.23,10.44,north", "is no box"),
        ("10.44,53.23,10.38,53.27", "west must be less than east"),
        ("nan,53,10.5,54", "is empty or lies beyond"),
        ("5,47,15,55", "is larger than 3 degrees"),
    ],
)
def test_a_box_that_is_none_is_refused(text, says):
    with pytest.raises(BadInput, match=says):
        read_box(text)


def test_a_box_beside_the_map_has_no_streets(tmp_path):
    with pytest.raises(BadInput, match="has no streets in this box"):
        cut_out(OLD_TOWN, read_box("8,50,8.1,50.1"), tmp_path / "cut.osm.pbf")
    assert not list(tmp_path.iterdir())


def test_a_part_keeps_turn_restrictions_and_answers_like_the_whole(tmp_path):
    if not SHARED_DATA.is_dir():
        pytest.skip("no real extracts in SHARED_DATA")
    part = tmp_path / "part.osm.pbf"
    cut_out(extract("kaiserslautern"), read_box("7.755,49.435,7.785,49.452"), part)
    small, whole = import_network(part), import_network(extract("kaiserslautern"))
    ends = [(49.4431, 7.7689), (49.4450, 7.7720), (49.4415, 7.7660), (49.4440, 7.7650)]

    assert (small.matrix(ends, BIKE).metres == whole.matrix(ends, BIKE).metres).all()


def test_a_town_in_two_pieces_says_which_ends_do_not_meet(tmp_path):
    corners = {
        f"{part}{k}": (2_000.0 * "AB".index(part) + 50.0 * (k % 6), 50.0 * (k // 6)) for part in "AB" for k in range(36)
    }
    town = Town(corners)
    for part, name in (("A", "Altstadt"), ("B", "Insel")):
        rows = [[f"{part}{6 * i + k}" for k in range(6)] for i in range(6)]
        for row in [*rows, *(list(column) for column in zip(*rows, strict=True))]:
            town.ways.append((row, {"highway": "residential", "name": name}))
    network = town.network(tmp_path)
    ends = [at(60, 50), at(2_060, 50)]

    assert network.matrix(ends, BIKE).seconds[0, 1] == UNREACHABLE
    with pytest.raises(Unreachable, match="from Altstadt to Insel: the two lie in separate parts of the network"):
        network.path(*ends, BIKE)


def test_places_in_the_sea_and_too_many_points_are_refused_at_once(tmp_path):
    network = import_network(OLD_TOWN, cache=tmp_path)

    with pytest.raises(BadInput, match=r"54\.50000, 8\.00000 lies outside the map"):
        network.matrix([(54.5, 8.0)] * 20, BIKE)
    with pytest.raises(BadInput, match="5001 points at once are too many: at most 5000"):
        network.matrix([(53.25, 10.41)] * 5_001, BIKE)
