"""What holds for every town, as ``domain/vacancy.md`` 4.10 asks.

=====================================================  ==========================================================
sum of criteria = score                                test_candidates: test_columns_and_rules_say_the_same
points of a plan add up                                test_matching: test_a_tiny_plan_is_the_best_there_is
brute force over all plans                             the same; over time: test_large_matching
regret of a forced pair is not negative, and exact     test_a_pair_that_is_insisted_on_is_in_the_plan_…
a locked pair is in the plan                           test_a_pair_that_is_insisted_on_is_in_the_plan_…
one more candidate never lowers the optimum            test_one_more_candidate_never_makes_the_best_plan_worse
mirrored, renumbered: the same                         test_other_numbers_for_shops_and_requests_change_nothing
equal to a linear assignment                           test_without_time_and_mix_it_is_the_linear_assignment
a heavier weight never brings less of its criterion    test_steering: test_raising_a_weight_never_lowers_…
no holes: perforation index 0                          test_figures: test_true_of_any_two_streets
join counts equal to esda                              test_figures: test_join_counts_agree_with_esda
published instances                                    test_published_values_are_reached
=====================================================  ==========================================================
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from benchmarks import matching_instances
from leerstand.matching.problem import PER_PAIR
from leerstand.matching.robust import assigned
from leerstand.matching.solve import solve
from routing.message import BadInput
from tests.leerstand.test_large_matching import best_by_trying_all, timed_problems
from tests.leerstand.test_matching import problem_of
from tests.rounds import rounds

PUBLISHED = (
    Path(os.environ.get("SHARED_DATA", Path(__file__).parents[3] / "shared" / "data")) / "instances" / "matching"
)


def optimum(problem):
    """Points of the best plan, proved."""
    answer = solve(problem, limit_s=20, alternatives=False)
    assert answer.objective == answer.bound
    return answer.objective


def arranged(problem, order):
    """The same candidates in another order, or only some of them."""
    place = np.full(problem.pairs, -1)
    place[order] = np.arange(len(order))
    conflicts = place[problem.conflicts]
    return replace(
        problem,
        **{name: getattr(problem, name)[order] for name in ("unit", "request", "points", *PER_PAIR)},
        conflicts=conflicts[(conflicts >= 0).all(axis=1)].reshape(-1, 2),
    )


@settings(max_examples=rounds(12), deadline=None)
@given(timed_problems(), st.data())
def test_one_more_candidate_never_makes_the_best_plan_worse(problem, data):
    """
    Whoever is added may be left out.
    """
    left_out = data.draw(st.integers(0, problem.pairs - 1))
    fewer = arranged(problem, np.delete(np.arange(problem.pairs), left_out))

    assert optimum(fewer) <= optimum(problem)


@settings(max_examples=rounds(12), deadline=None)
@given(timed_problems(), st.data())
def test_a_pair_that_is_insisted_on_is_in_the_plan_and_costs_what_the_whole_loses(problem, data):
    """
    Locked, it is there, and the plan is the best of those with it; refused only when no plan has it.
    """
    pair = data.draw(st.integers(0, problem.pairs - 1))
    premium = 10_000
    points = problem.points + np.where(np.arange(problem.pairs) == pair, premium, 0)
    best_with_it = best_by_trying_all(replace(problem, points=points)) - premium

    try:
        answer = solve(replace(problem, pinned=np.array([pair])), limit_s=20, alternatives=False)
    except BadInput:
        assert best_with_it < -premium // 2
        return
    assert pair in {match.pair for match in answer.matches}
    assert answer.objective == best_with_it <= best_by_trying_all(problem)


@settings(max_examples=rounds(12), deadline=None)
@given(timed_problems(), st.permutations(range(4)), st.permutations(range(4)), st.randoms(use_true_random=False))
def test_other_numbers_for_shops_and_requests_change_nothing(problem, units, requests, chance):
    """
    A street read from its other end, requests in another order: plans are worth the same.
    """
    unit, request = np.array(units), np.array(requests)
    order = np.array(chance.sample(range(problem.pairs), problem.pairs))
    fronts = np.column_stack([unit[problem.fronts[:, 1]], unit[problem.fronts[:, 0]], problem.fronts[:, 2]])
    other = replace(
        problem,
        unit=unit[problem.unit],
        request=request[problem.request],
        capacity=problem.capacity[np.argsort(unit)],
        fronts=fronts,
    )

    assert optimum(arranged(other, order)) == optimum(problem)


@settings(max_examples=rounds(12), deadline=None)
@given(st.integers(1, 6), st.integers(1, 7), st.integers(0, 10**6))
def test_without_time_and_mix_it_is_the_linear_assignment(units, requests, seed):
    """
    Any rectangle of points: the plan, the live tier and scipy agree.
    """
    worth = np.random.default_rng(seed).integers(1, 60, (units, requests))
    rows = [(unit, request, int(worth[unit, request]), -1) for unit in range(units) for request in range(requests)]
    problem = replace(problem_of(units, requests, rows), ladder=())
    best = int(worth[linear_sum_assignment(worth, maximize=True)].sum())

    assert optimum(problem) == best
    assert sum(int(worth[pair]) for pair in assigned(problem)) == best


@pytest.mark.long
@pytest.mark.parametrize("kind", ["assignment", "gap", "intervals"])
def test_published_values_are_reached(kind):
    """
    OR-Library, Yagiura, Krishnamoorthy: within 0.2 %, assignment and intervals exactly.
    """
    if not (PUBLISHED / kind).is_dir():
        pytest.skip("no published instances in SHARED_DATA")

    rows = matching_instances.rows(PUBLISHED / kind, seconds=20, cores=2)

    assert rows
    assert [row["instance"] for row in rows if not row["ok"] or not row["valid"]] == []
    if kind != "gap":
        assert [row["instance"] for row in rows if row["value"] != row["target"]] == []
