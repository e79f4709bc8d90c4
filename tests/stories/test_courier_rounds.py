"""A courier whose bike is too small for one load: ride, come back, load again, ride on, all of it without a network."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from city.db import city_scope, db, every_city, transaction
from demo import town
from logistics import dispatch, queries
from logistics.kinds import EventKind
from logistics.models import CourierEvent, HubVehicle
from tests.browser import PHONE
from tests.stories.test_courier import deed, record, wait_for
from tests.words import de

SMALL_G, SMALL_ML = 40_000, 250_000
pytestmark = pytest.mark.long


def small_bikes(running):
    """The demo day with bikes that carry little, planned and given out: day, whose tour, stops of its first round."""
    with running.app.app_context():
        city = town.found()
        assert city is not None
        with city_scope(city.id):
            day = town.next_working_day()
            with transaction():
                for bike in db.session.scalars(select(HubVehicle)):
                    bike.payload_g, bike.volume_ml = SMALL_G, SMALL_ML
                dispatch.ask_for_plan(day, account_id=None)
            number = queries.published_plan(day).number
            for _ in range(240):
                db.session.rollback()
                if queries.published_plan(day).number > number:
                    break
                town.sleep(0.5)
            assert town.assign_couriers(day)
            db.session.rollback()
            tours = [tour for tour in queries.published_plan(day).tours if tour.courier_id and tour.reloads]
            assert tours, "no bike has to come back"
            ours = max(tours, key=lambda tour: len(tour.stops))
            found = day, ours.courier.email, ours.reloads[0]["after"]
        db.session.remove()
    return found


def test_a_courier_comes_back_to_the_hub_and_loads_the_second_round_without_a_network(running, clean):
    day, email, first = small_bikes(running)
    courier = running.visit(email, PHONE)
    phone = courier.page
    expect(phone.locator("#laden-liste button")).to_have_count(first)
    expect(phone.locator("#danach .weiter__laden").first).to_contain_text(de("Reload at the hub"))
    wait_for(lambda: phone.evaluate("navigator.serviceWorker.controller !== null"), phone)
    clean(courier)

    courier.context.set_offline(True)
    deed(phone, "Ride off").click()
    for _ in range(first):
        record_or_come_back(phone)
    expect(deed(phone, "Loaded, ride off")).to_be_visible()
    expect(phone.locator("#h-laden")).to_be_focused()
    expect(phone.locator("#weg-worte li").first).to_be_visible()
    phone.locator("#laden-liste button").first.click()
    phone.reload()
    expect(phone.locator("#laden-liste button[aria-pressed=true]")).to_have_count(1)
    deed(phone, "Loaded, ride off").click()
    expect(phone.locator("#kopf")).to_contain_text(str(first + 1))
    record(phone, "delivered")

    courier.context.set_offline(False)
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    wait_for(lambda: len(told(running, day)) == first + 2, phone)
    courier.problems.clear()  # the browser says what could not be fetched
    assert [kind for kind in told(running, day) if kind == EventKind.RELOADED] == [EventKind.RELOADED]
    clean(courier)


def record_or_come_back(phone) -> None:
    """Deliver what is next; behind the last stop of a round the hub is next."""
    same = re.compile(f"^{re.escape(phone.locator('#halt-nummer').inner_text())}$")
    deed(phone, "Delivered").click()
    expect(phone.locator("#halt:not([hidden]) #halt-nummer").filter(has_text=same)).to_have_count(0)


def told(running, day) -> list[EventKind]:
    """What the server knows of the day, deliveries and reloads."""
    kinds = (EventKind.DELIVERED, EventKind.RELOADED)
    with running.app.app_context(), every_city():
        db.session.rollback()
        query = select(CourierEvent.kind).where(CourierEvent.day == day, CourierEvent.kind.in_(kinds))
        found = list(db.session.scalars(query.order_by(CourierEvent.happened_at)))
        db.session.remove()
    return found
