"""Invented requests for rooms (Nutzungsgesuche, erfunden), read from ``wishes.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leerstand.kinds import PublicValue, UseType

FILE = Path(__file__).with_name("wishes.toml")


@dataclass(frozen=True, slots=True)
class Wish:
    """What one invented applicant looks for; areas in m², budget in euros a month, start in weeks from today."""

    title: str
    use_type: UseType
    concept: str
    areas_m2: tuple[int, int, int]
    budget_eur: int
    starts_in_weeks: int
    weeks: tuple[int, int]
    needs: frozenset[str] = frozenset()
    power_kw: int = 0
    footfall: int = 1
    noise: int = 0
    event_days: int = 0  # a year
    visitors: int | None = None  # at a time
    values: tuple[PublicValue, ...] = ()
    permanent: bool = False
    evaluates: bool = False
    part: bool = False  # of a larger shop would do
    days: tuple[int, ...] = ()  # of the week, 0: Monday
    times: tuple[int, ...] = ()  # of the day, 0: morning


def wishes() -> tuple[Wish, ...]:
    """All of them, in the order of the file."""
    with FILE.open("rb") as file:
        return tuple(_wish(row) for row in tomllib.load(file)["wish"])


def _wish(row: dict[str, Any]) -> Wish:
    least, ideal, most = row.pop("areas_m2")
    shortest, longest = row.pop("weeks")
    return Wish(
        use_type=UseType(row.pop("use_type")),
        areas_m2=(least, ideal, most),
        weeks=(shortest, longest),
        needs=frozenset(row.pop("needs", ())),
        days=tuple(row.pop("days", ())),
        times=tuple(row.pop("times", ())),
        values=tuple(PublicValue(value) for value in row.pop("values", ())),
        **row,
    )
