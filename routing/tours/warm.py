"""Compile the kernel ahead, so that nobody waits for it; and know whether that was done."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from routing.tours.problem import Hub, Kind, Order, Problem, Vehicle
from routing.tours.travel import Travel

if TYPE_CHECKING:
    from routing.tours.kernel.engine import Engine


def warm(*, light: bool = False) -> float:
    """Compile the kernels into their cache; returns the seconds it took.

    Takes about a minute of processor time once for each version of the code
    and almost nothing afterwards. ``light``: also the faster variant for
    problems where only ways cost something, as published ones do; no city
    needs it.
    """
    from routing.tours.kernel.compiled import FOLDER
    from routing.tours.kernel.day_tables import day_tables
    from routing.tours.kernel.engine import Counts, Links
    from routing.tours.kernel.tables import tables

    begins = time.monotonic()
    FOLDER.mkdir(parents=True, exist_ok=True)
    paid, free = _smallest(2700), _smallest(0)
    engines: dict[str, Callable[[], Engine]] = {
        "full": lambda: Links(tables(paid, list(paid.orders)), light=False),
        "counts": lambda: Counts(day_tables(paid, list(paid.orders))),
    }
    if light:
        engines["light"] = lambda: Links(tables(free, list(free.orders)), light=True)
    for name, make in engines.items():
        (FOLDER / name).unlink(missing_ok=True)
        engine = make()
        engine.work(engine.new(1), 5, 1.0)
        (FOLDER / name).touch()
    return time.monotonic() - begins


def is_warm(variant: str = "full") -> bool:
    """Whether a kernel (``full``, ``counts``, ``light``) in this state was compiled on this machine."""
    from routing.tours.kernel.compiled import FOLDER

    return (FOLDER / variant).exists()


def _smallest(wage: int) -> Problem:
    """Three orders, one bike: enough to call everything once."""
    table = np.array([[0, 60, 90, 120], [60, 0, 60, 90], [90, 60, 0, 60], [120, 90, 60, 0]])
    bike = Vehicle("bike", "bike", "hub", "hub", 0, 3600, 1000, 1000, wage, 100)
    orders = tuple(Order(f"o{i}", Kind.DELIVERY, i, "hub", 10, 10, (), 60, 10_000) for i in (1, 2, 3))
    return Problem(4, {"bike": Travel(table, table)}, (Hub("hub", 0),), (bike,), orders)
