"""What the city has decided beforehand, put into the problem; a contradiction is named before any search. Pure.

A pinned pair keeps its request out of every other shop and must get a place; a
forbidden pair and a reserved shop lose their candidates; a cap limits the new
uses of a kind in a street.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from leerstand.kinds import Category, RuleKind
from leerstand.labels import CATEGORY_LABELS
from leerstand.matching.candidates import Candidates
from leerstand.matching.contradictions import Jam, LimitKind, jam
from leerstand.matching.problem import MatchingProblem
from leerstand.models import PlanRule, Unit, UseRequest
from leerstand.rules import euros
from routing.message import BadInput, Message


@dataclass(frozen=True)
class Steering:
    """The rules in force, by kind; pairs are (shop id, request id)."""

    pins: tuple[tuple[int, int], ...] = ()
    forbidden: frozenset[tuple[int, int]] = frozenset()
    reserved: frozenset[int] = frozenset()
    caps: Mapping[tuple[int, Category], int] | None = None  # by street and kind
    quotas: Mapping[tuple[int, Category], int] | None = None  # at least so many

    def with_pins(self, pins: Iterable[tuple[int, int]]) -> Steering:
        """The same with more pairs pinned."""
        return replace(self, pins=tuple(dict.fromkeys((*self.pins, *pins))))


def steering(rules: Iterable[PlanRule]) -> Steering:
    """What rows of the database say."""
    pins: list[tuple[int, int]] = []
    forbidden: set[tuple[int, int]] = set()
    reserved: set[int] = set()
    caps: dict[tuple[int, Category], int] = {}
    quotas: dict[tuple[int, Category], int] = {}
    for rule in rules:
        if rule.kind == RuleKind.PIN and rule.unit_id and rule.request_id:
            pins.append((rule.unit_id, rule.request_id))
        elif rule.kind == RuleKind.FORBID and rule.unit_id and rule.request_id:
            forbidden.add((rule.unit_id, rule.request_id))
        elif rule.kind == RuleKind.RESERVE and rule.unit_id:
            reserved.add(rule.unit_id)
        elif rule.kind == RuleKind.CAP and rule.axis_id and rule.category is not None and rule.most is not None:
            caps[rule.axis_id, rule.category] = rule.most
        elif rule.kind == RuleKind.QUOTA and rule.axis_id and rule.category is not None and rule.most is not None:
            quotas[rule.axis_id, rule.category] = rule.most
    return Steering(tuple(pins), frozenset(forbidden), frozenset(reserved), caps, quotas)


class Names:
    """How sentences name shops and requests."""

    def __init__(self, units: Iterable[Unit], requests: Iterable[UseRequest]) -> None:
        self.units = {unit.id: unit for unit in units}
        self.requests = {request.id: request for request in requests}

    def unit(self, unit_id: int) -> str:
        """The address."""
        found = self.units.get(unit_id)
        return found.address if found else f"#{unit_id}"

    def request(self, request_id: int) -> str:
        """The title."""
        found = self.requests.get(request_id)
        return found.title if found else f"#{request_id}"


def steered(found: Candidates, wanted: Steering, names: Names) -> Candidates:
    """The candidates that remain, and what must be in the plan.

    Pins whose shop or request is no longer there are past and left out. Raises
    BadInput for pins that contradict each other, another rule or the town's
    rules; the sentence names both sides.
    """
    pins = [pin for pin in wanted.pins if pin[0] in found.units and pin[1] in found.requests]
    if objection := _contradiction(found, wanted, pins, names):
        raise BadInput(objection.text, **objection.values)
    kept = np.flatnonzero(_stays(found, wanted, {request: unit for unit, request in pins}))
    smaller = found.only(kept)
    asked = _quotas(smaller, wanted, names)
    problem = replace(
        smaller.problem,
        placed=np.array(sorted(found.requests.index(request) for _, request in pins), dtype=np.int64),
        caps=np.maximum(_caps(smaller, wanted, names), asked),
        quotas=asked,
    )
    if stuck := jam(problem):
        objection = _told(stuck, problem, found, {request: unit for unit, request in pins}, names)
        raise BadInput(objection.text, **objection.values)
    return replace(smaller, problem=problem)


def _told(stuck: Jam, problem: MatchingProblem, found: Candidates, shop_of: Mapping[int, int], names: Names) -> Message:
    """Which decisions cannot all hold, and what stands against them."""
    requests = [found.requests[request] for request in stuck.requests]
    pairs = [
        Message("“%(title)s” in %(here)s", {"title": names.request(request), "here": names.unit(shop_of[request])})
        for request in requests
    ]
    reasons = [_limit(limit.kind, limit.which, stuck, problem, found, names) for limit in stuck.limits]
    if not pairs:
        text = "What is asked for cannot all be had: %(reasons)s. Please ask for less, or raise a limit."
        return Message(text, {"reasons": _listed(reasons)})
    values = {"fixed": _listed(pairs), "reasons": _listed(reasons)}
    if len(pairs) == 1:
        return Message("%(fixed)s is fixed, but cannot be kept: %(reasons)s. Please let go of it.", values)
    return Message("Not all of this can be kept together: %(fixed)s. %(reasons)s. Please let go of one.", values)


def _listed(messages: list[Message]) -> Message:
    """Several in a row."""
    first, *rest = messages
    return Message("%(first)s, %(rest)s", {"first": first, "rest": _listed(rest)}) if rest else first


def _limit(
    kind: LimitKind, which: int, stuck: Jam, problem: MatchingProblem, found: Candidates, names: Names
) -> Message:
    """One limit that stands against the decisions."""
    mine = np.flatnonzero(np.isin(problem.request, stuck.requests))
    match kind:
        case LimitKind.BUDGET if any(limit.kind == LimitKind.QUOTA for limit in stuck.limits):
            return Message("The budget for subsidies is %(has)s €", {"has": euros(100 * problem.budget)})
        case LimitKind.BUDGET:
            needs = sum(int(problem.cost[mine[problem.request[mine] == one]].min()) for one in stuck.requests)
            return Message(
                "They need at least %(needs)s € of subsidies, the budget is %(has)s €",
                {"needs": euros(100 * needs), "has": euros(100 * problem.budget)},
            )
        case LimitKind.HUBS:
            return Message("Only %(most)d new hubs are allowed", {"most": problem.max_hubs})
        case LimitKind.ROOM:
            return Message("%(here)s is not free long enough for all of them", {"here": names.unit(found.units[which])})
        case LimitKind.CAP | LimitKind.QUOTA:
            return _street_limit(kind, which, problem, found, names)
        case LimitKind.NEIGHBOURS:
            return Message("Some of them would disturb each other as neighbours")
        case _:
            return Message("A shop is converted only together with those further out in its street")


def _street_limit(kind: LimitKind, group: int, problem: MatchingProblem, found: Candidates, names: Names) -> Message:
    """What holds for the new uses of one kind in one street."""
    here = names.unit(found.units[int(problem.unit[np.flatnonzero(problem.group == group)[0]])])
    if kind == LimitKind.QUOTA:
        return Message(
            "In the street of %(here)s at least %(least)d new uses of one kind are asked for",
            {"here": here, "least": int(problem.quotas[group])},
        )
    return Message(
        "In the street of %(here)s only %(most)d new uses of this kind are allowed",
        {"here": here, "most": int(problem.caps[group])},
    )


def _stays(found: Candidates, wanted: Steering, pinned: Mapping[int, int]) -> list[bool]:
    """Which candidates no rule takes out."""
    pairs = zip(found.problem.unit.tolist(), found.problem.request.tolist(), strict=True)
    named = ((found.units[unit], found.requests[request]) for unit, request in pairs)
    return [
        unit not in wanted.reserved and (unit, request) not in wanted.forbidden and pinned.get(request, unit) == unit
        for unit, request in named
    ]


def _caps(found: Candidates, wanted: Steering, names: Names) -> np.ndarray:
    """Per group what the city allows: its own cap, never more than that of all streets."""
    caps = found.problem.caps.copy()
    if wanted.caps:
        for pair in range(found.problem.pairs):
            unit_id, request_id = found.ids(pair)
            group = int(found.problem.group[pair])
            key = (names.units[unit_id].axis_id, names.requests[request_id].category)
            if group >= 0 and key in wanted.caps:
                caps[group] = min(int(found.problem.caps[group]), wanted.caps[key])  # type: ignore[index]
    return caps


def _quotas(found: Candidates, wanted: Steering, names: Names) -> np.ndarray:
    """Per group how many new uses the city asks for at least.

    Raises BadInput when it allows fewer at the same time, or when fewer can come at all.
    """
    asked = np.zeros(len(found.problem.stock), dtype=np.int64)
    groups = _groups_by_key(found, names) if wanted.quotas else {}
    for key, least in (wanted.quotas or {}).items():
        mine = np.flatnonzero(found.problem.group == groups.get(key, -2))
        can_come = min(len(np.unique(found.problem.request[mine])), least)
        most = (wanted.caps or {}).get(key, least)
        if min(can_come, most) < least:
            street = next((unit.street for unit in names.units.values() if unit.axis_id == key[0]), "–")
            values = {"least": least, "street": street, "kind": Message(CATEGORY_LABELS[key[1]])}
            if most < least:
                raise BadInput(
                    "In %(street)s at least %(least)d and at most %(most)d new uses of the kind %(kind)s are asked "
                    "for: let go of one.",
                    most=most,
                    **values,
                )
            raise BadInput(
                "In %(street)s at least %(least)d new uses of the kind %(kind)s are asked for, but so many requests "
                "of this kind suit a free shop there: %(can)d. Please ask for fewer.",
                can=can_come,
                **values,
            )
        asked[groups[key]] = least
    return asked


def _groups_by_key(found: Candidates, names: Names) -> dict[tuple[int | None, Category], int]:
    """The number of each street and kind of use that has candidates."""
    known: dict[tuple[int | None, Category], int] = {}
    for pair, group in enumerate(found.problem.group.tolist()):
        if group >= 0 and group not in known.values():
            unit_id, request_id = found.ids(pair)
            known[names.units[unit_id].axis_id, names.requests[request_id].category] = group
    return known


def _contradiction(found: Candidates, wanted: Steering, pins: list[tuple[int, int]], names: Names) -> Message | None:
    """The first pair of decisions that cannot both hold."""
    shop_of: dict[int, int] = {}
    for unit, request in pins:
        here, title = names.unit(unit), names.request(request)
        if shop_of.setdefault(request, unit) != unit:
            return Message(
                "“%(title)s” is fixed both in %(here)s and in %(there)s. Please let go of one.",
                {"title": title, "here": here, "there": names.unit(shop_of[request])},
            )
        if (unit, request) in wanted.forbidden:
            return Message(
                "“%(title)s” in %(here)s is both fixed and excluded. Please let go of one.",
                {"title": title, "here": here},
            )
        if unit in wanted.reserved:
            return Message(
                "%(here)s is held back, yet “%(title)s” is fixed there. Please let go of one.",
                {"title": title, "here": here},
            )
        if not found.find(unit, request):
            return Message(
                "“%(title)s” is fixed in %(here)s, but a rule objects. Please let go of it; its page says why.",
                {"title": title, "here": here},
            )
    return _clash(found, pins, names) or _too_many(found, wanted, pins, names)


def _clash(found: Candidates, pins: list[tuple[int, int]], names: Names) -> Message | None:
    """Two pins that want one shop at the same time, or that disturb each other, in every period."""
    excluded = {frozenset(pair) for pair in found.problem.conflicts.tolist()}
    for one, other in combinations(pins, 2):
        ways = [(a, b) for a in found.find(*one) for b in found.find(*other)]
        same_shop = one[0] == other[0]
        if same_shop and all(_crowded(found.problem, a, b) for a, b in ways):
            return Message(
                "“%(one)s” and “%(other)s” are both fixed in %(here)s, but not both fit there one after the other. "
                "Please let go of one.",
                {"one": names.request(one[1]), "other": names.request(other[1]), "here": names.unit(one[0])},
            )
        if not same_shop and all(frozenset((a, b)) in excluded for a, b in ways):
            return Message(
                "“%(one)s” in %(here)s would disturb “%(other)s” in %(there)s; both are fixed. Please let go of one.",
                {
                    "one": names.request(one[1]),
                    "here": names.unit(one[0]),
                    "other": names.request(other[1]),
                    "there": names.unit(other[0]),
                },
            )
    return None


def _crowded(problem: MatchingProblem, one: int, other: int) -> bool:
    """Whether two uses of a shop are there at the same time and do not fit beside each other."""
    return bool(
        problem.share_a_moment(one, other)
        and problem.size[one] + problem.size[other] > problem.capacity[problem.unit[one]]
    )


def _too_many(found: Candidates, wanted: Steering, pins: list[tuple[int, int]], names: Names) -> Message | None:
    """More pins than a cap or the number of hubs allows."""
    of_group: dict[int, list[int]] = defaultdict(list)
    hubs = []
    caps = _caps(found, wanted, names)
    for unit, request in pins:
        pair = found.find(unit, request)[0]
        of_group[int(found.problem.group[pair])].append(request)
        if found.problem.hub[pair]:
            hubs.append(request)
    for group, requests in of_group.items():
        if group >= 0 and len(requests) > caps[group]:
            return Message(
                "%(count)d uses of one kind are fixed in one street (%(titles)s), only %(most)d are allowed. "
                "Please let go of one, or raise the limit.",
                {
                    "count": len(requests),
                    "most": int(caps[group]),
                    "titles": ", ".join(names.request(one) for one in requests),
                },
            )
    if len(hubs) > found.problem.max_hubs:
        return Message(
            "%(count)d hubs are fixed, only %(most)d new ones are allowed. Please let go of one, or raise the limit.",
            {"count": len(hubs), "most": found.problem.max_hubs},
        )
    return None
