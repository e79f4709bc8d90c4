"""From a sequence of stops to a timed tour: as early back as possible, then as late out as possible. Pure.

A sequence is a list of orders as they are served; the second stop of a pair stands in it as a :class:`Step` of the same
key and of ``Kind.DROP``, coming back to the hub for another round as one of ``Kind.RELOAD``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import ClassVar

from routing.tours.breaks import STRETCH_S, breaks_to_try, is_enough
from routing.tours.plan import Break, Reload, Tour, Visit
from routing.tours.problem import Kind, Order, Problem, Vehicle, Window
from routing.tours.travel import Travel

CENT = 3_600_000  # parts of a cent in which seconds x cents per hour and metres x cents per km are both whole
Leaves = tuple[int, int]  # first and last second at which a tour may leave


def ride(problem: Problem, vehicle: Vehicle, orders: Sequence[Order], leaves: Leaves | None = None) -> Tour | None:
    """Ride these orders in this sequence.

    Returns
    -------
    Tour or None
        The tour that is back as early as possible and, among those, leaves as
        late as possible: the shortest time that has to be paid. ``None`` if
        no departure (within ``leaves``) keeps every window, the shift, the
        opening of the hubs, the loads, the range, the longest duration and the
        breaks. Hub capacities and docks concern several tours and are not
        looked at.
    """
    if not carries(vehicle, orders) or not _paired(orders):
        return None
    travel = problem.travel[vehicle.vehicle_class]
    places = _places(problem, vehicle, orders)
    metres = distance(travel, places)
    if metres is None or (vehicle.reach_m is not None and metres > vehicle.reach_m):
        return None
    legs = [travel.seconds.item(a, b) for a, b in pairwise(places)]
    timed = _timed(problem, vehicle, released(orders), legs, leaves)
    if timed is None:
        return None
    if vehicle.breaks and breaks_to_try(timed.lasts_s + vehicle.worked_s):
        timed = _rested(problem, vehicle, released(orders), legs, leaves, timed)
    if timed is None or (vehicle.longest_s is not None and timed.lasts_s > vehicle.longest_s):
        return None
    return _tour(vehicle, orders, legs, timed, metres)


@dataclass(frozen=True, slots=True)
class _Timed:
    """Departure, earliest begin of each stop (and of the return), and the break: after which stop, how long."""

    departs: int
    starts: list[int]
    rest_after: int = 0
    rest_s: int = 0

    @property
    def lasts_s(self) -> int:
        return self.starts[-1] - self.departs


@dataclass(frozen=True, slots=True)
class Step(Order):
    """A stop of a sequence that nobody ordered as such: the drop of a pair, or coming back to the hub."""

    KINDS: ClassVar[tuple[Kind, ...]] = (Kind.DROP, Kind.RELOAD)


def drop_of(order: Order) -> Order:
    """The second stop of a pair, as it stands in a sequence."""
    drop = order.drop
    assert drop is not None  # noqa: S101  the door of Order sees to it
    return Step(
        order.key, Kind.DROP, drop.place, order.hub, order.load_g, order.load_ml, drop.windows, drop.service_s,
        order.price_unserved_cents, order.allowed_classes, only_vehicles=order.only_vehicles,
        not_vehicles=order.not_vehicles,
    )  # fmt: skip


def reload_of(problem: Problem, vehicle: Vehicle) -> Order:
    """Coming back to the hub, as it stands in a sequence."""
    hub = problem.hub_by_key[vehicle.start_hub]
    windows = (Window(hub.opens_s, hub.closes_s),)
    return Step(f"↺ {hub.key}", Kind.RELOAD, hub.place, hub.key, 0, 0, windows, vehicle.reload_s or 0, 0)


def sequence_of(problem: Problem, tour: Tour) -> list[Order]:
    """The sequence that a tour rides, drops and reloads included."""
    vehicle, found = problem.vehicle_by_key[tour.vehicle], []
    for number, visit in enumerate(tour.visits):
        found += [reload_of(problem, vehicle) for reload in tour.reloads if reload.after == number]
        found.append(step_of(problem, visit))
    return found


def step_of(problem: Problem, visit: Visit) -> Order:
    """What a visit serves: an order, or the drop of a pair."""
    order = problem.order_by_key[visit.order]
    return drop_of(order) if visit.drop else order


def without_empty_rounds(orders: Iterable[Order]) -> list[Order]:
    """The sequence without reloads that stand at its beginning, at its end or behind another."""
    kept: list[Order] = []
    for order in orders:
        if order.kind is not Kind.RELOAD or (kept and kept[-1].kind is not Kind.RELOAD):
            kept.append(order)
    while kept and kept[-1].kind is Kind.RELOAD:
        kept.pop()
    return kept


def rounds_of(orders: Sequence[Order]) -> list[list[Order]]:
    """The stops between one loading and the next."""
    rounds: list[list[Order]] = [[]]
    for order in orders:
        if order.kind is Kind.RELOAD:
            rounds.append([])
        else:
            rounds[-1].append(order)
    return rounds


def carries(vehicle: Vehicle, orders: Sequence[Order]) -> bool:
    """Whether the load fits everywhere: deliveries fill the vehicle when it is loaded, pickups until it unloads."""
    loads = loads_along(orders)
    return all(g <= vehicle.capacity_g and ml <= vehicle.capacity_ml for g, ml in loads)


def loads_along(orders: Sequence[Order]) -> list[tuple[int, int]]:
    """Grams and millilitres on board at departure and after each stop; after a reload what was loaded there."""
    loads: list[tuple[int, int]] = []
    kept_g = kept_ml = 0  # pairs under way stay on board at a reload
    for stops in rounds_of(orders):
        g = kept_g + sum(order.load_g for order in stops if order.kind is Kind.DELIVERY)
        ml = kept_ml + sum(order.load_ml for order in stops if order.kind is Kind.DELIVERY)
        loads.append((g, ml))
        for order in stops:
            sign = -1 if order.kind in (Kind.DELIVERY, Kind.DROP) else 1
            g, ml = g + sign * order.load_g, ml + sign * order.load_ml
            loads.append((g, ml))
        for order in stops:
            sign = {Kind.PAIR: 1, Kind.DROP: -1}.get(order.kind, 0)
            kept_g, kept_ml = kept_g + sign * order.load_g, kept_ml + sign * order.load_ml
    return loads


def cost_cents(vehicle: Vehicle, seconds: int, metres: int) -> int:
    """What a tour costs: hours, kilometres and use, rounded half up."""
    parts = seconds * vehicle.cost_cents_h * 1000 + metres * vehicle.cost_cents_km * 3600
    return (parts + CENT // 2) // CENT + vehicle.cost_cents_use


def distance(travel: Travel, places: Sequence[int]) -> int | None:
    """Metres along these places, ``None`` where there is no way."""
    legs = [travel.metres.item(a, b) for a, b in pairwise(places)]
    return None if any(leg < 0 for leg in legs) else sum(legs)


def earliest_departure(problem: Problem, vehicle: Vehicle, orders: Iterable[Order]) -> int:
    """When shift, hub and the goods of the first round are all ready."""
    first = rounds_of(list(orders))[0]
    ready = [order.release_s for order in first if order.kind is Kind.DELIVERY]
    return max(vehicle.starts_s, problem.hub_by_key[vehicle.start_hub].opens_s, *ready, 0)


def latest_departure(problem: Problem, vehicle: Vehicle) -> int:
    """When the hub of departure closes, or the shift ends."""
    return min(vehicle.ends_s, problem.hub_by_key[vehicle.start_hub].closes_s)


def latest_return(problem: Problem, vehicle: Vehicle) -> int:
    """When the shift ends or the hub of return closes."""
    return min(vehicle.ends_s, problem.hub_by_key[vehicle.end_hub].closes_s)


def service_start(order: Order, arrives_s: int) -> int | None:
    """When the service begins if the vehicle arrives then; ``None`` if every window is over by then."""
    ready = arrives_s if order.kind in (Kind.DELIVERY, Kind.DROP) else max(arrives_s, order.release_s)
    if not order.windows:
        return ready
    if len(order.windows) == 1:  # nearly always, and asked for very often
        only = order.windows[0]
        begins = max(ready, only.opens_s)
        return begins if begins + order.stop_s <= only.closes_s else None
    fitting = (max(ready, w.opens_s) for w in order.windows if max(ready, w.opens_s) + order.stop_s <= w.closes_s)
    return min(fitting, default=None)


def may_serve(problem: Problem, vehicle: Vehicle, order: Order) -> bool:
    """Whether class, hub and the vehicles it names allow it, and it fits on the empty vehicle."""
    if order.allowed_classes is not None and vehicle.vehicle_class not in order.allowed_classes:
        return False
    if order.only_vehicles is not None and vehicle.key not in order.only_vehicles:
        return False
    if vehicle.key in order.not_vehicles:
        return False
    hub = vehicle.start_hub if order.kind is Kind.DELIVERY else vehicle.end_hub
    if order.hub is not None and order.hub != hub:
        return False
    return order.load_g <= vehicle.capacity_g and order.load_ml <= vehicle.capacity_ml


def _paired(orders: Sequence[Order]) -> bool:
    """Each drop comes after its pair was taken on, and each pair is dropped."""
    aboard: set[str] = set()
    for order in orders:
        if order.kind is Kind.PAIR:
            aboard.add(order.key)
        elif order.kind is Kind.DROP:
            if order.key not in aboard:
                return False
            aboard.remove(order.key)
    return not aboard


def released(orders: Sequence[Order]) -> list[Order]:
    """The sequence with each reload ready when the goods of its round are: loading ends no earlier."""
    if all(order.kind is not Kind.RELOAD for order in orders):
        return list(orders)
    rounds, ready = rounds_of(orders), []
    for stops in rounds[1:]:
        ready.append(max((o.release_s for o in stops if o.kind is Kind.DELIVERY), default=0))
    numbers = iter(ready)
    return [
        replace(order, release_s=max(0, next(numbers) - order.stop_s)) if order.kind is Kind.RELOAD else order
        for order in orders
    ]


def _places(problem: Problem, vehicle: Vehicle, orders: Sequence[Order]) -> list[int]:
    start, end = problem.hub_by_key[vehicle.start_hub], problem.hub_by_key[vehicle.end_hub]
    return [start.place, *(order.place for order in orders), end.place]


def _timed(
    problem: Problem, vehicle: Vehicle, orders: Sequence[Order], legs: list[int], leaves: Leaves | None
) -> _Timed | None:
    earliest = max(earliest_departure(problem, vehicle, orders), leaves[0] if leaves else 0)
    latest = _latest_leave(problem, vehicle, leaves)
    starts = _earliest(orders, legs, [earliest], latest_return(problem, vehicle)) if earliest <= latest else None
    if starts is None:
        return None
    return _Timed(_latest_departure(orders, legs, starts, latest), starts)


def _latest_leave(problem: Problem, vehicle: Vehicle, leaves: Leaves | None) -> int:
    latest = latest_departure(problem, vehicle)
    return min(latest, leaves[1]) if leaves else latest


def _rested(
    problem: Problem,
    vehicle: Vehicle,
    orders: Sequence[Order],
    legs: list[int],
    leaves: Leaves | None,
    without: _Timed,
) -> _Timed | None:
    """The tour with a break after that stop where it costs the least time; the shorter break if that is enough.

    Up to the break it is ridden as ``without`` one.
    """
    best: _Timed | None = None
    work_s = without.lasts_s + vehicle.worked_s
    back, latest = latest_return(problem, vehicle), _latest_leave(problem, vehicle, leaves)
    least = list(accumulate(leg + order.stop_s for leg, order in zip(legs, orders, strict=False)))  # if nobody waits
    for rest_s in breaks_to_try(work_s):
        for number in range(1, len(orders) + 1):
            ahead = least[-1] + legs[-1] - least[number - 1]
            if least[number - 1] + vehicle.worked_s > STRETCH_S or ahead > STRETCH_S:
                continue
            longer = [*legs[:number], legs[number] + rest_s, *legs[number + 1 :]]
            starts = _earliest(orders, longer, without.starts[: number + 1], back)
            if starts is None:
                continue
            timed = _Timed(_latest_departure(orders, longer, starts, latest), starts)
            begins = _ends_of(orders, legs, timed, number)
            work = timed.lasts_s - rest_s + vehicle.worked_s
            before = begins - timed.departs + vehicle.worked_s
            after = timed.starts[-1] - begins - rest_s
            if not is_enough(rest_s, work, before, after):
                continue
            if best is None or timed.lasts_s - rest_s < best.lasts_s - best.rest_s:
                best = replace(timed, rest_after=number, rest_s=rest_s)
                if best.lasts_s - rest_s == least[-1] + legs[-1]:
                    return best  # nobody waits: no place can be better
        if best is not None:
            return best
    return best


def _ends_of(orders: Sequence[Order], legs: list[int], timed: _Timed, number: int) -> int:
    """When the service of stop ``number``, counted from 1, ends."""
    now = timed.departs
    for order, leg, earliest in zip(orders[:number], legs, timed.starts[1:], strict=False):
        now = max(now + leg, earliest) + order.stop_s
    return now


def _earliest(orders: Sequence[Order], legs: list[int], known: list[int], latest_return_s: int) -> list[int] | None:
    """Departure, earliest begin of each service, and return, going on behind what is ``known`` of them.

    ``None`` if something is too late.
    """
    starts, done = list(known), len(known) - 1
    now = starts[-1] + (orders[done - 1].stop_s if done else 0)
    for order, leg in zip(orders[done:], legs[done:], strict=False):
        begins = service_start(order, now + leg)
        if begins is None:
            return None
        starts.append(begins)
        now = begins + order.stop_s
    starts.append(now + legs[-1])
    return None if starts[-1] > latest_return_s else starts


def _latest_departure(orders: Sequence[Order], legs: list[int], starts: list[int], last: int) -> int:
    """The latest departure that keeps the earliest return, each service in the window found for it."""
    latest = starts[-1]
    for order, leg, begins in zip(reversed(orders), reversed(legs), reversed(starts[:-1]), strict=False):
        latest -= leg + order.stop_s
        if order.windows:
            ends = begins + order.stop_s
            window = next(w for w in order.windows if w.opens_s <= begins and ends <= w.closes_s)
            latest = min(latest, window.closes_s - order.stop_s)
    return max(starts[0], min(latest - legs[0], last))


def _tour(vehicle: Vehicle, orders: Sequence[Order], legs: list[int], timed: _Timed, metres: int) -> Tour:
    now = timed.departs
    visits: list[Visit] = []
    reloads: list[Reload] = []
    breaks: list[Break] = []
    loads = loads_along(orders)
    for number, (order, leg, earliest, (g, ml)) in enumerate(
        zip(orders, legs, timed.starts[1:], loads[1:], strict=False), start=1
    ):
        arrives = now + leg
        begins = max(arrives, earliest)
        now = begins + order.stop_s
        if order.kind is Kind.RELOAD:
            reloads.append(Reload(len(visits), vehicle.start_hub, arrives, begins, now))
        else:
            visits.append(Visit(order.key, arrives, begins, now, g, ml, order.kind is Kind.DROP))
        if number == timed.rest_after:
            breaks.append(Break(len(visits), now, now + timed.rest_s))
            now += timed.rest_s
    returns = now + legs[-1]
    cost = cost_cents(vehicle, returns - timed.departs - timed.rest_s, metres)
    hubs = vehicle.start_hub, vehicle.end_hub
    return Tour(vehicle.key, *hubs, timed.departs, tuple(visits), returns, metres, cost, tuple(reloads), tuple(breaks))
