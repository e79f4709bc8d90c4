"""Plans that are only tried: what if a magnet closes, rents fall, permits come faster; two plans side by side."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, settings
from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict, NotFound, say
from leerstand import live, plan_words, queries
from leerstand.kinds import UseType
from leerstand.models import MatchPlan
from leerstand.plan_forms import ScenarioForm
from leerstand.services import plans
from leerstand.situation import Status, situations, status_on
from leerstand.views.blueprint import STAFF, base_of_map, bp
from leerstand.views.stock import mark
from leerstand.what_if import NO_HUB, WhatIf
from routing.message import BadInput


@bp.route("/plan/szenarien", methods=["GET", "POST"])
@requires(*STAFF)
def scenarios() -> str | Response:
    """Try a plan for another town, and see two plans side by side; ``?a=`` and ``?b=`` choose them."""
    units, today, priced = queries.stock(), clock.today(), queries.newest_plan()
    form = ScenarioForm()
    occupied = (Status.OCCUPIED, Status.THREATENED)
    form.offer_shops(
        [
            (unit.id, f"{unit.address}, {unit.name}" if unit.name else unit.address)
            for unit in units
            if status_on(unit.spells, today) in occupied
        ],
        [(unit.id, unit.address) for unit in units if priced and str(unit.id) in priced.hub_worth],
    )
    form.suggest_hub(request.args.get("hub", type=int))
    if form.sent_and_valid():
        try:
            with transaction():
                job = plans.start_scenario(
                    form.name.data or "",
                    form.what_if(),
                    account_id=current_account().id,
                    shown_at=url_for("leerstand.scenarios"),
                )
            return redirect(url_for("city.job", job_id=job.id))
        except Conflict as refusal:
            form.refuse(refusal)
        units = queries.stock()  # a refused transaction forgets what was read before it
    known, newest = queries.scenarios(), queries.newest_plan()
    left = _chosen("a", newest)
    right = _chosen("b", queries.plan(known[0].id) if known else None)
    places = situations(units, today, settings.current().numbers.neighbour_distance_m)
    addresses = {unit.id: unit.address for unit in units}
    return render_template(
        "leerstand/scenarios.html",
        form=form,
        known=known,
        newest=newest,
        left=left,
        right=right,
        figures=[plan_words.figures(plan, places) for plan in (left, right) if plan],
        differences=plan_words.differences(left.matches, right.matches) if left and right else [],
        assumed={plan.id: WhatIf.from_row(plan.what_if).sentences(addresses) for plan in known},
    )


def _chosen(name: str, default: MatchPlan | None) -> MatchPlan | None:
    plan_id = request.args.get(name, type=int)
    return queries.plan(plan_id) if plan_id else default


@bp.get("/plan/hub")
@requires(*STAFF)
def hub_what_if() -> str:
    """What it costs to insist on one shop as micro-hub, or on none; ``?laden=`` is its id, 0 means none."""
    plan, unit_id = queries.newest_plan(), request.args.get("laden", NO_HUB, type=int)
    units = {unit.id: unit for unit in queries.stock()}
    if plan is None or (unit_id != NO_HUB and unit_id not in units):
        raise NotFound("There is no such shop, or no plan yet.")
    insisted, refusal = None, ""
    hubs = {match.unit_id for match in plan.matches if match.request.use_type == UseType.MICRO_HUB}
    as_planned = not hubs if unit_id == NO_HUB else unit_id in hubs
    try:
        insisted = None if as_planned else live.with_hub(unit_id, plan.hub_shares)
    except (BadInput, Conflict) as objection:
        refusal = say(objection)
    pairs = [*insisted.come, *insisted.gone] if insisted else []
    return render_template(
        "leerstand/hub_what_if.html",
        plan=plan,
        here=units.get(unit_id),
        as_planned=as_planned,
        worth=plan.hub_worth.get(str(unit_id)) if unit_id else None,
        insisted=insisted,
        refusal=refusal,
        addresses=queries.addresses([unit for unit, _wish in pairs]),
        titles=queries.request_titles([wish for _unit, wish in pairs]),
    )


@bp.get("/plan/szenarien/karte.json")
@requires(*STAFF)
def scenario_map_data() -> dict[str, Any]:
    """Two plans on one map: what both do, what only the one and what only the other does."""
    left, right = queries.plan(request.args.get("a", 0, type=int)), queries.plan(request.args.get("b", 0, type=int))
    titles: list[dict[int, list[str]]] = [{}, {}]
    for side, plan in enumerate((left, right)):
        for match in plan.matches:
            titles[side].setdefault(match.unit_id, []).append(match.request.title)
    marks = []
    for unit in queries.stock():
        here = [", ".join(side.get(unit.id, [])) for side in titles]
        if not any(here):
            continue
        same = here[0] == here[1]
        kind = "interim" if same else "proposal"
        words = here[0] if same else f"A: {here[0] or '–'} · B: {here[1] or '–'}"
        label = "" if same else ("A" if not here[1] else "B" if not here[0] else "A/B")
        marks.append(mark(unit, status_on(unit.spells, clock.today()), kind=kind, title=f"{unit.address}: {words}",
                          label=label))  # fmt: skip
    return {**base_of_map(), "marks": marks}


@bp.post("/plan/szenarien/<int:plan_id>/loeschen")
@requires(*STAFF)
def delete_scenario(plan_id: int) -> Response:
    """A scenario that nobody needs any more."""
    with transaction():
        plans.delete_scenario(plan_id)
    flash(_("Deleted."), "success")
    return redirect(url_for("leerstand.scenarios"))
