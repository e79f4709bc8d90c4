"""Does a plan keep what the problem demands? Written from the definition, sharing no code with any solver. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from math import floor

from routing.message import Message
from routing.tours.plan import Plan, Tour, Visit
from routing.tours.problem import Hub, Kind, Order, Problem, Vehicle

Finding = Iterator[Message]


def violations(problem: Problem, plan: Plan) -> list[Message]:
    """Return every broken constraint as a sentence; an empty list means the plan can be ridden.

    Visits, vehicles and hubs that the problem does not know are named first;
    only if there are none, the other constraints can be looked at.
    """
    unknown = [*known(problem, plan)]
    return unknown or [sentence for constraint in CONSTRAINTS for sentence in constraint(problem, plan)]


def known(problem: Problem, plan: Plan) -> Finding:
    """Everything the plan names exists in the problem."""
    for tour in plan.tours:
        if tour.vehicle not in problem.vehicle_by_key:
            yield Message("The plan uses vehicle %(vehicle)s, which does not exist.", {"vehicle": tour.vehicle})
        for key in (tour.start_hub, tour.end_hub):
            if key not in problem.hub_by_key:
                yield Message("The plan uses hub %(hub)s, which does not exist.", {"hub": key})
    named = [visit.order for tour in plan.tours for visit in tour.visits] + [u.order for u in plan.unserved]
    for order in named:
        if order not in problem.order_by_key:
            yield Message("The plan names order %(order)s, which does not exist.", {"order": order})


def each_order_once(problem: Problem, plan: Plan) -> Finding:
    """Every order is served once, or listed once as unserved."""
    times = Counter(visit.order for tour in plan.tours for visit in tour.visits)
    times.update(unserved.order for unserved in plan.unserved)
    for order in problem.orders:
        if times[order.key] == 0:
            yield Message("Order %(order)s is missing in the plan.", {"order": order.key})
        if times[order.key] > 1:
            values = {"order": order.key, "times": times[order.key]}
            yield Message("Order %(order)s stands %(times)s times in the plan.", values)


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
    for tour, vehicle in _tours(problem, plan):
        for says, is_ in ((tour.start_hub, vehicle.start_hub), (tour.end_hub, vehicle.end_hub)):
            if says != is_:
                values = {"vehicle": vehicle.key, "hub": says, "right": is_}
                yield Message("The tour of %(vehicle)s uses hub %(hub)s instead of %(right)s.", values)


def hubs_of_orders(problem: Problem, plan: Plan) -> Finding:
    """A delivery comes from its hub, a pickup goes to its hub."""
    for tour, _, order in _visits(problem, plan):
        hub = tour.start_hub if order.kind is Kind.DELIVERY else tour.end_hub
        if order.hub is not None and order.hub != hub:
            values = {"order": order.key, "hub": order.hub, "other": hub}
            yield Message("Order %(order)s belongs to hub %(hub)s, but rides with a tour of %(other)s.", values)


def allowed_class(problem: Problem, plan: Plan) -> Finding:
    """Only vehicles of an allowed class serve an order."""
    for tour, _, order in _visits(problem, plan):
        name = problem.vehicle_by_key[tour.vehicle].vehicle_class
        if order.allowed_classes is not None and name not in order.allowed_classes:
            values = {"order": order.key, "vehicle": tour.vehicle, "vehicle_class": name}
            yield Message("Order %(order)s may not ride with %(vehicle)s, a %(vehicle_class)s.", values)


def ways_exist(problem: Problem, plan: Plan) -> Finding:
    """There is a way between neighbours, and it takes as long as the table says."""
    for tour, vehicle in _tours(problem, plan):
        table = problem.travel[vehicle.vehicle_class].seconds
        now = tour.departs_s
        for start, end, arrives, leaves in _legs(problem, tour):
            seconds = int(table[start.place, end.place])
            values = {"vehicle": vehicle.key, "start": start.key, "end": end.key, "seconds": seconds}
            if seconds < 0:
                yield Message("There is no way from %(start)s to %(end)s for %(vehicle)s.", values)
            elif arrives != now + seconds:
                values |= {"planned": arrives - now}
                yield Message(
                    "%(vehicle)s needs %(seconds)s s from %(start)s to %(end)s, but the plan says %(planned)s s.",
                    values,
                )
            now = leaves


def services_take_their_time(problem: Problem, plan: Plan) -> Finding:
    """A service begins at or after the arrival and takes as long as it takes."""
    for tour, visit, order in _visits(problem, plan):
        values = {"order": order.key, "vehicle": tour.vehicle, "seconds": order.service_s}
        if visit.starts_s < visit.arrives_s:
            yield Message("The service of order %(order)s begins before %(vehicle)s is there.", values)
        if visit.departs_s - visit.starts_s != order.service_s:
            values |= {"planned": visit.departs_s - visit.starts_s}
            yield Message("Serving order %(order)s takes %(seconds)s s, but the plan says %(planned)s s.", values)


def within_windows(problem: Problem, plan: Plan) -> Finding:
    """The whole service lies in one of the windows of the order."""
    for _, visit, order in _visits(problem, plan):
        ends = visit.starts_s + order.service_s
        if order.windows and not any(w.opens_s <= visit.starts_s and ends <= w.closes_s for w in order.windows):
            yield Message(
                "Order %(order)s is served from %(starts)s to %(ends)s, outside its windows.",
                {"order": order.key, "starts": _clock(visit.starts_s), "ends": _clock(ends)},
            )


def after_release(problem: Problem, plan: Plan) -> Finding:
    """Nothing leaves the hub, or is picked up, before it is ready."""
    for tour, visit, order in _visits(problem, plan):
        moment = tour.departs_s if order.kind is Kind.DELIVERY else visit.starts_s
        if moment < order.release_s:
            values = {"order": order.key, "ready": _clock(order.release_s), "planned": _clock(moment)}
            yield Message("Order %(order)s is ready at %(ready)s, but is taken at %(planned)s.", values)


def within_shifts(problem: Problem, plan: Plan) -> Finding:
    """A tour lies in the shift of its vehicle."""
    for tour, v in _tours(problem, plan):
        if tour.departs_s < v.starts_s:
            values = {"vehicle": v.key, "planned": _clock(tour.departs_s), "limit": _clock(v.starts_s)}
            yield Message("%(vehicle)s leaves at %(planned)s, but the shift begins at %(limit)s.", values)
        if tour.returns_s > v.ends_s:
            values = {"vehicle": v.key, "planned": _clock(tour.returns_s), "limit": _clock(v.ends_s)}
            yield Message("%(vehicle)s is back at %(planned)s, but the shift ends at %(limit)s.", values)


def not_too_long(problem: Problem, plan: Plan) -> Finding:
    """No tour lasts longer than its vehicle may be out."""
    for tour, v in _tours(problem, plan):
        lasts = tour.returns_s - tour.departs_s
        if v.longest_s is not None and lasts > v.longest_s:
            values = {"vehicle": v.key, "has": lasts, "limit": v.longest_s}
            yield Message("The tour of %(vehicle)s lasts %(has)s s, but at most %(limit)s s are allowed.", values)


def within_opening(problem: Problem, plan: Plan) -> Finding:
    """A tour leaves and returns while the hub is open."""
    for tour, _ in _tours(problem, plan):
        for moment, key in ((tour.departs_s, tour.start_hub), (tour.returns_s, tour.end_hub)):
            hub = problem.hub_by_key[key]
            if not hub.opens_s <= moment <= hub.closes_s:
                yield Message(
                    "%(vehicle)s is at hub %(hub)s at %(planned)s, but it is open from %(opens)s to %(closes)s.",
                    {
                        "vehicle": tour.vehicle,
                        "hub": key,
                        "planned": _clock(moment),
                        "opens": _clock(hub.opens_s),
                        "closes": _clock(hub.closes_s),
                    },
                )


def within_capacity(problem: Problem, plan: Plan) -> Finding:
    """No vehicle carries more than it can, and the plan states the loads as they are."""
    for tour, v in _tours(problem, plan):
        orders = [problem.order_by_key[visit.order] for visit in tour.visits]
        for unit, limit, loads in (
            ("g", v.capacity_g, [o.load_g for o in orders]),
            ("ml", v.capacity_ml, [o.load_ml for o in orders]),
        ):
            kinds = [o.kind for o in orders]
            aboard = sum(load for load, kind in zip(loads, kinds, strict=True) if kind is Kind.DELIVERY)
            most, stated = aboard, [getattr(visit, f"load_after_{unit}") for visit in tour.visits]
            for visit, load, kind, says in zip(tour.visits, loads, kinds, stated, strict=True):
                aboard += load if kind is Kind.PICKUP else -load
                most = max(most, aboard)
                if says != aboard:
                    values = {"vehicle": v.key, "order": visit.order, "has": aboard, "planned": says, "unit": unit}
                    yield Message(
                        "After order %(order)s %(vehicle)s carries %(has)s %(unit)s, but the plan says %(planned)s.",
                        values,
                    )
            if most > limit:
                values = {"vehicle": v.key, "has": most, "limit": limit, "unit": unit}
                yield Message("%(vehicle)s carries %(has)s %(unit)s, but only %(limit)s fit.", values)


def within_hub_capacity(problem: Problem, plan: Plan) -> Finding:
    """No more passes through a hub than it can take."""
    through: Counter[tuple[str, str]] = Counter()
    for tour, _, order in _visits(problem, plan):
        key = tour.start_hub if order.kind is Kind.DELIVERY else tour.end_hub
        through[key, "g"] += order.load_g
        through[key, "ml"] += order.load_ml
    for hub in problem.hubs:
        for unit, limit in (("g", hub.capacity_g), ("ml", hub.capacity_ml)):
            if limit is not None and through[hub.key, unit] > limit:
                values = {"hub": hub.key, "has": through[hub.key, unit], "limit": limit, "unit": unit}
                yield Message("%(has)s %(unit)s pass through hub %(hub)s, but it takes only %(limit)s.", values)


def within_range(problem: Problem, plan: Plan) -> Finding:
    """No tour is longer than the range of its vehicle, and the plan states its length as it is."""
    for tour, v in _tours(problem, plan):
        metres = _metres(problem, tour, v)
        if metres != tour.metres:
            values = {"vehicle": v.key, "has": metres, "planned": tour.metres}
            yield Message("The tour of %(vehicle)s is %(has)s m long, but the plan says %(planned)s m.", values)
        if v.range_m is not None and metres > v.range_m:
            values = {"vehicle": v.key, "has": metres, "limit": v.range_m}
            yield Message("The tour of %(vehicle)s is %(has)s m long, but its range is %(limit)s m.", values)


def costs_are_right(problem: Problem, plan: Plan) -> Finding:
    """Each tour and the whole plan cost what hours, kilometres, uses and unserved orders cost."""
    for tour, v in _tours(problem, plan):
        hours = Fraction(tour.returns_s - tour.departs_s, 3600)
        exact = hours * v.cost_cents_h + Fraction(_metres(problem, tour, v), 1000) * v.cost_cents_km
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


CONSTRAINTS: tuple[Callable[[Problem, Plan], Finding], ...] = (
    each_order_once,
    each_vehicle_once,
    hubs_of_vehicles,
    hubs_of_orders,
    allowed_class,
    ways_exist,
    services_take_their_time,
    within_windows,
    after_release,
    within_shifts,
    not_too_long,
    within_opening,
    within_capacity,
    within_hub_capacity,
    within_range,
    costs_are_right,
)


def _tours(problem: Problem, plan: Plan) -> Iterator[tuple[Tour, Vehicle]]:
    for tour in plan.tours:
        yield tour, problem.vehicle_by_key[tour.vehicle]


def _visits(problem: Problem, plan: Plan) -> Iterator[tuple[Tour, Visit, Order]]:
    for tour in plan.tours:
        for visit in tour.visits:
            yield tour, visit, problem.order_by_key[visit.order]


def _legs(problem: Problem, tour: Tour) -> Iterator[tuple[Hub | Order, Hub | Order, int, int]]:
    """From what, to what, arrival there, departure from there."""
    here: Hub | Order = problem.hub_by_key[tour.start_hub]
    for visit in tour.visits:
        there = problem.order_by_key[visit.order]
        yield here, there, visit.arrives_s, visit.departs_s
        here = there
    yield here, problem.hub_by_key[tour.end_hub], tour.returns_s, tour.returns_s


def _metres(problem: Problem, tour: Tour, vehicle: Vehicle) -> int:
    table = problem.travel[vehicle.vehicle_class].metres
    return sum(int(table[start.place, end.place]) for start, end, _, _ in _legs(problem, tour))


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"
