"""An applicant's pages: write a request, send it, follow what becomes of it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from city import clock, settings
from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict
from leerstand import deal_queries, queries, reading, unmet
from leerstand.deal_forms import ApplicantAnswerForm
from leerstand.deal_kinds import Party
from leerstand.forms import PaperForm, UseRequestForm
from leerstand.kinds import RequestState
from leerstand.models import UseRequest
from leerstand.services import drafts, negotiation, papers
from leerstand.services import requests as deeds
from leerstand.views.blueprint import SEEKS_ROOM, bp
from leerstand.views.proposals import waiting_offer
from leerstand.views.requests import OBSTACLE_LABELS
from routing.message import BadInput

NOT_TYPED = ("csrf_token", "deed")


@bp.get("/meine-gesuche")
@requires(*SEEKS_ROOM)
def my_requests() -> str:
    """One's own requests and where they stand."""
    person = current_account()
    return render_template(
        "leerstand/my_requests.html", requests=queries.requests_of(person.id), drafts=drafts.drafts_of(person.id)
    )


@bp.route("/meine-gesuche/neu", methods=["GET", "POST"])
@requires(*SEEKS_ROOM)
def new_request() -> str | Response:
    """Say what one looks for; keep it as a draft, or send it at once."""
    form = UseRequestForm()
    if form.is_submitted() and (kept := _finish(form)) is not None:
        return kept
    return render_template("leerstand/new_request.html", form=form, draft=None)


@bp.route("/meine-gesuche/entwurf/<int:draft_id>", methods=["GET", "POST"])
@requires(*SEEKS_ROOM)
def edit_draft(draft_id: int) -> str | Response:
    """Go on with what was typed; once it is complete it becomes a request."""
    draft = drafts.draft_of(current_account().id, draft_id)
    form = UseRequestForm() if request.method == "POST" else UseRequestForm(MultiDict(draft.typed))
    if form.is_submitted() and (kept := _finish(form, draft_id)) is not None:
        return kept
    return render_template("leerstand/edit_draft.html", form=form, draft=draft)


@bp.post("/meine-gesuche/entwurf/<int:draft_id>/loeschen")
@requires(*SEEKS_ROOM)
def delete_draft(draft_id: int) -> Response:
    """Throw a draft away."""
    with transaction():
        drafts.forget_draft(current_account().id, draft_id)
    flash(_("Deleted."), "success")
    return redirect(url_for("leerstand.my_requests"))


def _finish(form: UseRequestForm, draft_id: int | None = None) -> Response | None:
    """Keep a complete request, or what there is of it when that was asked for; None when the form must be shown."""
    if form.validate():
        return _keep(form, draft_id=draft_id)
    if request.form.get("deed") != "save":
        return None
    typed = {name: values for name, values in request.form.lists() if name not in NOT_TYPED}
    try:
        with transaction():
            draft = drafts.keep_draft(current_account(), typed, draft_id)
    except Conflict as refusal:
        form.refuse(refusal)
        return None
    flash(_("Saved as a draft. What is still missing you can add at any time."), "success")
    return redirect(url_for("leerstand.edit_draft", draft_id=draft.id))


@bp.route("/meine-gesuche/<int:request_id>/bearbeiten", methods=["GET", "POST"])
@requires(*SEEKS_ROOM)
def edit_request(request_id: int) -> str | Response:
    """Change a request, as long as no owner has it before them."""
    found = queries.request_of(current_account().id, request_id)
    form = UseRequestForm()
    if not form.is_submitted():
        form.show(found)
    if form.sent_and_valid() and (kept := _keep(form, request_id)) is not None:
        return kept
    return render_template("leerstand/edit_request.html", form=form, request_=found)


def _keep(form: UseRequestForm, request_id: int | None = None, draft_id: int | None = None) -> Response | None:
    """Save and, when that button was pressed, send; None when it was refused."""
    person = current_account()
    try:
        with transaction():
            kept = deeds.save_request(person, form.values(), request_id=request_id)
            if sent := request.form.get("deed") == "submit" and kept.state == RequestState.DRAFT:
                deeds.submit_request(person.id, kept.id)
            if draft_id is not None:
                drafts.forget_draft(person.id, draft_id)
    except Conflict as refusal:
        form.refuse(refusal)
        return None
    flash(_("Sent. The city looks for a shop that suits.") if sent else _("Saved."), "success")
    return redirect(url_for("leerstand.my_request", request_id=kept.id))


@bp.get("/meine-gesuche/<int:request_id>")
@requires(*SEEKS_ROOM)
def my_request(request_id: int) -> str:
    """One request: what was written, and where it stands."""
    return my_request_page(request_id)


def my_request_page(request_id: int, form: ApplicantAnswerForm | None = None, upload: PaperForm | None = None) -> str:
    """The page of one's own request; the forms keep what was typed."""
    found = queries.request_of(current_account().id, request_id)
    proposal = deal_queries.open_proposal_of_request(request_id)
    return render_template(
        "leerstand/my_request.html",
        request_=found,
        agreement=queries.agreement_of_request(request_id),
        proposal=proposal,
        offer=waiting_offer(proposal.id) if proposal is not None and proposal.waits_for == Party.CITY else None,
        form=form or ApplicantAnswerForm(formdata=None),
        steps=steps_of(found, proposal is not None and proposal.waits_for == Party.CITY),
        history=deal_queries.proposals_of_request(request_id),
        in_the_way=in_the_way(found) if found.state == RequestState.SUBMITTED else None,
        papers=papers.papers_of(request_id),
        upload=upload or PaperForm(formdata=None),
        papers_full=papers.MOST,
        days=(clock.today() - clock.in_city(found.submitted_at).date()).days if found.submitted_at else None,
    )


def in_the_way(request: UseRequest) -> list[str] | None:
    """What stands in the way at the nearest free shop, without naming it; None when some free shop suits."""
    numbers = settings.current().numbers
    units, places = reading.free_units(clock.today(), numbers.neighbour_distance_m)
    waiting = unmet.unmet([request], units, places, numbers)
    if not waiting:
        return None
    obstacles = waiting[0].nearest.found.obstacles if waiting[0].nearest else ()
    return [_(OBSTACLE_LABELS[key]) for key in dict.fromkeys(one.key for one in obstacles)]


def steps_of(found: UseRequest, negotiated: bool) -> int:
    """Which of the five steps of a request is the present one, from 1 (written) to 5 (agreed)."""
    if found.state == RequestState.PROPOSED:
        return 4 if negotiated else 3
    return {RequestState.SUBMITTED: 2, RequestState.AGREED: 5}.get(found.state, 1)


@bp.post("/meine-gesuche/<int:request_id>/bedingungen")
@requires(*SEEKS_ROOM)
def answer_offer(request_id: int) -> str | Response:
    """Say whether an owner's terms suit."""
    person, form = current_account(), ApplicantAnswerForm()
    queries.request_of(person.id, request_id)
    proposal = deal_queries.open_proposal_of_request(request_id)
    if form.sent_and_valid():
        try:
            if proposal is None or request.form.get("answer") not in ("yes", "no"):
                raise BadInput("No answer has been chosen yet. Please press one of the buttons.")
            with transaction():
                negotiation.applicant_says(
                    person.id,
                    proposal.id,
                    agrees=request.form.get("answer") == "yes",
                    by=person,
                    text=form.text.data or "",
                )
        except (Conflict, BadInput) as refusal:
            form.refuse(refusal)
        else:
            flash(_("Thank you. The city goes on from here."), "success")
            return redirect(url_for("leerstand.my_request", request_id=request_id))
    return my_request_page(request_id, form)


@bp.post("/meine-gesuche/<int:request_id>/einreichen")
@requires(*SEEKS_ROOM)
def submit_request(request_id: int) -> Response:
    """Send a draft to the city."""
    with transaction():
        deeds.submit_request(current_account().id, request_id)
    flash(_("Sent. The city looks for a shop that suits."), "success")
    return redirect(url_for("leerstand.my_request", request_id=request_id))


@bp.post("/meine-gesuche/<int:request_id>/zurueckziehen")
@requires(*SEEKS_ROOM)
def withdraw_request(request_id: int) -> Response:
    """Take a request back."""
    with transaction():
        deeds.withdraw_request(current_account().id, request_id)
    flash(_("Withdrawn. You can change the request and send it again at any time."), "success")
    return redirect(url_for("leerstand.my_request", request_id=request_id))
