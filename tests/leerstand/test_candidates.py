"""The fast columns and the explaining rules are one and the same thing."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from city.settings import CitySettings
from leerstand import offers
from leerstand.kinds import Category, Floor, Heritage, PublicValue, Ring, UseType, Zone
from leerstand.matching import candidates as fast
from leerstand.matching import columns as col
from leerstand.rules import best, suitability
from leerstand.shares import ALL_WEEK, Sharing, Way
from tests.leerstand import plain
from tests.rounds import rounds

DAYS = st.integers(-60, 400).map(lambda days: plain.TODAY + timedelta(days=days))
YES_OR_NO = st.booleans()


@st.composite
def units(draw):
    return plain.unit(
        area_m2=draw(st.integers(20, 140)),
        frontage_m=draw(st.floats(2, 20)),
        floor=draw(st.sampled_from(Floor)),
        own_entrance=draw(YES_OR_NO),
        light_from_two_sides=draw(YES_OR_NO),
        second_exit=draw(YES_OR_NO),
        ring=draw(st.sampled_from(Ring)),
        step_free=draw(YES_OR_NO),
        water=draw(YES_OR_NO),
        heating=draw(YES_OR_NO),
        exhaust_air=draw(YES_OR_NO),
        delivery_door=draw(YES_OR_NO),
        door_width_cm=draw(st.integers(80, 160)),
        power_kw=draw(st.integers(0, 30)),
        baunvo_zone=draw(st.sampled_from(Zone)),
        heritage=draw(st.sampled_from(Heritage)),
        last_approved_use=draw(st.none() | st.sampled_from(UseType)),
        bplan_excludes=draw(st.lists(st.sampled_from([use.value for use in UseType]), max_size=3)),
        max_persons=draw(st.none() | st.integers(0, 300)),
        vat_opted=draw(YES_OR_NO),
        rent_cents_m2=draw(st.integers(0, 3000)),
        excluded_uses=draw(st.lists(st.sampled_from([use.value for use in UseType]), max_size=3)),
        divisible=draw(YES_OR_NO),
        min_part_m2=draw(st.none() | st.integers(1, 20)),
        shareable=draw(YES_OR_NO),
    )


@st.composite
def use_requests(draw):
    least = draw(st.integers(15, 80))
    ideal = least + draw(st.integers(0, 40))
    earliest = draw(DAYS)
    weeks = draw(st.integers(1, 30))
    return plain.use_request(
        use_type=draw(st.sampled_from([*UseType, *[UseType.HOUSING] * 5])),
        area_min_m2=least,
        area_ideal_m2=ideal,
        area_max_m2=ideal + draw(st.integers(0, 60)),
        part_ok=draw(YES_OR_NO),
        slots=draw(st.sampled_from([0, 1, 0b111, ALL_WEEK])),
        ground_floor_only=draw(YES_OR_NO),
        step_free_required=draw(YES_OR_NO),
        needs_water=draw(YES_OR_NO),
        needs_heating=draw(YES_OR_NO),
        needs_exhaust_air=draw(YES_OR_NO),
        needs_delivery_door=draw(YES_OR_NO),
        needs_power_kw=draw(st.integers(0, 20)),
        earliest_start=earliest,
        latest_start=earliest + timedelta(days=draw(st.integers(0, 200))),
        duration_min_weeks=weeks,
        duration_max_weeks=weeks + draw(st.integers(0, 60)),
        budget_cents_month=draw(st.integers(0, 200_000)),
        footfall=draw(st.integers(0, 3)),
        noise=draw(st.integers(0, 3)),
        visitors_max=draw(st.none() | st.integers(0, 300)),
        event_days=draw(st.integers(0, 5)),
        deducts_vat=draw(YES_OR_NO),
        public_value=draw(st.lists(st.sampled_from([value.value for value in PublicValue]), unique=True)),
        evaluates=draw(YES_OR_NO),
        wants_permanent=draw(YES_OR_NO),
    )


@st.composite
def situations(draw):
    free = plain.TODAY + timedelta(days=draw(st.integers(0, 200)))
    others = draw(st.sampled_from([Sharing(), Sharing(part_m2=30), Sharing(slots=0b110)]))
    beside = {"share_from": plain.TODAY, "share_until": free + timedelta(days=300)} if others.anybody else {}
    return plain.situation(
        free_from=free,
        free_until=draw(st.none() | st.integers(1, 500).map(lambda days: free + timedelta(days=days))),
        empty_since=draw(st.none() | st.integers(0, 2000).map(lambda days: plain.TODAY - timedelta(days=days))),
        gap_m=draw(st.sampled_from([0.0, 0.4, 5.5, 12.0, 30.0])),
        same_kind=draw(st.dictionaries(st.sampled_from(Category), st.integers(1, 5))),
        quiet_neighbour=draw(st.sampled_from(["", "Rote Straße 9"])),
        evening_neighbour=draw(st.sampled_from(["", "Rote Straße 11"])),
        retreat=draw(YES_OR_NO),
        sharing=others,
        **beside,
        kept_further_out=draw(st.sampled_from(["", "Rote Straße 99"])),
    )


@settings(max_examples=rounds(60), deadline=None)
@given(units(), use_requests(), situations(), st.integers(-1, 1200))
def test_columns_and_rules_say_the_same(unit, request, place, worth):
    """
    Whatever the pair, all of the shop, a part or some times: the same verdict, the same period, the same points.
    """
    for way in Way:
        columns_and_rules_agree(unit, request, place, worth, way)


def columns_and_rules_agree(unit, request, place, worth, way):
    share = offers.share_of(unit, request, way)
    rules = suitability(unit, request, CitySettings(), place, hub_share=worth, share=share)
    columns = col.Columns([unit], [request], [place], CitySettings(), way)
    starts, ends = col.starts_and_ends(columns)

    if not offers.on_offer(unit, request, way):
        assert not col.allowed(columns, starts, ends)[0, 0]
        return
    possible = rules.possible
    assert bool(col.allowed(columns, starts, ends)[0, 0]) is possible
    assert (starts[0, 0], ends[0, 0]) == (rules.starts.toordinal(), rules.ends.toordinal())
    if possible:
        found = fast.candidates([unit], [request], {1: place}, CitySettings(), {1: worth})
        pair = [found.share(pair) for pair in range(found.problem.pairs)].index(rules.share)
        assert found.problem.points[pair] == sum(
            finding.points for finding in rules.criteria if finding.key not in ("diversity", "stretch")
        )


@settings(max_examples=rounds(50), deadline=None)
@given(st.lists(units(), min_size=1, max_size=4), st.lists(use_requests(), min_size=1, max_size=4), situations())
def test_a_problem_holds_just_the_pairs_without_obstacles(houses, wishes, place):
    """
    Many shops and requests at once: the pairs are those that the rules allow one by one.
    """
    for number, unit in enumerate(houses, start=1):
        unit.id, unit.position_m = number, number * 100
    for number, request in enumerate(wishes, start=1):
        request.id = number
    places = {unit.id: place for unit in houses}

    found = fast.candidates(houses, wishes, places, CitySettings())

    pairs = {
        (found.units[u], found.requests[r]) for u, r in zip(found.problem.unit, found.problem.request, strict=True)
    }
    assert pairs == {
        (unit.id, request.id)
        for unit in houses
        for request in wishes
        if best(unit, request, CitySettings(), place).possible
    }


def test_a_loud_and_a_quiet_use_in_neighbouring_shops_exclude_each_other():
    """
    15 m apart: the workshop and the learning room do not both come there.
    """
    houses = [plain.unit(id=1, position_m=100), plain.unit(id=2, position_m=115)]
    wishes = [
        plain.use_request(id=1, use_type=UseType.CRAFT, noise=2),
        plain.use_request(id=2, use_type=UseType.LEARNING),
    ]
    found = fast.candidates(houses, wishes, {1: plain.situation(), 2: plain.situation()}, CitySettings())

    excluded = {
        frozenset((int(found.problem.unit[pair]), int(found.problem.request[pair])) for pair in pairs)
        for pairs in found.problem.conflicts
    }
    assert excluded == {frozenset({(0, 0), (1, 1)}), frozenset({(1, 0), (0, 1)})}


def test_no_shops_or_no_requests_is_an_empty_problem():
    """
    Nothing to match is an answer, not an error.
    """
    for houses, wishes in (([], [plain.use_request()]), ([plain.unit()], [])):
        found = fast.candidates(houses, wishes, {1: plain.situation()}, CitySettings())

        assert found.problem.pairs == 0
        assert isinstance(found.problem.points, np.ndarray)
