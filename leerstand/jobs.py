"""The work of this room that takes longer than a page may: the plan for all shops; and the reminders of each day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Any

from city.jobs import Handler, Keep, Run
from leerstand import queries
from leerstand.hub_worth import OPEN_HUBS, HubValue, HubWorth, no_hub_value
from leerstand.matching.candidates import Candidates
from leerstand.matching.problem import MatchingAnswer
from leerstand.matching.worth import credited, value
from leerstand.services import plans, reminders
from leerstand.services.town import Town, gather
from leerstand.what_if import WhatIf

REMINDERS = "reminders"
DAILY = {REMINDERS: time(6)}  # asked for each day from this hour on
Pairs = frozenset[tuple[int, int]]  # of shop and request
SOLVER = "leerstand.matching.solve:solve"
TOGETHER = 2  # hubs in one plan from which on they are priced together


def handlers(hub_value: HubValue = no_hub_value) -> dict[str, Handler]:
    """Who does the jobs of this room.

    ``hub_value`` says for sets of shops what hubs in all of them would be
    worth; logistics knows, this room does not.
    """

    def match_plan(run: Run) -> Keep:
        """Read, let go of the database, price hubs, solve, and keep what still holds."""
        kept, steady = _last_plan(run.payload)
        town = gather(WhatIf.from_row(run.payload.get("what_if", {})))
        told = hub_value([(unit_id,) for unit_id in town.hub_sites()], run.solve)
        worth = {base[0] if base else OPEN_HUBS: one for base, one in told.items()}
        found, answer = _solved(run, town, worth, kept, steady)
        hubs = tuple(sorted(found.ids(match.pair)[0] for match in answer.matches if found.problem.hub[match.pair]))
        if len(hubs) >= TOGETHER and (together := hub_value([hubs], run.solve).get(hubs)):
            worth = _shared(worth, hubs, together)
            found, answer = _solved(run, town, worth, kept, steady)
        from leerstand.matching import robust  # scipy's optimisers take a moment to load: only where somebody plans

        stays = robust.shares(found, town.numbers, answer)

        def keep() -> dict[str, Any]:
            return plans.keep_answer(
                plans.Solved(town, found, answer, worth, stays),
                name=run.payload.get("name", ""),
                nightly=bool(run.payload.get("nightly")),
                account_id=run.account_id,
            )

        return keep

    def send_reminders(run: Run) -> Keep:
        """Remind owners and both sides of contracts of what is due."""

        def keep() -> dict[str, Any]:
            sent = reminders.remind()
            return {"owners": sent.owners, "dates": sent.dates}

        return keep

    return {plans.KIND: match_plan, REMINDERS: send_reminders}


def _last_plan(payload: Mapping[str, Any]) -> tuple[Pairs, Pairs]:
    """The pairs that must be kept, and those that only a real gain may change."""
    last = queries.newest_plan() if payload.get("keep_rest") or payload.get("nightly") else None
    pairs: Pairs = frozenset((match.unit_id, match.request_id) for match in last.matches) if last else frozenset()
    none: Pairs = frozenset()
    return (pairs, none) if payload.get("keep_rest") else (none, pairs)


def _solved(
    run: Run, town: Town, worth: Mapping[int, HubWorth], keep: Pairs, steady: Pairs
) -> tuple[Candidates, MatchingAnswer]:
    """The plan under the city's numbers; a nightly one is searched with a premium on what the last one says."""
    found = town.candidates({unit_id: one.share for unit_id, one in worth.items()}, keep)
    asked, limit_s = found.problem, float(town.numbers.match_search_s)
    if steady:
        asked = plans.steady(asked, found, steady, town.numbers.change_penalty)
    answer: MatchingAnswer = run.solve(SOLVER, problem=asked, limit_s=limit_s)
    if steady:
        pairs = [match.pair for match in answer.matches]
        answer = replace(answer, matches=credited(found.problem, pairs), objective=value(found.problem, pairs))
    return found, answer


def _shared(worth: Mapping[int, HubWorth], hubs: tuple[int, ...], together: HubWorth) -> dict[int, HubWorth]:
    """Hubs that serve the same deliveries are worth less together than one by one: cut each in proportion."""
    whole = sum(worth[unit_id].saved_cents for unit_id in hubs if unit_id in worth)
    if whole <= together.saved_cents:
        return dict(worth)
    factor = together.saved_cents / max(1, whole)
    return {unit_id: one.scaled(factor) if unit_id in hubs else one for unit_id, one in worth.items()}


HANDLERS = handlers()
