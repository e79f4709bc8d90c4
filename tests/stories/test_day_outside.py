"""A day of the city-centre manager outside: a view of the list, the walk round, a picture."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from demo.people import PEOPLE
from tests.browser import PHONE_FIRST
from tests.words import de

MANAGER = PEOPLE[1].email


@pytest.mark.long
@pytest.mark.parametrize("size", PHONE_FIRST)
def test_a_view_is_kept_a_shop_confirmed_and_the_next_one_photographed(running, clean, size):
    """
    Filtern, vertippen, Ansicht speichern → Rundgang mit der Tastatur → Bild, zuerst ein falsches.
    """
    manager = running.visit(MANAGER, size)
    keep_a_view(running, clean, manager)
    walk(running, clean, manager)


def keep_a_view(running, clean, manager) -> None:
    page: Page = manager.page
    page.goto(f"{running.home}/laeden?status=vacancy&least_m2=zwölf")
    expect(page.locator("#least_m2-fehler")).to_be_visible()  # the further filters are open, the sentence is seen
    clean(manager)
    page.locator("input[name=least_m2]").fill("60")
    page.locator("form.suche").get_by_role("button", name=de("Show"), exact=True).click()
    page.locator("form.ansicht-neu input[name=name]").fill("Große leere Läden")
    page.locator("form.ansicht-neu button").dblclick()
    expect(page.locator(".ansichten").get_by_role("link", name="Große leere Läden")).to_have_count(1)
    clean(manager)


def walk(running, clean, manager) -> None:
    """Confirm a shop with the keyboard, and take a picture of the next one."""
    page: Page = manager.page
    page.goto(f"{running.home}/rundgang")
    page.locator("main a[href^='/rundgang/']").first.click()
    page.wait_for_load_state()
    clean(manager)
    first = page.url
    page.get_by_role("button", name=de("Still so")).focus()
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(first)
    page.get_by_role("link", name=de("Take a picture")).click()
    page.locator("input[type=file]").set_input_files(picture("TIFF"))
    page.get_by_role("button", name=de("Save"), exact=True).click()
    expect(page.locator("main")).to_contain_text("„front.jpg“ ist eine TIFF-Datei")
    clean(manager)
    page.locator("input[type=file]").set_input_files(picture("JPEG"))
    page.get_by_role("button", name=de("Save"), exact=True).click()
    expect(page.locator("main img")).to_be_visible()
    clean(manager)


def picture(kind: str) -> FilePayload:
    """A file called .jpg, whatever it is."""
    made = io.BytesIO()
    Image.new("RGB", (800, 600), "#335577").save(made, kind)
    return {"name": "front.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}
