"""From a proposal to an agreement when somebody wants other terms: offers go back and forth until one side says yes.

Rows are locked in one order everywhere: shop, request, proposal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from city import audit, clock
from city.db import db
from city.messages import Conflict
from city.models import Account
from leerstand import deal_mails, deal_queries
from leerstand.deal_kinds import Party
from leerstand.deal_models import ProposalMessage
from leerstand.kinds import ProposalState
from leerstand.models import Agreement, Proposal
from leerstand.services import owner_links, proposals
from leerstand.spells import taken


@dataclass(frozen=True, slots=True)
class Terms:
    """What an offer is about: a period (half-open) and a rent."""

    starts: date
    ends: date
    rent_cents_month: int


def counter_offer(owner_id: int, proposal_id: int, terms: Terms, *, by: Account | None, text: str) -> ProposalMessage:
    """The owner would do it on other terms; the city and the applicant are told, and it is the city's turn.

    Raises Conflict when the proposal is no longer open, when nothing differs,
    or when somebody is in the shop in that period.
    """
    proposal = proposals.lock_open(owner_id, proposal_id)
    if terms == Terms(proposal.starts, proposal.ends, proposal.rent_cents_month):
        raise Conflict("These are the terms of the proposal. Please accept it, or change the period or the rent.")
    _check_free(proposal, terms)
    offer = _say(proposal, Party.OWNER, by, text, terms)
    proposal.waits_for = Party.CITY
    owner_links.use_up(proposal.id)
    for manager in deal_queries.sender_of(proposal):
        deal_mails.tell_city_offer(manager, proposal, offer)
    deal_mails.ask_applicant(proposal.request.applicant, proposal, offer)
    audit.record("counter-offer made", "proposal", proposal.id)
    return offer


def applicant_says(applicant_id: int, proposal_id: int, *, agrees: bool, by: Account, text: str) -> ProposalMessage:
    """What the applicant says of the owner's offer. Raises Conflict when there is none that waits."""
    proposal = proposals.lock_open(None, proposal_id)
    offer = deal_queries.newest_offer(proposal.id)
    waits = proposal.waits_for == Party.CITY and offer is not None and offer.author == Party.OWNER
    if proposal.request.applicant_id != applicant_id or not waits or offer is None:
        raise Conflict("No offer waits for your answer. Please load the page again.")
    offer.applicant_agrees = agrees
    if text:
        _say(proposal, Party.APPLICANT, by, text, None)
    for manager in deal_queries.sender_of(proposal):
        deal_mails.tell_city_answer(manager, proposal, agrees=agrees)
    audit.record("applicant answered offer", "proposal", proposal.id, agrees=agrees)
    return offer


def adopt_offer(proposal_id: int, *, by: Account, applicant_agrees: bool, link_to: proposals.LinkTo) -> Agreement:
    """The city takes the owner's offer up: an agreement is made on these terms.

    Raises Conflict unless an offer of the owner waits and the applicant agrees
    (said so here, or to the city in person: ``applicant_agrees``).
    """
    proposal = proposals.lock_open(None, proposal_id)
    offer = deal_queries.newest_offer(proposal.id)
    if proposal.waits_for != Party.CITY or offer is None or offer.author != Party.OWNER:
        raise Conflict("No offer of the owner waits. Please load the page again.")
    if offer.applicant_agrees is False or not (offer.applicant_agrees or applicant_agrees):
        raise Conflict("The applicant has not agreed to these terms. Please ask first, or send the owner other terms.")
    assert offer.starts and offer.ends and offer.rent_cents_month is not None  # noqa: S101  an offer names terms
    proposal.starts, proposal.ends, proposal.rent_cents_month = offer.starts, offer.ends, offer.rent_cents_month
    offer.applicant_agrees = True
    made = proposals.conclude(proposal, by=None, note=offer.text, link_to=link_to)
    audit.record("counter-offer adopted", "proposal", proposal.id, by=by.id)
    return made


def new_terms(proposal_id: int, terms: Terms, *, by: Account, text: str, link_to: proposals.LinkTo) -> Proposal:
    """The city sends the owner other terms; older links end, new ones go out, and it is the owner's turn."""
    proposal = proposals.lock_open(None, proposal_id)
    _check_free(proposal, terms)
    proposal.starts, proposal.ends, proposal.rent_cents_month = terms.starts, terms.ends, terms.rent_cents_month
    proposal.waits_for, proposal.sent_at = Party.OWNER, clock.now()
    _say(proposal, Party.CITY, by, text, terms)
    owner_links.use_up(proposal.id)
    proposals.ask_owner(proposal, link_to)
    audit.record("new terms sent", "proposal", proposal.id)
    return proposal


def _check_free(proposal: Proposal, terms: Terms) -> None:
    """The period is one, and nobody else is in the shop."""
    if terms.ends <= terms.starts:
        raise Conflict(
            "The end, %(ends)s, must lie after the beginning, %(starts)s.", ends=terms.ends, starts=terms.starts
        )
    if terms.ends <= clock.today():
        raise Conflict("The period is over already: it ends on %(ends)s.", ends=terms.ends)
    if (other := taken(proposal.unit.spells, terms.starts, terms.ends, proposal.share)) is not None:
        raise Conflict(
            "Somebody else is in %(address)s from %(since)s on. Please choose another period.",
            address=proposal.unit.address,
            since=other.starts,
        )


def _say(proposal: Proposal, author: Party, by: Account | None, text: str, terms: Terms | None) -> ProposalMessage:
    said = ProposalMessage(
        proposal_id=proposal.id,
        author=author,
        by_id=by.id if by is not None else None,
        at=clock.now(),
        text=text,
        starts=terms.starts if terms else None,
        ends=terms.ends if terms else None,
        rent_cents_month=terms.rent_cents_month if terms else None,
    )
    db.session.add(said)
    db.session.flush()
    return said


def open_for_owner(proposal: Proposal) -> bool:
    """Whether the owner can answer just now."""
    return proposal.state == ProposalState.OPEN and proposal.waits_for == Party.OWNER
