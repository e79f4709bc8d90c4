"""Work that comes again is asked for when it is due, in every town, and no more often."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from sqlalchemy import select

from city import clock, jobs, schedule
from city.db import city_scope, db, transaction
from city.models import Job

FIRST = date(2026, 6, 1)


@pytest.fixture
def only(monkeypatch):
    """Nothing comes again but what the test says."""
    monkeypatch.setattr(jobs, "_handlers", {"sweep": lambda run: dict})
    monkeypatch.setattr(schedule, "_last_due", {})


def asked_at(day: date, hour: int, minute: int = 0) -> int:
    """How many jobs a look at this hour of the city's clocks brings."""
    with time_machine.travel(clock.moment_of(day, hour * 3600 + minute * 60), tick=False):
        return schedule.ask_for_due()


def queue() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Job.kind)))


@pytest.mark.usefixtures("town", "only")
def test_a_job_comes_again_after_its_time_and_not_before():
    schedule.repeat("sweep", timedelta(hours=1))

    assert [asked_at(FIRST, 8, minute) for minute in (5, 6, 59)] == [1, 0, 0]
    assert asked_at(FIRST, 9) == 1
    assert queue() == ["sweep"], "one that still waits serves again"


@pytest.mark.usefixtures("town", "only")
def test_daily_work_is_asked_for_once_a_day_also_when_nobody_was_awake_at_its_hour():
    schedule.daily("sweep", clock.in_city(clock.moment_of(FIRST, 6 * 3600)).time())
    asked_at(FIRST, 5)  # yesterday's

    assert [asked_at(FIRST, hour) for hour in (5, 7, 8)] == [0, 1, 0]
    assert asked_at(FIRST + timedelta(days=1), 5) == 0
    assert asked_at(FIRST + timedelta(days=1), 23) == 1
    assert asked_at(FIRST + timedelta(days=9), 7) == 1, "what was slept through is done once"


def ask_without_memory(city_id: int, kind: str, due_at: datetime) -> bool:
    """The negative control: what would happen without the row that remembers."""
    with city_scope(city_id), transaction():
        jobs.enqueue(kind)
    return True


@pytest.mark.parametrize(("ask", "jobs_made"), [(schedule._ask_once, 1), (ask_without_memory, 2)])
@pytest.mark.usefixtures("town", "only")
def test_two_workers_that_both_see_it_due_ask_once(app, monkeypatch, ask, jobs_made):
    schedule.repeat("sweep", timedelta(hours=1))
    both_know = Barrier(2)
    monkeypatch.setattr(schedule, "_ask_once", lambda *due: both_know.wait(30) >= 0 and ask(*due))
    answers: list[int] = []

    def look() -> None:
        with app.app_context():
            answers.append(schedule.ask_for_due())
            db.session.remove()

    workers = [Thread(target=look) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(answers) == jobs_made
    assert queue() == ["sweep"] * jobs_made
