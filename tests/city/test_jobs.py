"""A job is done exactly once, whatever dies on the way."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from city import clock, jobs
from city.crew import Crew
from city.db import city_scope, db, transaction
from city.models import City, Job, JobState, Mail, Organisation
from city.solver import Solver
from routing.message import BadInput
from tests import build

TASKS = "tests.city.solver_tasks"


@pytest.fixture
def worker(app, config, town, monkeypatch):
    monkeypatch.setattr(jobs, "_handlers", {})
    made = jobs.Worker(app, config)
    made.solver._warm = ()
    yield made
    made.solver.close()


def ask(kind="count", **values):
    with transaction():
        return jobs.enqueue(kind, **values).id


def test_the_result_and_the_end_are_kept_together(worker, town):
    """
    The handler's change and the job's state are one transaction.
    """

    def count(run):
        def keep():
            build.organisation(name="Gezählt")
            return {"number": run.payload["number"] + 1}

        return keep

    jobs.register("count", count)
    job_id = ask(number=41)

    assert worker.work_once()
    job = build.fresh(Job, job_id)
    assert (job.state, job.result, job.attempt) == (JobState.DONE, {"number": 42}, 1)


def test_a_handler_that_fails_changes_nothing_and_says_why(worker, town):
    """
    A refusal is shown with its numbers; anything else is our fault and is logged.
    """

    def refuse(run):
        def keep():
            build.organisation(name="Halb")
            raise BadInput("%(orders)d orders are too many.", orders=6000)

        return keep

    jobs.register("count", refuse)
    job_id = ask()
    worker.work_once()

    job = build.fresh(Job, job_id)
    assert (job.state, job.reason, job.reason_values) == (
        JobState.FAILED,
        "%(orders)d orders are too many.",
        {"orders": 6000},
    )
    assert db.session.scalars(db.select(Organisation)).all() == []


def test_a_dead_workers_job_is_done_by_another_and_the_dead_one_cannot_finish_it(worker, town):
    """
    The lease expires, the job is claimed again, and the late answer of the first attempt is thrown away.
    """
    kept = []

    def slow(run):
        if run.attempt == 1:  # the worker seems dead: its lease expires while it still works
            with transaction():
                db.session.execute(db.update(Job).values(lease_until=clock.now() - timedelta(seconds=1)))
            assert worker_two.work_once()

        def keep():
            kept.append(run.attempt)
            return {"attempt": run.attempt}

        return keep

    worker_two = worker
    jobs.register("count", slow)
    job_id = ask()
    worker.work_once()

    job = build.fresh(Job, job_id)
    assert kept == [2]
    assert (job.state, job.result) == (JobState.DONE, {"attempt": 2})


def test_a_poison_job_stops_after_three_attempts(worker, town):
    """
    A job that kills every worker does not do so for ever.
    """
    jobs.register("count", lambda run: dict)
    job_id = ask()
    with transaction():
        dead = {"state": JobState.RUNNING, "attempt": 3, "lease_until": clock.now() - timedelta(seconds=1)}
        db.session.execute(db.update(Job).values(**dead))

    assert not worker.work_once()
    assert build.fresh(Job, job_id).state == JobState.FAILED


def test_cancel_ends_a_running_search_and_keeps_nothing(worker, town, app):
    """
    The person presses cancel while the solver searches.
    """

    def search(run):
        run.solve(f"{TASKS}:until_enough", limit_s=60)
        return dict

    jobs.register("count", search)
    job_id = ask()
    thread = run_in_thread(app, worker)
    wait_for(lambda: build.fresh(Job, job_id, town.id).progress)
    with transaction():
        jobs.ask_to_cancel(db.session.scalar(db.select(Job)))
    thread.join(timeout=60)

    assert build.fresh(Job, job_id).state == JobState.CANCELLED


def test_good_enough_keeps_the_best_so_far(worker, town, app):
    """
    "Good enough – use it" ends the search and keeps its answer.
    """

    def search(run):
        found = run.solve(f"{TASKS}:until_enough", limit_s=60)
        return lambda: {"found": found}

    jobs.register("count", search)
    job_id = ask()
    thread = run_in_thread(app, worker)
    wait_for(lambda: build.fresh(Job, job_id, town.id).progress)
    with transaction():
        jobs.ask_to_accept(db.session.scalar(db.select(Job)))
    thread.join(timeout=60)

    job = build.fresh(Job, job_id)
    assert (job.state, job.result) == (JobState.DONE, {"found": "enough"})


def test_the_same_wish_twice_is_one_job(worker, town):
    """
    Ten bookings in a row ask for one new plan, not for ten.
    """
    jobs.register("count", lambda run: dict)

    assert ask(once_key="plan 7") == ask(once_key="plan 7")
    assert ask(once_key="plan 7") != ask(once_key="plan 8")


def test_a_job_of_a_rolled_back_deed_is_never_done(worker, town):
    """
    The wish belongs to the caller's transaction.
    """
    jobs.register("count", lambda run: dict)
    with pytest.raises(ZeroDivisionError), transaction():
        jobs.enqueue("count")
        raise ZeroDivisionError

    assert not worker.work_once()


def test_mail_goes_out_once(worker, town, config):
    """
    The outbox row becomes one file in the demo's mail folder.
    """
    build.keep(
        Mail(recipient="a@example.org", subject="Ja", text="Grüße", queued_at=clock.now(), next_try_at=clock.now())
    )
    worker.work_once()
    worker.work_once()

    assert [path.name for path in (config.data_dir / "mail").glob("*.eml")] == ["000001.eml"]


def run_in_thread(app, worker):
    def work():
        with app.app_context():
            worker.work_once()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def wait_for(true, limit_s=60.0):
    until = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


def test_a_job_belongs_to_its_city(worker, town):
    """
    The handler sees the rows of the city that asked, and no others.
    """
    other = build.keep(City(slug="other", name="Andernort"))
    build.organisation(name="Unsere")
    seen = []
    jobs.register("count", lambda run: seen.extend(db.session.scalars(db.select(Organisation.name))) or dict)
    with city_scope(other.id):
        build.organisation(name="Ihre")
        ask()
    worker.work_once()

    assert seen == ["Ihre"]


@pytest.fixture
def long_and_short(worker):
    """A job that takes until it is let go, and one that somebody waits for; set the event to let the long one go."""
    let_go = threading.Event()

    def long(run):
        assert let_go.wait(60)
        return dict

    jobs.register("long", long)
    jobs.register("short", lambda run: dict, soon=True)
    yield let_go
    let_go.set()


def state_of(job_id):
    db.session.rollback()
    return build.fresh(Job, job_id).state


def waited_for(job_id, state, seconds=90.0):
    ends = time.monotonic() + seconds
    while state_of(job_id) is not state and time.monotonic() < ends:
        time.sleep(0.02)
    return state_of(job_id) is state


def test_what_somebody_waits_for_does_not_stand_behind_a_long_search(app, config, long_and_short):
    crew = Crew(app, config, planner=Solver(()), searcher=Solver(()))
    crew.start()
    try:
        long = ask("long")
        assert waited_for(long, JobState.RUNNING)
        short = ask("short")

        assert waited_for(short, JobState.DONE)
        assert state_of(long) is JobState.RUNNING
    finally:
        long_and_short.set()
        crew.stop()
    assert state_of(long) is JobState.DONE


def test_with_one_worker_it_would_stand_there(app, config, long_and_short):
    """The control: the test above can fail."""
    alone = jobs.Worker(app, config, solver=Solver(()))
    alone.start()
    try:
        long = ask("long")
        assert waited_for(long, JobState.RUNNING)
        short = ask("short")

        assert not waited_for(short, JobState.DONE, seconds=1.5)
    finally:
        long_and_short.set()
        alone.stop()
        alone.solver.close()
