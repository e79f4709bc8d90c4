"""What has been driven or loaded stays. Pure."""

from __future__ import annotations

from routing.message import Message
from routing.tours.checks.reading import Finding, clock, past_reloads, round_of, visits
from routing.tours.plan import Plan, Tour, Visit
from routing.tours.problem import Kind, Locked, Problem


def locked_stays(problem: Problem, plan: Plan) -> Finding:
    """What has been driven or loaded stays as it was: same departure, same first stops, same goods on board."""
    tours = {tour.vehicle: tour for tour in plan.tours}
    for lock in problem.locked:
        tour = tours.get(lock.vehicle)
        if tour is None:
            if lock.visits:
                yield Message("The tour that %(vehicle)s has begun is missing.", {"vehicle": lock.vehicle})
            continue
        if tour.departs_s != lock.departs_s:
            values = {"vehicle": lock.vehicle, "has": clock(lock.departs_s), "planned": clock(tour.departs_s)}
            yield Message("%(vehicle)s left at %(has)s, but the plan says %(planned)s.", values)
        for number, done in enumerate(lock.visits):
            if number >= len(tour.visits) or not _same_stop(done, tour.visits[number]):
                stop = {"vehicle": lock.vehicle, "number": str(number + 1), "order": done.order}
                yield Message("Stop %(number)s of %(vehicle)s, order %(order)s, is over and must stay.", stop)
        yield from _reloads_stay(lock, tour)
        for number, visit in enumerate(tour.visits):
            joins = problem.order_by_key[visit.order].kind is Kind.DELIVERY and visit.order not in lock.aboard
            if joins and round_of(tour, number) <= past_reloads(lock):
                values = {"vehicle": lock.vehicle, "order": visit.order}
                yield Message("Order %(order)s is not on board %(vehicle)s, which has left already.", values)
    for tour, visit, _ in visits(problem, plan):
        for lock in problem.locked:
            if tour.vehicle != lock.vehicle and visit.order in lock.aboard:
                values = {"vehicle": tour.vehicle, "order": visit.order, "other": lock.vehicle}
                yield Message("Order %(order)s is on board %(other)s and cannot ride with %(vehicle)s.", values)


def _reloads_stay(lock: Locked, tour: Tour) -> Finding:
    """What was reloaded stays, and a vehicle that is promised to come back for more comes back then."""
    past = past_reloads(lock)
    same = tour.reloads[:past] == lock.reloads[:past]
    if lock.at_hub and len(tour.visits) > len(lock.visits):
        due, planned = lock.reloads[past], tour.reloads[past] if len(tour.reloads) > past else None
        comes = planned is not None and planned.after == due.after and planned.arrives_s >= due.arrives_s
        same = same and comes and planned is not None and planned.starts_s >= due.starts_s
    if not same:
        yield Message("The reloads of %(vehicle)s that are over or fixed must stay.", {"vehicle": lock.vehicle})


def _same_stop(done: Visit, visit: Visit) -> bool:
    return (done.order, done.arrives_s, done.starts_s, done.departs_s) == (
        visit.order,
        visit.arrives_s,
        visit.starts_s,
        visit.departs_s,
    )
