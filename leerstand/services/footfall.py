"""Deeds on footfall: a file of counts is looked at first, then kept as a whole or not at all."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import delete, select

from city import audit, clock
from city.db import db
from city.messages import Conflict, NotFound
from city.models import Account
from leerstand import footfall_csv
from leerstand.footfall_csv import Counts
from leerstand.footfall_models import FootfallCounter, FootfallFile, FootfallHour
from leerstand.models import StreetAxis

FILE_KEPT = timedelta(days=1)


def look_at(name: str, content: bytes, *, by: Account) -> FootfallFile:
    """Keep a file until somebody says yes to it. Raises BadInput where it is no table of counts."""
    footfall_csv.read(content)
    db.session.execute(delete(FootfallFile).where(FootfallFile.uploaded_at < clock.now() - FILE_KEPT))
    file = FootfallFile(name=name[:120], content=content, account_id=by.id, uploaded_at=clock.now())
    db.session.add(file)
    db.session.flush()
    return file


def waiting_file(file_id: int) -> FootfallFile:
    """A file that waits for a yes."""
    found = db.session.scalar(select(FootfallFile).where(FootfallFile.id == file_id))
    if found is None:
        raise NotFound("This file no longer waits. Please send it again.")
    return found


def take_in(file_id: int) -> Counts:
    """Keep the counts of a file; hours that were known are replaced. Raises Conflict while lines cannot be read."""
    file = waiting_file(file_id)
    counts = footfall_csv.read(file.content)
    if counts.errors:
        raise Conflict("Some lines cannot be read. Please correct the file and send it again; nothing was kept.")
    for place in counts.places:
        _replace(_counter(place), {(d, h): n for (name, d, h), n in counts.hours.items() if name == place})
    db.session.delete(file)
    audit.record("footfall taken in", "footfall_counter", None, places=len(counts.places), hours=len(counts.hours))
    return counts


def _counter(name: str) -> FootfallCounter:
    """The counting place of this name; a new one belongs to the street whose name its own contains."""
    found = db.session.scalar(select(FootfallCounter).where(FootfallCounter.name == name))
    if found is None:
        axes = db.session.scalars(select(StreetAxis).order_by(StreetAxis.rank))
        axis = next((axis for axis in axes if axis.name.casefold() in name.casefold()), None)
        found = FootfallCounter(name=name, axis_id=axis.id if axis else None)
        db.session.add(found)
        db.session.flush()
    return found


def _replace(counter: FootfallCounter, hours: dict[tuple[date, int], int]) -> None:
    days = {day for day, _ in hours}
    known = select(FootfallHour).where(
        FootfallHour.counter_id == counter.id, FootfallHour.day >= min(days), FootfallHour.day <= max(days)
    )
    for row in db.session.scalars(known):
        if (row.day, row.hour) in hours:
            row.persons = hours.pop((row.day, row.hour))
    db.session.add_all(
        FootfallHour(counter_id=counter.id, day=day, hour=hour, persons=persons)
        for (day, hour), persons in hours.items()
    )
