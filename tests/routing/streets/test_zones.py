"""The city's own rules: closures, zones for certain hours, and when a shop can be reached."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from routing.message import BadInput
from routing.streets.model import ZoneUse
from routing.streets.network import UNREACHABLE, Network, Period, Unreachable
from routing.streets.zones import AccessRule, strip_along
from tests.routing.streets.town import BIKE, EAST_M, FOOT, NORTH_M, ORIGIN, VAN, Town, at, grid, real_town, some_points

TUESDAY = date(2026, 6, 2)
MORNING, NOON = Period(TUESDAY, 8 * 3600, 9 * 3600), Period(TUESDAY, 12 * 3600, 13 * 3600)
MARKET = (at(80, 80), at(120, 80), at(120, 120), at(80, 120))  # around the corner e
RIDERS = frozenset({BIKE, VAN})
WEST, EAST = at(0, 90), at(200, 90)  # on the ring, just below the market street


@pytest.fixture
def network(tmp_path) -> Network:
    """d – e – f through the market, and a way round it below."""
    town = Town(grid())
    town.street("def", name="Am Markt")
    town.street("dabcf", name="Ring")
    return town.network(tmp_path)


def place(point: tuple[float, float]) -> tuple[float, float]:
    """Metres east and north of the town's corner."""
    return (point[1] - ORIGIN[1]) * EAST_M, (point[0] - ORIGIN[0]) * NORTH_M


def metres(network: Network, vehicle=BIKE, during: Period | None = MORNING) -> int:
    return int(network.matrix([WEST, EAST], vehicle, during=during).metres[0, 1])


def test_a_closed_market_is_ridden_around_and_the_network_itself_stays_as_it_was(network):
    closed = network.with_rules([AccessRule(MARKET)])

    assert metres(closed) == 90 + 200 + 90
    assert metres(closed, FOOT) == 380
    assert metres(network) == 220
    assert "Ring" in {step.street for step in closed.path(WEST, EAST, BIKE).steps}


def test_a_closure_holds_on_its_days_and_hours_only(network):
    closed = network.with_rules([AccessRule(MARKET, hours="Tu 10:00-14:00", first_day=TUESDAY, last_day=TUESDAY)])
    week_later = Period(TUESDAY + timedelta(days=7), NOON.starts_s, NOON.ends_s)

    assert metres(closed, during=MORNING) == 220
    assert metres(closed, during=NOON) == 380
    assert metres(closed, during=Period(TUESDAY, 9 * 3600, 11 * 3600)) == 380, "it closes within the period"
    assert metres(closed, during=week_later) == 220
    assert metres(closed, during=None) == 380, "not always open"
    assert closed.changes(Period(TUESDAY, 0, 86400)) == (10 * 3600, 14 * 3600)


def test_where_bikes_must_be_pushed_they_are(network):
    zone = network.with_rules([AccessRule(MARKET, ZoneUse.PUSH, hours="10:00-18:00")])

    riding, pushing = (int(zone.matrix([WEST, EAST], BIKE, during=p).seconds[0, 1]) for p in (MORNING, NOON))

    assert riding < pushing
    assert metres(zone, VAN, NOON) == 380, "vans stay out"
    to_the_stall = zone.path(WEST, at(90, 100), BIKE, during=NOON)
    assert "Get off and push for 90 m." in [str(step.message) for step in to_the_stall.steps]


def test_the_city_may_open_what_the_signs_close(tmp_path):
    town = Town(grid())
    town.street("de", name="Zufahrt")
    town.street("ef", name="Am Markt", highway="pedestrian")
    opened = town.network(tmp_path).with_rules(
        [
            AccessRule(
                (at(90, 90), at(210, 90), at(210, 110), at(90, 110)), ZoneUse.RIDE, frozenset({VAN}), "06:00-10:00"
            )
        ]
    )

    ends = [at(10, 100), at(190, 100)]

    def seconds(during: Period) -> int:
        return int(opened.matrix(ends, VAN, during=during).seconds[0, 1])

    assert seconds(MORNING) > 0
    assert seconds(NOON) == UNREACHABLE
    assert opened.path(ends[0], ends[1], BIKE, during=MORNING).seconds > 100, "bikes are still pushed"


def test_a_zone_for_residents_lets_deliveries_in_but_nobody_through(network):
    zone = network.with_rules([AccessRule(MARKET, ZoneUse.DESTINATION)])

    assert metres(zone) == 380
    assert int(zone.matrix([WEST, at(60, 100)], BIKE).metres[0, 1]) == 70


def test_later_rules_override_earlier_ones(network):
    """A stall on the market is 100 m away; while the market is closed one rides to its edge and walks the rest."""
    closed, open_again, stall = AccessRule(MARKET, vehicles=RIDERS), AccessRule(MARKET, ZoneUse.RIDE), at(90, 100)

    def ridden(*rules: AccessRule) -> int:
        return int(network.with_rules([closed]).with_rules(rules).matrix([WEST, stall], BIKE).metres[0, 1])

    assert ridden(closed, open_again) == ridden() == 100
    assert ridden(open_again, closed) == 90


def test_a_closure_cuts_a_street_where_its_area_begins(network):
    """Whoever lives in the same street before the market is served as ever; nobody rides through, not even along it."""
    closed = network.with_rules([AccessRule(MARKET, vehicles=RIDERS)])
    before, beyond, door = at(60, 100), at(130, 100), at(60, 105)

    table = closed.matrix([WEST, before, beyond, EAST, door], BIKE, during=MORNING)

    assert table.metres[0, 1] == 70 and table.metres[2, 3] == 80
    assert table.metres[1, 2] == 60 + 100 + 200 + 100 + 70, "round the ring"
    assert closed.snap(at(95, 100), BIKE, during=MORNING).distance_m == 15
    for i, j in np.ndindex(table.metres.shape):
        if i != j:
            ends = [(WEST, before, beyond, EAST, door)[k] for k in (i, j)]
            path = closed.path(ends[0], ends[1], BIKE, during=MORNING)
            assert (path.seconds, path.metres) == (table.seconds[i, j], table.metres[i, j])
            assert sum(step.metres for step in path.steps) == path.metres
            assert not any(80.5 < place(point)[0] < 119.5 and place(point)[1] > 99 for point in path.line)


def test_an_area_closed_even_on_foot_is_served_by_nobody_and_says_why(network):
    closed = network.with_rules([AccessRule(MARKET, name="Wochenmarkt")])

    assert closed.matrix([WEST, at(95, 100)], BIKE, during=MORNING).seconds[0, 1] == UNREACHABLE
    with pytest.raises(Unreachable, match="closed even on foot: “Wochenmarkt”"):
        closed.path(WEST, at(95, 100), BIKE, during=MORNING)
    with pytest.raises(Unreachable, match="closed even on foot"):
        closed.snap(at(95, 100), BIKE, during=MORNING)


def test_whom_a_closure_cuts_off_is_told_which_one(tmp_path):
    town = Town(grid())
    town.street("abc", name="Lange Straße")
    closed = town.network(tmp_path).with_rules(
        [AccessRule((at(90, -10), at(110, -10), at(110, 10), at(90, 10)), vehicles=RIDERS, name="Baustelle")]
    )

    with pytest.raises(Unreachable, match="from Lange Straße to Lange Straße while “Baustelle” is closed"):
        closed.path(at(10, 0), at(190, 0), BIKE, during=MORNING)


@pytest.mark.parametrize(
    ("day", "clock", "holds"),
    [
        (date(2026, 6, 5), 23, True),  # a Friday evening
        (date(2026, 6, 6), 3, True),  # its night, after the last day
        (date(2026, 6, 6), 23, False),
        (date(2026, 6, 5), 3, False),  # the night before the first day
    ],
)
def test_hours_over_midnight_belong_to_the_day_on_which_they_begin(day, clock, holds):
    friday = date(2026, 6, 5)
    rule = AccessRule(MARKET, hours="22:00-06:00", first_day=friday, last_day=friday)

    assert rule.truths(Period(day, clock * 3600, clock * 3600 + 60)) == {holds}


def test_a_closed_day_has_as_many_seconds_as_the_day_on_which_the_clocks_change():
    """On 25 October 2026 the day lasts 25 hours, and the closure with it."""
    rule = AccessRule(MARKET, first_day=date(2026, 10, 25), last_day=date(2026, 10, 25))

    assert rule.truths(Period(date(2026, 10, 25), 24 * 3600, 25 * 3600)) == {True}
    assert rule.changes(Period(date(2026, 10, 25), 0, 30 * 3600)) == {25 * 3600}


def test_only_streets_that_lie_in_the_area_are_concerned(network):
    """A rectangle that touches the street with a corner closes nothing."""
    beside = network.with_rules([AccessRule((at(40, 95), at(60, 60), at(60, 104)))])

    assert metres(beside) == 220


def test_a_closure_along_a_line_closes_that_street(network):
    line = network.path(at(10, 100), at(190, 100), BIKE).line

    assert metres(network.with_rules([AccessRule(strip_along(line))])) == 380


def test_a_shop_in_a_pedestrian_zone_is_told_when_the_van_may_come(tmp_path):
    town = Town(grid())
    town.street("de", name="Zufahrt")
    town.street(
        "ef", highway="pedestrian", **{"motor_vehicle:conditional": "destination @ (Mo-Sa 06:00-11:00,18:00-20:00)"}
    )
    network = town.network(tmp_path)
    day = Period(TUESDAY, 5 * 3600, 19 * 3600)

    van = network.open_times(at(10, 100), [at(50, 100), at(190, 100)], VAN, day)
    bike = network.open_times(at(10, 100), [at(190, 100)], BIKE, day)

    whole_day = ((5 * 3600, 19 * 3600),)
    assert van == (whole_day, ((6 * 3600, 11 * 3600), (18 * 3600, 19 * 3600)))
    assert bike == (whole_day,)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (lambda: AccessRule((at(0, 0), at(10, 10), at(10, 0), at(0, 10))), "crosses itself"),
        (lambda: AccessRule((at(0, 0), at(10, 10))), "3 to 1000 corners, not 2"),
        (lambda: AccessRule((at(0, 0), at(10, 10), (float("nan"), 10.0))), "as numbers"),
        (lambda: AccessRule((at(0, 0), at(10, 0), at(20, 0))), "crosses itself"),
        (lambda: AccessRule(MARKET, hours="whenever"), "“whenever” cannot be read"),
        (lambda: AccessRule(MARKET, first_day=TUESDAY, last_day=date(2026, 6, 1)), "ends on 2026-06-01, before"),
    ],
)
def test_rules_that_make_no_sense_are_refused(rule, says):
    with pytest.raises(BadInput, match=says):
        rule()


def test_after_many_closures_the_costs_equal_those_computed_from_nothing():
    """The partial update of the hierarchy against a full one, on a real town."""
    network = real_town("kaiserslautern")
    points = some_points(network, 40, seed=2)
    network.matrix(points, BIKE)
    chance = np.random.default_rng(1)
    rules = []
    for lat, lon in points[:12]:
        size = chance.uniform(2e-4, 1e-3)
        rules.append(AccessRule(((lat, lon), (lat + size, lon), (lat + size, lon + size), (lat, lon + size))))
        changed = network.with_rules(rules)
        fresh = changed.with_rules(rules)
        fresh._routers.clear()

        assert np.array_equal(changed.matrix(points, BIKE).seconds, fresh.matrix(points, BIKE).seconds)
        network = changed
