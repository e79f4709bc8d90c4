"""Writers on SQLite take turns in the order in which they came."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from city.turns import TooLong, Turns

WRITES, WRITES_S = 60, 0.005
WRITER = """
import sys, time
from contextlib import contextmanager
from pathlib import Path
from city import turns

folder, name, fair, writes, writes_s = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "fair", *map(float, sys.argv[4:])
here = turns.Turns(folder / "turn")
if not fair:
    here._others._enter = lambda place, until, enter=here._others._enter: place == turns.ROOM and enter(place, until)
(folder / f"{name} is ready").touch()
while len(list(folder.glob("* is ready"))) < 2:
    time.sleep(0.001)
for _ in range(int(writes)):
    with here.turn(), (folder / "order").open("a") as order:
        order.write(name)
        time.sleep(writes_s)
"""


def order_of_two(folder: Path, *, fair: bool) -> str:
    """Two processes write as fast as they can; who wrote when. Without ``fair`` nobody waits in the gate."""
    asked = ["fair" if fair else "unfair", str(WRITES), str(WRITES_S)]
    both = [subprocess.Popen([sys.executable, "-c", WRITER, str(folder), name, *asked]) for name in "ab"]
    assert [one.wait(timeout=60) for one in both] == [0, 0]
    return (folder / "order").read_text()


def changes(order: str) -> int:
    """How often the turn went from one to the other."""
    return sum(1 for one, next_one in pairwise(order) if one != next_one)


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


def test_two_processes_write_in_turn(tmp_path):
    """
    Without the gate before the room whoever has just written is back before the other one looks.

    A busy machine may hold one of them up before the gate, and the other goes on; so the changes count, not the runs.
    """
    (fair := tmp_path / "fair").mkdir()
    (unfair := tmp_path / "unfair").mkdir()

    assert changes(order_of_two(fair, fair=True)) > WRITES / 2
    assert changes(order_of_two(unfair, fair=False)) < WRITES / 4


def test_a_process_that_dies_while_it_writes_leaves_the_room(tmp_path):
    here = f"Turns(Path({str(tmp_path / 'turn')!r})).turn().__enter__()"
    died = f"import os\nfrom pathlib import Path\nfrom city.turns import Turns\n{here}\nos._exit(9)"

    assert subprocess.run([sys.executable, "-c", died], check=False).returncode == 9

    with Turns(tmp_path / "turn").turn(0.1):
        pass
