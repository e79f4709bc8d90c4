"""What cannot be kept together is named, as few decisions as possible, with what stands in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import chain, combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as rules_of_hypothesis
from hypothesis import strategies as st

from city.messages import say
from city.settings import CitySettings
from leerstand.kinds import UseType
from leerstand.matching.candidates import candidates
from leerstand.matching.contradictions import LimitKind, jam
from leerstand.matching.steering import Names, Steering, steered
from leerstand.matching.worth import Room
from routing.message import BadInput
from tests.leerstand import plain
from tests.leerstand.test_matching import problem_of
from tests.rounds import rounds


def refusal(shops, wishes, pins, **numbers):
    """What is said when these pins are put into a town of these shops and requests."""
    places = {unit.id: plain.situation() for unit in shops}
    found = candidates(shops, wishes, places, CitySettings(**numbers), stock=shops)
    with pytest.raises(BadInput) as raised:
        steered(found, Steering(pins=pins), Names(shops, wishes))
    return raised.value


def shop(number, **values):
    return plain.unit(id=number, housenumber=str(number), position_m=100 * number, **values)


def test_three_uses_that_fit_in_a_shop_two_by_two_but_not_all_are_named():
    """
    Each lasts half a year and two fit one after the other; a fourth in another shop has nothing to do with it.
    """
    wishes = [
        plain.use_request(
            id=number, title=title, latest_start=date(2028, 3, 1), duration_min_weeks=26, duration_max_weeks=26
        )
        for number, title in enumerate(("Bäckerei", "Atelier", "Werkraum", "Bühne"), start=1)
    ]

    said = str(refusal([shop(1), shop(2)], wishes, ((1, 1), (1, 2), (1, 3), (2, 4)), max_same_per_street=9))

    assert said == (
        "Not all of this can be kept together: “Bäckerei” in Rote Straße 1, “Atelier” in Rote Straße 1, "
        "“Werkraum” in Rote Straße 1. Rote Straße 1 is not free long enough for all of them. Please let go of one."
    )


def test_what_the_budget_cannot_pay_is_named_with_both_sums(app):
    """
    Three subsidies of which any two could be paid; a use that needs none is not blamed. In German, as on the page.
    """
    shops = [shop(number, rent_cents_m2=1500) for number in (1, 2, 3)] + [shop(4, rent_cents_m2=100)]
    wishes = [
        plain.use_request(
            id=number, title=f"Kurs {number}", budget_cents_month=60_000, public_value=["education"],
            use_type=use, duration_min_weeks=10, duration_max_weeks=10,
        )
        for number, use in enumerate((UseType.LEARNING, UseType.RETAIL, UseType.STUDIO, UseType.OFFICE), start=1)
    ]  # fmt: skip
    objection = refusal(shops, wishes, ((1, 1), (2, 2), (3, 3), (4, 4)), subsidy_budget_eur=1500)

    with app.test_request_context(headers={"Accept-Language": "de"}):
        said = say(objection)

    assert said == (
        "Das lässt sich nicht alles zugleich festhalten: „Kurs 1“ in Rote Straße 1, „Kurs 2“ in Rote Straße 2, "
        "„Kurs 3“ in Rote Straße 3. Der Zuschuss dafür kostet mindestens 1.890 €, das Budget beträgt 1.500 €. "
        "Bitte lösen Sie eines davon."
    )


def test_a_single_decision_that_nothing_allows_any_more_is_named():
    """
    The city has less money than this one subsidy.
    """
    wish = plain.use_request(id=1, title="Lernraum", budget_cents_month=60_000, public_value=["education"])

    said = str(refusal([shop(1, rent_cents_m2=1500)], [wish], ((1, 1),), subsidy_budget_eur=100))

    assert said.startswith("“Lernraum” in Rote Straße 1 is fixed, but cannot be kept: They need at least ")


def test_two_limits_that_only_together_stand_in_the_way_are_both_named():
    """
    Two fit into the shop only when the dear one comes short; short it disturbs nobody, but costs more than there is.
    """
    problem = replace(
        problem_of(1, 2, [(0, 0, 5, -1), (0, 1, 5, -1), (0, 1, 5, -1)]),
        starts=np.array([0, 0, 5]),
        ends=np.array([5, 5, 9]),
        cost=np.array([0, 0, 70]),
        budget=50,
        placed=np.array([0, 1]),
    )

    stuck = jam(problem)

    assert stuck.requests == (0, 1)
    assert {limit.kind for limit in stuck.limits} == {LimitKind.ROOM, LimitKind.BUDGET}


def test_a_quota_that_what_is_fixed_leaves_no_room_for_is_named_with_it():
    """
    Two uses of one kind are asked for, but one of the two shops for them is promised to another kind.
    """
    problem = replace(
        problem_of(2, 3, [(0, 0, 5, 0), (1, 1, 5, 0), (1, 2, 5, 1)]),
        quotas=np.array([2, 0, 0]),
        placed=np.array([2]),
    )

    stuck = jam(problem)

    assert stuck.requests == (2,)
    assert {limit.kind for limit in stuck.limits} == {LimitKind.ROOM, LimitKind.QUOTA}
    assert jam(replace(problem, placed=np.array([1]))) is None
    assert jam(replace(problem, placed=problem.placed[:0], hub=np.array([True, True, False]))).requests == ()


def test_converting_outside_in_is_named():
    """
    The inner front may change only with the outer one, which has no candidate to convert it.
    """
    problem = replace(
        problem_of(2, 1, [(0, 0, 5, -1)]),
        converts=np.array([True]),
        follows=np.array([[0, 1]]),
        placed=np.array([0]),
    )

    assert [limit.kind for limit in jam(problem).limits] == [LimitKind.OUTSIDE_IN]


@st.composite
def insisted(draw):
    """Tiny problems in which some requests must get a place."""
    size = draw(st.integers(1, 9))
    rows = [(draw(st.integers(0, 2)), draw(st.integers(0, 4)), 5, draw(st.integers(-1, 1))) for _ in range(size)]
    pairs = list(combinations(range(size), 2))
    problem = problem_of(
        3,
        5,
        rows,
        hubs=draw(st.sets(st.integers(0, 8), max_size=4)),
        conflicts=draw(st.lists(st.sampled_from(pairs), unique=True, max_size=4)) if pairs else (),
        max_hubs=draw(st.integers(0, 2)),
        max_per_group=draw(st.integers(0, 2)),
    )
    starts = np.array(draw(st.lists(st.integers(0, 2), min_size=size, max_size=size)))
    return replace(
        problem,
        starts=starts,
        ends=starts + np.array(draw(st.lists(st.integers(1, 2), min_size=size, max_size=size))),
        cost=np.array(draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))),
        budget=draw(st.integers(1, 6)),
        placed=np.array(draw(st.lists(st.integers(0, 4), unique=True, min_size=1).map(sorted))),
    )


def fit(problem, requests):
    """Whether they can all have a place, by trying everything."""
    for chosen in product(*(np.flatnonzero(problem.request == request).tolist() for request in requests)):
        room = Room(problem)
        for pair in chosen:
            if room.objection(pair):
                break
            room.take(pair)
        else:
            return True
    return False


@rules_of_hypothesis(max_examples=rounds(40), deadline=None)
@given(insisted())
def test_the_fewest_that_cannot_be_kept_are_found_and_no_others(problem):
    """
    Against trying everything: named just when something is wrong, not all fit, and fewer of any kind would.
    """
    stuck = jam(problem)

    pinned = problem.placed.tolist()
    subsets = chain.from_iterable(combinations(pinned, size) for size in range(1, len(pinned) + 1))
    smallest = next((subset for subset in subsets if not fit(problem, subset)), None)
    if smallest is None:
        assert stuck is None
        return
    assert len(stuck.requests) == len(smallest)
    assert not fit(problem, stuck.requests)


@pytest.mark.parametrize(("uses", "allowed"), [(12, 10), (30, 25)])
def test_many_decisions_are_told_soon_and_none_is_blamed_in_vain(uses, allowed):
    """
    All of one size and one more than the money pays: one more than that is named, also where the fewest take long.
    """
    rows = [(unit, unit, 5, -1) for unit in range(uses)]
    problem = replace(
        problem_of(uses, uses, rows),
        cost=np.full(uses, 10),
        budget=10 * allowed,
        placed=np.arange(uses),
    )

    stuck = jam(problem)

    assert len(stuck.requests) == allowed + 1
    assert [limit.kind for limit in stuck.limits] == [LimitKind.BUDGET]
