"""Reads footfall counts as counting services export them (hystreet's shape): CSV with place, time and persons. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from routing.message import BadInput, Message

TOWN_ZONE = ZoneInfo("Europe/Berlin")
MAX_ERRORS = 50  # shown; a file with more is the wrong file
MOST_PERSONS = 100_000  # in one hour; no German street reaches 20,000
FIRST_YEAR, LAST_YEAR = 2000, 2100
COLUMNS = {  # how services and towns head their columns, small letters
    "place": ("location", "standort", "zählstelle", "zaehlstelle", "messstelle", "ort", "name"),
    "time": ("time of measurement", "timestamp", "zeitpunkt", "zeitpunkt der messung", "zeit", "datum", "uhrzeit"),
    "persons": ("pedestrians count", "pedestrians_count", "passanten", "anzahl passanten", "anzahl", "personen"),
}
TIMES = ("%Y-%m-%d %H:%M:%S %z", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M")


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one line of the file; the first line is 1."""

    line: int
    reason: Message


@dataclass(slots=True)
class Counts:
    """What a file says: persons by place, day and hour; lines without a number; and what cannot be read."""

    hours: dict[tuple[str, date, int], int] = field(default_factory=dict)
    not_measured: int = 0
    errors: list[RowError] = field(default_factory=list)
    more_errors: int = 0

    @property
    def places(self) -> list[str]:
        """The counting places, by name."""
        return sorted({place for place, _, _ in self.hours})

    @property
    def period(self) -> tuple[date, date] | None:
        """First and last day."""
        days = [day for _, day, _ in self.hours]
        return (min(days), max(days)) if days else None


def read(content: bytes) -> Counts:
    """Read a whole file.

    Raises BadInput where it is no table of counts at all; what is wrong in
    single lines is gathered. Two lines for one hour (the night the clocks go
    back) add up.
    """
    rows = list(csv.reader(io.StringIO(decode(content)), delimiter=_delimiter(decode(content))))
    rows = [[cell.strip() for cell in row] for row in rows]
    if not rows or not any(rows[0]):
        raise BadInput("The file is empty. A file with counts has a head line and one line per hour.")
    where = _columns(rows[0])
    counts = Counts()
    seen: set[tuple[str, str]] = set()
    for line, row in enumerate(rows[1:], start=2):
        if any(row):
            _take(counts, seen, line, row, where)
    if not counts.hours and not counts.errors:
        raise BadInput("The file has a head line, but no counts below it.")
    return counts


def decode(content: bytes) -> str:
    """The text of a file: UTF-8, else Windows-1252, as spreadsheets write it. Raises BadInput for anything else."""
    if b"\0" in content:
        raise BadInput("This is not a CSV file. Please export the counts as CSV and send that.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max((";", ",", "\t"), key=head.count)


def _columns(head: Sequence[str]) -> dict[str, int]:
    known = {name.casefold(): number for number, name in enumerate(head)}
    found = {wanted: next((known[name] for name in names if name in known), None) for wanted, names in COLUMNS.items()}
    missing = [names[0] for wanted, names in COLUMNS.items() if found[wanted] is None]
    if missing:
        raise BadInput(
            "The head line “%(head)s” lacks: %(missing)s. Please export the counts again with these columns.",
            head=", ".join(head)[:120],
            missing=", ".join(missing),
        )
    return {wanted: number for wanted, number in found.items() if number is not None}


def _take(counts: Counts, seen: set[tuple[str, str]], line: int, row: list[str], where: dict[str, int]) -> None:
    if max(where.values()) >= len(row):
        _wrong(counts, line, Message("The line has only %(has)d columns.", {"has": len(row)}))
        return
    place, time, persons = row[where["place"]], row[where["time"]], row[where["persons"]]
    if not place:
        _wrong(counts, line, Message("The place is missing."))
    elif (begins := moment(time)) is None:
        _wrong(counts, line, Message("“%(typed)s” is not a time. Like this: 2026-11-22 14:00", {"typed": time[:40]}))
    elif not FIRST_YEAR <= begins.year <= LAST_YEAR:
        _wrong(counts, line, Message("The year %(year)d cannot be right.", {"year": begins.year}))
    elif (place, time) in seen:
        _wrong(counts, line, Message("“%(place)s”, %(time)s is in the file twice.", {"place": place, "time": time}))
    elif not persons:
        counts.not_measured += 1
    elif not persons.isascii() or not persons.isdigit() or int(persons[:9]) > MOST_PERSONS:
        _wrong(counts, line, Message("“%(typed)s” is not a number of persons in one hour.", {"typed": persons[:40]}))
    else:
        seen.add((place, time))
        key = place, begins.date(), begins.hour
        counts.hours[key] = counts.hours.get(key, 0) + int(persons)


def _wrong(counts: Counts, line: int, reason: Message) -> None:
    if len(counts.errors) < MAX_ERRORS:
        counts.errors.append(RowError(line, reason))
    else:
        counts.more_errors += 1


def moment(text: str) -> datetime | None:
    """The time that stands in a cell, on the clocks of the town; None where it cannot be read."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = next((known for form in TIMES if (known := _parsed(text, form)) is not None), None)  # type: ignore[assignment]
    if found is None or found.tzinfo is None:
        return found
    return found.astimezone(TOWN_ZONE).replace(tzinfo=None)


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007  the town's own clock; zones are taken off above
    except ValueError:
        return None
