"""The plan pages as a manager uses them: sliders, decisions, "why not?", two plans side by side, and a refusal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from city import clock, quick
from city.db import db, transaction
from city.models import AuditEntry, Job
from leerstand import queries
from leerstand.kinds import RuleKind, SpellKind
from leerstand.matching.live import solve_live
from leerstand.models import Proposal
from leerstand.services import plans, proposals
from tests import build


@pytest.fixture
def city_browser(app, manager):
    return build.browser_of(app, manager)


@pytest.fixture
def answered_here(monkeypatch):
    """Short questions are answered in this process, by the same function."""
    monkeypatch.setattr(quick, "ask", lambda path, **arguments: solve_live(**arguments))


def soon(**values):
    today = clock.today()
    given = {"earliest_start": today + timedelta(weeks=1), "latest_start": today + timedelta(weeks=2)}
    return build.use_request(submitted_at=clock.now(), **given, **values)


def pairs_of(plan):
    return {(match.unit_id, match.request_id) for match in plan.matches}


def test_fixing_excluding_and_letting_go(compute, owner, city_browser):
    """
    What is fixed stays in the next plan, what is excluded goes, every decision is logged, letting go frees it.
    """
    shop = build.unit(owner_id=owner.id)
    strong, weak = soon(footfall=3, wants_permanent=True), soon(footfall=0)
    compute()
    assert pairs_of(queries.newest_plan()) == {(shop.id, strong.id)}

    city_browser.post("/plan/vorgaben", data={"kind": "pin", "unit_id": shop.id, "request_id": weak.id})
    compute()
    assert pairs_of(queries.newest_plan()) == {(shop.id, weak.id)}
    assert f"“{weak.title}” is fixed in {shop.address}." in city_browser.get("/plan").text

    city_browser.post("/plan/vorgaben", data={"kind": "forbid", "unit_id": shop.id, "request_id": weak.id})
    db.session.rollback()
    assert [rule.kind for rule in queries.plan_rules()] == [RuleKind.FORBID]
    rule_id = queries.plan_rules()[0].id
    city_browser.post(f"/plan/vorgaben/{rule_id}/loesen")
    db.session.rollback()
    assert queries.plan_rules() == []
    logged = [entry.action for entry in db.session.scalars(select(AuditEntry)) if "decision" in entry.action]
    assert logged == ["plan decision made", "plan decision made", "plan decision let go"]


def test_a_limit_that_is_no_number_gets_a_sentence_and_what_was_typed_stays(compute, owner, city_browser):
    """
    The form stands open with its mistake; nothing is limited. The same with a number is kept.
    """
    street = build.street_axis()
    build.unit(owner_id=owner.id, axis_id=street.id)
    soon()
    compute()
    typed = {"axis_id": street.id, "category": "craft", "kind": "quota", "most": "eine"}

    page = city_browser.post("/plan/obergrenzen", data=typed).text
    db.session.rollback()

    assert 'id="most-fehler"' in page
    assert 'value="eine"' in page
    assert '<option selected value="craft">' in page
    assert queries.plan_rules() == []
    city_browser.post("/plan/obergrenzen", data=typed | {"most": "1"})
    db.session.rollback()
    assert [(rule.kind, rule.most) for rule in queries.plan_rules()] == [(RuleKind.QUOTA, 1)]


def test_decisions_that_contradict_each_other_leave_the_last_plan(compute, owner, city_browser):
    """
    The job says which two; the plan before it stays.
    """
    shop = build.unit(owner_id=owner.id)
    one, other = soon(title="Kurs A"), soon(title="Kurs B")
    compute()
    before = queries.newest_plan().id
    for request in (one, other):
        city_browser.post("/plan/vorgaben", data={"kind": "pin", "unit_id": shop.id, "request_id": request.id})

    job_id = compute()

    job = build.fresh(Job, job_id)
    assert job.state.value == "failed"
    assert "are both fixed in" in job.reason
    assert queries.newest_plan().id == before


def test_moving_a_slider_says_what_would_change_and_changes_nothing(compute, owner, city_browser, answered_here):
    """
    Who draws people against who stays for good: turning the weights round turns the match round.
    """
    shop = build.unit(owner_id=owner.id)
    draws = soon(title="Magnet", footfall=3)
    soon(title="Bleibt", footfall=0, wants_permanent=True)
    compute()
    assert pairs_of(queries.newest_plan()) == {(shop.id, draws.id)}
    weights = {f"w_{key}": 0 for key in queries.newest_plan().weights} | {"w_permanence": 40}

    said = city_browser.get("/plan/gewichte/vorschau", query_string=weights).text

    assert "1 proposal would change" in said
    assert f"new: {shop.address} → Bleibt" in said
    assert f"gone: {shop.address} → Magnet" in said
    db.session.rollback()
    assert pairs_of(queries.newest_plan()) == {(shop.id, draws.id)}
    assert 'value="40"' in city_browser.get("/plan/gewichte?vorlage=mix").text


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        ({"w_gap": "viel"}, "“viel” is not a number"),
        ({"w_gap": "101"}, "101"),
        ({}, "All weights are zero, so nothing would count."),
    ],
)
def test_senseless_weights_get_a_sentence_and_what_was_typed_stays(
    compute, owner, city_browser, answered_here, weights, why
):
    """
    Not a number, too large, all zero.
    """
    build.unit(owner_id=owner.id)
    compute()
    typed = {f"w_{key}": "0" for key in queries.newest_plan().weights} | weights | {"deed": "use"}

    page = city_browser.post("/plan/gewichte", data=typed).text

    assert why in page
    assert all(f'value="{value}"' in page for value in weights.values())


def test_why_not_names_obstacles_changes_and_the_price_of_insisting(compute, owner, city_browser, answered_here):
    """
    One request is too large, with the smallest change; the other fits and would cost the plan its points.
    """
    shop = build.unit(owner_id=owner.id, area_m2=60)
    soon(title="Magnet", footfall=3, wants_permanent=True)
    second, large = soon(title="Zweite", footfall=0), soon(title="Halle", area_min_m2=90, area_ideal_m2=95)
    compute()

    too_small = city_browser.get(f"/plan/warum-nicht?laden={shop.id}&gesuch={large.id}").text
    priced = city_browser.get(f"/plan/warum-nicht?laden={shop.id}&gesuch={second.id}").text

    assert "Needs 90 m², here are 60 m²." in too_small
    assert "The applicant makes do with 60 m²: 30 m² less." in too_small
    assert "Then it would fit." in too_small
    assert "It fits, but the whole plan would lose" in priced
    assert "gone:" in priced


def test_a_scenario_stands_beside_the_plan_in_force(compute, app, config, owner, manager, city_browser, warm_solver):
    """
    A shop closes: the scenario fills it, the plan in force stays; names are taken once.
    """
    from city import jobs

    free, busy = build.unit(owner_id=owner.id), build.unit(None, owner_id=owner.id)
    build.spell(busy, SpellKind.REGULAR, starts=clock.today() - timedelta(days=900))
    soon(title="Eins"), soon(title="Zwei")
    compute()
    in_force = queries.newest_plan().id
    form = {"name": "Magnet geht", "magnet_id": busy.id, "rent_percent": "100", "lead_percent": "100",
            "more_subsidy_eur": "0"}  # fmt: skip
    assert city_browser.post("/plan/szenarien", data=form).status_code == 302
    worker = jobs.Worker(app, config)
    worker.solver = warm_solver
    worker.work_once()

    page = city_browser.get("/plan/szenarien").text

    db.session.rollback()
    scenario = queries.plan(queries.scenarios()[0].id)
    assert queries.newest_plan().id == in_force
    assert {unit for unit, _ in pairs_of(scenario)} == {free.id, busy.id}
    assert f"{busy.address} stands empty." in page
    assert "There is a scenario called" in city_browser.post("/plan/szenarien", data=form).text
    city_browser.post(f"/plan/szenarien/{scenario.id}/loeschen")
    db.session.rollback()
    assert queries.scenarios() == []


def test_after_a_refusal_the_rest_of_the_plan_is_kept(compute, owner, manager):
    """
    The owner says no: the pair is never asked again, and everything else stays where it was.
    """
    one, two = build.unit(owner_id=owner.id), build.unit(owner_id=owner.id)
    for number in range(3):
        soon(title=f"Gesuch {number}", footfall=number)
    compute()
    before = pairs_of(queries.newest_plan())
    refused = next(pair for pair in before if pair[0] == one.id)
    with transaction():
        sent = proposals.propose(*refused, sender=manager, link_to=str)
    with transaction():
        proposals.decline_proposal(owner.id, sent.id, by=owner.person, note="")

    compute()  # the job that the refusal asked for, or the one asked for here: both keep the rest

    after = pairs_of(queries.newest_plan())
    assert refused not in after
    assert {pair for pair in before if pair[0] == two.id} <= after
    assert db.session.scalar(select(Proposal)).state.value == "declined"


def test_a_nightly_plan_that_changes_nothing_is_not_kept(compute, owner):
    """
    Only what gains more than the change penalty becomes a new plan.
    """
    build.unit(owner_id=owner.id)
    soon()
    compute()
    before = queries.newest_plan().id
    with transaction():
        plans.start_nightly()
    compute()

    db.session.rollback()
    nightly = db.session.scalars(select(Job).where(Job.once_key == f"{plans.KIND} nightly")).one()
    assert nightly.result["plan"] == before
    assert nightly.result["changed"] is False
