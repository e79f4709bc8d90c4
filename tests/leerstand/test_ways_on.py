"""From each page a manager meets in the first hour there is a way on: to owners, proposals, a fuller exposé."""

from __future__ import annotations

from datetime import timedelta

import pytest

from city import clock
from city.db import db
from city.models import OrganisationKind
from leerstand import queries
from leerstand.kinds import Visibility
from leerstand.models import Unit
from tests import build
from tests.mailbox import mails


@pytest.fixture
def desk(app, manager):
    return build.browser_of(app, manager)


def test_an_empty_register_leads_to_the_import(desk):
    """
    No figures of nothing, but the page that takes the list.
    """
    page = desk.get("/heute").text
    assert 'href="/laeden/import"' in page and "How the centre stands" not in page


def test_the_owner_of_a_shop_is_entered_without_confirming_anything_else(desk):
    """
    The first owner is recorded and assigned in one go, the second shop chooses from the list; assumed stays assumed.
    """
    shop, other = build.unit(invented=["power_kw"]), build.unit(street="Am Berge", invented=["power_kw"])
    assert f'href="/laeden/{shop.id}/eigentum"' in desk.get(f"/laeden/{shop.id}").text
    first = desk.get(f"/laeden/{shop.id}/eigentum", follow_redirects=True)
    assert first.request.full_path.startswith(f"/eigentum/neu?laden={shop.id}") and shop.address in first.text

    said = {"name": "Eggers", "kind": "heirs", "willing_interim": "open", "legal_basis": "task", "source": "Brief"}
    desk.post(f"/eigentum/neu?laden={shop.id}", data=said)
    owner_id = build.fresh(Unit, shop.id).owner_id
    desk.post(f"/laeden/{other.id}/eigentum", data={"owner_id": owner_id})

    kept = [build.fresh(Unit, one.id) for one in (shop, other)]
    assert [one.owner_id for one in kept] == [owner_id, owner_id] and owner_id is not None
    assert all(one.invented == ["power_kw"] and one.last_verified_on is None for one in kept)
    stranger = build.organisation(kind=OrganisationKind.RETAILER)
    desk.post(f"/laeden/{other.id}/eigentum", data={"owner_id": stranger.id})
    assert build.fresh(Unit, other.id).owner_id == owner_id


def test_a_pair_that_suits_is_proposed_where_it_is_read(desk, owner):
    """
    From the request and from the shop; nothing is sent before the page that says to whom; then the shop is reserved.
    """
    shop = build.unit(owner_id=owner.id, rent_cents_m2=0, invented=["rent_cents_m2"])
    soon = {"earliest_start": clock.today() + timedelta(weeks=1), "latest_start": clock.today() + timedelta(weeks=2)}
    wish, other = (build.use_request(submitted_at=clock.now(), **soon) for _ in range(2))
    way = f"/laeden/{shop.id}/vorschlag/{wish.id}"
    assert way in desk.get(f"/gesuche/{wish.id}").text and way in desk.get(f"/laeden/{shop.id}").text

    look = desk.get(way).text
    assert owner.person.email in look and "the proposal would offer no rent" in look
    db.session.rollback()
    assert queries.open_proposals_for_unit(shop.id) == []

    assert "Sent. The owner decides" in desk.post(way, follow_redirects=True).text
    db.session.rollback()
    assert [one.request_id for one in queries.open_proposals_for_unit(shop.id)] == [wish.id]
    assert way not in desk.get(f"/gesuche/{wish.id}").text
    again = desk.get(f"/laeden/{shop.id}/vorschlag/{other.id}", follow_redirects=True)
    assert "has another proposal to answer first" in again.text


def test_the_city_reads_beside_an_expose_what_it_lacks(app, desk, owner):
    """
    The bar says what is missing and leads to it; the owner and the paper itself do not have it.
    """
    shop = build.unit(owner_id=owner.id, visibility=Visibility.PUBLIC)
    page = f"/laeden/{shop.id}/expose"
    assert f"/eigentum/{owner.id}/einwilligung?laden={shop.id}" in desk.get(page).text
    assert "Nur die Stadt sieht diese Leiste" not in build.browser_of(app, owner.person).get(page).text
    build.consent(shop)
    assert "Nur die Stadt sieht diese Leiste" not in desk.get(page).text


def test_a_rent_with_cents_is_the_same_in_mail_page_and_form(desk, owner):
    """
    516,60 € is neither 517 € nor 516,6 €, in whatever language its reader reads.
    """
    shop, wish = build.unit(owner_id=owner.id, rent_cents_m2=861), build.use_request()
    desk.post(f"/laeden/{shop.id}/vorschlag/{wish.id}")
    mail = mails(owner.person.email)[-1]
    assert "for 516.60 € a month" in mail.text
    assert 'value="8.61"' in desk.get(f"/laeden/{shop.id}/bearbeiten").text
    db.session.rollback()
    (sent,) = queries.open_proposals_for_unit(shop.id)
    assert 'value="516.60"' in desk.get(f"/vorschlaege/{sent.id}").text
    page = desk.get(f"/vorschlaege/{sent.id}?lang=de").text
    assert 'value="516,60"' in page and 'type="number"' not in page  # a browser throws “516,60” away there


def test_the_owner_that_a_shop_has_is_chosen_already(desk):
    """
    Saving without a look changes nothing.
    """
    first, second = (build.organisation(kind=OrganisationKind.OWNER, name=name) for name in ("Abel", "Zander"))
    shop = build.unit(owner_id=second.id)
    page = desk.get(f"/laeden/{shop.id}/eigentum").text

    assert f'selected value="{second.id}"' in page
    assert f'selected value="{first.id}"' not in page
