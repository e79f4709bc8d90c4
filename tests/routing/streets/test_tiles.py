"""The background map: what is drawn where, read back with another library; excerpts of it; broken files."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import mapbox_vector_tile
import pytest
from pmtiles.reader import MemorySource, MmapSource, Reader, all_tiles

from routing.message import BadInput
from routing.streets.model import Bounds
from routing.streets.tiles.mvt import LINE, POLYGON, TileLayer, varints
from routing.streets.tiles.pyramid import LEAST_ZOOM, MOST_ZOOM, build_tiles, excerpt
from tests.routing.streets.town import HOUSE, extract

OLD_TOWN = HOUSE / "demo" / "lueneburg.osm"
MARKET = Bounds(53.2495, 10.4065, 53.2510, 10.4085)


@pytest.fixture(scope="module")
def tiles(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("tiles") / "town.pmtiles"
    build_tiles(OLD_TOWN, place, note="schematisch, nicht vermessen")
    return place


def layers_of(data: bytes, zoom: int) -> dict[str, list[dict]]:
    """Everything at a zoom, by layer."""
    found: dict[str, list[dict]] = {}
    for (z, _x, _y), tile in all_tiles(MemorySource(data)):
        if z == zoom:
            for name, layer in mapbox_vector_tile.decode(gzip.decompress(tile)).items():
                found.setdefault(name, []).extend(layer["features"])
    return found


def names(features: list[dict]) -> set[str]:
    return {feature["properties"].get("name", "") for feature in features}


def test_streets_water_green_houses_and_names_are_there(tiles):
    close, far = (layers_of(tiles.read_bytes(), zoom) for zoom in (MOST_ZOOM, LEAST_ZOOM))

    assert {"Am Sande", "Große Bäckerstraße", "Am Markt"} <= names(close["roads"])
    assert "Ilmenau" in names(close["water"])
    assert "pedestrian" in {road["properties"]["kind"] for road in close["roads"]}
    assert "buildings" in close and "buildings" not in far, "houses only close by"
    assert "roads" in far


def test_the_file_says_where_it_lies_and_whose_data_it_is(tiles):
    with tiles.open("rb") as file:
        reader = Reader(MmapSource(file))
        header, metadata = reader.header(), reader.metadata()

    assert metadata["attribution"] == "© OpenStreetMap-Mitwirkende (ODbL)"
    assert metadata["description"] == "schematisch, nicht vermessen"
    assert (header["min_zoom"], header["max_zoom"]) == (LEAST_ZOOM, MOST_ZOOM)
    assert header["min_lat_e7"] / 1e7 < 53.25 < header["max_lat_e7"] / 1e7


def test_an_excerpt_holds_the_same_tiles_and_no_others(tiles):
    whole = dict(all_tiles(MemorySource(tiles.read_bytes())))
    part = dict(all_tiles(MemorySource(excerpt(tiles, MARKET))))

    assert part.items() <= whole.items()
    assert 0 < len(part) < len(whole)
    assert "Am Markt" in names(layers_of(excerpt(tiles, MARKET), MOST_ZOOM)["roads"])
    assert excerpt(tiles, Bounds(50.0, 8.0, 50.1, 8.1)) == b"", "far away"


def test_drawing_twice_gives_the_same_file_and_a_broken_map_leaves_the_old_one(tiles, tmp_path):
    again, broken = tmp_path / "again.pmtiles", tmp_path / "broken.osm.pbf"
    build_tiles(OLD_TOWN, again, note="schematisch, nicht vermessen")
    assert again.read_bytes() == tiles.read_bytes()

    broken.write_bytes(b"\0" * 200)
    with pytest.raises(BadInput, match="broken or cut off"):
        build_tiles(broken, again)
    assert again.read_bytes() == tiles.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.pmtiles", "broken.osm.pbf"]


def test_shapes_are_written_as_another_library_reads_them():
    layer = TileLayer("x")
    import numpy as np

    ring = np.array([[0, 0], [100, 0], [100, 100], [0, 100], [0, 0]])
    layer.add(POLYGON, [ring], [("kind", "a"), ("name", "")])
    layer.add(
        LINE, [np.array([[5, 5], [5, 5], [-20, 4000]]), np.array([[1, 1], [1, 1]])], [("kind", "a"), ("name", "ß")]
    )

    told = mapbox_vector_tile.decode(layer.encoded(), default_options={"y_coord_down": True})["x"]["features"]

    assert told[0]["geometry"]["coordinates"] == [ring.tolist()]
    assert told[0]["properties"] == {"kind": "a"}
    assert told[1]["geometry"]["coordinates"] == [[5, 5], [-20, 4000]], "a line of one point is none"
    assert told[1]["properties"] == {"kind": "a", "name": "ß"}
    assert varints([0, 127, 128, 300]) == b"\x00\x7f\x80\x01\xac\x02"


@pytest.mark.long
def test_a_real_town_stays_small_and_every_tile_can_be_read(tmp_path):
    place = tmp_path / "town.pmtiles"
    build_tiles(extract("kaiserslautern"), place)

    assert place.stat().st_size < 10e6
    found = layers_of(place.read_bytes(), MOST_ZOOM)
    assert len(found["buildings"]) > 5_000 and "Fackelstraße" in names(found["roads"])
    assert io.BytesIO(excerpt(place, Bounds(49.440, 7.765, 49.446, 7.775))).getbuffer().nbytes < 600_000
