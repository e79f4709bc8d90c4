"""On real towns: the table, the path and an independent shortest-path search agree."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import osmium
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely import LineString, Polygon

from routing.streets.access import Use, pattern
from routing.streets.costs import states_during
from routing.streets.model import VEHICLES, VehicleClass
from routing.streets.network import Network, Period
from routing.streets.packing import FAR, LENGTH_BITS
from routing.streets.segments import metres_per_degree
from routing.streets.speeds import Speeds
from routing.streets.zones import AccessRule
from tests.rounds import LONG, rounds
from tests.routing.streets.town import BIKE, FOOT, VAN, extract, real_town, some_points

SIDE = 320 if LONG else 60  # squared: more than 100,000 random pairs in the long suite
TUESDAY, SUNDAY = date(2026, 6, 2), date(2026, 6, 7)


@pytest.fixture(scope="module", params=["kaiserslautern", "heidelberg-core"])
def network(request) -> Network:
    return real_town(request.param)


@pytest.fixture(scope="module")
def heidelberg() -> Network:
    return real_town("heidelberg-core")


@pytest.mark.parametrize("vehicle", [BIKE, VAN, FOOT])
def test_the_path_takes_what_the_table_says(network, vehicle):
    points = some_points(network, 12, seed=3)
    matrix = network.matrix(points, vehicle)
    for i, j in np.ndindex(matrix.seconds.shape):
        if i != j and matrix.seconds[i, j] >= 0:
            path = network.path(points[i], points[j], vehicle)
            assert (path.seconds, path.metres) == (matrix.seconds[i, j], matrix.metres[i, j])
            assert sum(step.metres for step in path.steps) == path.metres
            assert sum(step.seconds for step in path.steps) == path.seconds


@pytest.mark.parametrize("vehicle", [BIKE, VAN, FOOT])
def test_the_hierarchy_finds_what_an_independent_search_finds(network, vehicle):
    """Dijkstra on the whole turn graph, from lanes to lanes, in milliseconds."""
    router = network._router(vehicle, None)
    turns, usable = network._derived.turns, router.arcs < FAR
    graph = csr_array(
        ((router.arcs[usable] >> LENGTH_BITS).astype(float), (turns.tail[usable], turns.head[usable])),
        shape=(turns.count, turns.count),
    )
    nodes = np.random.default_rng(5).choice(np.flatnonzero(router.lanes.open), SIDE, replace=False)

    expected = dijkstra(graph, indices=nodes)[:, nodes]
    found = network._hierarchy.table(router.metric, np.arange(SIDE + 1), nodes, np.zeros(SIDE, np.int64), nodes)

    assert np.array_equal(np.where(np.isinf(expected), -1, expected), np.where(found < FAR, found >> LENGTH_BITS, -1))


def test_on_foot_no_detour_is_shorter_than_the_way(network):
    """The triangle inequality; vehicles may gain by turning round at a stop, walkers never."""
    seconds = network.matrix(some_points(network, 30, seed=7), FOOT).seconds.astype(np.int64)
    reached = seconds[0] >= 0
    seconds = seconds[np.ix_(reached, reached)]

    over = (seconds[:, :, None] + seconds[None, :, :]).min(axis=1)

    assert (seconds <= over + 2).all(), "beyond rounding"


def test_heidelbergs_delivery_windows_are_open_in_the_morning_of_a_working_day(heidelberg):
    """All 82 ways with `destination @ (Mo-Sa 06:00-11:00)` become streets with that window."""
    windowed = [
        trait for trait in heidelberg._derived.segments.traits
        if any(condition.text == "(Mo-Sa 06:00-11:00)" for condition in trait.pattern.conditions)
    ]  # fmt: skip
    van = VEHICLES.index(VAN)

    def is_open(period: Period) -> set[bool]:
        states = [states_during(trait.pattern, period) for trait in windowed]
        return {all(state.along[van].kmh or state.against[van].kmh for state in found) for found in states}

    assert len(windowed) > 10
    assert is_open(Period(TUESDAY, 8 * 3600, 9 * 3600)) == {True}
    assert is_open(Period(TUESDAY, 15 * 3600, 16 * 3600)) == {False}
    assert is_open(Period(SUNDAY, 8 * 3600, 9 * 3600)) == {False}


def test_heidelbergs_main_street_is_ridden_in_the_morning_and_pushed_in_the_afternoon(heidelberg):
    """The 8 ways with `bicycle:conditional = yes @ (Mo-Sa 06:00-11:00)`; a pushed bike is no bike to the law."""
    bike = VEHICLES.index(BIKE)
    signed = [trait.pattern for trait in heidelberg._derived.segments.traits if trait.name == "Hauptstraße"]
    signed = [pattern for pattern in signed if pattern.conditions and pattern.states[0].along[bike].push]

    def pushed(day: date, hour: int) -> set[bool]:
        period = Period(day, hour * 3600, hour * 3600 + 60)
        return {state.along[bike].push for pattern in signed for state in states_during(pattern, period)}

    assert False in pushed(TUESDAY, 8)
    assert pushed(TUESDAY, 15) == {True}
    assert pushed(SUNDAY, 8) == {True}


def test_every_conditional_sign_of_heidelberg_is_understood(heidelberg):
    assert dict(heidelberg.not_understood) == {}


def test_a_line_follows_the_street(network):
    """No straight jumps: the line's length is the metres told, to within a hundredth."""
    points = some_points(network, 6, seed=11)
    for start, end in pairwise(points):
        path = network.path(start, end, BIKE)
        north, east = metres_per_degree(start[0])
        length = LineString([(lat * north, lon * east) for lat, lon in path.line]).length
        assert length == pytest.approx(path.metres, rel=0.01, abs=2)


def signed_ways(key: str) -> list[dict[str, str]]:
    """The tags of every way of Heidelberg that carries this sign, streets and squares alike."""
    ways = osmium.FileProcessor(str(extract("heidelberg-core")), osmium.osm.WAY)
    return [
        dict(way.tags)
        for way in ways
        if isinstance(way, osmium.osm.Way) and way.tags.get(key) and "highway" in way.tags
    ]


def uses_at(tags: dict[str, str], vehicle: VehicleClass, day: date, hour: int) -> list[Use]:
    """How a way with these tags may be used then, along it and against it."""
    found = pattern(tags, Speeds(), not_understood=lambda text: None)
    states = states_during(found, Period(day, hour * 3600, hour * 3600 + 60))
    return [
        use
        for state in states
        for use in (state.along[VEHICLES.index(vehicle)], state.against[VEHICLES.index(vehicle)])
    ]


def test_each_of_heidelbergs_82_windowed_ways_lets_the_van_in_on_a_tuesday_morning_only():
    """As a destination at 08:00; not at 15:00, and not on a Sunday."""
    windowed = [
        tags for tags in signed_ways("motor_vehicle:conditional") if "06:00-11:00" in tags["motor_vehicle:conditional"]
    ]

    assert len(windowed) == 82
    for tags in windowed:
        morning = [use for use in uses_at(tags, VAN, TUESDAY, 8) if use.kmh]
        assert morning and all(use.destination for use in morning), tags
        assert not any(use.kmh for use in uses_at(tags, VAN, TUESDAY, 15)), tags
        assert not any(use.kmh for use in uses_at(tags, VAN, SUNDAY, 8)), tags


def test_each_of_heidelbergs_8_ways_with_hours_for_bicycles_is_closed_to_riding_in_the_afternoon():
    signed = signed_ways("bicycle:conditional")

    assert len(signed) == 8
    for tags in signed:
        assert any(use.kmh and not use.push for use in uses_at(tags, BIKE, TUESDAY, 8)), tags
        assert not any(use.kmh and not use.push for use in uses_at(tags, BIKE, TUESDAY, 15)), tags


def test_closures_anywhere_leave_tables_paths_and_an_independent_search_in_agreement(network):
    """Areas around random corners: the table equals the path, no line enters the area, and Dijkstra agrees."""
    chance = np.random.default_rng(17)
    for corner in some_points(network, rounds(1), seed=19):
        lat, lon = corner
        reach = float(chance.uniform(2e-4, 9e-4))
        area = (
            (lat - reach, lon - reach),
            (lat - reach, lon + reach),
            (lat + reach, lon + reach),
            (lat + reach, lon - reach),
        )
        closed = network.with_rules([AccessRule(area, vehicles=frozenset({BIKE, VAN}), name="Markt")])
        near = [corner] + [(lat + float(a), lon + float(b)) for a, b in chance.normal(0, 1.5e-3, (9, 2))]
        points = [point for point in near if network.bounds.contains(point)]
        during = Period(TUESDAY, 8 * 3600, 9 * 3600)
        table = closed.matrix(points, BIKE, during=during)
        for i, j in np.ndindex(table.seconds.shape):
            if i == j or table.seconds[i, j] < 0:
                continue
            path = closed.path(points[i], points[j], BIKE, during=during)
            assert (path.seconds, path.metres) == (table.seconds[i, j], table.metres[i, j])
            assert sum(step.seconds for step in path.steps) == path.seconds
            inside = LineString(path.line).intersection(Polygon(area).buffer(-2e-4)).length
            assert inside < 1e-5, "rides through the closed area"
            assert closed.objection(points[i], points[j], BIKE, during=during, leaves_s=8 * 3600) is None
        router = closed._router(BIKE, during)
        fresh = network._hierarchy.metric(closed._model.arcs(BIKE, router.lanes))
        assert np.array_equal(router.metric.rise, fresh.rise) and np.array_equal(router.metric.fall, fresh.fall)
