"""What everybody may know of a vacancy, and nothing else. Pure; the table is that of docs/PRIVACY.md."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from leerstand.kinds import ConsentScope, Ring, Visibility
from leerstand.models import Unit
from leerstand.situation import Status, free_period, spell_on, status_on

CELL_LAT = 0.001  # degrees: 111 m
CELL_LON = 0.0016  # degrees: some 107 m in northern Germany, 115 m in the south
Box = tuple[tuple[float, float], tuple[float, float]]
Scopes = frozenset[ConsentScope]
NOTHING: Scopes = frozenset()


@dataclass(frozen=True, slots=True)
class PublicVacancy:
    """A free shop as everyone may see it. Either ``point`` or ``cell`` is known, never both.

    What the owner has not released is None or empty.
    """

    unit_id: int
    ring: Ring
    street: str
    housenumber: str
    name: str  # what the sign says
    point: tuple[float, float] | None
    cell: Box | None
    area_m2: int | None
    frontage_m: float | None
    step_free: bool | None
    rent_cents_m2: int | None
    shows_photo: bool
    free_from: date
    free_until: date | None
    invented: bool

    @property
    def exact(self) -> bool:
        """Whether the owner has agreed to show the place."""
        return self.point is not None

    @property
    def address(self) -> str:
        """Street and house number, or nothing."""
        return f"{self.street} {self.housenumber}".strip()


def cell_of(lat: float, lon: float) -> Box:
    """The fixed cell of the grid in which a point lies: (south, west), (north, east).

    Fixed, because a place drawn anew at random each time could be averaged out.
    """
    row, column = math.floor(lat / CELL_LAT), math.floor(lon / CELL_LON)
    return (
        (round(row * CELL_LAT, 4), round(column * CELL_LON, 4)),
        (round((row + 1) * CELL_LAT, 4), round((column + 1) * CELL_LON, 4)),
    )


def releases(consents: Iterable[tuple[int, int | None, ConsentScope]]) -> Callable[[Unit], Scopes]:
    """What each owner has released of each shop: of (owner, shop or all, scope) of consents that hold.

    A consent holds for the owner who gave it: with a new owner it is gone.
    """
    given: dict[tuple[int, int | None], set[ConsentScope]] = {}
    for owner_id, unit_id, scope in consents:
        given.setdefault((owner_id, unit_id), set()).add(scope)

    def of(unit: Unit) -> Scopes:
        if unit.owner_id is None:
            return NOTHING
        both = given.get((unit.owner_id, unit.id), set()) | given.get((unit.owner_id, None), set())
        return frozenset(both)

    return of


def published(unit: Unit, today: date, scopes: Scopes) -> PublicVacancy | None:
    """What the public sees of a shop; None when nothing is to be seen of it. Needs its spells.

    Only what is empty today is shown: that a lease ends is nobody else's
    business. The city may show less than the owner allows, never more.
    """
    if unit.visibility == Visibility.INTERNAL or status_on(unit.spells, today) != Status.VACANCY:
        return None
    if (free := free_period(unit, today)) is None or spell_on(unit.spells, today) is None:
        return None
    allowed = scopes if unit.visibility == Visibility.PUBLIC else NOTHING
    place, room = ConsentScope.PLACE in allowed, ConsentScope.ROOM in allowed
    return PublicVacancy(
        unit_id=unit.id,
        ring=unit.ring,
        street=unit.street if place else "",
        housenumber=unit.housenumber if place else "",
        name=unit.name if place else "",
        point=unit.point if place else None,
        cell=None if place else cell_of(unit.lat, unit.lon),
        area_m2=unit.area_m2 if room else None,
        frontage_m=unit.frontage_m if room else None,
        step_free=unit.step_free if room else None,
        rent_cents_m2=unit.rent_cents_m2 if ConsentScope.RENT in allowed and not unit.rent_unknown else None,
        shows_photo=place and ConsentScope.PHOTO in allowed,  # who sees the front knows the place
        free_from=free[0],
        free_until=free[1],
        invented=room and "area_m2" in unit.invented,
    )
