"""The city's plan: proposals with their points, why not others, and the way to the owner."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, settings
from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict, say
from leerstand import deal_queries, labels, offers, owner_queries, plan_words, queries
from leerstand.figures import arrays, rates
from leerstand.findings import Finding, Weight
from leerstand.forms import SendForm
from leerstand.hub_worth import OPEN_HUBS
from leerstand.kinds import RuleKind, UseType
from leerstand.matching import explain
from leerstand.models import Match, MatchPlan, Unit
from leerstand.plan_forms import CapForm
from leerstand.rules import suitability
from leerstand.services import plans, proposals
from leerstand.situation import Situation, situations, status_on
from leerstand.views.blueprint import STAFF, base_of_map, bp
from leerstand.views.stock import mark
from routing.message import Message

REFUSED_SHOWN = 3  # of the requests that cannot come, those with the fewest obstacles


@bp.get("/plan")
@requires(*STAFF)
def plan() -> str:
    """The newest plan: how good it is, its proposals, and one of them in full; ``?m=`` chooses which."""
    return plan_page(CapForm())


def plan_page(cap: CapForm) -> str:
    """The page of the newest plan; ``cap`` is the form for one more limit, perhaps just refused."""
    newest, day, numbers = queries.newest_plan(), clock.today(), settings.current().numbers
    units, requests = queries.stock(), queries.open_requests()
    places = situations(units, day, numbers.neighbour_distance_m)
    waiting = {one.id for one in requests}
    asked = queries.asked_shares()
    matches = newest.matches if newest else []
    chosen = next(
        (match for match in matches if match.id == request.args.get("m", type=int)), next(iter(matches), None)
    )
    open_ids = {
        match.id
        for match in matches
        if match.request_id in waiting
        and match.unit_id in places
        and offers.room_beside(match.unit, places[match.unit_id].sharing, asked.get(match.unit_id, ()), match.share)
    }
    refused = []
    if chosen is not None and chosen.id in open_ids:
        here = next(unit for unit in units if unit.id == chosen.unit_id)
        pairs = explain.for_unit(here, requests, places[here.id], numbers)
        refused = [pair for pair in pairs if pair.found.obstacles][:REFUSED_SHOWN]
    return render_template(
        "leerstand/plan.html",
        plan=newest,
        chosen=chosen,
        open_ids=open_ids,
        rows=points_of(chosen) if chosen else [],
        checks=checks_of(chosen, places.get(chosen.unit_id), numbers) if chosen else [],
        refused=refused,
        titles=queries.request_titles([row["request_id"] for row in chosen.alternatives]) if chosen else {},
        effect=effect(units, newest, places),
        free=len(places) - len(asked.keys() & places.keys()),
        waiting=len(requests),
        changed=newest is not None and newest.settings_version != settings.current().version,
        hubs=plan_words.hub_rows(newest, {unit.id: unit for unit in units}),
        open_hubs=newest.hub_worth.get(str(OPEN_HUBS)) if newest else None,
        follows=followers(newest),
        **_decided(cap),
    )


def _decided(cap: CapForm) -> dict[str, Any]:
    """What the city decided beforehand, and the form for one more limit."""
    rules = queries.plan_rules()
    cap.offer([(axis.id, axis.name) for axis in queries.axes()])
    pinned = {(rule.unit_id, rule.request_id): rule.id for rule in rules if rule.kind == RuleKind.PIN}
    return {"rules": rules, "pinned": pinned, "cap": cap}


def followers(plan: MatchPlan | None) -> set[int]:
    """Matches whose shop another match of the plan uses before them."""
    first: dict[int, Match] = {}
    for match in sorted(_matches(plan), key=lambda match: match.starts):
        first.setdefault(match.unit_id, match)
    return {match.id for match in _matches(plan) if first[match.unit_id].ends <= match.starts}


def _matches(plan: MatchPlan | None) -> Iterable[Match]:
    return plan.matches if plan else ()


def points_of(match: Match) -> list[dict[str, Any]]:
    """The criteria of a match as rows of the points table."""
    return [_point_row(**row) for row in match.criteria]


def _point_row(*, key: str, text: str, values: dict[str, object], points: int, max: int) -> dict[str, Any]:
    label = labels.CRITERION_LABELS[key]
    return {"label": _(label), "note": say(Message(text, values)), "points": points, "max": max}


def checks_of(match: Match, place: Situation | None, numbers: settings.CitySettings) -> list[Finding]:
    """What was asked for and is there, and what somebody has to see to."""
    if place is None:
        return []
    found = suitability(match.unit, match.request, numbers, place, share=match.share)
    return [finding for finding in found.findings if finding.weight != Weight.POINTS]


def effect(units: list[Unit], plan: MatchPlan | None, places: dict[int, Situation]) -> dict[str, float]:
    """What changes for the streets when every proposal is accepted."""
    day = clock.today()
    whole = arrays.stock(units)
    before = rates.rates(whole, arrays.on(whole, day))
    filled = {match.unit_id for match in _matches(plan)}
    alive = {match.unit_id for match in _matches(plan) if match.request.use_type != UseType.HOUSING}
    closed_m = sum(places[unit.id].gap_m for unit in units if unit.id in alive and unit.id in places)
    empty = [unit for unit in units if unit.id in filled and unit.id in places and places[unit.id].empty_since]
    return {
        "filled": len(filled),
        "closed_m": closed_m,
        "before_percent": before.units_percent or 0.0,
        "after_percent": 100 * (before.vacant - len(empty)) / before.shops if before.shops else 0.0,
        "days": sum((match.ends - match.starts).days for match in _matches(plan)),
    }


@bp.get("/plan/karte.json")
@requires(*STAFF)
def plan_map_data() -> dict[str, Any]:
    """The plan on the map: proposed shops with their number, and everything else that is not simply in use."""
    newest, day = queries.newest_plan(), clock.today()
    planned: dict[int, list[tuple[str, str]]] = {}
    for place, match in enumerate(_matches(newest), start=1):
        planned.setdefault(match.unit_id, []).append((str(place), match.request.title))
    marks = []
    for unit in queries.stock():
        status = status_on(unit.spells, day)
        if unit.id in planned:
            numbers, titles = (", ".join(words) for words in zip(*planned[unit.id], strict=True))
            words = f"{numbers}: {unit.address} → {titles}"
            marks.append(mark(unit, status, kind="proposal", title=words, label=numbers))
        elif status.value in ("vacancy", "threatened", "interim", "hub"):
            marks.append(mark(unit, status))
    return {**base_of_map(), "marks": marks}


@bp.post("/plan/rechnen")
@requires(*STAFF)
def compute_plan() -> Response:
    """Have the plan computed anew; the page of the job leads back to it."""
    with transaction():
        job = plans.start_matching(account_id=current_account().id, shown_at=url_for("leerstand.plan"))
    return redirect(url_for("city.job", job_id=job.id))


@bp.route("/plan/vorschlag/<int:match_id>", methods=["GET", "POST"])
@requires(*STAFF)
def propose(match_id: int) -> str | Response:
    """Look once more, then send the proposal to the owner."""
    match, form = queries.match(match_id), SendForm()
    if form.sent_and_valid():
        try:
            with transaction():
                proposals.propose_match(match_id, sender=current_account(), link_to=_own_page)
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Sent. The owner decides; you see the answer under “Today”."), "success")
            return redirect(url_for("leerstand.plan"))
    return _look_once_more(form, match, url_for("leerstand.plan"))


@bp.route("/laeden/<int:unit_id>/vorschlag/<int:request_id>", methods=["GET", "POST"])
@requires(*STAFF)
def propose_pair(unit_id: int, request_id: int) -> str | Response:
    """The same for a pair that no plan has chosen: somebody of the city sees that the two belong together."""
    form, back = SendForm(), url_for("leerstand.use_request", request_id=request_id)
    try:
        offer = proposals.look_at(unit_id, request_id)
    except Conflict as refusal:
        flash(say(refusal.message), "error")
        return redirect(back)
    if form.sent_and_valid():
        try:
            with transaction():
                proposals.propose(unit_id, request_id, sender=current_account(), link_to=_own_page)
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Sent. The owner decides; you see the answer under “Today”."), "success")
            return redirect(back)
    return _look_once_more(form, offer, back)


def _own_page(proposal_id: int) -> str:
    """Where an owner with an account answers."""
    return url_for("leerstand.answer_proposal", proposal_id=proposal_id, _external=True)


def _look_once_more(form: SendForm, match: Match | proposals.Offer, back: str) -> str:
    owner_id = match.unit.owner_id
    return render_template(
        "leerstand/propose.html",
        form=form,
        match=match,
        back=back,
        mailboxes=deal_queries.mailboxes_of(owner_id),
        file=owner_queries.file_of(owner_id) if owner_id is not None else None,
    )
