"""The courier's pages: the own tour only, next stop large, list first, map second; reports, GPX, a map to keep."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, maps, streets
from city.access import current_account, requires
from city.db import transaction
from city.messages import NotFound
from city.models import Role
from logistics import board, delivery, queries, rules
from logistics.forms import REASON_LABELS, ReportForm
from logistics.kinds import EventKind, FailureReason
from logistics.models import CourierEvent, Stop, Tour
from routing.message import BadInput
from routing.streets.gpx import gpx

bp = Blueprint("courier", __name__)


def own_tour() -> Tour:
    """The tour of this request's courier. Raises NotFound when there is none ahead."""
    found = queries.next_tour_of(current_account().id, today=clock.today())
    if found is None:
        raise NotFound("No tour is planned for you. It appears here as soon as the dispatcher has assigned one.")
    return found


@bp.get("/tour")
@requires(Role.COURIER)
def tour() -> str:
    """The tour of today, else the next one: next stop large, the way there in words, what comes after."""
    found = queries.next_tour_of(current_account().id, today=clock.today())
    if found is None:
        return render_template("logistics/_no_tour.html")
    open_stops = [stop for stop in found.stops if board.outcome(stop).open]
    following = open_stops[0] if open_stops else None
    return render_template(
        "logistics/tour.html",
        tour=found,
        following=following,
        later=open_stops[1:],
        done=[(stop, board.outcome(stop)) for stop in found.stops if not board.outcome(stop).open],
        words=board.words_of(following.steps if following else found.back_steps),
        pushes=board.pushes_of(following) if following else [],
        last=last_report(found),
        reasons=REASON_LABELS,
        new_id=lambda: uuid4().hex,
        undo_s=rules.UNDO_SHOWN_S,
        form=ReportForm(),
    )


def last_report(tour: Tour) -> tuple[Stop, CourierEvent] | None:
    """What was reported last, as long as it can be taken back."""
    told = [(stop, event) for stop in tour.stops if (event := board.outcome(stop).event) is not None]
    if not told:
        return None
    stop, event = max(told, key=lambda pair: pair[1].happened_at)
    fresh = (clock.now() - event.happened_at).total_seconds() <= rules.UNDO_SHOWN_S
    return (stop, event) if fresh else None


@bp.post("/tour/halte/<int:stop_id>")
@requires(Role.COURIER)
def report(stop_id: int) -> Response:
    """Delivered, not delivered because, or taken back."""
    form, courier_id = ReportForm(), current_account().id
    if not form.sent_and_valid():
        raise BadInput("This report has no number of its own. Please load the page again.")
    kind, reason = _kind(form.kind.data), _reason(form.reason.data)
    happened_at = _moment(form.happened_at.data)
    with transaction():
        delivery.record_event(
            courier_id, stop_id, client_id=form.client_id.data, kind=kind, reason=reason, happened_at=happened_at
        )
    return redirect(url_for("courier.tour"))


def _kind(text: str) -> EventKind:
    try:
        return EventKind(text)
    except ValueError:
        raise BadInput("“%(typed)s” is no report. Please load the page again.", typed=text[:20]) from None


def _reason(text: str | None) -> FailureReason | None:
    try:
        return FailureReason(text) if text else None
    except ValueError:
        raise BadInput("“%(typed)s” is no reason. Please choose one of those shown.", typed=(text or "")[:20]) from None


def _moment(text: str | None) -> datetime | None:
    """When the phone says the button was pressed: milliseconds since 1970; None if it says nothing readable."""
    try:
        return datetime.fromtimestamp(int(text) / 1000, UTC) if text else None
    except (ValueError, OverflowError, OSError):
        return None


@bp.get("/tour/karte.json")
@requires(Role.COURIER)
def tour_map() -> Response:
    """The own tour for the map on the page."""
    found = own_tour()
    following = next((stop for stop in found.stops if board.outcome(stop).open), None)
    near = following.line if following and following.line else board.tour_line(found)
    return jsonify(
        {
            **streets.base_of_map(around=board.box(((lat, lon) for lat, lon in near), spare=board.NEAR_DEG)),
            **board.tour_map(found),
        }
    )


@bp.get("/tour/karte.html")
@requires(Role.COURIER)
def map_to_take_along() -> Response:
    """One file with the map, the stops and the town around them: opens without a network."""
    found = own_tour()
    payload = {**_payload_to_take_along(found), **board.tour_map(found)}
    return _download(maps.standalone(payload, _title(found)), "text/html", f"{_file_name(found)}.html")


def _payload_to_take_along(found: Tour) -> dict[str, object]:
    around = [(lat, lon) for lat, lon in board.tour_line(found)]
    base = streets.base_of_map(around=around)
    base.pop("background_url", None)
    return {**base, "background": streets.background(streets.network(), around=around)}


@bp.get("/tour/tour.gpx")
@requires(Role.COURIER)
def tour_gpx() -> Response:
    """The own tour for any navigation device."""
    found = own_tour()
    line = [(lat, lon) for lat, lon in board.tour_line(found)]
    stops = [
        (f"{stop.position} {stop.shipment.address}, {stop.shipment.recipient}", (stop.shipment.lat, stop.shipment.lon))
        for stop in found.stops
    ]
    text = gpx(_title(found), [(board.bike_of(found), line)], stops)
    return _download(text, "application/gpx+xml", f"{_file_name(found)}.gpx")


def _title(found: Tour) -> str:
    return _("Tour %(bike)s, %(day)s", bike=board.bike_of(found), day=found.plan.day.isoformat())


def _file_name(found: Tour) -> str:
    return f"tour-{found.plan.day.isoformat()}"


def _download(text: str, mime: str, name: str) -> Response:
    answer = Response(text, content_type=f"{mime}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
