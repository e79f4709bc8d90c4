"""An applicant's unfinished drafts, the permit pre-check, and unmet demand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from city.db import db
from city.models import Role
from city.settings import CitySettings
from leerstand import permit_check, rules
from leerstand.kinds import Heritage, UseType, Zone
from leerstand.models import UseRequest
from leerstand.permits import Asked, Level, asked_by
from leerstand.request_models import RequestDraft
from tests import build
from tests.leerstand import plain

HALF = {"deed": "save", "title": "Buchbinderei <b>Falz</b>", "area_min_m2": "vierzig"}
WHOLE = {
    "title": "Buchbinderei Falzbein",
    "use_type": "craft",
    "concept": "Handwerk mit Kursen",
    "area_min_m2": "40",
    "area_ideal_m2": "60",
    "area_max_m2": "90",
    "budget_eur": "700",
    "earliest_start": "2027-03-01",
    "latest_start": "2027-06-01",
    "duration_min_weeks": "10",
    "duration_max_weeks": "30",
    "footfall": "1",
    "noise": "1",
    "needs_power_kw": "0",
}


def drafts() -> list[RequestDraft]:
    db.session.rollback()
    return list(db.session.scalars(select(RequestDraft)))


def test_a_half_filled_form_is_kept_as_it_was_typed(sign_in):
    """
    Save, come back, find every word; finish it and the draft is gone.
    """
    browser = sign_in(Role.APPLICANT)
    browser.post("/meine-gesuche/neu", data=HALF)
    draft = drafts()[0]
    page = browser.get(f"/meine-gesuche/entwurf/{draft.id}").text

    assert "Buchbinderei &lt;b&gt;Falz&lt;/b&gt;" in page and "vierzig" in page
    assert "Falz" in browser.get("/meine-gesuche").text
    sent = browser.post(f"/meine-gesuche/entwurf/{draft.id}", data={**WHOLE, "deed": "submit"}, follow_redirects=True)
    assert "Sent. The city looks for a shop that suits." in sent.text
    assert drafts() == [] and db.session.scalars(select(UseRequest)).one().title == WHOLE["title"]


def test_sending_a_half_filled_form_says_what_is_missing_and_keeps_nothing(sign_in):
    """
    Only “save” keeps what cannot be sent yet.
    """
    page = sign_in(Role.APPLICANT).post("/meine-gesuche/neu", data={**HALF, "deed": "submit"})

    assert "is missing" in page.text and "vierzig" in page.text and drafts() == []


def test_drafts_belong_to_their_writer_and_are_few(sign_in):
    """
    Nobody else finds one; after twenty, and for a novel, there is a sentence.
    """
    mine, other = sign_in(Role.APPLICANT), sign_in(Role.APPLICANT)
    mine.post("/meine-gesuche/neu", data=HALF)
    number = drafts()[0].id

    assert other.get(f"/meine-gesuche/entwurf/{number}").status_code == 404
    assert other.post(f"/meine-gesuche/entwurf/{number}/loeschen").status_code == 404
    novel = mine.post("/meine-gesuche/neu", data={**HALF, "concept": "x" * 9000})
    assert "too long for a draft" in novel.text
    mine.post(f"/meine-gesuche/entwurf/{number}/loeschen")
    assert drafts() == []


@pytest.mark.parametrize(
    ("use", "shop", "asked", "level", "law"),
    [
        (UseType.POP_UP, {}, {}, Level.NONE, "§ 60 (2) Nr. 1 NBauO"),
        (UseType.CAFE, {}, {}, Level.PERMIT, "§ 60 (2) Nr. 1 NBauO"),
        (UseType.CAFE, {"last_approved_use": UseType.GASTRONOMY}, {}, Level.NONE, "§ 7 BauNVO"),
        (UseType.STUDIO, {"heritage": Heritage.MONUMENT}, {}, Level.HERITAGE, "§ 10 NDSchG"),
        (UseType.CO_WORKING, {"baunvo_zone": Zone.WA}, {}, Level.PERMIT, "§ 4 BauNVO"),
        (UseType.STUDIO, {}, {"event_days": 3}, Level.EVENT, "§ 60 (2) Nr. 4 NBauO"),
        (UseType.STUDIO, {}, {"event_days": 4}, Level.PERMIT, "§ 60 (2) Nr. 4 NBauO"),
        (UseType.STUDIO, {}, {"event_days": 1, "visitors": 201}, Level.PERMIT, "§ 60 (2) Nr. 4 NBauO"),
        (UseType.CRAFT, {}, {"noise": 3}, Level.FORBIDDEN, "§ 7 BauNVO, TA Lärm 6.1"),
        (UseType.STUDIO, {"bplan_excludes": ["studio"], "bplan_ref": "B 12"}, {}, Level.FORBIDDEN, "B 12"),
        (UseType.STUDIO, {"preservation_statute": True}, {}, Level.NONE, "§ 172 BauGB"),
        (UseType.CAFE, {"second_exit": False}, {}, Level.PERMIT, "§ 33 NBauO"),
        (UseType.STUDIO, {"second_exit": False}, {"event_days": 4}, Level.PERMIT, "§ 33 NBauO"),
    ],
)
def test_which_permit_is_probably_needed_and_under_which_law(use, shop, asked, level, law):
    """
    Each ground has its law; the slower of two permits gives the weeks.
    """
    given = {"bplan_excludes": [], "bplan_ref": "", "preservation_statute": False, "second_exit": True, **shop}
    found = permit_check.check(plain.unit(**given), Asked(use, **asked), CitySettings())

    assert found.level == level
    laws = [ground.law for ground in found.grounds]
    assert law in laws
    assert law == "§ 33 NBauO" or "§ 33 NBauO" not in laws, "a second way out is there"
    assert (found.weeks > 0) == (level in (Level.PERMIT, Level.HERITAGE, Level.FORBIDDEN))


def test_the_pre_check_and_the_plan_reckon_with_the_same_weeks():
    """
    A café where a café was needs no new permit, and may begin at once; a reading room with many events waits.
    """
    shop, numbers = plain.unit(last_approved_use=UseType.GASTRONOMY), CitySettings()
    for wish in (plain.use_request(use_type=UseType.CAFE), plain.use_request(event_days=9)):
        wish.earliest_start = plain.TODAY
        weeks = permit_check.check(shop, asked_by(wish), numbers).weeks

        assert rules.period(shop, wish, plain.situation(), numbers)[0] == plain.TODAY + timedelta(weeks=weeks)
        assert weeks == (12 if wish.event_days else 0)


def test_the_pre_check_of_a_shop_on_its_page(town, sign_in):
    """
    The manager asks about a café in a monument.
    """
    shop = build.unit(heritage=Heritage.MONUMENT)
    browser = sign_in(Role.MANAGER)

    page = browser.get(f"/laeden/{shop.id}/vorpruefung?use=cafe&noise=1&event_days=0").text
    assert "Probably a change-of-use permit" in page and "§ 10 NDSchG" in page and "12 weeks" in page
    assert browser.get(f"/laeden/{shop.id}/vorpruefung?use=x&noise=y&event_days=-1").status_code == 200


def test_unmet_demand_names_the_one_obstacle_that_would_have_to_fall(town, sign_in):
    """
    A request that is too large for the only free shop; another that suits is not on the list.
    """
    build.unit(area_m2=60)
    build.use_request(title="Riese", area_min_m2=500, area_ideal_m2=600, area_max_m2=700)
    build.use_request(title="Passt")

    page = sign_in(Role.MANAGER).get("/gesuche/ungedeckt").text.replace("\u00a0", " ")

    assert "Riese" in page and "Passt" not in page
    assert "Needs 500 m², here are 60 m²." in page


def test_an_applicant_follows_what_becomes_of_a_request(town, app):
    """
    Steps and how long it waits.
    """
    person = build.account(Role.APPLICANT)
    wish = build.use_request(person, submitted_at=build.clock.now())
    page = build.browser_of(app, person).get(f"/meine-gesuche/{wish.id}").text

    assert "With the city" in page and "The city is looking for a shop that suits." in page


def test_an_applicant_on_the_waiting_list_is_told_what_stands_in_the_way(town, app):
    """
    Not which shop it is: that is not public. Whoever has a shop that suits is not on the list.
    """
    shop, person = build.unit(area_m2=60), build.account(Role.APPLICANT)
    large = build.use_request(person, area_min_m2=500, area_ideal_m2=600, area_max_m2=700)
    fine = build.use_request(person)
    mine = build.browser_of(app, person)

    page = mine.get(f"/meine-gesuche/{large.id}").text
    assert "on the waiting list" in page and "this stands in the way: Size." in page and shop.address not in page
    assert "on the waiting list" not in mine.get(f"/meine-gesuche/{fine.id}").text
