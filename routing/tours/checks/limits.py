"""Nothing too heavy, too full, too far, and the costs are right. Pure."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import floor

from routing.message import Message
from routing.tours.checks.aboard import loads_aboard
from routing.tours.checks.reading import Finding, home_m, metres, past_reloads, tours, visits, work_s
from routing.tours.plan import Plan
from routing.tours.problem import Kind, Problem


def within_capacity(problem: Problem, plan: Plan) -> Finding:
    """No vehicle carries more than it can, and the plan states the loads as they are."""
    for tour, v in tours(problem, plan):
        lock = problem.lock_of.get(tour.vehicle)
        past = len(lock.visits) + past_reloads(lock) if lock else 0  # was carried, whatever it weighed
        aboard = [*loads_aboard(problem, tour, lock)]
        for unit, limit, column in (("g", v.capacity_g, 1), ("ml", v.capacity_ml, 2)):
            loads = [one[column] for one in aboard]
            for number, visit in enumerate(tour.visits, start=1):
                right = next(one[column] for one in aboard if one[0] == number)  # before the hub, if that comes next
                says = getattr(visit, f"load_after_{unit}")
                if says != right:
                    values = {"vehicle": v.key, "order": visit.order, "has": right, "planned": says, "unit": unit}
                    yield Message(
                        "After order %(order)s %(vehicle)s carries %(has)s %(unit)s, but the plan says %(planned)s.",
                        values,
                    )
            limit, most = max([limit, *loads[1 : past + 1]]), max(loads[past:])
            if most > limit:
                values = {"vehicle": v.key, "has": most, "limit": limit, "unit": unit}
                yield Message("%(vehicle)s carries %(has)s %(unit)s, but only %(limit)s fit.", values)


def within_hub_capacity(problem: Problem, plan: Plan) -> Finding:
    """No more passes through a hub than it can take."""
    through: Counter[tuple[str, str]] = Counter()
    for tour, _, order in visits(problem, plan):
        if order.kind is Kind.PAIR:
            continue
        key = tour.start_hub if order.kind is Kind.DELIVERY else tour.end_hub
        through[key, "g"] += order.load_g
        through[key, "ml"] += order.load_ml
    for lock in problem.locked:
        served = {visit.order for tour in plan.tours if tour.vehicle == lock.vehicle for visit in tour.visits}
        for order in (problem.order_by_key[key] for key in lock.aboard - served):
            if order.kind is Kind.PAIR:
                continue
            key = problem.vehicle_by_key[lock.vehicle].start_hub
            through[key, "g"] += order.load_g
            through[key, "ml"] += order.load_ml
    for hub in problem.hubs:
        for unit, limit in (("g", hub.capacity_g), ("ml", hub.capacity_ml)):
            if limit is not None and through[hub.key, unit] > limit:
                values = {"hub": hub.key, "has": through[hub.key, unit], "limit": limit, "unit": unit}
                yield Message("%(has)s %(unit)s pass through hub %(hub)s, but it takes only %(limit)s.", values)


def within_range(problem: Problem, plan: Plan) -> Finding:
    """No tour is longer than the range of its vehicle, and the plan states its length as it is."""
    for tour, v in tours(problem, plan):
        has_m = metres(problem, tour, v)
        if has_m != tour.metres:
            values = {"vehicle": v.key, "has": has_m, "planned": tour.metres}
            yield Message("The tour of %(vehicle)s is %(has)s m long, but the plan says %(planned)s m.", values)
        if v.reach_m is not None and has_m > max(v.reach_m, home_m(problem, tour)):
            values = {"vehicle": v.key, "has": has_m, "limit": v.reach_m}
            yield Message("The tour of %(vehicle)s is %(has)s m long, but its range is %(limit)s m.", values)


def costs_are_right(problem: Problem, plan: Plan) -> Finding:
    """Each tour and the whole plan cost what hours, kilometres, uses and unserved orders cost."""
    for tour, v in tours(problem, plan):
        hours = Fraction(work_s(tour), 3600)
        exact = hours * v.cost_cents_h + Fraction(metres(problem, tour, v), 1000) * v.cost_cents_km
        cents = floor(exact + Fraction(1, 2)) + v.cost_cents_use
        if cents != tour.cost_cents:
            values = {"vehicle": v.key, "has": cents, "planned": tour.cost_cents}
            yield Message("The tour of %(vehicle)s costs %(has)s cents, but the plan says %(planned)s.", values)
    unserved = sum(problem.order_by_key[u.order].price_unserved_cents for u in plan.unserved)
    total = unserved + sum(tour.cost_cents for tour in plan.tours)
    if total != plan.cost_cents:
        values = {"has": total, "planned": plan.cost_cents}
        yield Message("The plan costs %(has)s cents, but says %(planned)s.", values)
    if plan.bound_cents is not None and plan.bound_cents > plan.cost_cents:
        values = {"has": plan.cost_cents, "bound": plan.bound_cents}
        yield Message("The plan costs %(has)s cents, less than its lower bound of %(bound)s.", values)
