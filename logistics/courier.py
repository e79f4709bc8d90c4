"""The courier's pages: the tour as an app that works without a network, as a plain page, and to take along."""

from __future__ import annotations

import hashlib
from uuid import uuid4

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, maps, streets, tiles
from city.access import current_account, has_role, requires
from city.db import transaction
from city.messages import NotFound, say
from city.models import Role
from city.zones.queries import areas_of_day
from logistics import board, delivery, outcomes, phone_words, queries, rounds, sheets, street_queries
from logistics.forms import REASON_LABELS, ReportForm
from logistics.hub_views import read_day
from logistics.kinds import EventKind
from logistics.models import CourierEvent, Stop, Tour
from logistics.rules import clock_time
from routing.message import BadInput
from routing.streets.gpx import gpx
from routing.streets.model import Bounds

bp = Blueprint("courier", __name__)


def own_tour() -> Tour:
    """The tour of this request's courier. Raises NotFound when there is none ahead."""
    found = street_queries.next_tour_of(current_account().id, today=clock.today())
    if found is None:
        raise NotFound("No tour is planned for you. It appears here as soon as the dispatcher has released one.")
    return found


@bp.get("/tour")
@requires(Role.COURIER)
def tour() -> str:
    """The app of the courier: holds words and no data, so that a phone may keep it."""
    return render_template("logistics/tour.html", reasons=REASON_LABELS, words=phone_words.spoken())


@bp.get("/tour/rad/<int:vehicle_id>/<day>")
@requires(Role.COURIER, Role.DISPATCHER, Role.MANAGER)
def scanned(vehicle_id: int, day: str) -> str | Response:
    """Where the code on a printed tour leads, after signing in: to that very tour, for who rides or plans it."""
    found = street_queries.tour_of_bike(vehicle_id, read_day(day))
    me = current_account().id
    if found.courier_id == me and found.released_at is not None:
        ahead = street_queries.next_tour_of(me, today=clock.today())
        if ahead is not None and ahead.id == found.id:
            return redirect(url_for("courier.tour"))
        return redirect(url_for("courier.sheet", rad=vehicle_id, tag=day))  # of another day than the app shows
    if has_role(Role.DISPATCHER) or has_role(Role.MANAGER):
        return redirect(url_for("dispatch.sheet", day=day, tour_id=found.id))
    raise _not_yours(found)


@bp.get("/tour/einfach")
@requires(Role.COURIER)
def tour_simple() -> str:
    """The tour as a plain page that needs no scripts: next stop large, the way there in words, what comes after."""
    found = street_queries.next_tour_of(current_account().id, today=clock.today())
    if found is None:
        return render_template("logistics/_no_tour.html")
    open_stops = [stop for stop in found.stops if board.outcome(stop).open]
    following = open_stops[0] if open_stops else None
    coming = _round_ahead(found, following)
    return render_template(
        "logistics/tour_simple.html",
        tour=found,
        coming=coming,
        coming_words=board.words_of(coming.way["steps"]) if coming and coming.way else [],
        round_of=lambda stop: rounds.round_at(found, stop.position),
        following=following,
        later=open_stops[1:],
        done=[(stop, board.outcome(stop)) for stop in found.stops if not board.outcome(stop).open],
        words=board.words_of(following.steps if following else found.back_steps),
        pushes=board.pushes_of(following) if following else [],
        last=last_report(found),
        reasons=REASON_LABELS,
        new_id=lambda: uuid4().hex,
        undo_s=outcomes.UNDO_SHOWN_S,
        form=ReportForm(),
    )


def _round_ahead(found: Tour, following: Stop | None) -> rounds.Round | None:
    """The round for which the bike has to come back before its next stop; None: that is on board."""
    if following is None:
        return None
    told = outcomes.reloads_of(street_queries.events_of_tour(found, current_account().id))
    behind = rounds.behind(found, len(told), [stop for stop in found.stops if not board.outcome(stop).open])
    number = rounds.round_at(found, following.position)
    return rounds.rounds_of(found, ways=True)[number - 1] if number > behind + 1 else None


def last_report(tour: Tour) -> tuple[Stop, CourierEvent] | None:
    """What was reported last, as long as it can be taken back."""
    told = [(stop, event) for stop in tour.stops if (event := board.outcome(stop).event) is not None]
    if not told:
        return None
    stop, event = max(told, key=lambda pair: pair[1].happened_at)
    fresh = (clock.now() - event.happened_at).total_seconds() <= outcomes.UNDO_SHOWN_S
    return (stop, event) if fresh else None


@bp.post("/tour/halte/<int:stop_id>")
@requires(Role.COURIER)
def report(stop_id: int) -> Response:
    """A report from the plain page: delivered, not delivered because, or taken back."""
    form, courier_id = ReportForm(), current_account().id
    if not form.sent_and_valid():
        raise BadInput("This report has no number of its own. Please load the page again.")
    with transaction():
        stop = street_queries.stop_of_courier(courier_id, stop_id)
        raw = {
            "id": form.client_id.data,
            "kind": form.kind.data,
            "shipment": stop.shipment.reference,
            "reason": form.reason.data,
            "undoes": form.undoes.data,
        }
        if form.kind.data == EventKind.RELOADED:  # of the tour, before this stop
            raw |= {"shipment": None, "round": rounds.round_at(stop.tour, stop.position)}
            raw["day"] = stop.tour.plan.day.isoformat()
        receipt = delivery.receive(courier_id, raw)
    if receipt.text is not None:
        flash(say(receipt.text), "warning")
    return redirect(url_for("courier.tour_simple"))


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
            "areas": areas_of_day(queries.current_city(), found.plan.day),
        }
    )


@bp.get("/tour/karte.html")
@requires(Role.COURIER)
def map_to_take_along() -> Response:
    """One file with the map, the stops and the town around them: opens without a network."""
    found = own_tour()
    payload = {**base_to_take_along(found), **board.tour_map(found)}
    return _download(maps.standalone(payload, _title(found)), "text/html", f"{_file_name(found)}.html")


def base_for_phone(found: Tour) -> dict[str, object]:
    """What the app draws beneath its marks: a small tile file that it keeps; the drawn streets until there is one."""
    if tiles.in_service() is None:
        return base_to_take_along(found)
    base = streets.base_of_map(around=_around(found))
    for name in ("background_url", "tiles_url"):
        base.pop(name, None)
    corner = f"{streets.tiles_version(streets.in_service())} {excerpt_of(found)}"
    version = hashlib.sha256(corner.encode()).hexdigest()[:16]
    base["tiles_whole"] = url_for("phone.tour_tiles", v=version)
    base["areas"] = areas_of_day(queries.current_city(), found.plan.day)
    return base


def excerpt_of(found: Tour) -> Bounds:
    """The part of the town that a courier takes along: the whole ride, with a margin."""
    return tiles.around(_around(found))


def _around(found: Tour) -> list[tuple[float, float]]:
    hub, stops = found.vehicle.hub, [(stop.shipment.lat, stop.shipment.lon) for stop in found.stops]
    return [(hub.lat, hub.lon), *stops, *((lat, lon) for lat, lon in board.tour_line(found))]


def base_to_take_along(found: Tour) -> dict[str, object]:
    """What a map of a tour draws beneath its marks, complete: nothing has to be fetched for it."""
    around = [(lat, lon) for lat, lon in board.tour_line(found)]
    base = streets.base_of_map(around=around)
    base.pop("background_url", None)
    base.pop("tiles_url", None)
    base["areas"] = areas_of_day(queries.current_city(), found.plan.day)
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
    hub = found.vehicle.hub
    reloads = [_("Reload at the hub %(starts)s–%(ends)s", starts=clock_time(one["starts_s"]),
                 ends=clock_time(one["departs_s"])) for one in found.reloads or ()]  # fmt: skip
    stops += [(f"{hub.name}: {said}", (hub.lat, hub.lon)) for said in reloads]
    text = gpx(_title(found), [(board.bike_of(found), line)], stops)
    return _download(text, "application/gpx+xml", f"{_file_name(found)}.gpx")


@bp.get("/tour/blatt")
@requires(Role.COURIER)
def sheet() -> str:
    """The own tour on paper: the next one, or the one of the bike and day in the address."""
    bike, day = request.args.get("rad", type=int), request.args.get("tag", "")
    shown = own_tour() if bike is None else street_queries.tour_of_bike(bike, read_day(day))
    if shown.courier_id != current_account().id or shown.released_at is None:
        raise _not_yours(shown)
    return render_template("logistics/sheet.html", **sheets.context_of(shown))


def _not_yours(found: Tour) -> NotFound:
    return NotFound(
        "The tour of %(bike)s on %(day)s is not yours. Your own tour is under “My tour”.",
        bike=found.vehicle.name,
        day=found.plan.day,
    )


def _title(found: Tour) -> str:
    return _("Tour %(bike)s, %(day)s", bike=board.bike_of(found), day=found.plan.day.isoformat())


def _file_name(found: Tour) -> str:
    return f"tour-{found.plan.day.isoformat()}"


def _download(text: str, mime: str, name: str) -> Response:
    answer = Response(text, content_type=f"{mime}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
