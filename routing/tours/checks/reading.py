"""Reading a problem and a plan side by side, for all constraints. Shares no code with any solver. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from routing.message import Message
from routing.tours.plan import Plan, Tour, Visit
from routing.tours.problem import Hub, Locked, Order, Problem, Vehicle

Finding = Iterator[Message]


def tours(problem: Problem, plan: Plan) -> Iterator[tuple[Tour, Vehicle]]:
    for tour in plan.tours:
        yield tour, problem.vehicle_by_key[tour.vehicle]


def visits(problem: Problem, plan: Plan) -> Iterator[tuple[Tour, Visit, Order]]:
    for tour in plan.tours:
        for visit in tour.visits:
            yield tour, visit, problem.order_by_key[visit.order]


def open_visits(problem: Problem, plan: Plan) -> Iterator[tuple[Tour, Visit, Order]]:
    """The visits that are not over yet."""
    for tour in plan.tours:
        lock = problem.lock_of.get(tour.vehicle)
        for visit in tour.visits[len(lock.visits) if lock else 0 :]:
            yield tour, visit, problem.order_by_key[visit.order]


def legs(problem: Problem, tour: Tour) -> Iterator[tuple[Hub | Order, Hub | Order, int, int]]:
    """From what, to what, arrival there, departure from there."""
    here: Hub | Order = problem.hub_by_key[tour.start_hub]
    for visit in tour.visits:
        there = problem.order_by_key[visit.order]
        yield here, there, visit.arrives_s, visit.departs_s
        here = there
    yield here, problem.hub_by_key[tour.end_hub], tour.returns_s, tour.returns_s


def metres(problem: Problem, tour: Tour, vehicle: Vehicle) -> int:
    table = problem.travel[vehicle.vehicle_class].metres
    return sum(int(table[start.place, end.place]) for start, end, _, _ in legs(problem, tour))


def home_s(problem: Problem, tour: Tour) -> int:
    """When a vehicle that is out can be back at the earliest; 0 for one that is not out."""
    lock = problem.lock_of.get(tour.vehicle)
    if lock is None:
        return 0
    here, home = last_locked(problem, tour, lock), problem.hub_by_key[tour.end_hub].place
    table = problem.travel[problem.vehicle_by_key[tour.vehicle].vehicle_class].seconds
    return lock.free_s + int(table[here, home])


def home_m(problem: Problem, tour: Tour) -> int:
    """How far a vehicle that is out has to ride at least; 0 for one that is not out."""
    lock = problem.lock_of.get(tour.vehicle)
    if lock is None:
        return 0
    vehicle = problem.vehicle_by_key[tour.vehicle]
    over = replace(tour, visits=tour.visits[: len(lock.visits)])
    return metres(problem, over, vehicle)


def last_locked(problem: Problem, tour: Tour, lock: Locked) -> int:
    if lock.visits:
        return problem.order_by_key[lock.visits[-1].order].place
    return problem.hub_by_key[tour.start_hub].place


def clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"
