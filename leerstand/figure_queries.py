"""What the indicators are counted from: the stock as arrays, and footfall by counting place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from city.db import db
from city.models import City
from leerstand import queries
from leerstand.figures import arrays, footfall
from leerstand.figures.arrays import Stock
from leerstand.figures.footfall import YearOfCounter
from leerstand.footfall_models import FootfallCounter, FootfallHour
from leerstand.models import StreetAxis, Unit


@dataclass(frozen=True, slots=True)
class Streets:
    """The stock of the town as arrays, and which street a number of ``Stock.axis`` stands for."""

    whole: Stock
    axes: tuple[StreetAxis, ...]

    def of(self, number: int) -> Stock:
        """The shops of one street."""
        return arrays.part(self.whole, self.whole.axis == number)


def streets(units: list[Unit] | None = None) -> Streets:
    """The stock; ``units`` are its rows with spells and streets, if at hand."""
    units = queries.stock() if units is None else units
    known = {unit.axis.id: unit.axis for unit in units if unit.axis is not None}
    whole = arrays.stock(units)
    by_unit = {unit.id: unit.axis_id for unit in units}
    used = sorted({axis for unit_id in whole.unit_id.tolist() if (axis := by_unit[unit_id]) is not None})
    return Streets(whole, tuple(known[axis_id] for axis_id in used))


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
