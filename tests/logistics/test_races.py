"""Forty shops at once, lost answers, kill -9: what ``run.py bench bookings`` measures must hold, on both databases.

Full numbers and real servers, so only ``run.py test --long`` runs it: some forty minutes. What the short suite has
of it are the races of threads in ``test_capacity`` and the killed writer in ``tests/test_kills.py``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks import bookings
from benchmarks.booking_town import Town, built, serving
from tests.postgres import PostgresMissing, private_server

pytestmark = [pytest.mark.long, pytest.mark.one_database]  # each brings a database of its own
RACES, KILLS, CONTROLS = 200, 100, 20
BOTH = ("sqlite", "postgresql")


@contextmanager
def town_on(engine: str) -> Iterator[Town]:
    """A town of its own, on SQLite or on a PostgreSQL server that is thrown away."""
    with TemporaryDirectory() as folder:
        if engine == "sqlite":
            with built(Path(folder), "") as town:
                yield town
            return
        try:
            with private_server() as server, built(Path(folder), server) as town:
                yield town
        except PostgresMissing as missing:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(str(missing))


@pytest.mark.parametrize("engine", BOTH)
def test_five_places_are_sold_five_times_however_many_ask_at_once(engine):
    """
    40 shops, each asking twice or three times with its key: none oversold, lost, underfilled or doubled, no fault.
    The control looks and writes in two transactions without the CHECK: it must oversell, or the race proves nothing.
    """
    with town_on(engine) as town:
        with serving(town, bookings.SERVERS) as homes:
            found = bookings.race(town, homes, RACES, bookings.SEED)
        careless = bookings.control(town, CONTROLS)

    wrong = ("oversold", "lost", "underfilled", "doubled", "faults", "wrong_counters")
    assert {name: found[name] for name in wrong} == dict.fromkeys(wrong, 0)
    assert careless["oversold"] > 0


@pytest.mark.parametrize("engine", BOTH)
def test_no_acknowledged_booking_is_lost_when_the_server_is_killed(engine):
    """
    kill -9 while eight shops book on and on: what was answered 201 is there, counters add up, the file is sound.
    """
    with town_on(engine) as town:
        found = bookings.kills(town, KILLS, bookings.SEED)

    assert found["valid"], found
    assert (found["lost"], found["wrong_counters"]) == (0, 0)
    assert found["acknowledged"] >= KILLS
