"""What a list of shops would change: each row understood, placed and compared with the register.

A row is new, changes a shop that is known, says nothing new, or has mistakes; every mistake is a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from leerstand.exchange.columns import BY_KEY, plain
from leerstand.exchange.sheets import Sheet
from leerstand.kinds import SpellKind
from routing.message import BadInput, Message

Point = tuple[float, float]
Place = Callable[[str, str], tuple[str, Point | None, bool] | None]  # street, point, whether it is that very house
SPELL_KEYS = ("spell", "since", "tenant", "category", "reason")
USUAL_AREA_M2 = 60  # own assumption where a list says nothing; marked as invented
# What a shop has in the register in any case; where a list is silent, it is the usual (leerstand/models/stock.py).
ASSUMED = ("rent_cents_m2", "step_free", "door_width_cm", "delivery_door", "water", "power_kw", "condition",
           "baunvo_zone", "heritage", "grade", "ring")  # fmt: skip
FRONT_OF_AREA = 0.8  # of the root of the area: fronts of real shops, own measurement on two inner cities


class Becomes(StrEnum):
    """What a row does."""

    NEW = "new"
    CHANGE = "change"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Known:
    """A shop of the register, as far as rows are compared with it."""

    id: int
    external_ref: str | None
    street: str
    housenumber: str
    name: str
    values: Mapping[str, Any]
    kind: SpellKind | None  # of who is in it today


@dataclass
class Row:
    """One row: its line in the file, what it says, and what that means."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    becomes: Becomes = Becomes.NEW
    unit_id: int | None = None
    mistakes: list[Message] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    left_open: list[str] = field(default_factory=list)  # what the list says in words that nobody here knows

    @property
    def address(self) -> str:
        """Street and house number, as far as they are known."""
        return f"{self.values.get('street', '')} {self.values.get('housenumber', '')}".strip()


@dataclass(frozen=True)
class Around:
    """What rows are compared with: the shops known, the city's names of places, and its address book."""

    known: Sequence[Known]
    grades: Mapping[int, str]
    place: Place


def plan_rows(sheet: Sheet, mapping: Mapping[str, int], around: Around) -> list[Row]:
    """Understand every row. Nothing is kept and nothing is lost: each row comes back, in the order of the file."""
    by_ref = {shop.external_ref: shop for shop in around.known if shop.external_ref}
    by_name: dict[tuple[str, ...], list[Known]] = {}
    by_address: dict[tuple[str, ...], list[Known]] = {}
    for shop in around.known:
        by_name.setdefault(_same(shop.street, shop.housenumber, shop.name), []).append(shop)
        by_address.setdefault(_same(shop.street, shop.housenumber), []).append(shop)
    seen: dict[tuple[str, ...], int] = {}
    rows = []
    for cells in sheet.rows:
        row = _read(cells, sheet.columns, mapping, around)
        if not row.mistakes:
            _refuse_twin(row, seen)
        if not row.mistakes:
            _compare(row, by_ref, by_name, by_address)
        row.becomes = Becomes.WRONG if row.mistakes else row.becomes
        rows.append(row)
    return rows


def _same(*parts: str) -> tuple[str, ...]:
    return tuple(plain(part) for part in parts)


def _read(cells: Sequence[str], columns: Sequence[str], mapping: Mapping[str, int], around: Around) -> Row:
    row, texts = Row(int(cells[0])), cells[1:]
    if len(texts) > len(columns):
        row.mistakes.append(
            Message(
                "The row has %(has)d cells, the heading only %(most)d. Is a separator inside a text?",
                {"has": len(texts), "most": len(columns)},
            )
        )
        return row
    for key, number in mapping.items():
        typed = texts[number] if number < len(texts) else ""
        if typed:
            try:
                row.values[key] = BY_KEY[key].read(typed)
            except BadInput as wrong:
                if BY_KEY[key].may_stay_open:
                    row.left_open.append(key)
                    row.notes.append(
                        Message("%(column)s stays open: %(what)s", {"column": columns[number], "what": wrong.message})
                    )
                    continue
                said = {"column": columns[number], "what": wrong.message}
                row.mistakes.append(Message("%(column)s: %(what)s", said))
    _split_address(row)
    _name_grade(row, around.grades)
    if not row.values.get("street"):
        if not row.mistakes:
            row.mistakes.append(Message("The street is missing."))
    elif not row.mistakes:
        _put_on_map(row, around.place)
    return row


def _split_address(row: Row) -> None:
    """“Rosenstraße 6a” in one cell is street and number."""
    street = row.values.get("street", "")
    words = street.split()
    if not row.values.get("housenumber") and len(words) > 1:
        first = next((n for n, word in enumerate(words[1:], start=1) if word[0].isdigit()), None)
        if first is not None:
            row.values["street"] = " ".join(words[:first])
            row.values["housenumber"] = " ".join(words[first:]).rstrip(",")[:20]


def _name_grade(row: Row, grades: Mapping[int, str]) -> None:
    if "grade" not in row.values:
        return
    named = row.values.pop("grade")
    rank = next((rank for rank, name in grades.items() if plain(name) == plain(named)), None)
    if rank is None:
        offered = ", ".join(grades.values())
        row.mistakes.append(
            Message(
                "“%(typed)s” is no grade of this city. Possible are: %(offered)s", {"typed": named, "offered": offered}
            )
        )
    else:
        row.values["grade"] = rank


def _put_on_map(row: Row, place: Place) -> None:
    """The point that the file gives, else that of the address book; without either the row cannot be kept."""
    values = row.values
    has = {"lat", "lon"} & values.keys()
    if len(has) == 1:
        row.mistakes.append(Message("Latitude and longitude belong together; one of them is missing."))
        return
    found = place(values["street"], values.get("housenumber", ""))
    if found is not None:
        values["street"] = found[0]
    if has:
        return
    if found is None or found[1] is None:
        row.mistakes.append(_not_on_map(row, street_known=found is not None))
        return
    values["lat"], values["lon"] = found[1]
    if not found[2]:
        row.notes.append(Message("House number unknown to the map; the nearest one was taken."))
        row.invented.append("point")


def _not_on_map(row: Row, *, street_known: bool) -> Message:
    street, number = row.values["street"], row.values.get("housenumber", "")
    if not street_known:
        return Message(
            "The street map does not know “%(address)s”. Please correct it, or add latitude and longitude.",
            {"address": row.address},
        )
    if not number:
        return Message(
            "The house number is missing; without it %(street)s is too long a place. Please add it, or latitude and "
            "longitude.",
            {"street": street},
        )
    return Message(
        "The street map knows %(street)s, but no house number near %(number)s. Please correct it, or add latitude and "
        "longitude.",
        {"street": street, "number": number},
    )


def _refuse_twin(row: Row, seen: dict[tuple[str, ...], int]) -> None:
    values = row.values
    key = _same(values["street"], values.get("housenumber", ""), values.get("name", ""), str(values.get("floor", "")))
    keys = [key] + ([("ref", values["external_ref"])] if values.get("external_ref") else [])
    twin = next((seen[one] for one in keys if one in seen), None)
    if twin is not None:
        row.mistakes.append(
            Message("“%(address)s” stands in line %(line)d already.", {"address": row.address, "line": twin})
        )
    for one in keys:
        seen.setdefault(one, row.line)


def _compare(
    row: Row,
    by_ref: Mapping[str, Known],
    by_name: Mapping[tuple[str, ...], list[Known]],
    by_address: Mapping[tuple[str, ...], list[Known]],
) -> None:
    """Whether the register knows the shop: by its reference, its address with its name, or its address alone."""
    values = row.values
    address = _same(values["street"], values.get("housenumber", ""))
    here = by_address.get(address, [])
    found = by_ref.get(values["external_ref"]) if values.get("external_ref") else None
    if found is None:
        named = by_name.get((*address, plain(values.get("name", ""))), [])
        found = named[0] if len(named) == 1 else None
    if found is None and len(here) == 1 and not (values.get("name") and here[0].name):
        found = here[0]
    if found is None:
        _fill(row)
        return
    row.unit_id = found.id
    new = {
        key: value
        for key, value in values.items()
        if key not in (*SPELL_KEYS, "owner", "lat", "lon") and found.values.get(key) != value
    }
    moved = "spell" in values and values["spell"] != found.kind
    asks_owner = "owner" in values and values["owner"] != found.values.get("owner")
    row.becomes = Becomes.CHANGE if new or moved or asks_owner else Becomes.SAME


def _fill(row: Row) -> None:
    """What every shop must have and the list does not say is assumed, and marked so."""
    values = row.values
    if "area_m2" not in values:
        values["area_m2"] = USUAL_AREA_M2
        row.invented.append("area_m2")
    if "frontage_m" not in values:
        values["frontage_m"] = round(max(0.5, FRONT_OF_AREA * math.sqrt(values["area_m2"])), 1)
        row.invented.append("frontage_m")
    row.invented += [key for key in ASSUMED if key not in values]
    for key in ("sales_area_m2", "storage_area_m2", "min_part_m2"):
        if values.get(key, 0) > values["area_m2"]:
            row.mistakes.append(
                Message(
                    "A part of %(part)d m² is larger than the whole of %(whole)d m².",
                    {"part": values[key], "whole": values["area_m2"]},
                )
            )


def counts(rows: Sequence[Row]) -> dict[Becomes, int]:
    """How many rows do what."""
    return {kind: sum(row.becomes == kind for row in rows) for kind in Becomes}
