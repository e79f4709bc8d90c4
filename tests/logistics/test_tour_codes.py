"""The code on a printed tour: it leads whoever rides it to that very tour, and opens nothing by itself."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from city.db import db, transaction
from city.models import Mail, Role
from logistics import dispatch, sheets, street_queries
from tests import build
from tests.logistics import rows
from tests.logistics.test_planning import SAND, plan


@pytest.fixture
def released(app, street_map):
    """A tour given to one of two couriers: (day, bike's id, that courier, the other one)."""
    hub, day = rows.hub(bikes=1), rows.working_day()
    rows.book(rows.retailer(), hub, day, point=SAND)
    tour = plan(day).tours[0]
    mine, other = build.account(Role.COURIER), build.account(Role.COURIER)
    with transaction():
        dispatch.assign_courier(tour.id, mine.id)
        dispatch.release(day)
    return day, tour.vehicle_id, mine, other


def test_the_code_leads_to_the_sign_in_and_from_there_to_this_tour(app, released):
    day, bike, mine, _ = released
    path = f"/tour/rad/{bike}/{day}"

    stranger = app.test_client().get(path)
    known = build.browser_of(app, mine).get(path)

    assert (
        stranger.status_code == 302 and stranger.location.startswith("/login?next=") and f"{bike}" in stranger.location
    )
    assert (known.status_code, known.location) == (302, "/tour")


def test_another_courier_is_told_and_sees_nothing_of_it(app, released):
    day, bike, _, other = released

    answer = build.browser_of(app, other).get(f"/tour/rad/{bike}/{day}")

    paper = build.browser_of(app, other).get(f"/tour/blatt?rad={bike}&tag={day}")

    assert paper.status_code == 404 and "is not yours" in paper.text and "Rosenstraße" not in paper.text
    assert answer.status_code == 404 and "is not yours" in answer.text and "Rosenstraße" not in answer.text


def test_the_dispatcher_comes_to_the_sheet_and_a_bike_without_a_tour_is_said(app, released, sign_in):
    day, bike, _, _ = released
    dispatcher = sign_in(Role.DISPATCHER)

    assert dispatcher.get(f"/tour/rad/{bike}/{day}").location.endswith("/blatt")
    assert "has no tour on this day" in dispatcher.get(f"/tour/rad/{bike + 99}/{day}").text
    assert "is not a day" in dispatcher.get(f"/tour/rad/{bike}/morgen").text


def test_a_tour_of_a_later_day_is_shown_though_the_app_shows_the_next_one(app, released):
    day, _, mine, _ = released
    later, hub = rows.working_day(9), rows.hub(bikes=1)
    rows.book(rows.retailer(), hub, later, point=SAND)
    tour = next(tour for tour in plan(later).tours)
    with transaction():
        dispatch.assign_courier(tour.id, mine.id)
        dispatch.release(later)

    page = build.browser_of(app, mine).get(f"/tour/rad/{tour.vehicle_id}/{later}", follow_redirects=True)

    assert page.status_code == 200 and "Rosenstraße 6" in page.text and later != day


def test_mail_sheet_and_board_carry_the_same_link_and_a_new_plan_keeps_it(app, released, sign_in):
    day, bike, mine, _ = released
    link = sheets.tour_link(street_queries.tour_of_bike(bike, day))

    mails = [mail.text for mail in db.session.scalars(select(Mail)) if mail.recipient == mine.email]
    board = sign_in(Role.DISPATCHER).get(f"/dispo/{day}").text

    assert link.endswith(f"/tour/rad/{bike}/{day}") and any(link in text for text in mails)
    assert sheets.qr_path(link)["path"] in board
    assert link in build.browser_of(app, mine).get("/tour/blatt").text
    plan(day)
    assert sheets.tour_link(street_queries.tour_of_bike(bike, day)) == link
