"""Reminders go out once; an exposé shows what is released; the pages that law asks for name the operator."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from city import clock, documents
from city.db import transaction
from city.models import OrganisationKind, Role
from leerstand.kinds import Channel, ConsentScope
from leerstand.models import Agreement, Consent
from leerstand.services import proposals, reminders
from tests import build
from tests.mailbox import mails, path_in


@pytest.fixture
def asked(town, manager):
    """A proposal to an owner with two mailboxes: an account and none else."""
    organisation = build.organisation(kind=OrganisationKind.OWNER, email="haus@example.org")
    build.account(Role.OWNER, organisation_id=organisation.id, email="eva@example.org")
    shop, wish = build.unit(owner_id=organisation.id), build.use_request()
    with transaction():
        return proposals.propose(shop.id, wish.id, sender=manager, link_to=lambda number: f"/v/{number}").id


def remind(monkeypatch, after: timedelta):
    now = clock.now() + after
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: now)
        with transaction():
            return reminders.remind()


def test_an_owner_is_reminded_once_with_a_new_link(app, asked, monkeypatch):
    """
    After two weeks, not before, not twice; the old link gives way to the new one.
    """
    first = path_in(mails("eva@example.org")[-1])

    assert remind(monkeypatch, timedelta(days=13)).owners == 0
    assert remind(monkeypatch, timedelta(days=15)).owners == 1
    assert remind(monkeypatch, timedelta(days=16)).owners == 0
    newest = path_in(mails("eva@example.org")[-1])
    assert newest != first
    assert app.test_client().get(first).status_code == 404
    assert len(mails("haus@example.org")) == 0  # whoever has an account answers for the house


def test_both_sides_hear_of_the_days_of_a_contract(asked, manager, monkeypatch):
    """
    A week before the handover and two weeks before the end, each once.
    """
    with transaction():
        made = proposals.accept_proposal(
            _owner_of(asked), asked, by=None, note="", link_to=lambda number: f"/g/{number}"
        )
        made.starts, made.ends = clock.today() + timedelta(days=5), clock.today() + timedelta(days=400)
        number = made.id
    before = len(mails())

    assert remind(monkeypatch, timedelta()).dates == 1
    assert remind(monkeypatch, timedelta(days=1)).dates == 0
    assert len(mails()) == before + 2  # the management and the applicant
    assert f"/vereinbarungen/{number}/vertrag" in mails()[-1].text
    assert remind(monkeypatch, timedelta(days=390)).dates == 1
    assert build.fresh(Agreement, number) is not None


def _owner_of(proposal_id: int) -> int:
    from leerstand import queries

    owner_id = queries.proposal(proposal_id).unit.owner_id
    assert owner_id is not None
    return owner_id


@pytest.fixture
def shop(town):
    """A free shop with energy data whose owner has released nothing yet."""
    owner = build.organisation(kind=OrganisationKind.OWNER, name="Geheime Erbengemeinschaft")
    return build.unit(
        owner_id=owner.id, street="Rote Straße", energy_carrier="Fernwärme", area_m2=77, grease_trap=True,
        floor_load_kg_m2=500, deposit_months=3, service_charge_cents_m2=250, min_term_months=6,
    )  # fmt: skip


def release(shop, *scopes):
    for scope in scopes:
        build.keep(
            Consent(
                owner_id=shop.owner_id,
                unit_id=None,
                scope=scope,
                text_version="1",
                given_on=date(2026, 1, 1),
                channel=Channel.LETTER,
            )
        )


def test_an_expose_shows_what_is_released_and_nothing_else(shop, sign_in):
    """
    First neither place nor size; with consent both; never the owner.
    """
    browser = sign_in(Role.MANAGER)
    page = f"/laeden/{shop.id}/expose"

    closed = browser.get(page).text
    release(shop, ConsentScope.PLACE, ConsentScope.ROOM)
    opened = browser.get(page).text

    assert "Rote Straße" not in closed and "77 m²" not in closed
    assert "Rote Straße" in opened and "77 m²" in opened and "§ 87 GEG" in opened
    assert "Erbengemeinschaft" not in closed + opened
    assert "500 kg/m²" in opened and "Fettabscheider" in opened
    assert "3 Monatsmieten" not in opened, "terms are released with the rent"
    release(shop, ConsentScope.RENT)
    terms = browser.get(page).text
    assert all(word in terms for word in ("3 Monatsmieten", "2,50 €/m²", "mindestens 6 Monate"))


def test_no_expose_of_a_shop_that_is_in_use_and_none_for_strangers(app, shop, sign_in):
    """
    A sentence; another owner finds nothing.
    """
    used = build.unit(None)
    other = sign_in(Role.OWNER, organisation_id=build.organisation().id)

    assert "There is no exposé of this shop" in sign_in(Role.MANAGER).get(f"/laeden/{used.id}/expose").text
    assert other.get(f"/laeden/{shop.id}/expose").status_code == 404


@pytest.mark.one_database
def test_the_expose_as_a_pdf(shop, sign_in):
    """
    Made where Pango is there.
    """
    if not documents.pdf_possible():
        pytest.skip("no Pango on this machine")
    release(shop, ConsentScope.PLACE, ConsentScope.ROOM)

    assert sign_in(Role.MANAGER).get(f"/laeden/{shop.id}/expose.pdf").data.startswith(b"%PDF-")


OPERATOR = {
    "name": "Hansestadt Beispiel",
    "street": "Am Markt 1",
    "place": "12345 Beispiel",
    "represented_by": "die Oberbürgermeisterin",
    "phone": "01234 5",
    "email": "stadt@example.org",
    "access_contact": "Barrieren bitte an <b>Zimmer 3</b>",
}


def test_imprint_privacy_and_accessibility_name_the_operator(app, town, sign_in):
    """
    In the footer of every page; the city enters who it is, and markup stays words.
    """
    stranger, manager = app.test_client(), sign_in(Role.MANAGER)
    assert "noch nicht alles eingetragen" in stranger.get("/impressum").text
    assert "“E-mail” is missing." in manager.post("/settings/betreiber", data={**OPERATOR, "email": ""}).text
    manager.post("/settings/betreiber", data=OPERATOR)

    imprint, access = stranger.get("/impressum").text, stranger.get("/barrierefreiheit").text
    assert "die Oberbürgermeisterin" in imprint and "noch nicht alles" not in imprint
    assert "&lt;b&gt;Zimmer 3&lt;/b&gt;" in access
    assert all(word in stranger.get("/login").text for word in ("Impressum", "Datenschutz", "Barrierefreiheit"))
