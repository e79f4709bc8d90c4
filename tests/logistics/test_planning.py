"""A day of bookings becomes tours along real streets, pinned to what they were made from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from city import jobs, settings
from city.db import db, transaction
from city.messages import Conflict
from city.models import Role
from city.solver import Solver, SolverFailed
from logistics import board, bookings, dispatch, planning, queries
from logistics.delivery import receive
from logistics.jobs import plan_day
from logistics.kinds import PlanState
from logistics.models import DayPlan, HubVehicle, Shipment
from routing.tours.solve import solve
from tests import build
from tests.logistics import rows

MARKET = (53.2503, 10.4076)
SAND = (53.2485, 10.4106)
ROSE = (53.2503, 10.4101)


class Here(jobs.Run):
    """A run whose solver works in this process, so that no second one has to warm up."""

    def __init__(self, day) -> None:  # no row: nobody asks how far it is
        self.payload = {"day": day.isoformat()}
        self.told: list[dict] = []

    def tell(self, **progress) -> None:
        self.told.append(progress)

    def solve(self, path, **arguments):
        assert path == "routing.tours.solve:solve"
        return solve(**{**arguments, "limit_s": 0.2})


def plan(day) -> DayPlan:
    """Plan a day as the worker does, and read what came of it."""
    keep = plan_day(Here(day))
    db.session.rollback()
    with transaction():
        keep()
    db.session.rollback()
    published = queries.published_plan(day)
    assert published is not None
    return published


def test_bookings_become_tours_with_lines_along_streets_and_words(street_map, day):
    hub = rows.hub(lat=53.2488, lon=10.4095)
    person = rows.retailer()
    for point in (MARKET, SAND, ROSE):
        rows.book(person, hub, day, point=point)

    made = plan(day)

    stops = [stop for tour in made.tours for stop in tour.stops]
    assert {stop.shipment.address for stop in stops} == {"Rosenstraße 6"}
    assert len(stops) == 3
    assert made.unserved == []
    for tour in made.tours:
        legs = [*[stop.line for stop in tour.stops], tour.back_line]
        assert [leg[-1] for leg in legs[:-1]] == [leg[0] for leg in legs[1:]], "each leg begins where the last one ends"
        assert sum(stop.metres for stop in tour.stops) < tour.metres
        assert all(len(stop.line) > 2 and stop.steps[0]["text"].startswith("Start") for stop in tour.stops)
        assert tour.departs_s >= 9 * 3600 and tour.returns_s <= 17 * 3600
    assert made.metres == sum(tour.metres for tour in made.tours)
    assert made.co2e_g == round(made.metres * 6 / 1000) and made.van_co2e_g == round(made.metres * 340 / 1000)


def test_several_hubs_and_bikes_are_one_problem_and_goods_leave_from_their_own_hub(street_map, day):
    north, south = rows.hub(lat=MARKET[0], lon=MARKET[1]), rows.hub(lat=SAND[0], lon=SAND[1])
    person = rows.retailer()
    rows.book(person, north, day, point=ROSE)
    rows.book(person, south, day, point=ROSE)

    made = plan(day)

    assert {tour.vehicle.hub_id for tour in made.tours} == {north.id, south.id}
    for tour in made.tours:
        assert {stop.shipment.hub_id for stop in tour.stops} == {tour.vehicle.hub_id}


def test_what_no_bike_can_take_in_time_stays_behind_with_a_reason(street_map, day):
    """
    Two bikes that carry 100 kg each and never come back for more, three shipments of 60 kg: two on one bike do not fit.
    """
    hub = rows.hub(bikes=2)
    for _ in range(3):
        rows.book(rows.retailer(), hub, day, point=SAND, weight_g=60_000)
    rows.one_round_each(hub)

    made = plan(day)

    assert len(made.tours) == 2 and len(made.unserved) == 1
    assert made.unserved[0].reason.startswith("No vehicle has room left: it weighs %(needs_kg)s kg")
    assert made.unserved[0].reason_values == {"needs_kg": 60, "has_kg": 40}


def test_the_change_that_the_board_names_would_serve_what_stayed_behind(street_map, day, sign_in):
    """
    Two bikes, three shipments of which one fits at a time: as long as the board says, one of them could come back.
    """
    hub = rows.hub(bikes=2)
    for _ in range(3):
        rows.book(rows.retailer(), hub, day, point=SAND, weight_g=60_000)
    rows.one_round_each(hub)
    (left,) = plan(day).unserved
    helps = board.helps_of(left)
    assert helps.text.startswith("If %(vehicle)s could be back %(minutes)s minutes later")
    page = sign_in(Role.DISPATCHER).get(f"/dispo/{day}").text
    assert f"If {helps.values['vehicle']} could be back {helps.values['minutes']} minutes later, at" in page

    with transaction():
        bikes = db.session.scalars(select(HubVehicle).where(HubVehicle.hub_id == hub.id)).all()
        (bike,) = (bike for bike in bikes if planning.key_of(bike, hub) == helps.values["vehicle"])
        bike.ends_s += 60 * helps.values["minutes"]
        dear = replace(settings.current().numbers, unserved_cents=20_000)  # an hour of loading is worth it
        settings.change(dear, by_account_id=None)

    assert plan(day).unserved == []


def test_a_later_booking_makes_the_plan_outdated_and_has_the_day_planned_again(street_map, day):
    hub, person = rows.hub(), rows.retailer()
    rows.book(person, hub, day, point=SAND)
    first = plan(day)
    version = first.input_version
    assert version == dispatch.input_of(day).version

    rows.book(person, hub, day, point=MARKET)

    assert version != dispatch.input_of(day).version
    waiting = db.session.scalars(select(jobs.Job)).all()
    assert len(waiting) == 1, "both bookings share the job that still waits"


def test_a_plan_made_from_old_bookings_is_not_published(street_map, day):
    """
    While the solver searched, a shop has cancelled: what it found would send a bike for nothing.
    """
    hub, person = rows.hub(), rows.retailer()
    rows.book(person, hub, day, point=SAND)
    keep = plan_day(Here(day))
    gone = rows.book(person, hub, day, point=MARKET)

    with transaction():
        result = keep()

    assert result == {"day": day.isoformat(), "outdated": True}
    assert queries.published_plan(day) is None
    with transaction():
        bookings.cancel_shipment(person, gone.reference)
    assert len(plan(day).tours[0].stops) == 1


def test_a_new_plan_supersedes_the_old_one_and_the_couriers_stay(street_map, day):
    hub, person = rows.hub(bikes=1), rows.retailer()
    courier = build.account(Role.COURIER)
    rows.book(person, hub, day, point=SAND)
    tour_id = plan(day).tours[0].id
    with transaction():
        dispatch.assign_courier(tour_id, courier.id)
        dispatch.release(day)
    rows.book(person, hub, day, point=MARKET)

    second = plan(day)

    assert (second.number, second.tours[0].courier_id) == (2, courier.id)
    states = db.session.scalars(select(DayPlan.state).order_by(DayPlan.number)).all()
    assert states == [PlanState.SUPERSEDED, PlanState.PUBLISHED]


class Dies(Here):
    """A run whose solver process dies in the middle of the search, as when the machine takes its memory."""

    def solve(self, path, **arguments):
        solver = Solver(warm=())
        try:
            return solver.ask("tests.city.solver_tasks:die", {})
        finally:
            solver.close()


def test_a_killed_search_leaves_the_last_good_plan_in_service(street_map, day):
    hub, person = rows.hub(), rows.retailer()
    rows.book(person, hub, day, point=SAND)
    good = plan(day)
    rows.book(person, hub, day, point=MARKET)

    with pytest.raises(SolverFailed):
        plan_day(Dies(day))
    db.session.rollback()

    still = queries.published_plan(day)
    assert (still.id, still.number, still.state) == (good.id, 1, PlanState.PUBLISHED)
    assert [stop.shipment.lat for tour in still.tours for stop in tour.stops] == [SAND[0]]


def test_one_person_rides_one_bike(street_map, day):
    hub, person, courier = rows.hub(bikes=2), rows.retailer(), build.account(Role.COURIER)
    for _ in range(2):
        rows.book(person, hub, day, point=SAND, weight_g=60_000)
    first, second = (tour.id for tour in plan(day).tours)
    with transaction():
        dispatch.assign_courier(first, courier.id)

    with pytest.raises(Conflict, match="already rides Rad 1 on this day"), transaction():
        dispatch.assign_courier(second, courier.id)


def test_a_day_that_has_begun_is_not_planned_again(street_map, day):
    hub, person, courier = rows.hub(), rows.retailer(), build.account(Role.COURIER)
    reference = rows.book(person, hub, day, point=SAND).reference
    tour_id = plan(day).tours[0].id
    with transaction():
        dispatch.assign_courier(tour_id, courier.id)
        dispatch.release(day)
    with transaction():
        receive(courier.id, {"id": "a", "kind": "delivered", "shipment": reference})

    with pytest.raises(Conflict, match="The couriers are on their way"), transaction():
        dispatch.request_plan(person, day)


def test_a_day_without_bookings_has_an_empty_plan(street_map, day):
    rows.hub()

    assert plan(day).tours == []


def test_a_place_that_has_left_the_map_stays_behind_and_the_others_are_served(street_map, day):
    hub, person = rows.hub(), rows.retailer()
    rows.book(person, hub, day, point=SAND)
    lost = rows.book(person, hub, day, point=MARKET)
    with transaction():
        db.session.scalars(select(Shipment).where(Shipment.id == lost.id)).one().lat = 54.0

    made = plan(day)

    assert [one.shipment_id for one in made.unserved] == [lost.id]
    assert len(made.tours[0].stops) == 1


def test_clocks_and_elapsed_seconds_agree_on_the_days_the_clocks_change():
    """
    On 25 October 2026 the clocks go back: 9 o'clock comes ten hours after midnight.
    """
    assert planning.elapsed_s(date(2026, 10, 25), 9 * 3600) == 10 * 3600
    assert planning.elapsed_s(date(2026, 3, 29), 9 * 3600) == 8 * 3600
    assert planning.clock_s(date(2026, 10, 25), 10 * 3600) == 9 * 3600
    assert planning.elapsed_s(date(2026, 11, 2), 24 * 3600) == 24 * 3600
