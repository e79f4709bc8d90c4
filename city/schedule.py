"""Work that comes again by itself: kinds of jobs, and how often each town needs them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from city import clock
from city.db import city_scope, db, every_city, transaction
from city.jobs import enqueue
from city.models import City, Job

_repeated: dict[str, timedelta] = {}


def repeat(kind: str, every: timedelta) -> None:
    """Have a job of this kind done again and again in every town. Called once per kind by the app."""
    _repeated[kind] = every


def ask_for_due() -> int:
    """Ask for every kind whose last job is too long ago; how many were asked for. Opens its own transactions."""
    with every_city():
        cities = list(db.session.scalars(select(City.id).order_by(City.id)))
        newest = {
            (city_id, kind): queued
            for city_id, kind, queued in db.session.execute(
                select(Job.city_id, Job.kind, func.max(Job.queued_at))
                .where(Job.kind.in_(_repeated))
                .group_by(Job.city_id, Job.kind)
            )
        }
    due = [
        (city_id, kind)
        for city_id in cities
        for kind, every in _repeated.items()
        if (before := newest.get((city_id, kind))) is None or before <= clock.now() - every
    ]
    for city_id, kind in due:
        with city_scope(city_id), transaction():
            enqueue(kind, once_key=kind)
    return len(due)
