"""The city's requests and agreements: who looks for what, what stands in the way, what was agreed."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, settings
from city.access import requires
from city.db import transaction
from city.messages import Conflict
from leerstand import permit_check, queries, reading, unmet
from leerstand.forms import EndForm, PermitForm, RejectForm, chosen, day_of
from leerstand.kinds import ProposalState, RequestState, UseType
from leerstand.matching import explain
from leerstand.permits import Asked, Level
from leerstand.services import papers, proposals
from leerstand.services import requests as deeds
from leerstand.views.blueprint import STAFF, bp
from routing.message import N_

COMPARED = 500  # requests that one page compares with every free shop
SHOWN = 100  # free shops that the page of a request explains
OBSTACLE_LABELS = {
    "area": N_("Size"),
    "floor": N_("Floor"),
    "step_free": N_("Step-free entrance"),
    "water": N_("Water"),
    "heating": N_("Heating"),
    "exhaust_air": N_("Exhaust duct"),
    "power": N_("Power connection"),
    "delivery_door": N_("Door for deliveries"),
    "hub": N_("Room for a hub"),
    "zone": N_("Building area"),
    "permit": N_("Permit"),
    "owner": N_("The owner's wishes"),
    "start": N_("Begin"),
    "duration": N_("Duration"),
    "rent": N_("Rent"),
    "visitors": N_("Visitors"),
    "neighbour": N_("Neighbours"),
}
LEVELS = {
    Level.NONE: N_("Probably no permit"),
    Level.EVENT: N_("Probably no permit, within limits"),
    Level.HERITAGE: N_("Probably a heritage permit"),
    Level.PERMIT: N_("Probably a change-of-use permit"),
    Level.FORBIDDEN: N_("Probably not allowed"),
}


@bp.get("/gesuche")
@requires(*STAFF)
def requests() -> str:
    """All requests but drafts, by state."""
    state = chosen(RequestState, request.args.get("stand"))
    return render_template("leerstand/requests.html", requests=queries.requests(state), state=state)


@bp.get("/gesuche/ungedeckt")
@requires(*STAFF)
def unmet_demand() -> str:
    """Requests for which no free shop suits, what stands in the way, and what would help most."""
    numbers = settings.current().numbers
    units, places = reading.free_units(clock.today(), numbers.neighbour_distance_m)
    waiting = queries.open_requests()
    found = unmet.unmet(waiting[:COMPARED], units, places, numbers)
    return render_template(
        "leerstand/unmet_demand.html",
        unmet=found,
        reasons=unmet.reasons(found),
        words=OBSTACLE_LABELS,
        waiting=len(waiting),
        left_out=max(0, len(waiting) - COMPARED),
        today_=clock.today(),
    )


@bp.get("/laeden/<int:unit_id>/vorpruefung")
@requires(*STAFF)
def permit_pre_check(unit_id: int) -> str:
    """Which permit a use in this shop probably needs, why, under which law, and how long it takes."""
    form = PermitForm(request.args)
    form.validate()
    use = chosen(UseType, request.args.get("use")) or UseType.POP_UP
    unit = queries.unit(unit_id)
    asked = Asked(use, form.noise.data or 0, form.event_days.data or 0, form.visitors.data or 0)
    found = permit_check.check(unit, asked, settings.current().numbers)
    return render_template("leerstand/permit_pre_check.html", form=form, unit=unit, use=use, found=found, levels=LEVELS)


@bp.get("/gesuche/<int:request_id>")
@requires(*STAFF)
def use_request(request_id: int) -> str:
    """One request: which shops would suit, which would not, and why."""
    found, numbers = queries.request(request_id), settings.current().numbers
    units, places = reading.free_units(clock.today(), numbers.neighbour_distance_m)
    plan = queries.newest_plan()
    worth = plan.hub_shares if plan else {}
    near = unmet.nearest(found, units, places, numbers, SHOWN)
    pairs = explain.for_request(found, near, places, numbers, worth)
    return render_template(
        "leerstand/use_request.html",
        request_=found,
        possible=[pair for pair in pairs if pair.found.possible],
        refused=[pair for pair in pairs if not pair.found.possible],
        left_out=len(units) - len(near),
        match=next((match for match in plan.matches if match.request_id == request_id), None) if plan else None,
        reserved=queries.reserved_units(),
        agreement=queries.agreement_of_request(request_id),
        papers=papers.papers_of(request_id),
    )


@bp.route("/gesuche/<int:request_id>/ablehnen", methods=["GET", "POST"])
@requires(*STAFF)
def reject_request(request_id: int) -> str | Response:
    """Say no, with a reason that helps."""
    found, form = queries.request(request_id), RejectForm()
    if form.sent_and_valid():
        try:
            with transaction():
                link = url_for("leerstand.my_request", request_id=request_id, _external=True)
                deeds.reject_request(request_id, answer=form.answer.data or "", link=link)
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Declined. The applicant gets a mail with your reason."), "success")
            return redirect(url_for("leerstand.requests"))
    return render_template("leerstand/reject_request.html", form=form, request_=found)


@bp.get("/vereinbarungen")
@requires(*STAFF)
def agreements() -> str:
    """What waits for an owner's answer, what was agreed, and what was declined."""
    return render_template(
        "leerstand/agreements.html",
        waiting=queries.proposals(ProposalState.OPEN),
        declined=queries.proposals(ProposalState.DECLINED),
        agreements=queries.agreements(),
    )


@bp.post("/vorschlaege/<int:proposal_id>/zuruecknehmen")
@requires(*STAFF)
def withdraw_proposal(proposal_id: int) -> Response:
    """Take a proposal back before it is answered."""
    with transaction():
        proposals.withdraw_proposal(proposal_id)
    flash(_("Taken back. Shop and request are free again."), "success")
    return redirect(url_for("leerstand.agreements"))


@bp.route("/vereinbarungen/<int:agreement_id>/beenden", methods=["GET", "POST"])
@requires(*STAFF)
def terminate_agreement(agreement_id: int) -> str | Response:
    """End an agreement before its time."""
    found, form = queries.agreement(agreement_id), EndForm()
    if form.sent_and_valid():
        try:
            with transaction():
                proposals.terminate_agreement(agreement_id, ends=day_of(form.ends))
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("leerstand.agreements"))
    return render_template("leerstand/terminate_agreement.html", form=form, agreement=found)
