"""Work that comes again by itself: asked for once when it falls due, in every town, also after all workers slept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from city import clock
from city.db import city_scope, db, every_city, transaction
from city.jobs import enqueue
from city.models import City, Recurrence

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_last_due: dict[str, Callable[[datetime], datetime]] = {}  # per kind: the latest moment at which it fell due


def repeat(kind: str, every: timedelta) -> None:
    """Have a job of this kind done once in every such span of time."""
    _last_due[kind] = lambda now: _EPOCH + (now - _EPOCH) // every * every


def daily(kind: str, at: time) -> None:
    """Have a job of this kind done each day from this hour on, by the clocks of the city."""

    def last_due(now: datetime) -> datetime:
        here = clock.in_city(now)
        day = here.date() if here.time() >= at else here.date() - timedelta(days=1)
        return clock.moment_of(day, clock.elapsed_s(day, at))

    _last_due[kind] = last_due


def ask_for_due() -> int:
    """Ask for every kind that fell due and was not asked for since; how many. Opens its own transactions."""
    now = clock.now()
    with every_city():
        cities = list(db.session.scalars(select(City.id).order_by(City.id)))
        asked = {(one.city_id, one.kind): one.due_at for one in db.session.scalars(select(Recurrence))}
    due = [
        (city_id, kind, moment)
        for city_id in cities
        for kind, last_due in _last_due.items()
        if asked.get((city_id, kind), _EPOCH) < (moment := last_due(now))
    ]
    return sum(_ask_once(*one) for one in due)


def _ask_once(city_id: int, kind: str, due_at: datetime) -> bool:
    """Whether this call was the one that asked; of two workers at once the row lets one through."""
    earlier = update(Recurrence).where(Recurrence.kind == kind, Recurrence.due_at < due_at)
    with city_scope(city_id):
        try:
            with transaction():
                if not db.session.execute(earlier.values(due_at=due_at)).rowcount:  # type: ignore[attr-defined]
                    db.session.add(Recurrence(kind=kind, due_at=due_at))
                    db.session.flush()
                enqueue(kind, once_key=kind)
        except IntegrityError:
            return False
        return True
