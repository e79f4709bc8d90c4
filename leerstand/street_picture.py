"""Streets house by house, for pictures and tables; gaps and perforation come from :mod:`leerstand.figures`. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from leerstand.figures import arrays, perforation
from leerstand.figures.arrays import Stock
from leerstand.kinds import Side
from leerstand.models import StreetAxis, Unit
from leerstand.situation import Status, status_on


class Front(Protocol):
    """What a picture needs of a shop."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def housenumber(self) -> str:
        """As on the wall."""

    @property
    def side(self) -> Side:
        """Of the street."""

    @property
    def frontage_m(self) -> float:
        """Its front."""


@dataclass(frozen=True, slots=True)
class House:
    """One shop in the picture of its street. ``hole``: dead between active ones; ``retreat``: beyond the last."""

    unit: Front
    status: Status
    hole: bool
    retreat: bool


@dataclass(frozen=True, slots=True)
class Street:
    """One street in order from the core, with its gaps (Straßenzug)."""

    axis: StreetAxis
    houses: tuple[House, ...]
    edge_m: int | None  # the outermost active use; None: nobody is active
    perforation_percent: float | None  # None: nobody is active

    def side(self, side: Side) -> tuple[House, ...]:
        """The houses of one side."""
        return tuple(house for house in self.houses if house.unit.side == side)

    @property
    def holes(self) -> tuple[House, ...]:
        """Dead fronts between active ones."""
        return tuple(house for house in self.houses if house.hole)

    @property
    def hole_m(self) -> float:
        """Their front in metres."""
        return sum(house.unit.frontage_m for house in self.holes)

    @property
    def empty(self) -> int:
        """How many shops stand empty."""
        return sum(house.status == Status.VACANCY for house in self.houses)


def streets(units: Sequence[Unit], day: date) -> tuple[Street, ...]:
    """Every street of these shops, core first; their spells and streets must be loaded."""
    axes = {unit.axis.id: unit.axis for unit in units if unit.axis is not None}
    whole, fronts = arrays.stock(units), {unit.id: (unit, status_on(unit.spells, day)) for unit in units}
    used = sorted({axis_id for unit in units if unit.id in set(whole.unit_id.tolist()) and (axis_id := unit.axis_id)})
    return pictures(whole, [axes[axis_id] for axis_id in used], fronts, day)


def pictures(
    whole: Stock, axes: Sequence[StreetAxis], fronts: Mapping[int, tuple[Front, Status]], day: date
) -> tuple[Street, ...]:
    """Every street, core first: ``axes`` by their number in the stock, ``fronts`` by the number of the shop."""
    then = arrays.on(whole, day)
    within, indices = perforation.inside(whole, then), perforation.index_by_axis(whole, then)
    holes, found = within & then.inactive, []
    for number, axis in enumerate(axes):
        first, after = np.searchsorted(whole.axis, (number, number + 1)).tolist()
        houses = tuple(
            House(*fronts[int(whole.unit_id[n])], hole=bool(holes[n]), retreat=not within[n])
            for n in range(first, after)
        )
        inner, index = whole.position_m[first:after][within[first:after]], indices[number]
        edge_m = int(inner.max()) if len(inner) else None
        found.append(Street(axis, houses, edge_m, None if index is None else 100 * index))
    return tuple(sorted(found, key=lambda street: (street.axis.rank, street.axis.name)))
