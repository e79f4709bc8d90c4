"""Story: a manager tries other weights, and sees two plans side by side."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from demo.people import PEOPLE
from tests.browser import PHONE, WIDE
from tests.words import de

MANAGER = PEOPLE[1].email
JOB_LIMIT_MS = 240_000  # the machine may be slow; no promise about speed is made here


@pytest.mark.long  # plans are computed; the parts are tested without a browser in test_plan_pages
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_manager_tries_other_weights(running, clean, size):
    """
    Regler → Vorschau → Szenario → Vergleich mit dem gültigen Plan auf Karte und Tabelle.
    """
    manager = running.visit(MANAGER, size)
    page = manager.page

    page.goto(f"{running.home}/plan/gewichte")
    move_until_answered(page)
    page.locator("input[name=name]").fill("Vielfalt zuerst")
    clean(manager)
    page.get_by_role("button", name=de("Keep as a scenario to compare")).click()
    page.wait_for_url("**/plan/szenarien*", timeout=JOB_LIMIT_MS)
    expect(page.get_by_text("Vielfalt zuerst").first).to_be_visible()
    expect(page.get_by_role("table").first).to_be_visible()
    clean(manager)


def move_until_answered(page) -> None:
    """Move the slider until the preview is there; on a busy machine the planner asks for patience first."""
    said = de("Nothing is changed yet. Answered in %(seconds)s s.").split(".")[0]
    for points in range(40, 50):
        page.locator("input[name=w_diversity]").fill(str(points))
        try:
            expect(page.locator("#vorschau")).to_contain_text(said, timeout=25_000)
        except AssertionError:
            continue
        return
    raise AssertionError("the preview never came")
