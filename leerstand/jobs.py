"""The work of this room that takes longer than a page may: the plan for all shops."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from city import clock, settings
from city.jobs import Handler, Keep, Run
from leerstand import queries
from leerstand.matching.candidates import candidates
from leerstand.services import plans
from leerstand.situation import situations

HubValue = Callable[[Iterable[int]], dict[int, int]]


def no_hub_value(unit_ids: Iterable[int]) -> dict[int, int]:
    """Nobody has said what a hub is worth anywhere."""
    return {}


def handlers(hub_value: HubValue = no_hub_value) -> dict[str, Handler]:
    """Who does the jobs of this room.

    ``hub_value`` says by shop id what a hub there is worth, in points from 0 to
    the weight of deliveries; logistics knows, this room does not.
    """

    def match_plan(run: Run) -> Keep:
        """Read, let go of the database, solve, and keep what still holds."""
        used = settings.current()
        units, reserved = queries.stock(), queries.reserved_units()
        places = situations(units, clock.today(), used.numbers.neighbour_distance_m)
        free = [unit for unit in units if unit.id in places and unit.id not in reserved]
        worth = hub_value([unit.id for unit in free])
        found = candidates(free, queries.open_requests(), places, used.numbers, worth)
        answer = run.solve(
            "leerstand.matching.solve:solve", problem=found.problem, limit_s=float(used.numbers.match_search_s)
        )

        def keep() -> dict[str, Any]:
            plan = plans.keep_plan(found, answer, used, hub_points=worth, account_id=run.account_id)
            return {"plan": plan.id, "matches": len(plan.matches), "score": plan.score}

        return keep

    return {plans.KIND: match_plan}


HANDLERS = handlers()
