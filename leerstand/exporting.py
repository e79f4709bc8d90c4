"""What leaves the register as a file: the stock for the city, free shops for all. No owners or tenants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from city.db import db
from leerstand import labels, queries
from leerstand.exchange.columns import BY_KEY
from leerstand.exchange.writing import box, point
from leerstand.models import Unit
from leerstand.models.stock import rent_is_unknown
from leerstand.publishing import PublicVacancy
from leerstand.register_queries import StockFilter, ids_of, now_in

INTERNAL_ONLY = ("tenant", "category", "reason", "owner")
OUT = tuple(column for column in BY_KEY.values() if column.key not in INTERNAL_ONLY)
WORDS: dict[str, Any] = {
    "spell": labels.SPELL_LABELS,
    "kind": labels.KIND_LABELS,
    "floor": labels.FLOOR_LABELS,
    "condition": labels.CONDITION_LABELS,
    "ring": labels.RING_LABELS,
    "baunvo_zone": labels.ZONE_LABELS,
    "heritage": labels.HERITAGE_LABELS,
}
PUBLIC_HEAD = (
    *("nr", "ring", "strasse", "hausnummer", "schild", "lat", "lon", "flaeche_m2", "front_m", "stufenlos"),
    *("miete_eur_m2", "frei_ab", "frei_bis", "zelle_sued", "zelle_west", "zelle_nord", "zelle_ost"),
)


def stock_table(wanted: StockFilter, day: date) -> list[list[Any]]:
    """One row for each shop that fits a filter, in the columns of ``OUT``; it can be brought in again."""
    now = now_in(day)
    columns = [column.key for column in OUT if column.key not in ("spell", "since")]
    query = select(*(getattr(Unit, key) for key in columns), now.spell.kind, now.spell.starts, Unit.invented)
    query = query.outerjoin(now.spell, now.is_it).where(Unit.id.in_(ids_of(wanted, day)))
    grades = queries.grades()
    found = db.session.execute(query.order_by(Unit.street, Unit.position_m, Unit.id)).all()
    return [_said(dict(zip((*columns, "spell", "since", "invented"), row, strict=True)), grades) for row in found]


def _said(values: dict[str, Any], grades: dict[int, str]) -> list[Any]:
    values["grade"] = grades.get(values["grade"], "")
    unknown = rent_is_unknown(values["rent_cents_m2"], values["invented"])
    values["rent_cents_m2"] = None if unknown else values["rent_cents_m2"] / 100
    for key, words in WORDS.items():
        values[key] = gettext(words[values[key]]) if values[key] is not None else None
    return [values[column.key] for column in OUT]


def stock_features(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The same rows as features."""
    keys = [column.key for column in OUT]
    for row in rows:
        values = dict(zip(keys, row, strict=True))
        yield point(values.pop("lat"), values.pop("lon")), values


def public_row(vacancy: PublicVacancy) -> list[Any]:
    """A free shop in the columns of ``PUBLIC_HEAD``; what is not released is empty."""
    lat, lon = vacancy.point or (None, None)
    cell: Iterable[Any] = (None,) * 4
    if vacancy.cell is not None:
        (south, west), (north, east) = vacancy.cell
        cell = (south, west, north, east)
    rent = None if vacancy.rent_cents_m2 is None else vacancy.rent_cents_m2 / 100
    return [vacancy.unit_id, vacancy.ring.value, vacancy.street, vacancy.housenumber, vacancy.name, lat, lon,
            vacancy.area_m2, vacancy.frontage_m, vacancy.step_free, rent, vacancy.free_from, vacancy.free_until,
            *cell]  # fmt: skip


def public_feature(vacancy: PublicVacancy) -> tuple[dict[str, Any], dict[str, Any]]:
    """A free shop as a feature: a point where the place is released, else the cell in which it lies."""
    keys = PUBLIC_HEAD[: PUBLIC_HEAD.index("zelle_sued")]
    values = {key: value for key, value in zip(keys, public_row(vacancy), strict=False) if key not in ("lat", "lon")}
    shown = {key: value for key, value in values.items() if value not in (None, "")}
    if vacancy.point is not None:
        return point(*vacancy.point), shown
    assert vacancy.cell is not None  # noqa: S101  a place that is not exact has a cell
    return box(vacancy.cell), shown
