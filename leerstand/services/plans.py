"""The plan for all shops: asked for as a job, computed in the solver process, kept with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from city import audit, clock, jobs, settings
from city.db import db
from city.messages import Conflict
from city.models import Job
from city.settings import CitySettings
from leerstand import offers, queries
from leerstand.criteria import criteria, diversity, stretch, stretch_step
from leerstand.findings import Finding
from leerstand.hub_worth import HubWorth
from leerstand.matching.candidates import Candidates
from leerstand.matching.problem import Chosen, MatchingAnswer, MatchingProblem
from leerstand.models import Match, MatchPlan
from leerstand.rules import suitability
from leerstand.services.town import Town
from leerstand.situation import situations
from leerstand.what_if import WhatIf

KIND = "match_plan"
MOST_SCENARIOS = 20
LONGEST_NAME = 60
MORE_POINTS_KEPT = 1  # points a nightly plan must gain at least, whatever the penalty


@dataclass(frozen=True)
class Solved:
    """A solved town: what was asked, what was answered, what hubs are worth, and how sure each match is."""

    town: Town
    found: Candidates
    answer: MatchingAnswer
    worth: Mapping[int, HubWorth]
    stays: Sequence[int | None]  # per match, in per cent; None: nothing can be told


def start_matching(*, account_id: int | None, shown_at: str) -> Job:
    """Have a plan computed; one that waits already serves this caller too."""
    return jobs.enqueue(KIND, account_id=account_id, once_key=KIND, shown_at=shown_at)


def start_again_after_refusal(*, account_id: int | None) -> Job:
    """An owner said no: plan at once again, everything else kept."""
    return jobs.enqueue(KIND, account_id=account_id, once_key=f"{KIND} again", keep_rest=True)


def start_nightly() -> Job:
    """Look for a better plan; what is kept changes only what gains more than the change penalty."""
    return jobs.enqueue(KIND, once_key=f"{KIND} nightly", nightly=True)


def start_scenario(name: str, what_if: WhatIf, *, account_id: int, shown_at: str) -> Job:
    """Have the plan of another town computed, to compare. Raises Conflict when there are too many already."""
    known = queries.scenarios()
    if len(known) >= MOST_SCENARIOS:
        raise Conflict(
            "There are %(has)d scenarios already; at most %(most)d are kept. Please delete one first.",
            has=len(known),
            most=MOST_SCENARIOS,
        )
    if any(plan.name == name for plan in known):
        raise Conflict("There is a scenario called “%(name)s” already. Please choose another name.", name=name)
    return jobs.enqueue(KIND, account_id=account_id, shown_at=shown_at, name=name, what_if=what_if.as_row())


def delete_scenario(plan_id: int) -> None:
    """A scenario that nobody needs any more. The plan in force stays."""
    plan = queries.plan(plan_id)
    if not plan.name:
        raise Conflict("This is the plan in force; it stays until a new one is computed.")
    audit.record("scenario deleted", "match_plan", plan.id)
    db.session.delete(plan)


def use_weights(weights: Mapping[str, int], *, account_id: int) -> None:
    """Make weights those of the city, as a new version of its numbers."""
    now = settings.current().numbers
    settings.change(now.but(**{f"weight_{key}": value for key, value in weights.items()}), by_account_id=account_id)


def weights(numbers: CitySettings) -> dict[str, int]:
    """The weights in force, by criterion."""
    names = [setting.name for setting in fields(numbers) if setting.name.startswith("weight_")]
    return {name.removeprefix("weight_"): getattr(numbers, name) for name in names}


def steady(
    problem: MatchingProblem, found: Candidates, kept: frozenset[tuple[int, int]], penalty: int
) -> MatchingProblem:
    """The same problem with a premium on what the last plan says, so that only gains above it change anything."""
    premium = np.array([penalty if found.ids(pair) in kept else 0 for pair in range(problem.pairs)], dtype=np.int64)
    return replace(problem, points=problem.points + premium)


def keep_answer(solved: Solved, *, name: str, nightly: bool, account_id: int | None) -> dict[str, Any]:
    """Write the plan down, unless a nightly one changes nothing. Returns what the job tells of it."""
    if nightly and (last := queries.newest_plan()) is not None:
        before = {(match.unit_id, match.request_id) for match in last.matches}
        after = {solved.found.ids(match.pair) for match in solved.answer.matches}
        if before == after:
            return {"plan": last.id, "matches": len(last.matches), "score": last.score, "changed": False}
    plan = keep_plan(solved, name=name, account_id=account_id)
    return {"plan": plan.id, "matches": len(plan.matches), "score": plan.score}


def keep_plan(solved: Solved, *, name: str, account_id: int | None) -> MatchPlan:
    """Write the plan down with the reasons of every match.

    A shop or request that was given away or changed while the plan was
    computed is left out, so its score may lie below what was found.
    """
    found, answer, town = solved.found, solved.answer, solved.town
    plan = MatchPlan(
        created_at=clock.now(),
        created_by_id=account_id,
        settings_version=town.used.version,
        weights=weights(town.numbers),
        units=len(found.units),
        requests=len(found.requests),
        pairs=len({found.ids(pair) for pair in range(found.problem.pairs)}),
        bound=answer.bound,
        seconds=round(answer.seconds, 2),
        seed=answer.seed,
        versions=answer.versions,
        hub_worth={str(unit_id): one.as_row() for unit_id, one in solved.worth.items()},
        name=name,
        what_if=town.what_if.as_row(),
        core_first=town.numbers.core_first,
        subsidy_eur=sum(int(found.problem.cost[match.pair]) for match in answer.matches),
        matches=[],
    )
    plan.matches = _matches(solved)
    plan.score = sum(match.score for match in plan.matches)
    plan.gap = max(0.0, (plan.bound - plan.score) / plan.bound) if plan.bound > 0 else 0.0
    db.session.add(plan)
    db.session.flush()
    audit.record("plan computed", "match_plan", plan.id, matches=len(plan.matches), score=plan.score)
    return plan


def _matches(solved: Solved) -> list[Match]:
    """The matches that still hold, each with the points it earns in this plan."""
    town, found = solved.town, solved.found
    units, requests = {unit.id: unit for unit in town.free}, {request.id: request for request in town.requests}
    still = _still_possible(solved)
    regrets = _regrets(found, solved.answer)
    kept = []
    for chosen, stays in zip(solved.answer.matches, solved.stays, strict=True):
        unit_id, request_id = found.ids(chosen.pair)
        if (unit_id, request_id) not in still:
            continue
        starts, ends = found.starts[chosen.pair], found.ends[chosen.pair]
        worth = solved.worth[unit_id].share if unit_id in solved.worth else 0
        share = found.share(chosen.pair)
        seen, place = offers.seen_as(units[unit_id], town.places[unit_id], share)
        said = criteria(
            seen,
            requests[request_id],
            town.numbers,
            place,
            starts=starts,
            ends=ends,
            hub_share=worth,
        )
        rows = [in_plan(finding, chosen, town.numbers) for finding in said]
        kept.append(
            Match(
                unit_id=unit_id,
                request_id=request_id,
                part_m2=share.part_m2,
                slots=share.slots,
                starts=starts,
                ends=ends,
                score=sum(finding.points for finding in rows),
                criteria=[as_row(finding) for finding in rows],
                alternatives=regrets.get(unit_id, []),
                robust_percent=stays,
            )
        )
    return kept


def _still_possible(solved: Solved) -> set[tuple[int, int]]:
    """The chosen pairs whose shop and request are still there and free, and to which no rule objects by now."""
    numbers, scenario = solved.town.numbers, solved.town.what_if != WhatIf()
    units = {unit.id: unit for unit in queries.stock()}
    requests = {request.id: request for request in queries.open_requests()}
    places = situations(units.values(), clock.today(), numbers.neighbour_distance_m)
    reserved = queries.reserved_units()
    found = set()
    for chosen in solved.answer.matches:
        unit_id, request_id = solved.found.ids(chosen.pair)
        if unit_id not in units or request_id not in requests or unit_id in reserved:
            continue
        if not scenario:
            place = places.get(unit_id)
            share, pair = solved.found.share(chosen.pair), (units[unit_id], requests[request_id])
            if place is None or suitability(*pair, numbers, place, share=share).obstacles:
                continue
        found.add((unit_id, request_id))
    return found


def in_plan(finding: Finding, chosen: Chosen, numbers: CitySettings) -> Finding:
    """Mix and rows of empty shops count the other matches of the plan too."""
    if finding.key == "diversity":
        return diversity(numbers, chosen.already)
    if finding.key == "stretch":
        return stretch(numbers, chosen.stretch // max(1, stretch_step(numbers)))
    return finding


def as_row(finding: Finding) -> dict[str, Any]:
    """A criterion as JSON keeps it."""
    return {
        "key": finding.key,
        "points": finding.points,
        "max": finding.most,
        "text": finding.reason.text,
        "values": dict(finding.reason.values),
    }


def _regrets(found: Candidates, answer: MatchingAnswer) -> dict[int, list[dict[str, Any]]]:
    """By shop: which other requests were weighed, and what the whole plan would lose with them."""
    regrets: dict[int, list[dict[str, Any]]] = {}
    for alternative in answer.alternatives:
        unit_id, request_id = found.ids(alternative.pair)
        row = {"request_id": request_id, "regret": alternative.regret, "proven": alternative.proven}
        row["core"] = alternative.first
        regrets.setdefault(unit_id, []).append(row)
    return regrets
