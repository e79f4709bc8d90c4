"""Links by which owners answer without an account: one for each mailbox and round, used up by the answer."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from city import clock, settings
from city.access import hash_token
from city.db import db
from city.links import address_of
from city.messages import NotFound
from leerstand.deal_models import ProposalLink
from leerstand.models import Proposal, Unit, UseRequest


class LinkOver(NotFound):
    """The link was answered with, has expired, was replaced, or never existed: all told alike."""

    def __init__(self) -> None:
        super().__init__(
            "This link no longer works: the proposal has been answered or changed, or the link is too old. "
            "If you still want to say something, please write to the city-centre management."
        )


def make(proposal: Proposal, recipient: str) -> tuple[str, datetime]:
    """A new link for this mailbox, as a whole address, and when it expires."""
    token, now = secrets.token_urlsafe(32), clock.now()
    expires = now + timedelta(days=settings.current().numbers.owner_link_days)
    db.session.add(
        ProposalLink(
            proposal_id=proposal.id,
            owner_id=proposal.unit.owner_id,
            recipient=recipient,
            token_hash=hash_token(token),
            made_at=now,
            expires_at=expires,
        )
    )
    return address_of("leerstand.proposal_by_link", token=token), expires


def find(token: str) -> tuple[ProposalLink, Proposal]:
    """Which proposal a link opens; looking uses nothing up. Raises LinkOver, also when the shop has a new owner."""
    query = (
        select(ProposalLink, Proposal)
        .join(Proposal, Proposal.id == ProposalLink.proposal_id)
        .join(Unit, Unit.id == Proposal.unit_id)
        .where(
            ProposalLink.token_hash == hash_token(token),
            ProposalLink.used_at.is_(None),
            ProposalLink.expires_at > clock.now(),
            Unit.owner_id == ProposalLink.owner_id,
        )
        .options(joinedload(Proposal.unit).joinedload(Unit.owner))
        .options(joinedload(Proposal.request).joinedload(UseRequest.applicant))
    )
    found = db.session.execute(query).first()
    if found is None:
        raise LinkOver
    return found[0], found[1]


def use_up(proposal_id: int) -> None:
    """End every link of a proposal: it was answered, changed or taken back."""
    open_ones = ProposalLink.proposal_id == proposal_id, ProposalLink.used_at.is_(None)
    db.session.execute(update(ProposalLink).where(*open_ones).values(used_at=clock.now()))
