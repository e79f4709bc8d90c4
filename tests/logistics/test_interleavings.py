"""Two deeds at one hub, the second begun while the first is about to commit: as if one had come after the other.

The first stops just before its commit; on PostgreSQL the second then runs into its locks, on SQLite into its turn. The
oracle is the same pair done one after the other at a hub of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import select, update

from city import clock
from city.db import city_scope, db, transaction
from city.messages import Conflict
from city.models import Account, City
from logistics import bookings, capacity, hub_rooms, queries
from logistics.kinds import Resource
from logistics.models import DayCapacity, Hub, Shipment
from tests.logistics import rows
from tests.logistics.test_capacity import check_is_back, drop_check  # noqa: F401  the net comes back by a fixture

BOOK, CANCEL, LOWER, EXPIRE, CONFIRM, CHANGE = "book", "cancel", "lower", "expire", "confirm", "change"
DEEDS = (BOOK, CANCEL, LOWER, EXPIRE, CONFIRM, CHANGE)
SHORT = {(BOOK, BOOK), (CANCEL, BOOK), (LOWER, BOOK), (EXPIRE, CONFIRM), (CONFIRM, EXPIRE)}
PLACES = 4
BLOCKED_S = 0.15  # long enough to run into a lock; if the machine is slower, the pair is only less entangled
Told = tuple[str, str, tuple[int, int], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Scene:
    """A hub with four places: two booked, one held, one held too long; and who does what there."""

    hub_id: int
    owner_id: int
    stranger_id: int
    booked: str
    held: str


def scene() -> Scene:
    """A fresh one."""
    operator = rows.operator_of_hubs()
    hub = rows.hub(rows.agreement(operator), operator_id=operator.organisation_id, parcels_per_day=PLACES)
    owner, stranger, day = rows.retailer(), rows.retailer(), rows.working_day()
    booked = rows.book(owner, hub, day, parcels=2).reference
    held, stale = (_held(owner, hub) for _ in range(2))
    with transaction():
        long_ago = clock.now() - timedelta(minutes=1)
        db.session.execute(update(Shipment).where(Shipment.reference == stale).values(hold_until=long_ago))
    return Scene(hub.id, owner.id, stranger.id, booked, held)


def _held(owner: Account, hub: Hub) -> str:
    with transaction():
        made = bookings.book_shipment(owner, hub_id=hub.id, day=rows.working_day(), wish=rows.wish(), hold=True)
        return made.reference


def person(account_id: int) -> Account:
    """Loaded anew, on the session of whoever asks."""
    return db.session.scalars(select(Account).where(Account.id == account_id)).one()


def deed(name: str, here: Scene) -> Callable[[], object]:
    """One deed, to be done inside a transaction."""
    day = rows.working_day()
    return {
        BOOK: lambda: bookings.book_shipment(
            person(here.stranger_id), hub_id=here.hub_id, day=day, wish=rows.wish(parcels=2)
        ),
        CANCEL: lambda: bookings.cancel_shipment(person(here.owner_id), here.booked),
        LOWER: lambda: lower(here),
        EXPIRE: lambda: (queries.hubs_to_change([here.hub_id]), bookings.expire_holds(here.hub_id)),
        CONFIRM: lambda: bookings.confirm(person(here.owner_id), here.held),
        CHANGE: lambda: bookings.change_shipment(
            person(here.owner_id), here.booked, hub_id=here.hub_id, day=day, wish=rows.wish(parcels=3)
        ),
    }[name]


def lower(here: Scene) -> None:
    """Room for three parcels instead of four: refused while four are taken."""
    hub = queries.hub(here.hub_id)
    names = hub_rooms.HubFacts.__dataclass_fields__
    facts = hub_rooms.HubFacts(**{**{name: getattr(hub, name) for name in names}, "parcels_per_day": 3})
    operator = db.session.scalars(select(Account).where(Account.organisation_id == hub.operator_id)).one()
    hub_rooms.change_hub(operator, here.hub_id, facts, revision=hub.revision, every=False, anyway=False)


def told(done: Callable[[], None]) -> str:
    """Done, or the sentence of the refusal without its names."""
    try:
        done()
    except Conflict as refusal:
        return refusal.message.text
    return "done"


def alone(name: str, here: Scene) -> str:
    """One deed in a transaction of its own."""

    def done() -> None:
        with transaction():
            deed(name, here)()

    return told(done)


def state(here: Scene) -> tuple[tuple[int, int], tuple[str, ...]]:
    """What is taken of the parcels of the day and what there is, and how every shipment stands."""
    db.session.rollback()
    query = select(DayCapacity).where(DayCapacity.hub_id == here.hub_id, DayCapacity.resource == Resource.PARCELS)
    row = db.session.scalars(query).one()
    found = db.session.scalars(select(Shipment).where(Shipment.hub_id == here.hub_id))
    assert 0 <= row.used <= row.capacity
    return (row.used, row.intended), tuple(sorted(f"{one.status} {one.parcels}" for one in found))


def one_after_the_other(first: str, second: str) -> Told:
    """What comes of two deeds in a row."""
    here = scene()
    return alone(first, here), alone(second, here), *state(here)


def entangled(app: Flask, town: City, first: str, second: str) -> Told:
    """What comes of them when the second begins while the first is about to commit."""
    here = scene()
    about_to_commit, go, said = Event(), Event(), {}

    def stops_before_its_commit() -> None:
        def done() -> None:
            with transaction():
                try:
                    deed(first, here)()
                finally:
                    about_to_commit.set()
                go.wait(30)

        said["first"] = told(done)

    def begins_meanwhile() -> None:
        about_to_commit.wait(30)
        said["second"] = alone(second, here)

    threads = [Thread(target=_in(app, town.id, one)) for one in (stops_before_its_commit, begins_meanwhile)]
    for thread in threads:
        thread.start()
    about_to_commit.wait(30)
    threads[1].join(BLOCKED_S)
    go.set()
    for thread in threads:
        thread.join(60)
    return said["first"], said["second"], *state(here)


def _in(app: Flask, city_id: int, done: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        with app.app_context(), city_scope(city_id):
            try:
                done()
            finally:
                db.session.remove()

    return run


PAIRS = [pytest.param(*pair, marks=[] if pair in SHORT else [pytest.mark.long]) for pair in product(DEEDS, DEEDS)]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_deeds_at_once_are_two_deeds_in_a_row(app, town, street_map, first, second):
    came_of_it = entangled(app, town, first, second)

    swapped = one_after_the_other(second, first)
    assert came_of_it in (one_after_the_other(first, second), (swapped[1], swapped[0], *swapped[2:]))
    assert capacity.wrong_counters() == []


def test_without_lock_and_check_the_same_interleaving_oversells(app, town, street_map):
    """
    The control: looked, looked, wrote, wrote. So the test above stands at the right places.
    """
    here, city_id = scene(), town.id
    drop_check()
    query = select(DayCapacity).where(DayCapacity.hub_id == here.hub_id, DayCapacity.resource == Resource.PARCELS)
    with transaction():
        bookings.cancel_shipment(person(here.owner_id), here.booked)
    both_looked = [Event(), Event()]

    def careless(me: int) -> Callable[[], None]:
        def done() -> None:
            free = db.session.scalars(query).one().free
            db.session.rollback()
            both_looked[me].set()
            both_looked[1 - me].wait(30)
            if free >= PLACES - 1:
                with transaction():
                    db.session.scalars(
                        query.with_for_update().execution_options(populate_existing=True)
                    ).one().used += free

        return done

    threads = [Thread(target=_in(app, city_id, careless(me))) for me in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    db.session.rollback()
    row = db.session.scalars(query).one()
    assert row.used > row.capacity
