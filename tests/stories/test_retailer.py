"""Story 2: a retailer books a delivery through the hub."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from demo.people import PEOPLE
from tests.browser import PHONE_FIRST
from tests.words import de

RETAILER, OPERATOR = PEOPLE[4].email, PEOPLE[5].email


@pytest.mark.parametrize("size", PHONE_FIRST)
def test_a_retailer_books_a_delivery(running, clean, size):
    """
    A mistyped number is explained and the rest stays; then it is booked, shown with its reference, and listed.
    """
    retailer = running.visit(RETAILER, size)
    page = retailer.page
    page.goto(f"{running.home}/buchen")
    clean(retailer)
    fill(
        page,
        recipient="Änne Öztürk",
        street="Am Berge",
        housenumber="12",
        parcels="2",
        weight_kg="viel",
        volume_l="12,5",
    )
    page.locator("input[name=slot]:not([disabled])").first.check()
    page.get_by_role("button", name=de("Book with obligation")).click()
    page.wait_for_load_state()

    assert page.title().startswith("Fehler:")
    expect(page.get_by_text("„viel“ ist keine Zahl").first).to_be_visible()
    assert page.locator("input[name=recipient]").input_value() == "Änne Öztürk"
    assert page.locator("input[name=volume_l]").input_value() == "12,5"
    clean(retailer)

    page.locator("input[name=weight_kg]").fill("3,5")
    page.get_by_role("button", name=de("Book with obligation")).click()
    page.wait_for_url(re.compile("/sendungen/"))
    expect(page.get_by_text("Änne Öztürk").first).to_be_visible()
    clean(retailer)

    page.goto(f"{running.home}/sendungen")
    expect(page.get_by_text("Am Berge 12").first).to_be_visible()
    clean(retailer)


@pytest.mark.parametrize("size", PHONE_FIRST)
def test_the_hub_operator_sees_the_day(running, clean, size):
    """
    The hub, what is expected, and what each bike loads.
    """
    operator = running.visit(OPERATOR, size)
    page = operator.page
    page.goto(f"{running.home}/hubs")
    clean(operator)
    page.locator("main a[href^='/hubs/']").first.click()
    page.wait_for_load_state()
    clean(operator)


def fill(page, **fields: str) -> None:
    """Type into the named fields."""
    for name, text in fields.items():
        page.locator(f"[name={name}]").fill(text)
