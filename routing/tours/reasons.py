"""Why an order stays behind: the constraint that binds, in one sentence with its numbers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from routing.message import N_, Message
from routing.tours.fields import clock
from routing.tours.greedy import Routes, alike, another_rounds, best_insertion, hub_of, hub_room, possible_vehicles
from routing.tours.problem import Kind, Order, Problem, Vehicle
from routing.tours.schedule import drop_of, may_serve, ride
from routing.tours.shortfall import Shortfall, last_close, shortfall

NO_PLACE = N_("No tour has a place left for it: other orders would be late, or a vehicle overloaded.")


def never(problem: Problem, order: Order) -> Message | None:
    """Why no plan at all can serve this order, or ``None`` if an empty vehicle could."""
    return _without_plan(problem, order) or (_pair_alone if order.kind is Kind.PAIR else _alone)(problem, order)


def in_plan(problem: Problem, routes: Routes, order: Order) -> Message:
    """Why the order stays behind beside these tours."""
    impossible = never(problem, order)
    if impossible:
        return impossible
    if order.kind is Kind.PAIR:
        return Message(NO_PLACE)
    if dear := best_insertion(problem, routes, order, enough=1 << 30):
        hub = problem.hub_by_key[dear.vehicle.start_hub]
        if dear.extra_cents < order.price_unserved_cents and hub.dock_slots is not None:
            return Message("The docks of hub %(hub)s are taken when it could be served.", {"hub": hub.key})
        return Message(
            "Serving it would cost %(cost_eur)s € more, leaving it costs %(price_eur)s €.",
            {"cost_eur": _euro(dear.extra_cents), "price_eur": _euro(order.price_unserved_cents)},
        )
    if full := _hub_full(problem, routes, order):
        return full
    return _no_place(order, [*shortfalls(problem, routes, order)])


def shortfalls(problem: Problem, routes: Routes, order: Order) -> Iterator[Shortfall]:
    """What is missing at every place of every tour that might serve the order."""
    for vehicle in possible_vehicles(problem, routes, order):
        ridden = routes.get(vehicle.key, [])
        for position in range(len(ridden) + 1):
            yield shortfall(problem, vehicle, ridden, order, position)
    for vehicle, ridden, reload in another_rounds(problem, routes, order):
        yield shortfall(problem, vehicle, [*ridden, reload], order, len(ridden) + 1)


def _without_plan(problem: Problem, order: Order) -> Message | None:
    """What can be said before looking at any way or time."""
    if not problem.vehicles:
        return Message("There is no vehicle on this day.")
    vehicles = problem.vehicles
    if order.only_vehicles is not None or order.not_vehicles:
        only = order.only_vehicles
        vehicles = tuple(v for v in vehicles if (only is None or v.key in only) and v.key not in order.not_vehicles)
        if not vehicles:
            return Message("None of the vehicles that may serve it is on duty.")
    classes = order.allowed_classes
    if classes is not None:
        vehicles = tuple(v for v in vehicles if v.vehicle_class in classes)
        if not vehicles:
            return Message("No vehicle of an allowed class is on duty.")
    if order.hub is not None:
        vehicles = tuple(v for v in vehicles if hub_of(v, order) == order.hub)
        if not vehicles:
            text = "No vehicle that may serve it starts at hub %(hub)s."
            if order.kind is Kind.PICKUP:
                text = "No vehicle that may serve it ends at hub %(hub)s."
            return Message(text, {"hub": order.hub})
    return _too_big(order, vehicles) or _window_too_short(order)


def _too_big(order: Order, vehicles: tuple[Vehicle, ...]) -> Message | None:
    kg, litres = max(v.capacity_g for v in vehicles), max(v.capacity_ml for v in vehicles)
    if order.load_g > kg:
        return Message(
            "It weighs %(has_kg)s kg, the largest vehicle that may serve it carries %(limit_kg)s kg.",
            {"has_kg": thousandth(order.load_g), "limit_kg": thousandth(kg)},
        )
    if order.load_ml > litres:
        return Message(
            "It takes up %(has_l)s litres, the largest vehicle that may serve it holds %(limit_l)s litres.",
            {"has_l": thousandth(order.load_ml), "limit_l": thousandth(litres)},
        )
    if not any(order.load_g <= v.capacity_g and order.load_ml <= v.capacity_ml for v in vehicles):
        return Message(
            "It weighs %(has_kg)s kg and takes up %(has_l)s litres; no vehicle that may serve it carries both.",
            {"has_kg": thousandth(order.load_g), "has_l": thousandth(order.load_ml)},
        )
    return None


def _window_too_short(order: Order) -> Message | None:
    longest = max((w.closes_s - w.opens_s for w in order.windows), default=order.stop_s)
    if longest >= order.stop_s:
        return None
    return Message(
        "The service takes %(needs_min)s minutes, its longest window only %(has_min)s.",
        {"needs_min": _minutes(order.stop_s), "has_min": longest // 60},
    )


def _alone(problem: Problem, order: Order) -> Message | None:
    """Why not even a vehicle that serves nothing else can do it."""
    lacking = []
    for vehicle in {alike(problem, v): v for v in problem.vehicles if may_serve(problem, v, order)}.values():
        lacking.append(shortfall(problem, vehicle, [], order, 0))
        if lacking[-1].fits:
            return _hub_full(problem, {}, order)
    ways = [lack for lack in lacking if not _no_way(problem, lack, order)]
    if not ways:
        return Message("No vehicle that may serve it finds a way there and back.")
    return _no_place(order, ways)


def _pair_alone(problem: Problem, order: Order) -> Message | None:
    """Why not even an empty vehicle can take the pair on and drop it."""
    for vehicle in {alike(problem, v): v for v in problem.vehicles if may_serve(problem, v, order)}.values():
        if ride(problem, vehicle, [order, drop_of(order)]):
            return None
    return Message("No vehicle can take it on and drop it within both windows, its shift and its range.")


def _no_way(problem: Problem, lack: Shortfall, order: Order) -> bool:
    metres = problem.travel[lack.vehicle.vehicle_class].metres
    start, end = problem.hub_by_key[lack.vehicle.start_hub], problem.hub_by_key[lack.vehicle.end_hub]
    return bool(metres[start.place, order.place] < 0 or metres[order.place, end.place] < 0)


def _hub_full(problem: Problem, routes: Routes, order: Order) -> Message | None:
    """All hubs that the order might pass through are full."""
    room = hub_room(problem, routes)
    hubs = {hub_of(v, order) for v in problem.vehicles if may_serve(problem, v, order)}
    if any(order.load_g <= room[hub][0] and order.load_ml <= room[hub][1] for hub in hubs):
        return None
    hub = max(sorted(hubs), key=lambda key: room[key])
    room_g, room_ml = room[hub]
    if order.load_g > room_g:
        return Message(
            "Hub %(hub)s can still take %(has_kg)s kg, the order weighs %(needs_kg)s kg.",
            {"hub": hub, "has_kg": thousandth(int(room_g)), "needs_kg": thousandth(order.load_g)},
        )
    return Message(
        "Hub %(hub)s can still take %(has_l)s litres, the order takes up %(needs_l)s litres.",
        {"hub": hub, "has_l": thousandth(int(room_ml)), "needs_l": thousandth(order.load_ml)},
    )


def _no_place(order: Order, lacking: list[Shortfall]) -> Message:
    """The single constraint that misses least; if every place misses several, what they share."""
    for name, say in SINGLE.items():
        only = [lack for lack in lacking if not lack.blocked and lack.lacks == (name,)]
        if only:
            return say(order, min(only, key=lambda lack: getattr(lack, name)))
    late = [lack for lack in lacking if lack.late_s]
    if late and len(late) == len(lacking):
        return _late(order, min(late, key=lambda lack: lack.late_s))
    return Message(NO_PLACE)


def _late(order: Order, lack: Shortfall) -> Message:
    return Message(
        "It closes at %(closes)s, the earliest arrival is %(arrives)s and the service takes %(service_min)s minutes.",
        {
            "closes": clock(last_close(order)),
            "arrives": clock(lack.arrives_s),
            "service_min": _minutes(order.stop_s),
        },
    )


def _shift_over(order: Order, lack: Shortfall) -> Message:
    return Message(
        "%(vehicle)s would be back at %(returns)s, but must be back by %(limit)s.",
        {
            "vehicle": lack.vehicle.key,
            "returns": clock(lack.returns_s),
            "limit": clock(lack.returns_s - lack.shift_s),
        },
    )


def _no_kg(order: Order, lack: Shortfall) -> Message:
    has = order.load_g - lack.over_g
    return Message(
        "No vehicle has room left: it weighs %(needs_kg)s kg, the most that still fits is %(has_kg)s kg.",
        {"needs_kg": thousandth(order.load_g), "has_kg": thousandth(has)},
    )


def _no_litres(order: Order, lack: Shortfall) -> Message:
    has = order.load_ml - lack.over_ml
    return Message(
        "No vehicle has room left: it takes up %(needs_l)s litres, the most that still fits is %(has_l)s litres.",
        {"needs_l": thousandth(order.load_ml), "has_l": thousandth(has)},
    )


def _too_far(order: Order, lack: Shortfall) -> Message:
    limit = lack.vehicle.reach_m or 0
    return Message(
        "The tour would be %(has_km)s km long, but %(vehicle)s has a range of %(limit_km)s km.",
        {
            "vehicle": lack.vehicle.key,
            "has_km": thousandth(limit + lack.over_m),
            "limit_km": thousandth(limit),
        },
    )


def _too_long(_: Order, lack: Shortfall) -> Message:
    limit = lack.vehicle.longest_s or 0
    return Message(
        "The tour would last %(has_min)s minutes, but %(vehicle)s may be out for %(limit_min)s.",
        {"vehicle": lack.vehicle.key, "has_min": _minutes(limit + lack.long_s), "limit_min": limit // 60},
    )


SINGLE: dict[str, Callable[[Order, Shortfall], Message]] = {
    "late_s": _late,
    "over_g": _no_kg,
    "over_ml": _no_litres,
    "shift_s": _shift_over,
    "over_m": _too_far,
    "long_s": _too_long,
}


def thousandth(value: int) -> float | int:
    """Grams as kilograms, millilitres as litres, metres as kilometres; whole numbers stay whole."""
    return value // 1000 if value % 1000 == 0 else value / 1000


def _euro(cents: int) -> float | int:
    return cents // 100 if cents % 100 == 0 else cents / 100


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)
