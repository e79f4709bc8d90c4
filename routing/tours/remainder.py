"""A day that has begun: what is left of it is a day of its own, and its plan joins what has already been driven. Pure.

A vehicle that is out starts again from the place of its last locked stop, which becomes a hub of its own where
only the goods on its board are. So every search can plan the rest without knowing of locks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, pairwise, repeat
from typing import Any

from routing.message import N_, BadInput, Message
from routing.tours.breaks import LONG_BREAK_S, LONG_DAY_S, SHORT_BREAK_S, SHORTEST_BREAK_S, STRETCH_S
from routing.tours.greedy import Routes
from routing.tours.plan import Break, Plan, Reload, Tour, Unserved, Visit
from routing.tours.problem import Hub, Kind, Locked, Order, Problem, Vehicle
from routing.tours.schedule import cost_cents, drop_of, step_of, without_empty_rounds

STAYS_ABOARD = N_("It is on board %(vehicle)s and cannot be handed over any more; it comes back to the hub.")
SHARES = (1.0, 0.33, 0.33, 0.1)  # of the time; each round settles what on board cannot be handed over any more

Improve = Callable[..., Plan]


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a day, and the load that each vehicle on its way cannot get rid of."""

    problem: Problem
    ballast: Mapping[str, tuple[int, int]]  # g and ml by vehicle


def solve_the_rest(problem: Problem, start: Routes, limit_s: float, improve: Improve, **how: Any) -> Plan:
    """Plan what is not locked with ``improve`` and join it to what is. Without locks: plan the day."""
    if not problem.locked:
        return improve(problem, start, limit_s=limit_s, **how)
    settled: set[str] = set()
    carried = {key for lock in problem.locked for key in lock.aboard}
    for share in chain(SHARES, repeat(SHARES[-1])):
        rest = remainder(problem, frozenset(settled))
        plan = improve(rest.problem, _known(rest.problem, start), limit_s=limit_s * share, **how)
        stuck = {left.order for left in plan.unserved} & carried
        if not stuck:  # at the latest when nothing on board is left to hand over
            break
        settled |= stuck
    return joined(problem, rest, plan)


def remainder(problem: Problem, settled: frozenset[str] = frozenset()) -> Rest:
    """What is left to plan; ``settled``: orders on board that nobody can deliver any more."""
    over = {visit.order for lock in problem.locked for visit in lock.visits}
    over -= {key for lock in problem.locked for key in _pairs_aboard(problem, lock)}
    over |= settled | {key for lock in problem.locked if lock.at_hub for key in lock.aboard}
    carried_by = {key: lock for lock in problem.locked for key in lock.aboard}
    hubs, vehicles, ballast = _with_what_is_left(problem), [], {}
    for vehicle in problem.vehicles:
        lock = problem.lock_of.get(vehicle.key)
        if lock is None:
            vehicles.append(vehicle)
            continue
        ballast[vehicle.key] = _ballast(problem, lock, over)
        if lock.at_hub:
            vehicles.append(_back_at_hub(problem, vehicle, lock))
            continue
        hubs.append(Hub(_here(vehicle), place_of(problem, lock), lock.free_s, lock.free_s))
        vehicles.append(_on_its_way(problem, vehicle, lock, over, ballast[vehicle.key]))
    orders = tuple(
        _open(problem, order, carried_by.get(order.key)) for order in problem.orders if order.key not in over
    )
    return Rest(Problem(problem.places, problem.travel, tuple(hubs), tuple(vehicles), orders), ballast)


def _pairs_aboard(problem: Problem, lock: Locked) -> list[str]:
    """Goods on board that were taken on at a door and are to be dropped at another."""
    return sorted(key for key in lock.aboard if problem.order_by_key[key].kind is Kind.PAIR)


def _with_what_is_left(problem: Problem) -> list[Hub]:
    """The hubs without what has already passed through them."""
    through = {hub.key: [0, 0] for hub in problem.hubs}
    for lock in problem.locked:
        vehicle = problem.vehicle_by_key[lock.vehicle]
        collected = [visit.order for visit in lock.visits if visit.order not in lock.aboard | lock.failed]
        passed = [(vehicle.start_hub, key) for key in lock.aboard] + [(vehicle.end_hub, key) for key in collected]
        for hub, key in passed:
            if problem.order_by_key[key].kind is Kind.PAIR:
                continue
            through[hub][0] += problem.order_by_key[key].load_g
            through[hub][1] += problem.order_by_key[key].load_ml
    return [
        replace(
            hub,
            capacity_g=None if hub.capacity_g is None else max(0, hub.capacity_g - through[hub.key][0]),
            capacity_ml=None if hub.capacity_ml is None else max(0, hub.capacity_ml - through[hub.key][1]),
        )
        for hub in problem.hubs
    ]


def place_of(problem: Problem, lock: Locked) -> int:
    """Where the vehicle is free to go elsewhere: its last locked stop, or its hub if it has loaded there since."""
    loaded_since = bool(lock.reloads) and lock.reloads[-1].after == len(lock.visits)
    if lock.visits and not lock.at_hub and not loaded_since:
        return step_of(problem, lock.visits[-1]).place
    return problem.hub_by_key[problem.vehicle_by_key[lock.vehicle].start_hub].place


def joined(problem: Problem, rest: Rest, plan: Plan) -> Plan:
    """The whole day: locked stops first, then what was planned for the rest."""
    by_vehicle = {tour.vehicle: tour for tour in plan.tours}
    tours = []
    for vehicle in problem.vehicles:
        lock, tour = problem.lock_of.get(vehicle.key), by_vehicle.get(vehicle.key)
        if lock is None:
            tours += [tour] if tour else []
        elif lock.visits or tour:
            tours.append(_joined(problem, vehicle, lock, tour, rest.ballast[vehicle.key]))
    failed = {key for lock in problem.locked for key in lock.failed}
    dropped = {visit.order for tour in tours for visit in tour.visits if visit.drop}
    visited = {visit.order for tour in tours for visit in tour.visits}
    served = {key for key in visited if problem.order_by_key[key].kind is not Kind.PAIR or key in dropped | failed}
    reasons = {left.order: left.reason for left in plan.unserved}
    carrier = {visit.order: lock.vehicle for lock in problem.locked for visit in lock.visits}
    carrier |= {key: lock.vehicle for lock in problem.locked for key in lock.aboard}
    unserved = []
    for order in problem.orders:
        if order.key not in served:
            reason = reasons.get(order.key) or Message(STAYS_ABOARD, {"vehicle": carrier[order.key]})
            unserved.append(Unserved(order.key, reason))
    cost = sum(problem.order_by_key[left.order].price_unserved_cents for left in unserved)
    cost += sum(tour.cost_cents for tour in tours)
    return replace(plan, tours=tuple(tours), unserved=tuple(unserved), cost_cents=cost, bound_cents=None)


def _here(vehicle: Vehicle) -> str:
    return f"{vehicle.key} …"


def _known(problem: Problem, start: Routes) -> Routes:
    """The sequences as far as their orders are still to be planned."""
    kept = {key: without_empty_rounds(_still(problem, orders)) for key, orders in start.items()}
    return {key: orders for key, orders in kept.items() if orders and key in problem.vehicle_by_key}


def _still(problem: Problem, orders: list[Order]) -> Iterator[Order]:
    for one in orders:
        order = problem.order_by_key.get(one.key)
        if one.kind is Kind.RELOAD:
            yield one
        elif order is not None:
            yield drop_of(order) if one.kind is Kind.DROP and order.kind is Kind.PAIR else order


def _ballast(problem: Problem, lock: Locked, over: set[str]) -> tuple[int, int]:
    """What stays on board to the end: collected, not handed over, or not deliverable any more."""
    if lock.at_hub:
        return 0, 0
    since = lock.reloads[-1].after if lock.reloads else 0
    visited, present = {visit.order for visit in lock.visits}, {visit.order for visit in lock.visits[since:]}
    pairs = _pairs_aboard(problem, lock)
    stays = [key for key in lock.aboard if key in lock.failed & present or (key in over and key not in visited)]
    stays += [key for key in present if problem.order_by_key[key].kind is Kind.PICKUP and key not in lock.failed]
    stays += [visit.order for visit in lock.visits[since:] if visit.drop and visit.order in lock.failed]
    stays += [key for key in pairs if key in over]
    orders = [problem.order_by_key[key] for key in stays]
    return sum(order.load_g for order in orders), sum(order.load_ml for order in orders)


def _on_its_way(problem: Problem, vehicle: Vehicle, lock: Locked, over: set[str], ballast: tuple[int, int]) -> Vehicle:
    """The same vehicle with what is left of its shift, range and room; it may always ride home."""
    back_s, back_m = way_back(problem, lock)
    gone_m, out_s = ridden_m(problem, lock), lock.free_s - lock.departs_s
    limits: dict[str, Any] = {}
    if vehicle.reach_m is not None:
        limits |= {"range_m": max(vehicle.reach_m - gone_m, back_m), "battery_wh": None}
    longest = [] if vehicle.longest_s is None else [vehicle.longest_s - out_s]
    if vehicle.breaks and lock.breaks:  # rested once, not again: what is left of the second stretch and of the day
        rested = sum(rest.ends_s - rest.starts_s for rest in lock.breaks)
        longest.append(STRETCH_S - (lock.free_s - lock.breaks[-1].ends_s))
        most = LONG_DAY_S if rested < LONG_BREAK_S else 2 * STRETCH_S
        longest.append(most - vehicle.worked_s - (out_s - rested))
    if longest:
        limits["longest_s"] = max(min(longest), back_s)
    open_g, open_ml = _still_to_deliver(problem, lock, over)
    return replace(
        vehicle,
        start_hub=_here(vehicle),
        starts_s=lock.free_s,
        ends_s=max(vehicle.ends_s, lock.free_s + back_s),
        capacity_g=max(open_g, vehicle.capacity_g - ballast[0]),
        capacity_ml=max(open_ml, vehicle.capacity_ml - ballast[1]),
        cost_cents_use=0,
        breaks=vehicle.breaks and not lock.breaks,
        worked_s=vehicle.worked_s + out_s,
        reload_s=None,
        **limits,
    )


def _still_to_deliver(problem: Problem, lock: Locked, over: set[str]) -> tuple[int, int]:
    """What is on board and has a door of its own ahead: it is carried already."""
    if lock.at_hub:
        return 0, 0
    orders = [problem.order_by_key[key] for key in lock.aboard - over]
    return sum(order.load_g for order in orders), sum(order.load_ml for order in orders)


def _back_at_hub(problem: Problem, vehicle: Vehicle, lock: Locked) -> Vehicle:
    """The same vehicle when it is back at its hub, empty; waiting there is work, if it is too short for a break."""
    idle = replace(lock, departs_s=lock.departs_s - SHORT_BREAK_S)
    rest = _on_its_way(problem, vehicle, idle, set(), (0, 0))
    ends = vehicle.ends_s if vehicle.longest_s is None else min(vehicle.ends_s, lock.departs_s + vehicle.longest_s)
    return replace(rest, start_hub=vehicle.start_hub, ends_s=max(ends, lock.free_s), reload_s=vehicle.reload_s)


def way_back(problem: Problem, lock: Locked) -> tuple[int, int]:
    """Seconds and metres from where the vehicle is free to its hub of return."""
    vehicle = problem.vehicle_by_key[lock.vehicle]
    tables, here = problem.travel[vehicle.vehicle_class], place_of(problem, lock)
    home = problem.hub_by_key[vehicle.end_hub].place
    if tables.seconds[here, home] < 0:
        raise BadInput("%(vehicle)s finds no way back to hub %(hub)s.", vehicle=vehicle.key, hub=vehicle.end_hub)
    return int(tables.seconds[here, home]), int(tables.metres[here, home])


def ridden_m(problem: Problem, lock: Locked) -> int:
    """Metres along the locked stops."""
    vehicle = problem.vehicle_by_key[lock.vehicle]
    metres = problem.travel[vehicle.vehicle_class].metres
    places = [problem.hub_by_key[vehicle.start_hub].place]
    for number, visit in enumerate([*lock.visits, None]):
        places += [problem.hub_by_key[reload.hub].place for reload in lock.reloads if reload.after == number]
        places += [step_of(problem, visit).place] if visit else []
    return sum(max(0, metres.item(a, b)) for a, b in pairwise(places))


def _open(problem: Problem, order: Order, lock: Locked | None) -> Order:
    """An order of the rest: goods on board stay there, other deliveries cannot join a vehicle that is out."""
    if lock is not None:
        vehicle = problem.vehicle_by_key[lock.vehicle]
        its = order.only_vehicles is None or vehicle.key in order.only_vehicles
        only = frozenset({vehicle.key}) if its else frozenset()
        if order.kind is Kind.PAIR:  # what is left of it is a delivery of what lies on board
            order = replace(order, kind=Kind.DELIVERY, drop=None, **_second_stop(order))
        return replace(order, hub=_here(vehicle), only_vehicles=only, not_vehicles=frozenset(), release_s=0)
    if order.kind is Kind.DELIVERY:
        out = {lock.vehicle for lock in problem.locked if not lock.at_hub}
        return replace(order, not_vehicles=order.not_vehicles | out)
    return order


def _second_stop(order: Order) -> dict[str, Any]:
    step = drop_of(order)
    return {"place": step.place, "windows": step.windows, "service_s": step.service_s, "parcel_s": 0}


def _joined(problem: Problem, vehicle: Vehicle, lock: Locked, tour: Tour | None, ballast: tuple[int, int]) -> Tour:
    back_s, back_m = way_back(problem, lock)
    metres = ridden_m(problem, lock) + (tour.metres if tour else back_m)
    rest_s = 0 if tour or lock.at_hub else _rest_before_home_s(vehicle, lock, back_s)
    returns = tour.returns_s if tour else lock.free_s + rest_s + back_s
    pairs = _pairs_aboard(problem, lock)
    rest = tuple(
        replace(
            v,
            load_after_g=v.load_after_g + ballast[0],
            load_after_ml=v.load_after_ml + ballast[1],
            drop=v.drop or v.order in pairs,
        )
        for v in (tour.visits if tour else ())
    )
    breaks = (*lock.breaks, *(replace(r, after=r.after + len(lock.visits)) for r in (tour.breaks if tour else ())))
    if rest_s:
        breaks = (*breaks, Break(len(lock.visits), lock.free_s, lock.free_s + rest_s))
    reloads = lock.reloads
    if lock.at_hub:
        metres = ridden_m(problem, lock) + (tour.metres if tour else 0)
        returns = tour.returns_s if tour else lock.reloads[-1].arrives_s
        reloads, idle = _last_reload(vehicle, lock, tour)
        breaks = tuple(sorted((*breaks, *idle), key=lambda one: one.starts_s))
        reloads += tuple(replace(one, after=one.after + len(lock.visits)) for one in (tour.reloads if tour else ()))
    rested = sum(rest_.ends_s - rest_.starts_s for rest_ in breaks)
    return Tour(
        vehicle.key,
        vehicle.start_hub,
        vehicle.end_hub,
        lock.departs_s,
        _weighed(problem, lock) + rest,
        returns,
        metres,
        cost_cents(vehicle, returns - lock.departs_s - rested, metres),
        reloads=reloads,
        breaks=breaks,
    )


def _rest_before_home_s(vehicle: Vehicle, lock: Locked, back_s: int) -> int:
    """The rest that § 4 ArbZG asks for before a vehicle with nothing left to do rides home."""
    if not vehicle.breaks:
        return 0
    rested = sum(rest.ends_s - rest.starts_s for rest in lock.breaks)
    work = vehicle.worked_s + lock.free_s - lock.departs_s - rested + back_s
    since = lock.breaks[-1].ends_s if lock.breaks else lock.departs_s - vehicle.worked_s
    needed = (LONG_BREAK_S if work > LONG_DAY_S else SHORT_BREAK_S if work > STRETCH_S else 0) - rested
    if lock.free_s + back_s - since > STRETCH_S:
        needed = max(needed, SHORTEST_BREAK_S)
    return max(needed, SHORTEST_BREAK_S) if needed > 0 else 0


def _last_reload(vehicle: Vehicle, lock: Locked, tour: Tour | None) -> tuple[tuple[Reload, ...], tuple[Break, ...]]:
    """The reload before the next round, as late as that begins; a long wait is a break. Without a round: none."""
    *before, last = lock.reloads
    if tour is None:
        return tuple(before), ()
    idle_s = tour.departs_s - lock.free_s
    later = replace(last, starts_s=last.starts_s + idle_s, departs_s=tour.departs_s)
    if vehicle.breaks and idle_s >= SHORT_BREAK_S:  # at the last door, so that it is over before the ride to the hub
        begins = max([lock.visits[-1].departs_s, *(rest.ends_s for rest in lock.breaks if rest.after == last.after)])
        rest = Break(last.after, begins, begins + idle_s)
        return (*before, replace(later, arrives_s=last.arrives_s + idle_s)), (rest,)
    return (*before, later), ()


def _weighed(problem: Problem, lock: Locked) -> tuple[Visit, ...]:
    """The locked stops with what is on board after each."""
    visits: list[Visit] = []
    pairs: dict[str, Order] = {}  # on board; what is not dropped comes off when the vehicle is at its hub
    g, ml = _loaded(problem, lock, 0)
    for number, visit in enumerate(lock.visits):
        for count, reload in enumerate(lock.reloads, start=1):
            if reload.after == number:
                ahead = {one.order for one in lock.visits[number:] if one.drop} | lock.aboard
                pairs = {key: order for key, order in pairs.items() if key in ahead}
                g, ml = _loaded(problem, lock, count)
                g, ml = (
                    g + sum(order.load_g for order in pairs.values()),
                    ml + sum(order.load_ml for order in pairs.values()),
                )
        order = step_of(problem, visit)
        dropped = any(one.order == visit.order and one.drop for one in lock.visits)
        if order.kind is Kind.PAIR and (dropped or visit.order not in lock.failed):
            pairs[visit.order] = order
        if order.key not in lock.failed or (order.kind is Kind.PAIR and dropped):
            sign = -1 if order.kind in (Kind.DELIVERY, Kind.DROP) else 1
            g, ml = g + sign * order.load_g, ml + sign * order.load_ml
            if order.kind is Kind.DROP:
                del pairs[visit.order]
        visits.append(replace(visit, load_after_g=g, load_after_ml=ml))
    return tuple(visits)


def _loaded(problem: Problem, lock: Locked, count: int) -> tuple[int, int]:
    """What is on board after so many reloads; the last load holds also what nobody has delivered yet."""
    rounds = [sum(reload.after <= number for reload in lock.reloads) for number in range(len(lock.visits))]
    keys = [visit.order for visit, its in zip(lock.visits, rounds, strict=True) if its == count]
    if count == len(lock.reloads) - lock.at_hub:
        keys += sorted(lock.aboard - {visit.order for visit in lock.visits})
    orders = [problem.order_by_key[key] for key in keys]
    loaded = [order for order in orders if order.kind is Kind.DELIVERY]
    return sum(order.load_g for order in loaded), sum(order.load_ml for order in loaded)
