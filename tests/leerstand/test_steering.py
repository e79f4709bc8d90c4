"""The city steers: what it decided holds, contradictions are named, and every answer can be added up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import settings as rules_of_hypothesis
from hypothesis import strategies as st

from city.settings import CitySettings
from leerstand.kinds import Category, Ring, UseType
from leerstand.matching.candidates import candidates
from leerstand.matching.changes import changes
from leerstand.matching.check import violations
from leerstand.matching.large import LargeSearch
from leerstand.matching.robust import shares
from leerstand.matching.solve import solve
from leerstand.matching.steering import Names, Steering, steered
from leerstand.matching.worth import value
from leerstand.what_if import PRESETS, WhatIf, checked_weights
from routing.message import BadInput
from tests.leerstand import plain
from tests.rounds import rounds

SHOPS = [plain.unit(id=number, housenumber=str(number), position_m=100 * number) for number in (1, 2, 3)]
WISHES = [
    plain.use_request(id=1, title="Bäckerei", use_type=UseType.RETAIL, footfall=3, latest_start=date(2027, 3, 1)),
    plain.use_request(id=2, title="Atelier", wants_permanent=True, latest_start=date(2027, 3, 1)),
    plain.use_request(id=3, title="Werkraum", use_type=UseType.CRAFT, noise=2),
]
NAMES = Names(SHOPS, WISHES)
KINDS = (UseType.RETAIL, UseType.CRAFT)


def found(**numbers):
    places = {unit.id: plain.situation() for unit in SHOPS}
    return candidates(SHOPS, WISHES, places, CitySettings(**numbers), stock=SHOPS)


def plan_of(one):
    answer = solve(one.problem, limit_s=5, alternatives=False)
    return {one.ids(match.pair) for match in answer.matches}, answer


def test_what_is_fixed_excluded_and_held_back_holds():
    """
    The bakery stays in shop 2, the studio does not come to shop 1, shop 3 stays out.
    """
    wanted = Steering(pins=((2, 1),), forbidden=frozenset({(1, 2)}), reserved=frozenset({3}))

    pairs, _ = plan_of(steered(found(), wanted, NAMES))

    assert (2, 1) in pairs
    assert (1, 2) not in pairs
    assert not [pair for pair in pairs if pair[0] == 3]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Steering(pins=((1, 1), (2, 1))), "“Bäckerei” is fixed both in Rote Straße 2 and in Rote Straße 1."),
        (Steering(pins=((1, 1),), forbidden=frozenset({(1, 1)})), "“Bäckerei” in Rote Straße 1 is both fixed and"),
        (Steering(pins=((1, 1),), reserved=frozenset({1})), "Rote Straße 1 is held back, yet “Bäckerei” is fixed"),
        (Steering(pins=((1, 1), (1, 2))), "“Bäckerei” and “Atelier” are both fixed in Rote Straße 1, but not both"),
    ],
)
def test_decisions_that_contradict_each_other_are_named(wanted, why):
    """
    Not "infeasible", but which two decisions cannot both hold.
    """
    with pytest.raises(BadInput) as refusal:
        steered(found(), wanted, NAMES)

    assert why in str(refusal.value)


def test_a_fixed_pair_to_which_a_rule_objects_is_named():
    """
    The rent rose after it was fixed.
    """
    dear = [plain.unit(id=1, housenumber="1", rent_cents_m2=9000)]
    one = candidates(dear, WISHES, {1: plain.situation()}, CitySettings())

    with pytest.raises(BadInput, match="a rule objects"):
        steered(one, Steering(pins=((1, 1),)), Names(dear, WISHES))


def test_other_weights_need_no_new_look_at_the_town():
    """
    Weighing the stored fractions anew gives what the criteria would give.
    """
    heavier = replace(CitySettings(), weight_footfall=40, weight_fit=0)

    assert (found().weighted(heavier).points == found(weight_footfall=40, weight_fit=0).problem.points).all()


@rules_of_hypothesis(max_examples=rounds(25), deadline=None)
@given(st.sampled_from(["footfall", "permanence", "public", "ring", "transition"]), st.integers(1, 40))
def test_raising_a_weight_never_lowers_what_it_stands_for(key, more):
    """
    The plan that is best under a heavier criterion has at least as much of it, in shares of its weight.
    """
    one = found(weight_diversity=0, weight_stretch=0)
    before = replace(CitySettings(), weight_diversity=0, weight_stretch=0)
    after = replace(before, **{f"weight_{key}": getattr(before, f"weight_{key}") + more})

    def achieved(numbers):
        scaled = {name: 1000 * getattr(numbers, name) for name in vars(numbers) if name.startswith("weight_")}
        problem = one.weighted(replace(numbers, **scaled))  # without rounding of whole points
        answer = solve(problem, limit_s=5, alternatives=False)
        above, below = one.fractions[key]
        return sum(above[match.pair] / below[match.pair] for match in answer.matches)

    assert achieved(after) >= achieved(before) - 0.01


def test_two_uses_may_share_a_shop_one_after_the_other():
    """
    One shop, two short uses: the plan takes both, one after the other, and the check agrees.
    """
    wishes = [
        plain.use_request(id=n, title=f"Kurs {n}", earliest_start=plain.TODAY, latest_start=date(2027, 12, 1),
                          duration_min_weeks=8, duration_max_weeks=12)
        for n in (1, 2)
    ]  # fmt: skip
    one = candidates(SHOPS[:1], wishes, {1: plain.situation()}, CitySettings(), stock=SHOPS)

    pairs, answer = plan_of(one)

    assert pairs == {(1, 1), (1, 2)}
    first, second = sorted((one.starts[match.pair], one.ends[match.pair]) for match in answer.matches)
    assert first[1] <= second[0]


def test_a_subsidy_opens_a_door_and_the_budget_closes_it():
    """
    900 € rent, 600 € budget: with money and a public aim it fits; without enough money for all of them it does not.
    """
    shop = [plain.unit(id=1, housenumber="1", rent_cents_m2=1500)]
    wish = [plain.use_request(id=1, title="Lernraum", budget_cents_month=60_000, public_value=["education"])]

    def matches(budget_eur):
        numbers = CitySettings(subsidy_budget_eur=budget_eur)
        one = candidates(shop, wish, {1: plain.situation()}, numbers)
        return len(plan_of(one)[0])

    assert matches(0) == 0
    assert matches(20_000) == 1
    assert matches(100) == 0


def test_the_smallest_change_is_named_and_keeps_its_word():
    """
    Too small and too dear: two sentences, and with both it fits.
    """
    unit, wish = plain.unit(area_m2=60, rent_cents_m2=2000), plain.use_request(area_min_m2=80, area_ideal_m2=90)

    said, fits = changes(unit, wish, CitySettings(), plain.situation())

    assert [str(one) for one in said] == [
        "The applicant makes do with 60 m²: 20 m² less.",
        "The rent falls by 280 € to 920 € a month, or a subsidy pays that much.",
    ]
    assert fits
    assert (unit.area_m2, wish.area_min_m2) == (60, 80)


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        ({"gap": 0, "fit": 0}, "All weights are zero"),
        ({"gap": float("nan")}, "“gap” is nan; whole numbers from 0 to 100"),
        ({"gap": -1}, "“gap” is -1"),
        ({"gap": 1.5}, "“gap” is 1.5"),
        ({"gap": None}, "“gap” is None"),
    ],
)
def test_senseless_weights_are_refused(weights, why):
    """
    Weights that sum to zero, not a number, below zero, broken.
    """
    with pytest.raises(BadInput, match=why):
        checked_weights(weights)


def test_every_preset_sums_to_a_hundred():
    """
    So points of 100 stay points of 100.
    """
    assert {name: sum(points.values()) for name, points in PRESETS.items()} == dict.fromkeys(PRESETS, 100)


def test_more_than_ten_thousand_requests_are_refused_with_the_limit():
    """
    The limit is named before anything is computed.
    """
    with pytest.raises(BadInput, match="10001 requests are too many for one plan; at most 10000"):
        candidates(SHOPS, WISHES[:1] * 10_001, {}, CitySettings())


def test_a_magnet_that_leaves_stands_empty_and_the_town_stays_as_it_is():
    """
    The scenario sees an empty shop; the row of the database does not change.
    """
    town = WhatIf(magnet_id=2, rent_percent=80).stock(SHOPS, plain.TODAY)

    assert [spell.kind.value for spell in town[1].spells] == ["vacancy"]
    assert [unit.rent_cents_m2 for unit in town] == [800, 800, 800]
    assert [unit.rent_cents_m2 for unit in SHOPS] == [1000, 1000, 1000]


def test_a_match_that_every_weight_wants_is_sure():
    """
    One shop, one request: it stays in all draws.
    """
    one = candidates(SHOPS[:1], WISHES[:1], {1: plain.situation()}, CitySettings(), stock=SHOPS)
    _, answer = plan_of(one)

    assert shares(one, CitySettings(), answer) == (100,)


def test_of_a_use_that_follows_another_nothing_is_claimed():
    """
    One shop, one request after the other: the simple assignment makes only one of the two matches.
    """
    short = {"duration_min_weeks": 8, "duration_max_weeks": 12, "latest_start": date(2028, 3, 1)}
    wishes = [plain.use_request(id=number, use_type=kind, **short) for number, kind in enumerate(KINDS, start=1)]
    one = candidates(SHOPS[:1], wishes, {1: plain.situation()}, CitySettings(), stock=SHOPS)
    pairs, answer = plan_of(one)

    assert pairs == {(1, 1), (1, 2)}
    assert sum(share is None for share in shares(one, CitySettings(), answer)) == 1


def test_the_points_of_a_plan_add_up_whatever_it_contains():
    """
    What the matches show is what the plan is worth.
    """
    one = found()
    _, answer = plan_of(one)

    pairs = [match.pair for match in answer.matches]
    shown = sum(int(one.problem.points[match.pair]) + match.diversity + match.stretch for match in answer.matches)
    assert shown == value(one.problem, pairs) == answer.objective == answer.bound


@pytest.mark.parametrize("large", [False, True])
def test_a_quota_brings_what_would_not_come_by_itself(large):
    """
    A workshop that earns less than others comes when the street must get one; the plan still holds.
    """
    key = (1, Category.CRAFT)
    one_shop = candidates(SHOPS[:1], WISHES, {1: plain.situation()}, CitySettings(), stock=SHOPS)
    asked = steered(one_shop, Steering(quotas={key: 1}), NAMES)

    def served(one):
        if not large:
            return {request for _, request in plan_of(one)[0]}
        return {one.ids(pair)[1] for pair in LargeSearch(one.problem, 0.4, 1, 1).run()[0]}

    assert 3 not in served(steered(one_shop, Steering(forbidden=frozenset({(1, 3)})), NAMES))
    assert 3 in served(asked)
    answer = plan_of(asked)[1]
    broken = replace(answer, matches=tuple(match for match in answer.matches if asked.ids(match.pair)[1] != 3))
    assert any("asked for" in sentence for sentence in violations(asked.problem, broken))


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Steering(quotas={(1, Category.CRAFT): 2}), "so many requests of this kind suit a free shop there: 1."),
        (
            Steering(quotas={(1, Category.CRAFT): 1}, caps={(1, Category.CRAFT): 0}),
            "at least 1 and at most 0 new uses of the kind Craft",
        ),
    ],
)
def test_a_quota_that_cannot_be_met_is_named(wanted, why):
    """
    Too few requests of the kind, or a limit below it.
    """
    with pytest.raises(BadInput) as refusal:
        steered(found(), wanted, NAMES)

    assert why in str(refusal.value)


def test_the_core_may_come_before_all_points():
    """
    One request for two shops: the edge earns more points, the gap lies in the core; what counts first decides.
    """
    houses = [
        plain.unit(id=1, position_m=100, ring=Ring.CORE, area_m2=80),
        plain.unit(id=2, position_m=200, ring=Ring.EDGE),
    ]
    places = {1: plain.situation(gap_m=4.0), 2: plain.situation(gap_m=12.0)}
    wish = plain.use_request(use_type=UseType.OFFICE, latest_start=date(2027, 3, 1))

    def chosen(core_first):
        one = candidates(houses, [wish], places, CitySettings(core_first=core_first))
        return plan_of(one)

    (by_points, most), (core_first, less) = chosen(0), chosen(1)

    assert (by_points, core_first) == ({(2, 1)}, {(1, 1)})
    assert most.objective > less.objective
    assert less.bound == less.objective  # proved among the plans that close as much of the core
    assert violations(candidates(houses, [wish], places, CitySettings(core_first=1)).problem, less) == []
