"""The evening: what was planned, what happened, what the settings could learn from it; the day's reports for others."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, settings
from city.access import current_account, has_role, requires
from city.db import transaction
from city.messages import NotFound, say
from city.models import Role
from city.zones.queries import network_on
from logistics import evening, street_queries
from logistics.booking_form import KIND_LABELS
from logistics.forms import REASON_LABELS
from logistics.hub_views import read_day
from logistics.models import DayPlan
from routing.message import BadInput
from routing.streets.model import VehicleClass

bp = Blueprint("evening", __name__)
PLANS = (Role.DISPATCHER, Role.MANAGER)


def _done(plan: DayPlan) -> evening.DayDone:
    told = street_queries.events_of_couriers([tour.courier_id for tour in plan.tours if tour.courier_id], plan.day)

    def way_m(start: evening.Point, end: evening.Point) -> int | None:
        try:
            return network_on(plan.day).path(start, end, VehicleClass.CARGO_BIKE).metres
        except BadInput:  # the map has changed since
            return None

    return evening.day_done(plan, told, settings.current().numbers, now=clock.now(), way_m=way_m)


@bp.get("/dispo/<day>/bilanz")
@requires(*PLANS)
def day_done(day: str) -> str:
    """Planned against happened."""
    shown = read_day(day)
    plan = street_queries.board_plan(shown)
    return render_template(
        "logistics/day_done.html",
        day=shown,
        plan=plan,
        done=_done(plan) if plan else None,
        reasons=REASON_LABELS,
        kinds=KIND_LABELS,
        may_set=has_role(Role.ADMIN, Role.MANAGER),
    )


@bp.post("/dispo/<day>/bilanz")
@requires(Role.MANAGER, Role.ADMIN)
def learn(day: str) -> Response:
    """Put a suggested service time or pace into the settings."""
    shown, name = read_day(day), request.form.get("setting", "")
    plan = street_queries.board_plan(shown)
    found = _done(plan).suggestions.get(name) if plan else None
    if found is None:
        raise NotFound("There is no such suggestion any more. Please look at the day again.")
    try:
        with transaction():
            numbers = settings.current().numbers.but(**{name: found})
            settings.change(numbers, by_account_id=current_account().id)
    except BadInput as refusal:
        flash(say(refusal), "error")
    else:
        flash(_("Saved. New plans use these numbers from now on."), "success")
    return redirect(url_for("evening.day_done", day=day))


@bp.get("/dispo/<day>/ereignisse.json")
@requires(*PLANS)
def events(day: str) -> Response:
    """The reports of a day in the words of EPCIS 2.0, without persons."""
    answer = jsonify(evening.epcis(street_queries.events_of_day(read_day(day)), made_at=clock.now()))
    answer.headers["Content-Disposition"] = f'attachment; filename="ereignisse-{read_day(day).isoformat()}.json"'
    return answer
