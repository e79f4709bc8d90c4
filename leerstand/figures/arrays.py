"""The stock as arrays: shops in order of street and distance from the core, spells, and what holds on a day. Pure.

One :class:`Stock` is made from the rows; :func:`on` says for any day in a few array expressions what every shop was,
so that a curve over years costs milliseconds also for thousands of shops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from leerstand.kinds import Category, Floor, Side, SpellKind
from leerstand.models import Occupancy, Unit

NO_END = np.iinfo(np.int64).max
NO_CATEGORY = -1
CATEGORIES = tuple(Category)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class State(IntEnum):
    """What a shop is on a day."""

    UNKNOWN = 0  # nobody has written down who was there
    REGULAR = 1
    INTERIM = 2
    VACANT = 3
    WORKS = 4
    CONVERTED = 5  # for good no shop any more (umgenutzt): its front is inactive


STATE_OF = {
    SpellKind.REGULAR.value: State.REGULAR,
    SpellKind.INTERIM.value: State.INTERIM,
    SpellKind.VACANCY.value: State.VACANT,
    SpellKind.WORKS.value: State.WORKS,
    "converted": State.CONVERTED,
}
ACTIVE = (State.REGULAR, State.INTERIM)
INACTIVE = (State.VACANT, State.WORKS, State.CONVERTED)


@dataclass(frozen=True, slots=True)
class Stock:
    """n shops and m spells as arrays; shops ordered by street, then by metres from its core end.

    ``axis`` numbers the streets (-1: none); ``spell_unit`` points into the
    shops; spells are ordered by shop and start; days are proleptic ordinals.
    """

    unit_id: Ints
    axis: Ints
    position_m: Floats
    side: Ints
    area_m2: Floats
    frontage_m: Floats
    weight: Floats
    spell_unit: Ints
    spell_state: Ints
    spell_category: Ints
    spell_starts: Ints
    spell_ends: Ints
    spell_tenant: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.unit_id)


def grade_weight(grade: int) -> int:
    """Weight of a place: the best grade counts five times, the last once (own assumption, linear)."""
    return max(1, 6 - grade)


def stock(units: Sequence[Unit]) -> Stock:
    """The street-level shops that count as retail stock, with their spells (which must be loaded)."""
    counted = [unit for unit in units if unit.floor == Floor.GROUND and getattr(unit, "counts_as_retail_stock", True)]
    axes = {axis_id: number for number, axis_id in enumerate(sorted({u.axis_id for u in counted if u.axis_id}))}
    ordered = sorted(counted, key=lambda u: (axes.get(u.axis_id or 0, -1), u.position_m, u.id))
    spells = [
        (number, spell)
        for number, unit in enumerate(ordered)
        for spell in sorted(unit.spells, key=lambda spell: spell.starts)
    ]
    return Stock(
        unit_id=np.array([unit.id for unit in ordered], np.int64),
        axis=np.array([axes.get(unit.axis_id or 0, -1) for unit in ordered], np.int64),
        position_m=np.array([unit.position_m for unit in ordered], float),
        side=np.array([unit.side == Side.EVEN for unit in ordered], np.int64),
        area_m2=np.array([unit.area_m2 for unit in ordered], float),
        frontage_m=np.array([unit.frontage_m for unit in ordered], float),
        weight=np.array([grade_weight(unit.grade) for unit in ordered], float),
        spell_unit=np.array([number for number, _ in spells], np.int64),
        spell_state=np.array([STATE_OF.get(spell.kind.value, State.UNKNOWN) for _, spell in spells], np.int64),
        spell_category=np.array([_category(spell) for _, spell in spells], np.int64),
        spell_starts=np.array([spell.starts.toordinal() for _, spell in spells], np.int64),
        spell_ends=np.array([spell.ends.toordinal() if spell.ends else NO_END for _, spell in spells], np.int64),
        spell_tenant=tuple(spell.tenant for _, spell in spells),
    )


def _category(spell: Occupancy) -> int:
    return CATEGORIES.index(spell.category) if spell.category is not None else NO_CATEGORY


def part(whole: Stock, chosen: Flags) -> Stock:
    """The shops that are chosen, with their spells: for one street, one ring."""
    new_number = np.cumsum(chosen) - 1
    kept = chosen[whole.spell_unit] if len(whole.spell_unit) else np.zeros(0, bool)
    return replace(
        whole,
        **{
            name: getattr(whole, name)[chosen]
            for name in ("unit_id", "axis", "position_m", "side", "area_m2", "frontage_m", "weight")
        },
        **{
            name: getattr(whole, name)[kept] for name in ("spell_state", "spell_category", "spell_starts", "spell_ends")
        },
        spell_unit=new_number[whole.spell_unit[kept]],
        spell_tenant=tuple(name for name, keep in zip(whole.spell_tenant, kept, strict=True) if keep),
    )


@dataclass(frozen=True, slots=True)
class Day:
    """What every shop was on one day: its state, its kind of business (-1: none), since when (ordinal; 0: unknown)."""

    day: int
    state: Ints
    category: Ints
    since: Ints

    @property
    def known(self) -> Flags:
        """Of which shops anything is known."""
        return self.state != State.UNKNOWN

    @property
    def vacant(self) -> Flags:
        """Empty, nobody in it."""
        return self.state == State.VACANT

    @property
    def interim(self) -> Flags:
        """In interim use."""
        return self.state == State.INTERIM

    @property
    def active(self) -> Flags:
        """The shop window is alive; what nobody knows counts as alive, so that no hole is invented."""
        return ~self.inactive

    @property
    def inactive(self) -> Flags:
        """Empty, under works, or converted for good."""
        return np.isin(self.state, INACTIVE)


def on(whole: Stock, day: date) -> Day:
    """What every shop was on that day."""
    number = day.toordinal()
    running = (whole.spell_starts <= number) & (number < whole.spell_ends)
    where = whole.spell_unit[running]
    state = np.zeros(len(whole), np.int64)
    category = np.full(len(whole), NO_CATEGORY, np.int64)
    since = np.zeros(len(whole), np.int64)
    state[where], category[where] = whole.spell_state[running], whole.spell_category[running]
    since[where] = whole.spell_starts[running]
    return Day(number, state, category, since)
