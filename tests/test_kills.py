"""Processes are killed in the middle of their work; nothing acknowledged is lost, nothing happens twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from city import clock, jobs
from city.db import db, transaction
from city.models import Job, JobState, Organisation
from tests import build
from tests.rounds import rounds

HOUSE = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.one_database


def started(deed: str, config, *more: str) -> subprocess.Popen[str]:
    call = [sys.executable, "-m", "tests.killable", deed, str(config.data_dir), config.database_url, *more]
    return subprocess.Popen(call, cwd=HOUSE, stdout=subprocess.PIPE, text=True)


def test_no_acknowledged_row_is_lost_when_the_writer_is_killed(config, town):
    """
    kill -9 at random moments: every row that was acknowledged is there once, and the file is sound.
    """
    chance = random.Random(7)
    acknowledged: list[int] = []
    for round_ in range(rounds(2)):
        writer = started("write", config, str(round_ * 1_000_000))
        assert writer.stdout is not None
        acknowledged.append(int(writer.stdout.readline()))
        time.sleep(chance.uniform(0.05, 0.6))
        writer.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in writer.stdout if line.strip().isdigit() and line.endswith("\n")]
        writer.wait()

    names = list(db.session.scalars(select(Organisation.name)))
    assert {f"Nr. {number}" for number in acknowledged} <= set(names)
    assert len(names) == len(set(names))
    assert db.session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_job_whose_worker_is_killed_is_done_once_by_another(app, config, town, monkeypatch):
    """
    kill -9 in mid-solve: the lease runs out, another worker does the job, its effect is there once.
    """
    monkeypatch.setattr(jobs, "_handlers", {})

    def effect(run):
        def keep():
            build.organisation(name="Wirkung")
            return {"attempt": run.attempt}

        return keep

    jobs.register("search", effect)
    for _ in range(rounds(1)):
        with transaction():
            job_id = jobs.enqueue("search").id
        killed = started("work", config)
        wait_for(lambda job_id=job_id: build.fresh(Job, job_id).progress)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        with transaction():
            db.session.execute(update(Job).values(lease_until=clock.now() - timedelta(seconds=1)))
        worker = jobs.Worker(app, config)
        assert worker.work_once()

        job = build.fresh(Job, job_id)
        assert (job.state, job.result) == (JobState.DONE, {"attempt": 2})
    assert len(db.session.scalars(select(Organisation).where(Organisation.name == "Wirkung")).all()) == rounds(1)


def wait_for(true, limit_s: float = 180.0) -> None:
    until = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)
