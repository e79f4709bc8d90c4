"""Pages for the city's access zones and closures: a map and a list, drawing, changing, ending."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, streets
from city.access import current_account, has_role, requires
from city.db import transaction
from city.messages import Conflict, DomainError, say
from city.models import Role
from city.zones import queries, rules, services
from city.zones.forms import DAY_LABELS, HOLIDAY, USE_LABELS, VEHICLE_LABELS, ZoneForm, typed
from city.zones.models import AccessZone
from routing.message import BadInput
from routing.streets.model import VehicleClass

bp = Blueprint("zones", __name__)
DRAWS = (Role.MANAGER, Role.ADMIN)
READS = (*DRAWS, Role.DISPATCHER)
Point = tuple[float, float]


@bp.get("/sperrungen")
@requires(*READS)
def zones() -> str:
    """What holds now and what comes, on a map and as a list; what is over below."""
    today = clock.today()
    everything = queries.all_zones()
    return render_template(
        "zones/zones.html",
        current=[zone for zone in everything if not rules.is_over(zone, today)],
        over=[zone for zone in everything if rules.is_over(zone, today)],
        words=in_words,
        use_labels=USE_LABELS,
        may_draw=has_role(*DRAWS),
    )


@bp.get("/sperrungen/karte.json")
@requires(*READS)
def zones_map() -> Response:
    """All that holds now or will."""
    shown = [zone for zone in queries.all_zones() if not rules.is_over(zone, clock.today())]
    around = [(lat, lon) for zone in shown for lat, lon in zone.area]
    return jsonify({**streets.base_of_map(around=around), "areas": queries.areas_on_map(shown)})


@bp.get("/sperrungen/zeichnen.json")
@requires(*DRAWS)
def drawing_map() -> Response:
    """The map on which an area is drawn, above the other ones; ``zone`` is the number of the one being changed."""
    own = request.args.get("zone", 0, type=int)
    everything = [zone for zone in queries.all_zones() if not rules.is_over(zone, clock.today())]
    around = [(lat, lon) for zone in everything if zone.id == own for lat, lon in zone.area]
    others = [zone for zone in everything if zone.id != own]
    return jsonify({**streets.base_of_map(around=around), "areas": queries.areas_on_map(others), "draw": True})


@bp.route("/sperrungen/neu", methods=["GET", "POST"])
@requires(*DRAWS)
def new_zone() -> str | Response:
    """Draw a new one."""
    form = ZoneForm(data={"first_day": clock.today()} if request.method == "GET" else None)
    if form.sent_and_valid() and (area := _area_of(form)):
        try:
            with transaction():
                made = services.make_zone(current_account(), form.draft(area))
        except (DomainError, BadInput) as refusal:
            form.refuse(refusal)
        else:
            flash(_("“%(name)s” is in force. Plans of the days concerned are made again.", name=made.name), "success")
            return redirect(url_for("zones.zone", zone_id=made.id))
    return render_template("zones/new_zone.html", form=form)


@bp.route("/sperrungen/<int:zone_id>", methods=["GET", "POST"])
@requires(*DRAWS)
def zone(zone_id: int) -> str | Response:
    """One of them: what it concerns, and the form to change it."""
    found = queries.zone(zone_id)
    form = ZoneForm(data=typed(found))
    if form.sent_and_valid() and (area := _area_of(form)):
        try:
            with transaction():
                services.change_zone(current_account(), zone_id, form.draft(area), seen=_seen(form))
        except (DomainError, BadInput) as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved. Plans of the days concerned are made again."), "success")
            return redirect(url_for("zones.zone", zone_id=zone_id))
    return render_template(
        "zones/zone.html",
        zone=found,
        form=form,
        words=in_words(found),
        concerned=streets.network().streets_within(tuple((lat, lon) for lat, lon in found.area)),
        over=rules.is_over(found, clock.today()),
    )


@bp.post("/sperrungen/<int:zone_id>/beenden")
@requires(*DRAWS)
def end(zone_id: int) -> Response:
    """Take one back at once."""
    try:
        with transaction():
            ended = services.end_zone(current_account(), zone_id)
    except Conflict as refusal:
        flash(say(refusal), "error")
    else:
        flash(_("“%(name)s” has ended. Plans of the days concerned are made again.", name=ended.name), "success")
    return redirect(url_for("zones.zones"))


def _area_of(form: ZoneForm) -> tuple[Point, ...]:
    """The corners as drawn or typed, else the area along the named street; empty with a sentence at the field."""
    field = "street" if form.street.data and not form.area.data else "area"
    try:
        if field == "street":
            area = services.area_along(form.street.data, form.begins_at.data or "", form.ends_at.data or "")
            form.area.data = rules.text_of(area)
        else:
            area = tuple(rules.corners_of(form.area.data or ""))
        if not area:
            raise BadInput("Where is it? Please draw the area, type its corners, or name a street.")
        services.check_area(area)
    except BadInput as refusal:
        form.refuse_field(field, refusal)
        return ()
    return area


def _seen(form: ZoneForm) -> int:
    text = form.version.data or ""
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def in_words(zone: AccessZone) -> dict[str, str]:
    """When and for whom a rule holds, in the language of the page."""
    days = [*sorted(zone.weekdays), *([HOLIDAY] if zone.on_holidays else [])]
    whole = len(days) == HOLIDAY + 1
    return {
        "whom": ", ".join(str(VEHICLE_LABELS[VehicleClass(name)]) for name in zone.vehicles),
        "days": _("every day") if whole else ", ".join(str(DAY_LABELS[day]) for day in days),
    }
