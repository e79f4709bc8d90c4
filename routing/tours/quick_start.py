"""What a process that answers short questions loads before the first of them. Pure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from routing.tours.plan import Plan
from routing.tours.problem import Hub, Kind, Order, Problem, Vehicle
from routing.tours.replan import Changes, Replanned, replan
from routing.tours.travel import Travel


def ready(
    *, on_progress: Callable[[object], None] = lambda state: None, cancelled: Callable[[], bool] | None = None
) -> bool:
    """Plan the smallest day again, so that every part has been loaded and run once."""
    table = np.array([[0, 60], [60, 0]])
    bike = Vehicle("bike", "bike", "hub", "hub", 0, 3600, 1000, 1000, 2700, 100)
    order = Order("order", Kind.DELIVERY, 1, "hub", 10, 10, (), 60, 10_000)
    day = Problem(2, {"bike": Travel(table, table)}, (Hub("hub", 0),), (bike,), (order,))
    nothing = Plan((), (), 0, "none", 0, 0.0, 0)
    found: Replanned = replan(day, nothing, Changes(), now_s=0, limit_s=0.05)
    return bool(found.plan.tours)
