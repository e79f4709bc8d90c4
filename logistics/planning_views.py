"""The dispatcher's desk beside the board: two plans of a day compared, and what another bike would change."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import streets
from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict
from logistics import board, compare, dispatch, queries, services, what_if
from logistics.dispatch_views import PLANS
from logistics.forms import WhatIfForm
from logistics.hub_views import read_day
from logistics.models import Hub

bp = Blueprint("planning", __name__)


@bp.route("/dispo/<day>/vergleich", methods=["GET", "POST"])
@requires(*PLANS)
def plans(day: str) -> str | Response:
    """The plan that counts beside the one before it, and the question what one bike more or less would change."""
    shown = read_day(day)
    hubs = queries.hubs_of_day(shown)
    form = WhatIfForm()
    form.wish.choices = [
        (key, _wish(kind, hub, bike.name if bike else None)) for key, kind, hub, bike in what_if.wishes(hubs)
    ]
    if form.sent_and_valid():
        account = current_account()
        try:
            with transaction():
                job_id = what_if.ask(account, shown, form.wish.data).id
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("city.job", job_id=job_id))
    after, before = queries.published_plan(shown), queries.plan_before(shown)
    return render_template(
        "logistics/plans.html",
        day=shown,
        form=form,
        after=after,
        before=before,
        figures=compare.figures,
        changes=compare.changes(before, after) if before and after else [],
        whole=compare.differences(before, after).sentences if before and after else (),
        answers=what_if.answers(shown),
        job=queries.planning_job(services.plan_key(shown)),
        outdated=after is not None and after.input_version != dispatch.input_of(shown).version,
    )


@bp.get("/dispo/<day>/vergleich.json")
@requires(*PLANS)
def plans_map(day: str) -> Response:
    """The tours of both plans on one map."""
    shown = read_day(day)
    after, before = queries.published_plan(shown), queries.plan_before(shown)
    hubs = queries.hubs_of_day(shown)
    around = [(hub.lat, hub.lon) for hub in hubs]
    stops = [stop for plan in (before, after) if plan for tour in plan.tours for stop in tour.stops]
    around += [(stop.shipment.lat, stop.shipment.lon) for stop in stops]
    base = streets.base_of_map(around=board.box(around))
    return jsonify({**base, **compare.both_on_a_map(before, after, hubs)})


def _wish(kind: str, hub: Hub, bike: str | None) -> str:
    if kind == what_if.MORE:
        return _("One more bike at %(hub)s", hub=hub.name)
    return _("Without %(bike)s of %(hub)s", bike=bike, hub=hub.name)
