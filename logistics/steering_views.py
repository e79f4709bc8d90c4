"""The dispatcher's hands on a running day: move, hold, undo, plan the rest again, the inbox of impossible reports."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import files
from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict, NotFound, say
from city.models import Role
from logistics import (
    board,
    compare,
    courses,
    delivery,
    moves,
    planning,
    queries,
    replanning,
    shifts,
    steering,
    street_queries,
)
from logistics.forms import REASON_LABELS
from logistics.hub_views import read_day
from logistics.models import HubVehicle
from logistics.street_forms import MoveForm, ReplanForm
from routing.message import BadInput

bp = Blueprint("steering", __name__)
PLANS = (Role.DISPATCHER, Role.MANAGER)


def _choices(day: courses.Running) -> list[tuple[str, HubVehicle]]:
    return list(day.question.bikes.items())


def _key(day: courses.Running, vehicle_id: int | None) -> str:
    found = next((key for key, bike in day.question.bikes.items() if bike.id == vehicle_id), None)
    if found is None:
        raise NotFound("There is no such bike on this day.")
    return found


@bp.get("/dispo/<day>/verschieben")
@requires(*PLANS)
def move(day: str) -> str:
    """What follows from moving a stop; nothing changes yet. As a part for the board, else as a page of its own."""
    shown = read_day(day)
    now = steering.running(shown)
    reference = request.args.get("halt", "")[:40]
    bike_id = request.args.get("rad", type=int) or _bike_of(now, reference)
    key = _key(now, bike_id) if bike_id else next(iter(now.question.bikes), "")
    at = request.args.get("platz", type=int)
    seen, refusal = None, None
    try:
        seen = steering.preview(now, reference, bike=key, at=_place(now, reference) if at is None else at - 1)
    except Conflict as no:
        refusal = say(no)
    template = "logistics/_move.html" if "X-Part" in request.headers else "logistics/move.html"
    return render_template(
        template,
        day=shown,
        seen=seen,
        refusal=refusal,
        reference=reference,
        bikes=_choices(now),
        key=key,
        places=_places(now, key, reference),
        clock_of=lambda elapsed: planning.clock_s(shown, elapsed),
    )


def _bike_of(now: courses.Running, reference: str) -> int | None:
    for tour in now.plan.tours:
        if any(stop.shipment.reference == reference for stop in tour.stops):
            return tour.vehicle_id
    return None


def _place(now: courses.Running, reference: str) -> int:
    for course in courses.courses_of(now):
        if reference in course.orders:
            return course.orders.index(reference)
    return 0


def _places(now: courses.Running, key: str, reference: str) -> list[tuple[int, str]]:
    """The places that a stop may have among what a bike still visits, each with what stands before it."""
    course = next(one for one in courses.courses_of(now) if one.vehicle == key)
    others = [one for one in course.orders if one != reference]
    said = [
        _("after the reload at the hub")
        if one == moves.RELOAD
        else _("after %(address)s", address=now.question.shipments[one].address)
        for one in others
    ]
    if others and now.question.problem.vehicle_by_key[key].reload_s is not None:
        said.append(_("in a new round, after one more reload"))
    return [(1, ""), *enumerate(said, start=2)]


@bp.post("/dispo/<day>/verschieben")
@requires(*PLANS)
def move_stop(day: str) -> Response:
    """Let a move count."""
    shown, form = read_day(day), MoveForm()
    if form.sent_and_valid():
        try:
            with transaction():
                now = steering.running(shown)
                bike, at, number = _key(now, form.rad.data), (form.platz.data or 1) - 1, form.plan.data or 0
                made = steering.move_stop(
                    shown, form.halt.data, bike=bike, at=at, number=number, taken_on=form.trotzdem.data == "1"
                )
        except Conflict as refusal:
            flash(say(refusal), "error")
        else:
            flash(_("Moved. This is plan %(number)d now; couriers on the way are told.", number=made.number), "success")
    else:
        flash(_("This move could not be read. Please choose stop, bike and place again."), "error")
    return redirect(url_for("dispatch.day", day=day) + "#zeitplan")


@bp.post("/dispo/<day>/halte/<int:stop_id>/halten")
@requires(*PLANS)
def hold(day: str, stop_id: int) -> Response:
    """Keep a stop on its bike, or let it go."""
    shown = read_day(day)
    try:
        with transaction():
            stop = steering.hold_stop(
                shown, stop_id, held=request.form.get("held") == "1", number=request.form.get("plan", 0, type=int)
            )
    except Conflict as refusal:
        flash(say(refusal), "error")
    else:
        flash(_("Held: the stop stays on its bike.") if stop.held else _("The stop may change bikes again."), "success")
    return redirect(url_for("dispatch.day", day=day) + "#zeitplan")


@bp.post("/dispo/<day>/zurueck")
@requires(*PLANS)
def undo(day: str) -> Response:
    """The version before counts again."""
    shown = read_day(day)
    try:
        with transaction():
            made = steering.undo(shown, number=request.form.get("plan", 0, type=int))
    except Conflict as refusal:
        flash(say(refusal), "error")
    else:
        flash(_("Undone. Plan %(number)d counts again.", number=made.number), "success")
    return redirect(url_for("dispatch.day", day=day))


@bp.route("/dispo/<day>/rest", methods=["GET", "POST"])
@requires(*PLANS)
def replan(day: str) -> str | Response:
    """Plan the rest of the day again: new orders, a bike that drops out. Shows a draft; nothing counts yet."""
    shown, form = read_day(day), ReplanForm()
    now = steering.running(shown)
    form.rad.choices = [(0, _("none, only take new orders in")), *[(bike.id, key) for key, bike in _choices(now)]]
    if form.sent_and_valid():
        try:
            out = [_key(now, form.rad.data)] if form.rad.data else []
            at_s = form.at_s if form.ab.data else None
            asked = replanning.question(shown, out=out, at_s=at_s)
            found = replanning.ask(asked)
            with transaction():
                if form.rad.data:
                    shifts.vehicle_out(form.rad.data, shown, from_s=form.at_s or 0)
                draft_id = replanning.keep_draft(replanning.question(shown, out=out, at_s=at_s), found).id
        except (Conflict, BadInput) as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("steering.draft", day=day, draft_id=draft_id))
    return render_template("logistics/replan.html", day=shown, form=form, plan=now.plan)


@bp.get("/dispo/<day>/entwurf/<int:draft_id>")
@requires(*PLANS)
def draft(day: str, draft_id: int) -> str:
    """A draft beside the plan that counts: before and after."""
    shown = read_day(day)
    before, after = queries.published_plan(shown), queries.draft(shown, draft_id)
    if before is None:
        raise NotFound("There is no plan for this day yet. Please have it computed first.")
    return render_template(
        "logistics/draft.html",
        day=shown,
        before=before,
        after=after,
        rows=replanning.differences(before, after),
        whole=compare.differences(before, after).sentences,
        bikes=board.bikes_beside(before, after),
        stale=after.based_on != before.number,
        reason=board.reason_of,
    )


@bp.post("/dispo/<day>/entwurf/<int:draft_id>/annehmen")
@requires(*PLANS)
def accept_draft(day: str, draft_id: int) -> Response:
    """Let a draft count."""
    shown = read_day(day)
    try:
        with transaction():
            number = replanning.accept(shown, draft_id).number
    except Conflict as refusal:
        flash(say(refusal), "error")
    else:
        flash(_("Plan %(number)d counts now; couriers on the way are told.", number=number), "success")
    return redirect(url_for("dispatch.day", day=day))


@bp.post("/dispo/<day>/entwurf/<int:draft_id>/verwerfen")
@requires(*PLANS)
def discard_draft(day: str, draft_id: int) -> Response:
    """Throw a draft away."""
    shown = read_day(day)
    with transaction():
        replanning.discard(shown, draft_id)
    flash(_("Discarded. Nothing has changed."), "success")
    return redirect(url_for("dispatch.day", day=day))


@bp.get("/dispo/eingang")
@requires(*PLANS)
def inbox() -> str:
    """Reports that cannot be, the oldest first: nothing that a courier sent is lost."""
    entries = street_queries.inbox()
    photos = street_queries.photos_of(entry.client_id for entry in entries)
    return render_template("logistics/inbox.html", entries=[(one, _facts(one.raw)) for one in entries], photos=photos)


def _facts(raw: dict[str, Any]) -> list[tuple[str, str]]:
    """What a report says, in words where it can be read."""
    reasons = {reason.value: str(label) for reason, label in REASON_LABELS.items()}
    pairs = [
        (_("Report"), board.kind_in_words(str(raw.get("kind", "")))),
        (_("Reason"), reasons.get(str(raw.get("reason", "")), "")),
        (_("Shipment number"), str(raw.get("shipment") or "")),
        (_("Received by"), str(raw.get("receiver") or "")),
        (_("Note"), str(raw.get("note") or raw.get("text") or "")),
    ]
    return [(name, value[:200]) for name, value in pairs if value]


@bp.post("/dispo/eingang/<int:entry_id>")
@requires(*PLANS)
def settle(entry_id: int) -> Response:
    """Let a report count all the same, or write it down as seen."""
    try:
        with transaction():
            entry = delivery.settle(entry_id, let_count=request.form.get("count") == "1")
            entry.settled_by_id = current_account().id
    except Conflict as refusal:
        flash(say(refusal), "error")
    else:
        flash(_("The report counts.") if entry.counted else _("Written down as seen."), "success")
    return redirect(url_for("steering.inbox"))


@bp.get("/dispo/fotos/<int:photo_id>")
@requires(*PLANS)
def photo(photo_id: int) -> Response:
    """A photo that a courier sent as a proof."""
    return files.send(street_queries.photo(photo_id).file)
