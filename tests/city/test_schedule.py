"""Work that comes again is asked for when it is due, in every town, and no more often."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from sqlalchemy import select

from city import clock, jobs, schedule
from city.db import db
from city.models import Job


def test_a_job_comes_again_after_its_time_and_not_before(town, monkeypatch):
    monkeypatch.setattr(jobs, "_handlers", {"sweep": lambda run: dict})
    monkeypatch.setattr(schedule, "_repeated", {"sweep": timedelta(hours=1)})

    assert schedule.ask_for_due() == 1
    assert schedule.ask_for_due() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert schedule.ask_for_due() == 1

    found = list(db.session.scalars(select(Job)))
    assert [job.kind for job in found] == ["sweep"], "one that still waits serves again"
