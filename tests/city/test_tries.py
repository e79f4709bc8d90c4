"""What a wrong password costs, counted per address and network, whatever a browser claims."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from city import tries
from city.config import Config
from city.db import db, transaction
from city.models import CountedTry, Role
from tests import build
from tests.city.door import HASH, sign_in
from tests.conftest import SECRET, Browser

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def used_up(count, address="192.0.2.7", email="p{}@example.org"):
    """As many wrong passwords as sign_in() would count, without waiting for argon2."""
    for number in range(count):
        with transaction():
            tries.count_password(email.format(number), tries.network_of(address))


def test_five_wrong_passwords_lock_the_address_even_for_the_right_one(app, anna):
    """
    The answer says until when; after that the right password works again.
    """
    with time_machine.travel(NOW, tick=False):
        for _ in range(5):
            assert sign_in(app.test_client(), "wrong password").status_code == 200
        locked = sign_in(app.test_client())

    assert locked.status_code == 429
    assert "ab 10:15 Uhr noch einmal" in locked.text
    assert locked.headers["Retry-After"] == "900"
    with time_machine.travel(NOW + timedelta(minutes=15, seconds=1), tick=False):
        assert sign_in(app.test_client()).status_code == 302


def test_the_lock_is_the_same_for_an_address_without_an_account(app, anna):
    """
    Being locked out tells nothing about the account.
    """
    answers = [sign_in(app.test_client(), "wrong password", email="otto@example.org") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]


def test_the_count_survives_a_restart(app, anna, config):
    """
    It is in the database, not in the memory of one process.
    """
    from app import create_app

    used_up(5, email="anna@example.org")
    again = create_app(config)
    again.config.update(WTF_CSRF_ENABLED=False)
    again.test_client_class = Browser

    assert sign_in(again.test_client()).status_code == 429


def test_one_network_cannot_try_many_addresses(app, anna):
    """
    After twenty wrong passwords from one IPv6 /64 it is over there, whichever of its addresses asks; elsewhere not.
    """
    used_up(19, "2001:db8:1:2::1")
    sign_in(app.test_client(), "wrong", email="otto@example.org", address="2001:db8:1:2::2")

    assert sign_in(app.test_client(), address="2001:db8:1:2:ffff::9").status_code == 429
    assert sign_in(app.test_client(), address="2001:db8:1:3::9").status_code == 302


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_what_counts_as_one_network(address, network):
    """
    An IPv4 address, also one dressed as IPv6; the /64 of an IPv6 address.
    """
    assert tries.network_of(address) == network


def test_a_forged_forwarded_address_changes_nothing(app, anna):
    """
    Without a proxy in front the header is not believed, whatever it says.
    """
    used_up(19)
    sign_in(app.test_client(), "wrong", email="otto@example.org", **{"X-Forwarded-For": "198.51.100.1"})

    assert sign_in(app.test_client(), **{"X-Forwarded-For": "203.0.113.9"}).status_code == 429


def test_behind_the_proxy_only_what_the_proxy_added_counts(database_template, config, town, app):
    """
    The proxy appends the true address; what the client wrote before it is ignored.
    """
    from app import create_app

    build.account(Role.COURIER, email="anna@example.org", password_hash=HASH)
    proxied = create_app(Config(config.data_dir, config.database_url, SECRET, https=True))
    proxied.config.update(WTF_CSRF_ENABLED=False, SESSION_COOKIE_SECURE=False)
    proxied.test_client_class = Browser
    used_up(19, "203.0.113.9")
    told = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
    sign_in(proxied.test_client(), "wrong", email="otto@example.org", **told)

    last = {"X-Forwarded-For": "198.51.100.99, 203.0.113.9"}
    assert sign_in(proxied.test_client(), **last).status_code == 429


def test_addresses_are_not_kept_with_the_count(app, anna):
    """
    What is counted is a keyed hash, different for password and mail, and gone after a day.
    """
    with time_machine.travel(NOW, tick=False):
        sign_in(app.test_client(), "wrong password")
    kept = " ".join(db.session.scalars(select(CountedTry.key)))
    assert "anna" not in kept and "192.0.2" not in kept and len(kept.split()) == 2

    db.session.rollback()
    with time_machine.travel(NOW + timedelta(days=1, minutes=1), tick=False):
        sign_in(app.test_client(), "wrong password", email="otto@example.org", address="192.0.2.8")

    assert len(db.session.scalars(select(CountedTry)).all()) == 2


def test_the_right_password_clears_the_count_of_the_address_only(app, anna):
    """
    Who has an account cannot use it to reset the count of the network.
    """
    used_up(16)
    used_up(3, email="anna@example.org")
    assert sign_in(app.test_client()).status_code == 302  # strikes out her own three, not the network's nineteen
    assert sign_in(app.test_client(), "wrong password").status_code == 200  # the twentieth
    assert sign_in(app.test_client()).status_code == 429
    assert sign_in(app.test_client(), address="192.0.2.99").status_code == 302  # her own count is at one


def test_an_account_that_is_switched_off_says_so_to_its_owner_only(app, town):
    """
    Who knows the password learns why it does not work; who does not, learns nothing.
    """
    build.account(email="anna@example.org", password_hash=HASH, disabled_at=NOW)
    assert "Dieses Konto ist abgeschaltet." in sign_in(app.test_client()).text
    assert "stimmt nicht" in sign_in(app.test_client(), "wrong password").text


def test_many_guesses_at_once_do_not_slip_through(app, anna):
    """
    Twelve wrong passwords in the same moment: five are looked at, the others are not.
    """
    start = threading.Barrier(12)
    answers = []

    def guess(number: int) -> None:
        start.wait()
        answers.append(sign_in(app.test_client(), f"guess {number}").status_code)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200] * 5 + [429] * 7
