"""What couriers report counts once, whatever the network does."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select

from city import clock
from city.db import db, transaction
from city.messages import Conflict, NotFound
from city.models import Role
from logistics import delivery, dispatch, queries, rules
from logistics.kinds import EventKind, FailureReason, ShipmentStatus
from logistics.models import CourierEvent, Shipment
from routing.message import BadInput
from tests import build
from tests.logistics import rows
from tests.logistics.test_planning import SAND, plan

NOON = clock.now()


@pytest.fixture
def ridden(street_map):
    """A courier with one stop: (courier's id, stop's id, shipment's reference)."""
    hub, day, courier = rows.hub(), rows.working_day(), build.account(Role.COURIER)
    reference = rows.book(rows.retailer(), hub, day, point=SAND).reference
    tour = plan(day).tours[0]
    stop_id = tour.stops[0].id
    with transaction():
        dispatch.assign_courier(tour.id, courier.id)
    return courier.id, stop_id, reference


def report(courier_id: int, stop_id: int, client_id: str, kind=EventKind.DELIVERED, **values) -> int:
    with transaction():
        return delivery.record_event(courier_id, stop_id, client_id=client_id, kind=kind, **values).id


def status(reference: str) -> ShipmentStatus:
    db.session.rollback()
    return db.session.scalars(select(Shipment.status).where(Shipment.reference == reference)).one()


def test_a_delivery_is_reported_once_however_often_it_is_sent(ridden):
    courier_id, stop_id, reference = ridden

    kept = {report(courier_id, stop_id, "phone-1") for _ in range(20)}

    assert len(kept) == 1
    assert status(reference) == ShipmentStatus.DELIVERED
    assert len(list(db.session.scalars(select(CourierEvent)))) == 1


def test_a_failure_needs_a_reason_and_a_delivery_has_none(ridden):
    courier_id, stop_id, reference = ridden

    with pytest.raises(BadInput, match="Please say why"):
        report(courier_id, stop_id, "a", EventKind.FAILED)
    report(courier_id, stop_id, "b", EventKind.FAILED, reason=FailureReason.NOBODY_THERE)

    assert status(reference) == ShipmentStatus.FAILED


def test_a_report_can_be_taken_back_for_a_moment(ridden):
    courier_id, stop_id, reference = ridden
    then = clock.now() - timedelta(minutes=5)
    report(courier_id, stop_id, "a", happened_at=then)

    with pytest.raises(Conflict, match="can no longer be taken back"):
        report(courier_id, stop_id, "b", EventKind.UNDONE)
    report(courier_id, stop_id, "c", EventKind.UNDONE, happened_at=then + timedelta(seconds=9))

    assert status(reference) == ShipmentStatus.BOOKED


def test_only_the_courier_of_the_tour_reports(ridden):
    _, stop_id, reference = ridden
    other = build.account(Role.COURIER)

    with pytest.raises(NotFound):
        report(other.id, stop_id, "a")
    assert status(reference) == ShipmentStatus.BOOKED


def test_a_number_used_before_does_not_report_something_else(ridden):
    courier_id, stop_id, _ = ridden
    report(courier_id, stop_id, "a")

    with pytest.raises(NotFound, match="belongs to another stop"):
        report(courier_id, stop_id, "a", EventKind.FAILED, reason=FailureReason.REFUSED)


def test_a_phone_whose_clock_runs_ahead_does_not_report_the_future(ridden):
    courier_id, stop_id, _ = ridden
    report(courier_id, stop_id, "a", happened_at=clock.now() + timedelta(days=365))

    db.session.rollback()
    assert db.session.scalars(select(CourierEvent.happened_at)).one() <= clock.now()


def event(number: int, kind: EventKind) -> CourierEvent:
    return CourierEvent(client_id=str(number), kind=kind, happened_at=NOON + timedelta(seconds=number))


def test_the_order_in_which_reports_arrive_makes_no_difference():
    """
    Not there, taken back, delivered: whatever arrives first, the parcel is delivered.
    """
    told = [event(1, EventKind.FAILED), event(2, EventKind.UNDONE), event(3, EventKind.DELIVERED)]

    outcomes = {rules.outcome_of(order).status for order in permutations(told)}

    assert outcomes == {ShipmentStatus.DELIVERED}
    assert rules.outcome_of(told[:2]).open


def test_the_tour_of_today_comes_before_the_next_one_and_others_see_nothing(ridden):
    courier_id, stop_id, _ = ridden

    found = queries.next_tour_of(courier_id, today=clock.today())

    assert found is not None and [stop.id for stop in found.stops] == [stop_id]
    assert queries.next_tour_of(build.account(Role.COURIER).id, today=clock.today()) is None
