"""The hub operator's day: scan parcels in, onto bikes and into lockers; set missing and damaged ones apart; labels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock
from city.access import current_account, has_role, requires
from city.db import transaction
from city.messages import DomainError, NotFound, say
from city.models import Role
from logistics import board, capacity, floor, labels, lockers, queries
from logistics.floor import Said
from logistics.forms import ScanForm
from logistics.hub_views import RUNS_HUBS, SEES_HUBS, day_asked, sees_every_hub
from logistics.kinds import ParcelState, Ride, ScanKind
from logistics.models import Compartment, Hub, LockerStay, Parcel
from logistics.retail_views import pdf_answer
from routing.message import BadInput

bp = Blueprint("floor", __name__)
MODES = {"receive": ScanKind.RECEIVE, "load": ScanKind.LOAD, "place": ScanKind.PLACE}
MARKS = {"fehlt": ScanKind.MISSING, "beschaedigt": ScanKind.DAMAGED, "wieder-da": ScanKind.FOUND}
SHOWN = 8  # parcels of a lane before the rest is folded away


@dataclass(frozen=True, slots=True)
class Box:
    """A compartment on the wall and what is in it: free, taken, late or out of order, with a word."""

    compartment: Compartment
    stay: LockerStay | None
    state: str


@bp.get("/hubs/<int:hub_id>")
@requires(*SEES_HUBS)
def hub(hub_id: int) -> str:
    """A hub's day: scan field, what is expected, here and loaded, the lockers, what each bike loads."""
    found = queries.hub_of(current_account(), hub_id, every=sees_every_hub())
    return _page(found, None)


@bp.post("/hubs/<int:hub_id>/scan")
@requires(*RUNS_HUBS)
def scan(hub_id: int) -> str:
    """What was scanned: the answer stands on top of the page, and the field is ready for the next one."""
    account, every = current_account(), has_role(Role.MANAGER)
    found = queries.hub_of(account, hub_id, every=every)
    form, said = ScanForm(), None
    kind = MODES.get(form.mode.data or "", ScanKind.RECEIVE)
    if form.sent_and_valid():
        try:
            with transaction():
                found = queries.hub_of(account, hub_id, every=every)
                said = floor.scan(account, found, form.code.data, kind)
        except (BadInput, DomainError) as refusal:
            said = Said("no", refusal.message, "?")
        found = queries.hub_of(account, hub_id, every=every)
    return _page(found, said, mode=form.mode.data or "receive")


def _page(found: Hub, said: Said | None, *, mode: str = "receive") -> str:
    days = queries.booked_days(clock.today(), hub_id=found.id, rides_only=False)
    day = day_asked() or board.working_day(days, clock.today())
    shipments, plan = queries.hub_shipments(day, found.id), queries.published_plan(day)
    riding = [one for one in shipments if one.ride != Ride.NONE]
    parcels = floor.parcels_of([one for one in shipments if one.part_of_id is None])
    return render_template(
        "logistics/hub.html",
        hub=found,
        day=day,
        days=days,
        shipments=shipments,
        figures=board.figures_of(found, [one for one in shipments if one.part_of_id is None]),
        loads=board.loads(found, plan),
        waiting=board.without_bike(riding, plan),
        planned=plan is not None,
        runs_hubs=has_role(*RUNS_HUBS),
        lanes=_lanes(parcels),
        boxes=_boxes(found, day),
        over=capacity.overcommitted(found.id, clock.today()),
        said=said,
        mode=mode if mode in MODES else "receive",
        form=ScanForm(formdata=None),
        shown=SHOWN,
    )


def _lanes(parcels: list[Parcel]) -> dict[str, list[Parcel]]:
    """Expected, here, gone; what is missing or damaged stands first."""
    loud = (ParcelState.MISSING, ParcelState.DAMAGED)
    ordered = sorted(parcels, key=lambda one: (one.state not in loud, one.shelf, one.code))
    return {
        "expected": [one for one in ordered if one.state in (ParcelState.ANNOUNCED, ParcelState.MISSING)],
        "here": [one for one in ordered if one.state in floor.HERE],
        "loaded": [one for one in ordered if one.state in (ParcelState.LOADED, ParcelState.IN_LOCKER)],
    }


def _boxes(found: Hub, day: date) -> list[Box]:
    """The wall on the day that is shown; what lies in it already counts whatever its day."""
    stays = {stay.compartment_id: stay for stay in queries.stays_now(found.id, day)}
    return [Box(one, stays.get(one.id), _state_of(one, stays.get(one.id), day)) for one in found.compartments]


def _state_of(box: Compartment, stay: LockerStay | None, today: date) -> str:
    if box.out_of_order:
        return "out"
    if stay is None:
        return "free"
    if stay.ends <= today:
        return "late"
    return "taken" if lockers.in_locker(stay) else "booked"


@bp.post("/hubs/<int:hub_id>/pakete/<int:parcel_id>/<deed>")
@requires(*RUNS_HUBS)
def mark(hub_id: int, parcel_id: int, deed: str) -> Response:
    """Missing, damaged, there again; or a new code for the locker."""
    account, every = current_account(), has_role(Role.MANAGER)
    try:
        with transaction():
            found = queries.hub_of(account, hub_id, every=every)
            if deed == "neuer-code":
                floor.renew_code(account, found, parcel_id)
            elif deed in MARKS:
                floor.mark(account, found, parcel_id, MARKS[deed])
            else:
                raise NotFound("There is no such parcel. Please check the code.")
    except DomainError as refusal:
        if isinstance(refusal, NotFound):
            raise
        flash(say(refusal), "error")
    else:
        flash(_("Noted."), "success")
    return redirect(url_for("floor.hub", hub_id=hub_id))


@bp.post("/hubs/<int:hub_id>/barcode")
@requires(*RUNS_HUBS)
def alias(hub_id: int) -> Response:
    """Let a foreign barcode stand for an expected parcel."""
    account, every = current_account(), has_role(Role.MANAGER)
    parcel_id = request.form.get("parcel", 0, type=int)
    try:
        with transaction():
            found = queries.hub_of(account, hub_id, every=every)
            floor.give_alias(account, found, parcel_id, request.form.get("code", "")[:200])
            floor.scan(account, found, request.form.get("code", "")[:200], ScanKind.RECEIVE)
    except (DomainError, BadInput) as refusal:
        flash(say(refusal), "error")
    else:
        flash(_("The barcode is kept, the parcel is scanned in."), "success")
    return redirect(url_for("floor.hub", hub_id=hub_id))


@bp.get("/hubs/<int:hub_id>/etiketten.pdf")
@requires(*SEES_HUBS)
def label_file(hub_id: int) -> Response:
    """Labels for everything that passes through on a day, sorted by tour."""
    found = queries.hub_of(current_account(), hub_id, every=sees_every_hub())
    day = day_asked() or clock.today() + timedelta(days=1)
    shipments = [one for one in queries.hub_shipments(day, found.id, whole=True) if one.part_of_id is None]
    plan = queries.published_plan(day)
    shipments.sort(key=lambda one: (floor.bike_of(one, plan) or "~", one.reference))
    return pdf_answer(labels.pdf(shipments), f"etiketten-{day.isoformat()}.pdf")
