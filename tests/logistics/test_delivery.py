"""What couriers report counts once, whatever the network does; what cannot be lies in the inbox and is not lost."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from city import clock
from city.db import db, transaction
from city.messages import Conflict
from city.models import Role
from logistics import delivery, dispatch, phone, reports, street_queries
from logistics.delivery import Fate
from logistics.kinds import ShipmentStatus
from logistics.models import CourierEvent, InboxEntry, Shipment
from routing.message import BadInput
from tests import build
from tests.logistics import rows
from tests.logistics.test_planning import SAND, plan
from tests.rounds import rounds


@pytest.fixture
def ridden(street_map):
    """A courier with one stop: (courier's id, shipment's reference)."""
    hub, day, courier = rows.hub(), rows.working_day(), build.account(Role.COURIER)
    reference = rows.book(rows.retailer(), hub, day, point=SAND).reference
    tour = plan(day).tours[0]
    with transaction():
        dispatch.assign_courier(tour.id, courier.id)
        dispatch.release(day)
        booked_earlier(reference)
    return courier.id, reference


def raw(client_id: str, reference: str | None, kind: str = "delivered", **values):
    """A report of a minute ago as the phone sends it."""
    at = phone.milliseconds(clock.now()) - 60_000
    return {"id": client_id, "kind": kind, "shipment": reference, "at": at, **values}


def send(courier_id: int, report, *, sent_at=None) -> delivery.Receipt:
    with transaction():
        return delivery.receive(courier_id, report, sent_at=sent_at)


def status(reference: str) -> ShipmentStatus:
    db.session.rollback()
    return db.session.scalars(select(Shipment.status).where(Shipment.reference == reference)).one()


def events() -> list[CourierEvent]:
    db.session.rollback()
    return list(db.session.scalars(select(CourierEvent)))


def inbox() -> list[InboxEntry]:
    db.session.rollback()
    return street_queries.inbox()


def test_a_delivery_is_reported_once_however_often_it_is_sent(ridden):
    courier_id, reference = ridden
    report = raw("phone-1", reference)

    assert {send(courier_id, report).fate for _ in range(20)} == {Fate.KEPT}
    assert status(reference) == ShipmentStatus.DELIVERED
    assert len(events()) == 1


def test_a_report_is_taken_back_and_the_shipment_is_open_again(ridden):
    courier_id, reference = ridden
    told = raw("a", reference)
    send(courier_id, told)

    send(courier_id, raw("b", reference, "undone", undoes="a", at=told["at"] + 9_000))

    assert status(reference) == ShipmentStatus.BOOKED


def test_what_is_taken_back_before_it_arrives_never_counts(ridden):
    courier_id, reference = ridden
    told = raw("a", reference)

    send(courier_id, raw("b", reference, "undone", undoes="a", at=told["at"] + 9_000))
    send(courier_id, told)

    assert status(reference) == ShipmentStatus.BOOKED


@pytest.mark.parametrize(
    ("report", "why"),
    [
        ({"kind": "failed"}, "Please say why the shipment was not delivered."),
        ({"kind": "failed", "reason": "rain"}, "“rain” is no reason."),
        ({"kind": "flown"}, "“flown” is no report."),
        ({"kind": "delivered", "shipment": None}, "does not say which shipment it is about"),
        ({"kind": "undone"}, "does not say what it takes back"),
        ({"kind": "delivered", "at": "noon"}, "“noon” is no moment"),
        ({"kind": "delivered", "receiver": "x" * 101}, "“receiver” has 101 characters; at most 100 are possible."),
        ({"kind": "delivered", "note": 7}, "“7” is no text for “note”."),
        ({"kind": "delivered", "signature": [[1, 2000]]}, "The signature could not be read."),
        ({"kind": "reordered", "order": "abc"}, "The order of the stops could not be read."),
        ({"kind": "note", "day": "tomorrow"}, "“tomorrow” is no day"),
    ],
)
def test_a_report_that_cannot_be_read_says_what_would_be_right(report, why):
    with pytest.raises(BadInput) as refusal:
        reports.parse(raw("x", "ABCD-EFGH") | report)

    assert why in str(refusal.value)


RUBBISH = [None, 7, "x", [], [1], {}, {"id": "\0"}, {"id": 3, "kind": []}, {"id": "f", "kind": "flown"}]


def test_rubbish_lies_in_the_inbox_once_and_is_answered(ridden):
    courier_id, reference = ridden

    for report in RUBBISH:
        receipts = [send(courier_id, report) for _ in range(2)]
        assert {one.fate for one in receipts} == {Fate.INBOX} and len({one.client_id for one in receipts}) == 1
        assert receipts[0].text is not None and str(receipts[0].text) == str(receipts[1].text)

    assert len(inbox()) == len(RUBBISH) and status(reference) == ShipmentStatus.BOOKED


def test_another_couriers_stop_goes_to_the_dispatcher(ridden):
    _, reference = ridden
    other = build.account(Role.COURIER)

    receipt = send(other.id, raw("a", reference))

    assert receipt.fate == Fate.INBOX and "is not on your tour, or not any more" in str(receipt.text)
    assert status(reference) == ShipmentStatus.BOOKED


def test_a_shipment_given_to_someone_else_meanwhile_is_for_the_dispatcher_to_decide(ridden):
    """
    The first courier, without a network, delivers what was given to another bike: the dispatcher lets it count.
    """
    first, reference = ridden
    second = build.account(Role.COURIER)
    shipment = db.session.scalars(select(Shipment).where(Shipment.reference == reference)).one()
    tour = street_queries.next_tour_of(first, today=clock.today())
    with transaction():
        dispatch.assign_courier(tour.id, second.id)

    send(first, raw("a", reference, receiver="Ahorn"))
    entry = inbox()[0]
    with transaction():
        delivery.settle(entry.id, let_count=True)

    assert status(reference) == ShipmentStatus.DELIVERED
    assert inbox() == []
    assert events()[0].shipment_id == shipment.id and events()[0].details == {"receiver": "Ahorn"}
    with pytest.raises(Conflict, match="settled this report already"), transaction():
        delivery.settle(entry.id, let_count=False)


def test_a_cancelled_shipment_is_not_delivered_by_itself(ridden):
    courier_id, reference = ridden
    with transaction():
        db.session.scalars(
            select(Shipment).where(Shipment.reference == reference)
        ).one().status = ShipmentStatus.CANCELLED

    receipt = send(courier_id, raw("a", reference))

    assert "was cancelled. Please take it back to the hub." in str(receipt.text)
    assert status(reference) == ShipmentStatus.CANCELLED and len(inbox()) == 1


def test_a_phone_whose_clock_is_a_day_off_reports_the_right_time(ridden):
    courier_id, reference = ridden
    now = clock.now()
    for number, (off, word) in enumerate([(timedelta(days=1), "fast"), (timedelta(days=-1), "slow")]):
        said = phone.milliseconds(now - timedelta(seconds=30) + off)

        receipt = send(courier_id, raw(f"a{number}", reference, "arrived", at=said), sent_at=now + off)

        assert receipt.fate == Fate.KEPT
        assert f"is 1440 minutes {word}; the times of the reports were corrected." in str(receipt.text)
    assert all(abs(one.happened_at - (now - timedelta(seconds=30))) < timedelta(seconds=5) for one in events())


def test_a_report_older_than_its_shipment_goes_to_the_inbox(ridden):
    """
    The clock was set right between the report and the sending: nobody can know when it happened.
    """
    courier_id, reference = ridden
    said = phone.milliseconds(clock.now() - timedelta(days=2))

    receipt = send(courier_id, raw("a", reference, at=said), sent_at=clock.now())

    assert "was booked only at" in str(receipt.text) and receipt.fate == Fate.INBOX


def test_a_replay_of_yesterdays_queue_changes_nothing(ridden):
    courier_id, reference = ridden
    queue = [raw("d", None, "departed"), raw("a", reference, "failed", reason="no_access"), raw("b", reference)]
    for report in queue:
        send(courier_id, report)
    before = [(event.client_id, event.happened_at, event.received_at) for event in events()]

    for report in random.Random(1).sample(queue, 3):
        send(courier_id, report)

    assert [(event.client_id, event.happened_at, event.received_at) for event in events()] == before
    assert status(reference) == ShipmentStatus.DELIVERED and inbox() == []


def test_a_contradiction_waits_for_the_dispatcher_until_it_is_none(ridden):
    """
    Delivered, and later "nobody there": the first counts. When the first is taken back, nothing is wrong any more.
    """
    courier_id, reference = ridden
    first = raw("a", reference)
    send(courier_id, first)
    later = raw("b", reference, "failed", reason="nobody_there", at=first["at"] + 5_000)
    assert send(courier_id, later).fate == Fate.INBOX
    waiting = [entry.client_id for entry in inbox()]

    send(courier_id, raw("c", reference, "undone", undoes="a", at=first["at"] + 1_000))

    assert waiting == ["b"]
    assert inbox() == [] and status(reference) == ShipmentStatus.FAILED


KINDS = st.sampled_from(["arrived", "delivered", "to_neighbour", "failed", "undone", "note", "flown"])


@st.composite
def queues(draw) -> list[dict]:
    """What a phone may have in its queue about one shipment, in the order in which it happened."""
    queue = []
    for number in range(draw(st.integers(1, 6))):
        kind = draw(KINDS)
        report = {"id": f"q{number}", "kind": kind, "after_ms": 1000 * number}
        report |= {"reason": "refused"} if kind == "failed" else {}
        report |= {"undoes": f"q{draw(st.integers(0, 5))}"} if kind == "undone" else {}
        queue.append(report)
    return queue


@given(queues(), st.data())
@settings(max_examples=rounds(12), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_way_of_sending_a_queue_leads_to_the_same_rows(ridden, queue, data):
    """
    Through the database: shuffled, doubled, cut; the same events, the same status, the same inbox.
    """
    courier_id, reference = ridden
    base = phone.milliseconds(clock.now()) - 60_000
    made = [{**one, "shipment": reference, "at": base + one["after_ms"]} for one in queue]
    doubled = data.draw(st.permutations(made + made[: data.draw(st.integers(0, len(made)))]))

    found = []
    for sent in (made, doubled):
        clear()
        with transaction():
            booked_earlier(reference)
            for report in sent:
                delivery.receive(courier_id, report)
        found.append(
            (
                sorted((one.client_id, one.happened_at) for one in events()),
                sorted((one.client_id, one.reason) for one in inbox()),
                status(reference),
            )
        )

    assert found[0] == found[1]


def clear() -> None:
    """Forget every report."""
    db.session.rollback()
    with transaction():
        for row in [*db.session.scalars(select(InboxEntry)), *db.session.scalars(select(CourierEvent))]:
            db.session.delete(row)


def booked_earlier(reference: str) -> None:
    """The shipment was booked yesterday."""
    shipment = db.session.scalars(select(Shipment).where(Shipment.reference == reference)).one()
    shipment.booked_at, shipment.status = clock.now() - timedelta(days=1), ShipmentStatus.BOOKED


def test_the_tour_of_today_is_seen_once_released_and_by_nobody_else(ridden):
    courier_id, reference = ridden

    found = street_queries.next_tour_of(courier_id, today=clock.today())

    assert found is not None and [stop.shipment.reference for stop in found.stops] == [reference]
    assert street_queries.next_tour_of(build.account(Role.COURIER).id, today=clock.today()) is None
    with transaction():
        street_queries.tour_of_day(found.id).released_at = None
    assert street_queries.next_tour_of(courier_id, today=clock.today()) is None


def test_a_clock_is_believed_within_two_minutes():
    now = clock.now()

    moment, notice = reports.happened_at(now - timedelta(seconds=50), now - timedelta(seconds=110), now)

    assert moment == now - timedelta(seconds=50) and notice is None
