"""Where an address lies (Adresssuche), in the city's own street map: exactly, near, or only its street."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from city import streets
from routing.message import BadInput

if TYPE_CHECKING:
    from routing.streets.addresses import AddressBook, Hit

Point = tuple[float, float]
LEAST_LETTERS = 2  # fewer say nothing yet
MOST_HITS = 8
_WRITTEN = "addresses-3"  # change it when what is kept changes
_building = threading.Lock()


@dataclass(frozen=True, slots=True)
class Found:
    """A street of the map, and the house in it if the map knows that, too."""

    street: str
    house: Point | None


def find(street: str, housenumber: str) -> Found | None:
    """The address, however it is written: ``Rosenstr. 6`` is ``Rosenstraße 6``. None: there is no such street."""
    found = book().find(street, housenumber)
    return Found(*found) if found else None


def nearest(street: str, housenumber: str, *, reach: int) -> tuple[str, Point | None, bool] | None:
    """The street, the place of the house or of the nearest one by number, and whether it is that very house."""
    found = book().nearest(street, housenumber, reach=reach)
    return found and (found[0], found[1], found[2] == "exact")


def point_at(street: str, housenumber: str) -> Point:
    """Where an address lies on the map. Raises BadInput with what to do when the map does not know it."""
    found = find(street, housenumber)
    if found is None:
        raise BadInput(
            "The map has no street called “%(street)s”. Please check the spelling, or choose the place on the map.",
            street=street,
        )
    if found.house is None:
        raise BadInput(
            "The map knows %(street)s, but not house number “%(number)s”. Please choose the place on the map.",
            street=found.street,
            number=housenumber,
        )
    return found.house


def chosen_or_found(lat: float | None, lon: float | None, street: str, housenumber: str) -> Point:
    """The place chosen on the map, if one was, else that of the address. Raises BadInput with what to do."""
    if lat is None or lon is None:
        return point_at(street, housenumber)
    from routing.streets.snapping import check_point  # brings numba: only where a place is checked

    check_point((lat, lon), streets.network().bounds)
    return lat, lon


def suggestions(typed: str, *, limit: int = MOST_HITS) -> tuple[Hit, ...]:
    """What someone who has typed this far may mean, best first; nothing for less than two letters."""
    return book().search(typed, limit) if len(typed.strip()) >= LEAST_LETTERS else ()


def book() -> AddressBook:
    """The address book of the street map in service, made when it is first asked. Raises NoStreets."""
    return _book(streets.source())


@lru_cache(maxsize=4)
def _book(source: Path) -> AddressBook:
    from routing.streets.addresses import AddressBook

    kept = book_of(source)
    return AddressBook(kept)


def book_of(source: Path) -> Path:
    """The file of the address book of a map file beside it; made whole or not at all."""
    kept = source.with_name(f"{source.name}.{_WRITTEN}.sqlite")
    with _building:  # two requests at once must not both read the map
        if not kept.exists():
            from routing.streets.addresses import build
            from routing.streets.places import read_places  # brings osmium: only where a map is read

            build(read_places(source), kept)
    return kept
