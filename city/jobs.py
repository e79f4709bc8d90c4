"""Work in the background. The job row is the truth; workers claim it, renew their lease, and finish it exactly once."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from time import monotonic
from typing import Any, cast
from weakref import WeakSet

from flask import Flask
from sqlalchemy import CursorResult, Update, and_, event, or_, select, true, update
from sqlalchemy.orm import Session

from city import clock, outbox
from city.config import Config
from city.db import city_scope, db, every_city, transaction
from city.messages import DomainError
from city.models import Job, JobState, WorkerBeat
from city.solver import Solver, SolverFailed, SolverStopped
from routing.message import N_, BadInput

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
LOOK_EVERY_S = 1.0  # how often an idle worker looks at the table, should nobody wake it
PROGRESS_EVERY_S = 0.4
BEAT_EVERY_S = 10.0
DUE_EVERY_S = 60.0  # how often the worker looks for work that comes again
BEAT_STALE = timedelta(seconds=35)
MAX_ATTEMPTS = 3
WORKER_DIED = N_("The computation broke off %(attempts)d times. Please try again; if it happens again, tell the city.")
FAILED = N_("The computation failed. Nothing was changed. The fault is ours and has been written down.")

Keep = Callable[[], dict[str, Any]]
Handler = Callable[["Run"], Keep]

_handlers: dict[str, Handler] = {}
_soon: set[str] = set()
_bells: WeakSet[threading.Event] = WeakSet()
_ENQUEUED = "job_enqueued"


def register(kind: str, handler: Handler, *, soon: bool = False) -> None:
    """Say who does the jobs of a kind. Called once per kind by the app.

    ``soon``: somebody waits for it within seconds, so it must not stand behind long computations.
    """
    _handlers[kind] = handler
    _soon.discard(kind)
    if soon:
        _soon.add(kind)


def enqueue(
    kind: str, *, account_id: int | None = None, once_key: str | None = None, shown_at: str = "", **payload: Any
) -> Job:
    """Ask for work, in the caller's transaction; a worker sees it once that is kept.

    With ``once_key`` a job of that key that still waits serves this caller too.
    ``shown_at`` is the page that will show what came of it.
    """
    if kind not in _handlers:
        raise ValueError(f"nobody does jobs of the kind {kind!r}")
    if once_key is not None:
        waiting = select(Job).where(Job.once_key == once_key, Job.state == JobState.QUEUED, Job.cancel_asked.is_(False))
        if (found := db.session.scalar(waiting)) is not None:
            return found
    job = Job(
        kind=kind,
        payload=payload,
        once_key=once_key,
        account_id=account_id,
        state=JobState.QUEUED,
        attempt=0,
        cancel_asked=False,
        accept_asked=False,
        queued_at=clock.now(),
        progress={},
        result={},
        reason="",
        reason_values={},
        shown_at=shown_at,
    )
    db.session.add(job)
    db.session.flush()
    db.session.info[_ENQUEUED] = True
    return job


def ask_to_cancel(job: Job) -> None:
    """Stop a job: at once when it waits, within a moment when it runs. What was kept before stays."""
    job.cancel_asked = True
    if job.state == JobState.QUEUED:
        job.state, job.finished_at = JobState.CANCELLED, clock.now()


def ask_to_accept(job: Job) -> None:
    """Good enough: let the solver end its search and keep the best it has."""
    job.accept_asked = True


@event.listens_for(Session, "after_commit")
def _wake_worker(session: Session) -> None:
    if session.info.pop(_ENQUEUED, False):
        for bell in _bells:
            bell.set()


class Run:
    """One attempt at one job, as its handler sees it."""

    def __init__(self, job: Job, solver: Solver) -> None:
        self.job_id, self.attempt = job.id, job.attempt
        self.payload, self.account_id = dict(job.payload), job.account_id
        self._solver = solver
        self._told = 0.0
        self._cancelled = self._enough = False

    def tell(self, **progress: Any) -> None:
        """Show on the page how far it is, and renew the lease."""
        self._look(progress)

    def solve(self, path: str, **arguments: Any) -> Any:
        """Run ``module:function`` in the solver process, with progress, cancel and "good enough"."""

        def on_progress(state: Any) -> None:
            if monotonic() - self._told > PROGRESS_EVERY_S:
                self._look(asdict(state))

        def should_stop() -> bool:
            if monotonic() - self._told > PROGRESS_EVERY_S:
                self._look(None)
            return self._cancelled

        return self._solver.ask(
            path, arguments, on_progress=on_progress, should_stop=should_stop, good_enough=lambda: self._enough
        )

    def _look(self, progress: dict[str, Any] | None) -> None:
        self._told = monotonic()
        values: dict[str, Any] = {"lease_until": clock.now() + LEASE}
        if progress is not None:
            values["progress"] = progress
        with transaction():
            mine = and_(Job.id == self.job_id, Job.attempt == self.attempt, Job.state == JobState.RUNNING)
            if _rows(update(Job).where(mine).values(**values)) != 1:
                raise SolverStopped
            asked = db.session.execute(select(Job.cancel_asked, Job.accept_asked).where(mine)).one()
        self._cancelled, self._enough = bool(asked[0]), bool(asked[1])
        if self._cancelled:
            raise SolverStopped


class Worker(threading.Thread):
    """Takes jobs one after the other and sends the mail; as a thread beside the server, or alone in its process.

    ``warm_up`` loads once, before the first job, what jobs would wait for. With ``soon`` it does only the kinds that
    somebody waits for, without it all others and the mail; with None everything.
    """

    when_due: Callable[[], object] = staticmethod(lambda: None)  # asks for work that comes again; the app says which

    def __init__(
        self,
        app: Flask,
        config: Config,
        warm_up: Callable[[], None] = lambda: None,
        *,
        solver: Solver | None = None,
        soon: bool | None = None,
    ) -> None:
        super().__init__(name="worker", daemon=True)
        self._soon_only = soon
        self._bell = threading.Event()
        _bells.add(self._bell)
        self.app, self.config, self._warm_up = app, config, warm_up
        self.solver, self._solver_is_mine = solver or Solver(), solver is None
        self._stop_asked = threading.Event()
        self._beat = -BEAT_EVERY_S
        self._asked_for_due = -DUE_EVERY_S

    def run(self) -> None:
        """Work until asked to stop."""
        self.solver.start()
        with self.app.app_context():
            self._tell_alive()
            try:
                self._warm_up()
            except Exception:
                log.exception("warm-up failed")
        while not self._stop_asked.is_set():
            try:
                with self.app.app_context():
                    self._ask_for_due()
                    busy = self.work_once()
            except Exception:
                log.exception("worker stumbled")
                busy = False
            if not busy:
                self._bell.wait(LOOK_EVERY_S)
                self._bell.clear()

    def _ask_for_due(self) -> None:
        if not self._soon_only and monotonic() - self._asked_for_due >= DUE_EVERY_S:
            self._asked_for_due = monotonic()
            self.when_due()

    def stop(self) -> None:
        """Ask the worker to end after the job in hand, and end the solver process unless somebody else brought it."""
        self._stop_asked.set()
        self._bell.set()
        self.join(timeout=10)
        if self._solver_is_mine:
            self.solver.close()

    def work_once(self) -> bool:
        """Send due mail and do one job; False when there was none."""
        self._tell_alive()
        if not self._soon_only:
            outbox.deliver_due(self.config)
        job = _claim(self._soon_only)
        if job is None:
            return False
        with city_scope(job.city_id):
            _do(job, self.solver)
        return True

    def _tell_alive(self) -> None:
        if monotonic() - self._beat < BEAT_EVERY_S:
            return
        self._beat = monotonic()
        name = f"{socket.gethostname()}-{os.getpid()}{'-soon' if self._soon_only else ''}"
        with transaction():
            beat = db.session.scalar(select(WorkerBeat).where(WorkerBeat.name == name))
            if beat is None:
                db.session.add(WorkerBeat(name=name, seen_at=clock.now()))
            else:
                beat.seen_at = clock.now()


def worker_is_alive() -> bool:
    """Whether any worker has given a sign of life lately."""
    newest = db.session.scalar(select(WorkerBeat.seen_at).order_by(WorkerBeat.seen_at.desc()).limit(1))
    return newest is not None and newest > clock.now() - BEAT_STALE


def _claim(soon: bool | None) -> Job | None:
    """Take the oldest job that waits or whose worker has died; give up on those that broke off too often."""
    mine = true() if soon is None else Job.kind.in_(_soon) if soon else Job.kind.not_in(_soon)
    now = clock.now()
    dead = and_(Job.state == JobState.RUNNING, Job.lease_until < now)
    with every_city(), transaction():
        gone = {"state": JobState.FAILED, "reason": WORKER_DIED, "reason_values": {"attempts": MAX_ATTEMPTS}}
        db.session.execute(update(Job).where(dead, Job.attempt >= MAX_ATTEMPTS).values(finished_at=now, **gone))
        query = select(Job).where(mine, or_(Job.state == JobState.QUEUED, dead)).order_by(Job.queued_at, Job.id)
        job = db.session.scalar(query.limit(1).with_for_update(skip_locked=True))
        if job is None:
            return None
        job.state, job.attempt = JobState.RUNNING, job.attempt + 1
        job.started_at, job.lease_until = now, now + LEASE
    db.session.expunge(job)
    return job


def _do(job: Job, solver: Solver) -> None:
    """Let the handler work, then keep its result and the job's end in one transaction."""
    run = Run(job, solver)
    try:
        keep = _handlers[job.kind](run)
        db.session.rollback()
        with transaction():
            mine = and_(Job.id == run.job_id, Job.attempt == run.attempt, Job.state == JobState.RUNNING)
            open_ = and_(mine, Job.cancel_asked.is_(False))
            if _rows(update(Job).where(open_).values(lease_until=clock.now() + LEASE)) != 1:
                raise SolverStopped
            result = keep()
            done = update(Job).where(mine).values(state=JobState.DONE, result=result, finished_at=clock.now())
            db.session.execute(done)
    except SolverStopped:
        _end(run, JobState.CANCELLED)
    except (BadInput, DomainError) as refusal:
        _end(run, JobState.FAILED, refusal.message.text, dict(refusal.message.values))
    except SolverFailed as failure:
        log.error("solver failed: %s", failure, extra={"job": run.job_id})
        _end(run, JobState.FAILED, FAILED)
    except Exception:
        log.exception("job failed", extra={"job": run.job_id})
        _end(run, JobState.FAILED, FAILED)


def _end(run: Run, state: JobState, reason: str = "", values: dict[str, Any] | None = None) -> None:
    db.session.rollback()
    with transaction():
        mine = and_(Job.id == run.job_id, Job.attempt == run.attempt, Job.state == JobState.RUNNING)
        end = {"state": state, "reason": reason, "finished_at": clock.now()}
        db.session.execute(update(Job).where(mine).values(reason_values=_plain(values or {}), **end))


def _rows(statement: Update) -> int:
    """Change rows; how many there were."""
    return cast(CursorResult[Any], db.session.execute(statement)).rowcount


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON can keep them."""
    return {
        name: value if isinstance(value, int | float | str | bool) else str(value) for name, value in values.items()
    }
