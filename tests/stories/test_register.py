"""A new town: a list of 200 shops becomes register, figures and the first exposé."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from demo.people import PEOPLE
from tests.browser import WIDE_FIRST
from tests.words import de

MANAGER = PEOPLE[1].email
STREETS = ("Am Sande", "Grapengießerstraße", "Große Bäckerstraße", "Heiligengeiststraße")


def two_hundred_shops() -> bytes:
    """As an office would have them: Windows letters, semicolons, words of its own; every eighth stands empty."""
    rows = ["Straße;Hausnummer;Name;Fläche;Schaufenster;Miete;Stand;Leer seit;Eigentümer;Breite;Länge"]
    for number in range(200):
        state = "leer;01.03.2026" if number % 8 == 0 else "belegt;"
        place = f"{53.2470 + 0.00001 * number:.5f};{10.4100 + 0.00001 * number:.5f}"
        street, house = STREETS[number % len(STREETS)], 300 + number
        rows.append(
            f"{street};{house};Laden Ölmühle {number};{40 + number % 60} m²;6,5;9,50;{state};Eigentum Neu;{place}"
        )
    return "\r\n".join(rows).encode("cp1252")


@pytest.mark.long
@pytest.mark.parametrize("size", WIDE_FIRST)
def test_a_list_of_200_shops_becomes_a_register_and_a_first_expose(running, clean, size):
    """
    Liste → Vorschau → Bestand → Kennzahlen → Exposé.
    """
    manager = running.visit(MANAGER, size)
    page = manager.page
    page.goto(f"{running.home}/laeden/import")
    page.locator("input[type=file]").set_input_files(
        {"name": "bestand.csv", "mimeType": "text/csv", "buffer": two_hundred_shops()}
    )
    page.get_by_role("button", name=de("Look at the list")).click()
    page.wait_for_load_state()
    clean(manager)
    page.locator("form[action$='/uebernehmen'] button").click()
    expect(page.locator("main")).to_contain_text("200")

    page.goto(f"{running.home}/laeden?word=Ölmühle&status=vacancy&order=leer")
    expect(page.locator("main")).to_contain_text("25")
    clean(manager)
    shop = page.locator("main tbody th a").first.get_attribute("href")
    page.goto(f"{running.home}/kennzahlen")
    clean(manager)
    page.goto(f"{running.home}{shop}/expose")
    expect(page.locator("body")).to_contain_text("Freier Laden")  # what no consent releases is not on it
    clean(manager)
