"""The streets house by house, read as plain rows: thousands of shops in a tenth of a second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import select

from city.db import db
from leerstand.indicators import House, Street
from leerstand.kinds import Floor, Side
from leerstand.models import StreetAxis, Unit
from leerstand.register_queries import now_in, status_column
from leerstand.situation import Status

ALIVE = frozenset({Status.OCCUPIED, Status.THREATENED, Status.INTERIM, Status.HUB})
DEAD = frozenset({Status.VACANCY, Status.WORKS, Status.CONVERTED, Status.CLOSED})  # the rest nobody knows


@dataclass(frozen=True, slots=True)
class Front:
    """What a picture of a street needs of a shop; stands in for the whole row."""

    id: int
    housenumber: str
    side: Side
    position_m: int
    frontage_m: float
    grade: int
    status: Status


def streets(day: date) -> tuple[Street, ...]:
    """Every street with its shops at street level, core first: like :func:`leerstand.indicators.streets`."""
    now = now_in(day)
    columns = (Unit.id, Unit.housenumber, Unit.side, Unit.position_m, Unit.frontage_m, Unit.grade)
    query = select(Unit.axis_id, *columns, status_column(now)).where(Unit.floor == Floor.GROUND)
    query = query.outerjoin(now.spell, now.is_it).outerjoin(now.after, now.follows)
    rows: dict[int | None, list[Front]] = {}
    for row in db.session.execute(query.order_by(Unit.axis_id, Unit.position_m, Unit.id)):
        axis_id, *values, said = row
        given: list[Any] = [*values, Status(said)]
        rows.setdefault(axis_id, []).append(Front(*given))
    axes = db.session.scalars(select(StreetAxis).order_by(StreetAxis.rank, StreetAxis.name))
    return tuple(_street(axis, rows[axis.id]) for axis in axes if axis.id in rows)


def _street(axis: StreetAxis, fronts: list[Front]) -> Street:
    edge_m = max((front.position_m for front in fronts if front.status in ALIVE), default=None)
    return Street(axis, tuple(_house(front, edge_m) for front in fronts), edge_m)


def _house(front: Front, edge_m: int | None) -> House:
    inside = edge_m is not None and front.position_m <= edge_m
    unit = cast(Unit, front)  # it has all that pictures and sums read
    return House(unit, front.status, hole=inside and front.status in DEAD, retreat=not inside)
