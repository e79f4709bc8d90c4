"""Nothing too early, too late or too fast. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from routing.message import Message
from routing.tours.checks.reading import (
    LONGEST_STRETCH_S,
    RESTS,
    SHORTEST_REST_S,
    Finding,
    clock,
    home_s,
    legs,
    open_visits,
    past_reloads,
    round_of,
    tours,
    work_s,
)
from routing.tours.plan import Break, Plan, Reload
from routing.tours.problem import Kind, Problem, Vehicle

QUARTER_S = 15 * 60


def ways_exist(problem: Problem, plan: Plan) -> Finding:
    """There is a way between neighbours, and it takes as long as the table says."""
    for tour, vehicle in tours(problem, plan):
        table = problem.travel[vehicle.vehicle_class].seconds
        lock = problem.lock_of.get(tour.vehicle)
        over = len(lock.visits) + len(lock.reloads) if lock else 0
        for number, leg in enumerate(legs(problem, tour)):
            if number < over:
                continue
            left = leg.leaves_s
            if lock and number == over and not lock.at_hub:
                left = lock.free_s
            seconds = int(table[leg.start_place, leg.end_place])
            values = {"vehicle": vehicle.key, "start": leg.start, "end": leg.end, "seconds": seconds}
            if seconds < 0:
                yield Message("There is no way from %(start)s to %(end)s for %(vehicle)s.", values)
            elif leg.arrives_s != left + seconds and not (leg.overslept and left == leg.leaves_s):
                values |= {"planned": leg.arrives_s - left}
                yield Message(
                    "%(vehicle)s needs %(seconds)s s from %(start)s to %(end)s, but the plan says %(planned)s s.",
                    values,
                )


def services_take_their_time(problem: Problem, plan: Plan) -> Finding:
    """A service begins at or after the arrival and takes as long as it takes."""
    for tour, visit, order in open_visits(problem, plan):
        seconds = order.drop.service_s if visit.drop and order.drop else order.stop_s
        values = {"order": order.key, "vehicle": tour.vehicle, "seconds": seconds}
        if visit.starts_s < visit.arrives_s:
            yield Message("The service of order %(order)s begins before %(vehicle)s is there.", values)
        if visit.departs_s - visit.starts_s != seconds:
            values |= {"planned": visit.departs_s - visit.starts_s}
            yield Message("Serving order %(order)s takes %(seconds)s s, but the plan says %(planned)s s.", values)


def reloads_are_allowed(problem: Problem, plan: Plan) -> Finding:
    """Only a vehicle that may come back loads again, at its hub of departure, and that takes as long as it takes."""
    for tour, vehicle in tours(problem, plan):
        for reload in tour.reloads[past_reloads(problem.lock_of.get(vehicle.key)) :]:
            values: dict[str, object] = {"vehicle": vehicle.key, "hub": reload.hub}
            if vehicle.reload_s is None or reload.hub != vehicle.start_hub:
                yield Message("%(vehicle)s reloads at hub %(hub)s, but may not.", values)
            elif reload.starts_s < reload.arrives_s or reload.departs_s - reload.starts_s != vehicle.reload_s:
                values |= {"seconds": vehicle.reload_s, "planned": reload.departs_s - reload.starts_s}
                text = "Reloading %(vehicle)s at hub %(hub)s takes %(seconds)s s after it is there, not %(planned)s s."
                yield Message(text, values)


def rests_fit_in(problem: Problem, plan: Plan) -> Finding:
    """Only who is to rest does, behind a stop and before the next: nobody rests while serving, loading or riding on."""
    for tour, vehicle in tours(problem, plan):
        lock = problem.lock_of.get(vehicle.key)
        if tour.breaks and not vehicle.breaks:
            yield Message("%(vehicle)s takes a break, but none is foreseen for it.", {"vehicle": vehicle.key})
        ends = {number: visit.departs_s for number, visit in enumerate(tour.visits, start=1)}
        ends |= {reload.after: reload.departs_s for reload in tour.reloads if reload.after not in ends}
        for rest in tour.breaks:
            if rest.starts_s < ends.get(rest.after, 1 << 60):
                yield Message(
                    "%(vehicle)s rests before the stop in front of the break is over.", {"vehicle": vehicle.key}
                )
            elif lock is None or rest not in lock.breaks:
                yield from _loads_meanwhile(vehicle, rest, tour.reloads)
        for leg in [*legs(problem, tour)][0 if lock is None else len(lock.visits) + len(lock.reloads) + 1 :]:
            if leg.overslept:
                values = {"ends": clock(leg.leaves_s), "end": leg.end, "arrives": clock(leg.arrives_s)}
                text = "%(vehicle)s rests until %(ends)s, but is at %(end)s at %(arrives)s already."
                yield Message(text, values | {"vehicle": vehicle.key})


def _loads_meanwhile(vehicle: Vehicle, rest: Break, reloads: Iterable[Reload]) -> Finding:
    for one in reloads:
        if one.arrives_s < rest.ends_s and rest.starts_s < one.departs_s:
            values = {"vehicle": vehicle.key, "starts": clock(rest.starts_s), "ends": clock(rest.ends_s)}
            values |= {"hub": one.hub, "arrives": clock(one.arrives_s), "departs": clock(one.departs_s)}
            text = (
                "%(vehicle)s rests from %(starts)s to %(ends)s, but is at hub %(hub)s to load "
                "from %(arrives)s to %(departs)s."
            )
            yield Message(text, values)


def rests_are_taken(problem: Problem, plan: Plan) -> Finding:
    """§ 4 ArbZG: 30 minutes of rest for more than 6 hours of work, 45 for more than 9, never 6 hours without."""
    for tour, vehicle in tours(problem, plan):
        lengths = [rest.ends_s - rest.starts_s for rest in tour.breaks]
        values: dict[str, object] = {"vehicle": vehicle.key, "rest_min": sum(lengths) // 60}
        if any(seconds < SHORTEST_REST_S for seconds in lengths):
            yield Message("A break of %(vehicle)s is shorter than 15 minutes.", values)
        if not vehicle.breaks:
            continue
        work = work_s(tour) + vehicle.worked_s
        needed = next((rest for more_than, rest in RESTS if work > more_than), 0)
        if sum(lengths) < needed:
            values |= {"hours": clock(work), "needed_min": needed // 60}
            text = "%(vehicle)s works for %(hours)s hours with %(rest_min)s minutes of rest; %(needed_min)s are needed."
            yield Message(text, values)
        moments = [tour.departs_s - vehicle.worked_s]
        moments += [moment for rest in tour.breaks for moment in (rest.starts_s, rest.ends_s)]
        stretches = zip(moments[::2], [*moments[1::2], tour.returns_s], strict=True)
        lock = problem.lock_of.get(vehicle.key)
        free = lock.free_s if lock else 0  # a stretch that is over by then nobody can shorten
        if any(end - start > LONGEST_STRETCH_S and end > free for start, end in stretches):
            yield Message("%(vehicle)s works for more than six hours without a break.", values)


def within_windows(problem: Problem, plan: Plan) -> Finding:
    """The whole service lies in one of the windows of the order, or of its drop."""
    for _, visit, order in open_visits(problem, plan):
        stop = order.drop if visit.drop and order.drop else order
        ends = visit.starts_s + (stop.service_s if stop is order.drop else order.stop_s)
        if stop.windows and not any(w.opens_s <= visit.starts_s and ends <= w.closes_s for w in stop.windows):
            yield Message(
                "Order %(order)s is served from %(starts)s to %(ends)s, outside its windows.",
                {"order": order.key, "starts": clock(visit.starts_s), "ends": clock(ends)},
            )


def after_release(problem: Problem, plan: Plan) -> Finding:
    """Nothing leaves the hub, or is picked up, before it is ready."""
    for tour, _ in tours(problem, plan):
        lock = problem.lock_of.get(tour.vehicle)
        loaded = [tour.departs_s, *(reload.departs_s for reload in tour.reloads)]
        for number, visit in enumerate(tour.visits):
            order = problem.order_by_key[visit.order]
            if visit.drop or (lock and (number < len(lock.visits) or order.key in lock.aboard)):
                continue  # on board since the departure, or named by ``locked_stays``
            moment = loaded[round_of(tour, number)] if order.kind is Kind.DELIVERY else visit.starts_s
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
        moments = [(tour.departs_s, tour.start_hub), (tour.returns_s, tour.end_hub)]
        ahead = tour.reloads[past_reloads(problem.lock_of.get(tour.vehicle)) :]
        moments += [(moment, reload.hub) for reload in ahead for moment in (reload.starts_s, reload.departs_s)]
        for moment, key in moments:
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


def docks_are_free(problem: Problem, plan: Plan) -> Finding:
    """In no quarter of an hour more vehicles leave, return or reload at a hub than it has docks."""
    busy: Counter[tuple[str, int]] = Counter()
    for tour in plan.tours:
        busy[tour.start_hub, tour.departs_s // QUARTER_S] += 1
        busy[tour.end_hub, tour.returns_s // QUARTER_S] += 1
        busy.update((reload.hub, reload.starts_s // QUARTER_S) for reload in tour.reloads)
    for (key, quarter), vehicles in sorted(busy.items()):
        docks = problem.hub_by_key[key].dock_slots
        if docks is not None and vehicles > docks:
            values = {"hub": key, "has": vehicles, "limit": docks, "starts": clock(quarter * QUARTER_S)}
            text = "%(has)s vehicles are at the docks of hub %(hub)s in the quarter from %(starts)s; it has %(limit)s."
            yield Message(text, values)
