"""Signing up: nobody learns who has an account, and only the mailbox's owner gets one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from city.db import db
from city.models import Account, CountedTry, Mail, OneTimeLink, Organisation, Role
from tests import build
from tests.city.door import PASSWORD, is_in, sign_in, without_token
from tests.logistics.conftest import derived_streets, street_map  # noqa: F401  fixtures
from tests.mailbox import mails, path_in

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANNA = {"name": "Anna Albers", "email": "anna@example.org"}
SHOP = {"shop": "Teeladen", "street": "Am Sande", "housenumber": "7"}


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_an_applicant_signs_up_confirms_and_signs_in(app, town):
    """
    Form, mail, link, password, login: the whole way.
    """
    browser = app.test_client()
    sent = browser.post("/sign-up/applicant", data=ANNA)
    assert "Sehen Sie in Ihr Postfach" in browser.get(sent.location).text
    (mail,) = mails("anna@example.org")
    assert mail.subject == "Bitte bestätigen Sie Ihre E-Mail-Adresse – Zwischenraum Lüneburg"
    assert "Hansestadt Lüneburg" in mail.text

    page = browser.get(path_in(mail)).text
    assert "Anna Albers" in page and "Raumsuchende:r" in page
    set_ = browser.post(path_in(mail), data={"password": PASSWORD})
    assert "Ihr Passwort ist gesetzt." in browser.get(set_.location).text
    assert sign_in(browser).status_code == 302
    assert is_in(browser)
    assert db.session.scalars(select(Account)).one().roles == {Role.APPLICANT}


def test_a_retailer_names_the_shop_and_waits_for_the_city(app, town):
    """
    The shop is there, not released.
    """
    browser = app.test_client()
    browser.post("/sign-up/retailer", data={**ANNA, **SHOP})
    browser.post(path_in(mails("anna@example.org")[0]), data={"password": PASSWORD})
    person = db.session.scalars(select(Account)).one()

    assert person.roles == {Role.RETAILER}
    assert person.organisation.released_at is None
    assert (person.organisation.name, person.organisation.street, person.organisation.housenumber) == (
        "Teeladen",
        "Am Sande",
        "7",
    )


def signed_up_shop(app, **typed) -> tuple[str, Organisation | None]:
    """The page that answers, and the shop that is kept."""
    browser = app.test_client()
    sent = browser.post("/sign-up/retailer", data={**ANNA, **SHOP, **typed})
    page = browser.get(sent.location).text if sent.location else sent.text
    db.session.rollback()
    return page, db.session.scalars(select(Organisation)).one_or_none()


def test_a_shop_lies_where_its_address_is(app, town, street_map):  # noqa: F811
    """
    Without a place nothing could be brought to it.
    """
    _, shop = signed_up_shop(app, street="Rosenstr.", housenumber="6")

    assert shop is not None and (shop.lat, shop.lon) == pytest.approx((53.2503335, 10.4101075))


def test_an_address_that_the_map_does_not_know_asks_for_a_click(app, town, street_map):  # noqa: F811
    """
    The sentence says so, what was typed stays, the map stands open; a click counts then.
    """
    page, shop = signed_up_shop(app, street="Nirgendweg")

    assert shop is None
    assert "Die Karte kennt keine Straße „Nirgendweg“." in page and "wählen Sie den Ort auf der Karte" in page
    assert 'value="Nirgendweg"' in page and '<details class="mt2" open>' in page
    assert "/karte/waehlen.json" in page

    page, shop = signed_up_shop(app, street="Nirgendweg", lat="53.2490", lon="10.4090")

    assert "Sehen Sie in Ihr Postfach" in page
    assert shop is not None and (shop.lat, shop.lon) == (53.249, 10.409)


def test_a_place_outside_of_the_town_is_none(app, town, street_map):  # noqa: F811
    page, shop = signed_up_shop(app, lat="48.1", lon="11.5")

    assert shop is None
    assert "liegt außerhalb der Karte" in page


def test_anyone_may_choose_a_place_on_a_map_without_marks(app, town, street_map):  # noqa: F811
    told = app.test_client().get("/karte/waehlen.json").json

    assert told["pick"] is True and told["marks"] == []
    assert "OpenStreetMap" in told["attribution"]


def test_before_the_link_is_used_nobody_is_in(app, town):
    """
    An address that somebody else typed does nothing.
    """
    browser = app.test_client()
    browser.post("/sign-up/applicant", data=ANNA)

    assert "stimmt nicht" in sign_in(browser).text


def test_a_known_address_gets_the_same_page_and_another_mail(app, town):
    """
    The page is the same to the letter; only the mailbox learns that there is an account.
    """
    build.account(Role.COURIER, email="anna@example.org", language="de")
    browser = app.test_client()
    known = browser.post("/sign-up/applicant", data=ANNA)
    unknown = browser.post("/sign-up/applicant", data={**ANNA, "email": "otto@example.org"})

    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert without_token(browser.get(known.location)) == without_token(browser.get(unknown.location))
    (mail,) = mails("anna@example.org")
    assert "Sie haben schon ein Konto" in mail.subject
    assert "/link/" not in mail.text
    assert "http://city.test/login" in mail.text and "http://city.test/reset" in mail.text
    assert build.fresh(Account, 1).roles == {Role.COURIER}


def test_a_stranger_cannot_prepare_an_account_for_somebody_else(app, town):
    """
    Whoever signs up last before the link is used decides name, role and shop; the earlier link is dead.
    """
    browser = app.test_client()
    browser.post("/sign-up/retailer", data={**ANNA, **SHOP, "name": "Mallory"})
    browser.post("/sign-up/applicant", data=ANNA)
    first, second = mails("anna@example.org")

    assert browser.get(path_in(first)).status_code == 410
    assert "Mallory" not in browser.get(path_in(second)).text
    person = db.session.scalars(select(Account)).one()
    assert (person.name, person.roles, person.organisation) == ("Anna Albers", {Role.APPLICANT}, None)
    assert count(Organisation) == 0


def test_an_invited_person_who_signs_up_keeps_the_invitation(app, town):
    """
    Signing up takes nothing from an account that the city has made.
    """
    build.account(Role.OPERATOR, email="anna@example.org", confirmed_at=None, invited_at=NOW)
    app.test_client().post("/sign-up/retailer", data={**ANNA, **SHOP})

    assert db.session.scalars(select(Account)).one().roles == {Role.OPERATOR}


@pytest.mark.parametrize("role", ["admin", "manager", "owner", "courier", ""])
def test_nobody_signs_up_as_anything_else(app, town, role):
    """
    Roles with power come from the city, whatever the address or the form says.
    """
    browser = app.test_client()
    assert browser.post(f"/sign-up/{role}", data=ANNA).status_code in (404, 405)
    browser.post("/sign-up/applicant", data={**ANNA, "role": role, "roles": role, "grants": role, "released_at": "1"})

    assert db.session.scalars(select(Account)).one().roles == {Role.APPLICANT}


@pytest.mark.parametrize(
    ("field", "typed", "why"),
    [
        ("name", "", "„Ihr Name“ fehlt."),
        ("name", "A" * 101, "„Ihr Name“ hat 101 Zeichen; höchstens 100 sind möglich."),
        ("email", "anna(at)example.org", "„anna(at)example.org“ ist keine E-Mail-Adresse. So sollte sie aussehen:"),
        ("email", "anna@example.org\nBcc: otto@example.org", "ist keine E-Mail-Adresse."),
        ("email", "anna@", "„anna@“ ist keine E-Mail-Adresse."),
        ("shop", " ", "„Name des Ladens“ fehlt."),
        ("street", "", "„Straße“ fehlt."),
        ("housenumber", "links", "„links“ ist keine Hausnummer. Beispiel: 14 oder 14 a"),
        ("housenumber", "", "„Hausnummer“ fehlt."),
    ],
)
def test_bad_input_is_named_and_what_was_typed_stays(app, town, field, typed, why):
    """
    Each sentence names the field and the value; nothing is kept.
    """
    page = app.test_client().post("/sign-up/retailer", data={**ANNA, **SHOP, field: typed}).text

    assert why in page
    assert "<title>Fehler:" in page
    assert page.count('value="Teeladen"') == (field != "shop")
    assert count(Account) == count(Mail) == 0


def test_names_are_text_wherever_they_stand(app, town):
    """
    A shop may be called like a template; it appears as exactly that.
    """
    name = "{{ 7*7 }}<img onerror=alert(1)>${x}"
    browser = app.test_client()
    browser.post("/sign-up/retailer", data={**ANNA, **SHOP, "name": name, "shop": name})
    page = browser.get(path_in(mails("anna@example.org")[0])).text

    assert page.count("{{ 7*7 }}&lt;img onerror=alert(1)&gt;${x}") >= 2
    assert "<img onerror" not in page
    assert name not in mails("anna@example.org")[0].text  # a stranger's words are not mailed to anybody


def test_one_network_cannot_flood_mailboxes(app, town):
    """
    Three mails an hour to one address, twenty from one network; then the page says when it goes on.
    """
    browser = app.test_client()
    with time_machine.travel(NOW, tick=False):
        answers = [browser.post("/sign-up/applicant", data=ANNA).status_code for _ in range(4)]
        assert answers == [302, 302, 302, 429]
        assert "ab 11:00 Uhr noch einmal" in browser.post("/reset", data={"email": "anna@example.org"}).text
        for number in range(17):
            browser.post("/reset", data={"email": f"p{number}@example.org"})
        assert browser.post("/reset", data={"email": "otto@example.org"}).status_code == 429
    assert len(mails("anna@example.org")) == 3
    with time_machine.travel(NOW + timedelta(hours=1, seconds=1), tick=False):
        assert browser.post("/sign-up/applicant", data=ANNA).status_code == 302


def test_addresses_that_nobody_confirms_are_forgotten_after_a_week(app, town):
    """
    With the shop that was typed along; invited people stay.
    """
    build.account(Role.COURIER, email="kim@example.org", confirmed_at=None, invited_at=NOW, created_at=NOW)
    browser = app.test_client()
    with time_machine.travel(NOW, tick=False):
        browser.post("/sign-up/retailer", data={**ANNA, **SHOP})
    with time_machine.travel(NOW + timedelta(days=7, minutes=1), tick=False):
        browser.post("/sign-up/applicant", data={**ANNA, "email": "otto@example.org"})

    db.session.rollback()
    assert set(db.session.scalars(select(Account.email))) == {"kim@example.org", "otto@example.org"}
    assert count(Organisation) == 0
    assert count(OneTimeLink) == 1


def test_the_language_of_the_page_becomes_the_language_of_the_mails(app, town):
    """
    Who signs up in English gets English mail.
    """
    app.test_client().post("/sign-up/applicant?lang=en", data=ANNA)

    assert mails("anna@example.org")[0].subject.startswith("Please confirm your e-mail address")


def test_a_refused_form_counts_no_try(app, town):
    """
    Typing errors do not use up the limit.
    """
    for _ in range(5):
        app.test_client().post("/sign-up/applicant", data={**ANNA, "name": ""})

    assert count(CountedTry) == 0
