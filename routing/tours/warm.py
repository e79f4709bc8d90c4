"""Compile the kernel ahead, so that nobody waits for it; and know whether that was done."""

from __future__ import annotations

import hashlib
import platform
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

from routing.tours.problem import Hub, Kind, Order, Problem, Travel, Vehicle

KERNEL = Path(__file__).parent / "kernel"


def warm() -> float:
    """Compile every variant of the kernel into numba's cache; returns the seconds it took.

    Takes half a minute once for each version of the code and almost nothing
    afterwards. The cache lies where ``NUMBA_CACHE_DIR`` says, else beside the code.
    """
    from routing.tours.kernel.anneal import anneal
    from routing.tours.kernel.tables import new_search, tables

    begins = time.monotonic()
    for wage in (0, 2700):
        problem = _smallest(wage)
        t = tables(problem, list(problem.orders))
        anneal(t.ways, *new_search(t, 1), 5, 1.0, 10.0, 10.0, 0.01, 3)
    stamp = _stamp()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.touch()
    return time.monotonic() - begins


def is_warm() -> bool:
    """Whether the kernel in this state was compiled on this machine."""
    return _stamp().exists()


def _stamp() -> Path:
    """An empty file whose name tells code, compiler and processor."""
    import numba
    from llvmlite import binding

    told = hashlib.sha256()
    for path in sorted(KERNEL.glob("*.py")):
        told.update(path.read_bytes())
    told.update(f"{version('numba')} {platform.python_version()} {binding.get_host_cpu_name()}".encode())
    chosen = vars(numba.config)["CACHE_DIR"]
    folder = Path(chosen) if chosen else KERNEL / "__pycache__"
    return folder / f"tours-kernel-{told.hexdigest()[:16]}.warm"


def _smallest(wage: int) -> Problem:
    """Three orders, one bike: enough to call everything once."""
    table = np.array([[0, 60, 90, 120], [60, 0, 60, 90], [90, 60, 0, 60], [120, 90, 60, 0]])
    bike = Vehicle("bike", "bike", "hub", "hub", 0, 3600, 1000, 1000, wage, 100)
    orders = tuple(Order(f"o{i}", Kind.DELIVERY, i, "hub", 10, 10, (), 60, 10_000) for i in (1, 2, 3))
    return Problem(4, {"bike": Travel(table, table)}, (Hub("hub", 0),), (bike,), orders)
