"""What is read: shops with their spells, requests, plans, proposals. Ownership and city are part of the question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from city.db import db
from city.messages import NotFound
from city.models import Account, AuditEntry, Organisation, OrganisationKind, Role, RoleGrant
from city.settings import CitySettings
from leerstand.kinds import ProposalState, RequestState, Side
from leerstand.labels import GRADE_LABELS
from leerstand.models import (
    Agreement,
    LocationGrade,
    Match,
    MatchPlan,
    PlanRule,
    Proposal,
    StreetAxis,
    Unit,
    UnitPhoto,
    UseRequest,
)
from leerstand.shares import Share
from leerstand.situation import Situation, free_period, situations

WITH_SPELLS: tuple[_AbstractLoad, ...] = (selectinload(Unit.spells), joinedload(Unit.axis))


def stock() -> list[Unit]:
    """Every shop of the town with its spells and its street, street by street."""
    query = select(Unit).options(*WITH_SPELLS).outerjoin(StreetAxis, Unit.axis_id == StreetAxis.id)
    return list(db.session.scalars(query.order_by(StreetAxis.rank, Unit.street, Unit.position_m, Unit.id)))


def unit(unit_id: int, *, to_change: bool = False) -> Unit:
    """One shop with spells, street and owner; ``to_change`` locks its row until the transaction ends."""
    options = (*WITH_SPELLS, joinedload(Unit.owner))
    query = select(Unit).where(Unit.id == unit_id).options(*options)
    if to_change:
        query = query.with_for_update(of=Unit).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("There is no such shop.")
    return found


def street_of(unit: Unit) -> list[Unit]:
    """The shops of the same street, this one included, with their spells."""
    if unit.axis_id is None:
        return [unit]
    query = select(Unit).where(Unit.axis_id == unit.axis_id).options(*WITH_SPELLS)
    return list(db.session.scalars(query.order_by(Unit.position_m, Unit.id)))


def walk_order(axis_id: int) -> list[Unit]:
    """The shops of a street as somebody walks: out along the odd side, back along the even one."""
    query = select(Unit).where(Unit.axis_id == axis_id).options(*WITH_SPELLS)
    known = list(db.session.scalars(query.order_by(Unit.position_m, Unit.id)))
    out = [unit for unit in known if unit.side == Side.ODD]
    return out + [unit for unit in reversed(known) if unit.side != Side.ODD]


def situation_of(unit: Unit, today: date, settings: CitySettings) -> Situation | None:
    """The situation of one shop; None while it cannot be given away."""
    return situations(street_of(unit), today, settings.neighbour_distance_m).get(unit.id)


def axes() -> list[StreetAxis]:
    """The streets, core first."""
    return list(db.session.scalars(select(StreetAxis).order_by(StreetAxis.rank, StreetAxis.name)))


def grades() -> dict[int, str]:
    """The city's own order of places, best first; 1a to c until it names one."""
    named = db.session.execute(select(LocationGrade.rank, LocationGrade.name).order_by(LocationGrade.rank)).all()
    return {row[0]: row[1] for row in named} or dict(GRADE_LABELS)


def photos_of(unit_id: int) -> list[UnitPhoto]:
    """The pictures of a shop, newest first."""
    query = select(UnitPhoto).where(UnitPhoto.unit_id == unit_id)
    return list(db.session.scalars(query.order_by(UnitPhoto.id.desc())))


def photo(unit_id: int, photo_id: int) -> UnitPhoto:
    """One picture of this shop. One of another shop is not found."""
    found = db.session.scalar(select(UnitPhoto).where(UnitPhoto.unit_id == unit_id, UnitPhoto.id == photo_id))
    if found is None:
        raise NotFound("There is no picture of this shop.")
    return found


def history_of(subject: str, subject_id: int, most: int = 12) -> list[tuple[AuditEntry, str]]:
    """Who did what to a row, newest first, with the name of the account."""
    query = select(AuditEntry, Account.name).outerjoin(Account, Account.id == AuditEntry.account_id)
    query = query.where(AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)
    rows = db.session.execute(query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(most))
    return [(row[0], row[1] or "") for row in rows]


def owners() -> list[Organisation]:
    """The owners that the city knows."""
    query = select(Organisation).where(Organisation.kind == OrganisationKind.OWNER)
    return list(db.session.scalars(query.order_by(Organisation.name)))


def reserved_units() -> set[int]:
    """Shops about which an owner is being asked just now."""
    return set(db.session.scalars(select(Proposal.unit_id).where(Proposal.state == ProposalState.OPEN)))


def declined_pairs() -> frozenset[tuple[int, int]]:
    """(shop, request) that the owner has refused: not asked again."""
    query = select(Proposal.unit_id, Proposal.request_id).where(Proposal.state == ProposalState.DECLINED)
    return frozenset((row[0], row[1]) for row in db.session.execute(query))


# --- requests ---


def open_requests() -> list[UseRequest]:
    """Submitted requests that no proposal has taken yet, oldest first."""
    query = select(UseRequest).where(UseRequest.state == RequestState.SUBMITTED)
    return list(db.session.scalars(query.order_by(UseRequest.submitted_at, UseRequest.id)))


def requests(state: RequestState | None = None) -> list[UseRequest]:
    """What the city sees of requests: all but drafts, newest first."""
    query = select(UseRequest).where(UseRequest.state != RequestState.DRAFT).options(*_WHO)
    if state is not None:
        query = query.where(UseRequest.state == state)
    return list(db.session.scalars(query.order_by(UseRequest.submitted_at.desc(), UseRequest.id.desc())))


_WHO = (joinedload(UseRequest.applicant), joinedload(UseRequest.organisation))


def request(request_id: int, *, to_change: bool = False) -> UseRequest:
    """One request that has been submitted; drafts belong to their applicants alone."""
    return _request(select(UseRequest).where(UseRequest.state != RequestState.DRAFT), request_id, to_change)


def request_of(applicant_id: int, request_id: int, *, to_change: bool = False) -> UseRequest:
    """One request of this applicant. Someone else's is not found, rather than forbidden."""
    return _request(select(UseRequest).where(UseRequest.applicant_id == applicant_id), request_id, to_change)


def _request(query: Select[UseRequest], request_id: int, to_change: bool) -> UseRequest:
    query = query.where(UseRequest.id == request_id).options(*_WHO)
    if to_change:
        query = query.with_for_update(of=UseRequest).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("There is no such request. It may have been withdrawn.")
    return found


def requests_of(applicant_id: int) -> list[UseRequest]:
    """This person's requests, newest first."""
    query = select(UseRequest).where(UseRequest.applicant_id == applicant_id)
    return list(db.session.scalars(query.order_by(UseRequest.created_at.desc(), UseRequest.id.desc())))


# --- plans ---


def newest_plan() -> MatchPlan | None:
    """The plan in force with its matches, shops and requests; None before the first."""
    with_matches = selectinload(MatchPlan.matches)
    query = select(MatchPlan).where(MatchPlan.name == "")
    query = query.options(with_matches.joinedload(Match.unit), with_matches.joinedload(Match.request))
    return db.session.scalar(query.order_by(MatchPlan.created_at.desc(), MatchPlan.id.desc()).limit(1))


def scenarios() -> list[MatchPlan]:
    """The plans that were only tried, newest first, without their matches."""
    query = select(MatchPlan).where(MatchPlan.name != "")
    return list(db.session.scalars(query.order_by(MatchPlan.created_at.desc(), MatchPlan.id.desc())))


def plan(plan_id: int) -> MatchPlan:
    """One plan or scenario with its matches, shops and requests."""
    with_matches = selectinload(MatchPlan.matches)
    query = select(MatchPlan).where(MatchPlan.id == plan_id)
    query = query.options(with_matches.joinedload(Match.unit), with_matches.joinedload(Match.request))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("There is no such plan. It may have been tidied away.")
    return found


def plan_rules() -> list[PlanRule]:
    """What the city has decided beforehand, oldest first."""
    options = (joinedload(PlanRule.unit), joinedload(PlanRule.request), joinedload(PlanRule.axis))
    return list(db.session.scalars(select(PlanRule).options(*options).order_by(PlanRule.id)))


def plan_rule(rule_id: int) -> PlanRule:
    """One of them."""
    found = db.session.scalar(select(PlanRule).where(PlanRule.id == rule_id))
    if found is None:
        raise NotFound("This decision was let go of already.")
    return found


def match(match_id: int) -> Match:
    """One match of a plan with its shop and request."""
    options = (joinedload(Match.unit).joinedload(Unit.owner), joinedload(Match.request), joinedload(Match.plan))
    found = db.session.scalar(select(Match).where(Match.id == match_id).options(*options))
    if found is None:
        raise NotFound("This match is no longer part of a plan. Please open the plan again.")
    return found


def request_titles(request_ids: Sequence[int]) -> dict[int, str]:
    """The titles of some requests, by id."""
    query = select(UseRequest).where(UseRequest.id.in_(request_ids))
    return {row.id: row.title for row in db.session.scalars(query)}


def addresses(unit_ids: Sequence[int]) -> dict[int, str]:
    """The addresses of some shops, by id."""
    query = select(Unit).where(Unit.id.in_(unit_ids))
    return {row.id: row.address for row in db.session.scalars(query)}


def may_be_free(unit: Unit, today: date) -> bool:
    """Whether a shop with its spells at hand can be given away at all."""
    return free_period(unit, today) is not None


# --- proposals and agreements ---

_BOTH = (
    joinedload(Proposal.unit).joinedload(Unit.owner),
    joinedload(Proposal.request).joinedload(UseRequest.applicant),
)


def proposals(*states: ProposalState) -> list[Proposal]:
    """The city's proposals in these states, oldest first."""
    query = select(Proposal).where(Proposal.state.in_(states)).options(*_BOTH)
    return list(db.session.scalars(query.order_by(Proposal.sent_at, Proposal.id)))


def proposal(proposal_id: int, *, to_change: bool = False) -> Proposal:
    """One proposal, for the city."""
    return _proposal(select(Proposal), proposal_id, to_change)


def proposals_of_owner(owner_id: int) -> list[Proposal]:
    """What was proposed to this owner, newest first."""
    query = select(Proposal).join(Proposal.unit).where(Unit.owner_id == owner_id).options(*_BOTH)
    return list(db.session.scalars(query.order_by(Proposal.sent_at.desc(), Proposal.id.desc())))


def proposal_of_owner(owner_id: int, proposal_id: int, *, to_change: bool = False) -> Proposal:
    """One proposal for a shop of this owner. Someone else's is not found."""
    query = select(Proposal).join(Proposal.unit).where(Unit.owner_id == owner_id)
    return _proposal(query, proposal_id, to_change)


def _proposal(query: Select[Proposal], proposal_id: int, to_change: bool) -> Proposal:
    query = query.where(Proposal.id == proposal_id).options(*_BOTH)
    if to_change:
        query = query.options(joinedload(Proposal.unit).selectinload(Unit.spells))
        query = query.with_for_update(of=Proposal).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("There is no such proposal.")
    return found


def open_proposals_for_unit(unit_id: int) -> list[Proposal]:
    """What an owner is being asked about this shop just now: one use of all of it, or several that share it."""
    query = select(Proposal).where(Proposal.state == ProposalState.OPEN, Proposal.unit_id == unit_id).options(*_BOTH)
    return list(db.session.scalars(query.order_by(Proposal.sent_at, Proposal.id)))


def asked_shares() -> dict[int, list[Share]]:
    """What owners are being asked about just now, by shop."""
    asked: dict[int, list[Share]] = {}
    for proposal in db.session.scalars(select(Proposal).where(Proposal.state == ProposalState.OPEN)):
        asked.setdefault(proposal.unit_id, []).append(proposal.share)
    return asked


def agreements() -> list[Agreement]:
    """Every agreement, newest first."""
    query = select(Agreement).options(joinedload(Agreement.unit), joinedload(Agreement.request))
    return list(db.session.scalars(query.order_by(Agreement.starts.desc(), Agreement.id.desc())))


def agreement(agreement_id: int, *, to_change: bool = False) -> Agreement:
    """One agreement with its shop and request."""
    query = select(Agreement).where(Agreement.id == agreement_id)
    query = query.options(joinedload(Agreement.unit), joinedload(Agreement.request))
    if to_change:
        query = query.options(joinedload(Agreement.unit).selectinload(Unit.spells))
        query = query.with_for_update(of=Agreement).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("There is no such agreement.")
    return found


def agreement_of_request(request_id: int) -> Agreement | None:
    """What came of a request, if anything."""
    query = select(Agreement).where(Agreement.request_id == request_id).options(joinedload(Agreement.unit))
    return db.session.scalar(query.order_by(Agreement.id.desc()).limit(1))


def people_of(owner_id: int) -> list[Account]:
    """Who answers for an owner: the accounts of that organisation that hold the role."""
    query = select(Account).join(RoleGrant, RoleGrant.account_id == Account.id).where(RoleGrant.role == Role.OWNER)
    query = query.where(Account.organisation_id == owner_id, Account.disabled_at.is_(None))
    return list(db.session.scalars(query.order_by(Account.id)))
