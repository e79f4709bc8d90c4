"""Where an address lies, looked up in the city's own street map: exactly, or only its street."""

from __future__ import annotations

import gzip
import json
import re
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from city import streets

if TYPE_CHECKING:
    from routing.streets.places import Places

Point = tuple[float, float]
_WRITTEN = "addresses-1"  # change it when what is kept changes
_reading = threading.Lock()


@dataclass(frozen=True, slots=True)
class Found:
    """A street of the map, and the house in it if the map knows that, too."""

    street: str
    house: Point | None


@dataclass(frozen=True, slots=True)
class Index:
    """Houses by folded street and number, streets by folded name."""

    houses: Mapping[str, Point]
    streets: Mapping[str, str]

    def find(self, street: str, housenumber: str) -> Found | None:
        """The address, however it is written: ``Rosenstr. 6`` is ``Rosenstraße 6``. None: no such street."""
        folded = fold(street)
        name = self.streets.get(folded)
        if name is None:
            return None
        return Found(name, self.houses.get(f"{folded} {fold(housenumber)}"))


def find(street: str, housenumber: str) -> Found | None:
    """Where an address of this city lies. None: there is no such street on the map."""
    source = streets.source()
    return _index(source).find(street, housenumber)


def fold(text: str) -> str:
    """Upper and lower case, ß, umlauts, dots, blanks and “str.” make no difference."""
    plain = unicodedata.normalize("NFC", text).casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    plain = unicodedata.normalize("NFKD", plain)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = re.sub(r"str(asse)?\.?(?=\W|$)", "strasse", plain)
    return re.sub(r"[\W_]+", "", plain)


def index_of(places: Places) -> Index:
    """The index of what a map file holds."""
    houses: dict[str, Point] = {}
    names: dict[str, str] = {}
    for name, _middle in places.streets:
        names.setdefault(fold(name), name)
    for address in places.addresses:
        folded = fold(address.street)
        if folded:
            names.setdefault(folded, address.street)
            houses.setdefault(f"{folded} {fold(address.housenumber)}", address.point)
    return Index(houses, names)


def _index(source: Path) -> Index:
    with _reading:  # two requests at once must not both read it
        return _kept(source)


@lru_cache(maxsize=4)
def _kept(source: Path) -> Index:
    kept = source.with_name(f"{source.name}.{_WRITTEN}.json.gz")
    if not kept.exists():
        from routing.streets.places import read_places  # brings osmium: only where a map is read

        made = index_of(read_places(source))
        unfinished = kept.with_suffix(".part")
        text = json.dumps({"houses": made.houses, "streets": made.streets})
        unfinished.write_bytes(gzip.compress(text.encode(), mtime=0))
        unfinished.replace(kept)
    known = json.loads(gzip.decompress(kept.read_bytes()))
    return Index({key: (lat, lon) for key, (lat, lon) in known["houses"].items()}, known["streets"])
