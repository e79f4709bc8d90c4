"""Nothing too early, too late or too fast. Pure."""

from __future__ import annotations

from routing.message import Message
from routing.tours.checks.reading import Finding, clock, home_s, legs, open_visits, tours
from routing.tours.plan import Plan
from routing.tours.problem import Kind, Problem


def ways_exist(problem: Problem, plan: Plan) -> Finding:
    """There is a way between neighbours, and it takes as long as the table says."""
    for tour, vehicle in tours(problem, plan):
        table = problem.travel[vehicle.vehicle_class].seconds
        now, lock = tour.departs_s, problem.lock_of.get(tour.vehicle)
        over = len(lock.visits) if lock else 0
        for number, (start, end, arrives, leaves) in enumerate(legs(problem, tour)):
            if number < over:
                continue
            if lock and number == over:
                now = lock.free_s
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
    for tour, visit, order in open_visits(problem, plan):
        values = {"order": order.key, "vehicle": tour.vehicle, "seconds": order.stop_s}
        if visit.starts_s < visit.arrives_s:
            yield Message("The service of order %(order)s begins before %(vehicle)s is there.", values)
        if visit.departs_s - visit.starts_s != order.stop_s:
            values |= {"planned": visit.departs_s - visit.starts_s}
            yield Message("Serving order %(order)s takes %(seconds)s s, but the plan says %(planned)s s.", values)


def within_windows(problem: Problem, plan: Plan) -> Finding:
    """The whole service lies in one of the windows of the order."""
    for _, visit, order in open_visits(problem, plan):
        ends = visit.starts_s + order.stop_s
        if order.windows and not any(w.opens_s <= visit.starts_s and ends <= w.closes_s for w in order.windows):
            yield Message(
                "Order %(order)s is served from %(starts)s to %(ends)s, outside its windows.",
                {"order": order.key, "starts": clock(visit.starts_s), "ends": clock(ends)},
            )


def after_release(problem: Problem, plan: Plan) -> Finding:
    """Nothing leaves the hub, or is picked up, before it is ready."""
    for tour, visit, order in open_visits(problem, plan):
        if tour.vehicle in problem.lock_of and order.kind is Kind.DELIVERY:
            continue  # on board since the departure, or named by ``locked_stays``
        moment = tour.departs_s if order.kind is Kind.DELIVERY else visit.starts_s
        if moment < order.release_s:
            values = {"order": order.key, "ready": clock(order.release_s), "planned": clock(moment)}
            yield Message("Order %(order)s is ready at %(ready)s, but is taken at %(planned)s.", values)


def within_shifts(problem: Problem, plan: Plan) -> Finding:
    """A tour lies in the shift of its vehicle."""
    for tour, v in tours(problem, plan):
        if tour.departs_s < v.starts_s:
            values = {"vehicle": v.key, "planned": clock(tour.departs_s), "limit": clock(v.starts_s)}
            yield Message("%(vehicle)s leaves at %(planned)s, but the shift begins at %(limit)s.", values)
        if tour.returns_s > max(v.ends_s, home_s(problem, tour)):
            values = {"vehicle": v.key, "planned": clock(tour.returns_s), "limit": clock(v.ends_s)}
            yield Message("%(vehicle)s is back at %(planned)s, but the shift ends at %(limit)s.", values)


def not_too_long(problem: Problem, plan: Plan) -> Finding:
    """No tour lasts longer than its vehicle may be out."""
    for tour, v in tours(problem, plan):
        lasts = tour.returns_s - tour.departs_s
        if v.longest_s is not None and lasts > max(v.longest_s, home_s(problem, tour) - tour.departs_s):
            values = {"vehicle": v.key, "has": lasts, "limit": v.longest_s}
            yield Message("The tour of %(vehicle)s lasts %(has)s s, but at most %(limit)s s are allowed.", values)


def within_opening(problem: Problem, plan: Plan) -> Finding:
    """A tour leaves and returns while the hub is open."""
    for tour, _ in tours(problem, plan):
        for moment, key in ((tour.departs_s, tour.start_hub), (tour.returns_s, tour.end_hub)):
            hub = problem.hub_by_key[key]
            if moment == tour.departs_s and tour.vehicle in problem.lock_of:
                continue
            if not hub.opens_s <= moment <= max(hub.closes_s, home_s(problem, tour)):
                yield Message(
                    "%(vehicle)s is at hub %(hub)s at %(planned)s, but it is open from %(opens)s to %(closes)s.",
                    {
                        "vehicle": tour.vehicle,
                        "hub": key,
                        "planned": clock(moment),
                        "opens": clock(hub.opens_s),
                        "closes": clock(hub.closes_s),
                    },
                )
