"""Sessions: begun anew, ended on the server, never for ever; and forms only from our own pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from city.db import db
from city.models import City, CountedTry, LoginSession, Role
from tests import build
from tests.city.door import PASSWORD, is_in, sign_in

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_logging_in_begins_a_new_session_and_ends_the_old_one(app, anna):
    """
    A session planted in a browser before the login is worth nothing after it (fixation).
    """
    otto = build.account(Role.COURIER)
    browser = build.browser_of(app, otto)
    with browser.session_transaction() as cookie:
        planted = dict(cookie)
    browser.post("/logout")
    with browser.session_transaction() as cookie:
        cookie.update(planted)
        cookie["left_behind"] = "by the attacker"
    sign_in(browser)
    with browser.session_transaction() as cookie:
        assert cookie["login_token"] != planted["login_token"]
        assert "left_behind" not in cookie

    old = app.test_client()
    with old.session_transaction() as cookie:
        cookie.update(planted)
    assert not is_in(old)


def test_logout_ends_the_session_on_the_server(app, anna):
    """
    A cookie copied before the logout opens nothing after it.
    """
    browser = app.test_client()
    sign_in(browser)
    with browser.session_transaction() as cookie:
        copied = dict(cookie)
    assert browser.get("/logout").status_code == 405  # a picture on a foreign page signs nobody out
    assert browser.post("/logout").status_code == 302

    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(copied)
    assert not is_in(thief)
    assert not is_in(browser)


@pytest.mark.parametrize(
    ("idle", "inside"), [(timedelta(hours=2, minutes=50), True), (timedelta(hours=3, minutes=1), False)]
)
def test_an_unused_session_ends_after_three_hours(app, anna, idle, inside):
    """
    A forgotten browser signs itself out.
    """
    browser = app.test_client()
    with time_machine.travel(NOW, tick=False):
        sign_in(browser)
    with time_machine.travel(NOW + idle, tick=False):
        assert is_in(browser) == inside


def test_a_session_ends_after_twelve_hours_even_when_used(app, anna):
    """
    A working day, then sign in again.
    """
    browser = app.test_client()
    with time_machine.travel(NOW, tick=False):
        sign_in(browser)
    for hours in (2, 4, 6, 8, 10, 11.9):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            assert is_in(browser)
    with time_machine.travel(NOW + timedelta(hours=12, minutes=1), tick=False):
        assert not is_in(browser)


def test_the_login_form_cannot_be_sent_from_a_foreign_page(app, anna):
    """
    Without the token of its own page a form is refused; nothing is even counted.
    """
    app.config["WTF_CSRF_ENABLED"] = True
    browser = app.test_client()

    assert sign_in(browser).status_code == 400
    assert browser.post("/logout").status_code == 400
    assert browser.post("/sign-up/applicant", data={"name": "A", "email": "a@example.org"}).status_code == 400
    assert db.session.scalars(select(CountedTry)).all() == []


def test_with_the_token_of_the_page_it_works(app, anna):
    """
    The guard above does not keep the right people out.
    """
    app.config["WTF_CSRF_ENABLED"] = True
    browser = app.test_client()
    token = browser.get("/login").text.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    sent = {"email": anna.email, "password": PASSWORD, "csrf_token": token}

    assert browser.post("/login", data=sent).status_code == 302
    assert is_in(browser)


def test_old_sessions_are_tidied_away_at_the_next_login(app, anna):
    """
    The list of a person's sessions does not grow for ever.
    """
    with time_machine.travel(NOW, tick=False):
        sign_in(app.test_client())
    with time_machine.travel(NOW + timedelta(days=31), tick=False):
        sign_in(app.test_client())

    assert len(db.session.scalars(select(LoginSession)).all()) == 1


def test_an_address_of_no_town_says_so(app, anna):
    """
    Two towns share the server; a third name, or a signed-in browser under it, gets a sentence and no fault.
    """
    build.keep(City(slug="other", name="Andernort", host="andernort.test"))
    for browser in (app.test_client(), build.browser_of(app, anna)):
        with browser.session_transaction() as here, browser.session_transaction(base_url="http://x.test") as there:
            there.update(here)
        answer = browser.get("/account", base_url="http://x.test")
        assert answer.status_code == 404
        assert "Unter dieser Adresse gibt es keine Stadt." in answer.text
    assert app.test_client().get("/health", base_url="http://x.test").status_code in (200, 503)
