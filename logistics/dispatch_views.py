"""The dispatcher's pages: the day with its bookings, its tours, what stays behind, and who rides."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from flask import Blueprint, flash, get_template_attribute, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from city import clock, streets
from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict, say
from city.models import Role
from city.web import format_number
from city.zones.queries import areas_of_day
from logistics import board, dispatch, queries, rounds, services, sheets, street_queries
from logistics.forecast import forecast, seconds_of
from logistics.forms import CourierForm
from logistics.hub_views import read_day
from logistics.kinds import ShipmentKind, ShipmentStatus
from logistics.models import Shipment

bp = Blueprint("dispatch", __name__)
PLANS = (Role.DISPATCHER, Role.MANAGER)


@bp.get("/dispo")
@requires(*PLANS)
def today() -> Response:
    """On to the day whose work comes next."""
    day = board.working_day(queries.booked_days(clock.today()), clock.today())
    return redirect(url_for("dispatch.day", day=day.isoformat()))


@bp.get("/dispo/<day>")
@requires(*PLANS)
def day(day: str) -> str:
    """A day: bookings, tours on a map and a time axis, what stays behind and why."""
    shown = read_day(day)
    seen = _seen(shown)
    return render_template(
        "logistics/day.html",
        **seen,
        days=sorted({shown, *queries.booked_days(clock.today())}),
        outdated=seen["plan"] is not None
        and seen["plan"].input_version != dispatch.input_of(shown, shipments=seen["shipments"]).version,
        job=queries.planning_job(services.plan_key(shown)),
        couriers=street_queries.couriers(),
        code_of=lambda tour: sheets.qr_path(sheets.tour_link(tour)),
    )


@bp.get("/dispo/<day>/lage")
@requires(*PLANS)
def situation(day: str) -> str | tuple[str, int]:
    """The part of the board that changes by itself, asked for every ten seconds; 204 while nothing has changed."""
    seen = _seen(read_day(day))
    if request.args.get("marke") == seen["mark"]:
        return "", 204
    return render_template("logistics/_situation.html", **seen)


def _seen(shown: date) -> dict[str, Any]:
    """What the board shows of a day, and a mark that changes when any of it does."""
    now, plan, shipments = clock.now(), street_queries.board_plan(shown), queries.day_shipments(shown)
    waiting = board.without_bike(shipments, plan)
    tours = plan.tours if plan else []
    told = street_queries.events_of_couriers([tour.courier_id for tour in tours if tour.courier_id], shown)
    forecasts = {tour.id: forecast(tour, told.get(tour.courier_id or 0, []), shown, now) for tour in tours}
    counts, now_s = board.counts(plan, waiting, forecasts), seconds_of(now, shown)
    count = street_queries.inbox_count()
    return {
        "day": shown,
        "plan": plan,
        "shipments": shipments,
        "waiting": waiting,
        "counts": counts,
        "forecasts": forecasts,
        "axis": board.axis_of(tours),
        "rounds_of": rounds.rounds_of,
        "now_s": now_s,
        "inbox": count,
        "outcome": cache(board.outcome),
        **_words_of_rows(shown),
        "drafts": street_queries.drafts(shown),
        "may_undo": plan is not None and street_queries.has_version_before(shown, plan.number),
        "mark": board.mark_of(plan, shipments, told, count, now_s),
    }


def _words_of_rows(shown: date) -> dict[str, Any]:
    """What stands in every row is said once: there may be 500 rows, and each asks for it twice."""
    said = get_template_attribute("logistics/_status.html", "shipment_status")
    usual: dict[ShipmentStatus, str] = {}

    def status_of(shipment: Shipment) -> str:
        if shipment.kind == ShipmentKind.LOCKER:
            return str(said(shipment))
        if shipment.status not in usual:
            usual[shipment.status] = said(shipment)
        return usual[shipment.status]

    return {
        "status_of": status_of,
        "kg_of": cache(lambda grams: format_number(grams / 1000, 1)),
        "litres_of": cache(lambda millilitres: format_number(millilitres / 1000)),
        "hold_url": url_for("steering.hold", day=shown.isoformat(), stop_id=0).replace("/0/", "/%d/"),
        "row_words": {
            "move": _("Move stop %(number)d, %(address)s"),
            "hold": _("Hold stop %(number)d on its bike"),
            "let_go": _("Let stop %(number)d go"),
        },
    }


@bp.post("/dispo/<day>/plan")
@requires(*PLANS)
def plan(day: str) -> Response:
    """Have the day planned, and show how far that is."""
    account = current_account()
    with transaction():
        job_id = dispatch.request_plan(account, read_day(day)).id
    return redirect(url_for("city.job", job_id=job_id))


@bp.get("/dispo/<day>/karte.json")
@requires(*PLANS)
def day_map(day: str) -> Response:
    """All tours of a day on one map."""
    shown = read_day(day)
    made, hubs = queries.published_plan(shown), queries.hubs_of_day(shown)
    around = [(hub.lat, hub.lon) for hub in hubs]
    around += [(stop.shipment.lat, stop.shipment.lon) for tour in (made.tours if made else []) for stop in tour.stops]
    base = {**streets.base_of_map(around=board.box(around)), "areas": areas_of_day(queries.current_city(), shown)}
    return jsonify({**base, **board.day_map(made, hubs)})


@bp.post("/dispo/<day>/touren/<int:tour_id>")
@requires(*PLANS)
def assign(day: str, tour_id: int) -> Response:
    """Say who rides a tour."""
    form = CourierForm()
    form.courier.choices = [(0, ""), *[(person.id, person.name) for person in street_queries.couriers()]]
    if form.sent_and_valid():
        try:
            with transaction():
                dispatch.assign_courier(tour_id, form.courier.data or None)
        except Conflict as refusal:
            flash(say(refusal), "error")
        else:
            flash(_("Saved."), "success")
    for sentence in form.courier.errors:  # somebody else took the role away meanwhile
        flash(str(sentence), "error")
    return redirect(url_for("dispatch.day", day=read_day(day).isoformat()) + "#touren")


@bp.post("/dispo/<day>/freigeben")
@requires(*PLANS)
def release(day: str) -> Response:
    """Show the tours to their couriers and mail each the link."""
    shown = read_day(day)
    try:
        with transaction():
            count = dispatch.release(shown)
    except Conflict as refusal:
        flash(say(refusal), "error")
    else:
        flash(_told_of_release(count), "success")
    return redirect(url_for("dispatch.day", day=shown.isoformat()) + "#touren")


def _told_of_release(couriers: int) -> str:
    if not couriers:
        return _("Nothing new to release: every courier of this plan has the link already.")
    return ngettext(
        "Released. %(num)d courier has the link by mail.", "Released. %(num)d couriers have the link by mail.", couriers
    )


@bp.get("/dispo/<day>/touren/<int:tour_id>/blatt")
@requires(*PLANS)
def sheet(day: str, tour_id: int) -> str:
    """A tour on paper, for the board in the hub."""
    read_day(day)
    return render_template("logistics/sheet.html", **sheets.context_of(street_queries.whole_tour(tour_id)))
