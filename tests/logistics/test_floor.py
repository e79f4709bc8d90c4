"""A parcel's way through a hub: brought, scanned, put into a locker, collected with a code; what is wrong is said."""

from __future__ import annotations

from datetime import date

import pytest

from city import clock
from city.db import db, transaction
from city.messages import Conflict, NotFound
from city.models import Role
from logistics import bookings, capacity, floor, hub_rooms, labels, lockers, queries
from logistics.kinds import LockerSize, ParcelState, ScanKind, ShipmentKind, ShipmentStatus, SizeClass
from logistics.models import Hub, Shipment
from logistics.sizes import Size
from routing.message import BadInput
from tests import build
from tests.logistics import rows

SMALL = Size(size_class=SizeClass.S)
SSCC = "340123450000000000"  # without its check digit when cut


@pytest.fixture
def runs(street_map):
    """A hub with two small compartments and a dock, and the person who runs it."""
    person = rows.operator_of_hubs()
    hub = rows.hub(rows.agreement(person), operator_id=person.organisation_id, name="Hub Markt", lockers_always=True,
                   lockers_sunday=True)  # fmt: skip
    with transaction():
        hub_rooms.add_compartments(person, hub.id, every=False, size=LockerSize.S, count=2)
        hub_rooms.add_dock(person, hub.id, every=False, name="Hof", vehicles_at_once=1)
    return person, queries.hub(hub.id)


def into_locker(person, hub: Hub, day: date | None = None) -> Shipment:
    return rows.book(person, hub, day or rows.working_day(), kind=ShipmentKind.LOCKER, size=SMALL, volume_ml=8_750)


def fresh(reference: str, person) -> Shipment:
    db.session.rollback()
    return queries.shipment_of(person.organisation_id, reference)


def test_a_parcel_is_scanned_in_put_into_its_compartment_and_collected_with_the_code(runs):
    operator, hub = runs
    shop = rows.retailer()
    shipment = into_locker(shop, hub)
    code = fresh(shipment.reference, shop).pieces[0].code
    with transaction():
        arrived = floor.scan(operator, hub, f"{shipment.reference}-1", ScanKind.RECEIVE)
    assert (arrived.kind, str(arrived.title), arrived.where) == (
        "ok",
        f"Arrived early: parcel 1 of 1, wanted on {shipment.day}",
        "S1",
    )
    with transaction():
        assert floor.scan(operator, hub, code, ScanKind.RECEIVE).kind == "warn", "twice changes nothing"
    with transaction():
        assert floor.scan(operator, hub, code, ScanKind.PLACE).where == "S1"

    token = fresh(shipment.reference, shop).tracking_token
    with transaction():
        stay = lockers.stay_by_token(token, to_change=True)
        opened = lockers.open_with(stay, lockers.code_of(stay))
    assert opened.label == "S1"
    after = fresh(shipment.reference, shop)
    assert (after.status, after.pieces[0].state) == (ShipmentStatus.DELIVERED, ParcelState.COLLECTED)


def test_after_five_wrong_codes_only_a_new_one_opens(runs):
    operator, hub = runs
    shop = rows.retailer()
    shipment = into_locker(shop, hub)
    parcel_id = fresh(shipment.reference, shop).pieces[0].id
    token = shipment.tracking_token
    with transaction():
        floor.scan(operator, hub, shipment.reference, ScanKind.RECEIVE)
        floor.scan(operator, hub, shipment.reference, ScanKind.PLACE)
    right = lockers.code_of(lockers.stay_by_token(token))
    wrong = "000000" if right != "000000" else "111111"

    said = []
    for code in [wrong] * 5 + [right]:
        with transaction():
            said.append(str(lockers.open_with(lockers.stay_by_token(token, to_change=True), code).reason))
    assert said[0] == "The code is not right. 4 tries are left."
    assert said[4].startswith("Five wrong codes") and said[5].startswith("Five wrong codes"), "also the right one"

    with transaction():
        floor.renew_code(operator, queries.hub(hub.id), parcel_id)
    with transaction():
        stay = lockers.stay_by_token(token, to_change=True)
        assert lockers.code_of(stay) != right
        assert lockers.open_with(stay, lockers.code_of(stay)).label == "S1"


def test_each_compartment_is_given_once_and_a_third_parcel_is_refused(runs):
    _operator, hub = runs
    shops = [rows.retailer(), rows.retailer()]
    references = [into_locker(shop, hub).reference for shop in shops]
    boxes = {box_of(reference, shop) for reference, shop in zip(references, shops, strict=True)}

    with pytest.raises(Conflict, match=r"has no compartment left that fits"):
        into_locker(rows.retailer(), hub)

    assert boxes == {"S1", "S2"}
    with transaction():
        bookings.cancel_shipment(shops[0], references[0])
    again = into_locker(shops[1], hub).reference
    assert box_of(again, shops[1]) == "S1", "what was given back is free again"
    assert capacity.wrong_counters() == []


def box_of(reference: str, shop) -> str:
    stay = fresh(reference, shop).stay
    assert stay is not None
    return stay.compartment.label


def test_lockers_that_are_shut_at_night_and_on_sundays_say_so(town):
    hub = rows.hub(name="Hub Markt")
    sunday, night = clock.moment_of(date(2026, 11, 22), 12 * 3600), clock.moment_of(date(2026, 11, 23), 3 * 3600)

    assert "rest on Sundays" in str(lockers.closed_now(hub, clock.in_city(sunday), "NI"))
    assert "reached from 08:00 to 18:00" in str(lockers.closed_now(hub, clock.in_city(night), "NI"))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("abcd-efgh-2", "ABCDEFGH002"),
        ("ABCD-EFGH", "ABCDEFGH001"),
        ("]C1" + "00" + SSCC, SSCC),
        ("(00) " + SSCC, SSCC),
        ("1Z999AA10123456784", "1Z999AA10123456784"),
        ("]Q3ABCDEFGH012", "ABCDEFGH012"),
    ],
)
def test_scanners_and_people_write_codes_in_many_ways(typed, read):
    digit = floor.check_digit(SSCC[:17])
    typed, read = typed.replace(SSCC, SSCC[:17] + str(digit)), read.replace(SSCC, SSCC[:17] + str(digit))

    assert floor.read_code(typed) == read


def test_a_damaged_label_is_told_by_its_check_digit():
    wrong = (floor.check_digit(SSCC[:17]) + 1) % 10
    with pytest.raises(BadInput, match=r"its last digit should be"):
        floor.read_code("00" + SSCC[:17] + str(wrong))


def test_a_foreign_barcode_stands_for_a_parcel_from_then_on(runs):
    operator, hub = runs
    shop = rows.retailer()
    shipment = rows.book(shop, hub, rows.working_day())
    piece = fresh(shipment.reference, shop).pieces[0]
    with transaction():
        assert floor.scan(operator, hub, "JJD0001", ScanKind.RECEIVE).kind == "no"
        floor.give_alias(operator, hub, piece.id, "JJD0001")
    with transaction():
        assert floor.scan(operator, hub, "JJD0001", ScanKind.RECEIVE).kind == "ok"


def test_missing_and_damaged_parcels_are_set_apart_and_found_again(runs):
    operator, hub = runs
    shop = rows.retailer()
    shipment = rows.book(shop, hub, rows.working_day())
    piece_id = fresh(shipment.reference, shop).pieces[0].id
    with transaction():
        assert floor.mark(operator, hub, piece_id, ScanKind.MISSING).state == ParcelState.MISSING
    with transaction():
        assert floor.mark(operator, hub, piece_id, ScanKind.FOUND).state == ParcelState.RECEIVED
        assert floor.mark(operator, hub, piece_id, ScanKind.DAMAGED).shelf == "K"
    with pytest.raises(Conflict, match=r"Only a parcel that has not arrived"), transaction():
        floor.mark(operator, hub, piece_id, ScanKind.MISSING)


def test_another_operators_parcels_are_not_found(runs):
    _operator, hub = runs
    shop = rows.retailer()
    shipment = rows.book(shop, hub, rows.working_day())
    piece_id = fresh(shipment.reference, shop).pieces[0].id
    other = rows.hub(name="Hub Zwei")

    assert floor.find(other.id, fresh(shipment.reference, shop).pieces[0].code) is None
    with pytest.raises(NotFound):
        floor.parcel_at(other.id, piece_id)


@pytest.mark.one_database
def test_labels_hold_every_name_on_a6(runs):
    _operator, hub = runs
    shop = rows.retailer(name="Buchladen „Şule & Ωmega“ " + "sehrlang" * 12)
    shipment = rows.book(shop, hub, rows.working_day(), recipient="Änne Öztürk-" + "x" * 80, parcels=3)

    paper = labels.pdf([fresh(shipment.reference, shop)])

    assert paper.startswith(b"%PDF") and paper.count(b"/Type /Page\n") == 3


def test_the_operators_page_answers_a_scan_and_the_customer_follows_the_link(app, runs):
    operator, hub = runs
    shop = rows.retailer()
    shipment = into_locker(shop, hub)
    desk = build.browser_of(app, operator)

    page = desk.post(f"/hubs/{hub.id}/scan", data={"code": shipment.reference, "mode": "receive"}).text
    assert "Arrived early: parcel 1 of 1" in page and ">S1<" in page
    desk.post(f"/hubs/{hub.id}/scan", data={"code": shipment.reference, "mode": "place"})
    assert "fach fach--s fach--voll" in desk.get(f"/hubs/{hub.id}").text, "it lies there, whatever day it is for"
    stranger = app.test_client()
    follow = stranger.get(f"/paket/{shipment.tracking_token}?lang=en").text
    code = lockers.code_of(lockers.stay_by_token(shipment.tracking_token))
    assert code in follow and shipment.recipient not in follow
    assert stranger.get("/paket/guessed").status_code == 404
    opened = stranger.post("/fach?lang=en", data={"number": shipment.reference, "code": code}).text
    assert "Compartment S1 is released for you" in opened
    rival = build.browser_of(app, rows.operator_of_hubs())
    assert rival.post(f"/hubs/{hub.id}/scan", data={"code": "x", "mode": "receive"}).status_code == 404
    assert build.browser_of(app, build.account(Role.COURIER)).get(f"/hubs/{hub.id}/ausstattung").status_code == 403
