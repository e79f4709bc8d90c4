"""What is scarce is never sold twice, whoever comes at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError

from city.db import city_scope, db, is_sqlite, transaction
from city.messages import Conflict
from city.models import Account, City
from logistics import bookings, capacity, chains, queries
from logistics.kinds import Resource
from logistics.models import CapacityLine, DayCapacity, Hub, Shipment
from tests.logistics import rows
from tests.rounds import rounds

CLIENTS = 8
PLACES = 3


def used(hub: Hub, resource: Resource = Resource.PARCELS) -> int:
    """What the counters of a hub say is taken."""
    db.session.rollback()
    query = select(DayCapacity.used).where(DayCapacity.hub_id == hub.id, DayCapacity.resource == resource)
    return sum(db.session.scalars(query))


def test_a_booking_takes_room_and_cancelling_gives_it_back(street_map):
    hub, person = rows.hub(), rows.retailer()

    shipment = rows.book(person, hub, rows.working_day(), parcels=4, weight_g=8_000)
    assert (used(hub), used(hub, Resource.CARRIED_G), used(hub, Resource.STOPS)) == (4, 8_000, 1)

    with transaction():
        bookings.cancel_shipment(person, shipment.reference)
    assert (used(hub), used(hub, Resource.CARRIED_G), used(hub, Resource.STOPS)) == (0, 0, 0)
    assert capacity.wrong_counters() == []


def test_a_full_hub_says_that_this_booking_does_not_fit_and_never_how_much_others_took(street_map):
    hub, person, day = rows.hub(name="Hub Markt", parcels_per_day=5), rows.retailer(), rows.working_day()
    rows.book(rows.retailer(), hub, day, parcels=3)

    with pytest.raises(Conflict) as refusal:
        rows.book(person, hub, day, parcels=3)

    assert str(refusal.value) == (
        f"On {day} Hub Markt has no room left for 3 parcels. Please choose fewer parcels, another day or another hub."
    )
    assert used(hub) == 3


@pytest.mark.parametrize(
    ("hub", "shipment", "why"),
    [
        ({"storage_g": 15_000}, {"weight_g": 8_000}, "Hub Markt cannot take 8.0 kg more. Please choose less weight, "),
        ({"storage_ml": 15_000}, {"volume_ml": 8_000}, "Hub Markt cannot take 8.0 l more. Please choose less volume, "),
    ],
)
def test_weight_and_volume_are_scarce_too(street_map, hub, shipment, why):
    place, day = rows.hub(name="Hub Markt", **hub), rows.working_day()
    rows.book(rows.retailer(), place, day, **shipment)

    with pytest.raises(Conflict) as refusal:
        rows.book(rows.retailer(), place, day, **shipment)

    assert why + "another day or another hub." in str(refusal.value)


def test_a_hub_takes_no_more_than_its_bikes_carry_away(street_map):
    """
    One bike of 100 kg that loads twice a day: however large the storage, the fourth 60 kg are refused at booking.
    """
    hub, day = rows.hub(name="Hub Markt", bikes=1), rows.working_day()
    for _ in range(3):
        rows.book(rows.retailer(), hub, day, weight_g=60_000)

    with pytest.raises(Conflict, match="cannot take 60"):
        rows.book(rows.retailer(), hub, day, weight_g=60_000)


def test_a_window_is_full_when_the_bikes_are_booked_out_and_the_next_one_is_not(street_map):
    hub, person, day = rows.hub(name="Hub Markt", bikes=1), rows.retailer(), rows.working_day()
    for _ in range(20):  # one bike, two hours, ten stops an hour
        rows.book(person, hub, day)

    with pytest.raises(Conflict, match="the bikes are booked out from 09:00 to 11:00"):
        rows.book(person, hub, day)

    room = chains.room_of(queries.hub(hub.id), [], stops_per_bike_hour=10)
    free = capacity.free_windows(room, [day])[day]
    assert [window.free for window in free] == [False, True, True, True]
    rows.book(person, hub, day, window_opens_s=11 * 3600, window_closes_s=13 * 3600)


def test_what_does_not_fit_as_a_whole_takes_nothing(street_map):
    """
    The parcels would fit, the weight does not: no counter moves, no line is written, no shipment stays.
    """
    hub, day = rows.hub(storage_g=5_000), rows.working_day()

    with pytest.raises(Conflict):
        rows.book(rows.retailer(), hub, day, weight_g=6_000)

    assert used(hub) == 0
    assert list(db.session.scalars(select(CapacityLine))) == []
    assert list(db.session.scalars(select(Shipment))) == []


def test_the_same_form_sent_twice_books_once(street_map):
    hub, person, day = rows.hub(), rows.retailer(), rows.working_day()

    first = rows.book(person, hub, day, request_key="form-1")
    again = rows.book(person, hub, day, request_key="form-1")

    assert first.reference == again.reference
    assert used(hub) == 1


def test_the_database_itself_refuses_to_oversell(street_map):
    hub, day = rows.hub(), rows.working_day()
    rows.book(rows.retailer(), hub, day)

    with pytest.raises(IntegrityError, match="never_oversold"), transaction():
        row = db.session.scalars(select(DayCapacity).where(DayCapacity.resource == Resource.PARCELS)).one()
        row.used = row.capacity + 1
    db.session.rollback()


def test_the_last_places_go_to_exactly_as_many_as_there_are(app, town, street_map):
    """
    Eight shops press the button at once for three places, each for a parcel: three get one, five a sentence.
    """
    day, people = rows.working_day(), [rows.retailer().id for _ in range(CLIENTS)]
    for _ in range(rounds(1)):
        hub = rows.hub(parcels_per_day=PLACES)

        sold = race(app, town, [partial(press_the_button, person, hub.id, day) for person in people])

        assert sold == PLACES
        assert used(hub) == PLACES
        assert capacity.wrong_counters() == []


def test_without_lock_and_check_the_race_oversells(app, town, street_map):
    """
    The control: with looking and writing in two transactions, and no CHECK, the same race sells too much.
    So the test above can see a race.
    """
    hub, day = rows.hub(parcels_per_day=PLACES), rows.working_day()
    rows.book(rows.retailer(), hub, day)
    drop_check()
    everyone_has_looked, hub_id = Barrier(CLIENTS), hub.id

    def careless() -> None:
        query = select(DayCapacity).where(DayCapacity.hub_id == hub_id, DayCapacity.resource == Resource.PARCELS)
        free = db.session.scalars(query).one().free
        db.session.rollback()
        everyone_has_looked.wait(timeout=90)
        if free < 1:
            raise Conflict("full")
        with transaction():
            db.session.scalars(query).one().used += 1

    assert race(app, town, [careless] * CLIENTS) > PLACES - 1


def press_the_button(account_id: int, hub_id: int, day: date) -> None:
    """Book one parcel, on a connection of one's own."""
    person = db.session.scalars(select(Account).where(Account.id == account_id)).one()
    with transaction():
        bookings.book_shipment(person, hub_id=hub_id, day=day, wish=rows.wish())


def race(app: Flask, town: City, clients: list[Callable[[], object]]) -> int:
    """Let all clients begin at the same moment, each with a connection of its own; how many succeeded."""
    start, city_id = Barrier(len(clients)), town.id

    def run(client: Callable[[], object]) -> bool:
        with app.app_context(), city_scope(city_id):
            start.wait(timeout=90)
            try:
                client()
            except Conflict:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(len(clients)) as pool:
        return sum(pool.map(run, clients))


def ignore_checks(raw: Any, _record: object) -> None:
    """What a connection to SQLite is told when the net is away."""
    raw.execute("PRAGMA ignore_check_constraints=ON")


def drop_check() -> None:
    """Take the net away."""
    db.session.remove()
    if is_sqlite(db.engine):
        event.listen(db.engine, "connect", ignore_checks)
        db.engine.dispose()
        return
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE day_capacity DROP CONSTRAINT ck_day_capacity_never_oversold"))


@pytest.fixture(autouse=True)
def check_is_back(app: Flask):
    """One database serves all tests of a process: put the net back."""
    yield
    with app.app_context():
        if is_sqlite(db.engine):
            if event.contains(db.engine, "connect", ignore_checks):
                event.remove(db.engine, "connect", ignore_checks)
                db.engine.dispose()
            return
        rule = "ALTER TABLE day_capacity ADD CONSTRAINT ck_day_capacity_never_oversold"
        with db.engine.begin() as connection:
            connection.execute(text("TRUNCATE day_capacity CASCADE"))
            connection.execute(
                text("ALTER TABLE day_capacity DROP CONSTRAINT IF EXISTS ck_day_capacity_never_oversold")
            )
            connection.execute(text(f"{rule} CHECK (0 <= used AND used <= capacity)"))
