"""A closure drawn by the city is obeyed by the next plan: around it, at its edge, or not at all, with the reason."""

from __future__ import annotations

import pytest
from shapely import LineString, Polygon
from sqlalchemy import select

from city import streets
from city.db import db, transaction
from city.models import Job, Role
from city.zones import queries as zones
from city.zones import services as zone_services
from logistics import dispatch, planning, queries, ways
from routing.message import BadInput
from routing.streets.model import VehicleClass
from tests import build
from tests.city.test_zones import SQUARE, draft
from tests.logistics import rows
from tests.logistics.test_planning import MARKET, plan

ROSE = (53.2503, 10.4101)


@pytest.fixture
def manager(town):
    return build.account(Role.MANAGER)


def close(manager, day, **values):
    with transaction():
        made = zone_services.make_zone(manager, draft(first_day=day, last_day=day, **values))
    db.session.rollback()
    return made


def lines(plan_) -> list[LineString]:
    stops = [stop for tour in plan_.tours for stop in tour.stops]
    return [
        LineString(line) for line in [*(s.line for s in stops), *(t.back_line for t in plan_.tours)] if len(line) > 1
    ]


def test_the_next_plan_goes_around_a_market_and_serves_its_doors_from_the_edge(street_map, manager, day):
    """
    Before, the ride leads over the market; after, no line enters it, and the last metres to its door are on foot.
    """
    shop, hub = rows.retailer(), rows.hub()
    rows.book(shop, hub, day, point=MARKET)
    rows.book(shop, hub, day, point=ROSE)
    market = Polygon(SQUARE)
    before = plan(day)
    assert any(line.intersection(market).length > 1e-4 for line in lines(before))

    close(manager, day)
    assert before.input_version != dispatch.input_of(day).version, "the page says that the plan is out of date"
    after = plan(day)

    assert not after.unserved
    assert all(line.intersection(market).length < 2e-5 for line in lines(after))
    walks = {stop.shipment_id: stop.walk_m for tour in after.tours for stop in tour.stops}
    assert max(walks.values()) > 15


def test_a_door_that_is_closed_even_on_foot_stays_behind_with_the_reason(street_map, manager, day):
    shop, hub = rows.retailer(), rows.hub()
    booked = rows.book(shop, hub, day, point=MARKET)
    close(manager, day, name="Bombenfund", vehicles=("cargo_bike", "e_van", "foot"))

    (left,) = plan(day).unserved

    assert left.shipment_id == booked.id
    assert left.reason_values["closure"] == "Bombenfund"
    with pytest.raises(BadInput, match="Bombenfund"):
        rows.book(shop, hub, day, point=MARKET)


def test_days_with_a_plan_are_planned_again_when_their_streets_change_and_others_are_not(street_map, manager, day):
    shop, hub = rows.retailer(), rows.hub()
    other = rows.working_day((day - rows.clock.today()).days + 5)
    for one in (day, other):
        rows.book(shop, hub, one, point=ROSE)
        plan(one)
    with transaction():
        db.session.execute(Job.__table__.delete())

    close(manager, day)

    assert [job.payload["day"] for job in db.session.scalars(select(Job))] == [day.isoformat()]


def test_the_check_finds_a_ride_through_a_street_that_has_closed(street_map, town, manager, day):
    """
    Negative control: a table made on open streets, ridden while the market is closed, breaks the plan.
    """
    over = ((53.2498, 10.4076), (53.2509, 10.4076))
    open_streets = streets.network()
    close(manager, day, opens_s=10 * 3600, closes_s=12 * 3600)
    closed_streets = zones.network_on(day)

    def objection(network, at_s):
        period = streets.period(town, day, at_s - 600, at_s + 600)
        open_then = streets.period(town, day, 8 * 3600, 9 * 3600)
        during = open_then if network is closed_streets else period
        return network.objection(*over, VehicleClass.CARGO_BIKE, during=during, leaves_s=at_s)

    assert objection(open_streets, 11 * 3600) is None
    assert objection(closed_streets, 9 * 3600) is None
    refused = objection(closed_streets, 11 * 3600)
    assert refused is not None and "Wochenmarkt" in str(refused)


def test_a_broken_plan_is_never_handed_out(street_map, manager, day, monkeypatch):
    """
    If the tables forgot a closure, the check of the ridden plan stops it.
    """
    shop, hub = rows.retailer(), rows.hub()
    rows.book(shop, hub, day, point=MARKET)
    close(manager, day)
    monkeypatch.setattr(ways.Ways, "objection", lambda self, start, end, leaves_s: planning.Message("closed"))

    with pytest.raises(planning.PlanBroken, match="is forbidden: closed"):
        plan(day)
    assert queries.published_plan(day) is None
