"""Many bookings: tables are looked through before any lock and booked whole or not at all; lists have pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from city.db import db, transaction
from logistics import booking_checks, bookings, capacity, repeats
from logistics.booking_checks import Reached
from logistics.kinds import Resource, ShipmentKind
from logistics.models import Compartment, DayCapacity, Shipment
from logistics.sizes import Size
from logistics.wishes import Asked
from routing.message import BadInput, Message
from tests.logistics import rows
from tests.logistics.test_pages import booked as booked_by
from tests.logistics.test_pages import shop as shop_page
from tests.logistics.test_pages import typed

FAR_AWAY = (53.2466, 12.0)


def booked() -> int:
    return db.session.scalar(select(func.count(Shipment.id))) or 0


def refused(wanted: list[Asked | Message]) -> list[tuple[int, str]]:
    """What is said of each row before any lock is taken: nothing of it needs a transaction that writes."""
    with pytest.raises(repeats.BatchRefused) as said:
        repeats.checked(wanted)
    return [(number, str(sentence)) for number, sentence in said.value.rows]


def test_whatever_is_wrong_with_a_row_by_itself_is_said_before_anybody_has_to_wait(street_map):
    """
    Day, window, weight, place, hub and dangerous goods of each row; nothing is locked or written for it.
    """
    hub, day = rows.hub(name="Hub Markt"), rows.working_day()
    rows.retailer()
    wanted: list[Asked | Message] = [
        Asked(hub.id, day, rows.wish()),
        Asked(hub.id, date(2020, 1, 2), rows.wish()),
        Asked(hub.id, day, rows.wish(window_opens_s=22 * 3600, window_closes_s=26 * 3600)),
        Asked(hub.id, day, rows.wish(weight_g=900_000)),
        Asked(hub.id, day, rows.wish(point=FAR_AWAY)),
        Asked(hub.id + 1000, day, rows.wish()),
        Asked(hub.id, day, rows.wish(dangerous=True)),
        Message("The map has no street called “%(street)s”.", {"street": "Nirgendweg"}),
    ]

    said = refused(wanted)

    assert [number for number, _ in said] == [2, 3, 4, 5, 6, 7, 8]
    for (_, sentence), word in zip(
        said, ("has passed", "does not deliver", "too heavy", "map", "no such hub", "Dangerous", "Nirgendweg"),
        strict=True,
    ):  # fmt: skip
        assert word in sentence
    assert booked() == 0


def test_rows_for_which_there_is_no_room_are_each_named_and_nothing_is_booked(street_map):
    """
    Three parcels of room, five rows: the last two are named, and the first three are not booked either.
    """
    hub, shop, day = rows.hub(parcels_per_day=3), rows.retailer(), rows.working_day()
    batch = repeats.checked([Asked(hub.id, day, rows.wish()) for _ in range(5)])

    with pytest.raises(repeats.BatchRefused) as said, transaction():
        repeats.book_all(shop, batch)

    assert [number for number, _ in said.value.rows] == [4, 5]
    assert "has no room left for 1 parcels" in str(said.value.rows[0][1])
    assert booked() == 0 and db.session.scalar(select(func.count(DayCapacity.id))) == 0


def test_what_does_not_fit_leaves_room_for_a_smaller_one_and_the_ledger_adds_up(street_map):
    """
    Room for 3: two parcels, two that do not fit, one that does; each row is judged by what those before it took.
    """
    hub, shop, day = rows.hub(parcels_per_day=3), rows.retailer(), rows.working_day()
    wanted = [Asked(hub.id, day, rows.wish(parcels=count)) for count in (2, 2, 1)]
    with transaction():
        made = bookings.book_each(shop, wanted, [None] * 3)

    assert [isinstance(one, Shipment) for one in made] == [True, False, True]
    assert capacity.wrong_counters() == []
    query = select(DayCapacity.used).where(DayCapacity.resource == Resource.PARCELS)
    assert db.session.scalars(query).all() == [3]


def test_a_table_for_the_lockers_gives_each_row_a_compartment_of_its_own(street_map):
    hub, shop, day = rows.hub(), rows.retailer(), rows.working_day()
    with transaction():
        db.session.add_all(
            Compartment(hub_id=hub.id, label=label, size="m", width_cm=60, height_cm=40, depth_cm=60, most_g=30_000)
            for label in ("A1", "A2")
        )
    wish = rows.wish(kind=ShipmentKind.LOCKER, point=(0.0, 0.0), size=Size((30, 20, 10), None))
    batch = repeats.checked([Asked(hub.id, day, wish)] * 2)
    with transaction():
        made = repeats.book_all(shop, batch)

    assert {one.stay.compartment.label for one in made if one.stay} == {"A1", "A2"}
    with pytest.raises(repeats.BatchRefused, match="1 of 1 rows"), transaction():
        repeats.book_all(shop, repeats.checked([Asked(hub.id, day, wish)]))


def test_ways_that_were_looked_up_for_another_place_count_for_nothing(street_map):
    """
    What was found out before the lock is no key to it: it covers one hub, day, window and place.
    """
    hub, shop, day = rows.hub(), rows.retailer(), rows.working_day()
    near = booking_checks.look_ahead(hub.id, day, rows.wish())
    assert near == Reached.of((hub.lat, hub.lon), day, rows.wish())
    assert booking_checks.look_ahead(hub.id, day, rows.wish(point=FAR_AWAY)) is None

    with pytest.raises(BadInput), transaction():
        bookings.book_shipment(shop, hub_id=hub.id, day=day, wish=rows.wish(point=FAR_AWAY), reached=near)
    assert booked() == 0
    with transaction():
        made = bookings.book_shipment(shop, hub_id=hub.id, day=day, wish=rows.wish(), reached=near)
    assert made.lat == rows.wish().point[0] and replace(near, places=()) != near


def test_a_long_list_of_shipments_comes_page_by_page(hub, sign_in, monkeypatch):
    """
    The latest first, every one on exactly one page; a page that does not exist is the last one.
    """
    browser, firm = shop_page(sign_in)
    monkeypatch.setattr("logistics.views.LISTED", 2)
    for number in range(3):
        browser.post("/buchen", data=typed(hub, rows.working_day(), request_key=f"Sendung {number}"))
    references = [one.reference for one in booked_by(firm)]

    pages = [browser.get(f"/sendungen?page={page}").text for page in (1, 2, 99)]

    shown = [[one for one in references if one in page] for page in pages]
    assert shown == [references[:2], references[2:], references[2:]]
    assert "Page 1 of 2" in pages[0] and 'rel="next"' in pages[0] and 'rel="prev"' in pages[1]
