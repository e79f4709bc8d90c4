"""What customers learn by mail and by their link: two hours the evening before, the hour on the way, another try."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from city import clock
from city.db import db, transaction
from city.models import Mail, Role
from logistics import customers, delivery, dispatch, jobs, phone, rules, street_queries
from logistics.booking_form import Slot
from logistics.kinds import ShipmentKind, ShipmentStatus
from logistics.models import Compartment, Shipment
from tests import build
from tests.logistics import rows
from tests.logistics.test_planning import MARKET, SAND, plan

HOUR_S = 3600
MAIL = "ahorn@example.org"


@pytest.fixture
def promised(street_map):
    """A planned day with one recipient who left an address and one who did not: (day, token, courier's id)."""
    hub, day, person, courier = rows.hub(), rows.working_day(), rows.retailer(), build.account(Role.COURIER)
    token = rows.book(person, hub, day, point=SAND, mail=MAIL).tracking_token
    rows.book(person, hub, day, point=MARKET)
    for tour in plan(day).tours:
        with transaction():
            dispatch.assign_courier(tour.id, courier.id)
    return day, token, courier.id


def mails() -> list[str]:
    """What was sent to the recipient."""
    db.session.rollback()
    return [mail.text for mail in db.session.scalars(select(Mail)) if mail.recipient == MAIL]


def evening_before(day) -> datetime:
    return clock.moment_of(day - timedelta(days=1), 18 * HOUR_S)


def parcel(token: str) -> Shipment:
    db.session.rollback()
    db.session.expire_all()
    return customers.by_token(token)


def test_the_evening_before_recipients_learn_their_two_hours_once(app, promised):
    """
    At six; a second look, and the release in the morning, send nothing more.
    """
    day, token, _ = promised
    assert jobs.DAILY[jobs.TELL_CUSTOMERS] == time(18)

    with time_machine.travel(evening_before(day), tick=False):
        told = []
        for _ in range(2):
            with transaction():
                told.append(jobs.tell_customers(None)()["told"])
    with transaction():
        dispatch.release(day)

    assert told == [1, 0] and len(mails()) == 1
    assert "zwischen 09:00 und 11:00" in mails()[0] and f"/paket/{token}" in mails()[0]


def test_who_was_not_told_the_evening_before_is_told_at_release(promised):
    day, _, _ = promised

    with transaction():
        dispatch.release(day)

    assert len(mails()) == 1


@pytest.mark.parametrize(
    ("window", "arrives_h", "told"),
    [((9, 11), 10, (9, 11)), ((9, 17), 12.3, (11, 13)), ((9, 17), 9.1, (9, 11)), ((9, 17), 16.9, (15, 17)),
     ((9, 17), None, (9, 17))],
)  # fmt: skip
def test_two_hours_lie_around_the_arrival_and_within_the_window(window, arrives_h, told):
    arrives_s = None if arrives_h is None else int(arrives_h * HOUR_S)

    found = rules.two_hours(window[0] * HOUR_S, window[1] * HOUR_S, arrives_s)

    assert found == (told[0] * HOUR_S, told[1] * HOUR_S)


def test_the_page_shows_the_hour_as_soon_as_the_courier_has_left(app, promised):
    day, token, courier_id = promised
    stranger = app.test_client()
    before = stranger.get(f"/paket/{token}?lang=en").text
    with transaction():
        dispatch.release(day)

    with time_machine.travel(clock.moment_of(day, 8 * HOUR_S), tick=False):
        report(courier_id, None, "departed")
        page = stranger.get(f"/paket/{token}?lang=en").text

    assert "between 09:00 and 11:00. The hour stands here" in before
    assert "The courier is on the way." in page
    seen = customers.expected(parcel(token), now=clock.moment_of(day, 8 * HOUR_S))
    assert seen.closes_s - seen.opens_s == HOUR_S and seen.opens_s >= 8 * HOUR_S
    assert stranger.get(f"/ankunft/{token}").headers["Location"] == f"/paket/{token}"


def report(courier_id: int, reference: str | None, kind: str, **values) -> None:
    raw = {"id": f"c-{kind}", "kind": kind, "shipment": reference, "at": phone.milliseconds(clock.now()), **values}
    with transaction():
        assert delivery.receive(courier_id, raw).fate == delivery.Fate.KEPT


@pytest.fixture
def failed(promised):
    """The parcel could not be handed over: its token."""
    day, token, courier_id = promised
    with transaction():
        street_queries.shipment_called(parcel(token).reference).booked_at = clock.now() - timedelta(days=1)
        dispatch.release(day)
    report(courier_id, parcel(token).reference, "failed", reason="nobody_there")
    assert parcel(token).status == ShipmentStatus.FAILED
    return token


@pytest.mark.parametrize("where", ["door", "locker"])
def test_a_failed_delivery_is_booked_again_by_its_recipient_once(app, failed, where):
    """
    At another time, or into a locker; the old page leads to the new one from then on.
    """
    hub_id = parcel(failed).hub_id
    with transaction():
        db.session.add(
            Compartment(hub_id=hub_id, label="A1", size="xl", width_cm=60, height_cm=80, depth_cm=60, most_g=30_000)
        )
    stranger = app.test_client()
    assert "When shall it be brought?" in stranger.get(f"/paket/{failed}?lang=en").text
    slot = Slot(*customers.other_times(parcel(failed))[2])
    typed = {"slot": str(slot), "where": where}

    answers = [stranger.post(f"/ankunft/{failed}", data=typed) for _ in range(2)]

    new = parcel(answers[0].headers["Location"].split("/")[-1])
    assert answers[0].headers["Location"] == answers[1].headers["Location"] != f"/paket/{failed}"
    assert new.kind == (ShipmentKind.LOCKER if where == "locker" else ShipmentKind.OUTBOUND)
    assert new.day == slot.day and new.mail == MAIL and new.status == ShipmentStatus.BOOKED
    assert f"/paket/{new.tracking_token}" in stranger.get(f"/paket/{failed}?lang=en").text


@pytest.mark.parametrize("slot", ["", "tomorrow", "2026-11-23 1-2", "9999-12-31 32400-39600"])
def test_a_time_that_is_none_gets_a_sentence_and_books_nothing(app, failed, slot):
    stranger = app.test_client()

    page = stranger.post(f"/ankunft/{failed}?lang=en", data={"slot": slot}, follow_redirects=True)

    assert page.status_code == 200 and 'class="meldung' in page.text
    assert customers.next_try(parcel(failed)) is None


def test_who_has_nothing_failed_cannot_book_again(app, promised):
    _, token, _ = promised
    slot = Slot(rows.working_day(4), 9 * HOUR_S, 11 * HOUR_S)

    page = app.test_client().post(f"/ankunft/{token}?lang=en", data={"slot": str(slot)}, follow_redirects=True).text

    assert "This parcel does not need another time at the moment." in page
