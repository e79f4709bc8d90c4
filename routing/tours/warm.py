"""Compile the kernel ahead, so that nobody waits for it; and know whether that was done."""

from __future__ import annotations

import time

import numpy as np

from routing.tours.problem import Hub, Kind, Order, Problem, Vehicle
from routing.tours.travel import Travel


def warm(*, light: bool = False) -> float:
    """Compile the kernel into its cache; returns the seconds it took.

    Takes about 40 s of processor time once for each version of the code and
    almost nothing afterwards. ``light``: also the faster variant for problems
    where only ways cost something, as published ones do; no city needs it.
    """
    from routing.tours.kernel.anneal import anneal
    from routing.tours.kernel.compiled import FOLDER
    from routing.tours.kernel.tables import new_search, tables

    begins = time.monotonic()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for wage, name in ((2700, "full"), (0, "light"))[: 2 if light else 1]:
        (FOLDER / name).unlink(missing_ok=True)
        t = tables(_smallest(wage), list(_smallest(wage).orders))
        anneal(t.ways, *new_search(t, 1, light=name == "light"), 5, 1.0, 10.0, 10.0, 0.01, 3)
        (FOLDER / name).touch()
    return time.monotonic() - begins


def is_warm(*, light: bool = False) -> bool:
    """Whether the kernel in this state was compiled on this machine."""
    from routing.tours.kernel.compiled import FOLDER

    return (FOLDER / ("light" if light else "full")).exists()


def _smallest(wage: int) -> Problem:
    """Three orders, one bike: enough to call everything once."""
    table = np.array([[0, 60, 90, 120], [60, 0, 60, 90], [90, 60, 0, 60], [120, 90, 60, 0]])
    bike = Vehicle("bike", "bike", "hub", "hub", 0, 3600, 1000, 1000, wage, 100)
    orders = tuple(Order(f"o{i}", Kind.DELIVERY, i, "hub", 10, 10, (), 60, 10_000) for i in (1, 2, 3))
    return Problem(4, {"bike": Travel(table, table)}, (Hub("hub", 0),), (bike,), orders)
