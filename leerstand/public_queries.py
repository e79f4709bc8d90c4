"""What the public may read: free shops as far as their owners agree, and how much of the centre stands empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from city.db import db
from city.kept import until_changed
from city.messages import NotFound
from leerstand import reading
from leerstand.kinds import Visibility
from leerstand.models import Consent, StreetAxis, Unit, UnitPhoto
from leerstand.publishing import PublicVacancy, Scopes, published, releases
from leerstand.queries import WITH_SPELLS, reserved_units
from leerstand.register_queries import is_status, now_in
from leerstand.situation import Status
from leerstand.street_picture import Street, streets

HOUSES_OF_ORNAMENT = 60  # enough for the row of houses above the page


@dataclass(frozen=True)
class PublicFilter:
    """What somebody looks for among the free shops; sizes are known only of rooms that are released."""

    least_m2: int | None = None
    most_m2: int | None = None
    step_free: bool = False
    now: bool = False


def released() -> Callable[[Unit], Scopes]:
    """What owners allow at this moment; asked anew by everything that leaves the house."""
    query = select(Consent.owner_id, Consent.unit_id, Consent.scope).where(Consent.withdrawn_at.is_(None))
    return releases((row[0], row[1], row[2]) for row in db.session.execute(query))


def public_vacancies(wanted: PublicFilter, today: date) -> list[PublicVacancy]:
    """The free shops, each reduced to what its owner lets the public see, those with an address first."""
    rows = until_changed(("shown", today), lambda: _shown(today))
    allowed, asked_about = released(), reserved_units()
    free = [unit for unit in rows if unit.id not in asked_about]
    shown = [vacancy for unit in free if (vacancy := published(unit, today, allowed(unit))) is not None]
    return sorted((v for v in shown if _is_wanted(v, wanted, today)), key=lambda vacancy: not vacancy.exact)


def _shown(today: date) -> tuple[Unit, ...]:
    """The empty shops that the city shows."""
    now = now_in(today)
    query = select(*reading.every_column()).join(now.spell, now.is_it)
    query = query.where(is_status(Status.VACANCY, now), Unit.visibility != Visibility.INTERNAL)
    query = query.outerjoin(StreetAxis, Unit.axis_id == StreetAxis.id)
    return tuple(reading.units(query.order_by(StreetAxis.rank, Unit.street, Unit.position_m, Unit.id), today))


def _is_wanted(vacancy: PublicVacancy, wanted: PublicFilter, today: date) -> bool:
    area_m2 = vacancy.area_m2
    return (
        (wanted.least_m2 is None or (area_m2 is not None and area_m2 >= wanted.least_m2))
        and (wanted.most_m2 is None or (area_m2 is not None and area_m2 <= wanted.most_m2))
        and (bool(vacancy.step_free) or not wanted.step_free)
        and (vacancy.free_from <= today or not wanted.now)
    )


def public_vacancy(unit_id: int, today: date) -> PublicVacancy:
    """One free shop as the public sees it; one that is not to be seen is not found."""
    unit = db.session.scalar(select(Unit).where(Unit.id == unit_id).options(selectinload(Unit.spells)))
    found = None
    if unit is not None and unit.id not in reserved_units():
        found = published(unit, today, released()(unit))
    if found is None:
        raise NotFound("This shop is not on offer. It may have been let in the meantime.")
    return found


def public_photo(unit_id: int, today: date) -> UnitPhoto:
    """The newest picture of the front of a free shop whose owner has released it. Any other is not found."""
    found = photo_of(public_vacancy(unit_id, today))
    if found is None:
        raise NotFound("There is no picture of this shop.")
    return found


def photo_of(vacancy: PublicVacancy) -> UnitPhoto | None:
    """The newest picture of the front without people, if the owner has released it."""
    if not vacancy.shows_photo:
        return None
    query = select(UnitPhoto).where(UnitPhoto.unit_id == vacancy.unit_id, UnitPhoto.front_without_people)
    return db.session.scalar(query.order_by(UnitPhoto.id.desc()).limit(1))


def first_streets(today: date) -> tuple[Street, ...]:
    """The first streets of the town, as many as the ornament of the public page needs."""
    axes = select(StreetAxis.id).join(Unit, Unit.axis_id == StreetAxis.id).group_by(StreetAxis.id)
    axes = axes.order_by(StreetAxis.rank, StreetAxis.id).limit(4)
    query = select(Unit).options(*WITH_SPELLS, joinedload(Unit.axis)).where(Unit.axis_id.in_(axes))
    rows = db.session.scalars(query.order_by(Unit.axis_id, Unit.position_m, Unit.id).limit(HOUSES_OF_ORNAMENT))
    return streets(list(rows), today)
