"""From the plan to the agreement: who may do what, and what follows."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from city import clock
from city.db import city_scope, db, transaction
from city.messages import Conflict, NotFound
from city.models import City, Job, JobState, Mail, OrganisationKind, Role
from leerstand import queries
from leerstand.kinds import AgreementState, ProposalState, RequestState, SpellKind, UseType
from leerstand.models import Agreement, Match, Occupancy, Proposal, Unit, UseRequest
from leerstand.services import proposals, requests, stock
from leerstand.shares import Share
from tests import build

WEEK = timedelta(weeks=1)


def link(row_id):
    return f"https://town.example/{row_id}"


def soon(**values):
    """A request that can start within the next weeks."""
    today = clock.today()
    given = {"earliest_start": today + 2 * WEEK, "latest_start": today + 20 * WEEK, **values}
    return build.use_request(**given)


def propose(unit, request, manager):
    with transaction():
        return proposals.propose(unit.id, request.id, sender=manager, link_to=link)


def spells_of(unit):
    query = select(Occupancy).where(Occupancy.unit_id == unit.id).order_by(Occupancy.starts)
    return [(spell.kind, spell.starts, spell.ends) for spell in db.session.scalars(query)]


def test_the_plan_is_computed_kept_and_adds_up(compute, owner):
    """
    Two shops, two requests: both matched by the job, points of each match add up to its score and those to the plan's.
    """
    axis = build.street_axis()
    build.unit(axis_id=axis.id, position_m=10, owner_id=owner.id)
    build.unit(axis_id=axis.id, position_m=40, owner_id=owner.id)
    soon()
    soon(use_type=UseType.MICRO_HUB)

    job_id = compute()

    job = build.fresh(Job, job_id)
    assert (job.state, job.result["matches"]) == (JobState.DONE, 2)
    plan = queries.newest_plan()
    assert all(sum(row["points"] for row in match.criteria) == match.score for match in plan.matches)
    assert plan.score == sum(match.score for match in plan.matches) == plan.bound
    assert plan.settings_version == 1
    assert sum(plan.weights.values()) == 100
    assert {"ortools", "numpy", "python"} == set(plan.versions)


def test_a_plan_without_shops_is_an_empty_plan(compute):
    """
    Nothing to give away is an answer.
    """
    soon()

    compute()

    assert queries.newest_plan().matches == []


def test_an_owner_is_asked_and_says_yes(owner, manager):
    """
    Proposal, mail, answer, agreement, spell; the applicant hears of it; before and after the use the shop is empty.
    """
    unit, request = build.unit(owner_id=owner.id), soon()

    proposal = propose(unit, request, manager)
    with transaction():
        agreement = proposals.accept_proposal(owner.id, proposal.id, by=owner.person, note="Gern", link_to=link)

    starts, ends = agreement.starts, agreement.ends
    assert (ends - starts) == request.duration_max_weeks * WEEK
    assert agreement.rent_cents_month == 60_000
    assert spells_of(unit) == [
        (SpellKind.VACANCY, date(2026, 1, 1), starts),
        (SpellKind.INTERIM, starts, ends),
        (SpellKind.VACANCY, ends, None),
    ]
    assert build.fresh(UseRequest, request.id).state == RequestState.AGREED
    mails = {mail.recipient: mail for mail in db.session.scalars(select(Mail))}
    assert link(proposal.id) in mails[owner.person.email].text
    assert link(request.id) in mails[request.applicant.email].text


def test_an_owner_says_no_and_both_are_free_again(owner, manager):
    """
    The shop and the request can be proposed anew, to each other or to others.
    """
    unit, request, other = build.unit(owner_id=owner.id), soon(), soon()
    proposal = propose(unit, request, manager)
    with pytest.raises(Conflict, match="another proposal to answer first"):
        propose(unit, other, manager)

    with transaction():
        proposals.decline_proposal(owner.id, proposal.id, by=owner.person, note="Zu laut")

    assert build.fresh(UseRequest, request.id).state == RequestState.SUBMITTED
    assert propose(unit, other, manager).state == ProposalState.OPEN


def test_nobody_answers_for_another_owner(owner, manager):
    """
    Another owner's proposal is not there, whatever number is asked for.
    """
    unit, request = build.unit(owner_id=owner.id), soon()
    proposal = propose(unit, request, manager)
    stranger = build.organisation(kind=OrganisationKind.OWNER)
    person = build.account(Role.OWNER, organisation_id=stranger.id)

    for deed in (
        lambda: proposals.accept_proposal(stranger.id, proposal.id, by=person, note="", link_to=link),
        lambda: proposals.decline_proposal(stranger.id, proposal.id, by=person, note=""),
    ):
        with pytest.raises(NotFound), transaction():
            deed()
    assert queries.proposals_of_owner(stranger.id) == []


def test_an_answer_counts_once(owner, manager):
    """
    A second click, or a second window, changes nothing.
    """
    unit, request = build.unit(owner_id=owner.id), soon()
    proposal = propose(unit, request, manager)
    with transaction():
        proposals.accept_proposal(owner.id, proposal.id, by=owner.person, note="", link_to=link)

    with pytest.raises(Conflict, match="answered or taken back"), transaction():
        proposals.decline_proposal(owner.id, proposal.id, by=owner.person, note="")
    assert len(db.session.scalars(select(Agreement)).all()) == 1


def test_rules_are_asked_again_when_a_match_is_proposed(owner, manager):
    """
    The owner has ruled the use out since the plan was made: the proposal is refused with that reason.
    """
    unit, request = build.unit(owner_id=owner.id, excluded_uses=["studio"]), soon()

    with pytest.raises(Conflict) as refusal:
        propose(unit, request, manager)

    assert str(refusal.value) == "This no longer fits. The owner does not want this use here."


def test_a_shop_without_an_owner_who_answers_is_not_proposed(town, manager):
    """
    The sentence says what to do.
    """
    unit, request = build.unit(), soon()

    with pytest.raises(Conflict, match="Please enter its owner"):
        propose(unit, request, manager)


def test_a_proposal_taken_back_frees_both(owner, manager):
    """
    The city may change its mind before the owner answers.
    """
    unit, request = build.unit(owner_id=owner.id), soon()
    proposal = propose(unit, request, manager)

    with transaction():
        proposals.withdraw_proposal(proposal.id)

    assert build.fresh(Proposal, proposal.id).state == ProposalState.WITHDRAWN
    assert build.fresh(UseRequest, request.id).state == RequestState.SUBMITTED


def test_an_agreement_can_end_early(owner, manager):
    """
    The shop is empty from the new end on; an end outside the agreement is refused.
    """
    unit, request = build.unit(owner_id=owner.id), soon()
    proposal = propose(unit, request, manager)
    with transaction():
        agreement = proposals.accept_proposal(owner.id, proposal.id, by=owner.person, note="", link_to=link)
    starts, ends = agreement.starts, agreement.ends

    with pytest.raises(Conflict, match="must lie after"), transaction():
        proposals.terminate_agreement(agreement.id, ends=ends)
    with transaction():
        proposals.terminate_agreement(agreement.id, ends=starts + 4 * WEEK)

    assert build.fresh(Agreement, agreement.id).state == AgreementState.TERMINATED
    assert spells_of(unit)[1:] == [
        (SpellKind.INTERIM, starts, starts + 4 * WEEK),
        (SpellKind.VACANCY, starts + 4 * WEEK, None),
    ]


def test_somebody_who_has_moved_in_keeps_the_shop(owner, manager):
    """
    A lease begins while the owner thinks: saying yes is refused, nothing is half done.
    """
    unit, request = build.unit(owner_id=owner.id), soon()
    proposal = propose(unit, request, manager)
    with transaction():
        stock.add_spell(unit.id, kind=SpellKind.REGULAR, starts=proposal.starts, ends=None, tenant="Wollwerk")

    with pytest.raises(Conflict, match="Somebody else is in"), transaction():
        proposals.accept_proposal(owner.id, proposal.id, by=owner.person, note="", link_to=link)
    assert build.fresh(Proposal, proposal.id).state == ProposalState.OPEN


def race(app, city_id, deeds):
    """Do two deeds at the same moment, each in its own transaction; returns what each came to."""
    ready, outcomes = threading.Barrier(len(deeds)), []

    def run(deed):
        with app.app_context(), city_scope(city_id):
            ready.wait(timeout=60)
            try:
                with transaction():
                    deed()
                outcomes.append("won")
            except Exception as error:
                outcomes.append(type(error).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=90)
    return sorted(outcomes)


def test_two_managers_cannot_give_one_shop_to_two_applicants(app, town, owner, manager):
    """
    Both click at the same moment for overlapping weeks: exactly one proposal goes out.
    """
    unit, one, two = build.unit(owner_id=owner.id), soon(), soon()
    ids = unit.id, (one.id, two.id)
    db.session.rollback()

    outcomes = race(
        app,
        town.id,
        [
            lambda request_id=request_id: proposals.propose(ids[0], request_id, sender=manager, link_to=link)
            for request_id in ids[1]
        ],
    )

    assert outcomes == ["Conflict", "won"]
    db.session.rollback()  # look at what there is now, not at a snapshot from before the race
    assert len(db.session.scalars(select(Proposal)).all()) == 1


def test_without_the_rule_the_database_still_lets_only_one_through(app, town, owner, manager, monkeypatch):
    """
    Negative control: with the check switched off the same race would let both through, were it not for the net beneath.
    """
    monkeypatch.setattr(proposals, "_check_not_asked", lambda unit, share: None)
    unit, one, two = build.unit(owner_id=owner.id), soon(), soon()
    ids = unit.id, (one.id, two.id)
    db.session.rollback()

    outcomes = race(
        app,
        town.id,
        [
            lambda request_id=request_id: proposals.propose(ids[0], request_id, sender=manager, link_to=link)
            for request_id in ids[1]
        ],
    )

    assert outcomes == ["IntegrityError", "won"]


@pytest.mark.parametrize(("checked", "outcomes"), [(True, ["Conflict", "won"]), (False, ["won", "won"])])
def test_two_managers_cannot_ask_about_more_parts_than_there_is_room(
    app, town, owner, manager, monkeypatch, checked, outcomes
):
    """
    Two parts of 70 m² of 120 m² at the same moment: one goes out. Negative control: without the check both do.
    """
    if not checked:
        monkeypatch.setattr(proposals, "_check_not_asked", lambda unit, share: None)
    unit = build.unit(owner_id=owner.id, area_m2=120, divisible=True, min_part_m2=30)
    wishes = [soon(part_ok=True, area_min_m2=60, area_ideal_m2=70, area_max_m2=80).id for _ in range(2)]
    unit_id, part = unit.id, Share(part_m2=70)
    db.session.rollback()

    def ask(request_id):
        proposals.propose(unit_id, request_id, sender=manager, link_to=link, share=part)

    assert race(app, town.id, [lambda wish=wish: ask(wish) for wish in wishes]) == outcomes


def test_a_match_that_was_overtaken_does_not_come_into_the_plan(compute, owner, manager):
    """
    The request is withdrawn before the plan is computed again; the old match cannot be proposed any more.
    """
    build.unit(owner_id=owner.id)
    request = soon()
    compute()
    match_id = queries.newest_plan().matches[0].id
    with transaction():
        requests.withdraw_request(request.applicant_id, request.id)

    with pytest.raises(Conflict, match="no longer waits"), transaction():
        proposals.propose_match(match_id, sender=manager, link_to=link)
    compute()
    assert queries.newest_plan().matches == []


def test_spells_never_overlap(town):
    """
    A second tenant in the same weeks is refused with the dates; a running entry ends where the next begins.
    """
    unit = build.unit(vacant_since=date(2025, 1, 1))
    with transaction():
        stock.add_spell(unit.id, kind=SpellKind.REGULAR, starts=date(2025, 3, 1), ends=date(2025, 6, 1), tenant="Wolle")

    with pytest.raises(Conflict) as refusal, transaction():
        stock.add_spell(unit.id, kind=SpellKind.REGULAR, starts=date(2025, 5, 1), ends=None, tenant="Zinnober")

    assert str(refusal.value) == "From 2025-03-01 to 2025-05-31 there is another entry. Two cannot hold at once."
    assert spells_of(unit) == [
        (SpellKind.VACANCY, date(2025, 1, 1), date(2025, 3, 1)),
        (SpellKind.REGULAR, date(2025, 3, 1), date(2025, 6, 1)),
    ]


def test_a_spell_that_ends_before_it_starts_is_refused(town):
    """
    The sentence names both days.
    """
    unit = build.unit(vacant_since=None)

    with pytest.raises(Conflict, match="ends on 2025-02-01, but begins on 2025-03-01"), transaction():
        stock.add_spell(unit.id, kind=SpellKind.VACANCY, starts=date(2025, 3, 1), ends=date(2025, 2, 1))


def test_requests_belong_to_their_applicant(town):
    """
    Nobody sends, changes or withdraws somebody else's request, and the city sees no drafts.
    """
    request = build.use_request(state=RequestState.DRAFT)
    stranger = build.account(Role.APPLICANT)

    for deed in (requests.submit_request, requests.withdraw_request):
        with pytest.raises(NotFound), transaction():
            deed(stranger.id, request.id)
    with pytest.raises(NotFound):
        queries.request(request.id)


def test_the_shops_of_another_town_are_not_there(town):
    """
    Two towns share an installation: neither lists, matches nor names the other's shops.
    """
    build.unit(name="Unser Laden")
    other = build.keep(City(slug="other", name="Andernort"))
    with city_scope(other.id):
        theirs = build.unit(name="Ihr Laden")
        build.use_request()

    assert [unit.name for unit in queries.stock()] == ["Unser Laden"]
    assert queries.open_requests() == []
    with pytest.raises(NotFound):
        queries.unit(theirs.id)
    assert queries.reserved_units() == set()
    assert db.session.scalars(select(Match)).all() == []
    assert db.session.scalars(select(Unit.id)).all() != [theirs.id]
