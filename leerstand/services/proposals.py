"""From a match to an agreement: the city proposes, the owner decides, the shop is taken from then on.

Rows are locked in one order everywhere: shop, request, proposal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from city import audit, clock, settings
from city.db import db
from city.messages import Conflict
from city.models import Account
from leerstand import deal_mails, deal_queries, mails, offers, queries
from leerstand.contracts import standard_terms
from leerstand.deal_kinds import Party
from leerstand.findings import Suitability
from leerstand.kinds import AgreementState, ProposalState, RequestState, SpellKind, UseType
from leerstand.models import Agreement, Occupancy, Proposal, Unit, UseRequest
from leerstand.rules import best, suitability
from leerstand.services import owner_links, plans, sharers
from leerstand.shares import Share
from leerstand.situation import free_period, shared_by
from leerstand.spells import overlaps, taken, vacancies_around

LinkTo = Callable[[int], str]  # the address of the page of a row, by its id


def propose_match(match_id: int, *, sender: Account, link_to: LinkTo) -> Proposal:
    """Propose a match of the plan to the owner of its shop; see :func:`propose`."""
    match = queries.match(match_id)
    return propose(
        match.unit_id,
        match.request_id,
        match_id=match_id,
        sender=sender,
        link_to=link_to,
        period=(match.starts, match.ends),
        share=match.share,
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """A shop and a request that somebody wants to bring together, as they fit today."""

    unit: Unit
    request: UseRequest
    starts: date
    ends: date
    share: Share
    asked_cents_month: int


def look_at(unit_id: int, request_id: int) -> Offer:
    """What :func:`propose` would send for a pair that no plan has chosen. Raises :class:`Conflict` like it."""
    unit, request = queries.unit(unit_id), queries.request(request_id)
    _check_waits(request)
    found = _check_suitable(unit, request, None)
    _check_not_asked(unit, found.share)
    return Offer(unit, request, found.starts, found.ends, found.share, offers.rent_cents_month(unit, found.share))


def propose(
    unit_id: int,
    request_id: int,
    *,
    sender: Account,
    link_to: LinkTo,
    match_id: int | None = None,
    period: tuple[date, date] | None = None,
    share: Share | None = None,
) -> Proposal:
    """Ask the owner of a shop whether a request may come in; ``link_to`` names the page for the answer.

    ``period`` is what the plan says (half-open); without one, or where it has
    become impossible, the use begins as soon and lasts as long as can be;
    ``share`` what of the shop the use gets, without one what suits best.

    Shop and request are locked and the rules asked again, because time has
    passed since the plan. Raises :class:`Conflict` when one of them is no
    longer free, when a rule objects, or when nobody answers for the shop.
    """
    unit = queries.unit(unit_id, to_change=True)
    request = queries.request(request_id, to_change=True)
    _check_waits(request)
    found = _check_suitable(unit, request, share)
    _check_not_asked(unit, found.share)
    starts, ends = _period(unit, request, found, period)
    if not deal_queries.mailboxes_of(unit.owner_id):
        raise Conflict(
            "Nobody answers for %(address)s yet. Please enter its owner with an e-mail address, or invite somebody.",
            address=unit.address,
        )
    proposal = Proposal(
        unit=unit,
        request=request,
        match_id=match_id,
        starts=starts,
        ends=ends,
        rent_cents_month=min(offers.rent_cents_month(unit, found.share), request.budget_cents_month),
        part_m2=found.share.part_m2,
        slots=found.share.slots,
        state=ProposalState.OPEN,
        waits_for=Party.OWNER,
        sent_at=clock.now(),
        sent_by_id=sender.id,
    )
    db.session.add(proposal)
    request.state = RequestState.PROPOSED
    db.session.flush()
    ask_owner(proposal, link_to)
    audit.record("match proposed", "proposal", proposal.id, unit=unit.id, request=request.id)
    return proposal


def ask_owner(proposal: Proposal, link_to: LinkTo) -> None:
    """Send every mailbox of the owner its own link; whoever has an account may also sign in (``link_to``)."""
    for mailbox in deal_queries.mailboxes_of(proposal.unit.owner_id):
        link, until = owner_links.make(proposal, mailbox.email)
        own_page = link_to(proposal.id) if mailbox.account is not None else ""
        deal_mails.ask_owner(mailbox, proposal, link=link, until=until, own_page=own_page)


def _period(unit: Unit, request: UseRequest, found: Suitability, wanted: tuple[date, date] | None) -> tuple[date, date]:
    """The wanted period where it still fits, else the soonest and longest."""
    if wanted is None:
        return found.starts, found.ends
    starts, ends = wanted
    free = free_period(unit, clock.today(), beside=not found.share.whole)
    weeks = (ends - starts).days // 7
    fits = (
        free is not None
        and found.starts <= starts <= request.latest_start
        and (free[1] is None or ends <= free[1])
        and weeks >= request.duration_min_weeks
    )
    return wanted if fits else (found.starts, found.ends)


def _check_waits(request: UseRequest) -> None:
    """The request still waits."""
    if request.state != RequestState.SUBMITTED:
        raise Conflict(
            "“%(title)s” no longer waits for a shop. Please have the plan computed again.", title=request.title
        )


def _check_not_asked(unit: Unit, share: Share) -> None:
    """The owner is asked about nothing else in this shop, or only about shares beside which this one has room."""
    asked = [one.share for one in queries.open_proposals_for_unit(unit.id)]
    if not offers.room_beside(unit, shared_by(unit.spells, clock.today()), asked, share):
        raise Conflict(
            "The owner of %(address)s has another proposal to answer first. Please choose another shop, or wait.",
            address=unit.address,
        )


def _check_suitable(unit: Unit, request: UseRequest, share: Share | None) -> Suitability:
    """No rule objects on this day."""
    numbers = settings.current().numbers
    situation = queries.situation_of(unit, clock.today(), numbers)
    if situation is None:
        raise Conflict("Somebody is in %(address)s, and no end is known.", address=unit.address)
    if share is None:
        found = best(unit, request, numbers, situation)
    else:
        found = suitability(unit, request, numbers, situation, share=share)
    if found.obstacles:
        raise Conflict("This no longer fits. %(reason)s", reason=found.obstacles[0].reason)
    return found


def accept_proposal(owner_id: int, proposal_id: int, *, by: Account | None, note: str, link_to: LinkTo) -> Agreement:
    """The owner says yes: an agreement is made and the shop is taken from its start on.

    ``by`` is None for an answer through a link. Raises :class:`Conflict` when
    the proposal no longer waits for the owner, or when somebody has come into
    the shop in the meantime.
    """
    proposal = lock_open(owner_id, proposal_id)
    _check_turn(proposal)
    return conclude(proposal, by=by, note=note, link_to=link_to)


def conclude(proposal: Proposal, *, by: Account | None, note: str, link_to: LinkTo) -> Agreement:
    """Make the agreement of a locked proposal on its terms. Raises :class:`Conflict` when the shop is taken."""
    unit, request = proposal.unit, proposal.request
    if (other := taken(unit.spells, proposal.starts, proposal.ends, proposal.share)) is not None:
        raise Conflict(
            "Somebody else is in %(address)s from %(since)s on. The city will propose another period.",
            address=unit.address,
            since=other.starts,
        )
    beside = shared_by(unit.spells, clock.today())
    if (said := offers.objection_to(unit, beside, proposal.share)) is not None:
        raise Conflict("%(address)s: %(reason)s", address=unit.address, reason=said.reason)
    _answer(proposal, ProposalState.ACCEPTED, by, note)
    request.state = RequestState.AGREED
    agreement = Agreement(
        unit=unit,
        request=request,
        proposal_id=proposal.id,
        use_type=request.use_type,
        starts=proposal.starts,
        ends=proposal.ends,
        rent_cents_month=proposal.rent_cents_month,
        part_m2=proposal.part_m2,
        slots=proposal.slots,
        state=AgreementState.AGREED,
        agreed_at=clock.now(),
    )
    db.session.add(agreement)
    db.session.flush()
    db.session.add(standard_terms(agreement))
    if agreement.share.whole:
        _move_in(unit, agreement)
    else:
        sharers.move_in(unit, agreement)
    mails.tell_applicant_agreed(request.applicant, agreement, link_to(request.id))
    audit.record("proposal accepted", "proposal", proposal.id, agreement=agreement.id)
    return agreement


def decline_proposal(owner_id: int, proposal_id: int, *, by: Account | None, note: str) -> Proposal:
    """The owner says no: shop and request are free again, never for each other; a plan with the rest kept is made."""
    proposal = lock_open(owner_id, proposal_id)
    _answer(proposal, ProposalState.DECLINED, by, note)
    proposal.request.state = RequestState.SUBMITTED
    plans.start_again_after_refusal(account_id=None)
    audit.record("proposal declined", "proposal", proposal.id)
    return proposal


def withdraw_proposal(proposal_id: int) -> Proposal:
    """The city takes a proposal back before it is answered: shop and request are free again."""
    proposal = lock_open(None, proposal_id)
    proposal.state = ProposalState.WITHDRAWN
    owner_links.use_up(proposal.id)
    proposal.request.state = RequestState.SUBMITTED
    audit.record("proposal taken back", "proposal", proposal.id)
    return proposal


def terminate_agreement(agreement_id: int, *, ends: date) -> Agreement:
    """End an agreement before its time; the shop stands empty from then on.

    Raises :class:`Conflict` when the new end does not lie within the agreement.
    """
    found = queries.agreement(agreement_id)
    unit = queries.unit(found.unit_id, to_change=True)
    agreement = queries.agreement(agreement_id, to_change=True)
    if not agreement.starts < ends < agreement.ends:
        raise Conflict(
            "The new end, %(ends)s, must lie after %(first)s and before %(last)s.",
            ends=ends,
            first=agreement.starts,
            last=agreement.ends,
        )
    if not agreement.share.whole:
        return sharers.end_early(unit, agreement, ends)
    spell = next(spell for spell in unit.spells if spell.agreement_id == agreement.id)
    after = next((other for other in unit.spells if other.starts == agreement.ends), None)
    if after is not None and after.kind == SpellKind.VACANCY:
        after.starts = ends
    else:
        db.session.add(Occupancy(unit_id=unit.id, kind=SpellKind.VACANCY, starts=ends, ends=agreement.ends))
    spell.ends = agreement.ends = ends
    agreement.state = AgreementState.TERMINATED
    audit.record("agreement ended early", "agreement", agreement.id)
    return agreement


def lock_open(owner_id: int | None, proposal_id: int) -> Proposal:
    """An open proposal with its shop and request, all locked; ``owner_id`` None for the city."""

    def load(*, to_change: bool) -> Proposal:
        if owner_id is None:
            return queries.proposal(proposal_id, to_change=to_change)
        return queries.proposal_of_owner(owner_id, proposal_id, to_change=to_change)

    seen = load(to_change=False)
    queries.unit(seen.unit_id, to_change=True)
    queries.request(seen.request_id, to_change=True)
    proposal = load(to_change=True)
    if proposal.state != ProposalState.OPEN:
        raise Conflict("This proposal has been answered or taken back already. Please load the page again.")
    return proposal


def _check_turn(proposal: Proposal) -> None:
    """It is the owner's turn; a yes to terms that the owner has countered would be a yes to nothing."""
    if proposal.waits_for != Party.OWNER:
        raise Conflict("The city has your offer before it. As soon as it answers, you get a mail.")


def _answer(proposal: Proposal, state: ProposalState, by: Account | None, note: str) -> None:
    proposal.state, proposal.note = state, note
    proposal.answered_at, proposal.answered_by_id = clock.now(), by.id if by is not None else None
    owner_links.use_up(proposal.id)


def _move_in(unit: Unit, agreement: Agreement) -> None:
    """The use becomes a spell, for good or for a time; vacancies that it touches end before it and go on after it."""
    starts, ends = agreement.starts, agreement.ends
    gaps = vacancies_around(unit.spells, starts, ends)
    for spell in [spell for spell in unit.spells if overlaps(spell.starts, spell.ends, starts, ends)]:
        db.session.delete(spell)
    db.session.flush()  # a cut vacancy begins on the same day as the one it replaces
    for gap in gaps:
        db.session.add(Occupancy(unit_id=unit.id, kind=SpellKind.VACANCY, starts=gap.starts, ends=gap.ends))
    for_good = agreement.use_type == UseType.HOUSING
    interim = Occupancy(
        unit_id=unit.id,
        kind=SpellKind.CONVERTED if for_good else SpellKind.INTERIM,
        category=agreement.request.category,
        use_type=agreement.use_type,
        tenant=agreement.request.title,
        starts=starts,
        ends=ends,
        agreement_id=agreement.id,
    )
    db.session.add(interim)
    db.session.flush()
    db.session.expire(unit, ["spells"])
