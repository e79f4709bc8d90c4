"""Unmet demand (ungedeckter Bedarf): requests for which no free shop suits, and what stands in the way. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from city.settings import CitySettings
from leerstand.matching.explain import Pair, for_request
from leerstand.models import Unit, UseRequest
from leerstand.rules import obstacles
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
    request: UseRequest, units: Iterable[Unit], situations: Mapping[int, Situation], settings: CitySettings
) -> Unmet | None:
    """None for a request that some free shop suits; else the shop that :mod:`leerstand.matching.explain` has first."""
    near: list[Unit] = []
    fewest = 0
    for unit in units:
        if unit.id not in situations:
            continue
        count = len(obstacles(unit, request, settings, situations[unit.id]))
        if not count:
            return None
        if not near or count < fewest:
            near, fewest = [], count
        if count == fewest:
            near.append(unit)
    pairs = for_request(request, near, situations, settings, {})
    return Unmet(request, pairs[0] if pairs else None)


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
