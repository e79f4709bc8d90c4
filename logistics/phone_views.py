"""What the courier's app asks for and sends: tour, reports, photos, map, and the worker that keeps it offline."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from city import clock, files, maps, tiles
from city.access import current_account, public, requires
from city.db import transaction
from city.messages import say
from city.models import Role
from city.web import csp_nonce
from logistics import delivery, phone, photos, street_queries
from logistics.courier import base_for_phone, excerpt_of, own_tour
from logistics.models import Tour
from routing.message import BadInput

bp = Blueprint("phone", __name__)
MOST_REPORTS = 200  # in one sending


@bp.get("/tour/paket.json")
@requires(Role.COURIER)
def package() -> Response:
    """The whole tour for the phone, and a token for what it sends back."""
    account = current_account()
    answer: dict[str, Any] = {"account": account.id, "token": generate_csrf(), "now": phone.milliseconds(clock.now())}
    if (tour := _tour()) is not None:
        events = street_queries.events_of_tour(tour, account.id)
        answer |= phone.package(tour, account, events, base_for_phone(tour))
    return jsonify(answer)


@bp.get("/tour/stand.json")
@requires(Role.COURIER)
def state() -> Response:
    """Whether the tour on the phone is still the one that counts; asked every half minute."""
    tour = street_queries.tour_state_of(current_account().id, today=clock.today())
    return jsonify({**(phone.state_of(tour) if tour else {"tour": None, "mark": ""}), "token": generate_csrf()})


def _tour() -> Tour | None:
    return street_queries.next_tour_of(current_account().id, today=clock.today())


@bp.post("/tour/meldungen")
@requires(Role.COURIER)
def take_reports() -> tuple[Response, int]:
    """Reports from the queue of a phone: each is answered with what became of it, each in a transaction of its own."""
    body = request.get_json(silent=True)
    reports = body.get("reports") if isinstance(body, dict) else None
    if not isinstance(reports, list):
        return jsonify({"text": _("What the phone sent is no list of reports. Please load the page again.")}), 400
    sent_at, courier_id = _moment(body.get("sent_at")), current_account().id  # type: ignore[union-attr]
    receipts = [_receive(courier_id, raw, sent_at) for raw in reports[:MOST_REPORTS]]
    return jsonify(
        {
            "receipts": [
                {"id": one.client_id, "fate": one.fate.value, "text": say(one.text) if one.text else ""}
                for one in receipts
            ]
        }
    ), 200


def _receive(courier_id: int, raw: Any, sent_at: datetime | None) -> delivery.Receipt:
    try:
        with transaction():
            return delivery.receive(courier_id, raw, sent_at=sent_at)
    except IntegrityError:  # the same report on two ways at once: the other one was faster
        with transaction():
            return delivery.receive(courier_id, raw, sent_at=sent_at)


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(value) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


@bp.post("/tour/fotos")
@requires(Role.COURIER)
def take_photo() -> tuple[Response, int]:
    """One photo for one report; it may come before the report, or twice."""
    photo_id, report_id = request.form.get("id", ""), request.form.get("report", "")
    try:
        photos.check_numbers(photo_id, report_id)
        picture = files.uploaded_picture(request.files.get("photo"))
        with transaction():
            photos.keep(current_account().id, picture, client_id=photo_id, event_client_id=report_id)
    except BadInput as refusal:
        return jsonify({"text": say(refusal)}), 422
    return jsonify({"text": ""}), 200


@bp.get("/tour/karte/rahmen")
@requires(Role.COURIER)
def map_frame() -> str:
    """The frame of the tour's map, at an address that the app keeps for the way."""
    return maps.frame(csp_nonce(), title=_("Map"), data_url=url_for("courier.tour_map"), whole_tiles=True)


@bp.get("/tour/karte.pmtiles")
@requires(Role.COURIER)
def tour_tiles() -> Response:
    """The town around the own tour as one small tile file, whole: phones keep no answers to ranges."""
    answer = Response(tiles.excerpt(excerpt_of(own_tour())), content_type="application/octet-stream")
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@bp.get("/tour/sw.js")
@public
def service_worker() -> Response:
    """The worker that lets the app start and ride without a network; holds names of files and nothing else."""
    files = [url_for("static", filename=name) for name in phone.available()]
    text = render_template("logistics/service_worker.js", version=phone.app_version(), files=files)
    answer = Response(text, content_type="text/javascript; charset=utf-8")
    answer.headers["Service-Worker-Allowed"] = "/tour"
    answer.headers["Cache-Control"] = "no-cache"
    return answer
