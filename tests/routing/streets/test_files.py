"""Files that are no maps, and the cache."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from routing.message import BadInput
from routing.streets.network import Bounds, import_network
from routing.streets.places import read_places
from routing.streets.speeds import Speeds
from tests.routing.streets.town import BIKE, FOOT, Town, at, extract, grid

BOMB = """<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<osm version="0.6"><node id="1" lat="0" lon="0"><tag k="name" v="&b;"/></node></osm>"""
NO_STREETS = '<osm version="0.6"><node id="1" version="1" lat="53" lon="10"><tag k="shop" v="bakery"/></node></osm>'
SEA = """<osm version="0.6"><node id="1" version="1" lat="53" lon="10"/><node id="2" version="1" lat="53.1" lon="10"/>
<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="proposed"/></way></osm>"""


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("town.osm.pbf", b"", "is empty"),
        ("town.osm.pbf", b"\x00\x00\x00\x0d no pbf at all", "broken or cut off"),
        ("town.osm", b"this is no map", "broken or cut off"),
        ("town.osm", b'<osm version="0.6"><node id="1"', "broken or cut off"),
        ("town.osm", BOMB.encode(), "declares entities"),
        ("town.osm.gz", gzip.compress(BOMB.encode(), mtime=0), "declares entities"),
        ("town.osm.gz", b"no gzip", "broken or cut off"),
        ("town.osm.gz", gzip.compress(NO_STREETS.encode(), mtime=0)[:-12], "broken or cut off"),
        ("town.osm", NO_STREETS.encode(), "contains no streets"),
        ("town.osm", SEA.encode(), "contains no streets"),
        ("town.geojson", b"{}", "must end in .osm.pbf"),
    ],
)
def test_what_is_no_map_is_refused_with_a_sentence(tmp_path, name, content, says):
    source = tmp_path / name
    source.write_bytes(content)

    with pytest.raises(BadInput, match=says):
        import_network(source)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"There is no map file nowhere\.osm"):
        import_network(tmp_path / "nowhere.osm")


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_cut_off_extract_is_refused(tmp_path, share):
    whole = extract("kaiserslautern").read_bytes()
    source = tmp_path / "cut.osm.pbf"
    source.write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(BadInput, match="broken or cut off"):
        import_network(source)
    with pytest.raises(BadInput, match="broken or cut off"):
        read_places(source)


def town_file(folder: Path) -> Path:
    town = Town(grid())
    town.street("abcfed", name="Große Bäckerstraße", vehicle="destination")
    town.street("be", highway="pedestrian", **{"bicycle:conditional": "yes @ (Mo-Fr 18:00-09:00)"})
    town.tag("c", barrier="bollard")
    source = folder / "town.osm"
    source.write_text(town.xml(), encoding="utf-8")
    return source


def test_a_network_from_the_cache_answers_as_a_fresh_one(tmp_path):
    source, cache = town_file(tmp_path), tmp_path / "cache"
    told: list[float] = []

    fresh = import_network(source, cache=cache, on_progress=told.append)
    (kept,) = cache.iterdir()
    again = import_network(source, cache=cache)
    points = [at(0, 0), at(190, 60), at(100, 50), at(40, 100)]

    for vehicle in (BIKE, FOOT):
        assert np.array_equal(fresh.matrix(points, vehicle).seconds, again.matrix(points, vehicle).seconds)
        assert fresh.path(points[0], points[3], vehicle) == again.path(points[0], points[3], vehicle)
    assert list(fresh.lines()) == list(again.lines())
    assert (fresh.sha256, fresh.bounds) == (again.sha256, again.bounds)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert fresh.sha256[:32] in kept.name


def test_a_broken_cache_is_made_again_and_another_profile_has_its_own(tmp_path):
    source, cache = town_file(tmp_path), tmp_path / "cache"
    import_network(source, cache=cache)
    (kept,) = cache.iterdir()
    kept.write_bytes(kept.read_bytes()[:100])

    assert import_network(source, cache=cache).matrix([at(0, 0), at(100, 0)], BIKE).metres[0, 1] == 100
    assert kept.stat().st_size > 100
    import_network(source, cache=cache, speeds=Speeds(walk_kmh=3.0))
    assert len(list(cache.iterdir())) == 2


def test_only_what_lies_in_the_box_is_read_and_kept_apart(tmp_path):
    source, cache = town_file(tmp_path), tmp_path / "cache"
    south, west = at(-10, -10)
    north, east = at(210, 50)

    part = import_network(source, cache=cache, bbox=Bounds(south, west, north, east))
    whole = import_network(source, cache=cache)

    assert part.bounds.north < whole.bounds.north
    assert {(len(line), name) for _, name, line in part.lines()} == {(3, "Große Bäckerstraße")}, "a – b – c only"
    assert len(list(cache.iterdir())) == 2


def test_a_way_with_a_hole_at_the_edge_of_an_extract_makes_no_bridge_over_it(tmp_path):
    """The extract lacks corner b, so a and c are not joined."""
    town = Town(grid())
    town.street("dabcf")
    source = tmp_path / "town.osm"
    lines = town.xml().splitlines()
    source.write_text("\n".join(line for line in lines if not line.startswith('<node id="2"')), encoding="utf-8")

    assert [len(line) for _, _, line in import_network(source).lines()] == [2, 2]


def test_gzipped_xml_is_read_like_plain(tmp_path):
    source = town_file(tmp_path)
    packed = tmp_path / "town.osm.gz"
    packed.write_bytes(gzip.compress(source.read_bytes()))

    assert list(import_network(packed).lines()) == list(import_network(source).lines())
