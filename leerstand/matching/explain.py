"""Why a request could come to a shop, and why the others cannot: every pair with its reasons, both ways. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from city.settings import CitySettings
from leerstand.findings import Suitability
from leerstand.models import Unit, UseRequest
from leerstand.rules import best
from leerstand.situation import Situation


@dataclass(frozen=True, slots=True)
class Pair:
    """One shop and one request with everything the rules say about them."""

    unit: Unit
    request: UseRequest
    found: Suitability


def for_unit(
    unit: Unit, requests: Iterable[UseRequest], situation: Situation, settings: CitySettings, hub_share: int = 0
) -> list[Pair]:
    """Every request for one shop: the possible ones by points, then those with the fewest obstacles."""
    pairs = (Pair(unit, request, best(unit, request, settings, situation, hub_share=hub_share)) for request in requests)
    return sorted(pairs, key=_order)


def for_request(
    request: UseRequest,
    units: Iterable[Unit],
    situations: Mapping[int, Situation],
    settings: CitySettings,
    hub_shares: Mapping[int, int],
) -> list[Pair]:
    """Every free shop for one request, in the same order."""
    pairs = (
        Pair(
            unit,
            request,
            best(unit, request, settings, situations[unit.id], hub_share=hub_shares.get(unit.id, 0)),
        )
        for unit in units
        if unit.id in situations
    )
    return sorted(pairs, key=_order)


def _order(pair: Pair) -> tuple[int, int, int, int]:
    return len(pair.found.obstacles), -pair.found.score, pair.unit.id, pair.request.id
