"""The dispatcher's day: a stop moves after its consequences were seen, and at 10:15 a bike drops out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from demo.people import PEOPLE
from tests.browser import WIDE, WIDE_FIRST
from tests.stories.test_courier import released
from tests.words import de

DISPATCHER = PEOPLE[6].email
PLANNER_LIMIT_MS = 120_000  # the machine may be slow; no promise about speed is made here


@pytest.mark.parametrize("size", WIDE_FIRST)
def test_the_dispatcher_moves_a_stop_and_loses_a_bike_at_a_quarter_past_ten(running, clean, size):
    """
    See what follows, move, undo; a bike drops out at 10:15: before and after, accept; a stale page is refused.
    """
    day = released(running).isoformat()
    visit = running.visit(DISPATCHER, size)
    page = visit.page
    page.goto(f"{running.home}/dispo/{day}")
    expect(page.locator("#lage")).to_be_visible()
    clean(visit)

    open_lists(page)
    page.get_by_role("link", name=re.compile("^Halt 2 verschieben")).last.click()
    panel = page.locator("#folgen")
    expect(panel).to_contain_text(de("Nothing has changed yet."))
    panel.locator("#folgen-platz").select_option(index=0)
    panel.get_by_role("button", name=de("Show what follows")).click()
    expect(panel.get_by_role("row").filter(has_text=de("All ways together"))).to_be_visible()
    expect(panel).to_contain_text("min")
    clean(visit)
    stale = panel.locator("input[name=plan]").input_value()
    panel.get_by_role("button", name=de("Move"), exact=True).click()
    expect(page.locator(".meldung")).to_contain_text("Verschoben. Es gilt Plan")
    page.get_by_role("button", name=de("Undo: back to the plan before")).click()
    expect(page.locator(".meldung")).to_contain_text(f"Plan {stale} gilt wieder")

    page.get_by_role("link", name=de("Plan the rest again …")).click()
    page.locator("select[name=rad]").select_option(index=1)
    page.locator("input[name=ab]").fill("10:15")
    clean(visit)
    page.get_by_role("button", name=de("Plan again and compare")).click()
    page.wait_for_url("**/entwurf/*", timeout=PLANNER_LIMIT_MS)
    expect(page.get_by_role("heading", name=de("What rides elsewhere or at another time"))).to_be_visible()
    clean(visit)
    page.get_by_role("button", name=de("Accept the draft")).click()
    expect(page.locator(".meldung")).to_contain_text(re.compile(r"Plan \d+ gilt; wer unterwegs ist"))

    page.get_by_role("link", name=de("Shifts and bikes")).click()
    expect(page.locator("main")).to_contain_text("fällt aus seit")
    clean(visit)
    page.goto(f"{running.home}/dispo/{day}/bilanz")
    clean(visit)
    page.goto(f"{running.home}/dispo/eingang")
    clean(visit)


def open_lists(page) -> None:
    """Unfold the lists of stops."""
    page.evaluate("document.querySelectorAll('details[id^=halte]').forEach(one => { one.open = true })")


def test_a_stop_is_dragged_in_the_time_table_of_the_dispatcher(running):
    """
    With the mouse: to another bike's row; the panel shows what follows, and nothing has changed.
    """
    day = released(running).isoformat()
    page = running.visit(DISPATCHER, WIDE).page
    page.goto(f"{running.home}/dispo/{day}")
    stop = page.locator("[data-zeile]").first.locator("[data-halt]").first
    stop.scroll_into_view_if_needed()
    here = stop.locator("rect").bounding_box()
    other = page.locator("[data-zeile]").nth(1)
    row = other.locator("rect").first.bounding_box()

    page.mouse.move(here["x"] + 4, here["y"] + 10)
    page.mouse.down()
    page.mouse.move(here["x"] + 30, row["y"] + row["height"] / 2, steps=6)
    page.mouse.up()

    panel = page.locator("#folgen")
    expect(panel).to_contain_text(de("Nothing has changed yet."))
    expect(panel.locator("#folgen-rad")).to_have_value(other.get_attribute("data-zeile"))
