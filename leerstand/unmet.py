"""Unmet demand (ungedeckter Bedarf): requests for which no free shop suits, and what stands in the way. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from city.settings import CitySettings
from leerstand.matching.columns import Columns, least_obstacles
from leerstand.matching.explain import Pair, for_request
from leerstand.models import Unit, UseRequest
from leerstand.situation import Situation


@dataclass(frozen=True, slots=True)
class Unmet:
    """One request without a shop: the nearest one (fewest obstacles), or None where no shop is free."""

    request: UseRequest
    nearest: Pair | None

    @property
    def single(self) -> str | None:
        """The key of the one obstacle that would have to fall; None where there are more."""
        obstacles = self.nearest.found.obstacles if self.nearest else ()
        return obstacles[0].key if len(obstacles) == 1 else None


@dataclass(frozen=True, slots=True)
class Reason:
    """One kind of obstacle: at how many requests' nearest shop it stands, and for how many it is the only one."""

    key: str
    requests: int
    only: int


def unmet(
    requests: Sequence[UseRequest],
    units: Sequence[Unit],
    situations: Mapping[int, Situation],
    settings: CitySettings,
) -> list[Unmet]:
    """The requests that no free shop suits, in their order; ``units`` are the free ones.

    The nearest shop has the fewest obstacles; among several, size and rent decide.
    """
    if not units or not requests:
        return [Unmet(request, None) for request in requests]
    columns = Columns(units, requests, [situations[unit.id] for unit in units], settings)
    counts = least_obstacles(columns)
    far = _far(columns)
    found = []
    for number, request in enumerate(requests):
        if counts[:, number].min() == 0:
            continue
        near = units[int(np.lexsort((far[:, number], counts[:, number]))[0])]
        found.append(Unmet(request, for_request(request, [near], situations, settings, {})[0]))
    return found


def _far(columns: Columns) -> np.ndarray:
    """How far each shop is from what is asked for: in size and rent, as shares."""
    area, ideal = columns.unit(lambda u: u.area_m2), columns.request(lambda r: r.area_ideal_m2)
    rent, budget = columns.unit(lambda u: u.rent_cents_month), columns.request(lambda r: r.budget_cents_month)
    away: np.ndarray = np.abs(area - ideal) / ideal + np.maximum(0, rent - budget) / np.maximum(1, budget)
    return away


def nearest(
    request: UseRequest,
    units: Sequence[Unit],
    situations: Mapping[int, Situation],
    settings: CitySettings,
    most: int,
) -> list[Unit]:
    """The free shops with the fewest obstacles for a request, at most so many; then size and rent decide."""
    if len(units) <= most:
        return list(units)
    columns = Columns(units, [request], [situations[unit.id] for unit in units], settings)
    counts = least_obstacles(columns)[:, 0]
    return [units[int(n)] for n in np.lexsort((_far(columns)[:, 0], counts))[:most]]


def reasons(found: Iterable[Unmet]) -> list[Reason]:
    """The most frequent obstacles first: what a shop would have to offer."""
    every: Counter[str] = Counter()
    only: Counter[str] = Counter()
    for one in found:
        if one.nearest is not None:
            every.update({obstacle.key for obstacle in one.nearest.found.obstacles})
        if one.single is not None:
            only[one.single] += 1
    return [Reason(key, count, only[key]) for key, count in every.most_common()]
