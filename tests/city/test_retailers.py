"""Retailers wait for the city; the city says yes or no, with a reason, and may think again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from city.access import roles_in_force
from city.db import db
from city.models import Account, AuditEntry, Organisation, OrganisationKind, Role
from tests import build
from tests.city.door import PASSWORD
from tests.mailbox import mails, path_in

SHOP = {"name": "Rita", "email": "rita@example.org", "shop": "Teeladen", "street": "Am Sande", "housenumber": "7"}


@pytest.fixture
def manager(town):
    return build.account(Role.MANAGER, email="manager@example.org", language="de")


@pytest.fixture
def rita(app, manager):
    """A retailer who has signed up and confirmed the address."""
    browser = app.test_client()
    browser.post("/sign-up/retailer", data=SHOP)
    assert [mail.recipient for mail in mails()] == ["rita@example.org"]  # nobody is bothered before
    browser.post(path_in(mails("rita@example.org")[0]), data={"password": PASSWORD})
    return db.session.scalars(select(Account).where(Account.email == "rita@example.org")).one()


def test_the_manager_hears_of_a_new_retailer_and_releases_the_shop(app, manager, rita):
    """
    Mail to the manager, page, button, mail to the retailer, rights.
    """
    assert "Ein Laden wartet auf Freigabe" in mails("manager@example.org")[0].subject
    desk = build.browser_of(app, manager)
    page = desk.get("/retailers").text
    assert "Teeladen" in page and "Am Sande 7" in page
    assert "1 Laden wartet auf Freigabe" in desk.get("/people").text
    assert roles_in_force(rita) == frozenset()

    desk.post(f"/retailers/{rita.organisation_id}/release")
    assert roles_in_force(build.fresh(Account, rita.id)) == {Role.RETAILER}
    assert "Ihr Laden ist freigegeben" in mails("rita@example.org")[-1].subject
    assert "Teeladen" not in desk.get("/retailers").text
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "retailer released")).one()
    assert (entry.account_id, entry.subject_id) == (manager.id, rita.organisation_id)


def test_a_refusal_needs_a_reason_and_can_be_taken_back(app, manager, rita):
    """
    The reason goes to the retailer by mail and nowhere else; a refused shop can be released later.
    """
    desk, number = build.browser_of(app, manager), rita.organisation_id
    assert "„Grund“ fehlt." in desk.post(f"/retailers/{number}/refuse", data={"reason": " "}).text
    desk.post(f"/retailers/{number}/refuse", data={"reason": "Der Laden liegt außerhalb der Innenstadt."})

    assert "Der Laden liegt außerhalb der Innenstadt." in mails("rita@example.org")[-1].text
    assert "Nicht freigegeben" in desk.get("/retailers").text
    assert "Laden wartet auf Freigabe" not in desk.get("/people").text
    assert "Die Stadt hat Ihren Laden nicht freigegeben." in build.browser_of(app, rita).get("/account").text
    assert "innenstadt" not in str(list(db.session.scalars(select(AuditEntry.details)))).lower()

    desk.post(f"/retailers/{number}/release")
    assert roles_in_force(build.fresh(Account, rita.id)) == {Role.RETAILER}


def test_a_second_decision_is_told_that_it_is_late(app, manager, rita):
    """
    Two managers, two clicks: one mail.
    """
    desk, number = build.browser_of(app, manager), rita.organisation_id
    desk.post(f"/retailers/{number}/release")
    before = len(mails())

    assert desk.post(f"/retailers/{number}/release").status_code == 409
    assert desk.post(f"/retailers/{number}/refuse", data={"reason": "Zu spät"}).status_code == 404
    assert len(mails()) == before


def test_only_shops_can_be_released(app, manager):
    """
    An owner's organisation with a guessed number is left alone.
    """
    owner = build.organisation(kind=OrganisationKind.OWNER, released_at=None)

    assert build.browser_of(app, manager).post(f"/retailers/{owner.id}/release").status_code == 409
    assert build.fresh(Organisation, owner.id).released_at is None


def test_unconfirmed_retailers_do_not_fill_the_list(app, manager):
    """
    Only who can read the mail under the address waits.
    """
    app.test_client().post("/sign-up/retailer", data=SHOP)

    assert "Teeladen" not in build.browser_of(app, manager).get("/retailers").text


def test_a_retailer_with_a_second_role_keeps_that_one_while_waiting(town):
    """
    Waiting for one role takes nothing from another.
    """
    shop = build.organisation(released_at=None)
    person = build.account(Role.RETAILER, Role.APPLICANT, organisation=shop)

    assert roles_in_force(person) == {Role.APPLICANT}
