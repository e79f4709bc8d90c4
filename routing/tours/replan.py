"""A plan meets the day: what has been driven or loaded stays, everything else may change. Pure.

``now_s`` and every other time are seconds since local midnight of the planned day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from routing.message import N_, BadInput, Message
from routing.tours import past
from routing.tours.check import violations
from routing.tours.fields import MAX_TIME_S, whole
from routing.tours.greedy import Routes, alike
from routing.tours.improve import PlanBroken, improve
from routing.tours.plan import Plan, Progress, Tour, Unserved
from routing.tours.problem import Kind, Locked, Order, Problem, Vehicle
from routing.tours.remainder import remainder, solve_the_rest
from routing.tours.schedule import drop_of, may_serve, reload_of, ride

OUT = N_("It is on board %(vehicle)s, which dropped out.")
CANCELLED = N_("It was cancelled while it was on board; it comes back to the hub.")


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that has happened since the plan of the day was made (Änderungen im Tageslauf), not only the latest.

    ``new``: orders that came in; ``moved``: orders of the plan with another
    address, window or load. Their places stand in the tables of the problem.
    Orders of the problem that the plan does not name count as new as well.
    ``cancelled``, ``failed``: keys of orders that are not wanted any more, or
    whose goods could not be handed over (they stay on board and are not tried
    again today). ``out``: vehicles that dropped out.
    ``done``: when the courier left each stop that is over, of a pair the first;
    ``dropped``: when each pair was handed over. A pair that failed was not there
    or, where ``done`` names it, could not be handed over. ``reported``:
    couriers report every stop, so what stands neither there nor in ``failed``
    is still to do; else the clock of the plan decides. ``loaded``: vehicles
    that are loaded but have not left yet. ``reloaded``: when each
    vehicle had loaded again, once for each time it came back. ``aboard``: goods that a
    vehicle carries though ``plan`` does not name them on its tour, because an
    earlier re-plan gave them up (known by itself where ``problem`` comes from
    that re-plan).
    """

    new: tuple[Order, ...] = ()
    cancelled: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    moved: tuple[Order, ...] = ()
    out: frozenset[str] = frozenset()
    done: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    reported: bool = False
    loaded: frozenset[str] = frozenset()
    reloaded: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    aboard: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replanned:
    """The new plan of the whole day, and the problem it answers: with locked tours, by which ``check`` reads it."""

    problem: Problem
    plan: Plan


def replan(
    problem: Problem,
    plan: Plan,
    changes: Changes,
    *,
    now_s: int,
    limit_s: float,
    seed: int = 1,
    cores: int = 1,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Replanned:
    """Plan the rest of a day that has begun.

    Parameters
    ----------
    problem
        The day as it is known now: hubs, vehicles and every order that
        ``plan`` names, with tables that reach all places. Places may be
        numbered otherwise than when ``plan`` was made; keys count.
    plan
        The plan that is being driven.
    now_s
        Nothing new begins before this second.
    limit_s
        Search time; 0.3 s are enough for 300 stops, as the plan is good.

    Returns
    -------
    Replanned
        Stops that are over, and the one a vehicle is on its way to, stay as
        they are (unless it was cancelled or moved); goods on board stay on
        their vehicle; vehicles at the hub may leave, take over and stay. A
        vehicle that may reload comes back for what would stay behind.

    Raises
    ------
    BadInput
        If a change names an order or a vehicle that does not exist, or a new
        order has the key of an old one.
    """
    known = {lock.vehicle: lock.aboard | changes.aboard.get(lock.vehicle, frozenset()) for lock in problem.locked}
    changes = replace(changes, aboard={**changes.aboard, **known})
    problem = replace(problem, locked=())  # made anew: more has been driven since
    _check(problem, plan, changes, now_s)
    how = {"seed": seed, "cores": cores, "on_progress": on_progress, "cancelled": cancelled, "whole": False}
    day = locked_day(problem, plan, changes, now_s)
    found = solve_the_rest(day, _kept(day, plan), limit_s, improve, **how)
    again = _sent_out_again(problem, plan, changes, now_s, day, found)
    if again is not None:
        more = solve_the_rest(again, _kept(again, found), limit_s / 2, improve, **how)
        day, found = (again, more) if more.cost_cents < found.cost_cents else (day, found)
    whole_day = _told(day, _as_before(day, plan, found), changes)
    if broken := violations(day, whole_day):
        raise PlanBroken("; ".join(map(str, broken[:5])))
    return Replanned(day, whole_day)


def locked_day(problem: Problem, plan: Plan, changes: Changes, now_s: int) -> Problem:
    """The problem of this day with what cannot change any more."""
    locks = [lock for tour in plan.tours if (lock := past.lock(problem, tour, changes, now_s))]
    return _day_with(problem, plan, changes, now_s, locks)


def _sent_out_again(
    problem: Problem, plan: Plan, changes: Changes, now_s: int, day: Problem, found: Plan
) -> Problem | None:
    """The day where vehicles that are out come back for what ``found`` leaves at the hub; None: that helps nobody."""
    carried = {key for lock in day.locked for key in lock.aboard}
    left = {one.order for one in found.unserved} - carried - changes.cancelled
    if not any(day.order_by_key[key].kind is Kind.DELIVERY for key in left):
        return None
    tours = {tour.vehicle: tour for tour in found.tours}
    locks = []
    for lock in day.locked:
        may = not lock.at_hub and lock.vehicle not in changes.out and lock.vehicle in tours
        locks.append((past.sent_out_again(day, lock, tours[lock.vehicle], now_s) if may else None) or lock)
    if all(new is old for new, old in zip(locks, day.locked, strict=True)):
        return None
    return _day_with(problem, plan, changes, now_s, locks)


def _day_with(problem: Problem, plan: Plan, changes: Changes, now_s: int, locks: list[Locked]) -> Problem:
    out = {lock.vehicle for lock in locks}
    carried = {key for lock in locks for key in (*lock.aboard, *(visit.order for visit in lock.visits))}
    moved = {order.key: order for order in changes.moved}
    orders = []
    for order in problem.orders:
        if order.key in changes.cancelled:
            if order.key in carried:
                orders.append(replace(order, price_unserved_cents=0, only_vehicles=frozenset()))
            continue
        orders.append(moved.get(order.key, order))
    orders += changes.new
    vehicles = [
        vehicle if vehicle.key in out else replace(vehicle, starts_s=max(vehicle.starts_s, now_s))
        for vehicle in problem.vehicles
        if vehicle.key in out or (vehicle.key not in changes.out and max(vehicle.starts_s, now_s) <= vehicle.ends_s)
    ]
    there = {vehicle.key for vehicle in vehicles}
    lengths = {tour.vehicle: len(tour.visits) for tour in plan.tours}
    over = [
        lock
        for lock in locks
        if lock.vehicle in changes.out or (not lock.at_hub and len(lock.visits) == lengths[lock.vehicle])
    ]
    left = [_without(_not_with(order, over), there) for order in orders]
    return Problem(problem.places, problem.travel, problem.hubs, tuple(vehicles), tuple(left), tuple(locks))


def _not_with(order: Order, over: list[Locked]) -> Order:
    """The order, kept away from vehicles that dropped out or ride home; goods on their board stay there."""
    if not over:
        return order
    if any(order.key in lock.aboard for lock in over):
        return replace(order, only_vehicles=frozenset())
    return replace(order, not_vehicles=order.not_vehicles | {lock.vehicle for lock in over})


def _without(order: Order, there: set[str]) -> Order:
    """The order, naming only vehicles that are still there."""
    if (order.only_vehicles is None or order.only_vehicles <= there) and order.not_vehicles <= there:
        return order
    only = None if order.only_vehicles is None else order.only_vehicles & there
    return replace(order, only_vehicles=only, not_vehicles=order.not_vehicles & there)


def _kept(day: Problem, plan: Plan) -> Routes:
    """What is left of the old sequences, as far as it can still be ridden; the search finds a place for the others."""
    rest = remainder(day).problem
    routes: Routes = {}
    for tour in plan.tours:
        if vehicle := rest.vehicle_by_key.get(tour.vehicle):
            routes[vehicle.key] = _ridable(rest, vehicle, _left(day, rest, vehicle, tour))
    return {key: orders for key, orders in routes.items() if orders}


def _left(day: Problem, rest: Problem, vehicle: Vehicle, tour: Tour) -> list[Order]:
    """The stops of a tour that are still ahead and may stay with it, with a reload wherever a new round begins."""
    kept: list[Order] = []
    before = -1
    lock = day.lock_of.get(vehicle.key)
    for number, visit in enumerate(tour.visits):
        order = rest.order_by_key.get(visit.order)
        aboard = order is not None and order.kind is not day.order_by_key[order.key].kind  # a pair: one stop is left
        if order is None or not may_serve(rest, vehicle, order) or (aboard and not visit.drop):
            continue
        if visit.drop and not aboard:
            order = drop_of(order)
        now = sum(reload.after <= number for reload in tour.reloads)
        if kept and now != before and vehicle.reload_s is not None and (lock is None or lock.at_hub):
            kept.append(reload_of(rest, vehicle))
        kept.append(order)
        before = now
    return kept


def _ridable(problem: Problem, vehicle: Vehicle, orders: list[Order]) -> list[Order]:
    """The sequence without the stops that have become too late."""
    if ride(problem, vehicle, orders):
        return orders
    kept: list[Order] = []
    under_way: list[Order] = []  # pairs taken on, in the sequence of their drops
    for number, order in enumerate(orders):
        if order.kind is Kind.RELOAD:  # rounds are made anew where loads demand it
            continue
        taken = [*under_way, *([drop_of(order)] if order.kind is Kind.PAIR else [])]
        ahead = [one for one in orders[number + 1 :] if one.kind is Kind.DROP and one in taken]
        if order.kind is Kind.DROP and order not in under_way:
            continue
        if ride(problem, vehicle, [*kept, order, *ahead]):
            kept.append(order)
            under_way = ahead
    return kept


def _as_before(problem: Problem, before: Plan, plan: Plan) -> Plan:
    """Where vehicles are alike, give each the tour that has most in common with its old one."""
    old = {tour.vehicle: {visit.order for visit in tour.visits} for tour in before.tours}
    groups: dict[object, list[str]] = {}
    for vehicle in problem.vehicles:
        own = vehicle.key if vehicle.key in problem.lock_of else ""
        groups.setdefault((own, alike(problem, vehicle)), []).append(vehicle.key)
    renamed: dict[str, str] = {}
    for keys in groups.values():
        tours = [tour for tour in plan.tours if tour.vehicle in keys]
        pairs = [
            (-len(old.get(key, set()) & {visit.order for visit in tour.visits}), key, tour.vehicle)
            for tour in tours
            for key in keys
        ]
        for _, key, vehicle_key in sorted(pairs):
            if vehicle_key not in renamed and key not in renamed.values():
                renamed[vehicle_key] = key
    by_key = {renamed[tour.vehicle]: replace(tour, vehicle=renamed[tour.vehicle]) for tour in plan.tours}
    return replace(plan, tours=tuple(by_key[v.key] for v in problem.vehicles if v.key in by_key))


def _told(day: Problem, plan: Plan, changes: Changes) -> Plan:
    """The plan with the reasons that only this day knows."""
    carrier = {key: lock.vehicle for lock in day.locked for key in lock.aboard}
    unserved = []
    for left in plan.unserved:
        reason = left.reason
        if left.order in changes.cancelled:
            reason = Message(CANCELLED)
        elif carrier.get(left.order) in changes.out:
            reason = Message(OUT, {"vehicle": carrier[left.order]})
        unserved.append(Unserved(left.order, reason))
    return replace(plan, unserved=tuple(unserved))


def _check(problem: Problem, plan: Plan, changes: Changes, now_s: int) -> None:
    whole(now_s, 0, MAX_TIME_S, "The time of day is %(value)s s; allowed are 0 to %(high)s s.", {})
    named = [v.order for tour in plan.tours for v in tour.visits] + [left.order for left in plan.unserved]
    named += [key for keys in changes.aboard.values() for key in keys]
    named += [*changes.cancelled, *changes.failed, *changes.done, *changes.dropped, *(o.key for o in changes.moved)]
    for key in named:
        if key not in problem.order_by_key:
            raise BadInput("The plan or a change names order %(order)s, which does not exist.", order=key)
    for key in (*changes.out, *changes.loaded, *(tour.vehicle for tour in plan.tours)):
        if key not in problem.vehicle_by_key:
            raise BadInput("The plan or a change names vehicle %(vehicle)s, which does not exist.", vehicle=key)
    for order in changes.new:
        if order.key in problem.order_by_key:
            raise BadInput("Order %(order)s is new, but there is one of this key already.", order=order.key)
