"""The manager closes a street for a market day; the next plan goes around it, and the courier is told where to push."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from shapely import LineString, Polygon

from demo.people import PEOPLE
from tests.browser import WIDE_FIRST, Visit
from tests.words import de

MANAGER, DISPATCHER, COURIER = PEOPLE[1].email, PEOPLE[6].email, PEOPLE[7].email
JOB_LIMIT_MS = 240_000  # the machine may be slow; no promise about speed is made here
INSIDE_DEG = 3e-5  # two or three metres: where a ride ends at the very edge


@pytest.mark.parametrize("size", WIDE_FIRST)
def test_a_market_day_is_drawn_and_the_next_plan_goes_around_it(running, clean, size):
    """
    Zeichnen → in Kraft → neuer Plan, außen herum → schieben statt sperren → die Kurierin liest es.
    """
    dispatcher = patient(running.visit(DISPATCHER, size))
    day = re.search(r"/dispo/([\d-]+)", go(dispatcher.page, f"{running.home}/dispo")).group(1)
    assign(dispatcher.page)
    before = day_map(dispatcher.page, running.home, day)
    corners = around_a_ridden_place(before)
    assert crossing(before, corners)

    manager = patient(running.visit(MANAGER, size))
    page = manager.page
    page.goto(f"{running.home}/sperrungen")
    clean(manager)
    page.get_by_role("link", name=de("Draw a closure")).click()
    page.get_by_label(de("Name"), exact=True).fill("Wochenmarkt")
    page.get_by_label(de("Who ordered it")).fill("Marktsatzung vom 1.3.2024")
    page.get_by_label(de("First day")).fill(day)
    page.get_by_label(de("Last day")).fill(day)
    draw(page, corners)
    clean(manager)
    page.get_by_role("button", name=de("Put in force")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wochenmarkt")
    clean(manager)

    drawn = typed_corners(page)
    after = planned_anew(dispatcher.page, running.home, day, before)
    assert crossing(before, drawn) and not crossing(after, drawn)

    page.get_by_label(de("bikes are pushed, vans stay out")).check()
    hub = next(mark["point"] for mark in after["marks"] if mark["kind"] == "hub")
    page.get_by_text(de("Type the corners")).click()
    page.locator("textarea[name=area]").fill("\n".join(f"{lat}, {lon}" for lat, lon in box(*hub, 0.0012)))
    page.get_by_role("button", name=de("Save")).click()
    page.wait_for_load_state()
    planned_anew(dispatcher.page, running.home, day, after)
    assign(dispatcher.page)
    dispatcher.page.get_by_role("button", name=de("Release to the couriers")).click()
    dispatcher.page.wait_for_load_state()
    courier = patient(running.visit(COURIER, size))
    courier.page.locator("button:visible", has_text=de("Ride off")).first.click()
    expect(courier.page.locator("main")).to_contain_text(re.compile(r"Absteigen und \d+ m schieben"))
    clean(courier)


def patient(visit: Visit) -> Visit:
    visit.page.set_default_timeout(JOB_LIMIT_MS)
    return visit


def go(page: Page, address: str) -> str:
    page.goto(address)
    return page.url


def assign(page: Page) -> None:
    select = page.locator("select[name=courier]").first
    select.select_option(label=PEOPLE[7].name)
    page.locator("form:has(select[name=courier])").first.get_by_role("button").click()
    page.wait_for_load_state()


def day_map(page: Page, home: str, day: str) -> dict:
    return page.request.get(f"{home}/dispo/{day}/karte.json").json()


def around_a_ridden_place(told: dict) -> list[tuple[float, float]]:
    """A square of some 60 m on a tour, away from hub and stops."""
    marks = [mark["point"] for mark in told["marks"]]
    points = [point for line in told["lines"] for point in line["line"]]
    lat, lon = max(points, key=lambda p: min(abs(p[0] - m[0]) + 0.6 * abs(p[1] - m[1]) for m in marks))
    return box(lat, lon, 0.0003)


def box(lat: float, lon: float, reach: float) -> list[tuple[float, float]]:
    wide = reach / 0.6
    return [(lat - reach, lon - wide), (lat - reach, lon + wide), (lat + reach, lon + wide), (lat + reach, lon - wide)]


def crossing(told: dict, corners: list[tuple[float, float]]) -> bool:
    lines = [LineString(line["line"]) for line in told["lines"] if len(line["line"]) > 1]
    return any(line.intersection(Polygon(corners)).length > INSIDE_DEG for line in lines)


def draw(page: Page, corners: list[tuple[float, float]]) -> None:
    """Click the corners on the map, after moving it there."""
    page.locator("iframe[data-draw]").scroll_into_view_if_needed()
    frame = page.locator("iframe[data-draw]").element_handle().content_frame()
    assert frame is not None
    frame.wait_for_selector("main[data-drawn=yes]")
    frame.evaluate(
        f"map_haus.fitBounds({[list(c) for c in corners]}, {{animate: false, padding: [70, 70], maxZoom: 18}})"
    )
    for corner in corners:
        at = frame.evaluate(
            f"(() => {{ const p = map_haus.latLngToContainerPoint([{corner[0]}, {corner[1]}]); return [p.x, p.y]; }})()"
        )
        frame.locator(".folium-map").click(position={"x": at[0], "y": at[1]})
    expect(page.get_by_text(de("{count} corners").replace("{count}", "4"))).to_be_visible()


def typed_corners(page: Page) -> list[tuple[float, float]]:
    rows = page.locator("textarea[name=area]").input_value().splitlines()
    return [(float(lat), float(lon)) for lat, lon in (row.split(",") for row in rows)]


def planned_anew(page: Page, home: str, day: str, before: dict) -> dict:
    """Wait until the worker has made another plan, which it does by itself."""
    for _ in range(JOB_LIMIT_MS // 500):
        told = day_map(page, home, day)
        page.goto(f"{home}/dispo/{day}")
        if told["lines"] != before["lines"]:
            return told
        page.wait_for_timeout(500)
    raise AssertionError("no other plan came")
