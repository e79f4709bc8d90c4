"""Signing in: who gets in, what strangers learn, and where the way leads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from city import accounts, passwords
from city.db import db, transaction
from city.models import AuditEntry, Organisation, OrganisationKind, Role
from tests import build
from tests.city.door import HASH, PASSWORD, is_in, sign_in, without_token

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_the_right_password_lets_in_and_nothing_else_does(app, anna):
    """
    The address may be written in capitals; the password may not.
    """
    browser = app.test_client()
    assert not is_in(browser)

    sign_in(browser, PASSWORD.lower())
    assert not is_in(browser)
    assert sign_in(browser, email=" ANNA@Example.org ").status_code == 302
    assert is_in(browser)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(app, anna):
    """
    Nobody learns here who has an account; only the typed address differs.
    """
    known = sign_in(app.test_client(), "wrong password")
    unknown = sign_in(app.test_client(), "wrong password", email="otto@example.org")

    assert "E-Mail-Adresse oder Passwort stimmt nicht." in known.text
    assert without_token(known).replace("anna@", "") == without_token(unknown).replace("otto@", "")


def test_an_unknown_address_costs_a_password_check_too(app, anna, monkeypatch):
    """
    The time tells nothing either: argon2 runs once in both cases.
    """
    checked = []
    real = passwords._hasher.verify
    monkeypatch.setattr(
        type(passwords._hasher), "verify", lambda _self, kept, typed: checked.append(kept) or real(kept, typed)
    )
    sign_in(app.test_client(), "wrong password")
    sign_in(app.test_client(), "wrong password", email="otto@example.org")

    assert len(checked) == 2
    assert {kept.split("$")[3] for kept in checked} == {HASH.split("$")[3]}  # the same cost


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/account/password", "/account/password"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\tevil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/@evil.example", "/@evil.example"),  # a path of this house
    ],
)
def test_after_the_login_the_way_leads_only_into_this_house(app, anna, asked, leads_to):
    """
    ``next`` may name a page of ours and nothing else.
    """
    assert sign_in(app.test_client(), next_page=asked).headers["Location"] == leads_to


def test_a_stranger_is_brought_back_to_the_page_that_was_asked_for(app, anna):
    """
    The page asks to sign in and then shows itself.
    """
    browser = app.test_client()
    asked = browser.get("/account/password")
    assert asked.headers["Location"] == "/login?next=/account/password"
    assert "Die gewünschte Seite ist nur für angemeldete Personen." in browser.get(asked.headers["Location"]).text

    assert browser.post(asked.headers["Location"], data={"email": anna.email, "password": PASSWORD}).location == (
        "/account/password"
    )


def test_without_a_password_nobody_gets_in(app, town):
    """
    An invited person who has not chosen one yet cannot sign in, not even with an empty password.
    """
    build.account(email="anna@example.org", password_hash=None, confirmed_at=None)
    for typed in ("", "None", "nobody has this password"):
        browser = app.test_client()
        sign_in(browser, typed)
        assert not is_in(browser)


def test_a_retailer_who_waits_is_told_so_and_may_not_book_yet(app, town):
    """
    Signing in works; the page says what the person waits for, and a retailer's pages say it too.
    """
    shop = Organisation(kind=OrganisationKind.RETAILER, name="Teeladen")
    build.account(Role.RETAILER, email="anna@example.org", password_hash=HASH, organisation=shop, language="de")

    browser = app.test_client()
    assert sign_in(browser).headers["Location"] == "/account"
    assert "Die Stadt prüft Ihren Laden noch." in browser.get("/account").text
    refused = browser.get("/sendungen")
    assert refused.status_code == 403
    assert "Die Stadt hat Ihren Laden noch nicht freigegeben." in refused.text

    with transaction():
        accounts.release_shop(shop.id)
    assert browser.get("/sendungen").status_code == 200


def test_signing_in_is_written_down_without_the_address(app, anna):
    """
    The log knows the account's number, not the person.
    """
    sign_in(app.test_client())
    entry = db.session.scalars(select(AuditEntry)).one()

    assert (entry.action, entry.subject_id, entry.details) == ("signed in", anna.id, {})
