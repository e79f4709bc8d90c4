"""What is read between a proposal and a contract: who is asked, what was said, what a contract says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from city.db import db
from city.messages import NotFound
from city.models import Account, City, Organisation, Role, RoleGrant
from leerstand import owner_queries, queries
from leerstand.deal_models import AgreementTerms, ProposalMessage
from leerstand.kinds import AgreementState, ProposalState
from leerstand.models import Agreement, Proposal, Unit, UseRequest


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where an owner is asked; ``account`` when its reader can also sign in."""

    email: str
    language: str
    account: Account | None = None


def mailboxes_of(owner_id: int | None) -> list[Mailbox]:
    """Who answers for an owner: the people with an account and whoever is to be asked first.

    Where neither is known, the owner's own address. No mailbox is asked twice.
    """
    if owner_id is None:
        return []
    found = {one.email: Mailbox(one.email, one.language, one) for one in queries.people_of(owner_id)}
    for contact in owner_queries.contacts_of(owner_id):
        if contact.email and contact.first:
            found.setdefault(contact.email, Mailbox(contact.email, "de"))
    if not found:
        organisation = db.session.scalar(select(Organisation).where(Organisation.id == owner_id))
        others = [contact.email for contact in owner_queries.contacts_of(owner_id) if contact.email]
        addresses = others or ([organisation.email] if organisation is not None and organisation.email else [])
        found = {address: Mailbox(address, "de") for address in addresses}
    return list(found.values())


def managers() -> list[Account]:
    """The city-centre management, for mails about what waits."""
    query = select(Account).join(RoleGrant, RoleGrant.account_id == Account.id).where(RoleGrant.role == Role.MANAGER)
    return list(db.session.scalars(query.where(Account.disabled_at.is_(None)).order_by(Account.id)))


def sender_of(proposal: Proposal) -> list[Account]:
    """Who sent a proposal; if that person is gone, the whole management."""
    query = select(Account).where(Account.id == proposal.sent_by_id, Account.disabled_at.is_(None))
    found = db.session.scalar(query) if proposal.sent_by_id else None
    return [found] if found is not None else managers()


def thread(proposal_id: int) -> list[ProposalMessage]:
    """What was said about a proposal, oldest first."""
    query = select(ProposalMessage).where(ProposalMessage.proposal_id == proposal_id)
    return list(db.session.scalars(query.order_by(ProposalMessage.at, ProposalMessage.id)))


def newest_offer(proposal_id: int) -> ProposalMessage | None:
    """The last terms that anybody named, beyond those of the proposal itself."""
    offers = [message for message in thread(proposal_id) if message.is_offer]
    return offers[-1] if offers else None


def open_proposal_of_request(request_id: int) -> Proposal | None:
    """The proposal in which a request is just now."""
    query = select(Proposal).where(Proposal.request_id == request_id, Proposal.state == ProposalState.OPEN)
    return db.session.scalar(query.options(joinedload(Proposal.unit), joinedload(Proposal.request)).limit(1))


def proposals_of_request(request_id: int) -> list[Proposal]:
    """Every proposal that a request was part of, oldest first."""
    query = select(Proposal).where(Proposal.request_id == request_id).options(joinedload(Proposal.unit))
    return list(db.session.scalars(query.order_by(Proposal.sent_at, Proposal.id)))


_WHO = (
    joinedload(Agreement.unit).joinedload(Unit.owner),
    joinedload(Agreement.request).joinedload(UseRequest.applicant),
    joinedload(Agreement.request).joinedload(UseRequest.organisation),
)


def agreement(agreement_id: int) -> Agreement:
    """One agreement with both sides."""
    return _one(select(Agreement).where(Agreement.id == agreement_id))


def agreement_of_applicant(applicant_id: int, agreement_id: int) -> Agreement:
    """One agreement of this applicant. Someone else's is not found."""
    mine = select(UseRequest.id).where(UseRequest.applicant_id == applicant_id)
    return _one(select(Agreement).where(Agreement.id == agreement_id, Agreement.request_id.in_(mine)))


def agreement_of_owner(owner_id: int, agreement_id: int) -> Agreement:
    """One agreement about a shop of this owner. Someone else's is not found."""
    mine = select(Unit.id).where(Unit.owner_id == owner_id)
    return _one(select(Agreement).where(Agreement.id == agreement_id, Agreement.unit_id.in_(mine)))


def _one(query: Select[Agreement]) -> Agreement:
    found = db.session.scalar(query.options(*_WHO))
    if found is None:
        raise NotFound("There is no such agreement.")
    return found


def sharers_of(unit_id: int, day: date) -> list[Agreement]:
    """Whoever has a part of a shop, or some times of its week, from this day on."""
    shared = or_(Agreement.part_m2.is_not(None), Agreement.slots != 0)
    query = select(Agreement).where(Agreement.unit_id == unit_id, Agreement.ends > day, shared)
    return list(db.session.scalars(query.options(joinedload(Agreement.request)).order_by(Agreement.starts)))


def terms_of(agreement_id: int) -> AgreementTerms | None:
    """What the contract of an agreement says; None where it was made before contracts were kept."""
    return db.session.scalar(select(AgreementTerms).where(AgreementTerms.agreement_id == agreement_id))


def running_agreements(today: date) -> list[tuple[Agreement, AgreementTerms | None]]:
    """Every agreement that is not over, with its terms."""
    query = select(Agreement).where(Agreement.ends > today, Agreement.state == AgreementState.AGREED).options(*_WHO)
    found = list(db.session.scalars(query.order_by(Agreement.ends, Agreement.id)))
    wanted = select(AgreementTerms).where(AgreementTerms.agreement_id.in_([one.id for one in found]))
    terms = {row.agreement_id: row for row in db.session.scalars(wanted)}
    return [(one, terms.get(one.id)) for one in found]


def holidays_around(city: City, days: Collection[date]) -> frozenset[date]:
    """The public holidays of the town's Land from a year before the first of these days to a year after the last."""
    from holidays import country_holidays

    first, last = min(days) - timedelta(days=366), max(days) + timedelta(days=366)
    return frozenset(country_holidays("DE", subdiv=city.land, years=range(first.year, last.year + 1)))
