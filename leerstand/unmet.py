"""Unmet demand (ungedeckter Bedarf): requests for which no free shop suits, and what stands in the way. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from city.settings import CitySettings
from leerstand.matching.columns import Columns, obstacle_counts, starts_and_ends
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

    The nearest shop has the fewest obstacles; among several the one whose size is nearest to the best size.
    """
    if not units or not requests:
        return [Unmet(request, None) for request in requests]
    columns = Columns(units, requests, [situations[unit.id] for unit in units], settings)
    counts = obstacle_counts(columns, *starts_and_ends(columns))
    far = np.abs(columns.unit(lambda u: u.area_m2) - columns.request(lambda r: r.area_ideal_m2))
    found = []
    for number, request in enumerate(requests):
        if counts[:, number].min() == 0:
            continue
        near = units[int(np.lexsort((far[:, number], counts[:, number]))[0])]
        found.append(Unmet(request, for_request(request, [near], situations, settings, {})[0]))
    return found


def nearest(
    request: UseRequest,
    units: Sequence[Unit],
    situations: Mapping[int, Situation],
    settings: CitySettings,
    most: int,
) -> list[Unit]:
    """The free shops with the fewest obstacles for a request, at most so many; of equal ones the best sizes."""
    if len(units) <= most:
        return list(units)
    columns = Columns(units, [request], [situations[unit.id] for unit in units], settings)
    counts = obstacle_counts(columns, *starts_and_ends(columns))[:, 0]
    far = np.abs(columns.unit(lambda u: u.area_m2)[:, 0] - request.area_ideal_m2)
    return [units[int(n)] for n in np.lexsort((far, counts))[:most]]


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
