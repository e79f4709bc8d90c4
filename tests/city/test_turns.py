"""Writers on SQLite take turns in the order in which they came."""

from __future__ import annotations

import threading
import time

import pytest

from city.turns import TooLong, Turns


def test_whoever_came_first_goes_first():
    """
    Ten ask one after the other while one writes; they get it in that order.
    """
    turns, order = Turns(), []

    def write(number: int) -> None:
        with turns.turn():
            order.append(number)

    threads = []
    with turns.turn():
        for number in range(10):
            thread = threading.Thread(target=write, args=(number,))
            thread.start()
            threads.append(thread)
            while len(turns._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()

    assert order == list(range(10))


def test_nobody_waits_for_ever_and_the_next_one_still_gets_in():
    turns = Turns()
    with turns.turn():
        refused = []

        def impatient() -> None:
            try:
                with turns.turn(0.01):
                    pass
            except TooLong as problem:
                refused.append(problem)

        thread = threading.Thread(target=impatient)
        thread.start()
        thread.join()
        assert len(refused) == 1
    with turns.turn(0.01):
        pass


def test_a_writer_that_fails_passes_the_turn_on():
    turns = Turns()
    with pytest.raises(ValueError, match="no"), turns.turn():
        raise ValueError("no")
    with turns.turn(0.01):
        pass
