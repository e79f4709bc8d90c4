"""The pages of shifts: who works when on which bike, who is absent, which bikes are out, and how far they get."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city.access import requires
from city.db import transaction
from city.messages import Conflict, say
from city.models import Role
from logistics import queries, rules, shift_queries, shift_rules, shifts, street_queries
from logistics.forms import clock_seconds
from logistics.hub_views import read_day
from logistics.models import Absence
from logistics.models.shifts import AbsenceKind
from logistics.street_forms import ABSENCE_LABELS, AbsenceForm, ShiftForm
from routing.message import BadInput

bp = Blueprint("shifts", __name__)
PLANS = (Role.DISPATCHER, Role.MANAGER)


@bp.route("/dispo/<day>/schichten", methods=["GET", "POST"])
@requires(*PLANS)
def shifts_of_day(day: str) -> str | Response:
    """The shifts of a day, and a form for one more."""
    shown, form = read_day(day), _shift_form()
    if form.sent_and_valid():
        try:
            with transaction():
                shifts.put_shift(
                    form.courier.data, form.vehicle.data, shown,
                    starts_s=clock_seconds(form.starts.data), ends_s=clock_seconds(form.ends.data),
                )  # fmt: skip
        except (Conflict, BadInput) as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved. The next plan uses it."), "success")
            return redirect(url_for("shifts.shifts_of_day", day=day))
    return _page(shown, form, _absence_form(shown))


def _page(day: date, form: ShiftForm, absence_form: AbsenceForm) -> str:
    entered, absences, outages = (
        shift_queries.shifts_on(day), shift_queries.absences_on(day), shift_queries.outages_on(day),
    )  # fmt: skip
    hubs = queries.hubs_of_day(day)
    hours = shift_rules.hours_of_day(hubs, entered, absences, outages, day)
    out = {one.vehicle_id: one for one in outages}
    return render_template(
        "logistics/shifts_of_day.html",
        day=day,
        form=form,
        absence_form=absence_form,
        shifts=[(one, shift_rules.break_needed_s(one.ends_s - one.starts_s)) for one in entered],
        absences=absences,
        kinds=ABSENCE_LABELS,
        last_day=_last_day,
        full_again={number for hub in hubs for number in rules.full_again(hub, day)},
        vehicles=[(bike, out.get(bike.id), hours.get(bike.id)) for bike in shift_queries.vehicles()],
    )


def _last_day(absence: Absence) -> date:
    return absence.ends - timedelta(days=1)


def _shift_form() -> ShiftForm:
    form = ShiftForm()
    form.courier.choices = [(person.id, person.name) for person in street_queries.couriers()]
    form.vehicle.choices = [(bike.id, f"{bike.name}, {bike.hub.name}") for bike in shift_queries.vehicles()]
    return form


def _absence_form(day: date) -> AbsenceForm:
    form = AbsenceForm(prefix="ab")
    form.absent.choices = [(person.id, person.name) for person in street_queries.couriers()]
    if not form.first.data:
        form.first.data = form.last.data = day
    return form


@bp.post("/dispo/<day>/abwesend")
@requires(*PLANS)
def absent(day: str) -> str | Response:
    """A courier is not there; plans of these days are made again."""
    shown = read_day(day)
    form = _absence_form(shown)
    if form.sent_and_valid():
        try:
            with transaction():
                first, last = form.first.data or shown, form.last.data or shown
                shifts.put_absence(form.absent.data, AbsenceKind(form.kind.data), first=first, last=last)
        except (Conflict, BadInput) as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved. The next plan uses it."), "success")
            return redirect(url_for("shifts.shifts_of_day", day=day))
    return _page(shown, _shift_form(), form)


@bp.post("/dispo/schichten/<int:shift_id>/entfernen")
@requires(*PLANS)
def remove(shift_id: int) -> Response:
    """Take a shift away."""
    with transaction():
        day = shifts.remove_shift(shift_id)
    return redirect(url_for("shifts.shifts_of_day", day=day.isoformat()))


@bp.post("/dispo/abwesend/<int:absence_id>/ende")
@requires(*PLANS)
def end_absence(absence_id: int) -> Response:
    """The courier is back."""
    with transaction():
        shifts.end_absence(absence_id)
    flash(_("Saved. The next plan uses it."), "success")
    return redirect(url_for("dispatch.today"))


@bp.post("/dispo/<day>/raeder/<int:vehicle_id>/ausfall")
@requires(*PLANS)
def out(day: str, vehicle_id: int) -> Response:
    """A bike is out on a day."""
    with transaction():
        shifts.vehicle_out(vehicle_id, read_day(day))
    return redirect(url_for("shifts.shifts_of_day", day=day))


@bp.post("/dispo/<day>/ausfall/<int:outage_id>/zurueck")
@requires(*PLANS)
def back(day: str, outage_id: int) -> Response:
    """A bike rides again from a day on."""
    with transaction():
        shifts.vehicle_back(outage_id, read_day(day))
    return redirect(url_for("shifts.shifts_of_day", day=day))


@bp.post("/dispo/<day>/raeder/<int:vehicle_id>/ladung")
@requires(*PLANS)
def charge(day: str, vehicle_id: int) -> Response:
    """How far a bike gets, and how full its battery is."""
    shown = read_day(day)
    try:
        range_km, percent = _whole("range_km", empty=True), _whole("charge_percent")
        with transaction():
            shifts.charge_vehicle(vehicle_id, range_km=range_km, charge_percent=percent or 0, day=shown)
    except BadInput as refusal:
        flash(say(refusal), "error")
    else:
        flash(_("Saved. The next plan uses it."), "success")
    return redirect(url_for("shifts.shifts_of_day", day=day))


def _whole(name: str, *, empty: bool = False) -> int | None:
    typed = request.form.get(name, "").strip()
    if not typed and empty:
        return None
    if not typed.isascii() or not typed.isdigit() or len(typed) > 6:
        raise BadInput("“%(typed)s” is no whole number. Example: 40", typed=typed[:20])
    return int(typed)
