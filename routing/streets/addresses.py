"""Address search (Adresssuche) in the town's own map: SQLite's FTS5, no foreign server. Knows sqlite3.

Streets are searched by their trigrams, so that a part of a name and a slip of the pen find them;
house numbers are looked up within the streets that were found.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from routing.message import BadInput
from routing.streets.model import Point
from routing.streets.places import Address, Places

LONGEST_TEXT = 200
STREETS_CONSIDERED = 40
ALIKE = 0.5  # share of trigrams that a misspelt name must have in common
SCHEMA = """
CREATE TABLE street (id INTEGER PRIMARY KEY, name TEXT, postcode TEXT, city TEXT, folded TEXT, lat REAL, lon REAL);
CREATE INDEX street_written ON street (replace(folded, ' ', ''));
CREATE TABLE house (
    street INTEGER, number TEXT, first INTEGER, last INTEGER, letter TEXT, name TEXT, lat REAL, lon REAL
);
CREATE TABLE named (id INTEGER PRIMARY KEY, house INTEGER);
CREATE VIRTUAL TABLE words USING fts5(text, tokenize='trigram');
"""

_NUMBER = re.compile(r"\b(\d{1,4}) ?([a-z])?\b(?! ?\d)")
_POSTCODE = re.compile(r"\b\d{5}\b")


class Nearness(StrEnum):
    """How well a hit answers: the very house, one near it in the street, or only the street."""

    EXACT = "exact"
    NEAR = "near"
    STREET = "street"


@dataclass(frozen=True, slots=True)
class Hit:
    """An address that was found, and how near it is to what was asked."""

    street: str
    housenumber: str
    postcode: str
    city: str
    name: str
    point: Point
    nearness: Nearness

    @property
    def label(self) -> str:
        """As one writes it: `Große Bäckerstraße 3a, 21335 Lüneburg`."""
        house = " ".join(filter(None, (self.street, self.housenumber)))
        town = " ".join(filter(None, (self.postcode, self.city)))
        return ", ".join(filter(None, (self.name, house, town)))


def fold(text: str) -> str:
    """What remains of a name when case, umlauts, accents, dots and abbreviations do not matter."""
    text = text.lower().replace("ß", "ss").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    text = re.sub(r"str(?:\.|\b)", "strasse", text)
    text = re.sub(r"(?<=[a-z])pl(?:\.|\b)", "platz", text)
    return _plain(text)


def _plain(text: str) -> str:
    text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", " ", text.lower().replace("ß", "ss")).strip()


def build(places: Places, path: Path) -> int:
    """Write the index of these places to a file, whole or not at all; returns the number of addresses and streets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        unfinished = Path(folder) / "addresses.sqlite"
        with closing(sqlite3.connect(unfinished)) as book:
            book.executescript(SCHEMA)
            count = _fill(book, places)
            book.executescript(
                "CREATE INDEX house_street ON house (street, first); INSERT INTO words(words) VALUES ('optimize');"
            )
            book.commit()
        unfinished.replace(path)
    return count


def _fill(book: sqlite3.Connection, places: Places) -> int:
    streets: dict[tuple[str, str, str], int] = {}
    for address in places.addresses:
        key = (address.street, address.postcode, address.city)
        if key not in streets:
            streets[key] = _add_street(book, *key, point=address.point)
        _add_house(book, streets[key], address)
    known = {street for street, _, _ in streets}
    unnumbered = [(name, point) for name, point in places.streets if name not in known]
    for name, point in unnumbered:
        _add_street(book, name, "", "", point=point)
    return len(places.addresses) + len(unnumbered)


def _add_street(book: sqlite3.Connection, name: str, postcode: str, city: str, *, point: Point) -> int:
    row = (name, postcode, city, fold(name), *point)
    number = book.execute(
        "INSERT INTO street (name, postcode, city, folded, lat, lon) VALUES (?,?,?,?,?,?)", row
    ).lastrowid
    _add_words(book, 2 * int(number or 0), f"{name} {postcode} {city}")
    return int(number or 0)


def _add_house(book: sqlite3.Connection, street: int, address: Address) -> None:
    first, last, letter = _numbers(address.housenumber)
    row = (street, address.housenumber, first, last, letter, address.name, *address.point)
    house = book.execute("INSERT INTO house VALUES (?,?,?,?,?,?,?,?)", row).lastrowid
    if address.name:
        named = book.execute("INSERT INTO named (house) VALUES (?)", (house,)).lastrowid
        _add_words(book, 2 * int(named or 0) + 1, f"{address.name} {address.street} {address.city}")


def _add_words(book: sqlite3.Connection, row: int, text: str) -> None:
    """Both spellings, with ae and with a: people write Baecker and Backer. Even rows are streets, odd ones names."""
    folded, plain = fold(text), _plain(text)
    book.execute(
        "INSERT INTO words (rowid, text) VALUES (?,?)", (row, folded if folded == plain else f"{folded} {plain}")
    )


def _numbers(text: str) -> tuple[int, int, str]:
    """First and last number of a house number, and the letter: `3a`, `12-16`."""
    found = [int(digits) for digits in re.findall(r"\d+", text)]
    letter = re.search(r"\d\s*([a-z])", text.lower())
    if not found:
        return 0, 0, text.lower().strip()
    return found[0], max(found[:2]), letter[1] if letter else ""


class AddressBook:
    """Searches an index that ``build`` wrote. Opens it anew for each question, so any thread may ask."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise BadInput("There is no address index yet. Please import the town's streets.")
        self._address = f"{path.resolve().as_uri()}?mode=ro"

    def search(self, text: str, limit: int = 8) -> tuple[Hit, ...]:
        """The best hits for what someone types, also half-way; nothing for nothing."""
        folded = fold(text[:LONGEST_TEXT])
        words, number, letter = _split(folded)
        if not words or limit < 1:
            return ()
        with self._opened() as book:
            rows = list(_matching(book, words))
            hits = [hit for row in rows for hit in _hits(book, row, number, letter)]
        order = {nearness: place for place, nearness in enumerate(Nearness)}
        ranked = sorted(enumerate(hits), key=lambda entry: (order[entry[1].nearness] if number else 0, entry[0]))
        return tuple(dict.fromkeys(hit for _, hit in ranked))[:limit]

    def find(self, street: str, housenumber: str) -> tuple[str, Point | None] | None:
        """The street of this very name, however it is written, and the house in it, if the map has both; else None.

        Streets of one name in several places: the one that has the house.
        """
        found = self.nearest(street, housenumber, reach=0)
        return None if found is None else (found[0], found[1] if found[2] is Nearness.EXACT else None)

    def nearest(self, street: str, housenumber: str, *, reach: int) -> tuple[str, Point | None, Nearness] | None:
        """Like ``find``; where the house is unknown, the one whose number is nearest, at most ``reach`` away."""
        number, _, letter = _numbers(housenumber)
        with self._opened() as book:
            rows = _called(book, street)
            for row, name in rows:
                houses = _houses(book, row, number, letter) if number else []
                if houses and houses[0][-1] is Nearness.EXACT:
                    return name, (houses[0][2], houses[0][3]), Nearness.EXACT
            near = [house for row, name in rows if number for house in _around(book, row, name, number, reach)]
        if near:
            _, name, point = min(near)
            return name, point, Nearness.NEAR
        return (rows[0][1], None, Nearness.STREET) if rows else None

    def _opened(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(self._address, uri=True))


def _called(book: sqlite3.Connection, street: str) -> list[tuple[int, str]]:
    """Streets of this very name, however it is written."""
    asked = fold(street).replace(" ", "")
    query = "SELECT id, name FROM street WHERE replace(folded, ' ', '') = ? ORDER BY id"
    return list(book.execute(query, (asked,))) if asked else []


def _around(book: sqlite3.Connection, row: int, name: str, number: int, reach: int) -> list[tuple[int, str, Point]]:
    """How far the number of each known house lies from the one asked for, its street and its place."""
    query = """SELECT max(first - ?2, ?2 - last, 0) AS away, lat, lon FROM house
        WHERE street = ?1 AND first BETWEEN 1 AND ?2 + ?3 AND last >= ?2 - ?3 ORDER BY away, letter LIMIT 1"""
    return [(away, name, (lat, lon)) for away, lat, lon in book.execute(query, (row, number, reach))]


def _split(folded: str) -> tuple[list[str], int | None, str]:
    """The words, and the house number with its letter: the last number that is no postcode and not all there is."""
    numbers = list(_NUMBER.finditer(_POSTCODE.sub(lambda code: "x" * len(code[0]), folded)))
    if not numbers or (numbers[-1].start() == 0 and numbers[-1].end() == len(folded)):
        return folded.split(), None, ""
    last = numbers[-1]
    rest = f"{folded[: last.start()]} {folded[last.end() :]}"
    return rest.split(), int(last[1]), last[2] or ""


def _matching(book: sqlite3.Connection, words: list[str]) -> Iterator[int]:
    """Rows of streets and names, best first: all words, else most of the trigrams."""
    whole = " ".join(words)
    rows = _having_all(book, words, whole) or _alike(book, whole)
    known = {row: _name(book, row) for row in rows}
    yield from sorted(rows, key=lambda row: (_distance(known[row], whole), len(known[row]), row))


def _having_all(book: sqlite3.Connection, words: list[str], whole: str) -> list[int]:
    long = [word for word in words if len(word) >= 3]
    short = [word for word in words if len(word) < 3]
    terms = [*long, *([whole] if not long and len(whole) >= 3 else [])]
    if not terms:
        query = "SELECT 2 * id FROM street WHERE folded LIKE ? ORDER BY length(folded) LIMIT ?"
        return [row for (row,) in book.execute(query, (f"{whole}%", STREETS_CONSIDERED))]
    found = _query(book, " AND ".join(f'"{term}"' for term in terms), STREETS_CONSIDERED * 4)
    return [row for row, text in found if all(re.search(rf"\b{word}", text) for word in short)]


def _alike(book: sqlite3.Connection, whole: str) -> list[int]:
    trigrams = _trigrams(whole)
    if not trigrams:
        return []
    found = _query(book, " OR ".join(f'"{trigram}"' for trigram in sorted(trigrams)), STREETS_CONSIDERED)
    shares = [(len(trigrams & _trigrams(text)) / len(trigrams), row) for row, text in found]
    return [row for share, row in sorted(shares, reverse=True) if share >= ALIKE][:5]


def _query(book: sqlite3.Connection, match: str, limit: int) -> list[tuple[int, str]]:
    query = "SELECT rowid, text FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?"
    return list(book.execute(query, (match, limit)))


def _trigrams(text: str) -> set[str]:
    return {text[k : k + 3] for k in range(len(text) - 2)}


def _name(book: sqlite3.Connection, row: int) -> str:
    if row % 2:
        query = "SELECT house.name FROM named JOIN house ON house.rowid = named.house WHERE named.id = ?"
        return fold(book.execute(query, (row // 2,)).fetchone()[0])
    return str(book.execute("SELECT folded FROM street WHERE id = ?", (row // 2,)).fetchone()[0])


def _distance(name: str, asked: str) -> int:
    """0 the very name, 1 it begins so, 2 the name and then more (a town), 3 a word in it begins so, 4 anything else."""
    if name == asked:
        return 0
    if name.startswith(asked):
        return 1
    if asked.startswith(f"{name} "):
        return 2
    return 3 if f" {asked}" in f" {name}" else 4


def _hits(book: sqlite3.Connection, row: int, number: int | None, letter: str) -> Iterable[Hit]:
    if row % 2:
        return _named_hit(book, row // 2)
    street = book.execute("SELECT name, postcode, city, lat, lon FROM street WHERE id = ?", (row // 2,)).fetchone()
    name, postcode, city, lat, lon = street
    if number is not None:
        houses = _houses(book, row // 2, number, letter)
        if houses:
            return [Hit(name, text, postcode, city, called, (y, x), near) for text, called, y, x, near in houses]
    return [Hit(name, "", postcode, city, "", (lat, lon), Nearness.STREET)]


def _named_hit(book: sqlite3.Connection, named: int) -> list[Hit]:
    query = """SELECT street.name, house.number, street.postcode, street.city, house.name, house.lat, house.lon
        FROM named JOIN house ON house.rowid = named.house JOIN street ON street.id = house.street WHERE named.id = ?"""
    street, number, postcode, city, name, lat, lon = book.execute(query, (named,)).fetchone()
    return [Hit(street, number, postcode, city, name, (lat, lon), Nearness.EXACT)]


def _houses(
    book: sqlite3.Connection, street: int, number: int, letter: str
) -> list[tuple[str, str, float, float, Nearness]]:
    """The very house where it is known; else the two nearest, those on the same side of the street first."""
    exact_query = """SELECT number, name, lat, lon FROM house WHERE street = ?1 AND letter = ?3
        AND first <= ?2 AND last >= ?2 AND (first - ?2) % 2 = 0 ORDER BY last - first LIMIT 2"""
    exact = list(book.execute(exact_query, (street, number, letter)))
    if exact:
        return [(*house, Nearness.EXACT) for house in exact]
    near_query = """SELECT number, name, lat, lon FROM house WHERE street = ?1 AND first > 0
        ORDER BY abs(first - ?2) + 3 * ((first - ?2) % 2 != 0), letter LIMIT 2"""
    return [(*house, Nearness.NEAR) for house in book.execute(near_query, (street, number))]
