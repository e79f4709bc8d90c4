"""A proposal from both ends: the city's page with what was said, and the owner's page behind a link of its own."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city.access import current_account, public, requires
from city.db import transaction
from city.links import address_of
from city.messages import Conflict, NotFound
from city.models import Account
from leerstand import deal_labels, deal_queries, queries
from leerstand.deal_forms import AdoptForm, OwnerAnswerForm, TermsForm
from leerstand.deal_kinds import Party
from leerstand.deal_models import ProposalMessage
from leerstand.models import Proposal
from leerstand.services import negotiation, owner_links, papers, proposals
from leerstand.views.blueprint import STAFF, bp
from routing.message import BadInput

ANSWERS = ("accept", "decline", "offer")


@bp.get("/vorschlaege/<int:proposal_id>")
@requires(*STAFF)
def proposal(proposal_id: int) -> str:
    """One proposal for the city: terms, what was said, whose turn it is."""
    return _city_page(proposal_id)


def _city_page(proposal_id: int, *, adopt: AdoptForm | None = None, terms: TermsForm | None = None) -> str:
    found = queries.proposal(proposal_id)
    if terms is None:
        terms = TermsForm(formdata=None)
        terms.show(found)
    return render_template(
        "leerstand/proposal.html",
        proposal=found,
        said=deal_queries.thread(proposal_id),
        offer=waiting_offer(proposal_id) if found.waits_for == Party.CITY else None,
        adopt=adopt or AdoptForm(formdata=None),
        terms=terms,
        parties=deal_labels.PARTY_LABELS,
        mailboxes=deal_queries.mailboxes_of(found.unit.owner_id),
    )


def waiting_offer(proposal_id: int) -> ProposalMessage | None:
    """The owner's terms that wait for a yes, if any."""
    offer = deal_queries.newest_offer(proposal_id)
    return offer if offer is not None and offer.author == Party.OWNER else None


@bp.route("/vorschlaege/<int:proposal_id>/annehmen", methods=["POST"])
@requires(*STAFF)
def adopt_offer(proposal_id: int) -> str | Response:
    """Take up the owner's terms."""
    form = AdoptForm()
    if form.sent_and_valid():
        try:
            with transaction():
                made = negotiation.adopt_offer(
                    proposal_id,
                    by=current_account(),
                    applicant_agrees=form.applicant_agrees.data,
                    link_to=_my_request,
                )
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Agreed. The next step is the contract."), "success")
            return redirect(url_for("leerstand.agreement", agreement_id=made.id))
    return _city_page(proposal_id, adopt=form)


@bp.route("/vorschlaege/<int:proposal_id>/bedingungen", methods=["POST"])
@requires(*STAFF)
def send_terms(proposal_id: int) -> str | Response:
    """Send the owner other terms."""
    form = TermsForm()
    if form.sent_and_valid():
        try:
            with transaction():
                negotiation.new_terms(
                    proposal_id,
                    form.terms(),
                    by=current_account(),
                    text=form.text.data or "",
                    link_to=lambda number: address_of("leerstand.answer_proposal", proposal_id=number),
                )
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Sent. The owner gets a new link by mail; the old one no longer works."), "success")
            return redirect(url_for("leerstand.proposal", proposal_id=proposal_id))
    return _city_page(proposal_id, terms=form)


def _my_request(request_id: int) -> str:
    return address_of("leerstand.my_request", request_id=request_id)


@bp.route("/antwort/<token>", methods=["GET", "POST"])
@public
def proposal_by_link(token: str) -> str | Response | tuple[str, int]:
    """The proposal for whoever holds its link: see it, accept, decline, or name other terms. No account needed."""
    try:
        link, found = owner_links.find(token)
    except NotFound:
        return render_template("leerstand/_link_over.html"), 404
    form = OwnerAnswerForm()
    if not form.is_submitted():
        form.show(found)
    if form.sent_and_valid():
        try:
            with transaction():
                link, found = owner_links.find(token)
                said = answer(link.owner_id, found, form, by=None)
        except (Conflict, BadInput) as refusal:
            form.refuse(refusal)
        else:
            return render_template("leerstand/_answered.html", said=said, proposal=found)
    return render_template(
        "leerstand/proposal_by_link.html",
        form=form,
        proposal=found,
        said=deal_queries.thread(found.id),
        papers=papers.papers_of(found.request_id),
        token=token,
        parties=deal_labels.PARTY_LABELS,
        until=link.expires_at,
    )


def answer(owner_id: int, proposal: Proposal, form: OwnerAnswerForm, *, by: Account | None) -> str:
    """Do what the pressed button says, inside a transaction; answers with its name. Raises BadInput for none."""
    said, text = request.form.get("answer"), form.note.data or ""
    if said not in ANSWERS:
        raise BadInput("No answer has been chosen yet. Please press one of the buttons.")
    form.check_seen(proposal)
    if said == "accept":
        proposals.accept_proposal(owner_id, proposal.id, by=by, note=text, link_to=_my_request)
    elif said == "decline":
        proposals.decline_proposal(owner_id, proposal.id, by=by, note=text)
    else:
        negotiation.counter_offer(owner_id, proposal.id, form.terms(), by=by, text=text)
    return said
