"""The solver process answers, can be stopped, and survives its own death."""

from __future__ import annotations

import pytest

from city.solver import Solver, SolverFailed, SolverStopped
from routing.message import BadInput

TASKS = "tests.city.solver_tasks"


@pytest.fixture
def solver():
    made = Solver(warm=())
    yield made
    made.close()


def test_it_answers_one_question_after_the_other(solver):
    """
    The same warm process serves them all.
    """
    assert [solver.ask(f"{TASKS}:double", {"number": n}) for n in (1, 2, 3)] == [2, 4, 6]


def test_progress_comes_while_it_searches_and_good_enough_ends_it(solver):
    """
    The best so far is the answer, long before the limit.
    """
    seen = []

    answer = solver.ask(
        f"{TASKS}:until_enough", {"limit_s": 60}, on_progress=seen.append, good_enough=lambda: len(seen) > 3
    )

    assert answer == "enough"
    assert seen[0].elapsed_s < 60


def test_a_cancelled_question_ends_and_the_next_is_answered(solver):
    """
    Cancel kills the process; a new one stands ready.
    """
    with pytest.raises(SolverStopped):
        solver.ask(f"{TASKS}:until_enough", {"limit_s": 60}, should_stop=lambda: True)

    assert solver.ask(f"{TASKS}:double", {"number": 4}) == 8


def test_a_short_question_has_a_limit(solver):
    """
    What is asked while a page waits may not take long.
    """
    with pytest.raises(SolverStopped):
        solver.ask(f"{TASKS}:until_enough", {"limit_s": 60}, limit_s=0.3)


def test_a_crash_becomes_an_error_and_the_next_question_is_answered(solver):
    """
    A native crash kills the child, not the worker.
    """
    with pytest.raises(SolverFailed):
        solver.ask(f"{TASKS}:die", {})

    assert solver.ask(f"{TASKS}:double", {"number": 5}) == 10


def test_a_refusal_keeps_its_sentence(solver):
    """
    The person reads why, with the numbers.
    """
    with pytest.raises(BadInput, match="6000 orders are too many") as refusal:
        solver.ask(f"{TASKS}:refuse", {})

    assert refusal.value.message.values == {"orders": 6000}
