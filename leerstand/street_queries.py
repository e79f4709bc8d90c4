"""The streets house by house, read as plain rows: thousands of shops in a tenth of a second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from city.db import db
from city.kept import until_changed
from leerstand import figure_queries, street_picture
from leerstand.figures import arrays, perforation, rates
from leerstand.figures.rates import Rates
from leerstand.kinds import Floor, Side
from leerstand.models import Unit
from leerstand.register_queries import now_in, status_column
from leerstand.situation import Status
from leerstand.street_picture import Street


@dataclass(frozen=True, slots=True)
class Front:
    """What a picture of a street needs of a shop."""

    id: int
    housenumber: str
    side: Side
    frontage_m: float


@dataclass(frozen=True, slots=True)
class TownOnADay:
    """How the streets stand: each house by house, and the rates and the perforation of all together."""

    streets: tuple[Street, ...]
    rates: Rates
    perforation_percent: float | None


def town_on(day: date) -> TownOnADay:
    """Everything that the workplace shows of the streets, in three questions to the database."""
    found = figure_queries.on_day(day)
    then = arrays.on(found.whole, day)
    index = perforation.index(found.whole, then)
    return TownOnADay(
        street_picture.pictures(found.whole, found.axes, until_changed(("fronts", day), lambda: _fronts(day)), day),
        rates.rates(found.whole, then),
        None if index is None else 100 * index,
    )


def _fronts(day: date) -> dict[int, tuple[Front, Status]]:
    now = now_in(day)
    query = select(Unit.id, Unit.housenumber, Unit.side, Unit.frontage_m, status_column(now))
    query = query.outerjoin(now.spell, now.is_it).outerjoin(now.after, now.follows)
    rows = db.session.execute(query.where(Unit.floor == Floor.GROUND, Unit.counts_as_stock))
    return {row[0]: (Front(row[0], row[1], row[2], row[3]), Status(row[4])) for row in rows}
