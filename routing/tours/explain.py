"""A plan in figures that people ask for: what each tour uses, what each stop costs, what would serve the rest. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from routing.message import Message
from routing.tours import reasons
from routing.tours.differences import Differences, differences, why
from routing.tours.fields import clock
from routing.tours.greedy import Routes, hub_of, hub_room
from routing.tours.plan import Plan, Tour, Visit
from routing.tours.problem import Kind, Order, Problem, Vehicle
from routing.tours.reasons import thousandth
from routing.tours.schedule import latest_departure, loads_along, ride, rounds_of, sequence_of
from routing.tours.shortfall import Shortfall, last_close, shortfall


@dataclass(frozen=True, slots=True)
class StopFigures:
    """What one stop costs: the tour is so much cheaper without it."""

    order: str
    marginal_cents: int
    waits_s: int


@dataclass(frozen=True, slots=True)
class TourFigures:
    """One tour: the heaviest and fullest moment, length, time, and how much later it could leave.

    ``slack_s``: with a departure later by this much every window and the shift
    are still kept. ``range_left_m``: ``None`` if the vehicle has no limit.
    """

    vehicle: str
    most_g: int
    most_ml: int
    capacity_g: int
    capacity_ml: int
    metres: int
    range_left_m: int | None
    seconds: int
    waits_s: int
    slack_s: int
    cost_cents: int
    stops: tuple[StopFigures, ...]


@dataclass(frozen=True, slots=True)
class UnservedFigures:
    """An order left behind, its reason, and the smallest single change that would serve it, if there is one."""

    order: str
    reason: Message
    change: Message | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a plan is asked for; ``against``: what changed since an earlier plan, if one was given."""

    tours: tuple[TourFigures, ...]
    unserved: tuple[UnservedFigures, ...]
    against: Differences | None = None


def explain(problem: Problem, plan: Plan, earlier: Plan | None = None, *, known: Problem | None = None) -> Explanation:
    """Figures of a plan that passes the check, and what changed since an ``earlier`` plan of the problem ``known``.

    Every change named for an unserved order was tried on the plan: with it the
    order fits into a tour, and nothing else has to move.
    """
    routes, help_ = routes_of(problem, plan), helpful(problem, plan)
    return Explanation(
        tuple(_tour(problem, tour, routes[tour.vehicle]) for tour in plan.tours),
        tuple(UnservedFigures(left.order, left.reason, help_.get(left.order)) for left in plan.unserved),
        against(problem, plan, earlier, known=known) if earlier else None,
    )


def against(problem: Problem, plan: Plan, earlier: Plan, *, known: Problem | None = None) -> Differences:
    """What changed since an earlier plan, and why, where one cause is certain."""
    found = differences(earlier, plan)
    return replace(found, orders=tuple(replace(one, why=why(one, problem, plan, known)) for one in found.orders))


def helpful(problem: Problem, plan: Plan, most: int | None = None) -> dict[str, Message]:
    """For orders left behind, at most so many, the smallest single change that would serve each, where there is one."""
    routes = routes_of(problem, plan)
    left = [problem.order_by_key[one.order] for one in plan.unserved[:most]]
    return {order.key: change for order in left if (change := _change(problem, routes, order))}


def routes_of(problem: Problem, plan: Plan) -> Routes:
    """The sequences of a plan, by vehicle."""
    return {tour.vehicle: sequence_of(problem, tour) for tour in plan.tours}


def _tour(problem: Problem, tour: Tour, orders: list[Order]) -> TourFigures:
    vehicle = problem.vehicle_by_key[tour.vehicle]
    loads = loads_along(orders)
    stops = tuple(_stop(problem, vehicle, tour, orders, visit) for visit in tour.visits)
    return TourFigures(
        vehicle=vehicle.key,
        most_g=max(g for g, _ in loads),
        most_ml=max(ml for _, ml in loads),
        capacity_g=vehicle.capacity_g,
        capacity_ml=vehicle.capacity_ml,
        metres=tour.metres,
        range_left_m=None if vehicle.reach_m is None else vehicle.reach_m - tour.metres,
        seconds=tour.returns_s - tour.departs_s,
        waits_s=sum(stop.waits_s for stop in stops),
        slack_s=_slack(problem, vehicle, tour, orders),
        cost_cents=tour.cost_cents,
        stops=stops,
    )


def _stop(problem: Problem, vehicle: Vehicle, tour: Tour, orders: list[Order], visit: Visit) -> StopFigures:
    """The tour without this order, both of its stops if it is a pair, and without rounds that then carry nothing."""
    rounds = [[order for order in one if order.key != visit.order] for one in rounds_of(orders)]
    again = [order for order in orders if order.kind is Kind.RELOAD][:1]
    rest = [order for number, one in enumerate(filter(None, rounds)) for order in (again * (number > 0) + one)]
    without = ride(problem, vehicle, rest) if rest else None
    saved = tour.cost_cents - (without.cost_cents if without else 0)
    return StopFigures(visit.order, saved, visit.starts_s - visit.arrives_s)


def _slack(problem: Problem, vehicle: Vehicle, tour: Tour, orders: list[Order]) -> int:
    """How much later the tour could leave, by halving: whoever can leave late can leave earlier."""
    last = latest_departure(problem, vehicle)
    fits, too_late = tour.departs_s, last + 1
    while too_late - fits > 1:
        middle = (fits + too_late) // 2
        if ride(problem, vehicle, orders, (middle, last)) is None:
            too_late = middle
        else:
            fits = middle
    return fits - tour.departs_s


def _change(problem: Problem, routes: Routes, order: Order) -> Message | None:
    """The smallest single change that makes room for the order, in minutes first, then in load and way."""
    if order.windows and last_close(order) == 0:
        return None  # no window is long enough for the service
    lacking = [lack for lack in _everywhere(problem, routes, order) if not lack.blocked and len(lack.lacks) == 1]
    for name, say in SAY.items():
        single = [lack for lack in lacking if lack.lacks == (name,)]
        if single:
            return say(order, min(single, key=lambda lack: getattr(lack, name)))
    return None


def _everywhere(problem: Problem, routes: Routes, order: Order) -> list[Shortfall]:
    """As ``reasons.shortfalls``, and for orders too big for every vehicle also by how much they are."""
    found = [*reasons.shortfalls(problem, routes, order)]
    if found:
        return found
    room = hub_room(problem, routes)
    return [
        shortfall(problem, v, routes.get(v.key, []), order, position)
        for v in problem.vehicles
        if order.allowed_classes is None or v.vehicle_class in order.allowed_classes
        if order.hub in (None, hub_of(v, order))
        if order.load_g <= room[hub_of(v, order)][0] and order.load_ml <= room[hub_of(v, order)][1]
        for position in range(len(routes.get(v.key, [])) + 1)
    ]


def _later_close(order: Order, lack: Shortfall) -> Message:
    return Message(
        "If its window closed at %(closes)s, %(minutes)s minutes later, %(vehicle)s could serve it.",
        {
            "closes": clock(-(-(last_close(order) + lack.late_s) // 60) * 60),
            "minutes": -(-lack.late_s // 60),
            "vehicle": lack.vehicle.key,
        },
    )


def _longer_shift(_: Order, lack: Shortfall) -> Message:
    return Message(
        "If %(vehicle)s could be back %(minutes)s minutes later, at %(returns)s, it could serve it.",
        {
            "vehicle": lack.vehicle.key,
            "minutes": -(-lack.shift_s // 60),
            "returns": clock(-(-lack.returns_s // 60) * 60),
        },
    )


def _more_kg(_: Order, lack: Shortfall) -> Message:
    return Message(
        "If %(vehicle)s could carry %(more_kg)s kg more, it could serve it.",
        {"vehicle": lack.vehicle.key, "more_kg": thousandth(lack.over_g)},
    )


def _more_litres(_: Order, lack: Shortfall) -> Message:
    return Message(
        "If %(vehicle)s held %(more_l)s litres more, it could serve it.",
        {"vehicle": lack.vehicle.key, "more_l": thousandth(lack.over_ml)},
    )


def _more_range(_: Order, lack: Shortfall) -> Message:
    return Message(
        "If the range of %(vehicle)s were %(more_km)s km longer, it could serve it.",
        {"vehicle": lack.vehicle.key, "more_km": thousandth(lack.over_m)},
    )


def _longer_tour(_: Order, lack: Shortfall) -> Message:
    return Message(
        "If %(vehicle)s could be out %(minutes)s minutes longer, it could serve it.",
        {"vehicle": lack.vehicle.key, "minutes": -(-lack.long_s // 60)},
    )


SAY: dict[str, Callable[[Order, Shortfall], Message]] = {
    "late_s": _later_close,
    "shift_s": _longer_shift,
    "over_g": _more_kg,
    "over_ml": _more_litres,
    "over_m": _more_range,
    "long_s": _longer_tour,
}
