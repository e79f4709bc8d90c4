"""A town as it might be: other weights, a magnet that leaves, lower rents, more money, faster permits. Pure.

The shops of the database stay as they are; a changed one is a copy that no session knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from sqlalchemy import inspect

from city.settings import CitySettings
from leerstand.kinds import SpellKind
from leerstand.models import Occupancy, Unit, UseRequest
from routing.message import BadInput, Message

WEIGHTS = tuple(setting.name for setting in fields(CitySettings) if setting.name.startswith("weight_"))
LEADS = ("lead_none_weeks", "lead_heritage_weeks", "lead_permit_weeks")
MOST_WEIGHT = 100
NO_HUB = 0  # in the place of a shop's id


@dataclass(frozen=True)
class WhatIf:
    """What a scenario assumes; empty: the town as it is."""

    weights: Mapping[str, int] = field(default_factory=dict)  # by criterion, where they differ
    magnet_id: int | None = None  # this occupied shop stands empty from today on
    rent_percent: int = 100  # of what owners ask
    more_subsidy_eur: int = 0
    lead_percent: int = 100  # of the weeks that permits take
    core_first: bool = False  # the gaps in the core count before all points
    hub_id: int | None = None  # this shop becomes a micro-hub, whatever it costs; NO_HUB: none does

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> WhatIf:
        """As JSON kept it."""
        return cls(**{known.name: row[known.name] for known in fields(cls) if known.name in row})

    def as_row(self) -> dict[str, Any]:
        """As JSON keeps it: only what differs from the town as it is."""
        return {key: value for key, value in asdict(self).items() if value != getattr(WhatIf(), key)}

    def numbers(self, now: CitySettings) -> CitySettings:
        """The city's numbers under these assumptions."""
        leads = {name: getattr(now, name) * self.lead_percent // 100 for name in LEADS}
        budget = max(0, now.subsidy_budget_eur + self.more_subsidy_eur)
        weights = {f"weight_{key}": value for key, value in self.weights.items()}
        first = now.core_first or self.core_first
        hubs = {None: now.max_new_hubs, NO_HUB: 0}.get(self.hub_id, max(1, now.max_new_hubs))
        return now.but(**leads, **weights, subsidy_budget_eur=budget, max_new_hubs=hubs, core_first=first)

    def stock(self, units: Sequence[Unit], today: date) -> list[Unit]:
        """The shops under these assumptions, in the same order."""
        return [self._unit(unit, today) for unit in units]

    def _unit(self, unit: Unit, today: date) -> Unit:
        leaves = unit.id == self.magnet_id
        if not leaves and self.rent_percent == 100:
            return unit
        changed = copy_of(unit)
        changed.rent_cents_m2 = unit.rent_cents_m2 * self.rent_percent // 100
        if leaves:
            changed.spells = [Occupancy(kind=SpellKind.VACANCY, category=None, starts=today, ends=None)]
        return changed

    def sentences(self, names: Mapping[int, str]) -> list[Message]:
        """The assumptions in words; ``names`` are addresses of shops by id."""
        said = []
        if self.weights:
            said.append(Message("Other weights: %(count)d changed.", {"count": len(self.weights)}))
        if self.magnet_id is not None:
            said.append(Message("%(name)s stands empty.", {"name": names.get(self.magnet_id, "?")}))
        if self.rent_percent != 100:
            said.append(Message("Owners ask %(percent)d %% of the rent.", {"percent": self.rent_percent}))
        if self.more_subsidy_eur:
            said.append(Message("%(more)d € more for rent subsidies.", {"more": self.more_subsidy_eur}))
        if self.lead_percent != 100:
            said.append(Message("Permits take %(percent)d %% of the time.", {"percent": self.lead_percent}))
        if self.core_first:
            said.append(Message("First the gaps in the core are closed, then points count."))
        if self.hub_id == NO_HUB:
            said.append(Message("No shop becomes a micro-hub."))
        elif self.hub_id is not None:
            said.append(Message("%(name)s becomes a micro-hub.", {"name": names.get(self.hub_id, "?")}))
        return said


def copy_of(unit: Unit) -> Unit:
    """The same shop as a plain object, with its spells and its street."""
    columns = {column.key: getattr(unit, column.key) for column in inspect(Unit).column_attrs}
    copy = Unit(**columns)
    copy.spells = [
        Occupancy(**{column.key: getattr(spell, column.key) for column in inspect(Occupancy).column_attrs})
        for spell in unit.spells
    ]
    return copy


def copy_of_request(request: UseRequest) -> UseRequest:
    """The same request as a plain object."""
    return UseRequest(**{column.key: getattr(request, column.key) for column in inspect(UseRequest).column_attrs})


def checked_weights(weights: Mapping[str, float | int | None]) -> dict[str, int]:
    """Weights by criterion as whole numbers.

    Raises BadInput for one that is no whole number from 0 to 100, and when all
    together are zero: then nothing would count.
    """
    found = {}
    for key, value in weights.items():
        whole = value is not None and value == value and abs(value) < 1e9 and value == int(value)
        if not whole or not 0 <= int(value or 0) <= MOST_WEIGHT:
            raise BadInput(
                "The weight of “%(key)s” is %(value)s; whole numbers from 0 to %(most)d are possible.",
                key=key,
                value=value,
                most=MOST_WEIGHT,
            )
        found[key] = int(value or 0)
    if not sum(found.values()):
        raise BadInput("All weights are zero, so nothing would count. Please give at least one aim some points.")
    return found


# Starting points for the sliders, by name: what counts first. Each sums to 100.
CRITERIA = tuple(name.removeprefix("weight_") for name in WEIGHTS)
_ORDER = ("gap", "stretch", "transition", "diversity", "ring", "public", "fit", "footfall", "owner", "hub")
_LAST = ("learning", "permanence")
PRESETS: Mapping[str, Mapping[str, int]] = {
    name: dict(zip((*_ORDER, *_LAST), points, strict=True))
    for name, points in {
        "balanced": (14, 4, 18, 12, 12, 10, 8, 6, 6, 5, 3, 2),
        "core": (30, 10, 12, 8, 20, 4, 4, 8, 2, 2, 0, 0),
        "mix": (8, 4, 8, 40, 10, 8, 6, 8, 2, 2, 2, 2),
        "fast": (10, 4, 50, 6, 6, 4, 8, 4, 6, 2, 0, 0),
        "common_good": (8, 2, 10, 12, 6, 36, 6, 4, 2, 6, 6, 2),
    }.items()
}
