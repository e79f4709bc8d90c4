"""A day of the city-centre manager outside, and what comes of it: pictures, a warning, counts, a next step."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from city import clock
from demo.people import PEOPLE
from tests.browser import PHONE_FIRST
from tests.words import de

MANAGER = PEOPLE[1].email
SOON = timedelta(days=7)
PLACE, FIRST_DAY, DAYS = "Bäckerstraße Mitte", date(2025, 3, 3), 100  # 810 hours that count, in one year


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


@pytest.mark.long
@pytest.mark.parametrize("size", PHONE_FIRST)
def test_what_was_heard_outside_becomes_a_warning_figures_and_a_next_step(running, clean, size):
    """
    Kündigung → Frühwarnung und Heute; Zählung, zuerst eine falsche → Kennzahlen; Gespräch mit Frist → Heute → erledigt.
    """
    manager = running.visit(MANAGER, size)
    hear_of_a_notice(running, clean, manager)
    bring_in_counts(running, clean, manager)
    speak_with_an_owner(running, clean, manager)


def hear_of_a_notice(running, clean, manager) -> None:
    """A tenant has given notice: without the reason it is not taken; then it stands in the list of early warnings."""
    page: Page = manager.page
    page.goto(f"{running.home}/laeden?status=occupied")
    page.locator("main tbody th a[href^='/laeden/']").first.click()
    page.wait_for_url(re.compile(r"/laeden/\d+$"))
    shop, empty_from = page.url.removeprefix(running.home), clock.today() + SOON
    page.get_by_role("link", name=de("Change the status")).click()
    page.locator("input[name=to][value=threatened]").check()
    page.locator("input[name=on]").fill(empty_from.isoformat())
    page.get_by_role("button", name=de("Save"), exact=True).click()
    expect(page.locator("#threat-fehler")).to_contain_text(de("Please choose why vacancy threatens."))
    expect(page.locator("input[name=on]")).to_have_value(empty_from.isoformat())
    clean(manager)
    page.locator("select[name=threat]").select_option("notice")
    page.get_by_role("button", name=de("Save"), exact=True).click()
    page.wait_for_url(f"**{shop}")
    page.goto(f"{running.home}/fruehwarnung")
    row = page.locator("main tbody tr").filter(has=page.locator(f"a[href='{shop}']"))
    expect(row).to_contain_text("Gekündigt")
    expect(row.locator("td").last).to_have_text(str(SOON.days))
    clean(manager)
    page.goto(f"{running.home}/heute")
    expect(page.locator(f"section:has(#ansteht) a[href='{shop}']")).to_be_visible()


def bring_in_counts(running, clean, manager) -> None:
    """A file with a mistake is told by line and not kept; the right one becomes a figure."""
    page: Page = manager.page
    send_counts(running, page, counts("zwölf"))
    expect(page.locator("main tbody tr")).to_contain_text("„zwölf“")
    clean(manager)
    send_counts(running, page, counts("120"))
    expect(page.locator("main tbody tr")).to_contain_text(f"{10 * DAYS:,}".replace(",", "."))  # hours that were read
    clean(manager)
    page.get_by_role("button", name=de("Keep the counts")).click()
    page.wait_for_url("**/frequenz")
    expect(figure_of_place(page)).to_contain_text("120")
    clean(manager)
    page.goto(f"{running.home}/kennzahlen")
    expect(figure_of_place(page)).to_contain_text("120")


def figure_of_place(page: Page):
    return page.locator("main tbody tr").filter(has_text=PLACE).locator("td").last


def counts(first: str) -> bytes:
    """Ten hours a day, 120 persons in each but the first; as a spreadsheet of Windows writes it."""
    days = [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]
    rows = [f"{PLACE};{day:%d.%m.%Y} {hour:02}:00;120" for day in days for hour in range(10, 20)]
    rows[0] = rows[0].removesuffix("120") + first
    return "\r\n".join(["location;time of measurement;pedestrians count", *rows]).encode("cp1252")


def send_counts(running, page: Page, content: bytes) -> None:
    page.goto(f"{running.home}/frequenz")
    page.locator("input[type=file]").set_input_files({"name": "zählung.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name=de("Look at it first")).click()
    page.wait_for_url("**/frequenz/*")


def speak_with_an_owner(running, clean, manager) -> None:
    """A day without a step is asked back; a step with a day stands under today until it is done."""
    page: Page = manager.page
    page.goto(f"{running.home}/eigentum")
    page.locator("main tbody th a[href^='/eigentum/']").first.click()
    page.get_by_role("link", name=de("Note a conversation")).click()
    due = clock.today() + timedelta(days=3)
    page.locator("textarea[name=text]").fill("Der Mieter hört auf, ein Nachfolger fehlt.")
    page.locator("input[name=due_on]").fill(due.isoformat())
    page.get_by_role("button", name=de("Save"), exact=True).click()
    expect(page.locator("#due_on-fehler")).to_contain_text("Was ist bis")
    expect(page.locator("textarea[name=text]")).to_have_value("Der Mieter hört auf, ein Nachfolger fehlt.")
    clean(manager)
    page.locator("input[name=next_step]").fill("Grundriss schicken lassen")
    page.get_by_role("button", name=de("Save"), exact=True).click()
    page.wait_for_url(re.compile(r"/eigentum/\d+$"))
    expect(page.locator("main")).to_contain_text("Grundriss schicken lassen")
    clean(manager)
    page.goto(f"{running.home}/heute")
    step = page.locator("section:has(#ansteht) li").filter(has_text="Grundriss schicken lassen")
    expect(step).to_be_visible()
    clean(manager)
    step.get_by_role("button", name=de("Done"), exact=True).click()
    page.wait_for_load_state()
    expect(page.locator("main")).not_to_contain_text("Grundriss schicken lassen")
