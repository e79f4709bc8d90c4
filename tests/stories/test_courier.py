"""Story 3: the day is planned, and a courier receives the tour on a phone: list, map, directions, GPX."""

from __future__ import annotations

import re

import gpxpy
import pytest
from playwright.sync_api import expect

from demo.people import PEOPLE
from tests.browser import PHONE, WIDE
from tests.words import de

DISPATCHER, COURIER = PEOPLE[6].email, PEOPLE[7].email
JOB_LIMIT_MS = 120_000  # the machine may be slow; no promise about speed is made here


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_day_is_planned_and_the_courier_rides_it(running, clean, size, tmp_path):
    """
    Disposition plans and names a courier; the courier sees the next stop, reports it, takes it back, takes map and GPX.
    """
    dispatcher = running.visit(DISPATCHER, size)
    page = dispatcher.page
    page.goto(f"{running.home}/dispo")
    clean(dispatcher)
    page.get_by_role("button", name=de("Compute the plan")).first.click()
    page.wait_for_url("**/dispo/20*", timeout=JOB_LIMIT_MS)
    select = page.locator("select[name=courier]").first
    select.select_option(label=PEOPLE[7].name)
    page.locator("form:has(select[name=courier])").first.get_by_role("button").click()
    page.wait_for_load_state()
    clean(dispatcher)

    courier = running.visit(COURIER, size)
    phone = courier.page
    expect(phone).to_have_url(re.compile("/tour"))
    clean(courier)
    first = phone.get_by_role("heading", level=1).inner_text()
    phone.get_by_role("button", name=de("Delivered"), exact=True).click()
    phone.wait_for_load_state()
    assert phone.get_by_role("heading", level=1).inner_text() != first
    clean(courier)
    phone.get_by_role("button", name=de("Undo")).click()
    phone.wait_for_load_state()
    expect(phone.get_by_role("heading", level=1)).to_have_text(first)

    track = gpxpy.parse(taken_along(phone, "tour.gpx"))
    assert sum(len(segment.points) for one in track.tracks for segment in one.segments) > 20
    assert first in "".join(point.name for point in track.waypoints)
    assert_opens_without_a_network(running, courier, tmp_path)


def taken_along(page, name: str) -> str:
    """The text of a file that the courier downloads."""
    with page.expect_download() as waiting:
        page.locator(f"a[href$='/tour/{name}']").click()
    return waiting.value.path().read_text(encoding="utf-8")


def assert_opens_without_a_network(running, courier, folder) -> None:
    """The downloaded map draws itself from the disk and asks nobody for anything."""
    kept = folder / "karte.html"
    kept.write_text(taken_along(courier.page, "karte.html"), encoding="utf-8")
    offline = running.stranger(PHONE)
    offline.page.goto(kept.as_uri())
    offline.page.locator("main[data-drawn=yes]").wait_for()

    assert [url for url in offline.requests if not url.startswith(("file:", "data:", "blob:"))] == []
