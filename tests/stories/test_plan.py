"""Story: a manager steers the plan: slider, fix, exclude, two plans side by side, "why not?", three proposals."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from demo.people import PEOPLE
from tests.browser import PHONE, WIDE
from tests.words import de

MANAGER = PEOPLE[1].email
JOB_LIMIT_MS = 120_000  # the machine may be slow; no promise about speed is made here


@pytest.mark.long  # four plans are computed; the parts are tested without a browser in test_plan_pages
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_manager_steers_the_plan(running, clean, size):
    """
    Regler → Vorschau → Szenario → Vergleich → festhalten, ausschließen → Warum nicht? → drei Vorschläge.
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

    page.goto(f"{running.home}/plan")
    page.get_by_role("button", name=de("Fix"), exact=True).first.click()
    page.wait_for_load_state()
    expect(page.get_by_text(de("fixed by you")).first).to_be_visible()
    other = page.locator("article.vorschlag a[href*='m=']").first.get_attribute("href")
    page.goto(running.home + other)
    page.get_by_role("button", name=de("Exclude"), exact=True).first.click()
    page.wait_for_load_state()
    page.get_by_role("button", name=de("Compute anew")).click()
    page.wait_for_url(re.compile(r"/plan(\?|$)"), timeout=JOB_LIMIT_MS)
    clean(manager)

    page.get_by_role("link", name=de("Ask about another request")).first.click()
    page.locator("select[name=gesuch]").select_option(index=2)
    page.get_by_role("button", name=de("Ask"), exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Warum nicht")
    clean(manager)

    for _ in range(3):
        page.goto(f"{running.home}/plan")
        page.locator("article.vorschlag").filter(has_not_text=de("already proposed, or no longer free")).locator(
            "a[href*='m=']"
        ).first.click()
        page.locator("a[href*='/plan/vorschlag/']").first.click()
        page.get_by_role("button", name=de("Send to the owner")).click()
        page.wait_for_load_state()
        expect(page.get_by_text(de("Sent. The owner decides; you see the answer under “Today”."))).to_be_visible()


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
