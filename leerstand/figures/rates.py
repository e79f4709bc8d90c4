"""Vacancy rates (Leerstandsquoten), duration classes, turnover, chains. Pure; each docstring says how it is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

import numpy as np

from leerstand.figures.arrays import NO_END, Day, Flags, State, Stock, on

FRICTION_DAYS, LASTING_DAYS = 365, 3 * 365  # PBL/Locatus: up to one year, one to three years, longer
WINDOW_DAYS = 2 * 365  # rolling vacancy days, counted like the British High Street Rental Auctions


@dataclass(frozen=True, slots=True)
class Rates:
    """Three rates in percent, of what is known; None where nothing is.

    ``gross`` counts interim uses as vacant too (brutto), the others do not (netto).
    """

    shops: int
    unknown: int
    vacant: int
    interim: int
    area_m2: float
    vacant_area_m2: float
    front_m: float
    vacant_front_m: float
    units_percent: float | None
    area_percent: float | None
    front_percent: float | None
    gross_units_percent: float | None
    gross_area_percent: float | None
    gross_front_percent: float | None


def rates(whole: Stock, day: Day) -> Rates:
    """sum(v)/n, sum(v·a)/sum(a) and sum(v·f)/sum(f) over the shops of which anything is known on that day.

    A shop that has been converted for good or is gone has left the stock and counts neither above nor below.
    """
    counted = day.known & ~day.left
    gross = day.vacant | day.interim
    ones = np.ones(len(whole))
    return Rates(
        shops=int(counted.sum()),
        unknown=int((~day.known).sum()),
        vacant=int(day.vacant.sum()),
        interim=int(day.interim.sum()),
        area_m2=float(whole.area_m2[counted].sum()),
        vacant_area_m2=float(whole.area_m2[day.vacant].sum()),
        front_m=float(whole.frontage_m[counted].sum()),
        vacant_front_m=float(whole.frontage_m[day.vacant].sum()),
        units_percent=share(ones, day.vacant, counted),
        area_percent=share(whole.area_m2, day.vacant, counted),
        front_percent=share(whole.frontage_m, day.vacant, counted),
        gross_units_percent=share(ones, gross, counted),
        gross_area_percent=share(whole.area_m2, gross, counted),
        gross_front_percent=share(whole.frontage_m, gross, counted),
    )


def share(size: np.ndarray, above: Flags, below: Flags) -> float | None:
    """Percent of the size of ``below`` that lies in ``above``; None of nothing."""
    whole = float(size[below].sum())
    return 100 * float(size[above & below].sum()) / whole if whole else None


@dataclass(frozen=True, slots=True)
class Durations:
    """How many shops stand empty for how long: friction (up to a year), lasting (one to three), structural (longer)."""

    friction: int
    lasting: int
    structural: int


def durations(day: Day) -> Durations:
    """Days since the running vacancy began, in three classes."""
    days = (day.day - day.since)[day.vacant]
    friction, structural = int((days <= FRICTION_DAYS).sum()), int((days > LASTING_DAYS).sum())
    return Durations(friction, len(days) - friction - structural, structural)


def vacancy_days(whole: Stock, day: date, window_days: int = WINDOW_DAYS) -> np.ndarray:
    """For each shop the days on which it stood empty within the window that ends on ``day``."""
    ends = day.toordinal()
    vacant = whole.spell_state == State.VACANT
    lasted = np.minimum(whole.spell_ends, ends) - np.maximum(whole.spell_starts, ends - window_days)
    return np.bincount(whole.spell_unit[vacant], weights=np.maximum(0, lasted)[vacant], minlength=len(whole)).astype(
        int
    )


def turnover_percent(whole: Stock, day: date) -> float | None:
    """Fluktuation: uses begun in the twelve months up to ``day`` after another spell of that shop, per shop."""
    ends = day.toordinal()
    begun = (whole.spell_starts > ends - FRICTION_DAYS) & (whole.spell_starts <= ends)
    active = np.isin(whole.spell_state, (State.REGULAR, State.INTERIM))
    not_first = np.zeros(len(whole.spell_unit), bool)
    not_first[1:] = whole.spell_unit[1:] == whole.spell_unit[:-1]
    known = int(on(whole, day).known.sum())
    return 100 * int((begun & active & not_first).sum()) / known if known else None


@dataclass(frozen=True, slots=True)
class Chains:
    """Filialisierungsgrad in percent of the shops in regular use, by shops and by area, and of how many it speaks."""

    shops: int
    units_percent: float | None
    area_percent: float | None


def chains(whole: Stock, day: Day, least_outlets: int) -> Chains:
    """Shops in regular use whose name stands over at least ``least_outlets`` shops of the stock on that day.

    Only outlets within the register can be counted, so providers with more
    shops elsewhere are missed: the figure is a lower end.
    """
    regular = day.state == State.REGULAR
    names = _names(whole, day.day)
    outlets = Counter(name for name, here in zip(names, regular, strict=True) if here and name)
    chain = np.array([outlets[name] >= least_outlets if name else False for name in names], bool)
    return Chains(
        int(regular.sum()),
        share(np.ones(len(whole)), chain, regular),
        share(whole.area_m2, chain, regular),
    )


def _names(whole: Stock, number: int) -> list[str]:
    """Who is in each shop on a day, small letters; empty where nobody is named."""
    names = [""] * len(whole)
    running = (whole.spell_starts <= number) & (number < whole.spell_ends)
    for index in np.flatnonzero(running):
        names[int(whole.spell_unit[index])] = whole.spell_tenant[index].strip().casefold()
    return names


def became_permanent_percent(whole: Stock, day: date) -> tuple[int, float | None]:
    """Verstetigung: of the interim uses that had ended by ``day``, how many were followed at once by a regular use.

    Answers (how many have ended, percent of them; None before the first).
    """
    ended = (whole.spell_state == State.INTERIM) & (whole.spell_ends <= day.toordinal()) & (whole.spell_ends < NO_END)
    count = int(ended.sum())
    if not count:
        return 0, None
    regular = {
        (int(unit), int(starts))
        for unit, starts in zip(
            whole.spell_unit[whole.spell_state == State.REGULAR],
            whole.spell_starts[whole.spell_state == State.REGULAR],
            strict=True,
        )
    }
    stayed = sum(
        (int(unit), int(ends)) in regular
        for unit, ends in zip(whole.spell_unit[ended], whole.spell_ends[ended], strict=True)
    )
    return count, 100 * stayed / count
