"""A bike comes back to its hub and loads again: planned, kept, shown, moved, planned again, reported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from city.db import db, transaction
from city.models import Role
from logistics import courses, delivery, dispatch, moves, queries, replanning, rounds, rules, steering, street_queries
from routing.tours.replan import replan
from routing.tours.solve import solve
from tests import build
from tests.logistics import rows
from tests.logistics.test_delivery import raw
from tests.logistics.test_planning import MARKET, ROSE, SAND, plan

HOUR_S = 3600


def full_day(bikes: int = 1):
    """Three shipments of 60 kg for bikes that carry 100 kg: the day, its hub, and who books."""
    hub, day, person = rows.hub(lat=53.2488, lon=10.4095, bikes=bikes), rows.working_day(), rows.retailer()
    for point in (MARKET, SAND, ROSE)[: bikes + 1]:
        rows.book(person, hub, day, point=point, weight_g=60_000)
    return day, hub


@pytest.fixture
def two_rounds(street_map):
    """One bike, two shipments of 60 kg, planned and released to a courier: the day, the courier."""
    day, _ = full_day()
    courier = build.account(Role.COURIER)
    tour_id = plan(day).tours[0].id
    with transaction():
        dispatch.assign_courier(tour_id, courier.id)
        dispatch.release(day)
    return day, courier


def tour_of(day):
    db.session.rollback()
    db.session.expire_all()
    return steering.running(day).plan.tours[0]


def test_a_day_too_heavy_for_one_load_is_served_in_two_rounds(two_rounds):
    """
    The plan was checked before it was kept (``planning.answer_of``); riding back and loading take their time.
    """
    day, _ = two_rounds
    tour = tour_of(day)
    first, second = rounds.rounds_of(tour, ways=True)

    assert len(tour.stops) == 2 and queries.published_plan(day).unserved == []
    assert (first.load_g, second.load_g) == (60_000, 60_000) and second.number == 2
    reload = tour.reloads[0]
    assert reload["after"] == 1 and reload["departs_s"] - reload["starts_s"] == 600
    assert tour.stops[0].departs_s < reload["arrives_s"] <= reload["starts_s"]
    assert tour.stops[1].arrives_s > reload["departs_s"]
    lines = rounds.lines_of(tour)
    assert [line[-1] for line in lines[:-1]] == [line[0] for line in lines[1:]], "to the hub and out again"
    assert second.way is not None and second.way["steps"]
    assert tour.metres == pytest.approx(sum(s.metres for s in tour.stops) + reload["metres"] + 300, abs=300)


def test_the_same_day_without_reloading_leaves_a_shipment_behind(two_rounds):
    day, _ = two_rounds
    problem = steering.running(day).question.problem
    never = replace(problem, vehicles=tuple(replace(vehicle, reload_s=None) for vehicle in problem.vehicles))

    assert solve(problem, limit_s=0.2).unserved == ()
    assert len(solve(never, limit_s=0.2).unserved) == 1


def test_a_light_day_is_planned_without_looking_for_reloads(street_map):
    hub, person, day = rows.hub(), rows.retailer(), rows.working_day()
    light = rows.book(person, hub, day, point=SAND)
    late = rows.book(person, hub, day, point=SAND)
    assert not rounds.may_need_more(hub, [light])
    late.ready_s = 12 * HOUR_S
    assert rounds.may_need_more(hub, [light, late]), "goods that come at noon ride in a later round"
    light.weight_g = 160_000
    assert rounds.may_need_more(hub, [light])


# --- the dispatcher's hands ---


def test_a_stop_can_be_put_into_a_new_round_behind_the_last_one(street_map):
    """
    Two light stops on one bike in one round; one of them is moved behind the last place: the bike comes back for it.
    """
    hub, day, person = rows.hub(lat=53.2488, lon=10.4095, bikes=1), rows.working_day(), rows.retailer()
    for point in (MARKET, SAND):
        rows.book(person, hub, day, point=point)
    plan(day)
    now = steering.running(day)
    first = now.plan.tours[0].stops[0].shipment.reference
    bike = now.key_of(now.plan.tours[0])

    seen = steering.preview(now, first, bike=bike, at=2)
    with transaction():
        steering.move_stop(day, first, bike=bike, at=2, number=1)

    assert seen.possible and len(seen.totals[0].reloads) == 1
    tour = tour_of(day)
    assert [stop.shipment.reference for stop in tour.stops][1] == first and len(tour.reloads) == 1
    assert len(tour.reload_ways) == 1 and tour.reload_ways[0]["line"]
    with transaction():
        steering.move_stop(day, first, bike=bike, at=0, number=2)
    assert tour_of(day).reloads == [], "a round that has become empty is gone"


def test_a_bike_on_its_way_can_load_for_a_later_round_but_not_for_this_one(two_rounds):
    day, _ = two_rounds
    now = steering.running(day)
    tour = now.plan.tours[0]
    bike, (one, other) = now.key_of(tour), [stop.shipment.reference for stop in tour.stops]
    riding = courses.running(dispatch.input_of(day, every_bike=True), now.plan, at_s=tour.departs_s + 60)

    assert courses.courses_of(riding)[0].orders == (one, moves.RELOAD, other)
    into = steering.preview(riding, other, bike=bike, at=0)
    out = steering.preview(riding, one, bike=bike, at=3)

    assert "cannot load the parcel any more" in str(into.objections[0])
    assert "is on board of" in str(out.objections[0])


def test_a_day_with_two_rounds_is_planned_again_and_keeps_the_round_under_way(two_rounds):
    """
    While the bike is at its first stop a shop books another 60 kg: the bike comes back a second time.
    """
    day, _ = two_rounds
    tour = tour_of(day)
    order = [stop.shipment.reference for stop in tour.stops]
    hub = queries.open_hubs()[0]
    fresh = rows.book(rows.retailer(), hub, day, point=ROSE, weight_g=60_000).reference
    asked = replanning.question(day, at_s=tour.departs_s + 60)

    found = replan(asked.problem, courses.plan_of(asked.day), asked.changes, now_s=asked.day.now_s, limit_s=0.2)
    with transaction():
        draft_id = replanning.keep_draft(replanning.question(day, at_s=tour.departs_s + 60), found).id

    draft = queries.draft(day, draft_id)
    assert draft.unserved == [] and len(draft.tours[0].reloads) == 2 == len(draft.tours[0].reload_ways)
    assert draft.tours[0].stops[0].shipment.reference == order[0]
    assert {stop.shipment.reference for stop in draft.tours[0].stops} == {*order, fresh}


# --- the courier ---


def test_a_reported_reload_is_over_and_counts_once(two_rounds):
    day, courier = two_rounds
    tour = tour_of(day)
    first, second = [stop.shipment.reference for stop in tour.stops]
    with transaction():
        for stop in tour.stops:
            stop.shipment.booked_at = stop.shipment.booked_at.replace(year=2025)
    for report in (
        raw("a", first),
        {**raw("b", None, "reloaded", round=2), "day": day.isoformat()},
        {**raw("b", None, "reloaded", round=2), "day": day.isoformat()},
        {**raw("c", None, "reloaded", round=2), "day": day.isoformat()},
    ):
        with transaction():
            assert delivery.receive(courier.id, report).text is None

    now = steering.running(day)

    assert courses.reloads_behind(now, tour_of(day)) == 1
    assert courses.courses_of(now)[0].orders == (second,)
    assert len(replanning.question(day).changes.reloaded[now.key_of(tour)]) == 1


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({}, "does not say which round begins"),
        ({"round": 1}, "“1” is no round; expected is a whole number from 2 to 50."),
        ({"round": "x"}, "“x” is no round"),
    ],
)
def test_a_reload_of_no_round_goes_to_the_inbox_with_a_sentence(two_rounds, typed, why):
    _, courier = two_rounds
    with transaction():
        receipt = delivery.receive(courier.id, {"id": "a", "kind": "reloaded", **typed})

    assert receipt.fate is delivery.Fate.INBOX and why in str(receipt.text)
    assert len(street_queries.inbox()) == 1


def test_pages_phone_and_paper_show_the_reload_and_what_is_loaded_then(two_rounds, sign_in):
    day, courier = two_rounds
    tour = tour_of(day)
    reload = tour.reloads[0]
    said = f"{rules.clock_time(reload['starts_s'])}–{rules.clock_time(reload['departs_s'])}"
    board = sign_in(Role.DISPATCHER).get(f"/dispo/{day}").text

    assert f"Reload at the hub {said}" in board and ">Reload</text>" in board
    other = sign_in(Role.COURIER)
    with transaction():
        dispatch.assign_courier(tour.id, street_queries.couriers()[-1].id)
    sheet = other.get("/tour/blatt").text
    assert f"Reload at the hub {said}" in sheet and "Round 2" in sheet
    parcel = other.get("/tour/paket.json").get_json()
    assert parcel["reloads"][0] == {
        **{name: reload[name] for name in ("after", "arrives_s", "starts_s", "departs_s")},
        "steps": parcel["reloads"][0]["steps"],
        "line": parcel["reloads"][0]["line"],
        "parcels": 1,
    }
    assert parcel["reloads"][0]["steps"] and "Reload at the hub" in other.get("/tour/einfach").text
    assert courier.id != street_queries.couriers()[-1].id
