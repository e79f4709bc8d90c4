"""An owner's pages: what the city proposes for one's own shops, and the answer."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict, NotFound
from city.models import Role
from leerstand import queries
from leerstand.forms import AnswerForm
from leerstand.kinds import ProposalState
from leerstand.services import proposals
from leerstand.views.blueprint import bp
from routing.message import BadInput


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
        waiting=[proposal for proposal in found if proposal.state == ProposalState.OPEN],
        answered=[proposal for proposal in found if proposal.state != ProposalState.OPEN],
    )


@bp.route("/meine-vorschlaege/<int:proposal_id>", methods=["GET", "POST"])
@requires(Role.OWNER)
def answer_proposal(proposal_id: int) -> str | Response:
    """One proposal in full, and yes or no to it."""
    owner_id = my_owner_id()
    proposal, form = queries.proposal_of_owner(owner_id, proposal_id), AnswerForm()
    if form.sent_and_valid():
        try:
            _answer(owner_id, proposal_id, accept=_says_yes(), note=form.note.data or "")
        except (Conflict, BadInput) as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("leerstand.my_proposals"))
    return render_template("leerstand/answer_proposal.html", form=form, proposal=proposal)


def _says_yes() -> bool:
    """Which of the two buttons was pressed. Raises BadInput for neither (the enter key in the note)."""
    answer = request.form.get("answer")
    if answer not in ("accept", "decline"):
        raise BadInput("No answer has been chosen yet. Please press “Accept” or “Decline”.")
    return answer == "accept"


def _answer(owner_id: int, proposal_id: int, *, accept: bool, note: str) -> None:
    def link_to(row_id: int) -> str:
        return url_for("leerstand.my_request", request_id=row_id, _external=True)

    person = current_account()
    with transaction():
        if accept:
            proposals.accept_proposal(owner_id, proposal_id, by=person, note=note, link_to=link_to)
        else:
            proposals.decline_proposal(owner_id, proposal_id, by=person, note=note)
    if accept:
        flash(_("Accepted. The city prepares the contract and gets in touch."), "success")
    else:
        flash(_("Declined. The city looks for another use."), "success")
