"""The drawn town on maps: made in a job, served by ranges, cut out for phones, shown without a foreign host."""

from __future__ import annotations

import time

import pytest

from city import jobs, streets, tiles
from city.db import transaction
from city.models import Role
from tests import build
from tests.browser import WIDE, Visit, chromium, serving
from tests.logistics.conftest import derived_streets, street_map  # noqa: F401  fixtures


@pytest.fixture
def drawn(street_map) -> str:  # noqa: F811
    """The address of the tiles, once they are drawn."""
    from routing.streets.tiles.pyramid import build_tiles

    found = streets.in_service()
    build_tiles(streets.source_of(found), streets.tiles_of(found), note=found.note)
    return f"/karte/kacheln/{streets.tiles_version(found)}.pmtiles"


def test_the_worker_draws_the_tiles_once_and_maps_name_them_from_then_on(app, town, street_map):  # noqa: F811
    browser = build.browser_of(app, build.account(Role.MANAGER))
    assert "tiles_url" not in browser.get("/sperrungen/karte.json").json
    assert tiles.in_service() is None
    with transaction():
        assert tiles.ask_for_tiles() is not None

    worker = jobs.Worker(app, app.extensions["house"])
    try:
        while worker.work_once():
            pass
    finally:
        worker.solver.close()

    url = browser.get("/sperrungen/karte.json").json["tiles_url"]
    assert browser.get(url).status_code == 200
    with transaction():
        assert tiles.ask_for_tiles() is None


def test_browsers_read_ranges_and_a_wrong_version_is_no_page(app, drawn):
    browser = app.test_client()

    part = browser.get(drawn, headers={"Range": "bytes=0-126"})

    assert (part.status_code, len(part.data), part.data[:7]) == (206, 127, b"PMTiles")
    assert browser.get("/karte/kacheln/0.pmtiles").status_code == 404
    assert browser.get(drawn, headers={"Range": "bytes=999999999-"}).status_code == 416


def test_an_excerpt_comes_whole_and_a_senseless_box_gets_a_sentence(app, drawn):
    browser = app.test_client()

    whole = browser.get("/karte/ausschnitt.pmtiles?box=53.2495,10.4065,53.251,10.4085")

    assert (whole.status_code, whole.data[:7]) == (200, b"PMTiles")
    assert "Content-Range" not in whole.headers
    for box in ("", "a,b,c,d", "1,2,3", "nan,nan,nan,nan", "53,10,54", "inf,0,0,0"):
        assert browser.get(f"/karte/ausschnitt.pmtiles?box={box}").status_code in (400, 404)
    for box in ("0,0,1,1", "53.26,10.42,53.24,10.40", "-90,-180,90,180", "91,10,91.1,10.1"):
        assert browser.get(f"/karte/ausschnitt.pmtiles?box={box}").status_code == 404


COLOURS = """() => { const seen = new Set();
    document.querySelectorAll('canvas.leaflet-tile-loaded').forEach(c => {
      const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
      for (let i = 0; i < d.length; i += 40) { seen.add(d[i] + ',' + d[i + 1] + ',' + d[i + 2]); } });
    return seen.size; }"""


@pytest.mark.browser
def test_the_town_is_painted_from_tiles_of_this_house(app, drawn):
    with serving(app) as home, chromium() as engine:
        visit = Visit(engine, size=WIDE)
        visit.page.set_default_timeout(120_000)  # the machine may be slow; no promise about speed is made here
        visit.page.goto(f"{home}/karte/rahmen?data=/frei/karte.json")
        visit.page.wait_for_selector("main[data-drawn=yes]")
        visit.page.locator("canvas.leaflet-tile-loaded").nth(3).wait_for()
        until = time.monotonic() + 120  # a tile counts as loaded before the last of it is painted
        while (seen := visit.page.evaluate(COLOURS)) <= 20 and time.monotonic() < until:
            visit.page.wait_for_timeout(200)

        assert seen > 20
        assert visit.foreign(home) == []
        assert [
            text for text in visit.problems if not text.startswith("Canvas2D")
        ] == []  # that is about our own looking
        assert not [url for url in visit.requests if "/karte/grund/" in url], "the lines are not needed any more"
