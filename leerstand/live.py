"""The plan answered while somebody waits: other weights, or one pair insisted on. In the warm process."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from city import quick
from leerstand.aptitude import is_housing
from leerstand.matching.candidates import Candidates
from leerstand.matching.problem import MatchingAnswer
from leerstand.models import MatchPlan
from leerstand.services.town import Town, gather
from leerstand.what_if import WhatIf

LIVE = "leerstand.matching.live:solve_live"
PROVED_KEPT = 16  # answers to the last questions: whoever insists on one pair after the other asks for one plan again
Pair = tuple[int, int]  # shop and request

_proved: dict[bytes, MatchingAnswer] = {}


@dataclass(frozen=True)
class Asked:
    """A town, what could be chosen in it, and what was."""

    town: Town
    found: Candidates
    answer: MatchingAnswer

    @property
    def pairs(self) -> set[Pair]:
        """The chosen pairs."""
        return {self.found.ids(match.pair) for match in self.answer.matches}

    @property
    def alive(self) -> set[int]:
        """The shops that get a use with a shop front."""
        return {unit for unit, request in self.pairs if not is_housing(self.town.names.requests[request])}

    @property
    def core_front(self) -> int:
        """How much of what counts first."""
        return int(sum(self.found.problem.first[match.pair] for match in self.answer.matches))

    @property
    def gap_m(self) -> float:
        """Front that comes back to life."""
        return sum(self.town.places[unit].gap_m for unit in self.alive)


def answered(town: Town, found: Candidates) -> Asked:
    """The plan of a town as it is or might be, from what may be chosen in it."""
    question = sha256(pickle.dumps(found.problem)).digest()
    answer = _proved.get(question) or quick.ask(LIVE, problem=found.problem)
    if answer.bound == answer.objective:  # one that is not proved may be better the next time
        _proved[question] = answer
        for old in list(_proved)[:-PROVED_KEPT]:
            _proved.pop(old, None)
    return Asked(town, found, answer)


@dataclass(frozen=True)
class Preview:
    """What other weights would change: pairs that go, pairs that come, and the front closed before and after."""

    gone: list[Pair]
    come: list[Pair]
    gap_m: float
    gap_before_m: float
    seconds: float
    proven: bool


def preview(weights: Mapping[str, int], plan: MatchPlan) -> Preview:
    """The plan under other weights beside the one in force."""
    shares, before = plan.hub_shares, {(match.unit_id, match.request_id) for match in plan.matches}
    town = gather(WhatIf(weights=weights))
    asked = answered(town, town.candidates(shares))
    places = asked.town.places
    fronts = {match.unit_id for match in plan.matches if not is_housing(match.request)}
    closed = sum(places[unit].gap_m for unit in fronts if unit in places)
    after, answer = asked.pairs, asked.answer
    proven = answer.bound == answer.objective
    return Preview(sorted(before - after), sorted(after - before), asked.gap_m, closed, answer.seconds, proven)


@dataclass(frozen=True)
class Insisted:
    """What insisting on one pair would do to the whole plan."""

    regret: int  # points that the whole plan loses
    proven: bool
    core_lost: bool  # less of the gaps in the core would be closed, which counts first
    gone: list[Pair]
    come: list[Pair]

    @property
    def free_of_charge(self) -> bool:
        """Whether it is proved that nothing is lost."""
        return self.regret == 0 and self.proven and not self.core_lost


def with_hub(unit_id: int, shares: Mapping[int, int]) -> Insisted:
    """What becoming a micro-hub would cost; :data:`leerstand.what_if.NO_HUB`: what it costs that no shop does.

    Raises BadInput when no request for a hub can come there.
    """
    free, forced = (answered(town, town.candidates(shares)) for town in (gather(), gather(WhatIf(hub_id=unit_id))))
    return _beside(free, forced)


def insist(unit_id: int, request_id: int, shares: Mapping[int, int]) -> Insisted:
    """Compute the plan with and without the pair. Raises BadInput when it contradicts what was decided."""
    town = gather()
    pair = unit_id, request_id
    offer = town.offered(shares, [pair])
    free, forced = (answered(town, town.decided(offer, pins=pins)) for pins in ((), (pair,)))
    return _beside(free, forced)


def _beside(free: Asked, forced: Asked) -> Insisted:
    proven = all(asked.answer.bound == asked.answer.objective for asked in (free, forced))
    regret = max(0, free.answer.objective - forced.answer.objective)
    core_lost = forced.core_front < free.core_front
    return Insisted(regret, proven, core_lost, sorted(free.pairs - forced.pairs), sorted(forced.pairs - free.pairs))
