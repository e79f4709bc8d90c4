"""Story 1, the middle: other terms, an owner's link, the contract; an applicant's draft; the figures."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from city import clock
from city.db import city_scope, db, transaction
from city.models import City, Mail, Organisation, RoleGrant
from demo.people import PEOPLE
from leerstand import queries
from leerstand.kinds import ProposalState
from leerstand.models import MatchPlan
from leerstand.services import proposals
from tests.browser import PHONE_FIRST
from tests.words import de

MANAGER, APPLICANT = PEOPLE[1].email, PEOPLE[3].email
OWNER_MAIL = "eigentum-ohne-konto@example.org"


@pytest.fixture
def link(running) -> str:
    """A proposal from the demo's plan, sent to an owner who has only an e-mail address; its link."""
    with running.app.app_context():
        city = db.session.scalars(select(City)).one()
        with city_scope(city.id):
            owner_id, number = _propose()
            assert owner_id
            mail = db.session.scalars(
                select(Mail).where(Mail.text.contains("/antwort/")).order_by(Mail.id.desc())
            ).first()
            assert mail is not None and number
            found = re.search(r"(/antwort/\S+)", mail.text)
            assert found
            return found[1]


def _propose() -> tuple[int, int]:
    """Take the accounts away from the owners of planned shops until one proposal goes out by mail alone."""
    plan = db.session.scalars(select(MatchPlan).order_by(MatchPlan.id.desc())).first()
    assert plan is not None
    newest = queries.newest_plan()
    assert newest is not None
    for match in newest.matches:
        unit = queries.unit(match.unit_id)
        if unit.owner_id is None or queries.open_proposals_for_unit(match.unit_id):
            continue
        with transaction():
            owner = db.session.scalars(select(Organisation).where(Organisation.id == unit.owner_id)).one()
            owner.email = OWNER_MAIL
            for person in queries.people_of(owner.id):
                for grant in db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == person.id)):
                    db.session.delete(grant)
            manager = next(one for one in _accounts() if one.email == MANAGER)
            made = proposals.propose(
                match.unit_id,
                match.request_id,
                match_id=match.id,
                sender=manager,
                link_to=lambda number: f"/v/{number}",
            )
            return owner.id, made.id
    raise AssertionError("no match of the demo's plan can be proposed")


def _accounts():
    from city.models import Account

    return list(db.session.scalars(select(Account)))


@pytest.mark.parametrize("size", PHONE_FIRST)
def test_other_terms_by_link_become_a_signed_contract(running, clean, link, size):
    """
    Owner opens the link, names other terms → manager takes them up → terms, dates, contract to read, signatures.
    """
    owner = running.stranger(size)
    owner.page.goto(running.home + link)
    clean(owner)
    ours = owner.page.get_by_role("heading", level=1).inner_text()
    owner.page.locator("summary").filter(has_text=de("Name other terms")).click()
    rent = owner.page.locator("input[name=rent_eur]")
    rent.fill("50")
    owner.page.get_by_role("button", name=de("Send these terms")).click()
    expect(owner.page.get_by_role("heading", level=1)).to_have_text(de("Thank you for your answer"))
    clean(owner)

    manager = running.visit(MANAGER, size)
    page = manager.page
    page.goto(f"{running.home}/vereinbarungen")
    page.locator("main tr").filter(has_text=ours).locator("a[href^='/vorschlaege/']").click()
    page.wait_for_load_state()
    clean(manager)
    page.locator("input[name=applicant_agrees]").check()
    page.get_by_role("button", name=de("Take these terms up")).click()
    expect(page.get_by_text(de("Dates and why")).first).to_be_visible()
    clean(manager)
    agreement = page.url
    page.goto(agreement + "/bedingungen")
    clean(manager)
    page.get_by_role("button", name=de("Save"), exact=True).click()
    page.wait_for_url(agreement)
    today = clock.today() - timedelta(days=1)
    page.locator("input[name=owner_signed_on]").fill(today.isoformat())
    page.locator("input[name=user_signed_on]").fill(today.isoformat())
    page.get_by_role("button", name=de("Save"), exact=True).click()
    expect(page.get_by_text(de("signed by both"))).to_be_visible()
    page.goto(agreement + "/vertrag")
    clean(manager)
    with running.app.app_context(), city_scope(1):
        assert queries.proposals(ProposalState.ACCEPTED)


@pytest.mark.parametrize("size", PHONE_FIRST)
def test_the_figures_the_demand_and_the_pages_of_the_law(running, clean, size):
    """
    Indicators with their tables, footfall, unmet demand, a permit pre-check; public figures and the footer's pages.
    """
    manager = running.visit(MANAGER, size)
    page = manager.page
    for path in ("/kennzahlen", "/frequenz", "/gesuche/ungedeckt", "/laeden/1/vorpruefung?use=cafe"):
        page.goto(running.home + path)
        clean(manager)
    stranger = running.stranger(size)
    for path in ("/zahlen", "/impressum", "/datenschutz", "/barrierefreiheit"):
        stranger.page.goto(running.home + path)
        clean(stranger)


@pytest.mark.parametrize("size", PHONE_FIRST)
def test_an_applicant_saves_half_a_form_and_finds_it_again(running, clean, size):
    """
    A title alone is enough to save; the list shows the draft; a sent request shows its steps.
    """
    applicant = running.visit(APPLICANT, size)
    page = applicant.page
    page.goto(f"{running.home}/meine-gesuche/neu")
    page.locator("input[name=title]").fill("Korbflechterei")
    page.get_by_role("button", name=de("Save as a draft")).click()
    expect(page.locator("input[name=title]")).to_have_value("Korbflechterei")
    clean(applicant)
    page.goto(f"{running.home}/meine-gesuche")
    expect(page.get_by_role("link", name="Korbflechterei")).to_be_visible()
    clean(applicant)
    page.locator("main a[href^='/meine-gesuche/']").filter(has_not_text="Korbflechterei").last.click()
    page.wait_for_load_state()
    clean(applicant)
