"""Who serves what: every order once, by a vehicle and a hub that may. Pure."""

from __future__ import annotations

from collections import Counter

from routing.message import Message
from routing.tours.checks.reading import Finding, open_visits, tours
from routing.tours.plan import Plan, Tour
from routing.tours.problem import Kind, Problem


def each_order_once(problem: Problem, plan: Plan) -> Finding:
    """Every order is served once, or listed once as unserved; so is a pair on board that nobody can drop any more."""
    times = Counter(visit.order for tour in plan.tours for visit in tour.visits if not visit.drop)
    times.update(unserved.order for unserved in plan.unserved)
    times.subtract({key for tour in plan.tours for key in _stuck(problem, tour)} & {u.order for u in plan.unserved})
    for order in problem.orders:
        if times[order.key] == 0:
            yield Message("Order %(order)s is missing in the plan.", {"order": order.key})
        if times[order.key] > 1:
            values = {"order": order.key, "times": times[order.key]}
            yield Message("Order %(order)s stands %(times)s times in the plan.", values)


def _stuck(problem: Problem, tour: Tour) -> set[str]:
    """Pairs that were taken on before the plan was made, and that this tour does not drop."""
    lock = problem.lock_of.get(tour.vehicle)
    past = lock.visits if lock else ()
    taken = {visit.order for visit in past if problem.order_by_key[visit.order].kind is Kind.PAIR}
    return taken - {visit.order for visit in tour.visits if visit.drop}


def pairs_are_whole(problem: Problem, plan: Plan) -> Finding:
    """What is taken on for a pair is dropped later by the same vehicle, and nothing else is dropped.

    What was taken on before the plan was made may stay on board, if the plan says so, and what was not there to be
    taken on is not dropped.
    """
    left = {unserved.order for unserved in plan.unserved}
    for tour in plan.tours:
        lock = problem.lock_of.get(tour.vehicle)
        excused = _stuck(problem, tour) & (left | (lock.failed if lock else set()))
        aboard: set[str] = set()
        for visit in tour.visits:
            values = {"order": visit.order, "vehicle": tour.vehicle}
            pair = problem.order_by_key[visit.order].kind is Kind.PAIR
            if visit.drop and visit.order not in aboard:
                yield Message("%(vehicle)s drops order %(order)s, but has not taken it on before.", values)
            if visit.drop:
                aboard.discard(visit.order)
            elif pair:
                aboard.add(visit.order)
        for key in sorted(aboard - excused):
            yield Message(
                "%(vehicle)s takes on order %(order)s, but never drops it.", {"order": key, "vehicle": tour.vehicle}
            )


def each_vehicle_once(problem: Problem, plan: Plan) -> Finding:
    """One vehicle rides one tour, and not an empty one."""
    for vehicle, times in Counter(tour.vehicle for tour in plan.tours).items():
        if times > 1:
            values = {"vehicle": vehicle, "times": times}
            yield Message("Vehicle %(vehicle)s rides %(times)s tours at once.", values)
    for tour in plan.tours:
        if not tour.visits:
            yield Message("The tour of %(vehicle)s has no stop.", {"vehicle": tour.vehicle})


def hubs_of_vehicles(problem: Problem, plan: Plan) -> Finding:
    """A tour starts and ends where its vehicle does."""
    for tour, vehicle in tours(problem, plan):
        for says, is_ in ((tour.start_hub, vehicle.start_hub), (tour.end_hub, vehicle.end_hub)):
            if says != is_:
                values = {"vehicle": vehicle.key, "hub": says, "right": is_}
                yield Message("The tour of %(vehicle)s uses hub %(hub)s instead of %(right)s.", values)


def hubs_of_orders(problem: Problem, plan: Plan) -> Finding:
    """A delivery comes from its hub, a pickup goes to its hub."""
    for tour, _, order in open_visits(problem, plan):
        hub = tour.start_hub if order.kind is Kind.DELIVERY else tour.end_hub
        if order.hub is not None and order.hub != hub:
            values = {"order": order.key, "hub": order.hub, "other": hub}
            yield Message("Order %(order)s belongs to hub %(hub)s, but rides with a tour of %(other)s.", values)


def allowed_class(problem: Problem, plan: Plan) -> Finding:
    """Only vehicles of an allowed class serve an order."""
    for tour, _, order in open_visits(problem, plan):
        name = problem.vehicle_by_key[tour.vehicle].vehicle_class
        if order.allowed_classes is not None and name not in order.allowed_classes:
            values = {"order": order.key, "vehicle": tour.vehicle, "vehicle_class": name}
            yield Message("Order %(order)s may not ride with %(vehicle)s, a %(vehicle_class)s.", values)


def allowed_vehicle(problem: Problem, plan: Plan) -> Finding:
    """Only vehicles that an order names serve it, and none that it refuses."""
    for tour, _, order in open_visits(problem, plan):
        values = {"order": order.key, "vehicle": tour.vehicle}
        if tour.vehicle in order.not_vehicles:
            yield Message("Order %(order)s must not ride with %(vehicle)s.", values)
        if order.only_vehicles is not None and tour.vehicle not in order.only_vehicles:
            values["vehicles"] = ", ".join(sorted(order.only_vehicles)) or "–"
            yield Message("Order %(order)s rides with %(vehicle)s, but may only ride with %(vehicles)s.", values)
