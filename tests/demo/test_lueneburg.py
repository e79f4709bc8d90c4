"""The schematic old town is a coherent little town: whoever edits the file by hand learns here what broke."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from shapely.geometry import LineString, Point, Polygon

from tests.demo.town import FILE, House, Town, read_town

LABEL = "schematisch, nicht vermessen"
NARROWEST_CARGO_BIKE_M = 1.2

STREETS_OF_THE_TOWN = re.split(
    r",\s+",
    """Am Sande, Große Bäckerstraße, Kleine Bäckerstraße, Grapengießerstraße, Am Markt, Am Ochsenmarkt, Rosenstraße,
    Waagestraße, Bardowicker Straße, Am Stintmarkt, Lüner Straße, Lünertorstraße, Kaufhausstraße, Am Fischmarkt,
    An den Brodbänken, Heiligengeiststraße, Rote Straße, Kuhstraße, Schröderstraße, Münzstraße, Enge Straße,
    Finkstraße, Obere Schrangenstraße, Untere Schrangenstraße, Glockenstraße, Am Berge, Altenbrückertorstraße,
    Ilmenaustraße, Reichenbachstraße, Sülztorstraße, Salzstraße, Neue Sülze, Egersdorffstraße, Auf dem Meere,
    Am Iflock, Wallstraße, Lindenstraße, Schießgrabenstraße, Stresemannstraße, Willy-Brandt-Straße,
    Hindenburgstraße, Bahnhofstraße""",
)


@pytest.fixture(scope="module")
def town() -> Town:
    """
    Read once; no test changes it.
    """
    return read_town()


def test_the_town_says_that_it_is_schematic(town):
    """
    Nobody may take the drawing for a survey: the root, the opening comment and an object on the map say so.
    """
    text = FILE.read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)  # noqa: S314 – our own file
    noted = [way.tags["note"] for way in town.ways if "note" in way.tags]

    assert LABEL in root.attrib["generator"]
    assert root.attrib["upload"] == "never"
    assert LABEL in text[: text.index("-->")]
    assert noted == [LABEL]


def test_the_town_has_the_size_it_promises(town):
    """
    About 150 junctions, about 64 shops, a dozen of them empty, 60 to 80 addresses to deliver to.
    """
    addresses = [tags for tags in town.node_tags.values() if "addr:housenumber" in tags]

    assert 130 <= len(town.junctions) <= 180
    assert 58 <= len(town.shops) <= 70
    assert 11 <= sum(house.vacant for house in town.shops) <= 14
    assert 60 <= len(addresses) <= 80


def test_every_point_exists_and_every_outline_closes(town):
    """
    A typing error in a reference would otherwise surface as a street through nowhere.
    """
    missing = [(way.id, ref) for way in town.ways for ref in way.refs if ref not in town.places]
    areas = [way for way in town.ways if way.tags.keys() & {"building", "leisure", "place", "natural"}]
    ids = [way.id for way in town.ways]

    assert missing == []
    assert [way.id for way in areas if way.refs[0] != way.refs[-1]] == []
    assert ids == sorted(set(ids))
    assert all(math.hypot(*place) < 900 for place in town.places.values())


def test_the_names_are_names(town):
    """
    The streets of the old town are there, and a name holds letters only, written in composed Unicode.
    """
    named = {way.tags["name"] for way in town.streets if "name" in way.tags}
    every = [tags["name"] for tags in [*town.node_tags.values(), *(way.tags for way in town.ways)] if "name" in tags]

    assert set(STREETS_OF_THE_TOWN) <= named
    assert [name for name in every if not re.fullmatch(r"[A-ZÄÖÜ][A-Za-zÄÖÜäöüßé. -]+", name)] == []
    assert [name for name in every if unicodedata.normalize("NFC", name) != name] == []


def reached(start: int, steps: dict[int, set[int]]) -> set[int]:
    seen, waiting = {start}, [start]
    while waiting:
        for node in steps[waiting.pop()] - seen:
            seen.add(node)
            waiting.append(node)
    return seen


def test_on_foot_every_corner_can_be_reached(town):
    """
    The street network is one piece.
    """
    steps: dict[int, set[int]] = defaultdict(set)
    for way in town.streets:
        for start, end in pairwise(way.refs):
            steps[start].add(end)
            steps[end].add(start)

    assert reached(next(iter(steps)), steps) == set(steps)


def bike_steps(town: Town) -> dict[int, set[int]]:
    """Where a cargo bike gets from each point: one-way streets obeyed; no steps, cycle barriers, narrow alleys."""
    barred = {node for node, tags in town.node_tags.items() if tags.get("barrier") == "cycle_barrier"}
    steps: dict[int, set[int]] = defaultdict(set)
    for way in town.streets:
        tags = way.tags
        if tags["highway"] == "steps" or float(tags.get("width", "9")) < NARROWEST_CARGO_BIKE_M:
            continue
        one_way = tags.get("oneway") == "yes" and tags.get("oneway:bicycle") != "no"
        for start, end in pairwise(way.refs):
            if barred & {start, end}:
                continue
            steps[start].add(end)
            steps[end] |= set() if one_way else {start}
    return steps


def test_a_cargo_bike_gets_everywhere_and_back(town):
    """
    From every street with houses or addresses there is a legal ride to every other one, one-way streets obeyed.
    """
    steps = bike_steps(town)
    back: dict[int, set[int]] = defaultdict(set)
    for start, ends in steps.items():
        for end in ends:
            back[end].add(start)
    start = next(iter(steps))

    assert reached(start, steps) == set(steps)
    assert reached(start, back) == set(steps)


def test_every_shop_stands_at_its_own_street(town):
    """
    The street in the address is the nearest of all, alleys included, and at most 25 m from the shop's middle.
    """
    lines: dict[str, list[LineString]] = defaultdict(list)
    for way in town.streets:
        lines[way.tags.get("name", "")].append(LineString(town.points(way.refs)))
    for house in town.houses:
        middle = house.footprint.centroid
        away_m = {name: min(line.distance(middle) for line in parts) for name, parts in lines.items()}

        assert min(away_m, key=away_m.__getitem__) == house.tags["addr:street"], house.address
        assert away_m[house.tags["addr:street"]] <= 25, house.address


def test_every_delivery_address_lies_at_its_street(town):
    """
    A parcel for Feldstraße 44 must not end in another street.
    """
    for node, tags in town.node_tags.items():
        if street := tags.get("addr:street"):
            away_m = min(line.distance(Point(town.places[node])) for line in town.lines_of(street))
            assert away_m <= 25, (street, tags["addr:housenumber"])


def test_addresses_are_whole_and_unique(town):
    """
    Street, number, postcode and town stand on every house, and no two houses share an address.
    """
    tagged = [house.tags for house in town.houses]
    tagged += [tags for tags in town.node_tags.values() if "addr:street" in tags]
    addresses = Counter((tags["addr:street"], tags["addr:housenumber"]) for tags in tagged)

    assert {tags["addr:postcode"] for tags in tagged} == {"21335"}
    assert {tags["addr:city"] for tags in tagged} == {"Lüneburg"}
    assert [address for address, count in addresses.items() if count > 1] == []


def test_house_numbers_grow_outwards_with_odd_and_even_sides(town):
    """
    On each street odd and even numbers face each other, and both grow with the distance from the core.
    """
    sides: dict[tuple[str, int], list[House]] = defaultdict(list)
    for house in town.houses:
        sides[house.tags["addr:street"], house.number % 2].append(house)

    for (street, _), houses in sides.items():
        houses.sort(key=lambda house: house.number)
        away_m = [house.footprint.centroid.distance(Point(0, 0)) for house in houses]
        assert away_m == sorted(away_m), (street, [house.number for house in houses])


def test_houses_are_of_a_shop_s_size_and_keep_clear_of_each_other_and_the_street(town):
    """
    35 to 400 m², no footprint on another one, none on the line of a street.
    """
    houses = town.houses
    lines = [LineString(town.points(way.refs)) for way in town.streets]
    for place, house in enumerate(houses):
        assert house.footprint.is_valid, house.address
        assert 35 <= house.footprint.area <= 400, (house.address, house.footprint.area)
        assert min(house.footprint.distance(line) for line in lines) > 1.5, house.address
        for other in houses[place + 1 :]:
            assert house.footprint.intersection(other.footprint).area < 0.5, (house.address, other.address)


def test_shops_stand_in_rows(town):
    """
    A front is only a front when houses adjoin: nearly every shop shares a corner with a neighbour.
    """
    corners = Counter(corner for house in town.houses for corner in house.corners)
    alone = [shop.address for shop in town.shops if all(corners[corner] == 1 for corner in shop.corners)]

    assert len(alone) <= 4, alone


def test_an_open_shop_has_a_name_and_an_empty_one_has_none(town):
    """
    The sign over an empty shop is gone; what was sold there may be remembered in ``disused:shop``.
    """
    names = [shop.tags["name"] for shop in town.shops if not shop.vacant]

    assert len(names) == len(set(names))
    assert [shop.address for shop in town.shops if shop.vacant and "name" in shop.tags] == []
    assert any(shop.tags.get("shop") == "vacant" for shop in town.shops)
    assert any("disused:shop" in shop.tags for shop in town.shops)


@pytest.mark.parametrize(
    ("wanted", "at_least"),
    [
        ({"highway": "pedestrian", "motor_vehicle:conditional": "delivery @ (Mo-Sa 06:00-11:00)"}, 8),
        ({"motor_vehicle:conditional": "delivery @ (Mo-Sa 06:00-11:00,18:00-22:00)"}, 1),
        ({"motor_vehicle:conditional": "delivery @ (Mo-Sa 20:00-10:00)"}, 1),
        ({"highway": "pedestrian", "bicycle": "yes"}, 5),
        ({"bicycle:conditional": "no @ (Mo-Sa 10:00-18:00)"}, 1),
        ({"oneway": "yes", "oneway:bicycle": "no"}, 2),
        ({"highway": "living_street"}, 2),
        ({"highway": "steps"}, 2),
        ({"highway": "footway"}, 10),
        ({"surface": "sett"}, 20),
        ({"maxspeed": "20"}, 3),
        ({"maxspeed": "30"}, 20),
        ({"bridge": "yes"}, 3),
        ({"junction": "roundabout"}, 1),
        ({"waterway": "river", "name": "Ilmenau"}, 1),
        ({"natural": "water"}, 1),
        ({"leisure": "park"}, 2),
    ],
    ids=str,
)
def test_the_town_has_what_the_access_model_must_understand(town, wanted, at_least):
    """
    The demo shows delivery windows, pushing, one-way streets and steps only where the file has them.
    """
    found = [way for way in town.ways if wanted.items() <= way.tags.items()]

    assert len(found) >= at_least


def test_some_streets_are_one_way_for_bikes_and_some_only_for_walking_them(town):
    """
    Not every one-way street is open against the traffic, and in some pedestrian streets bikes are pushed.
    """
    tags = [way.tags for way in town.streets]

    assert [t["name"] for t in tags if "name" in t and "oneway" in t and "oneway:bicycle" not in t]
    assert [t["name"] for t in tags if t["highway"] == "pedestrian" and "bicycle" not in t]


def test_barriers_and_the_dead_end_lie_on_streets(town):
    """
    A bollard beside the street would block nothing.
    """
    on_street = {ref for way in town.streets for ref in way.refs}
    barriers = {node: tags["barrier"] for node, tags in town.node_tags.items() if "barrier" in tags}
    dead_ends = {node for node, tags in town.node_tags.items() if tags.get("noexit") == "yes"}

    assert Counter(barriers.values())["bollard"] >= 3
    assert Counter(barriers.values())["cycle_barrier"] == 1
    assert len(dead_ends) == 1
    assert barriers.keys() | dead_ends <= on_street


def test_turn_restrictions_join_streets_that_meet(town):
    """
    From and to end at the via point, as OpenStreetMap wants it; one of the restrictions spares bikes.
    """
    ways = {way.id: way for way in town.streets}
    assert len(town.restrictions) == 3
    for tags, member in town.restrictions:
        assert tags["type"] == "restriction"
        for role in ("from", "to"):
            refs = ways[member[role]].refs
            assert member["via"] in (refs[0], refs[-1]), tags["restriction"]
    assert [tags["except"] for tags, _ in town.restrictions if "except" in tags] == ["bicycle"]


def test_only_bridges_cross_the_ilmenau(town):
    """
    Every street that meets the water is tagged as a bridge, and no house stands in the river.
    """
    water = Polygon(town.points(next(way.refs for way in town.ways if way.tags.get("natural") == "water")))
    wet = [way for way in town.streets if LineString(town.points(way.refs)).intersects(water)]

    assert len(wet) >= 3
    assert {way.tags.get("bridge") for way in wet} == {"yes"}
    assert [house.address for house in town.houses if house.footprint.intersects(water)] == []
