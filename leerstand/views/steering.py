"""The city steers its plan: weights with a preview, decisions beforehand, "why not …?"."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, settings
from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict, NotFound, say
from leerstand import live, queries
from leerstand.kinds import RuleKind
from leerstand.matching.changes import changes
from leerstand.plan_forms import CapForm, WeightsForm, weights_form, whole
from leerstand.rules import best
from leerstand.services import plan_rules, plans
from leerstand.views.blueprint import STAFF, bp
from leerstand.views.plan import plan_page
from leerstand.what_if import PRESETS, WhatIf, checked_weights
from routing.message import BadInput, Message


@bp.get("/plan/gewichte/vorschau")
@requires(*STAFF)
def preview_weights() -> str:
    """What other weights would change, before anything is changed; asked again with every move of a slider."""
    form = _weights(formdata=request.args, meta={"csrf": False})
    plan, told = queries.newest_plan(), dict[str, Any]()
    if plan is not None and form.validate():
        try:
            told["seen"] = live.preview(checked_weights(form.weights()), plan)
        except (BadInput, Conflict) as refusal:
            told["refusal"] = say(refusal)
    else:
        told["refusal"] = next((text for f in form for text in f.errors), _("There is no plan yet."))
    seen = told.get("seen")
    pairs = [*seen.come, *seen.gone] if isinstance(seen, live.Preview) else []
    return render_template("leerstand/preview_weights.html", **told, **_names(pairs))


def _weights(**given: Any) -> WeightsForm:
    return weights_form(plans.weights(settings.current().numbers), **given)


def _names(pairs: list[tuple[int, int]]) -> dict[str, Any]:
    """Addresses and titles for pairs of shop and request."""
    return {
        "addresses": queries.addresses([unit for unit, _request in pairs]),
        "titles": queries.request_titles([request_id for _unit, request_id in pairs]),
    }


@bp.route("/plan/gewichte", methods=["GET", "POST"])
@requires(*STAFF)
def weights() -> str | Response:
    """The sliders: try other weights, keep them as a scenario, or make them those of the city."""
    form, plan = _weights(), queries.newest_plan()
    preset = PRESETS.get(request.args.get("vorlage", ""))
    if preset and not form.is_submitted():
        for key, points in preset.items():
            form[f"w_{key}"].data = points
    if form.sent_and_valid():
        try:
            return _changed(form)
        except (Conflict, BadInput) as refusal:
            form.refuse(refusal)
    seen = refusal_text = None
    if plan is not None and not form.errors:
        try:
            seen = live.preview(checked_weights(form.weights()), plan)
        except (BadInput, Conflict) as refusal:
            refusal_text = say(refusal)
    return render_template(
        "leerstand/weights.html",
        form=form,
        now=plans.weights(settings.current().numbers),
        presets=PRESETS,
        preset=request.args.get("vorlage", ""),
        seen=seen,
        refusal=refusal_text,
        **_names([*seen.come, *seen.gone] if seen else []),
    )


def _changed(form: WeightsForm) -> Response:
    """Keep the weights as the form's button says; a plan is computed with them."""
    wanted, me = checked_weights(form.weights()), current_account().id
    if request.form.get("deed") == "scenario":
        name = (form.name.data or "").strip() or _("Other weights")
        now = plans.weights(settings.current().numbers)
        differing = WhatIf(weights={key: value for key, value in wanted.items() if value != now[key]})
        with transaction():
            job = plans.start_scenario(name, differing, account_id=me, shown_at=url_for("leerstand.scenarios"))
    else:
        with transaction():
            plans.use_weights(wanted, account_id=me)
            job = plans.start_matching(account_id=me, shown_at=url_for("leerstand.plan"))
    return redirect(url_for("city.job", job_id=job.id))


@bp.post("/plan/vorgaben")
@requires(*STAFF)
def decide() -> Response:
    """Fix, exclude or hold back; the next plan keeps to it."""
    kind, unit_id = request.form.get("kind", ""), request.form.get("unit_id", type=int)
    request_id, me = request.form.get("request_id", type=int), current_account().id
    if unit_id is None or kind not in (RuleKind.PIN, RuleKind.FORBID, RuleKind.RESERVE):
        raise NotFound("There is no such shop.")
    try:
        with transaction():
            if kind == RuleKind.RESERVE:
                plan_rules.reserve(unit_id, by_id=me)
            else:
                plan_rules.decide_pair(RuleKind(kind), unit_id, request_id or 0, by_id=me)
    except Conflict as refusal:
        flash(say(refusal), "error")
    else:
        flash(_("Noted. Compute the plan anew to see what follows."), "success")
    return redirect(url_for("leerstand.plan", m=request.form.get("m", type=int)))


@bp.post("/plan/obergrenzen")
@requires(*STAFF)
def limit_kind() -> str | Response:
    """At most so many new uses of a kind in a street, or at least so many."""
    form = CapForm()
    form.offer([(axis.id, axis.name) for axis in queries.axes()])
    if not form.sent_and_valid():
        return plan_page(form)
    with transaction():
        plan_rules.limit(
            form.kind.data, form.axis_id.data, form.category.data, whole(form.most), by_id=current_account().id
        )
    flash(_("Noted. Compute the plan anew to see what follows."), "success")
    return redirect(url_for("leerstand.plan", _anchor="vorgaben"))


@bp.post("/plan/vorgaben/<int:rule_id>/loesen")
@requires(*STAFF)
def let_go(rule_id: int) -> Response:
    """Take a decision back."""
    with transaction():
        plan_rules.let_go(rule_id)
    flash(_("Let go. Compute the plan anew to see what follows."), "success")
    return redirect(url_for("leerstand.plan", _anchor="vorgaben"))


@bp.get("/plan/warum-nicht")
@requires(*STAFF)
def why_not() -> str:
    """Why a request does not come into a shop: obstacles and what would have to change, or what insisting costs."""
    unit_id, request_id = request.args.get("laden", type=int), request.args.get("gesuch", type=int)
    shops = {unit.id: unit for unit in queries.stock()}
    wishes = {one.id: one for one in queries.open_requests()}
    unit, wish = shops.get(unit_id or 0), wishes.get(request_id or 0)
    needed: list[Message] = []
    found, fits, insisted, refusal = None, False, None, None
    numbers = settings.current().numbers
    plan = queries.newest_plan()
    there = {(match.unit_id, match.request_id) for match in plan.matches} if plan else set()
    place = queries.situation_of(unit, clock.today(), numbers) if unit else None
    if unit and wish and place:
        shares = plan.hub_shares if plan else {}
        found = best(unit, wish, numbers, place, hub_share=shares.get(unit.id, 0))
        if found.obstacles:
            needed, fits = changes(unit, wish, numbers, place)
        elif (unit.id, wish.id) not in there:
            try:
                insisted = live.insist(unit.id, wish.id, shares)
            except (BadInput, Conflict) as objection:
                refusal = say(objection)
    free = [one for one in shops.values() if queries.may_be_free(one, clock.today())]
    return render_template(
        "leerstand/why_not.html",
        unit=unit,
        wish=wish,
        place=place,
        found=found,
        needed=needed,
        fits=fits,
        insisted=insisted,
        refusal=refusal,
        in_plan=bool(unit and wish and (unit.id, wish.id) in there),
        shops=free,
        wishes=list(wishes.values()),
        **_names([*insisted.come, *insisted.gone] if insisted else []),
    )
