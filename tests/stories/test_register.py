"""A new town: a list of 200 shops becomes register, figures and the first exposé; owner and applicant follow."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from city import clock
from city.db import city_scope, db, transaction
from city.models import Account, Mail
from demo.people import PEOPLE
from leerstand.services import proposals
from tests.browser import WIDE_FIRST
from tests.words import de

MANAGER, APPLICANT = PEOPLE[1].email, PEOPLE[3].email
OWNER_MAIL = "neu-eigentum@example.org"
STREETS = ("Am Sande", "Grapengießerstraße", "Große Bäckerstraße", "Heiligengeiststraße")
PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\nstartxref\n0\n%%EOF\n"


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
def test_a_list_of_200_shops_becomes_a_register_and_a_first_agreement(running, clean, size):
    """
    Liste → Vorschau → Bestand → Kennzahlen → Exposé mit Einwilligung; Gesuch mit Unterlage; Vorschlag; Zusage per Link.
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

    page.goto(f"{running.home}{shop}")
    page.locator("main a[href^='/eigentum/']").first.click()
    page.wait_for_load_state()
    clean(manager)
    page.get_by_role("link", name=de("Add a contact")).click()
    page.locator("input[name=office]").fill("Hausverwaltung Neu")
    page.locator("input[name=email]").fill(OWNER_MAIL)
    page.locator("input[name=first]").check()
    page.get_by_role("button", name=de("Save"), exact=True).click()
    expect(page.locator("section:has(#kontakte)")).to_contain_text("Hausverwaltung Neu")
    page.get_by_role("link", name=de("Enter a consent")).click()
    for scope in ("place", "room", "rent"):
        page.locator(f"input[name=scopes][value={scope}]").check()
    page.locator("input[name=proof]").fill("Akte 61-14")
    clean(manager)
    page.get_by_role("button", name=de("Save"), exact=True).click()
    page.goto(f"{running.home}{shop}/expose")
    expect(page.locator("h1")).to_contain_text("Laden Ölmühle")  # what the consent releases is on it now
    clean(manager)

    wish = ask_for_a_room(running, clean, size)
    page.goto(f"{running.home}/gesuche/{wish}")
    expect(page.get_by_role("link", name="Grundriss")).to_be_visible()
    clean(manager)

    owner = running.stranger(size)
    owner.page.goto(running.home + proposed(running, int(shop.rsplit("/", 1)[1]), wish))
    expect(owner.page.get_by_role("link", name="Grundriss")).to_be_visible()
    clean(owner)
    owner.page.locator("button[name=answer][value=accept]").click()
    expect(owner.page.get_by_role("heading", level=1)).to_have_text(de("Thank you for your answer"))
    page.goto(f"{running.home}/vereinbarungen")
    expect(page.locator("main")).to_contain_text("Korbflechterei")
    clean(manager)


def ask_for_a_room(running, clean, size) -> int:
    """An applicant says what is looked for, sends it with a floor plan, and sees where it stands; its number."""
    applicant = running.visit(APPLICANT, size)
    page = applicant.page
    page.goto(f"{running.home}/meine-gesuche/neu")
    soon = clock.today() + timedelta(days=60)
    typed = {
        "title": "Korbflechterei", "concept": "Körbe, vor den Augen aller geflochten.", "area_min_m2": "20",
        "area_ideal_m2": "50", "area_max_m2": "120", "budget_eur": "1500", "earliest_start": soon.isoformat(),
        "latest_start": (soon + timedelta(days=200)).isoformat(), "duration_min_weeks": "8",
        "duration_max_weeks": "26", "needs_power_kw": "0", "visitors_max": "12",
    }  # fmt: skip
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("button[name=deed][value=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Korbflechterei")
    wish = int(page.url.split("#")[0].rsplit("/", 1)[1])
    page.locator("section:has(#unterlagen) input[name=title]").fill("Grundriss")
    page.locator("section:has(#unterlagen) input[type=file]").set_input_files(
        {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name=de("Add the paper")).click()
    expect(page.locator("section:has(#unterlagen)").get_by_role("link", name="Grundriss")).to_be_visible()
    clean(applicant)
    return wish


def proposed(running, unit_id: int, request_id: int) -> str:
    """The city proposes the request to the owner of the shop (how a plan does it, another story tells); the link."""
    with running.app.app_context(), city_scope(1):
        sender = db.session.scalars(select(Account).where(Account.email == MANAGER)).one()
        with transaction():
            proposals.propose(unit_id, request_id, sender=sender, link_to=lambda number: f"/v/{number}")
        mail = db.session.scalars(select(Mail).where(Mail.recipient == OWNER_MAIL).order_by(Mail.id.desc())).first()
        assert mail is not None
        found = re.search(r"(/antwort/\S+)", mail.text)
        assert found
        return found[1]
