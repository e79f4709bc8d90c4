"""The plan for all shops: asked for as a job, computed in the solver process, kept with its reasons."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from city import audit, clock, jobs
from city.db import db
from city.models import Job
from city.settings import CitySettings, VersionedSettings
from leerstand import queries
from leerstand.criteria import diversity
from leerstand.findings import Finding
from leerstand.matching.candidates import Candidates
from leerstand.matching.problem import Chosen, MatchingAnswer
from leerstand.models import Match, MatchPlan
from leerstand.rules import suitability
from leerstand.situation import situations

KIND = "match_plan"


def start_matching(*, account_id: int | None, shown_at: str) -> Job:
    """Have a plan computed; one that waits already serves this caller too."""
    return jobs.enqueue(KIND, account_id=account_id, once_key=KIND, shown_at=shown_at)


def keep_plan(
    found: Candidates,
    answer: MatchingAnswer,
    used: VersionedSettings,
    *,
    hub_points: dict[int, int],
    account_id: int | None,
) -> MatchPlan:
    """Write the plan down with the reasons of every match.

    A shop or request that was given away or changed while the plan was
    computed is left out, so its score may lie below what was found.
    """
    plan = MatchPlan(
        created_at=clock.now(),
        created_by_id=account_id,
        settings_version=used.version,
        weights=weights(used.numbers),
        units=found.problem.units,
        requests=found.problem.requests,
        pairs=found.problem.pairs,
        bound=answer.bound,
        seconds=round(answer.seconds, 2),
        seed=answer.seed,
        versions=answer.versions,
        hub_points={str(unit_id): points for unit_id, points in hub_points.items()},
        matches=[],
    )
    plan.matches = _matches(found, answer, used.numbers, hub_points)
    plan.score = sum(match.score for match in plan.matches)
    plan.gap = (plan.bound - plan.score) / plan.bound if plan.bound > 0 else 0.0
    db.session.add(plan)
    db.session.flush()
    audit.record("plan computed", "match_plan", plan.id, matches=len(plan.matches), score=plan.score)
    return plan


def weights(numbers: CitySettings) -> dict[str, int]:
    """The weights in force, by criterion."""
    names = [setting.name for setting in fields(numbers) if setting.name.startswith("weight_")]
    return {name.removeprefix("weight_"): getattr(numbers, name) for name in names}


def _matches(
    found: Candidates, answer: MatchingAnswer, numbers: CitySettings, hub_points: dict[int, int]
) -> list[Match]:
    """The matches that still hold, each with the points it earns in this plan."""
    units = {unit.id: unit for unit in queries.stock()}
    requests = {request.id: request for request in queries.open_requests()}
    places = situations(units.values(), clock.today(), numbers.neighbour_distance_m)
    reserved = queries.reserved_units()
    regrets = _regrets(found, answer)
    kept = []
    for chosen in answer.matches:
        unit_id, request_id = _ids(found, chosen.pair)
        unit, request, place = units.get(unit_id), requests.get(request_id), places.get(unit_id)
        if unit is None or request is None or place is None or unit_id in reserved:
            continue
        said = suitability(unit, request, numbers, place, hub_points=hub_points.get(unit_id, 0))
        if said.obstacles:
            continue
        criteria = [_in_plan(finding, chosen, numbers) for finding in said.criteria]
        kept.append(
            Match(
                unit_id=unit_id,
                request_id=request_id,
                starts=said.starts,
                ends=said.ends,
                score=sum(finding.points for finding in criteria),
                criteria=[as_row(finding) for finding in criteria],
                alternatives=regrets.get(unit_id, []),
            )
        )
    return kept


def _in_plan(finding: Finding, chosen: Chosen, numbers: CitySettings) -> Finding:
    """Diversity counts the other matches of the plan too."""
    return diversity(numbers, chosen.already) if finding.key == "diversity" else finding


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
        unit_id, request_id = _ids(found, alternative.pair)
        row = {"request_id": request_id, "regret": alternative.regret, "proven": alternative.proven}
        regrets.setdefault(unit_id, []).append(row)
    return regrets


def _ids(found: Candidates, pair: int) -> tuple[int, int]:
    problem = found.problem
    return found.units[int(problem.unit[pair])], found.requests[int(problem.request[pair])]
