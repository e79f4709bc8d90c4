"""Shops that are only read: thousands of them as plain objects, many times quicker than as rows that can be changed.

They answer like :class:`leerstand.models.Unit` for rules, situations and what the public sees. Their spells are those
that run on the day or begin later; who was there before is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import String, inspect, or_, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import InstrumentedAttribute

from city.db import db
from city.kept import until_changed
from leerstand.models import Occupancy, Unit
from leerstand.situation import Situation, situations

OF_SPELLS = (
    *(Occupancy.unit_id, Occupancy.kind, Occupancy.category, Occupancy.use_type, Occupancy.starts, Occupancy.ends),
    *(Occupancy.stage, Occupancy.threat),
)
NONE = "[]"  # as the column holds an empty list
OF_SITUATIONS = (
    *(Unit.id, Unit.axis_id, Unit.position_m, Unit.side, Unit.floor, Unit.frontage_m, Unit.street, Unit.housenumber),
    *(Unit.available_from, Unit.available_until, Unit.counts_as_stock),
)


class ReadUnit:
    """A shop; what is computed of a row is computed of it in the same way."""

    address = Unit.__dict__["address"]
    point = Unit.__dict__["point"]
    cargo_bike_ready = Unit.__dict__["cargo_bike_ready"]
    rent_cents_month = Unit.__dict__["rent_cents_month"]
    rent_unknown = Unit.__dict__["rent_unknown"]

    def __init__(self, names: Sequence[str], values: Iterable[Any]) -> None:
        self.__dict__.update(zip(names, values, strict=True))
        self.spells: list[Occupancy] = []


class ReadSpell:
    """Who is in a shop."""

    active = Occupancy.__dict__["active"]
    shares: Sequence[dict[str, Any]] = ()  # set where there are any: reading the column of all takes a fifth longer

    def __init__(self, names: Sequence[str], values: Iterable[Any]) -> None:
        self.__dict__.update(zip(names, values, strict=True))


def every_column() -> tuple[InstrumentedAttribute[Any], ...]:
    """All that a row of a shop holds."""
    return tuple(getattr(Unit, column.key) for column in inspect(Unit).column_attrs)


def units(query: Any, today: date) -> list[Unit]:
    """The shops of a query that names their columns, with their spells from this day on."""
    found = _rows(query)
    by_id = {unit.__dict__["id"]: unit for unit in found}
    not_over = or_(Occupancy.ends.is_(None), Occupancy.ends > today)
    rows = db.session.execute(select(*OF_SPELLS).where(not_over).order_by(Occupancy.unit_id, Occupancy.starts))
    names = list(rows.keys())
    for row in rows:
        if (unit := by_id.get(row[0])) is not None:
            unit.spells.append(cast(Occupancy, ReadSpell(names, row)))
    _add_shares(by_id, not_over)
    return cast(list[Unit], found)


def _add_shares(by_id: Mapping[int, ReadUnit], which: Any) -> None:
    asked = select(Occupancy.unit_id, Occupancy.starts, Occupancy.shares)
    for unit_id, starts, shares in db.session.execute(asked.where(which, sql_cast(Occupancy.shares, String) != NONE)):
        for spell in by_id[unit_id].spells if unit_id in by_id else ():
            if spell.starts == starts:
                spell.shares = shares


def _rows(query: Any) -> list[ReadUnit]:
    rows = db.session.execute(query)
    names = list(rows.keys())
    return [ReadUnit(names, row) for row in rows]


def free_units(today: date, neighbour_distance_m: int) -> tuple[Sequence[Unit], Mapping[int, Situation]]:
    """The shops that can be given away, street by street, and the situation of each; kept until the stock changes."""
    asked = ("free", today, neighbour_distance_m)
    return until_changed(asked, lambda: _free_units(today, neighbour_distance_m))


def _free_units(today: date, neighbour_distance_m: int) -> tuple[tuple[Unit, ...], dict[int, Situation]]:
    town = units(select(*OF_SITUATIONS), today)
    places, spells = situations(town, today, neighbour_distance_m), {unit.id: unit.spells for unit in town}
    query = select(*every_column()).where(Unit.id.in_(list(places)))
    found = _rows(query.order_by(Unit.street, Unit.position_m, Unit.id))
    for unit in found:
        unit.spells = spells[unit.__dict__["id"]]
    return tuple(cast(list[Unit], found)), places
