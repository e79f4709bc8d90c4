"""The evening: what was planned beside what happened, and what the settings can learn from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm.attributes import set_committed_value

from city import clock, settings
from city.db import db, transaction
from city.models import Role
from city.settings import CitySettings
from logistics import delivery, dispatch, evening, phone, street_queries
from logistics.kinds import EventKind, FailureReason, RecipientKind
from logistics.models import CourierEvent, DayPlan, Hub, HubVehicle, Shipment, Stop, Tour
from tests import build
from tests.logistics import rows
from tests.logistics.test_planning import MARKET, ROSE, SAND, plan

HOUR_S = 3600
DAY = date(2026, 11, 23)
MIDNIGHT = datetime(2026, 11, 22, 23, tzinfo=UTC)  # of the city
LEG_S, STOP_S = 300, 200


def event(kind: EventKind, at_s: float, **values) -> CourierEvent:
    return CourierEvent(
        client_id=f"{kind}{at_s}", kind=kind, happened_at=MIDNIGHT + timedelta(seconds=at_s), decides=False,
        **{"details": {}, "undoes": None, "reason": None, **values},
    )  # fmt: skip


def a_day(count: int, *, leg_s: int, stop_s: int, arrivals: bool = True) -> tuple[DayPlan, list[CourierEvent]]:
    """A tour of so many stops, 300 s and 1 km apart, each 200 s long, and how it really went."""
    left_s, told = 9 * HOUR_S, [event(EventKind.DEPARTED, 9 * HOUR_S)]
    stops = []
    for number in range(1, count + 1):
        arrives_s = 9 * HOUR_S + number * (LEG_S + STOP_S) - STOP_S
        shipment = Shipment(
            recipient_kind=RecipientKind.HOME, parcels=0, window_closes_s=18 * HOUR_S, lat=number, lon=1
        )
        stop = Stop(position=number, arrives_s=arrives_s, starts_s=arrives_s, departs_s=arrives_s + STOP_S, metres=1000,
                    shipment=shipment)  # fmt: skip
        there_s, left_s = left_s + leg_s, left_s + leg_s + stop_s
        its = [event(EventKind.ARRIVED, there_s)] if arrivals else []
        set_committed_value(stop, "events", [*its, event(EventKind.DELIVERED, left_s)])
        stops.append(stop)
    tour = Tour(courier_id=7, departs_s=9 * HOUR_S, returns_s=stops[-1].departs_s + LEG_S, metres=1000 * (count + 1),
                vehicle=HubVehicle(hub=Hub(lat=0.0, lon=1.0)), stops=stops)  # fmt: skip
    return DayPlan(day=DAY, tours=[tour]), told


def done(day: tuple[DayPlan, list[CourierEvent]], way_m=lambda start, end: 5000) -> evening.DayDone:
    made, told = day
    return evening.day_done(made, {7: told}, CitySettings(), now=MIDNIGHT + timedelta(hours=20), way_m=way_m)


def test_slower_rides_and_longer_stops_become_suggestions():
    """
    400 s instead of 300 s between the doors, 250 s instead of the 150 s of the settings at them.
    """
    found = done(a_day(12, leg_s=400, stop_s=250))

    assert found.pace is not None and (found.pace.count, found.pace.percent) == (12, 75)
    assert found.suggestions == {"cargo_bike_pace_percent": 75, "home_service_s": 250}


@pytest.mark.parametrize(
    ("day", "suggested"),
    [
        (a_day(9, leg_s=400, stop_s=250), {}),
        (a_day(12, leg_s=302, stop_s=155), {}),
        (a_day(12, leg_s=400, stop_s=150, arrivals=False), {"home_service_s": 250}),
    ],
    ids=["too few", "as it is", "nobody said when they arrived, so rides count as stops"],
)
def test_few_or_fitting_numbers_suggest_nothing(day, suggested):
    assert done(day).suggestions == suggested


def test_a_ride_with_a_break_in_it_says_nothing_about_the_pace():
    made, told = a_day(3, leg_s=300, stop_s=200)
    told += [event(EventKind.BREAK_STARTED, 9 * HOUR_S + 10), event(EventKind.BREAK_ENDED, 9 * HOUR_S + 200)]

    found = done((made, told)).pace

    assert found is not None and found.count == 2


def test_ridden_metres_follow_the_reports_and_the_way_home_counts_once_it_was_reported():
    made, told = a_day(3, leg_s=300, stop_s=200)
    first, second = made.tours[0].stops[0], made.tours[0].stops[1]
    as_planned = done((made, told)).metres
    home = done((made, [*told, event(EventKind.RETURNED, 12 * HOUR_S)])).metres
    first_events, second_events = first.events, second.events
    set_committed_value(first, "events", second_events)
    set_committed_value(second, "events", first_events)

    assert as_planned == (4000, 3000) and home == (4000, 4000)
    assert done((made, told)).metres == (4000, 15_000), "hub to 2, 2 to 1 and 1 to 3 are other ways than planned"
    assert done((made, told), way_m=lambda start, end: None).metres == (4000, None)


@pytest.fixture
def ridden(street_map, sign_in):
    """A day of three stops ridden backwards, one of them in vain: (day, dispatcher's browser, manager's browser)."""
    hub, day, person, courier = rows.hub(bikes=1), rows.working_day(), rows.retailer(), build.account(Role.COURIER)
    for point in (MARKET, SAND, ROSE):
        rows.book(person, hub, day, point=point)
    tour = plan(day).tours[0]
    with transaction():
        dispatch.assign_courier(tour.id, courier.id)
        dispatch.release(day)
    references = [stop.shipment.reference for stop in street_queries.whole_tour(tour.id).stops][::-1]
    with time_machine.travel(clock.moment_of(day, 9 * HOUR_S), tick=False) as now:
        told = [("departed", None), *[(kind, one) for one in references for kind in ("arrived", "delivered")]]
        told[-1] = ("failed", references[-1])
        for number, (kind, reference) in enumerate([*told, ("returned", None)]):
            now.shift(300)
            raw = {"id": f"e{number}", "kind": kind, "shipment": reference, "at": phone.milliseconds(clock.now())}
            with transaction():
                delivery.receive(courier.id, raw | ({"reason": "refused"} if kind == "failed" else {}))
    db.session.rollback()
    return day, sign_in(Role.DISPATCHER), sign_in(Role.MANAGER)


def test_the_page_compares_and_a_suggestion_becomes_a_setting(ridden, monkeypatch):
    day, dispatcher, manager = ridden
    few = manager.post(f"/dispo/{day}/bilanz", data={"setting": "home_service_s"})
    monkeypatch.setattr(evening, "LEAST_OBSERVED", 1)

    page = dispatcher.get(f"/dispo/{day}/bilanz").text
    refused = dispatcher.post(f"/dispo/{day}/bilanz", data={"setting": "home_service_s"})
    manager.post(f"/dispo/{day}/bilanz", data={"setting": "home_service_s"})

    assert "2 delivered, 1 not delivered" in page and "Refused: <b>1</b>" in page and "km ridden." in page
    assert "Suggestion: 280 s." in page or "Suggestion: 290 s." in page
    assert few.status_code == 404 and refused.status_code == 403
    assert settings.current().numbers.home_service_s in (280, 290)
    assert manager.post(f"/dispo/{day}/bilanz", data={"setting": "unserved_cents"}).status_code == 404


def test_the_days_reports_leave_the_house_in_the_words_of_epcis_and_without_persons(ridden):
    day, dispatcher, _ = ridden

    told = dispatcher.get(f"/dispo/{day}/ereignisse.json").get_json()["epcisBody"]["eventList"]

    steps = [one["bizStep"] for one in told]
    assert steps == ["departing", *["arriving", "accepting"] * 2, "arriving", "holding", "arriving"]
    assert told[-2]["zwischenraum:reason"] == FailureReason.REFUSED and "account" not in str(told)


def test_a_slower_pace_makes_plans_slower(street_map):
    hub, day = rows.hub(), rows.working_day()
    rows.book(rows.retailer(), hub, day, point=SAND)
    before = plan(day).tours[0]
    usual_s = before.returns_s - before.departs_s
    with transaction():
        numbers = settings.current().numbers
        settings.change(replace(numbers, cargo_bike_pace_percent=50), by_account_id=None)

    after = plan(day).tours[0]

    stop_s = numbers.home_service_s + numbers.parcel_service_s
    assert after.returns_s - after.departs_s - stop_s == pytest.approx(2 * (usual_s - stop_s), abs=2)
    assert after.metres == before.metres
