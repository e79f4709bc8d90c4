"""Pictures of shops are added and deleted."""

from __future__ import annotations

from city import audit, clock, files
from city.db import db
from city.pictures import Picture
from leerstand import queries
from leerstand.models import UnitPhoto


def add(unit_id: int, picture: Picture, *, caption: str, front_without_people: bool) -> UnitPhoto:
    """Keep a picture of a shop."""
    queries.unit(unit_id)
    kept = files.keep(picture)
    photo = UnitPhoto(
        unit_id=unit_id,
        file_id=kept.id,
        caption=caption,
        front_without_people=front_without_people,
        taken_on=clock.today(),
    )
    db.session.add(photo)
    audit.record("photo added", "unit", unit_id)
    return photo


def remove(unit_id: int, photo_id: int) -> None:
    """Delete a picture and its file."""
    photo = queries.photo(unit_id, photo_id)
    stored = photo.file
    db.session.delete(photo)
    db.session.flush()
    files.remove(stored)
    audit.record("photo removed", "unit", unit_id)
