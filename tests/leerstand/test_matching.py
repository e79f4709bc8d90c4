"""The plan is as good as it says."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.solver import Solver
from leerstand.matching.check import violations
from leerstand.matching.problem import Chosen, MatchingAnswer, MatchingProblem
from leerstand.matching.solve import solve
from leerstand.matching.worth import credited, ranked_list
from routing.message import BadInput
from tests.rounds import rounds

LADDER = (12, 4, 0, -2)


def problem_of(units, requests, rows, *, hubs=(), conflicts=(), stock=(0, 0, 0), max_hubs=1, max_per_group=2):
    """rows: (unit, request, points, group) per candidate."""
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 4).T
    return MatchingProblem(
        units=units,
        requests=requests,
        unit=columns[0],
        request=columns[1],
        points=columns[2],
        group=columns[3],
        hub=np.array([pair in hubs for pair in range(len(rows))], dtype=bool),
        stock=np.array(stock, dtype=np.int64),
        ladder=LADDER,
        max_hubs=max_hubs,
        max_per_group=max_per_group,
        conflicts=np.array(conflicts, dtype=np.int64).reshape(len(conflicts), 2),
    )


def best_by_trying_all(problem):
    """The optimum of a tiny problem, by trying every set of pairs."""
    best = 0
    for size in range(1, min(problem.units, problem.requests) + 1):
        for pairs in combinations(range(problem.pairs), size):
            matches = credited(problem, pairs)
            worth = sum(int(problem.points[match.pair]) + match.diversity + match.stretch for match in matches)
            if worth > best and not violations(problem, MatchingAnswer(matches, worth, worth, 0, 1, {})):
                best = worth
    return best


@st.composite
def tiny_problems(draw):
    cells = [(unit, request) for unit in range(4) for request in range(4)]
    taken = draw(st.lists(st.sampled_from(cells), unique=True, max_size=9))
    rows = [(unit, request, draw(st.integers(-5, 40)), draw(st.integers(-1, 2))) for unit, request in taken]
    pairs = list(combinations(range(len(rows)), 2))
    return problem_of(
        4,
        4,
        rows,
        hubs=draw(st.sets(st.integers(0, 8), max_size=4)),
        conflicts=draw(st.lists(st.sampled_from(pairs), unique=True, max_size=3)) if pairs else (),
        stock=draw(st.tuples(*[st.integers(0, 4)] * 3)),
        max_hubs=draw(st.integers(0, 2)),
        max_per_group=draw(st.integers(1, 2)),
    )


@settings(max_examples=rounds(60), deadline=None)
@given(tiny_problems())
def test_a_tiny_plan_is_the_best_there_is(problem):
    """
    Against trying all plans: same points, bound equal to the value, points that add up, caps kept.
    """
    answer = solve(problem, limit_s=10)

    assert answer.objective == best_by_trying_all(problem) == answer.bound
    assert violations(problem, answer) == []
    assert all(alternative.regret >= 0 and alternative.proven for alternative in answer.alternatives)


def test_the_whole_plan_beats_the_ranked_list():
    """
    The bakery is best for both shops; a ranked list gives it the better one and leaves the other empty.
    """
    problem = problem_of(2, 2, [(0, 0, 50, -1), (1, 0, 45, -1), (0, 1, 40, -1)])

    answer = solve(problem, limit_s=5)

    assert [problem.points[pair] for pair in ranked_list(problem)] == [50]
    assert answer.objective == 45 + 40 + 2 * 12
    assert answer.gap == 0.0


def test_insisting_on_another_request_costs_what_the_whole_plan_loses():
    """
    Forcing the bakery into the first shop leaves the second empty: 50 instead of 85 points, one first-of-its-kind less.
    """
    problem = problem_of(2, 2, [(0, 0, 50, -1), (1, 0, 45, -1), (0, 1, 40, -1)])

    answer = solve(problem, limit_s=5)

    assert [(alternative.pair, alternative.regret) for alternative in answer.alternatives] == [(0, 85 + 24 - 62)]


def test_the_third_studio_of_a_street_does_not_come_when_two_are_enough():
    """
    Two of a kind per street and plan; the third shop stays empty rather than break the cap.
    """
    problem = problem_of(3, 3, [(n, n, 30, 0) for n in range(3)])

    answer = solve(problem, limit_s=5)

    assert len(answer.matches) == 2
    assert sorted(match.diversity for match in answer.matches) == [4, 12]


def test_a_plan_that_lies_is_found_out():
    """
    The check does not trust the solver: a shop given twice, wrong points, a bound below the value.
    """
    problem = problem_of(1, 2, [(0, 0, 30, 0), (0, 1, 20, 0)])
    lie = MatchingAnswer((Chosen(0, 12), Chosen(1, 12)), 99, 50, 0.1, 1, {})

    said = violations(problem, lie)

    assert "shop 0 is given away 2 times" in said
    assert "the matches add up to 74 points, the plan says 99" in said
    assert "diversity is worth 16 points, the matches show 24" in said
    assert "the bound 50 lies below the plan's 99 points" in said


def test_columns_that_do_not_belong_together_are_refused():
    """
    A sentence that names what is wrong, before any search.
    """
    problem = problem_of(1, 1, [(0, 0, 30, 0)])
    with pytest.raises(BadInput, match="points has 2 entries for 1 pairs"):
        replace(problem, points=np.array([1, 2]))
    with pytest.raises(BadInput, match="never rise"):
        replace(problem, ladder=(1, 2))


def test_it_answers_from_the_solver_process_with_progress():
    """
    The way the worker asks: a warm process without web or database.
    """
    rng = np.random.default_rng(7)
    rows = [(unit, request, int(rng.integers(10, 80)), unit % 3) for unit in range(12) for request in range(40)]
    problem = problem_of(12, 40, rows, max_per_group=3)
    told: list[Any] = []
    solver = Solver(warm=("leerstand.matching.solve",))
    try:
        arguments = {"problem": problem, "limit_s": 4}
        answer = solver.ask("leerstand.matching.solve:solve", arguments, on_progress=told.append)
    finally:
        solver.close()

    assert len(answer.matches) == 9
    assert violations(problem, answer) == []
    assert told
    assert set(told[-1].as_progress()) == {"elapsed_s", "limit_s", "points", "bound", "gap_percent"}
