"""A computation that runs is visible all the while, in numbers and aloud, and can be ended by whoever waits for it."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import expect

from city import clock
from city.db import city_scope, db, transaction
from city.models import Job, JobState, Role
from tests import build
from tests.browser import PHONE, WIDE, Visit, axe_violations, chromium, enter, serving

SEEN = {"elapsed_s": 2.2, "limit_s": 10.0, "cost_cents": 123_450, "unserved": 1}


def running_job(person, **changes):
    """A job in mid-search, asked for by this person."""
    given = {
        "kind": "plan_day", "payload": {}, "account_id": person.id, "state": JobState.RUNNING, "queued_at": clock.now(),
        "started_at": clock.now(), "lease_until": clock.now(), "progress": SEEN, "result": {}, **changes,
    }  # fmt: skip
    return build.keep(Job(**given))


def change(app, town_id, job_id, **values):
    """What the worker does to the row while the page is open."""

    def write():
        with app.app_context(), city_scope(town_id), transaction():
            job = db.session.get_one(Job, job_id)
            for name, value in values.items():
                setattr(job, name, value)

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()


@pytest.fixture
def planner(app, town):
    return build.account(Role.DISPATCHER, language="de")


@pytest.mark.browser
def test_progress_moves_by_itself_and_leads_to_the_result(app, town, planner):
    """
    Seconds, cost and orders without a bike change without a reload; when the job is done the browser goes on.
    """
    job = running_job(planner, shown_at="/health")
    town_id, job_id = town.id, job.id
    with serving(app) as home, chromium() as browser:
        visit = Visit(browser, size=PHONE)
        enter(app, visit, home, planner)
        page = visit.page
        page.goto(f"{home}/jobs/{job_id}")
        box = page.locator("#fortschritt")
        expect(box).to_contain_text("2 Sekunden")
        expect(box).to_contain_text("höchstens 10 Sekunden")
        expect(box).to_contain_text("1.234,50")
        expect(box).to_contain_text("1 Sendung ist noch ohne Rad.")
        assert axe_violations(page) == []
        assert visit.sideways() == 0

        page.get_by_role("button", name="Abbrechen").focus()
        change(app, town_id, job_id, progress={**SEEN, "elapsed_s": 5.0, "unserved": 0})
        expect(box).to_contain_text("5 Sekunden")
        expect(box).to_contain_text("Jede Sendung hat ein Rad.")
        expect(page.get_by_role("button", name="Abbrechen")).to_be_focused()
        expect(page.locator("p.vh[role=status]")).to_contain_text("Sekunden")

        change(app, town_id, job_id, state=JobState.DONE)
        page.wait_for_url("**/health")
        assert visit.foreign(home) == []
        assert [text for text in visit.problems if "health" not in text and "503" not in text] == []


@pytest.mark.browser
def test_a_failed_job_says_why_and_asks_no_more(app, town, planner):
    """
    The reason is German, and the page stops asking.
    """
    job = running_job(planner)
    town_id, job_id = town.id, job.id
    with serving(app) as home, chromium() as browser:
        visit = Visit(browser, size=WIDE)
        enter(app, visit, home, planner)
        visit.page.goto(f"{home}/jobs/{job_id}")
        reason = "The computation broke off %(attempts)d times. Please try again; if it happens again, tell the city."
        change(app, town_id, job_id, state=JobState.FAILED, reason=reason, reason_values={"attempts": 3})
        expect(visit.page.locator("#fortschritt")).to_contain_text("3-mal abgebrochen")
        asked = len(visit.requests)
        visit.page.wait_for_timeout(2500)

        assert len(visit.requests) == asked


def test_a_waiting_job_says_that_it_waits(app, town, planner):
    """
    No numbers before there are any.
    """
    job = running_job(planner, state=JobState.QUEUED, progress={})
    page = build.browser_of(app, planner).get(f"/jobs/{job.id}").text

    assert "Wartet, bis sie an der Reihe ist" in page
    assert "Sekunde" not in page.partition('id="fortschritt"')[2]


def test_settings_show_every_number_with_its_source_and_keep_bad_input(app, town):
    """
    The page of the city's numbers: labels with unit, sources as hints, the sentence at the field.
    """
    manager = build.browser_of(app, build.account(Role.MANAGER, language="de"))
    page = manager.get("/settings").text
    answer = manager.post("/settings", data={"max_area_factor": "viele"}).text

    assert page.count("Quelle: ") == page.count('inputmode="') + page.count('type="checkbox"') > 5
    assert 'value="viele"' in answer
    assert "„viele“ ist keine Zahl" in answer
    assert "<title>Fehler:" in answer
