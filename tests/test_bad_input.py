"""Bad input, form by form: the sentence names field and value, what was typed stays, a hostile name is only a name."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from xml.etree import ElementTree

import pytest
from markupsafe import Markup
from wtforms.widgets import html_params

from city import clock
from city.db import db, transaction
from city.forms import attributes
from city.models import OrganisationKind, Role
from leerstand.kinds import Channel, ContactRole, ProposalState, RequestState, SpellKind, UseType
from leerstand.models import ContactEntry, OwnerContact, Proposal
from logistics import dispatch
from tests import build
from tests.city.test_doors_everywhere import doors
from tests.logistics import conftest as old_town
from tests.logistics import rows
from tests.logistics.test_pages import typed
from tests.logistics.test_planning import SAND, plan

derived_streets, planner, street_map = old_town.derived_streets, old_town.planner, old_town.street_map
EVIL = "{{ 7*7 }}<img onerror=alert(1) src=x>${x}"
DAY = timedelta(days=1)
SHOP = {
    "street": "Am Sande", "housenumber": "8", "name": "Wollwerk", "lat": "53.2484", "lon": "10.4121",
    "position_m": "0", "ring": "core", "grade": "2", "area_m2": "62", "frontage_m": "8.5", "floor": "ground",
    "door_width_cm": "90", "power_kw": "4", "baunvo_zone": "MK", "heritage": "none", "rent_eur_m2": "11.80",
    "owner_id": "0", "visibility": "coarse",
}  # fmt: skip


def read(page: str) -> str:
    """What people read of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.fixture
def desk(sign_in):
    """The browser of the city-centre management."""
    return sign_in(Role.MANAGER)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lat": "10.4121", "lon": "53.2484"}, "with latitude and longitude swapped"),
        ({"lat": "48.14", "lon": "11.58"}, "outside the map"),
        ({"area_m2": "1.234,5"}, "“1.234,5” is not a number. Please write it like this: 1,234.5"),
        ({"area_m2": "1e999999999"}, "Area is 1e999999999; it must lie between 1 and 100000."),
        ({"available_from": "2027-02-02", "available_until": "2027-02-01"}, "must lie after the beginning"),
        ({"ring": "moon"}, "“moon” is not offered under “Ring”. Please choose again from the list."),
        ({"owner_id": "999"}, "“999” is not offered under “Owner”."),
        ({"housenumber": ""}, "“House number” is missing."),
    ],
)
@pytest.mark.usefixtures("street_map")
def test_a_shop_that_cannot_be_is_refused_and_its_form_keeps_everything(desk, changes, sentence):
    """
    The same for a new shop and for one that is changed.
    """
    known = build.unit()

    for path, more in (("/laeden/neu", {"empty_since": "2026-05-01"}), (f"/laeden/{known.id}/bearbeiten", {})):
        answer = desk.post(path, data={**SHOP, **more, **changes})
        assert answer.status_code == 200, path
        assert sentence in read(answer.text), path
        assert 'value="Wollwerk"' in answer.text
        for field in changes.keys() & {"lat", "lon", "area_m2", "available_from", "available_until"}:
            assert f'value="{changes[field]}"' in answer.text, (path, field)
    assert "Wollwerk" not in desk.get("/laeden").text


@pytest.mark.usefixtures("street_map")
def test_a_house_number_may_hold_any_sign(desk):
    """
    “5²” has a digit that is no number.
    """
    assert desk.post("/laeden/neu", data={**SHOP, "housenumber": "5²", "empty_since": "2026-05-01"}).status_code == 302


def test_ends_before_beginnings_are_refused_wherever_somebody_ends_something(desk, town):
    """
    A spell, its end, an agreement: each form comes back with the sentence and the day that was typed.
    """
    unit, today = build.unit(vacant_since=None), clock.today()
    lease = build.spell(unit, SpellKind.REGULAR, starts=today - 9 * DAY, tenant="Wollwerk")
    agreed = rows.agreement()
    early = (today - 20 * DAY).isoformat()
    spell = {"kind": "regular", "category": "retail", "tenant": "Spiel", "starts": today.isoformat(), "ends": early}

    for path, data in (
        (f"/laeden/{unit.id}/belegung", spell),
        (f"/laeden/{unit.id}/belegung/{lease.id}", {"ends": early}),
        (f"/vereinbarungen/{agreed.id}/beenden", {"ends": early}),
    ):
        answer = desk.post(path, data=data)
        assert answer.status_code == 200, path
        assert re.search(r"must lie after|must be after|before it|ends? (on|at)", read(answer.text)), path
        assert f'value="{early}"' in answer.text, path


def proposal(unit, request, **values):
    period = {"starts": clock.today() + DAY, "ends": clock.today() + 60 * DAY}
    return build.keep(
        Proposal(unit_id=unit.id, request_id=request.id, rent_cents_month=1, sent_at=clock.now(), **period, **values)
    )


def test_whoever_comes_too_late_is_told_on_the_form_that_keeps_the_words(app, desk, town):
    """
    Owner, city and applicant send a form about something that has moved on meanwhile.
    """
    firm = build.organisation(kind=OrganisationKind.OWNER)
    owner = build.browser_of(app, build.account(Role.OWNER, organisation_id=firm.id))
    applicant = build.account(Role.APPLICANT)
    request = build.use_request(applicant, state=RequestState.PROPOSED)
    gone = proposal(build.unit(owner_id=firm.id), request, state=ProposalState.WITHDRAWN)
    words = "Bitte behalten Sie diese Worte."

    for browser, path, data, why in (
        (
            owner,
            f"/meine-vorschlaege/{gone.id}",
            {"answer": "accept", "note": words},
            "has been answered or taken back",
        ),
        (owner, f"/meine-vorschlaege/{gone.id}", {"note": words}, "No answer has been chosen yet."),
        (desk, f"/gesuche/{request.id}/ablehnen", {"answer": words}, "Only a request that waits can be declined."),
    ):
        answer = browser.post(path, data=data)
        assert answer.status_code == 200, path
        assert why in read(answer.text), path
        assert words in answer.text, path


@pytest.mark.usefixtures("street_map")
def test_a_hub_form_names_the_time_and_the_name_that_cannot_be(desk):
    """
    A time that is none, a name that is too long, more bikes than there can be: one sentence each, the rest stays.
    """
    agreed = rows.agreement()
    data = {"name": "x" * 101, "opens": "25:61", "closes": "18:00", "bikes": "1e999999999"}

    page = desk.post(f"/hubs/eroeffnen/{agreed.id}", data=data).text

    assert "“25:61” is not a time of day. Please write it like this: 08:00" in read(page)
    assert "“Name of the hub” has 101 characters; at most 100 are possible." in read(page)
    assert "Cargo bikes is 1e999999999; it must lie between 1 and" in read(page)
    assert 'value="25:61"' in page and 'value="18:00"' in page


@pytest.mark.usefixtures("street_map")
def test_a_booking_says_when_a_choice_is_gone(sign_in):
    """
    A hub that was closed while the page was open, a kind of recipient that never was.
    """
    hub, browser = rows.hub(), sign_in(Role.RETAILER, organisation_id=build.organisation().id)
    sent = {**typed(hub, rows.working_day(), note="Bitte klingeln"), "hub": "999", "recipient_kind": "ship"}

    page = browser.post("/buchen", data=sent).text

    assert "“999” is not offered under “Hub”." in read(page)
    assert "“ship” is not offered under “Delivered to”." in read(page)
    assert "Bitte klingeln" in page and 'value="Ahorn"' in page


def test_a_limit_on_mails_keeps_what_was_typed(app, town):
    """
    The fourth mail of an hour is refused with the time when it goes on; nobody types the form again.
    """
    browser, data = app.test_client(), {"email": "kim@example.org", "name": "Kim Beispiel"}
    for _ in range(3):
        browser.post("/sign-up/applicant", data=data)

    answer = browser.post("/sign-up/applicant", data=data)

    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    assert 'value="Kim Beispiel"' in answer.text


# --- one hostile name, everywhere ---


@pytest.fixture
def hostile_town(town, street_map):
    """Shops, owner, tenant, request, hub, retailer, recipient, courier: all called by the same hostile name."""
    firm = build.organisation(kind=OrganisationKind.OWNER, name=EVIL)
    axis = build.street_axis(name=EVIL)
    unit = build.unit(owner_id=firm.id, name=EVIL, street=EVIL, axis_id=axis.id)
    for one in (unit, build.unit(owner_id=firm.id, name=EVIL, street=EVIL, axis_id=axis.id)):  # one of them asked about
        build.consent(one, proof=EVIL)
    build.keep(OwnerContact(owner_id=firm.id, role=ContactRole.AGENT, office=EVIL, person=EVIL))
    talk = {"channel": Channel.PHONE, "text": EVIL, "next_step": EVIL, "due_on": clock.today()}
    build.keep(ContactEntry(owner_id=firm.id, unit_id=unit.id, happened_on=clock.today(), **talk))
    build.spell(build.unit(axis_id=axis.id, vacant_since=None), SpellKind.REGULAR, starts=clock.today(), tenant=EVIL)
    everybody = build.account(*Role, name=EVIL, organisation_id=firm.id)
    request = build.use_request(everybody, title=EVIL, concept=EVIL, submitted_at=clock.now(), answer=EVIL)
    proposal(unit, request, note=EVIL)
    held = rows.agreement(everybody, unit_id=build.unit(name=EVIL, street=EVIL, area_m2=80).id)
    hub, day = rows.hub(held, name=EVIL, street=EVIL), rows.working_day()
    rows.agreement(everybody, unit_id=build.unit(name=EVIL, street=EVIL, area_m2=80).id, use_type=UseType.MICRO_HUB)
    build.account(Role.RETAILER, organisation=build.organisation(name=EVIL, released_at=None), name=EVIL)
    made = rows.book(everybody, hub, day, point=SAND, recipient=EVIL, street=EVIL, housenumber="1", note=EVIL)
    tour = plan(day).tours[0]
    with transaction():
        dispatch.assign_courier(tour.id, everybody.id)
        dispatch.release(day)
    db.session.rollback()
    return everybody, day.isoformat(), made.reference


SPEAK_OF_IT = {
    "leerstand.start", "leerstand.shop", "leerstand.stock", "leerstand.unit", "leerstand.edit_unit", "leerstand.today",
    "leerstand.requests", "leerstand.use_request", "leerstand.reject_request", "leerstand.my_requests",
    "leerstand.my_request", "leerstand.edit_request", "leerstand.my_proposals", "leerstand.answer_proposal",
    "leerstand.agreements", "leerstand.terminate_agreement", "leerstand.map_data", "leerstand.stock_map_data",
    "leerstand.shop_map_data", "leerstand.owners", "leerstand.owner_page", "leerstand.edit_contact",
    "leerstand.new_talk", "leerstand.change_state", "leerstand.walks", "leerstand.edit_spell", "people.people",
    "people.person", "people.retailers", "people.invite",
    "accounts.my_account", "logistics.book", "logistics.book_map", "logistics.shipments", "logistics.shipment",
    "hubs.hubs", "floor.hub", "hubs.open_hub", "dispatch.day", "dispatch.day_map", "phone.package",
    "courier.tour_simple", "courier.tour_map", "courier.tour_gpx", "courier.map_to_take_along",
}  # fmt: skip


def test_a_shop_with_a_hostile_name_appears_as_exactly_that_text_everywhere(app, hostile_town):
    """
    Every page, every map and every export of the house, as somebody sees them who may see all.
    """
    person, day, reference = hostile_town
    browser, spoken, broken, seen = build.browser_of(app, person), set(), [], set()

    for number in (1, 2, 3, 4):
        for rule, method, path in doors(app, number=number, day=day, reference=reference):
            if method != "GET" or path in seen or path.endswith(".pdf"):  # paper runs nothing
                continue
            seen.add(path)
            answer = browser.get(path)
            if answer.status_code == 500:
                broken.append((path, "fault"))
            elif answer.status_code == 200:
                if "<img onerror" in answer.text and answer.mimetype == "text/html":
                    broken.append((path, "runs the name"))
                if says_it(answer):
                    spoken.add(rule.endpoint)

    assert broken == []
    assert SPEAK_OF_IT - spoken == set()


def says_it(answer) -> bool:
    """Whether the name stands there as people read it, letter for letter."""
    kind = answer.mimetype
    if kind == "application/json":
        return EVIL in json.dumps(answer.get_json(), ensure_ascii=False)
    if kind == "application/gpx+xml":
        return any(EVIL in (part.text or "") for part in ElementTree.fromstring(answer.data).iter())  # noqa: S314
    data = re.search(r'id="karte-daten">(.*?)</script>', answer.text, re.DOTALL)
    return EVIL in unescape(answer.text) or (data is not None and EVIL in json.dumps(json.loads(data[1])))


@pytest.mark.parametrize(
    "values",
    [
        {"name": "street", "id": "street", "class_": "kern-input", "value": "Große Bäckerstraße"},
        {"checked": True, "disabled": False, "aria_describedby": "a b", "data_pick_lat": "lat", "value": None},
        {"value": "\"><script>alert('1')</script>&{{ 7*7 }}", "maxlength": 12},
        {"value": Markup("<b>&amp;</b>")},
        {},
    ],
)
def test_attributes_of_fields_are_written_as_the_package_writes_them(values):
    """
    Ours are written faster and must stay the same, above all in what they escape.
    """
    assert attributes(**values) == html_params(**values)
