"""Does a plan keep what the problem demands? Written from the definition, sharing no code with any solver. Pure."""

from __future__ import annotations

from collections.abc import Callable

from routing.message import Message
from routing.tours.checks.limits import costs_are_right, within_capacity, within_hub_capacity, within_range
from routing.tours.checks.past import locked_stays
from routing.tours.checks.reading import Finding
from routing.tours.checks.stops import (
    allowed_class,
    allowed_vehicle,
    each_order_once,
    each_vehicle_once,
    hubs_of_orders,
    hubs_of_vehicles,
    pairs_are_whole,
)
from routing.tours.checks.times import (
    after_release,
    docks_are_free,
    not_too_long,
    reloads_are_allowed,
    rests_are_taken,
    rests_fit_in,
    services_take_their_time,
    ways_exist,
    within_opening,
    within_shifts,
    within_windows,
)
from routing.tours.plan import Plan
from routing.tours.problem import Problem


def violations(problem: Problem, plan: Plan) -> list[Message]:
    """Return every broken constraint as a sentence; an empty list means the plan can be ridden.

    Visits, vehicles and hubs that the problem does not know are named first;
    only if there are none, the other constraints can be looked at.
    """
    unknown = [*known(problem, plan)]
    return unknown or [sentence for constraint in CONSTRAINTS for sentence in constraint(problem, plan)]


def known(problem: Problem, plan: Plan) -> Finding:
    """Everything the plan names exists in the problem."""
    for tour in plan.tours:
        if tour.vehicle not in problem.vehicle_by_key:
            yield Message("The plan uses vehicle %(vehicle)s, which does not exist.", {"vehicle": tour.vehicle})
        for key in (tour.start_hub, tour.end_hub):
            if key not in problem.hub_by_key:
                yield Message("The plan uses hub %(hub)s, which does not exist.", {"hub": key})
    named = [visit.order for tour in plan.tours for visit in tour.visits] + [u.order for u in plan.unserved]
    for order in named:
        if order not in problem.order_by_key:
            yield Message("The plan names order %(order)s, which does not exist.", {"order": order})


CONSTRAINTS: tuple[Callable[[Problem, Plan], Finding], ...] = (
    each_order_once,
    pairs_are_whole,
    each_vehicle_once,
    hubs_of_vehicles,
    hubs_of_orders,
    allowed_class,
    allowed_vehicle,
    locked_stays,
    ways_exist,
    services_take_their_time,
    reloads_are_allowed,
    rests_fit_in,
    rests_are_taken,
    within_windows,
    after_release,
    within_shifts,
    not_too_long,
    within_opening,
    docks_are_free,
    within_capacity,
    within_hub_capacity,
    within_range,
    costs_are_right,
)
