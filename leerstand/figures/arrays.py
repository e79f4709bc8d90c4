"""The stock as arrays: shops in order of street and distance from the core, spells, and what holds on a day. Pure.

One :class:`Stock` is made from the rows; :func:`on` says for any day in a few array expressions what every shop was,
so that a curve over years costs milliseconds also for thousands of shops.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leerstand.kinds import Category, Floor, Side, SpellKind
from leerstand.models import Unit

NO_END = np.iinfo(np.int64).max
NO_CATEGORY = -1
CATEGORIES = tuple(Category)
_NUMBER_OF: dict[Category | None, int] = {None: NO_CATEGORY, **{kind: n for n, kind in enumerate(CATEGORIES)}}
_OF_SHOPS = ("unit_id", "axis", "position_m", "side", "area_m2", "frontage_m", "weight")
_OF_SPELLS = ("spell_state", "spell_category", "spell_starts", "spell_ends", "spell_chain")
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
    CLOSED = 6  # pulled down or joined to another (stillgelegt): inactive too


STATE_OF = {
    SpellKind.REGULAR: State.REGULAR,
    SpellKind.INTERIM: State.INTERIM,
    SpellKind.VACANCY: State.VACANT,
    SpellKind.WORKS: State.WORKS,
    SpellKind.CONVERTED: State.CONVERTED,
    SpellKind.CLOSED: State.CLOSED,
}
ACTIVE = (State.REGULAR, State.INTERIM)
INACTIVE = (State.VACANT, State.WORKS, State.CONVERTED, State.CLOSED)
LEFT = (State.CONVERTED, State.CLOSED)  # no longer part of the stock
_IS_INACTIVE = np.isin(np.arange(len(State)), INACTIVE)  # looked up by state: faster than asking each time
_HAS_LEFT = np.isin(np.arange(len(State)), LEFT)
ShopRow = tuple[int, int | None, float, Side, float, float, int]  # id, street, position, side, area, front, grade
# shop, kind, category, period, tenant, whether it is one of several branches
SpellRow = tuple[int, SpellKind, Category | None, date, date | None, str, bool]


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
    spell_chain: Flags
    spell_tenant: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.unit_id)


def grade_weight(grade: int) -> int:
    """Weight of a place: the best grade counts five times, the last once (own assumption, linear)."""
    return max(1, 6 - grade)


def stock(units: Sequence[Unit]) -> Stock:
    """The street-level shops that count as retail stock, with their spells (which must be loaded)."""
    counted = [unit for unit in units if unit.floor == Floor.GROUND and unit.counts_as_stock is not False]
    return of_rows(
        [(u.id, u.axis_id, u.position_m, u.side, u.area_m2, u.frontage_m, u.grade) for u in counted],
        [(u.id, s.kind, s.category, s.starts, s.ends, s.tenant, bool(s.is_chain)) for u in counted for s in u.spells],
    )


def of_rows(shops: Iterable[ShopRow], spells: Iterable[SpellRow]) -> Stock:
    """The same from plain rows; spells of shops that are not among them are left out."""
    known = list(shops)
    axes = {axis_id: number for number, axis_id in enumerate(sorted({row[1] for row in known if row[1]}))}
    ordered = sorted((axes.get(row[1] or 0, -1), row[2], row[0], row) for row in known)
    number_of = {row[2]: number for number, row in enumerate(ordered)}
    lived = sorted(
        (number_of[spell[0]], spell[3].toordinal(), spell[4].toordinal() if spell[4] else NO_END, n, spell)
        for n, spell in enumerate(spells)
        if spell[0] in number_of
    )
    unit_id, axis, position, side, area, front, weight = _columns(
        [
            (row[0], axis, row[2], row[3] == Side.EVEN, row[4], row[5], grade_weight(row[6]))
            for axis, _, _, row in ordered
        ],
        7,
    )
    unit, starts, ends, state, category, chain = _columns(
        [
            (n, starts, ends, STATE_OF.get(spell[1], State.UNKNOWN), _NUMBER_OF[spell[2]], spell[6])
            for n, starts, ends, _, spell in lived
        ],
        6,
    )
    whole = np.int64
    return Stock(
        unit_id=unit_id.astype(whole), axis=axis.astype(whole), position_m=position.astype(float),
        side=side.astype(whole), area_m2=area.astype(float), frontage_m=front.astype(float),
        weight=weight.astype(float), spell_unit=unit.astype(whole), spell_state=state.astype(whole),
        spell_category=category.astype(whole), spell_starts=starts.astype(whole), spell_ends=ends.astype(whole),
        spell_chain=chain.astype(bool),
        spell_tenant=tuple(spell[5] for *_, spell in lived),
    )  # fmt: skip


def _columns(rows: list[tuple[Any, ...]], count: int) -> list[np.ndarray]:
    """Rows as columns; ``count`` of them, even where there are no rows."""
    return [np.array(column) for column in zip(*rows, strict=True)] if rows else [np.zeros(0)] * count


def of_axis(whole: Stock, number: int) -> Stock:
    """The shops of one street, with their spells; quick, because a street is a slice."""
    first, after = np.searchsorted(whole.axis, (number, number + 1)).tolist()
    begin, end = np.searchsorted(whole.spell_unit, (first, after)).tolist()
    return replace(
        whole,
        **{name: getattr(whole, name)[first:after] for name in _OF_SHOPS},
        **{name: getattr(whole, name)[begin:end] for name in _OF_SPELLS},
        spell_unit=whole.spell_unit[begin:end] - first,
        spell_tenant=whole.spell_tenant[begin:end],
    )


def part(whole: Stock, chosen: Flags) -> Stock:
    """The shops that are chosen, with their spells: for one street, one ring."""
    new_number = np.cumsum(chosen) - 1
    kept = chosen[whole.spell_unit] if len(whole.spell_unit) else np.zeros(0, bool)
    return replace(
        whole,
        **{name: getattr(whole, name)[chosen] for name in _OF_SHOPS},
        **{name: getattr(whole, name)[kept] for name in _OF_SPELLS},
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
        """Empty, under works, converted for good or gone."""
        found: Flags = _IS_INACTIVE[self.state]
        return found

    @property
    def left(self) -> Flags:
        """Converted for good or gone: no longer stock."""
        found: Flags = _HAS_LEFT[self.state]
        return found


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
