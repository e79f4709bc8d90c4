"""Vacancy rates (Leerstandsquoten), duration classes, turnover, chains. Pure; each docstring says how it is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from leerstand.figures.arrays import Day, Flags, Ints, State, Stock, on

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


def without_percent(found: Rates) -> Rates:
    """The same counts without rates: for a day of which too little is known."""
    return replace(
        found,
        units_percent=None,
        area_percent=None,
        front_percent=None,
        gross_units_percent=None,
        gross_area_percent=None,
        gross_front_percent=None,
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
    """Fluktuation: changes of the tenant in the twelve months up to ``day``, per shop of the stock.

    A change is a regular use that began in a shop of which something was known
    before; not an interim use (it passes), and not the same tenant coming back.
    """
    ends = day.toordinal()
    regular = whole.spell_state == State.REGULAR
    begun = regular & (whole.spell_starts > ends - FRICTION_DAYS) & (whole.spell_starts <= ends)
    not_first = np.zeros(len(whole.spell_unit), bool)
    not_first[1:] = whole.spell_unit[1:] == whole.spell_unit[:-1]
    moved_in = np.flatnonzero(begun & not_first)
    changes = sum(
        before is None or not _same_tenant(whole, before, spell)
        for before, spell in zip(_regular_before(whole, regular, moved_in), moved_in.tolist(), strict=True)
    )
    then = on(whole, day)
    counted = int((then.known & ~then.left).sum())
    return 100 * changes / counted if counted else None


def _regular_before(whole: Stock, regular: Flags, spells: Ints) -> list[int | None]:
    """For each of these spells the last regular use before it in the same shop, if there was one."""
    numbers = np.arange(len(regular))
    latest = np.maximum.accumulate(np.where(regular, numbers, -1))
    before = latest[spells - 1]
    known = (before >= 0) & (whole.spell_unit[before] == whole.spell_unit[spells])
    return [number if here else None for number, here in zip(before.tolist(), known.tolist(), strict=True)]


def _same_tenant(whole: Stock, one: int, other: int) -> bool:
    """Whether both name the same; nobody is nobody's namesake."""
    return _tenant(whole, one) == _tenant(whole, other) != ""


def _tenant(whole: Stock, spell: int) -> str:
    """Who it is, small letters; empty where nobody is named."""
    return whole.spell_tenant[spell].strip().casefold()


@dataclass(frozen=True, slots=True)
class Chains:
    """Filialisierungsgrad in percent of the shops in regular use, by shops and by area, and of how many it speaks."""

    shops: int
    units_percent: float | None
    area_percent: float | None


def chains(whole: Stock, day: Day, least_outlets: int) -> Chains:
    """Shops in regular use that are marked as branches, or whose name stands over at least ``least_outlets`` shops.

    Names are counted within the register; a provider with more shops elsewhere
    is missed where nobody has marked it, so the figure is a lower end.
    """
    regular = day.state == State.REGULAR
    names, marked = _running(whole, day.day)
    outlets = Counter(name for name, here in zip(names, regular, strict=True) if here and name)
    chain = np.array([outlets[name] >= least_outlets if name else False for name in names], bool) | marked
    return Chains(
        int(regular.sum()),
        share(np.ones(len(whole)), chain, regular),
        share(whole.area_m2, chain, regular),
    )


def _running(whole: Stock, number: int) -> tuple[list[str], Flags]:
    """Who is in each shop on a day, and whether it is marked as a branch."""
    names, marked = [""] * len(whole), np.zeros(len(whole), bool)
    running = (whole.spell_starts <= number) & (number < whole.spell_ends)
    marked[whole.spell_unit[running & whole.spell_chain]] = True
    for index in np.flatnonzero(running):
        names[int(whole.spell_unit[index])] = _tenant(whole, int(index))
    return names, marked


def became_permanent_percent(whole: Stock, day: date) -> tuple[int, float | None]:
    """Verstetigung: of the interim uses that had ended by ``day``, how many stayed as a regular use.

    Stayed: a regular use began on the day the interim use ended, by the same
    tenant as far as both are named. Answers (how many have ended, percent of
    them; None before the first).
    """
    ended = np.flatnonzero((whole.spell_state == State.INTERIM) & (whole.spell_ends <= day.toordinal()))
    if not len(ended):
        return 0, None
    stayed = sum(_stayed(whole, int(spell)) for spell in ended)
    return len(ended), 100 * stayed / len(ended)


def _stayed(whole: Stock, spell: int) -> bool:
    following = spell + 1
    if following == len(whole.spell_unit) or whole.spell_unit[following] != whole.spell_unit[spell]:
        return False
    if whole.spell_state[following] != State.REGULAR or whole.spell_starts[following] != whole.spell_ends[spell]:
        return False
    names = {_tenant(whole, spell), _tenant(whole, following)} - {""}
    return len(names) < 2
