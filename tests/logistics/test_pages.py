"""The pages of shops, hubs, dispatchers, couriers: who sees what, bad input with its sentence, names as text."""

from __future__ import annotations

import io
import json
import re
from xml.etree import ElementTree

import pytest

from city import streets
from city.db import db, transaction
from city.models import Role
from logistics import dispatch, queries, street_queries
from logistics.booking_form import Slot
from logistics.models import Shipment
from routing.streets.tiles.pyramid import build_tiles
from tests import build
from tests.logistics import rows
from tests.logistics.test_planning import SAND, plan

EVIL = "{{ 7*7 }}<img src=x onerror=alert(1)>${x}"
HOUR_S = 3600


def shop(sign_in):
    """A browser in which somebody of a released shop is signed in, and the shop's id."""
    firm = build.organisation().id
    return sign_in(Role.RETAILER, organisation_id=firm), firm


def booked(firm: int) -> list[Shipment]:
    """What this shop has booked, as the database has it now."""
    db.session.rollback()
    return queries.shipments_of(firm)


def typed(hub, day, **changes) -> dict[str, str]:
    """What somebody types who books a parcel to Rosenstraße 6."""
    return {
        "hub": str(hub.id),
        "slot": str(Slot(day, 9 * HOUR_S, 11 * HOUR_S)),
        "recipient": "Ahorn",
        "recipient_kind": "home",
        "street": "Rosenstr.",
        "housenumber": "6",
        "lat": "",
        "lon": "",
        "parcels": "2",
        "weight_kg": "1.5",
        "volume_l": "20",
        "note": "",
        "request_key": "form-1",
        **changes,
    }


def test_a_booking_without_scripts_finds_its_address_and_shows_its_number(sign_in, hub, day):
    browser, firm = shop(sign_in)
    assert "Rosenstr" not in browser.get("/buchen").text

    answer = browser.post("/buchen", data=typed(hub, day), follow_redirects=True)

    made = booked(firm)[0]
    assert (made.weight_g, made.volume_ml, made.parcels) == (1_500, 20_000, 2)
    assert (made.lat, made.lon) == pytest.approx((53.2503335, 10.4101075))
    assert f"Shipment {made.reference}" in answer.text and "Booked." in answer.text
    browser.post("/buchen", data=typed(hub, day))
    assert len(booked(firm)) == 1, "the same form books once"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("weight_kg", "1.234,5", "“1.234,5” is not a number. Please write it like this: 1,234.5"),
        ("weight_kg", "0", "Weight of all parcels is 0; it must lie between 0.001 and 1000."),
        ("weight_kg", "-1", "Weight of all parcels is -1; it must lie between 0.001 and 1000."),
        ("weight_kg", "1000000000", "Weight of all parcels is 1000000000; it must lie between 0.001 and 1000."),
        ("weight_kg", "1e309", "Weight of all parcels is 1e309; it must lie between 0.001 and 1000."),
        ("volume_l", "-1", "Volume of all parcels is -1; it must lie between 0.001 and 10000."),
        ("parcels", "1.5", "is not a whole number"),
        ("parcels", "", "“Parcels” is missing."),
        ("recipient", "", "“Recipient, as on the door bell” is missing."),
        ("slot", "", "“Delivery window” is missing."),
        ("slot", "tomorrow", "“tomorrow” is not a delivery window. Please choose one of those shown."),
        ("street", "Nirgendweg", "The map has no street called “Nirgendweg”."),
        ("housenumber", "999", "The map knows Rosenstraße, but not house number “999”."),
        ("lat", "north", "“north” is not a coordinate."),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_what_was_typed_stays(sign_in, hub, day, field, value, sentence):
    browser, firm = shop(sign_in)

    page = browser.post("/buchen", data=typed(hub, day, **{field: value})).text

    assert sentence in text_of(page)
    assert 'value="Ahorn"' in page or field == "recipient"
    assert booked(firm) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lat": "10.4101", "lon": "53.2503"}, "swapped"),
        ({"lat": "48.14", "lon": "11.58"}, "outside the map"),
        ({"slot": "2020-01-02 32400-39600"}, "has passed"),
        ({"slot": "{sunday} 32400-39600"}, "is a Sunday; hubs are closed then."),
        ({"slot": "{day} 39600-32400"}, "The window ends at 09:00, but begins at 11:00."),
        ({"weight_kg": "300"}, "300 kg are too heavy: the largest bike of Hub Markt carries 100 kg."),
        ({"volume_l": "700"}, "700 l are too large: the largest bike of Hub Markt holds 600 l."),
        ({"length_cm": "200", "width_cm": "80", "height_cm": "80"}, "does not fit into the largest bike"),
        ({"parcels": "999"}, "Parcels is 999; it must lie between 1 and"),
        ({"dangerous": "y"}, "Dangerous goods (ADR) are not taken: neither hubs nor bikes are fitted for them."),
    ],
)
def test_what_nobody_can_bring_is_refused_with_the_reason(sign_in, hub, day, changes, sentence):
    browser, firm = shop(sign_in)
    sunday = rows.day_before_monday(day)
    values = {name: value.format(day=day.isoformat(), sunday=sunday.isoformat()) for name, value in changes.items()}

    page = browser.post("/buchen", data=typed(hub, day, **values)).text

    assert sentence in text_of(page)
    assert booked(firm) == []


def test_a_table_with_three_bad_rows_books_nothing_and_names_each(sign_in, hub, day):
    browser, firm = shop(sign_in)
    good = f"Hub Markt;{day:%d.%m.%Y};9:00;11:00;A. Ahorn;Rosenstr.;6;1;1,5;10"
    lines = ["Hub;Tag;Von;Bis;Empfänger;Straße;Hausnummer;Pakete;Gewicht kg;Volumen l", *[good] * 12]
    lines[3], lines[7] = good.replace(";1,5;", ";-1;"), good.replace("9:00;11:00", "22:00;2:00")
    lines[12] = good.replace("Rosenstr.", "Nirgendweg")

    def send(rows_sent: list[str]) -> str:
        file = (io.BytesIO("\r\n".join(rows_sent).encode()), "sendungen.csv")
        return browser.post("/sendungen/tabelle", data={"file": file}, follow_redirects=True).text

    refused = text_of(send(lines))
    assert "3 of 12 rows cannot be booked, so none was booked." in refused
    assert all(said in refused for said in ("“weight_kg” is -1", "The window ends at 02:00", "“Nirgendweg”")), refused
    assert booked(firm) == []
    send([lines[0], good, good])
    assert len(booked(firm)) == 2


def text_of(page: str) -> str:
    """What people read of a page."""
    plain = re.sub(r"<[^>]+>", " ", page)
    for entity, sign in (("&#34;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        plain = plain.replace(entity, sign)
    return re.sub(r"\s+", " ", plain)


def test_other_windows_are_shown_without_losing_what_was_typed(sign_in, hub, day):
    browser, firm = shop(sign_in)

    page = browser.post("/buchen", data={**typed(hub, day), "show": "1"}).text

    assert 'value="Ahorn"' in page and "is missing" not in page
    assert booked(firm) == []


def test_windows_say_free_or_booked_out_and_never_a_number(sign_in, street_map, day):
    full = rows.hub(name="Hub Markt", parcels_per_day=1)
    rows.book(rows.retailer(), full, day)
    browser, _ = shop(sign_in)

    page = text_of(browser.get("/buchen").text)

    assert "booked out" in page and "still free" in page
    assert "1 more" not in page


def test_the_shipment_of_another_shop_is_not_found_in_any_way(sign_in, hub, day):
    other = rows.book(rows.retailer(), hub, day).reference
    browser, _ = shop(sign_in)

    assert browser.get(f"/sendungen/{other}").status_code == 404
    assert browser.post(f"/sendungen/{other}/absagen").status_code == 404
    assert other not in browser.get("/sendungen").text


def test_a_shop_cancels_its_own_booking(sign_in, hub, day):
    browser, firm = shop(sign_in)
    browser.post("/buchen", data=typed(hub, day))
    reference = booked(firm)[0].reference

    page = browser.post(f"/sendungen/{reference}/absagen", follow_redirects=True).text

    assert "Cancelled. The room is free again." in page


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.RETAILER, {"/buchen", "/sendungen"}),
        (Role.OPERATOR, {"/hubs"}),
        (Role.DISPATCHER, {"/hubs", "/dispo/2026-11-23"}),
        (Role.MANAGER, {"/hubs", "/dispo/2026-11-23"}),
        (Role.COURIER, {"/tour"}),
        (Role.OWNER, set()),
    ],
)
def test_each_role_sees_its_pages_and_no_others(sign_in, street_map, role, allowed):
    browser = sign_in(role, organisation_id=build.organisation().id)
    pages = {"/buchen", "/sendungen", "/hubs", "/dispo/2026-11-23", "/tour", "/dispo/2026-11-23/karte.json"}

    seen = {page for page in pages if browser.get(page).status_code == 200}

    assert seen - {"/dispo/2026-11-23/karte.json"} == allowed


def test_an_operator_sees_the_own_hubs_only(sign_in, hub):
    browser = sign_in(Role.OPERATOR, organisation_id=build.organisation().id)

    assert browser.get(f"/hubs/{hub.id}").status_code == 404
    assert "Hub Markt" not in browser.get("/hubs").text


def test_an_operator_opens_a_hub_and_bad_hours_are_said(sign_in, street_map):
    firm = build.organisation().id
    browser = sign_in(Role.OPERATOR, organisation_id=firm)
    applicant = build.account(Role.OPERATOR, organisation_id=firm)
    agreement_id = rows.agreement(applicant).id
    url = f"/hubs/eroeffnen/{agreement_id}"

    wrong = browser.post(url, data={"name": "Hub Sand", "opens": "18:00", "closes": "08:00", "bikes": "2"}).text
    assert "The hub closes at 08:00, but opens at 18:00." in text_of(wrong)
    right = browser.post(url, data={"name": "Hub Sand", "opens": "08:00", "closes": "18:00", "bikes": "2"})

    assert right.status_code == 302
    assert "Hub Sand" in browser.get("/hubs").text


def test_a_day_that_is_none_is_not_found(sign_in, street_map):
    browser = sign_in(Role.DISPATCHER)

    assert browser.get("/dispo/31.12.2026").status_code == 404
    assert "is not a day" in text_of(browser.get("/dispo/31.12.2026").text)


# --- the day on the street ---


@pytest.fixture
def street(sign_in, hub, day):
    """A planned day with a courier: (dispatcher's browser, courier's browser, stop's id)."""
    for recipient in (EVIL, "Birke"):
        rows.book(rows.retailer(name=EVIL), hub, day, point=SAND, recipient=recipient, street=EVIL[:40], note=EVIL)
    courier = sign_in(Role.COURIER, name="A. Muster")
    courier_id = next(person.id for person in street_queries.couriers())
    tour = plan(day).tours[0]
    tour_id, stop_id = tour.id, tour.stops[0].id
    with transaction():
        dispatch.assign_courier(tour_id, courier_id)
        dispatch.release(day)
    db.session.rollback()
    return sign_in(Role.DISPATCHER), courier, stop_id


def test_names_that_look_like_code_are_shown_as_what_they_are(street, day):
    dispatcher, courier, _ = street

    for page in (
        dispatcher.get(f"/dispo/{day}").text,
        courier.get("/tour/einfach").text,
        courier.get("/tour/blatt").text,
    ):
        assert "<img src=x" not in page and "{{ 7*7 }}&lt;img src=x onerror=alert(1)&gt;${x}" in page
    for answer in (dispatcher.get(f"/dispo/{day}/karte.json"), courier.get("/tour/karte.json")):
        titles = [mark["title"] for mark in answer.get_json()["marks"] if mark["kind"] == "stop"]
        assert titles and all(EVIL[:40] in title for title in titles)


def test_the_tour_as_gpx_holds_the_line_and_the_names_as_text(street):
    _, courier, _ = street

    answer = courier.get("/tour/tour.gpx")

    root = ElementTree.fromstring(answer.data)  # noqa: S314  our own document
    name = "{http://www.topografix.com/GPX/1/1}"
    assert any(EVIL in (found.text or "") for found in root.iter(f"{name}name"))
    assert len(list(root.iter(f"{name}trkpt"))) > 4
    assert "attachment" in answer.headers["Content-Disposition"]


def test_the_map_to_take_along_needs_no_network_and_runs_nothing_of_a_name(street):
    _, courier, _ = street

    page = courier.get("/tour/karte.html").text

    assert "<img src=x" not in page and "{{ 7*7 }}" in page
    assert not re.findall(r'src="(?:https?:)?//|<link ', page)
    data = re.search(r'<script type="application/json" id="karte-daten">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    payload = json.loads(data[1])
    assert payload["lines"][0]["line"] and payload["background"]["streets"]


def test_a_courier_delivers_takes_back_and_says_why_not_on_the_plain_page(street):
    _, courier, stop_id = street
    url, plain = f"/tour/halte/{stop_id}", "/tour/einfach"

    for _again in range(2):
        assert courier.post(url, data={"client_id": "a", "kind": "delivered"}).status_code == 302
    assert "Undo" in courier.get(plain).text and "2 of 2" in text_of(courier.get(plain).text)
    courier.post(url, data={"client_id": "b", "kind": "undone", "undoes": "a"})
    assert "1 of 2" in text_of(courier.get(plain).text)
    courier.post(url, data={"client_id": "c", "kind": "failed", "reason": "refused"})
    assert "not delivered : Refused" in text_of(courier.get(plain).text).replace("delivered:", "delivered :")
    courier.post(url, data={"client_id": "d", "kind": "failed", "reason": "dog"})
    assert "“dog” is no reason. Please choose one of those shown." in text_of(courier.get(plain).text)


def test_the_phone_takes_the_whole_tour_along_and_nobody_elses(street, sign_in):
    _, courier, _ = street

    taken = courier.get("/tour/paket.json").get_json()

    assert [stop["recipient"] for stop in taken["stops"]] in ([EVIL, "Birke"], ["Birke", EVIL])
    assert taken["stops"][0]["steps"] and len(taken["stops"][0]["line"]) > 1
    assert taken["map"]["background"]["streets"] and "background_url" not in taken["map"]
    assert courier.get("/tour/stand.json").get_json()["mark"] == taken["mark"]
    assert EVIL not in courier.get("/tour").text and "Birke" not in courier.get("/tour").text
    other = sign_in(Role.COURIER).get("/tour/paket.json").get_json()
    assert "stops" not in other


def test_the_phone_takes_the_drawn_town_around_the_tour_along_in_one_small_file(street, sign_in):
    _, courier, _ = street
    found = streets.in_service()
    build_tiles(streets.source_of(found), streets.tiles_of(found), note="")

    base = courier.get("/tour/paket.json").get_json()["map"]
    file = courier.get(base["tiles_whole"])

    assert not {"background", "background_url", "tiles_url"} & set(base)
    assert (file.status_code, file.data[:7]) == (200, b"PMTiles") and len(file.data) < 1_000_000
    assert sign_in(Role.COURIER).get(base["tiles_whole"]).status_code == 404


def test_the_worker_keeps_every_file_that_the_app_and_its_map_ask_for(street):
    """
    A script that the frame of the map loads and the phone does not keep would leave the map empty on the way.
    """
    _, courier, _ = street
    worker = courier.get("/tour/sw.js").text

    for page in ("/tour", "/tour/karte/rahmen"):
        asked = re.findall(r'(?:src|href)="(/static/[^"?#]+)', courier.get(page).text)
        assert asked and [url for url in asked if url not in worker] == []


def test_reports_of_a_phone_are_answered_one_by_one(street):
    _, courier, _ = street
    stop = courier.get("/tour/paket.json").get_json()["stops"][0]
    told = [{"id": "a", "kind": "delivered", "shipment": stop["reference"]}, {"id": "b", "kind": "flown"}, 7]

    answers = [courier.post("/tour/meldungen", json={"sent_at": 0, "reports": told}) for _ in range(2)]

    fates = [[one["fate"] for one in answer.get_json()["receipts"]] for answer in answers]
    assert fates == [["kept", "inbox", "inbox"]] * 2
    assert courier.post("/tour/meldungen", data="x").status_code == 400
    assert courier.post("/tour/meldungen", json={"reports": "x"}).status_code == 400


def test_another_couriers_stop_is_not_found(street, sign_in):
    _, _, stop_id = street
    other = sign_in(Role.COURIER)

    answer = other.post(f"/tour/halte/{stop_id}", data={"client_id": "a", "kind": "delivered"})

    assert answer.status_code == 404
    assert "No tour for you yet" in other.get("/tour/einfach").text
    assert other.get("/tour/tour.gpx").status_code == 404


def test_the_dispatcher_asks_for_a_plan_and_assigns_a_courier(street, day):
    dispatcher, _, _ = street

    asked = dispatcher.post(f"/dispo/{day}/plan")
    page = text_of(dispatcher.get(f"/dispo/{day}").text)

    assert asked.status_code == 302 and "/jobs/" in asked.headers["Location"]
    assert "A plan for this day is being computed." in page
    assert "g CO₂e against a diesel van on the same way" in page and "A. Muster" in page
