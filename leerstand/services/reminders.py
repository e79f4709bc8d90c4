"""Reminders, once a day: owners who have not answered, and days of contracts that draw near."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from city import audit, clock, settings
from city.db import db
from city.letters import town
from city.links import address_of
from leerstand import deal_mails, deal_queries, notice, queries
from leerstand.contracts import standard_terms
from leerstand.deal_kinds import Party
from leerstand.deal_models import SentReminder
from leerstand.kinds import ProposalState
from leerstand.models import Agreement, Proposal
from leerstand.notice import ContractDate, DateKind
from leerstand.services import owner_links

AHEAD = {  # how long before its day somebody is reminded
    DateKind.BEGINS: timedelta(days=7),
    DateKind.TALK: timedelta(days=0),
    DateKind.NOTICE: timedelta(days=28),
    DateKind.ENDS: timedelta(days=14),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """How many reminders went out."""

    owners: int
    dates: int


def remind() -> Sent:
    """Send what is due today; each reminder goes out once, also when this runs twice."""
    return Sent(sum(_owner(one) for one in _unanswered()), _dates())


def _unanswered() -> list[Proposal]:
    """Proposals that wait for their owner longer than the city grants."""
    oldest = clock.now() - timedelta(days=settings.current().numbers.reminder_days)
    return [
        one for one in queries.proposals(ProposalState.OPEN) if one.waits_for == Party.OWNER and one.sent_at <= oldest
    ]


def _owner(proposal: Proposal) -> bool:
    """Remind the owner of one proposal, with a new link, once for each time it was sent."""
    if not _first("proposal", proposal.id, "unanswered", clock.in_city(proposal.sent_at).date()):
        return False
    owner_links.use_up(proposal.id)
    for mailbox in deal_queries.mailboxes_of(proposal.unit.owner_id):
        link, until = owner_links.make(proposal, mailbox.email)
        deal_mails.remind_owner(mailbox, proposal, link=link, until=until)
    audit.record("owner reminded", "proposal", proposal.id)
    return True


def _dates() -> int:
    """Remind the city and the user of the days of running contracts."""
    today = clock.today()
    running = deal_queries.running_agreements(today)
    if not running:
        return 0
    days = [day for agreement, _terms in running for day in (agreement.starts, agreement.ends)]
    closed = deal_queries.holidays_around(town(), days)
    sent = 0
    for agreement, kept in running:
        terms = kept or standard_terms(agreement)
        for one in notice.calendar(agreement, terms, closed):
            if one.day - AHEAD[one.kind] <= today <= one.day:
                sent += _date(agreement, one)
    return sent


def _date(agreement: Agreement, one: ContractDate) -> bool:
    if not _first("agreement", agreement.id, one.kind.value, one.day):
        return False
    readers = {person.id: person for person in [*deal_queries.managers(), agreement.request.applicant]}
    for person in readers.values():
        deal_mails.remind_of_date(
            person,
            address=agreement.unit.address,
            title=agreement.request.title,
            day=one.day,
            reason=one.reason,
            link=address_of("leerstand.contract", agreement_id=agreement.id),
        )
    return True


def _first(subject: str, subject_id: int, reason: str, due: date) -> bool:
    """Whether this reminder has not gone out yet; from now on it has."""
    known: Collection[int] = list(
        db.session.scalars(
            select(SentReminder.id).where(
                SentReminder.subject == subject,
                SentReminder.subject_id == subject_id,
                SentReminder.reason == reason,
                SentReminder.due == due,
            )
        )
    )
    if known:
        return False
    row = SentReminder(subject=subject, subject_id=subject_id, reason=reason, due=due, sent_at=clock.now())
    db.session.add(row)
    db.session.flush()
    return True
