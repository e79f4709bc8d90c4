"""Where no address fits, a click on the map names the place: of a hub, of a recipient, of a shop that takes back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from city.db import db
from logistics.models import Hub, Shipment
from tests.browser import PHONE, Visit, axe_violations, chromium, enter, serving
from tests.logistics import rows

pytestmark = pytest.mark.browser
NOWHERE = "Containerplatz"  # no street of the old town


def pick(page: Page, title: str, *, x: int = 120) -> tuple[float, float]:
    """Open the map beside the address, tap it, and give the place that the page tells and keeps."""
    shown = page.locator("details", has=page.locator(f'iframe[title="{title}"]'))
    if shown.get_attribute("open") is None:
        shown.locator("summary").click()
    frame = shown.locator("iframe").content_frame
    frame.get_by_role("button", name="Choose the middle of the map").wait_for()
    frame.locator(".leaflet-container").click(position={"x": x, "y": 90})
    expect(shown.get_by_role("status")).to_contain_text("Chosen: 53.2")
    kept = [page.locator(f"#{shown.locator('iframe').get_attribute(f'data-pick-{axis}')}") for axis in ("lat", "lon")]
    return float(kept[0].input_value()), float(kept[1].input_value())


def fill(page: Page, **typed: str) -> None:
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)


def send(page: Page, label: str) -> None:
    page.get_by_role("button", name=label).click()
    page.wait_for_load_state()


def test_a_hub_is_put_on_the_map_where_the_map_knows_no_address(app, street_map):
    """
    On a phone: the form says that it does not know the street and opens the map; what was clicked there is kept.
    """
    with serving(app) as home, chromium() as browser:
        visit = Visit(browser, size=PHONE)
        page = visit.page
        enter(app, visit, home, rows.operator_of_hubs())
        page.goto(f"{home}/hubs/neu")
        fill(page, name="Hub Wall", street=NOWHERE, housenumber="1")
        fill(page, storage_l="2000", storage_kg="1000", parcels_per_day="100")
        send(page, "Open the hub")
        expect(page.locator("summary", has_text="Choose the place on the map instead")).to_be_visible()
        lat, lon = pick(page, "Map to choose the place of the hub")
        assert (axe_violations(page), visit.sideways()) == ([], 0)
        send(page, "Open the hub")
        page.wait_for_url(re.compile(r"/hubs/\d+"))

        made = db.session.scalars(select(Hub)).one()
        assert (made.street, made.lat, made.lon) == (NOWHERE, lat, lon)
        assert visit.problems == []


def test_both_ends_of_a_return_are_put_on_the_map(app, street_map):
    """
    The customer's door and the shop's, each on its own map.
    """
    rows.hub()
    keeper = rows.retailer()
    with serving(app) as home, chromium() as browser:
        visit = Visit(browser, size=PHONE)
        page = visit.page
        enter(app, visit, home, keeper)
        page.goto(f"{home}/buchen")
        page.locator("input[name=kind][value=return]").check()
        fill(page, recipient="Ahorn", street=NOWHERE, housenumber="1", parcels="1", weight_kg="2", volume_l="10")
        fill(page, back_street="Wallgang", back_housenumber="7")
        door = pick(page, "Map to choose the place of the recipient")
        shop = pick(page, "Map to choose the place of the shop", x=200)
        page.locator("input[name=slot]:not([disabled])").first.check()
        send(page, "Book with obligation")
        page.wait_for_url(re.compile("/sendungen/"))

        legs = {one.street: (one.lat, one.lon) for one in db.session.scalars(select(Shipment))}
        assert legs == {NOWHERE: door, "Wallgang": shop} and door != shop
        assert visit.problems == []
