"""Turn restrictions: over a corner, over a whole way, with exceptions; and every one that Heidelberg has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import osmium
import pytest

from routing.streets.network import Network, Period, import_network
from routing.streets.packing import FAR
from routing.streets.shortest import Router
from routing.streets.snapping import Stops
from routing.streets.turns import lane_ends
from tests.routing.streets.town import BIKE, FOOT, VAN, Town, at, extract, grid, real_town


def cross() -> tuple[Town, dict[str, int]]:
    """Four arms around e, and a way round the block from the west to the north and the south."""
    town = Town(grid())
    arms = {"west": "de", "east": "ef", "north": "he", "south": "eb"}
    ids = {name: town.street(corners, name=name) for name, corners in arms.items()}
    town.street("dghif", name="Ring")
    town.street("dabcf", name="Ring")
    return town, ids


TUESDAY = date(2026, 6, 2)
WEST, NORTH, SOUTH, EAST = at(50, 100), at(100, 150), at(100, 50), at(150, 100)
DIRECT, AROUND = 100, 400


def metres(network: Network, start, end, vehicle) -> int:
    return int(network.matrix([start, end], vehicle).metres[0, 1])


def test_without_restrictions_every_turn_is_direct(tmp_path):
    network = cross()[0].network(tmp_path)

    assert {metres(network, WEST, goal, BIKE) for goal in (NORTH, SOUTH, EAST)} == {DIRECT}


@pytest.mark.parametrize(
    ("kind", "to", "banned"),
    [
        ("no_left_turn", "north", {"north"}),
        ("no_right_turn", "south", {"south"}),
        ("no_straight_on", "east", {"east"}),
        ("no_entry", "north", {"north"}),
        ("only_straight_on", "east", {"north", "south"}),
        ("only_right_turn", "south", {"north", "east"}),
    ],
)
def test_a_sign_at_a_corner_binds_vehicles_but_not_walkers(tmp_path, kind, to, banned):
    town, ids = cross()
    town.rule(kind, ids["west"], "e", ids[to])
    network = town.network(tmp_path)
    goals = {"north": NORTH, "south": SOUTH, "east": EAST}

    for vehicle in (BIKE, VAN):
        assert {name for name, goal in goals.items() if metres(network, WEST, goal, vehicle) > DIRECT} == banned
    assert {metres(network, WEST, goal, FOOT) for goal in goals.values()} == {DIRECT}


@pytest.mark.parametrize(
    ("tags", "bike", "van"),
    [
        ({"except": "bicycle"}, DIRECT, AROUND),
        ({"except": "bicycle;psv"}, DIRECT, AROUND),
        ({"except": "psv"}, AROUND, AROUND),
        ({"except": "motorcar"}, AROUND, DIRECT),
        ({"type": "restriction:bicycle"}, AROUND, DIRECT),
        ({"type": "restriction:hgv"}, DIRECT, DIRECT),
    ],
)
def test_exceptions_are_for_whom_they_name(tmp_path, tags, bike, van):
    town, ids = cross()
    town.rule("no_left_turn", ids["west"], "e", ids["north"], **tags)
    network = town.network(tmp_path)

    found = {vehicle: metres(network, WEST, NORTH, vehicle) for vehicle in (BIKE, VAN)}

    assert {vehicle: m > DIRECT for vehicle, m in found.items()} == {BIKE: bike > DIRECT, VAN: van > DIRECT}


def test_a_rule_whose_kind_stands_in_a_longer_key_binds_that_class(tmp_path):
    town, ids = cross()
    town.rule("no_left_turn", ids["west"], "e", ids["north"])
    members, tags = town.rules.pop()
    town.rules.append((members, {"type": "restriction", "restriction:motorcar": tags["restriction"]}))
    network = town.network(tmp_path)

    assert metres(network, WEST, NORTH, BIKE) == DIRECT
    assert metres(network, WEST, NORTH, VAN) > DIRECT


def double_road() -> tuple[Town, dict[str, int]]:
    """Two one-way lanes with a link between them: from the lower lane over the link to the upper is turning round."""
    town = Town({**grid(), "j": (300.0, 0.0), "k": (300.0, 100.0)})
    ids = {"there": town.street("ab", oneway="yes", name="Allee", foot="no")}
    ids["on"] = town.street("bcj", oneway="yes", name="Allee", foot="no")
    ids["link"] = town.street("be", name="Verbindung", oneway="yes", foot="no")
    ids["back"] = town.street("ed", oneway="yes", name="Allee", foot="no")
    ids["toward"] = town.street("kfe", oneway="yes", name="Allee", foot="no")
    town.street("jk", oneway="yes", name="Ende", foot="no")
    town.street("da", oneway="yes", name="Anfang", foot="no")
    town.street("eh", oneway="yes", name="Norden", foot="no")
    town.street("hgd", oneway="yes", name="Norden", foot="no")
    return town, ids


LOWER, UPPER, UP = at(50, 0), at(50, 100), at(100, 150)


@pytest.mark.parametrize("vehicle", [BIKE, VAN])
def test_a_sign_over_a_whole_way_bans_only_that_sequence(tmp_path, vehicle):
    """No turning round over the link; straight over it to the north stays allowed, and so does the turn for others."""
    free, _ = double_road()
    town, ids = double_road()
    town.rule("no_u_turn", ids["there"], ids["link"], ids["back"])
    (tmp_path / "free").mkdir()
    before, after = free.network(tmp_path / "free"), town.network(tmp_path)

    assert metres(before, LOWER, UPPER, vehicle) == 50 + 100 + 50
    assert metres(after, LOWER, UPPER, vehicle) == 50 + 200 + 100 + 200 + 50, "by the far end"
    assert metres(after, LOWER, UP, vehicle) == metres(before, LOWER, UP, vehicle) == 50 + 100 + 50
    assert metres(after, at(100, 30), UPPER, vehicle) == 70 + 50, "who starts on the link does not come from below"


def test_an_exception_holds_over_a_whole_way_too(tmp_path):
    town, ids = double_road()
    town.rule("no_u_turn", ids["there"], ids["link"], ids["back"], **{"except": "bicycle"})
    network = town.network(tmp_path)

    assert metres(network, LOWER, UPPER, BIKE) == 200
    assert metres(network, LOWER, UPPER, VAN) > 200


def test_a_command_over_a_whole_way_leaves_one_way_out(tmp_path):
    town, ids = double_road()
    town.rule("only_left_turn", ids["there"], ids["link"], ids["back"])
    network = town.network(tmp_path)

    assert metres(network, LOWER, UPPER, VAN) == 200
    assert metres(network, LOWER, UP, VAN) > 200


def test_two_signs_over_one_way_are_both_obeyed(tmp_path):
    town, ids = double_road()
    town.rule("no_u_turn", ids["there"], ids["link"], ids["back"])
    town.rule("no_straight_on", ids["there"], ids["link"], 1008)
    network = town.network(tmp_path)

    assert metres(network, LOWER, UPPER, VAN) == 50 + 200 + 100 + 200 + 50, "only the long way round is left"
    assert metres(network, LOWER, UP, VAN) == 50 + 200 + 100 + 200 + 50


def test_a_path_over_a_copied_lane_equals_the_table(tmp_path):
    town, ids = double_road()
    town.rule("no_u_turn", ids["there"], ids["link"], ids["back"])
    network = town.network(tmp_path)
    points = [LOWER, UPPER, UP, at(100, 30), at(250, 100)]
    matrix = network.matrix(points, VAN)

    for i, j in np.ndindex(5, 5):
        if i != j:
            path = network.path(points[i], points[j], VAN)
            assert (path.seconds, path.metres) == (matrix.seconds[i, j], matrix.metres[i, j])


def with_hours(town: Town, value: str) -> None:
    """Give the last sign of a town hours instead."""
    members, tags = town.rules.pop()
    others = {key: text for key, text in tags.items() if key != "restriction"}
    town.rules.append((members, {**others, "restriction:conditional": value}))


def metres_at(network: Network, start, end, *, hour: int) -> int:
    """For a van that is under way for an hour on a Tuesday."""
    during = Period(TUESDAY, hour * 3600, (hour + 1) * 3600)
    return int(network.matrix([start, end], VAN, during=during).metres[0, 1])


def test_a_sign_with_hours_binds_in_its_hours_only(tmp_path):
    town, ids = cross()
    town.rule("no_left_turn", ids["west"], "e", ids["north"])
    with_hours(town, "no_left_turn @ (Mo-Fr 07:00-09:00)")
    network = town.network(tmp_path)
    during = Period(TUESDAY, 6 * 3600, 12 * 3600)

    assert metres_at(network, WEST, NORTH, hour=10) == DIRECT
    assert metres_at(network, WEST, NORTH, hour=7) > DIRECT
    assert metres_at(network, WEST, NORTH, hour=6) == DIRECT, "also after the costs of other hours were there"
    assert metres(network, WEST, NORTH, VAN) > DIRECT, "at every hour there is"
    assert network.changes(during) == (7 * 3600, 9 * 3600)
    assert network.path(WEST, NORTH, VAN, during=replace(during, starts_s=9 * 3600)).metres == DIRECT


@pytest.mark.parametrize("kind", ["no_u_turn", "only_straight_on"])
def test_a_sign_with_hours_over_a_whole_way_binds_in_its_hours_only(tmp_path, kind):
    """On the link one may not turn round to the west, or must go on to the north, between seven and nine."""
    town, ids = double_road()
    town.rule(kind, ids["there"], ids["link"], ids["back"] if kind == "no_u_turn" else 1008)
    with_hours(town, f"{kind} @ (07:00-09:00)")
    network = town.network(tmp_path)

    assert metres_at(network, LOWER, UPPER, hour=10) == 50 + 100 + 50
    assert metres_at(network, LOWER, UPPER, hour=7) == 50 + 200 + 100 + 200 + 50, "by the far end"
    assert {metres_at(network, LOWER, UP, hour=hour) for hour in (7, 10)} == {50 + 100 + 50}


def test_two_signs_with_different_hours_at_one_turn_each_bind_in_their_own(tmp_path):
    town, ids = cross()
    for hours in ("07:00-09:00", "16:00-18:00"):
        town.rule("no_left_turn", ids["west"], "e", ids["north"])
        with_hours(town, f"no_left_turn @ ({hours})")
    network = town.network(tmp_path)

    banned = {hour for hour in range(6, 20) if metres_at(network, WEST, NORTH, hour=hour) > DIRECT}

    assert banned == {7, 8, 16, 17}


def test_hours_that_are_not_understood_bind_always_and_are_counted(tmp_path):
    town, ids = cross()
    town.rule("no_left_turn", ids["west"], "e", ids["north"])
    with_hours(town, "no_left_turn @ (wet)")
    network = town.network(tmp_path)

    assert {metres_at(network, WEST, NORTH, hour=hour) > DIRECT for hour in range(0, 24, 6)} == {True}
    assert dict(network.not_understood) == {"restriction:conditional=no_left_turn @ (wet)": 1}


def test_a_map_from_the_cache_still_knows_the_hours_of_its_signs(tmp_path):
    town, ids = cross()
    town.rule("no_left_turn", ids["west"], "e", ids["north"])
    with_hours(town, "no_left_turn @ (07:00-09:00)")
    source = tmp_path / "town.osm"
    source.write_text(town.xml(), encoding="utf-8")
    import_network(source, cache=tmp_path / "cache")

    network = import_network(source, cache=tmp_path / "cache")

    assert [metres_at(network, WEST, NORTH, hour=hour) > DIRECT for hour in (7, 10)] == [True, False]


def rules_of(source) -> Iterator[tuple[str, int, int, int, str]]:
    """Every restriction over a node as the file has it: kind, from way, via node, to way, exceptions."""
    for relation in osmium.FileProcessor(str(source), osmium.osm.RELATION):
        if not isinstance(relation, osmium.osm.Relation) or relation.tags.get("type") != "restriction":
            continue
        members: dict[str, list[int]] = {"from": [], "via": [], "to": []}
        for member in relation.members:
            members.setdefault(member.role, []).append(member.ref)
        for begins in members["from"]:
            for ends in members["to"]:
                yield relation.tags["restriction"], begins, members["via"][0], ends, relation.tags.get("except") or ""


def test_no_ride_in_heidelberg_crosses_any_of_its_403_restrictions():
    """From half-way up each street with a sign to half-way down each street it bans, asked for bike and van."""
    source = extract("heidelberg-core")
    network = real_town("heidelberg-core")
    asked = 0
    for kind, begins, via, ends, exempt in rules_of(source):
        junction = network._derived.segments.junction_of.get(via)
        if junction is None:
            continue  # at a place where no vehicle may be
        for vehicle in (BIKE, VAN):
            if ("bicycle" if vehicle is BIKE else "destination") in exempt:
                continue
            router = network._router(vehicle, None)
            for first, last in banned_lanes(network, kind, begins, junction, ends):
                if router.lanes.cost[first] < FAR and router.lanes.cost[last] < FAR:
                    asked += 1
                    assert not crosses(router, first, last), (kind, begins, via, ends, vehicle)

    assert asked > 500


def banned_lanes(network: Network, kind: str, begins: int, junction: int, ends: int) -> Iterator[tuple[int, int]]:
    segments = network._derived.segments
    starts, goals = lane_ends(segments)
    way_at_end = np.stack((segments.end_way, segments.start_way), axis=1).ravel()
    way_at_begin = np.stack((segments.start_way, segments.end_way), axis=1).ravel()
    arriving = np.flatnonzero((goals == junction) & (way_at_end == begins))
    leaving = np.flatnonzero(starts == junction)
    named = [lane for lane in leaving if way_at_begin[lane] == ends]
    for first in arriving:
        onward = [lane for lane in named if lane != first ^ 1]
        if kind == "no_u_turn" and begins == ends:
            yield from ((int(first), int(first ^ 1)),)
        elif kind.startswith("no_") and begins != ends:
            yield from ((int(first), int(lane)) for lane in named)
        elif kind.startswith("only_") and onward:
            yield from ((int(first), int(lane)) for lane in leaving if lane not in onward)


def crosses(router: Router, first: int, last: int) -> bool:
    """Whether the ride from the middle of one lane to the middle of another takes the turn between them."""
    halves = Stops(np.array([first >> 1, last >> 1]), np.array([0.5, 0.5]), np.zeros(2))
    ride = router.ride(halves)
    return ride is not None and (first, last) in set(zip(ride.lanes, ride.lanes[1:], strict=False))
