"""An owner's pages: what the city proposes for one's own shops, and the answer."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict, NotFound
from city.models import Role
from leerstand import deal_labels, deal_queries, queries
from leerstand.deal_forms import OwnerAnswerForm
from leerstand.kinds import ProposalState
from leerstand.services import negotiation, papers
from leerstand.views.blueprint import bp
from leerstand.views.proposals import answer
from routing.message import N_, BadInput

SAID = {
    "accept": N_("Accepted. The city prepares the contract and gets in touch."),
    "decline": N_("Declined. The city looks for another use."),
    "offer": N_("Sent. The city and the applicant look at your terms, then you get an answer."),
}


def my_owner_id() -> int:
    """The organisation that this person answers for."""
    owner_id = current_account().organisation_id
    if owner_id is None:
        raise NotFound("Your account belongs to no owner yet. Please ask the city administration.")
    return owner_id


@bp.get("/meine-vorschlaege")
@requires(Role.OWNER)
def my_proposals() -> str:
    """Every proposal for one's own shops, those that wait first."""
    found = queries.proposals_of_owner(my_owner_id())
    return render_template(
        "leerstand/my_proposals.html",
        waiting=[proposal for proposal in found if negotiation.open_for_owner(proposal)],
        negotiated=[
            proposal
            for proposal in found
            if proposal.state == ProposalState.OPEN and not negotiation.open_for_owner(proposal)
        ],
        answered=[proposal for proposal in found if proposal.state != ProposalState.OPEN],
    )


@bp.route("/meine-vorschlaege/<int:proposal_id>", methods=["GET", "POST"])
@requires(Role.OWNER)
def answer_proposal(proposal_id: int) -> str | Response:
    """One proposal in full, and yes, no or other terms to it."""
    owner_id = my_owner_id()
    proposal, form = queries.proposal_of_owner(owner_id, proposal_id), OwnerAnswerForm()
    if not form.is_submitted():
        form.show(proposal)
    if form.sent_and_valid():
        try:
            with transaction():
                proposal = queries.proposal_of_owner(owner_id, proposal_id)
                said = answer(owner_id, proposal, form, by=current_account())
        except (Conflict, BadInput) as refusal:
            form.refuse(refusal)
        else:
            flash(_(SAID[said]), "success")
            return redirect(url_for("leerstand.my_proposals"))
    return render_template(
        "leerstand/answer_proposal.html",
        form=form,
        proposal=proposal,
        said=deal_queries.thread(proposal_id),
        papers=papers.papers_of(proposal.request_id),
        parties=deal_labels.PARTY_LABELS,
        open_=negotiation.open_for_owner(proposal),
        agreement=queries.agreement_of_request(proposal.request_id)
        if proposal.state == ProposalState.ACCEPTED
        else None,
    )
