"""What the public may know of a vacancy, and nothing else. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from leerstand.kinds import Visibility
from leerstand.models import Unit
from leerstand.situation import Situation

CELL_LAT = 0.001  # degrees: 111 m
CELL_LON = 0.0016  # degrees: some 107 m in northern Germany, 115 m in the south
Box = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class PublicVacancy:
    """A free shop as everyone may see it. Either ``point`` or ``cell`` is known, never both."""

    unit_id: int
    street: str
    housenumber: str  # empty unless the owner has agreed
    name: str  # what the sign says; empty unless the owner has agreed
    point: tuple[float, float] | None
    cell: Box | None
    area_m2: int
    frontage_m: float | None
    free_from: date
    free_until: date | None
    step_free: bool
    invented: bool

    @property
    def exact(self) -> bool:
        """Whether the owner has agreed to show the place."""
        return self.point is not None


def cell_of(lat: float, lon: float) -> Box:
    """The fixed cell of the grid in which a point lies: (south, west), (north, east).

    Fixed, because a place drawn anew at random each time could be averaged out.
    """
    row, column = math.floor(lat / CELL_LAT), math.floor(lon / CELL_LON)
    return (
        (round(row * CELL_LAT, 4), round(column * CELL_LON, 4)),
        (round((row + 1) * CELL_LAT, 4), round((column + 1) * CELL_LON, 4)),
    )


def published(unit: Unit, situation: Situation) -> PublicVacancy | None:
    """What the public sees of a shop that can be given away; None when its owner wants nothing shown.

    A shop that somebody is still in is never shown: that a lease ends is nobody else's business.
    """
    if unit.visibility == Visibility.INTERNAL or situation.empty_since is None:
        return None
    exact = unit.visibility == Visibility.PUBLIC
    return PublicVacancy(
        unit_id=unit.id,
        street=unit.street,
        housenumber=unit.housenumber if exact else "",
        name=unit.name if exact else "",
        point=unit.point if exact else None,
        cell=None if exact else cell_of(unit.lat, unit.lon),
        area_m2=unit.area_m2,
        frontage_m=unit.frontage_m if exact else None,
        free_from=situation.free_from,
        free_until=situation.free_until,
        step_free=unit.step_free,
        invented="area_m2" in unit.invented,
    )
