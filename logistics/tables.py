"""Bookings as a CSV table: one row each, columns by name, German or English numbers. Pure but for addresses."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from city.messages import DomainError
from logistics import booking_values
from logistics.wishes import Asked
from routing.message import BadInput, Message

MOST_ROWS = 500
COLUMNS = (
    *("kind", "hub", "day", "from", "to", "recipient", "street", "housenumber", "parcels", "weight_kg", "volume_l"),
    *("size", "note", "reference", "email", "dock_from", "supplier", "locker_hub"),
)
NEEDED = ("hub", "day", "from", "to", "recipient", "weight_kg")
GERMAN = {
    "auftragsart": "kind",
    "tag": "day",
    "von": "from",
    "bis": "to",
    "empfaenger": "recipient",
    "empfänger": "recipient",
    "strasse": "street",
    "straße": "street",
    "hausnummer": "housenumber",
    "pakete": "parcels",
    "gewicht_kg": "weight_kg",
    "volumen_l": "volume_l",
    "groesse": "size",
    "größe": "size",
    "hinweis": "note",
    "nummer": "reference",
    "e-mail": "email",
    "ladefenster": "dock_from",
    "lieferant": "supplier",
    "fach_hub": "locker_hub",
}
KINDS = {
    "zustellung": "outbound",
    "anlieferung": "inbound",
    "schließfach": "locker",
    "schliessfach": "locker",
    "rückgabe": "return",
    "rueckgabe": "return",
}


def column_names(language: str) -> list[str]:
    """The columns as people here write them: in German, or as the interface calls them."""
    if not language.startswith("de"):
        return list(COLUMNS)
    german = {meant: word.capitalize().replace("_", " ") for word, meant in GERMAN.items()}
    return [german.get(name, name.capitalize()) for name in COLUMNS]


def read_table(file: bytes, hubs: Mapping[str, int]) -> list[Asked | Message]:
    """Every row as a booking, or as the sentence why it is none. ``hubs``: their numbers by lower-case name.

    Raises BadInput for a file that is no such table at all.
    """
    return [_read_row(row, hubs) for row in _rows(file)]


def _rows(file: bytes) -> Iterator[dict[str, str]]:
    text = _decoded(file)
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") >= first.count(",") else ",")
    try:
        lines = [line for line in reader if any(cell.strip() for cell in line)]
    except csv.Error:
        raise BadInput("This is not a CSV table. Please save it as “CSV UTF-8” and try again.") from None
    if len(lines) < 2:
        raise BadInput("The table has no rows. The first line names the columns, each further line is a booking.")
    if len(lines) > MOST_ROWS + 1:
        raise BadInput("The table has %(has)d rows; at most %(most)d can be booked at once.",
                       has=len(lines) - 1, most=MOST_ROWS)  # fmt: skip
    names = [_column(cell) for cell in lines[0]]
    for needed in NEEDED:
        if needed not in names:
            raise BadInput("The column “%(column)s” is missing. The first line must name it.", column=needed)
    yield from ({**dict.fromkeys(names, ""), **dict(zip(names, line, strict=False))} for line in lines[1:])


def _decoded(file: bytes) -> str:
    try:
        return file.decode("utf-8-sig")
    except UnicodeDecodeError:
        return file.decode("cp1252", errors="replace")  # what older spreadsheets on Windows write


def _column(cell: str) -> str:
    name = cell.strip().lower().replace(" ", "_")
    name = GERMAN.get(name, name)
    if name not in COLUMNS:
        raise BadInput("There is no column “%(column)s”. Possible are: %(columns)s.",
                       column=cell[:40], columns=", ".join(COLUMNS))  # fmt: skip
    return name


def _read_row(row: Mapping[str, str], hubs: Mapping[str, int]) -> Asked | Message:
    try:
        return booking_values.read(_values(row, hubs))
    except (DomainError, BadInput) as refusal:
        return refusal.message


def _values(row: Mapping[str, str], hubs: Mapping[str, int]) -> dict[str, Any]:
    """A row as programs write a booking; what cannot be read stays as it is, so that the sentence names it."""
    cells = {name: cell.strip() for name, cell in row.items()}
    kind = cells.get("kind", "").lower()
    values: dict[str, Any] = {
        "kind": KINDS.get(kind, kind) or "outbound",
        "hub": hubs.get(cells["hub"].lower(), _number(cells["hub"])),
        "day": _day(cells["day"]),
        "window": {"opens": _clock(cells["from"]), "closes": _clock(cells["to"])},
        "recipient": {
            "name": cells["recipient"],
            "street": cells.get("street") or "–",
            "housenumber": cells.get("housenumber", ""),
            "email": cells.get("email", ""),
        },
        "parcels": _number(cells.get("parcels") or "1"),
        "weight_kg": _number(cells["weight_kg"]),
        "note": cells.get("note", ""),
        "reference": cells.get("reference", ""),
        "supplier": cells.get("supplier", ""),
    }
    if cells.get("volume_l"):
        values["volume_l"] = _number(cells["volume_l"])
    if cells.get("size"):
        values["size"] = cells["size"].lower()
    if cells.get("dock_from"):
        values["dock_from"] = _clock(cells["dock_from"])
    if cells.get("locker_hub"):
        values["locker_hub"] = hubs.get(cells["locker_hub"].lower(), _number(cells["locker_hub"]))
    return values


def _number(text: str) -> float | int | str:
    """``1.234,5`` and ``1234.5`` alike; what is no number stays text."""
    plain = text.replace("\u00a0", "").replace(" ", "")
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _day(text: str) -> str:
    """``23.11.2026`` as ``2026-11-23``; anything else stays."""
    parts = text.split(".")
    if len(parts) == 3 and all(part.isdigit() for part in parts):
        return f"{parts[2]}-{parts[1]:0>2}-{parts[0]:0>2}"
    return text


def _clock(text: str) -> str:
    """``9:00`` and ``9`` as ``09:00``; anything else stays."""
    hour, _, minute = text.partition(":")
    return f"{hour:0>2}:{minute or '00':0>2}" if hour.isdigit() else text
