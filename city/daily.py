"""Daily work: asked for once a day and city by whichever worker comes first after its hour, also when it was asleep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from time import monotonic

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from city import clock
from city.db import city_scope, db, every_city, transaction
from city.models import City, DailyRun

LOOK_EVERY_S = 60.0
Ask = Callable[[str], None]

_daily: dict[str, time] = {}
_looked = [-LOOK_EVERY_S]


def register(kind: str, at: time) -> None:
    """A kind of job that is wanted each day from this hour on, by the clocks of the city."""
    _daily[kind] = at


def ask_for_due_work(ask: Ask | None = None) -> None:
    """Ask for what is due and was not asked for today; looks at most once a minute."""
    if monotonic() - _looked[0] < LOOK_EVERY_S:
        return
    _looked[0] = monotonic()
    ask_now(ask)


def ask_now(ask: Ask | None = None) -> int:
    """Ask for what is due and was not asked for today; how many jobs that makes."""
    now = clock.in_city(clock.now())
    due = [kind for kind, at in _daily.items() if now.time() >= at]
    if not due:
        return 0
    with every_city():
        cities = list(db.session.scalars(select(City.id)))
    return sum(_ask_once(city_id, kind, ask or _enqueue) for city_id in cities for kind in due)


def _enqueue(kind: str) -> None:
    from city import jobs  # jobs looks here for due work

    jobs.enqueue(kind)


def _ask_once(city_id: int, kind: str, ask: Ask) -> bool:
    """Whether this call was the first of the day; of two workers at once the constraint lets one through."""
    with city_scope(city_id):
        day = clock.today()
        asked = select(DailyRun.id).where(DailyRun.kind == kind, DailyRun.day == day)
        if db.session.scalar(asked) is not None:
            db.session.rollback()
            return False
        try:
            with transaction():
                db.session.add(DailyRun(kind=kind, day=day))
                db.session.flush()
                ask(kind)
        except IntegrityError:
            return False
        return True
