"""The search for large towns, on towns so small that everything can be tried."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.matching_town import town
from leerstand.matching.check import violations
from leerstand.matching.cliques import crowds_that_count
from leerstand.matching.large import LargeSearch
from leerstand.matching.linear import bound, program
from leerstand.matching.neighbourhoods import exact
from leerstand.matching.problem import PER_PAIR, MatchingAnswer
from leerstand.matching.worth import Room, credited, ranked_list, value
from tests.leerstand.test_matching import problem_of
from tests.rounds import rounds


@st.composite
def timed_problems(draw):
    """Up to ten candidates of four shops and four requests over time; some shops have room for two, or other hours."""
    size = draw(st.integers(1, 10))

    def column(low, high):
        return np.array(draw(st.lists(st.integers(low, high), min_size=size, max_size=size)))

    rows = list(zip(*(column(low, high).tolist() for low, high in ((0, 3), (0, 3), (-5, 40), (-1, 2))), strict=True))
    pairs = list(combinations(range(size), 2))
    starts = column(0, 6)
    problem = problem_of(
        4,
        4,
        rows,
        hubs=draw(st.sets(st.integers(0, size - 1), max_size=4)),
        conflicts=draw(st.lists(st.sampled_from(pairs), unique=True, max_size=3)) if pairs else (),
        stock=draw(st.tuples(*[st.integers(0, 4)] * 3)),
        max_hubs=draw(st.integers(0, 2)),
    )
    return replace(
        problem,
        starts=starts,
        ends=starts + column(1, 5),
        size=column(1, 4),
        slots=column(1, 3),
        capacity=np.array(draw(st.lists(st.integers(3, 6), min_size=4, max_size=4))),
        fronts=np.array(
            draw(st.lists(st.tuples(st.just(0), st.integers(1, 3), st.integers(1, 9)), max_size=2)), dtype=np.int64
        ).reshape(-1, 3),
        snapshots=(1, 4),
        cost=column(0, 3),
        budget=draw(st.integers(0, 8)),
    )


def best_by_trying_all(problem):
    """The optimum, by taking or leaving every candidate."""
    best = 0
    plans = [[]]
    while plans:
        plan = plans.pop()
        best = max(best, value(problem, plan))
        room = Room(problem)
        for pair in plan:
            room.take(pair)
        plans += [
            [*plan, pair] for pair in range(plan[-1] + 1 if plan else 0, problem.pairs) if not room.objection(pair)
        ]
    return best


def answer_of(problem, plan, points):
    return MatchingAnswer(credited(problem, plan), value(problem, plan), max(points, value(problem, plan)), 0, 1, {})


@settings(max_examples=rounds(25), deadline=None)
@given(timed_problems())
def test_bound_and_plan_of_the_large_search_are_true(problem):
    """
    The linear program is no plan's limit but the best possible's; the whole program in whole numbers is the best plan.
    """
    best, found = best_by_trying_all(problem), program(problem)

    chosen, proved_bound, proved = exact(found, ranked_list(problem), limit_s=20)

    assert bound(found).points >= best - 1e-6
    assert proved
    assert value(problem, chosen) == best
    assert proved_bound >= best - 1e-3
    assert violations(problem, answer_of(problem, chosen, best)) == []


@settings(max_examples=rounds(10), deadline=None)
@given(timed_problems(), st.integers(0, 99))
def test_a_part_of_a_program_is_the_best_that_the_rest_of_the_plan_leaves_possible(problem, seed):
    """
    Some candidates free, the others as they are: against trying all with the others insisted on.
    """
    chance, plan = np.random.default_rng(seed), ranked_list(problem)
    free = np.flatnonzero(chance.random(problem.pairs) < 0.6)
    stays = np.setdiff1d(np.array(plan, dtype=np.int64), free)
    chosen, _, _ = exact(program(problem).part(free, stays), plan, limit_s=20)

    together = [*stays.tolist(), *chosen]
    left = [pair for pair in range(problem.pairs) if pair in free or pair in stays]
    fixed = [left.index(pair) for pair in stays]
    names = ("unit", "request", *PER_PAIR)
    place = {pair: at for at, pair in enumerate(left)}
    conflicts = [
        [place[one], place[other]] for one, other in problem.conflicts.tolist() if {one, other} <= place.keys()
    ]
    smaller = replace(
        problem,
        **{name: getattr(problem, name)[left] for name in names},
        conflicts=np.array(conflicts, dtype=np.int64).reshape(-1, 2),
        points=problem.points[left] + np.where(np.isin(np.arange(len(left)), fixed), 10_000, 0),
    )
    assert violations(problem, answer_of(problem, together, 0)) == []
    assert value(problem, together) == best_by_trying_all(smaller) - 10_000 * len(fixed)


@settings(max_examples=rounds(40), deadline=None)
@given(timed_problems())
def test_exclusive_sets_say_what_pairs_and_days_say(problem):
    """
    Two candidates of a shop are in one set just when they exclude each other; what sets do not say, crowds say.
    """

    def excludes(one, other):
        together = problem.starts[one] < problem.ends[other] and problem.starts[other] < problem.ends[one]
        full = problem.size[one] + problem.size[other] > problem.capacity[problem.unit[one]]
        at_once = together and problem.slots[one] & problem.slots[other]
        return bool(at_once and full) or problem.request[one] == problem.request[other]

    sets = [set(one.tolist()) for one in problem.exclusive]
    for one, other in combinations(range(problem.pairs), 2):
        if problem.unit[one] == problem.unit[other] and problem.request[one] != problem.request[other]:
            assert excludes(one, other) == any({one, other} <= alone for alone in sets)
    said = {tuple(crowd) for crowd in crowds_that_count(problem)}
    for crowd in problem.cliques:
        if tuple(crowd) not in said:
            whole = set(crowd.tolist())
            assert any(whole <= alone for alone in sets) or len(set(problem.request[crowd].tolist())) == 1


def test_exclusive_sets_bring_the_bound_closer():
    """
    Two uses in a row of one request, and two others that last as long as both: a fractional plan gets half of each.
    """
    problem = replace(
        problem_of(1, 2, [(0, 0, 10, -1), (0, 0, 10, -1), (0, 1, 10, -1)]),
        starts=np.array([0, 2, 0]),
        ends=np.array([1, 3, 3]),
        ladder=(),
    )

    assert [one.tolist() for one in problem.exclusive] == [[0, 1, 2]]
    assert round(bound(program(problem), accuracy=1e-8).points) == 10


def test_a_town_of_streets_is_searched_by_two_threads_and_the_plan_holds():
    """
    The whole way: bound, annealing, neighbourhoods, and never below the ranked list.
    """
    problem = town(60, 150, seed=3)
    search = LargeSearch(problem, 1.5, 1, 2)

    plan, points = search.run()

    assert value(problem, ranked_list(problem)) < value(problem, plan) <= points
    assert violations(problem, answer_of(problem, plan, points)) == []
