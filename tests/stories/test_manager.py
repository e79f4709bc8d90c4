"""Story 1: a city-centre manager matches vacancies; the owner decides; a hub opens in one of them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from demo.people import PEOPLE
from tests.browser import PHONE_FIRST, WIDE_FIRST
from tests.words import de

MANAGER, OWNER, APPLICANT = PEOPLE[1].email, PEOPLE[2].email, PEOPLE[3].email
JOB_LIMIT_MS = 240_000  # the machine may be slow; no promise about speed is made here


@pytest.mark.parametrize("size", WIDE_FIRST)
def test_a_match_becomes_a_proposal_and_the_owner_accepts_it(running, clean, size):
    """
    Heute → Plan → rechnen → Vorschlag senden → der Eigentümer nimmt an → Vereinbarung.
    """
    manager = running.visit(MANAGER, size)
    page = manager.page
    expect(page).to_have_url(re.compile("/heute"))
    clean(manager)

    page.goto(f"{running.home}/plan")
    clean(manager)
    page.get_by_role("button", name=de("Compute anew")).click()
    page.wait_for_url("**/plan*", timeout=JOB_LIMIT_MS)
    expect(page.locator("article.vorschlag").first).to_be_visible()
    ours = send_first_proposal_to(running, manager, "Erbengemeinschaft Eggers")
    clean(manager)

    owner = running.visit(OWNER, size)
    expect(owner.page).to_have_url(re.compile("/meine-vorschlaege"))
    clean(owner)
    waiting = owner.page.locator("section.tafel").filter(has_text=ours)
    waiting.get_by_role("link", name=de("Look at it and answer")).first.click()
    expect(owner.page.get_by_role("heading", level=1)).to_have_text(ours)
    clean(owner)
    owner.page.get_by_role("button", name=de("Accept"), exact=True).click()
    owner.page.wait_for_load_state()
    clean(owner)

    page.goto(f"{running.home}/vereinbarungen")
    expect(page.get_by_text(ours).first).to_be_visible()
    clean(manager)


def send_first_proposal_to(running, manager, owner_name: str) -> str:
    """Open proposals from the top until one concerns this owner's shop, and send it; returns its title."""
    page = manager.page
    links = page.locator("a[href*='/plan/vorschlag/']")
    for address in [link.get_attribute("href") for link in links.all()]:
        page.goto(running.home + address)
        if page.get_by_text(owner_name).count():
            title = page.get_by_role("heading", level=1).inner_text().split(" → ")[1]
            page.get_by_role("button", name=de("Send to the owner")).click()
            page.wait_for_load_state()
            return title
    raise AssertionError(f"no proposal concerns {owner_name}")


@pytest.mark.parametrize("size", PHONE_FIRST)
def test_the_pages_of_the_manager_and_the_public(running, clean, size):
    """
    Every page that the menu offers is usable, and so is a shop's page with the refused requests and their obstacles.
    """
    manager = running.visit(MANAGER, size)
    page = manager.page
    for path in (*menu_of(page), "/laeden/strassen"):
        page.goto(running.home + path)
        clean(manager)
    page.goto(f"{running.home}/laeden")
    page.locator("a[href^='/laeden/']").filter(has_text="Grapengießerstraße 13").first.click()
    page.wait_for_load_state()
    clean(manager)
    page.goto(f"{running.home}/gesuche")
    page.locator("main a[href^='/gesuche/']").first.click()
    page.wait_for_load_state()
    clean(manager)


@pytest.mark.parametrize("size", PHONE_FIRST)
def test_the_public_sees_free_shops_and_an_applicant_asks_for_one(running, clean, size):
    """
    Free shops without a login; an applicant writes a request, saves it as a draft and sends it.
    """
    stranger = running.stranger(size)
    stranger.page.goto(running.home)
    expect(stranger.page).to_have_url(re.compile("/frei"))
    clean(stranger)

    applicant = running.visit(APPLICANT, size)
    expect(applicant.page).to_have_url(re.compile("/meine-gesuche"))
    clean(applicant)
    applicant.page.goto(f"{running.home}/meine-gesuche/neu")
    clean(applicant)


def menu_of(page) -> list[str]:
    """Where the main menu leads."""
    links = page.locator("nav.haupt a")
    return [href for link in links.all() if (href := link.get_attribute("href"))]
