"""Reading a problem and a plan side by side, for all constraints. Shares no code with any solver. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from routing.message import Message
from routing.tours.plan import Break, Plan, Tour, Visit
from routing.tours.problem import Kind, Locked, Order, Problem, Vehicle

Finding = Iterator[Message]
LONGEST_STRETCH_S = 6 * 3600  # § 4 ArbZG
RESTS = ((9 * 3600, 45 * 60), (6 * 3600, 30 * 60))  # § 4 ArbZG: more work than, rest
SHORTEST_REST_S = 15 * 60  # § 4 ArbZG


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


@dataclass(frozen=True, slots=True)
class Leg:
    """A ride: from what and where, when it begins, to what and where, and when it ends.

    ``free_s``: when the stop before it was over; a break between the two delays the ride.
    """

    start: str
    start_place: int
    free_s: int
    leaves_s: int
    end: str
    end_place: int
    arrives_s: int

    @property
    def overslept(self) -> bool:
        """Whether the break before it is over only after the arrival."""
        return self.free_s <= self.arrives_s < self.leaves_s


def stop_place(order: Order, visit: Visit) -> int:
    """Where a visit takes place: the drop of a pair has a place of its own."""
    return order.drop.place if visit.drop and order.drop else order.place


def legs(problem: Problem, tour: Tour) -> Iterator[Leg]:
    """Every ride of a tour: to the visits, to the hub for reloading, and home; a break delays the next ride."""
    here, place, free = tour.start_hub, problem.hub_by_key[tour.start_hub].place, tour.departs_s
    leaves = free
    for number, visit in enumerate((*tour.visits, None)):
        for reload in tour.reloads:
            if reload.after == number:
                hub = problem.hub_by_key[reload.hub]
                yield Leg(here, place, free, leaves, hub.key, hub.place, reload.arrives_s)
                rests = [rest for rest in tour.breaks if rest.after == number and rest.ends_s > reload.arrives_s]
                here, place, free, leaves = hub.key, hub.place, reload.departs_s, _rested(rests, reload.departs_s)
        if visit is not None:
            there = stop_place(problem.order_by_key[visit.order], visit)
            yield Leg(here, place, free, leaves, visit.order, there, visit.arrives_s)
            back = min((reload.arrives_s for reload in tour.reloads if reload.after == number + 1), default=1 << 60)
            rests = [rest for rest in tour.breaks if rest.after == number + 1 and rest.ends_s <= back]
            here, place, free, leaves = visit.order, there, visit.departs_s, _rested(rests, visit.departs_s)
    home = problem.hub_by_key[tour.end_hub]
    yield Leg(here, place, free, leaves, home.key, home.place, tour.returns_s)


def _rested(rests: list[Break], departs_s: int) -> int:
    return max([departs_s, *(rest.ends_s for rest in rests)])


def round_of(tour: Tour, number: int) -> int:
    """In which round, between one loading and the next, visit ``number`` (from 0) is made."""
    return sum(reload.after <= number for reload in tour.reloads)


def work_s(tour: Tour) -> int:
    """The paid time: from departure to return, without breaks."""
    return tour.returns_s - tour.departs_s - sum(rest.ends_s - rest.starts_s for rest in tour.breaks)


def metres(problem: Problem, tour: Tour, vehicle: Vehicle) -> int:
    """How far a tour is; what was ridden where the table knows no way counts nothing (what is planned needs a way)."""
    table = problem.travel[vehicle.vehicle_class].metres
    return sum(max(int(table[leg.start_place, leg.end_place]), 0) for leg in legs(problem, tour))


def home_s(problem: Problem, tour: Tour) -> int:
    """When a vehicle that is out can be back at the earliest; 0 for one that is not out."""
    lock = problem.lock_of.get(tour.vehicle)
    if lock is None:
        return 0
    here, home = last_locked(problem, tour, lock), problem.hub_by_key[tour.end_hub].place
    vehicle = problem.vehicle_by_key[tour.vehicle]
    way = int(problem.travel[vehicle.vehicle_class].seconds[here, home])
    missing = _missing_rest_s(vehicle, lock, lock.free_s + way) if vehicle.breaks else 0
    return lock.free_s + missing + way


def _missing_rest_s(vehicle: Vehicle, lock: Locked, home: int) -> int:
    """§ 4 ArbZG: how long a courier who only rides home has to rest before; not less than a quarter of an hour."""
    rests = [rest.ends_s - rest.starts_s for rest in lock.breaks]
    work = home - lock.departs_s + vehicle.worked_s - sum(rests)
    begins = max((rest.ends_s for rest in lock.breaks), default=lock.departs_s - vehicle.worked_s)
    due = next((rest for more_than, rest in RESTS if work > more_than), 0)
    missing = max(due - sum(rests), SHORTEST_REST_S if home - begins > LONGEST_STRETCH_S else 0)
    return max(missing, SHORTEST_REST_S) if missing > 0 else 0


def home_m(problem: Problem, tour: Tour) -> int:
    """How far a vehicle that is out has to ride at least; 0 for one that is not out."""
    lock = problem.lock_of.get(tour.vehicle)
    if lock is None:
        return 0
    vehicle = problem.vehicle_by_key[tour.vehicle]
    over = replace(tour, visits=tour.visits[: len(lock.visits)])
    return metres(problem, over, vehicle)


def last_locked(problem: Problem, tour: Tour, lock: Locked) -> int:
    """Where a vehicle is when it is free again: at its last stop, or at the hub if it loads there behind that."""
    since = max((reload.after for reload in lock.reloads), default=0)
    if since < len(lock.visits):
        return stop_place(problem.order_by_key[lock.visits[-1].order], lock.visits[-1])
    return problem.hub_by_key[tour.start_hub].place


def past_reloads(lock: Locked | None) -> int:
    """How many reloads of a tour are over, or have begun and cannot change."""
    return 0 if lock is None else len(lock.reloads) - lock.at_hub


def loaded_for(problem: Problem, tour: Tour, lock: Locked | None, number: int) -> list[Order]:
    """The deliveries that are taken on for one round; what is on board now counts also where nobody delivers it."""
    its = [visit.order for at, visit in enumerate(tour.visits) if round_of(tour, at) == number]
    if lock is not None and number == past_reloads(lock):
        visited = {visit.order for visit in tour.visits}
        its += sorted(lock.aboard - visited)
    orders = [problem.order_by_key[key] for key in its]
    return [order for order in orders if order.kind is Kind.DELIVERY]


def clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"
