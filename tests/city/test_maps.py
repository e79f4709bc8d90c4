"""Maps: words stay words, nothing leaves the house, and everything is there without a mouse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import g, jsonify, render_template, request
from playwright.sync_api import expect

from city import maps
from city.access import public
from city.forms import CityForm, CoordinateField
from city.web import csp_nonce
from tests.browser import PHONE, WIDE, Visit, axe_violations, chromium, serving
from tests.city.gallery import add_gallery
from tests.city.mapping import END_TAG, EVIL, payload

FOLDER = str(Path(__file__).parent / "templates")


class PlaceForm(CityForm):
    """Where something is."""

    lat = CoordinateField()
    lon = CoordinateField()


@pytest.fixture
def app(own_app):
    """Pages are added to it."""
    return own_app


@pytest.fixture
def with_maps(app, town):
    """The app with pages that show a map: plain, to pick a place, and one whose data is missing."""

    @public
    def page() -> str:
        return render_template(
            "map.html", form=PlaceForm(), pick="pick" in request.args, missing="missing" in request.args
        )

    @public
    def frame() -> str:
        return maps.frame(csp_nonce(), title=f"Karte {EVIL}", data_url="/map/data?" + request.query_string.decode())

    @public
    def data():
        if "missing" in request.args:
            return jsonify(error="gone"), 404
        return jsonify(payload(pick="pick" in request.args))

    add_gallery(app, FOLDER)
    for path, view in (("/map", page), ("/map/frame", frame), ("/map/data", data)):
        app.add_url_rule(path, f"map_{view.__name__}", view, methods=["GET", "POST"])
    return app


@pytest.fixture
def home(with_maps):
    with serving(with_maps) as address:
        yield address


def drawn(visit, address, selector="iframe"):
    """The frame of the map on a page, once it is drawn."""
    visit.page.goto(address)
    frame = visit.page.frame_locator(selector)
    frame.locator("main[data-drawn]").wait_for()
    return frame


@pytest.mark.browser
def test_hostile_names_stay_text_in_the_frame(home):
    """
    A shop called like code is shown as exactly that; nothing runs, no host but ours is asked.
    """
    with chromium() as browser:
        visit = Visit(browser)
        frame = drawn(visit, home + "/map")
        texts = frame.locator(".k-schild span").all_inner_texts()
        frame.locator(f'[aria-label="{END_TAG}"]').dispatch_event("click")
        bubble = frame.locator(".leaflet-popup-content")

        assert EVIL in texts
        assert bubble.inner_text() == END_TAG
        assert bubble.locator("a").count() == 0, "a javascript: address is no way"
        assert frame.locator("img").count() == 0
        assert visit.page.frames[1].title() == f"Karte {EVIL}"
        assert "49" not in "".join(texts)
        assert visit.foreign(home) == []
        assert visit.problems == []


@pytest.mark.browser
def test_a_map_passes_axe_at_both_widths_and_always_says_where_it_comes_from(home):
    """
    Page and frame together; zoom buttons speak German; the source is visible.
    """
    with chromium() as browser:
        for size in (WIDE, PHONE):
            visit = Visit(browser, size=size)
            frame = drawn(visit, home + "/map")

            assert axe_violations(visit.page) == []
            assert visit.sideways() == 0
            assert frame.locator(".leaflet-control-attribution").inner_text() == "schematisch, nicht vermessen"
            assert frame.get_by_role("button", name="Karte vergrößern").is_visible()
            assert visit.problems == []


@pytest.mark.browser
def test_marks_are_reached_by_keyboard_once_they_stand_apart(home):
    """
    From far away symbols are no tab stops; close by they are, and Enter opens the bubble with the way on.
    """
    with chromium() as browser:
        visit = Visit(browser)
        frame = drawn(visit, home + "/map")
        hub = frame.locator('[aria-label="Mikro-Hub Große Bäckerstraße"]')
        frame.locator("main").evaluate("() => map_haus.setView([53.2492, 10.4089], 15)")
        assert hub.get_attribute("tabindex") == "-1"

        frame.locator("main").evaluate("() => map_haus.setView([53.2492, 10.4089], 18)")
        assert hub.get_attribute("tabindex") == "0"
        hub.focus()
        visit.page.keyboard.press("Enter")
        way = frame.locator(".leaflet-popup-content a")
        assert way.get_attribute("href") == "/hubs/1"
        assert way.evaluate("node => node === document.activeElement")
        assert axe_violations(visit.page) == []


@pytest.mark.browser
def test_a_place_can_be_picked_by_mouse_and_by_keyboard_and_stays_picked(home):
    """
    A click fills the hidden fields; the button takes the middle; after an error the map still shows the place.
    """
    with chromium() as browser:
        visit = Visit(browser)
        page = visit.page
        frame = drawn(visit, home + "/map?pick=1")
        frame.locator(".leaflet-container").click(position={"x": 200, "y": 260})  # beside all marks
        expect(page.locator("#lat")).not_to_have_value("")
        clicked = float(page.locator("#lat").input_value())
        assert 53.246 < clicked < 53.252

        frame.get_by_role("button", name="Mitte der Karte wählen").press("Enter")
        expect(page.locator("#lat")).not_to_have_value(str(clicked))
        assert page.locator("#lat-gewaehlt").inner_text().startswith("Gewählter Ort: 53.24")
        assert axe_violations(page) == []

        chosen = page.locator("#lat").input_value()
        page.get_by_role("button", name="Speichern").click()
        page.frame_locator("iframe").get_by_role("button", name="Gewählter Ort").wait_for()
        assert page.locator("#lat").input_value() == chosen
        assert visit.problems == []


@pytest.mark.browser
def test_a_map_without_data_says_so(home):
    """
    The list beside it has the same; the map says that and is not just grey.
    """
    with chromium() as browser:
        visit = Visit(browser)
        frame = drawn(visit, home + "/map?missing=1")

        assert "lässt sich gerade nicht zeigen" in frame.locator(".k-hinweis").inner_text()


@pytest.mark.browser
def test_the_downloaded_map_works_from_disk_without_a_network(app, town, tmp_path):
    """
    One file, no request, the hostile names as text on the map and in the list, zoom allowed.
    """
    file = tmp_path / "tour.html"
    with app.test_request_context():
        file.write_text(
            maps.standalone(payload(attribution=maps.OSM_ATTRIBUTION), f"Rad 1 {END_TAG}"), encoding="utf-8"
        )
    with chromium() as browser:
        for size in (WIDE, PHONE):
            visit = Visit(browser, size=size, offline=True)
            visit.page.goto(file.as_uri())
            visit.page.locator("main[data-drawn=yes]").wait_for()
            listed = visit.page.locator("#karte-liste li span").all_inner_texts()

            assert visit.requests == [file.as_uri()]
            assert EVIL in listed and END_TAG in listed
            assert visit.page.locator("h1").inner_text() == f"Rad 1 {END_TAG}"
            assert visit.page.title() == f"Rad 1 {END_TAG}"
            assert EVIL in visit.page.locator(".k-schild span").all_inner_texts()
            assert visit.page.locator(".leaflet-control-attribution").inner_text().startswith("© OpenStreetMap")
            assert visit.page.locator("img").count() == 0
            assert axe_violations(visit.page) == []
            assert visit.sideways() == 0
            assert visit.problems == []


def test_the_frame_may_be_zoomed_and_names_no_foreign_host(with_maps):
    """
    folium's own page forbids zooming and loads from six hosts; ours does neither, and every script carries the nonce.
    """
    answer = with_maps.test_client().get("/map/frame")

    assert "user-scalable" not in answer.text and "maximum-scale" not in answer.text
    assert "://" not in answer.text.replace("http://www.w3.org/2000/svg", "")
    assert "<script>" not in answer.text and "<style>" not in answer.text and "style=" not in answer.text
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_what_fills_a_blank_is_never_read_again(app, town):
    """
    A title that looks like one of our own blanks stays a title.
    """
    with app.test_request_context():
        text = maps.frame("word", title="@NONCE@ @DATA_URL@ {{ 7*7 }}", data_url="/data")
        assert "<title>@NONCE@ @DATA_URL@ {{ 7*7 }}</title>" in text
        assert g.may_be_framed


def test_json_in_a_script_cannot_end_it():
    """
    The reader gets back exactly what went in.
    """
    text = maps.json_for_script({"name": END_TAG + EVIL + "\u2028&"})

    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"name": END_TAG + EVIL + "\u2028&"}
