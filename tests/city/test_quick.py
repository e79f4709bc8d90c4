"""Short questions are answered by a warm process of the server, without a job row."""

from __future__ import annotations

import time

import pytest

from city import quick
from city.messages import Conflict
from routing.message import BadInput


def slow(*, seconds: float, **_rest: object) -> str:
    """Take a while."""
    time.sleep(seconds)
    return "done"


def senseless(**_rest: object) -> None:
    """A question that cannot be answered."""
    raise BadInput("There are %(has)s parcels.", has=-1)


@pytest.fixture(autouse=True)
def ended(monkeypatch):
    monkeypatch.setattr(quick, "_solver", quick.Solver(()))  # nothing to load: these questions need no kernel
    quick._ready.clear()
    yield
    quick.stop()


def test_a_short_question_is_answered_and_the_process_stays():
    assert quick.ask("tests.city.test_quick:slow", seconds=0.0) == "done"
    process = quick._solver._process
    assert quick.ask("tests.city.test_quick:slow", seconds=0.0) == "done"
    assert quick._solver._process is process


def test_what_takes_too_long_is_given_up_and_the_next_question_is_answered(monkeypatch):
    """
    The process is renewed, so nobody waits for the lost answer.
    """
    monkeypatch.setattr(quick, "LIMIT_S", 1.0)
    quick.ask("tests.city.test_quick:slow", seconds=0.0)
    with pytest.raises(Conflict, match="The planner is busy"):
        quick.ask("tests.city.test_quick:slow", seconds=30.0)
    assert quick.ask("tests.city.test_quick:slow", seconds=0.0) == "done"


def test_a_refusal_comes_through_with_its_sentence():
    with pytest.raises(BadInput, match="There are -1 parcels"):
        quick.ask("tests.city.test_quick:senseless")
