"""What a hub is made of and what is taken of it: docks, ways of goods, holds, changes, quotas, tables, clocks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from city import clock
from city.db import db, transaction
from city.messages import Conflict
from logistics import bookings, capacity, chains, hub_rooms, queries, repeats, tables
from logistics.kinds import LockerSize, Resource, ShipmentKind, ShipmentStatus
from logistics.models import DayCapacity, Hub, Leg, Parcel, Shipment
from routing.message import BadInput, Message
from tests.logistics import rows


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


def fresh(reference: str, person) -> Shipment:
    db.session.rollback()
    return queries.shipment_of(person.organisation_id, reference)


# --- docks, inbound, returns, pooled ---


def test_a_supplier_has_its_slot_and_the_dock_is_sold_once(runs):
    _operator, hub = runs
    inbound = {"kind": ShipmentKind.INBOUND, "dock_opens_s": 8 * 3600 + 1800, "supplier": "Großhandel",
               "window_opens_s": 11 * 3600, "window_closes_s": 13 * 3600}  # fmt: skip
    day = rows.working_day()
    first = rows.book(rows.retailer(), hub, day, **inbound)
    assert [leg.kind for leg in first.legs] == ["supply", "store", "deliver"]
    assert first.ready_s == 9 * 3600, "no bike leaves with it before"

    with pytest.raises(Conflict, match=r"the docks are taken on .* from 08:30 to 09:00"):
        rows.book(rows.retailer(), hub, day, **inbound)
    with pytest.raises(Conflict, match=r"The supplier unloads until 12:00, but the delivery window begins at 11:00"):
        rows.book(rows.retailer(), hub, day, **{**inbound, "dock_opens_s": 11 * 3600 + 1800})


def test_a_return_is_collected_and_brought_to_the_shop_on_the_next_working_day(runs):
    _operator, hub = runs
    shop = rows.retailer(street="Rosenstraße", housenumber="6", lat=53.2488, lon=10.4095)
    day = rows.working_day()

    back = rows.book(shop, hub, day, kind=ShipmentKind.RETURN, recipient="A. Ahorn")

    part = fresh(back.reference, shop).parts[0]
    assert (part.day, part.ride, part.recipient) == (day, "pickup", "A. Ahorn")
    assert back.day > day and back.recipient.startswith("Buchladen")
    assert {one.id for one in queries.day_shipments(day)} == {part.id}
    with transaction():
        bookings.cancel_shipment(shop, back.reference)
    assert queries.day_shipments(day) == [] and capacity.wrong_counters() == []


def test_pooled_shops_are_collected_from_in_the_window_before(runs):
    _operator, hub = runs
    from logistics.wishes import Place

    shops = tuple(Place(f"Laden {n}", "Rosenstraße", "6", (53.2488, 10.4095)) for n in (1, 2))
    order = rows.book(rows.retailer(), hub, rows.working_day(), kind=ShipmentKind.POOLED, pickups=shops, parcels=2,
                      window_opens_s=11 * 3600, window_closes_s=13 * 3600)  # fmt: skip

    collected = [one for one in queries.day_shipments(order.day) if one.part_of_id == order.id]
    assert [(one.window_opens_s, one.window_closes_s) for one in collected] == [(9 * 3600, 11 * 3600)] * 2
    assert order.ready_s == 11 * 3600


# --- holds, changes, quotas, less room ---


def test_a_stale_hold_is_refused_and_its_room_goes_to_the_next(runs):
    _operator, hub = runs
    with transaction():
        hub_rooms.change_hub(_operator, hub.id, facts(hub, parcels_per_day=1), revision=hub.revision, every=False,
                             anyway=False)  # fmt: skip
    shop, day = rows.retailer(), rows.working_day()
    with transaction():
        held = bookings.book_shipment(shop, hub_id=hub.id, day=day, wish=rows.wish(), hold=True)
    with pytest.raises(Conflict, match=r"has no room left for 1 parcels"):
        rows.book(rows.retailer(), hub, day)
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        with pytest.raises(Conflict, match=r"was held until"), transaction():
            bookings.confirm(shop, held.reference)
        assert rows.book(rows.retailer(), hub, day).status == ShipmentStatus.BOOKED
        with pytest.raises(Conflict, match=r"was held until"), transaction():
            bookings.confirm(shop, held.reference)
    assert capacity.wrong_counters() == []


def facts(hub: Hub, **changes) -> hub_rooms.HubFacts:
    given = {
        name: getattr(hub, name)
        for name in ("name", "opens_s", "closes_s", "storage_ml", "storage_g", "parcels_per_day", "chargers",
                     "lockers_always", "lockers_sunday", "locker_days")
    }  # fmt: skip
    return hub_rooms.HubFacts(**{**given, **changes})


def test_a_change_that_does_not_fit_leaves_everything_as_it_was(runs):
    _operator, hub = runs
    shop, day = rows.retailer(), rows.working_day()
    mine = rows.book(shop, hub, day, parcels=2)
    with pytest.raises(Conflict, match=r"no room left"), transaction():
        bookings.change_shipment(shop, mine.reference, hub_id=hub.id, day=day, wish=rows.wish(parcels=101))

    kept = fresh(mine.reference, shop)
    assert (kept.parcels, kept.revision, len(kept.pieces)) == (2, 1, 2)
    with transaction():
        bookings.change_shipment(shop, mine.reference, hub_id=hub.id, day=day, wish=rows.wish(parcels=100))
    changed = fresh(mine.reference, shop)
    assert (changed.parcels, changed.revision, changed.tracking_token) == (100, 2, mine.tracking_token)
    assert capacity.wrong_counters() == []


def test_less_room_than_is_booked_is_refused_and_marked_when_insisted_on(runs):
    operator, hub = runs
    rows.book(rows.retailer(), hub, rows.working_day(), parcels=5)
    less, revision = facts(hub, parcels_per_day=3), hub.revision

    with pytest.raises(hub_rooms.BelowBooked, match=r"More is booked than would be left"), transaction():
        hub_rooms.change_hub(operator, hub.id, less, revision=revision, every=False, anyway=False)
    assert capacity.overcommitted(hub.id, clock.today()) == []

    with transaction():
        hub_rooms.change_hub(operator, hub.id, less, revision=revision, every=False, anyway=True)
    assert [row.resource for row in capacity.overcommitted(hub.id, clock.today())] == [Resource.PARCELS]
    with pytest.raises(Conflict, match=r"no room left"):
        rows.book(rows.retailer(), hub, rows.working_day())
    with pytest.raises(Conflict, match=r"Somebody has changed this hub"), transaction():
        hub_rooms.change_hub(operator, hub.id, less, revision=revision, every=False, anyway=True)


def test_a_quota_counts_what_was_booked_before_it(runs):
    operator, hub = runs
    shop, day = rows.retailer(), rows.working_day()
    rows.book(shop, hub, day, parcels=2)
    with transaction():
        hub_rooms.set_quota(
            operator, hub.id, every=False, organisation_id=shop.organisation_id, parcels=3, anyway=False
        )

    with pytest.raises(Conflict, match=r"Your quota at Hub Markt is 3 parcels a day, of which 2 are booked"):
        rows.book(shop, hub, day, parcels=2)
    rows.book(shop, hub, day, parcels=1)
    rows.book(rows.retailer(), hub, day, parcels=9)
    assert capacity.wrong_counters() == []


# --- tables, clocks ---


def test_three_bad_rows_of_five_hundred_book_nothing_and_are_each_named(runs):
    _operator, hub = runs
    day = rows.working_day().strftime("%d.%m.%Y")
    good = f"Hub Markt;{day};9:00;11:00;A. Ahorn;Rosenstr.;6;1;1,5;10"
    lines = ["Hub;Tag;Von;Bis;Empfänger;Straße;Hausnummer;Pakete;Gewicht kg;Volumen l", *[good] * 500]
    lines[7] = lines[7].replace(";1,5;", ";viel;")
    lines[100] = lines[100].replace("Rosenstr.", "Nirgendweg")
    lines[500] = lines[500].replace(day, "31.02.2027")

    wanted = tables.read_table("\r\n".join(lines).encode("cp1252"), {"hub markt": hub.id})

    wrong = [(number, str(one)) for number, one in enumerate(wanted, start=1) if isinstance(one, Message)]
    assert [number for number, _ in wrong] == [7, 100, 500]
    assert "“weight_kg” is “viel”" in wrong[0][1] and "Nirgendweg" in wrong[1][1] and "31" in wrong[2][1]


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (b"", "has no rows"),
        (b"hub;day\n1;2", "The column .from. is missing"),
        (b"hub;day;from;to;recipient;weight_kg;colour\n1;2;3;4;5;6;7", "There is no column .colour."),
        (b"\x00\x01\x02", "has no rows"),
    ],
)
def test_a_file_that_is_no_table_is_told(file, why):
    with pytest.raises(BadInput, match=why):
        tables.read_table(file, {})


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_quarters_and_slots_are_the_same_on_the_days_the_clocks_change(day):
    """
    Every clock time lies in exactly one quarter, also at 02:30, which is there twice or not at all.
    """
    leg = Leg(kind="store", day=day - timedelta(days=1), opens_s=12 * 3600, until_day=day, closes_s=11 * 3600)

    assert [opens // 3600 for _, opens in chains.quarters(leg)] == [12, 18, 0, 6]
    hub = Hub(opens_s=0, closes_s=24 * 3600, docks=[])
    assert chains.dock_slots(hub, day.weekday()) == []


def test_counters_are_made_only_for_what_is_needed(runs):
    _operator, hub = runs
    rows.book(rows.retailer(), hub, rows.working_day())
    kinds = set(db.session.scalars(select(DayCapacity.resource)))

    assert kinds == {Resource.PARCELS, Resource.STOPS, Resource.VOLUME_ML, Resource.WEIGHT_G, Resource.CARRIED_G,
                     Resource.CARRIED_ML}  # fmt: skip
    assert len(list(db.session.scalars(select(Parcel)))) == 1


@pytest.mark.parametrize(
    "rule",
    ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31", "FREQ=WEEKLY;INTERVAL=0", "FREQ=SECONDLY", "FREQ=DAILY;INTERVAL=99999", "",
     "FREQ=DAILY;INTERVAL=7;BYDAY=TU", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY\nFREQ=DAILY", "FREQ=WEEKLY;COUNT=-"],
)  # fmt: skip
def test_rules_that_nobody_can_follow_are_refused_at_once(rule):
    """
    Also those that only never come true: they would be searched until the year 9999.
    """
    day = date(2026, 11, 23)
    with pytest.raises(BadInput, match="is not a rule"):
        repeats.days_of(rule, day, day, day + timedelta(days=30))
    assert repeats.days_of("FREQ=WEEKLY;BYDAY=MO", day, day, day + timedelta(days=8)) == [day, day + timedelta(days=7)]


def test_the_columns_of_a_table_are_named_in_the_language_of_the_reader_and_each_is_read():
    assert tables.column_names("en") == list(tables.COLUMNS)
    assert [tables._column(name) for name in tables.column_names("de")] == list(tables.COLUMNS)
    assert "Empfänger" in tables.column_names("de") and "Gewicht kg" in tables.column_names("de")
