"""Pictures and rows of the plan pages: what a plan does, hubs beside other uses, two plans beside each other. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leerstand.kinds import UseType
from leerstand.models import Match, MatchPlan, Unit
from leerstand.situation import Situation


@dataclass(frozen=True)
class HubRow:
    """One shop that could become a hub: what a day of deliveries saves, and what else could come there."""

    unit: Unit
    saved_m: int
    saved_cents: int
    saved_co2e_g: int
    served: int
    orders: int
    share: int  # thousandths of what counts fully
    chosen: bool  # the plan makes it a hub
    other: Match | None  # the best other use in the plan


def hub_rows(plan: MatchPlan | None, units: Mapping[int, Unit]) -> list[HubRow]:
    """The shops that logistics has priced, most worth first."""
    if plan is None:
        return []
    of_unit: dict[int, list[Match]] = {}
    for match in plan.matches:
        of_unit.setdefault(match.unit_id, []).append(match)
    rows = []
    for key, worth in plan.hub_worth.items():
        unit = units.get(int(key))
        if unit is None:
            continue
        here = of_unit.get(unit.id, [])
        others = [match for match in here if match.request.use_type != UseType.MICRO_HUB]
        rows.append(
            HubRow(
                unit=unit,
                saved_m=worth["saved_m"],
                saved_cents=worth["saved_cents"],
                saved_co2e_g=worth["saved_co2e_g"],
                served=worth["served"],
                orders=worth["orders"],
                share=worth["share"],
                chosen=len(others) < len(here),
                other=others[0] if others else None,
            )
        )
    return sorted(rows, key=lambda row: (-row.saved_cents, row.unit.id))


@dataclass(frozen=True)
class Figures:
    """A plan in five numbers."""

    gap_m: float
    days: int
    kinds: int  # different kinds of use that come
    subsidy_eur: int
    matches: int
    score: int


def figures(plan: MatchPlan, places: Mapping[int, Situation]) -> Figures:
    """What is compared between two plans."""
    units = {match.unit_id for match in plan.matches if match.request.use_type != UseType.HOUSING}
    return Figures(
        gap_m=sum(places[unit].gap_m for unit in units if unit in places),
        days=sum((match.ends - match.starts).days for match in plan.matches),
        kinds=len({match.request.category for match in plan.matches}),
        subsidy_eur=plan.subsidy_eur,
        matches=len(plan.matches),
        score=plan.score,
    )


@dataclass(frozen=True)
class Difference:
    """One shop that two plans use differently."""

    unit: Unit
    left: list[Match]
    right: list[Match]


def differences(left: Sequence[Match], right: Sequence[Match]) -> list[Difference]:
    """The shops for which the plans name different requests, in the order of the stock."""
    both: dict[int, tuple[Unit, list[Match], list[Match]]] = {}
    for side, matches in enumerate((left, right)):
        for match in matches:
            entry = both.setdefault(match.unit_id, (match.unit, [], []))
            (entry[1], entry[2])[side].append(match)
    found = [Difference(unit, mine, theirs) for unit, mine, theirs in both.values()]
    return sorted(
        (one for one in found if _requests(one.left) != _requests(one.right)),
        key=lambda one: (one.unit.street, one.unit.position_m, one.unit.id),
    )


def _requests(matches: Sequence[Match]) -> set[int]:
    return {match.request_id for match in matches}
