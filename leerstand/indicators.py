"""Figures of the shops: vacancy rates and gaps. Pure; each docstring says how it is counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from leerstand.kinds import Floor, Side
from leerstand.models import StreetAxis, Unit
from leerstand.situation import Status, is_dead, outermost_active_m, status_on


@dataclass(frozen=True, slots=True)
class Vacancies:
    """How much stands empty (Leerstandsquoten): by shops, by area and by front. Interim uses do not count as empty."""

    units: int
    empty: int
    interim: int
    area_m2: int
    empty_area_m2: int
    front_m: float
    empty_front_m: float

    @property
    def unit_percent(self) -> float:
        """Empty shops of all shops."""
        return percent(self.empty, self.units)

    @property
    def area_percent(self) -> float:
        """Empty area of all area."""
        return percent(self.empty_area_m2, self.area_m2)

    @property
    def front_percent(self) -> float:
        """Empty front of all front: what a walker sees."""
        return percent(self.empty_front_m, self.front_m)

    @property
    def gross_percent(self) -> float:
        """Empty and interim shops of all shops (brutto)."""
        return percent(self.empty + self.interim, self.units)


def percent(part: float, whole: float) -> float:
    """Share in percent; of nothing it is 0."""
    return 100 * part / whole if whole else 0.0


def vacancies(units: Iterable[Unit], day: date) -> Vacancies:
    """Count shops at street level; needs their spells."""
    street_level = [(unit, status_on(unit.spells, day)) for unit in units if unit.floor == Floor.GROUND]
    empty = [unit for unit, status in street_level if status == Status.VACANCY]
    return Vacancies(
        units=len(street_level),
        empty=len(empty),
        interim=sum(status in (Status.INTERIM, Status.HUB) for _, status in street_level),
        area_m2=sum(unit.area_m2 for unit, _ in street_level),
        empty_area_m2=sum(unit.area_m2 for unit in empty),
        front_m=sum(unit.frontage_m for unit, _ in street_level),
        empty_front_m=sum(unit.frontage_m for unit in empty),
    )


@dataclass(frozen=True, slots=True)
class House:
    """One shop in the picture of its street. ``hole``: dead between active ones; ``retreat``: dead beyond the last."""

    unit: Unit
    status: Status
    hole: bool
    retreat: bool


@dataclass(frozen=True, slots=True)
class Street:
    """One street in order from the core, with its gaps (Straßenzug)."""

    axis: StreetAxis
    houses: tuple[House, ...]
    edge_m: int | None  # the outermost active use; None: nobody is active

    def side(self, side: Side) -> tuple[House, ...]:
        """The houses of one side."""
        return tuple(house for house in self.houses if house.unit.side == side)

    @property
    def holes(self) -> tuple[House, ...]:
        """Dead fronts between active ones."""
        return tuple(house for house in self.houses if house.hole)

    @property
    def hole_m(self) -> float:
        """Their front in metres."""
        return sum(house.unit.frontage_m for house in self.holes)

    @property
    def empty(self) -> int:
        """How many shops stand empty."""
        return sum(house.status == Status.VACANCY for house in self.houses)

    @property
    def perforation_percent(self) -> float:
        """Perforation index: dead front of all front inside the outermost active use, weighted by grade."""
        inside = [house for house in self.houses if not house.retreat]
        whole = sum(grade_weight(house.unit) * house.unit.frontage_m for house in inside)
        return percent(sum(grade_weight(house.unit) * house.unit.frontage_m for house in self.holes), whole)


def grade_weight(unit: Unit) -> int:
    """Weight of a place: the best grade counts five times, the last once (own assumption, linear)."""
    return max(1, 6 - unit.grade)


def street(axis: StreetAxis, units: Sequence[Unit], day: date) -> Street:
    """The picture of one street; only street-level shops belong to it."""
    level = sorted((u for u in units if u.floor == Floor.GROUND), key=lambda unit: (unit.position_m, unit.id))
    edge_m = outermost_active_m(level, day)
    houses = []
    for unit in level:
        inside = edge_m is not None and unit.position_m <= edge_m
        dead = is_dead(unit, day)
        houses.append(House(unit, status_on(unit.spells, day), hole=dead and inside, retreat=not inside))
    return Street(axis, tuple(houses), edge_m)


def streets(units: Iterable[Unit], day: date) -> tuple[Street, ...]:
    """Every street with an axis, core first."""
    found: dict[int, tuple[StreetAxis, list[Unit]]] = {}
    for unit in units:
        if unit.axis is not None:
            found.setdefault(unit.axis.id, (unit.axis, []))[1].append(unit)
    ordered = sorted(found.values(), key=lambda pair: (pair[0].rank, pair[0].name))
    return tuple(street(axis, members, day) for axis, members in ordered)


def perforation_percent(all_streets: Iterable[Street]) -> float:
    """Perforation index of the whole town."""
    inside = [house for one in all_streets for house in one.houses if not house.retreat]
    whole = sum(grade_weight(house.unit) * house.unit.frontage_m for house in inside)
    return percent(sum(grade_weight(h.unit) * h.unit.frontage_m for h in inside if h.hole), whole)
