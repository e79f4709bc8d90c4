"""What the indicators are counted from: the stock as arrays, and footfall by counting place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from city.db import db
from city.kept import until_changed
from city.models import City
from leerstand.figures import arrays, footfall, rates
from leerstand.figures.arrays import ShopRow, SpellRow, Stock
from leerstand.figures.footfall import YearOfCounter
from leerstand.footfall_models import FootfallCounter, FootfallHour
from leerstand.kinds import Floor
from leerstand.models import Occupancy, StreetAxis, Unit


@dataclass(frozen=True, slots=True)
class Streets:
    """The stock of the town as arrays, and which street a number of ``Stock.axis`` stands for."""

    whole: Stock
    axes: tuple[StreetAxis, ...]

    def of(self, number: int) -> Stock:
        """The shops of one street."""
        return arrays.of_axis(self.whole, number)


def streets() -> Streets:
    """The stock with all its spells."""
    return _streets(None)


def on_day(day: date) -> Streets:
    """The stock with what was there on one day: enough for its rates and gaps."""
    return _streets(day)


def rates_on(day: date) -> rates.Rates:
    """How much stands empty in the whole town."""
    whole = on_day(day).whole
    return rates.rates(whole, arrays.on(whole, day))


def _streets(day: date | None) -> Streets:
    whole, used = until_changed(("stock", day), lambda: _stock(day))
    known = {axis.id: axis for axis in db.session.scalars(select(StreetAxis))}
    return Streets(whole, tuple(known[axis_id] for axis_id in used))


def _stock(day: date | None) -> tuple[Stock, tuple[int, ...]]:
    """The arrays, and the streets that their numbers stand for."""
    shops = _shops()
    used = sorted({row[1] for row in shops if row[1] is not None})
    return arrays.of_rows(shops, _spells(day)), tuple(used)


def _shops() -> list[ShopRow]:
    """Street-level shops that count as retail stock, as plain rows."""
    query = select(Unit.id, Unit.axis_id, Unit.position_m, Unit.side, Unit.area_m2, Unit.frontage_m, Unit.grade).where(
        Unit.floor == Floor.GROUND, Unit.counts_as_stock
    )
    return [(row[0], row[1], row[2], row[3], row[4], row[5], row[6]) for row in db.session.execute(query)]


def _spells(day: date | None) -> list[SpellRow]:
    """Their spells: those of one day, or all."""
    query = select(
        Occupancy.unit_id,
        Occupancy.kind,
        Occupancy.category,
        Occupancy.starts,
        Occupancy.ends,
        Occupancy.tenant,
        Occupancy.is_chain,
    )
    if day is not None:
        query = query.where(Occupancy.starts <= day, or_(Occupancy.ends.is_(None), Occupancy.ends > day))
    return [(row[0], row[1], row[2], row[3], row[4], row[5], row[6]) for row in db.session.execute(query)]


@dataclass(frozen=True, slots=True)
class Counted:
    """One counting place with its years, newest first."""

    counter: FootfallCounter
    years: tuple[YearOfCounter, ...]


def footfall_by_place(city: City, axis_id: int | None = None) -> list[Counted]:
    """Every counting place, or those of one street, with mean persons per hour where enough was measured."""
    query = select(FootfallCounter).options(joinedload(FootfallCounter.axis)).order_by(FootfallCounter.name)
    if axis_id is not None:
        query = query.where(FootfallCounter.axis_id == axis_id)
    counters = list(db.session.scalars(query))
    if not counters:
        return []
    days: dict[int, list[tuple[date, int, int]]] = {}
    for counter_id, day, hours, persons in db.session.execute(_per_day([counter.id for counter in counters])):
        days.setdefault(counter_id, []).append((day, hours, persons))
    closed = holidays_of(city, {day.year for found in days.values() for day, _, _ in found})
    return [Counted(counter, tuple(footfall.by_year(days.get(counter.id, ()), closed)[::-1])) for counter in counters]


def _per_day(counter_ids: list[int]) -> Select[int, date, int, int]:
    """Opening hours and persons of each day; years of hours are added up where they lie."""
    return (
        select(
            FootfallHour.counter_id,
            FootfallHour.day,
            func.count(FootfallHour.id),
            func.sum(FootfallHour.persons),
        )
        .where(
            FootfallHour.counter_id.in_(counter_ids),
            FootfallHour.hour >= footfall.OPENS_H,
            FootfallHour.hour < footfall.CLOSES_H,
        )
        .group_by(FootfallHour.counter_id, FootfallHour.day)
    )


def holidays_of(city: City, years: set[int]) -> frozenset[str]:
    """The public holidays of the town's Land in these years, as ISO days."""
    from holidays import country_holidays

    return frozenset(day.isoformat() for day in country_holidays("DE", subdiv=city.land, years=sorted(years)))
