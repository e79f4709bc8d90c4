"""One-time links: they work once, for a while, for their person, and lead to this house only."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import create_app
from city import accounts, one_time_links, passwords
from city.access import hash_token
from city.config import Config
from city.db import city_scope, db, transaction
from city.models import Account, City, LinkPurpose, OneTimeLink, Role
from tests import build
from tests.city.door import HASH, PASSWORD, is_in, sign_in, without_token
from tests.conftest import SECRET
from tests.mailbox import mails, path_in

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NEW = "Birke Ruder Zimtstern"


def link_for(person, purpose=LinkPurpose.RESET) -> str:
    with transaction():
        address, _until = one_time_links.make(person, purpose)
    return address.removeprefix("http://city.test")


def test_a_forgotten_password_is_set_anew(app, anna):
    """
    The old password is worth nothing afterwards, every open session ends, and the owner gets a mail about it.
    """
    elsewhere = build.browser_of(app, anna)
    browser = app.test_client()
    browser.post("/reset", data={"email": "Anna@Example.org"})
    browser.post(path_in(mails("anna@example.org")[0]), data={"password": NEW})

    assert not is_in(elsewhere)
    assert "wrong" in sign_in(browser, PASSWORD).text or "stimmt nicht" in sign_in(browser, PASSWORD).text
    assert sign_in(browser, NEW).status_code == 302
    assert "Your password was changed" in mails("anna@example.org")[-1].subject


def test_the_answer_is_the_same_whether_or_not_the_address_has_an_account(app, anna):
    """
    Same redirect, same page; the mailbox alone knows.
    """
    browser = app.test_client()
    build.account(email="off@example.org", disabled_at=NOW)
    answers = [browser.post("/reset", data={"email": f"{name}@example.org"}) for name in ("anna", "otto", "off")]

    assert len({(answer.status_code, answer.location, without_token(answer)) for answer in answers}) == 1
    assert [mail.recipient for mail in mails()] == ["anna@example.org"]


def test_a_link_works_once(app, anna):
    """
    The second time it says so and offers a new one.
    """
    path = link_for(anna)
    browser = app.test_client()
    assert browser.post(path, data={"password": NEW}).status_code == 302

    again = browser.post(path, data={"password": PASSWORD})
    assert again.status_code == 410
    assert "Dieser Link gilt nicht mehr" in again.text
    assert sign_in(browser, NEW).status_code == 302


def test_looking_at_a_link_does_not_use_it(app, anna):
    """
    Mail scanners open links; the person can still use it afterwards. A refused password does not use it either.
    """
    path = link_for(anna)
    browser = app.test_client()
    for _ in range(3):
        assert browser.get(path).status_code == 200
        assert browser.head(path).status_code == 200
    refused = browser.post(path, data={"password": "Lüneburg2026!"}).text
    assert "Dieses Passwort ist leicht zu erraten" in refused
    assert "Lüneburg2026!" not in refused

    assert browser.post(path, data={"password": NEW}).status_code == 302


@pytest.mark.parametrize(
    ("purpose", "lives"),
    [
        (LinkPurpose.RESET, timedelta(hours=1)),
        (LinkPurpose.CONFIRM, timedelta(hours=24)),
        (LinkPurpose.INVITE, timedelta(days=7)),
    ],
)
def test_a_link_expires(app, anna, purpose, lives):
    """
    A minute before the end it works, at the end no more.
    """
    with time_machine.travel(NOW, tick=False):
        path = link_for(anna, purpose)
    browser = app.test_client()
    with time_machine.travel(NOW + lives - timedelta(minutes=1), tick=False):
        assert browser.get(path).status_code == 200
    with time_machine.travel(NOW + lives, tick=False):
        assert browser.get(path).status_code == 410
        assert browser.post(path, data={"password": NEW}).status_code == 410


def test_of_two_who_use_a_link_at_once_one_is_too_late(app, anna):
    """
    Ten threads, one link: it is used once, and the password is that of the winner.
    """
    path = link_for(anna)
    start = threading.Barrier(10)
    words = [f"Birke Ruder Zimtstern {number}" for number in range(10)]
    answers: dict[str, int] = {}

    def use(word: str) -> None:
        start.wait()
        answers[word] = app.test_client().post(path, data={"password": word}).status_code

    threads = [threading.Thread(target=use, args=(word,)) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    won = [word for word, status in answers.items() if status == 302]
    assert len(won) == 1
    assert set(answers.values()) == {302, 410}
    assert passwords.is_right(won[0], build.fresh(Account, anna.id).password_hash)


def test_a_newer_link_ends_the_older_one(app, anna):
    """
    Only the newest mail counts.
    """
    first, second = link_for(anna), link_for(anna)

    assert app.test_client().get(first).status_code == 410
    assert app.test_client().get(second).status_code == 200


def test_using_one_link_ends_all_the_others(app, anna):
    """
    An invitation that still lies in a mailbox cannot undo a new password.
    """
    invitation, reset = link_for(anna, LinkPurpose.INVITE), link_for(anna)
    app.test_client().post(reset, data={"password": NEW})

    assert app.test_client().get(invitation).status_code == 410


def test_a_link_of_a_disabled_account_is_dead(app, anna):
    """
    Switching an account off closes this door too.
    """
    admin = build.account(Role.ADMIN)
    path = link_for(anna)
    with transaction():
        accounts.disable(anna.id, by_id=admin.id)

    assert app.test_client().get(path).status_code == 410


def test_the_database_keeps_no_link(app, anna):
    """
    Who reads the table cannot use what stands there.
    """
    token = link_for(anna).rsplit("/", 1)[1]
    kept = db.session.scalars(select(OneTimeLink.token_hash)).one()

    assert kept == hash_token(token) != token
    assert len(token) >= 43  # 256 random bits
    assert app.test_client().get(f"/link/{kept}").status_code == 410


def test_a_link_belongs_to_its_town(app, anna):
    """
    A town cannot use what another town has sent.
    """
    path = link_for(anna)
    build.keep(City(slug="other", name="Andernort", host="andernort.test"))
    home = build.fresh(City, anna.city_id)
    with transaction():
        home = db.session.merge(home)
        home.host = "lueneburg.test"

    assert app.test_client().get(path, base_url="http://andernort.test").status_code == 410
    assert app.test_client().get(path, base_url="http://lueneburg.test").status_code == 200


def test_a_forged_host_does_not_get_into_the_mail(app, anna):
    """
    The link leads to the configured address, whatever the request says about the host.
    """
    app.test_client().post(
        "/reset",
        data={"email": "anna@example.org"},
        base_url="http://evil.example",
        headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
    )
    (mail,) = mails("anna@example.org")

    assert "evil" not in mail.text
    assert "http://city.test/link/" in mail.text


def test_without_a_configured_address_the_towns_own_host_is_used(config, town, app):
    """
    Several towns may share one installation; each mail names its own.
    """
    bare = create_app(Config(config.data_dir, config.database_url, SECRET, https=True))
    with transaction():
        db.session.merge(town).host = "lueneburg.test"
    anna = build.account(email="anna@example.org", password_hash=HASH)
    with bare.app_context(), city_scope(town.id), transaction():
        accounts.ask_for_reset(anna.email)

    assert "https://lueneburg.test/link/" in mails("anna@example.org")[0].text


def test_with_no_address_at_all_no_mail_is_written(config, town, app):
    """
    A wrong link would be worse; whoever runs the server is told what to set.
    """
    build.account(email="anna@example.org", password_hash=HASH)
    bare = create_app(Config(config.data_dir, config.database_url, SECRET, https=True))
    with bare.app_context(), city_scope(town.id):
        with pytest.raises(RuntimeError, match="CITY_PUBLIC_URL"), transaction():
            accounts.ask_for_reset("anna@example.org")
        db.session.remove()

    assert mails() == []


def test_a_new_password_by_mail_opens_a_locked_address(app, anna):
    """
    Whoever was locked out by somebody else's guesses gets in through the mailbox.
    """
    for number in range(5):
        sign_in(app.test_client(), f"guess {number}", address="198.51.100.1")
    assert sign_in(app.test_client()).status_code == 429

    app.test_client().post(link_for(anna), data={"password": NEW})
    assert sign_in(app.test_client(), NEW).status_code == 302


def test_setting_a_password_signs_out_whoever_sits_at_the_browser(app, anna):
    """
    A link opened in a colleague's browser does not end as the colleague.
    """
    browser = build.browser_of(app, build.account(Role.ADMIN))
    browser.post(link_for(anna), data={"password": NEW})

    assert not is_in(browser)


def test_the_form_behind_a_link_needs_its_token(app, anna):
    """
    A foreign page cannot send it, even if it knew the link.
    """
    app.config["WTF_CSRF_ENABLED"] = True

    assert app.test_client().post(link_for(anna), data={"password": NEW}).status_code == 400
