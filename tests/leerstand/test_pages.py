"""The pages as people use them: from the plan to the answer, with good input and bad."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from city import clock
from city.db import db
from city.models import OrganisationKind, Role
from leerstand import queries
from leerstand.kinds import ProposalState, RequestState, SpellKind, UseType, Visibility
from leerstand.models import Agreement, Proposal, Unit, UseRequest
from tests import build

EVIL = "{{ 7*7 }}<img onerror=alert(1) src=x>${x}"
SHOWN = "{{ 7*7 }}&lt;img onerror=alert(1) src=x&gt;${x}"


def soon(applicant=None, **values):
    today = clock.today()
    return build.use_request(
        applicant,
        earliest_start=today + timedelta(weeks=2),
        latest_start=today + timedelta(weeks=20),
        submitted_at=clock.now(),
        **values,
    )


@pytest.fixture
def city_browser(app, manager):
    return build.browser_of(app, manager)


@pytest.fixture
def owner_browser(app, owner):
    return build.browser_of(app, owner.person)


def request_form(**values):
    given = {
        "title": "Atelier",
        "use_type": "studio",
        "concept": "Wir malen.",
        "area_min_m2": "40",
        "area_ideal_m2": "60",
        "area_max_m2": "100",
        "budget_eur": "800",
        "earliest_start": "2027-03-01",
        "latest_start": "2027-06-01",
        "duration_min_weeks": "10",
        "duration_max_weeks": "26",
        "needs_power_kw": "0",
        "footfall": "1",
        "noise": "0",
        **values,
    }
    return {name: value for name, value in given.items() if value is not None}


def unit_form(**values):
    return {
        "street": "Rote Straße",
        "housenumber": "8",
        "name": "",
        "lat": "53.2465",
        "lon": "10.4115",
        "position_m": "0",
        "ring": "core",
        "grade": "2",
        "area_m2": "62",
        "frontage_m": "8.5",
        "floor": "ground",
        "door_width_cm": "90",
        "power_kw": "4",
        "baunvo_zone": "MK",
        "heritage": "none",
        "rent_eur_m2": "11.80",
        "owner_id": "0",
        "visibility": "coarse",
        "empty_since": "2026-05-01",
        **values,
    }


def test_from_the_plan_to_the_agreement(compute, app, owner, manager, city_browser, owner_browser):
    """
    The manager has a plan computed, sends a proposal, the owner accepts, the applicant reads it.
    """
    applicant = build.account(Role.APPLICANT)
    build.unit(owner_id=owner.id)
    request = soon(applicant)
    compute()

    page = city_browser.get("/plan").text
    match = queries.newest_plan().matches[0]
    assert f"{match.score}<small>of 100" in page
    assert "Proved: no plan is better." in page
    assert "Nothing is changed yet." in city_browser.get(f"/plan/vorschlag/{match.id}").text
    sent = city_browser.post(f"/plan/vorschlag/{match.id}", follow_redirects=True).text
    assert "The owner decides" in sent

    db.session.rollback()  # this test's own read transaction began before
    proposal = db.session.scalars(select(Proposal)).one()
    assert request.title in owner_browser.get("/meine-vorschlaege").text
    answered = owner_browser.post(
        f"/meine-vorschlaege/{proposal.id}", data={"answer": "accept", "note": "Gern"}, follow_redirects=True
    ).text
    assert "Accepted. The city prepares the contract" in answered

    assert build.fresh(Proposal, proposal.id).state == ProposalState.ACCEPTED
    assert "Agreed:" in build.browser_of(app, applicant).get(f"/meine-gesuche/{request.id}").text
    assert request.title in city_browser.get("/vereinbarungen").text
    assert "Gern" in city_browser.get("/heute").text


def test_an_answer_that_says_neither_yes_nor_no_changes_nothing(owner, manager, owner_browser):
    """
    Pressing Enter in the note is no answer.
    """
    proposal = build.keep(
        Proposal(
            unit_id=build.unit(owner_id=owner.id).id,
            request_id=soon(state=RequestState.PROPOSED).id,
            starts=clock.today(),
            ends=clock.today() + timedelta(weeks=9),
            rent_cents_month=1,
            sent_at=clock.now(),
        )
    )

    assert owner_browser.post(f"/meine-vorschlaege/{proposal.id}", data={"note": "?"}).status_code == 200

    assert build.fresh(Proposal, proposal.id).state == ProposalState.OPEN


def test_owners_see_their_own_proposals_only(app, owner, owner_browser):
    """
    Another owner's proposal is not found, neither to read nor to answer.
    """
    other = build.organisation(kind=OrganisationKind.OWNER)
    proposal = build.keep(
        Proposal(
            unit_id=build.unit(owner_id=other.id).id,
            request_id=soon(title="Geheimes Atelier").id,
            starts=clock.today(),
            ends=clock.today() + timedelta(weeks=9),
            rent_cents_month=1,
            sent_at=clock.now(),
        )
    )

    assert "Geheimes Atelier" not in owner_browser.get("/meine-vorschlaege").text
    assert owner_browser.get(f"/meine-vorschlaege/{proposal.id}").status_code == 404
    assert owner_browser.post(f"/meine-vorschlaege/{proposal.id}", data={"answer": "accept"}).status_code == 404
    assert db.session.scalars(select(Agreement)).all() == []


STAFF_PAGES = ("/heute", "/laeden", "/laeden/neu", "/gesuche", "/plan", "/vereinbarungen", "/laeden/karte.json")


@pytest.mark.parametrize("role", [Role.OWNER, Role.APPLICANT, Role.RETAILER, Role.COURIER])
def test_the_citys_pages_are_for_the_city(sign_in, role):
    """
    Everyone else is told no; a stranger is asked to sign in.
    """
    browser = sign_in(role)

    assert {browser.get(page).status_code for page in STAFF_PAGES} == {403}


def test_the_public_sees_only_what_owners_allow(app, town):
    """
    Address and sign with consent; else a fixed cell and the ring; or nothing. That a lease ends is never shown.
    """
    build.consent(build.unit(name="Offen", housenumber="11", visibility=Visibility.PUBLIC))
    coarse = build.unit(name="Grob", street="Salzstraße", housenumber="99", visibility=Visibility.COARSE)
    hidden = build.unit(name="Geheim", street="Apothekenstraße", visibility=Visibility.INTERNAL)
    threatened = build.unit(vacant_since=None, street="Wallstraße", visibility=Visibility.PUBLIC)
    ends = clock.today() + timedelta(days=60)
    build.spell(threatened, SpellKind.REGULAR, starts=clock.today() - timedelta(days=60), ends=ends)
    browser = app.test_client()

    page, data = browser.get("/frei?lang=en").text, browser.get("/frei/karte.json").text

    assert "Rote Straße 11" in page
    assert f"Shop No. {coarse.id}" in page
    for secret in ("Salzstraße", "Grob", "Geheim", "Apothekenstraße", "Wallstraße"):
        assert secret not in page + data
    assert json.loads(data)["cells"][0]["count"] == 1
    assert str(coarse.lat) not in data.replace(str(build.unit_values()["lat"]), "", 1)
    assert {browser.get(f"/frei/{one.id}").status_code for one in (hidden, threatened)} == {404}
    assert browser.get(f"/frei/{coarse.id}/karte.json").json["fit"]
    assert browser.get("/frei/karte.json").text == data


@pytest.mark.parametrize(
    ("asked", "shown"), [("", {40, 90, 200}), ("?groesse=bis-60", {40}), ("?groesse=60-150&stufenlos=1", {90})]
)
def test_free_shops_can_be_filtered(app, town, asked, shown):
    """
    A plain GET form; a filter it does not know asks for everything.
    """
    for area_m2 in (40, 90, 200):
        build.consent(build.unit(area_m2=area_m2, step_free=area_m2 != 200))

    page = app.test_client().get(f"/frei{asked}").text

    assert {area for area in (40, 90, 200) if f' m²">{area}<' in page} == shown


def test_a_hostile_name_appears_as_exactly_that_text_everywhere(compute, app, owner, manager, city_browser):
    """
    The name of a shop, a request and a tenant are text: on pages, in drawings and in map data.
    """
    axis = build.street_axis(name=EVIL)
    unit = build.unit(owner_id=owner.id, name=EVIL, street=EVIL, axis_id=axis.id)
    build.consent(unit)
    build.spell(build.unit(axis_id=axis.id, vacant_since=None), SpellKind.REGULAR, starts=clock.today(), tenant=EVIL)
    request = soon(title=EVIL, concept=EVIL)
    compute()

    for page in ("/frei", "/heute", "/laeden", f"/laeden/{unit.id}", "/plan", "/gesuche", f"/gesuche/{request.id}"):
        text = city_browser.get(page).text
        assert SHOWN in text, page
        assert "<img onerror" not in text, page
        assert "49" not in text.replace(EVIL, "") or "{{ 7*7 }}" in text
    assert EVIL in json.loads(city_browser.get("/plan/karte.json").text)["marks"][0]["title"]


def test_an_applicant_writes_saves_changes_and_sends(app, town):
    """
    First a draft that the city does not see, then the request itself.
    """
    person = build.account(Role.APPLICANT)
    browser = build.browser_of(app, person)

    browser.post("/meine-gesuche/neu", data=request_form(deed="save"))
    draft = db.session.scalars(select(UseRequest)).one()
    assert (draft.state, draft.budget_cents_month) == (RequestState.DRAFT, 80_000)
    browser.post(f"/meine-gesuche/{draft.id}/bearbeiten", data=request_form(title="Werkstatt", deed="submit"))

    sent = build.fresh(UseRequest, draft.id)
    assert (sent.state, sent.title) == (RequestState.SUBMITTED, "Werkstatt")
    stranger = build.browser_of(app, build.account(Role.APPLICANT))
    assert stranger.get(f"/meine-gesuche/{draft.id}").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"budget_eur": "1.234,5x"}, "“1.234,5x” is not a number"),
        ({"area_min_m2": "12.5"}, "“12.5” is not a whole number"),
        ({"area_max_m2": "50"}, "Area at most is 50; it must not be less than 60."),
        ({"duration_max_weeks": "9"}, "Lasts at most is 9; it must not be less than 10."),
        ({"latest_start": "2027-02-01"}, "The latest start, 1 February 2027, lies before the earliest, 1 March 2027."),
        ({"earliest_start": "31.2.2027"}, "“31.2.2027” is not a day."),
        ({"earliest_start": "0001-01-01"}, "lies outside the years 1800 to 2100."),
        ({"title": " "}, "“What shall it be called?” is missing."),
        ({"title": "a\x00b"}, "characters that cannot be stored"),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_stays(sign_in, wrong, why):
    """
    The sentence names field and value; the rest of the form is still there.
    """
    page = sign_in(Role.APPLICANT).post("/meine-gesuche/neu", data=request_form(**wrong, deed="submit")).text

    assert why in page
    assert "Wir malen." in page
    assert db.session.scalars(select(UseRequest)).all() == []


def test_numbers_are_read_as_the_page_writes_them(app, town):
    """
    1.234,5 on a German page is one thousand two hundred and thirty-four and a half.
    """
    browser = build.browser_of(app, build.account(Role.APPLICANT, language="de"))

    browser.post("/meine-gesuche/neu", data=request_form(budget_eur="1.234,5", deed="save"))

    assert db.session.scalars(select(UseRequest)).one().budget_cents_month == 123_450


def test_a_vacancy_is_recorded_and_its_offer_ends_after_it_begins(city_browser):
    """
    A whole shop from one form; the side of the street follows from the number.
    """
    refused = city_browser.post(
        "/laeden/neu", data=unit_form(available_from="2027-02-01", available_until="2027-02-01")
    ).text
    assert "The end, 1 February 2027, must lie after the beginning, 1 February 2027." in refused

    city_browser.post("/laeden/neu", data=unit_form())

    unit = queries.stock()[0]
    assert (unit.address, unit.side, unit.rent_cents_m2) == ("Rote Straße 8", "even", 1180)
    assert unit.spells[0].kind == SpellKind.VACANCY


def test_swapped_coordinates_are_noticed(city_browser):
    """
    Latitude and longitude the wrong way round: nothing is kept, the sentence says what happened.
    """
    page = city_browser.post("/laeden/neu", data=unit_form(lat="10.4115", lon="53.2465")).text

    assert "with latitude and longitude swapped" in page
    assert 'value="Rote Straße"' in page
    assert db.session.scalars(select(Unit)).all() == []


def test_confirming_a_shop_ends_its_invented_values(city_browser, town):
    """
    What a person has looked at and saved is invented no longer.
    """
    unit = build.unit(invented=["area_m2", "spells"])
    assert "Some values are invented" in city_browser.get(f"/laeden/{unit.id}/bearbeiten").text

    city_browser.post(f"/laeden/{unit.id}/bearbeiten", data=unit_form(area_m2="70"))

    assert build.fresh(Unit, unit.id).invented == ["spells"]


def test_overlapping_spells_are_refused_with_their_dates(city_browser, town):
    """
    The second tenant of the same weeks: one sentence on top, what was typed stays.
    """
    unit = build.unit()
    period = {"starts": "2026-03-01", "ends": "2026-09-01"}
    spell = {"kind": "regular", "tenant": "Wollwerk", "category": "retail", **period}
    city_browser.post(f"/laeden/{unit.id}/belegung", data=spell)

    page = city_browser.post(f"/laeden/{unit.id}/belegung", data={**spell, "starts": "2026-08-01", "ends": ""}).text

    assert "From 1 March 2026 to 31 August 2026 there is another entry." in page
    assert 'value="Wollwerk"' in page


def test_a_lease_given_notice_threatens_and_shows_on_the_citys_day(city_browser, town):
    """
    The end is entered, the shop stands under "vacancy threatens" with the days left.
    """
    unit = build.unit(vacant_since=None)
    lease = build.spell(unit, SpellKind.REGULAR, starts=clock.today() - timedelta(days=900), tenant="Spielwaren")
    ends = clock.today() + timedelta(days=20)

    city_browser.post(f"/laeden/{unit.id}/belegung/{lease.id}", data={"ends": ends.isoformat()})

    page = city_browser.get("/heute").text
    assert "20 days left" in page
    assert "Spielwaren" in page


def test_pages_of_a_shop_and_a_request_say_what_stands_in_the_way(city_browser, town):
    """
    Both ways: the shop names the request's obstacle, the request the shop's.
    """
    unit = build.unit(area_m2=62)
    request = soon(title="Buchbinderei", area_min_m2=120, area_ideal_m2=130, area_max_m2=150, use_type=UseType.CRAFT)

    for page in (f"/laeden/{unit.id}", f"/gesuche/{request.id}"):
        assert "Needs 120 m², here are 62 m²." in city_browser.get(page).text.replace("\u00a0", " ")


def test_a_request_is_declined_with_a_reason_that_the_applicant_reads(app, city_browser, town):
    """
    The applicant may change it and send it again.
    """
    applicant = build.account(Role.APPLICANT)
    request = soon(applicant)

    city_browser.post(f"/gesuche/{request.id}/ablehnen", data={"answer": "Bitte kleiner planen."})

    browser = build.browser_of(app, applicant)
    assert "Bitte kleiner planen." in browser.get(f"/meine-gesuche/{request.id}").text
    browser.post(f"/meine-gesuche/{request.id}/bearbeiten", data=request_form(deed="submit"))
    assert build.fresh(UseRequest, request.id).state == RequestState.SUBMITTED


def test_an_empty_town_says_what_is_possible(city_browser, app):
    """
    No page breaks without rows.
    """
    for page in ("/frei", "/heute", "/laeden", "/plan", "/gesuche", "/vereinbarungen", "/plan/karte.json"):
        assert city_browser.get(page).status_code == 200
