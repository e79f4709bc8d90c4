"""The cheapest plan by trying everything: every order to every vehicle or nowhere, in every sequence. For a handful.

Two of them: a plain one, and one for pairs and reloads that gives up a sequence as soon as it cannot become cheaper.
"""

from __future__ import annotations

from itertools import permutations, product

from routing.tours.greedy import hub_room
from routing.tours.problem import Kind, Order, Problem, Vehicle
from routing.tours.schedule import (
    carries,
    cost_cents,
    drop_of,
    earliest_departure,
    latest_return,
    may_serve,
    reload_of,
    ride,
    service_start,
)


def cheapest_cents(problem: Problem) -> int:
    """Cost of the best plan there is."""
    best = sum(order.price_unserved_cents for order in problem.orders)
    tours: dict[tuple[str, frozenset[str]], int | None] = {}
    choices = [[None, *(v for v in problem.vehicles if may_serve(problem, v, o))] for o in problem.orders]
    for choice in product(*choices):
        routes: dict[str, list[Order]] = {}
        cost = 0
        for one, who in zip(problem.orders, choice, strict=True):
            if who is None:
                cost += one.price_unserved_cents
            else:
                routes.setdefault(who.key, []).append(one)
        if cost >= best or any(g < 0 or ml < 0 for g, ml in hub_room(problem, routes).values()):
            continue
        for key, orders in routes.items():
            part = _tour_cents(problem, problem.vehicle_by_key[key], orders, tours)
            if part is None:
                break
            cost += part
        else:
            best = min(best, cost)
    return best


def _tour_cents(
    problem: Problem, vehicle: Vehicle, orders: list[Order], known: dict[tuple[str, frozenset[str]], int | None]
) -> int | None:
    key = (vehicle.key, frozenset(o.key for o in orders))
    if key not in known:
        ridden = (ride(problem, vehicle, sequence) for sequence in permutations(orders))
        known[key] = min((tour.cost_cents for tour in ridden if tour), default=None)
    return known[key]


def cheapest_full_cents(problem: Problem, below: int) -> int:
    """Cost of the best plan, with pairs and any number of reloads; ``below`` if none is cheaper. Ways are shortest."""
    best = below
    tours: dict[tuple[str, frozenset[str]], int | None] = {}
    choices = [[None, *(v for v in problem.vehicles if may_serve(problem, v, o))] for o in problem.orders]
    for choice in product(*choices):
        routes: dict[str, list[Order]] = {}
        cost = sum(one.price_unserved_cents for one, who in zip(problem.orders, choice, strict=True) if who is None)
        for one, who in zip(problem.orders, choice, strict=True):
            if who is not None:
                routes.setdefault(who.key, []).append(one)
        if cost >= best or any(min(room) < 0 for room in hub_room(problem, routes).values()):
            continue
        for key, orders in sorted(routes.items(), key=lambda item: len(item[1])):
            names = key, frozenset(order.key for order in orders)
            if names not in tours:
                worth = min(below, sum(order.price_unserved_cents for order in orders) + 1)
                tours[names] = _Sequences(problem, problem.vehicle_by_key[key], worth).cheapest(orders)
            part = tours[names]
            cost = best if part is None else cost + part
            if cost >= best:
                break
        best = min(best, cost)
    return best


class _Sequences:
    """Every sequence of one vehicle that may cost less than the best so far."""

    def __init__(self, problem: Problem, vehicle: Vehicle, below: int) -> None:
        self.problem, self.vehicle, self.best, self.found = problem, vehicle, below, False
        self.travel = problem.travel[vehicle.vehicle_class]
        self.start = problem.hub_by_key[vehicle.start_hub].place
        self.end = problem.hub_by_key[vehicle.end_hub].place
        self.reload = None if vehicle.reload_s is None else reload_of(problem, vehicle)

    def cheapest(self, orders: list[Order]) -> int | None:
        self._on([], orders, self.start, 0, 0)
        return self.best if self.found else None

    def _on(self, ridden: list[Order], ahead: list[Order], here: int, seconds: int, metres: int) -> None:
        """All ways to go on: ``seconds`` of riding and serving and ``metres`` are behind, ``ahead`` may come next."""
        if not ahead:
            tour = ride(self.problem, self.vehicle, ridden)
            if tour is not None and tour.cost_cents < self.best:
                self.best, self.found = tour.cost_cents, True
            return
        nexts = [*ahead, *([self.reload] if self.reload and ridden and ridden[-1].kind is not Kind.RELOAD else [])]
        for one in nexts:
            leg_s, leg_m = self.travel.seconds.item(here, one.place), self.travel.metres.item(here, one.place)
            home_s, home_m = self.travel.seconds.item(one.place, self.end), self.travel.metres.item(one.place, self.end)
            spent_s, spent_m = seconds + leg_s + one.stop_s, metres + leg_m
            left = [other for other in ahead if other is not one]
            left += [drop_of(one)] if one.kind is Kind.PAIR else []
            serving = sum(other.stop_s for other in left)
            least = cost_cents(self.vehicle, spent_s + serving + home_s, spent_m + home_m)
            if least < self.best and carries(self.vehicle, [*ridden, one]) and self._in_time([*ridden, one]):
                self._on([*ridden, one], left, one.place, spent_s, spent_m)

    def _in_time(self, ridden: list[Order]) -> bool:
        """Whether what is known so far can be ridden without a break, at the earliest."""
        now, here = earliest_departure(self.problem, self.vehicle, ridden), self.start
        for one in ridden:
            begins = service_start(one, now + self.travel.seconds.item(here, one.place))
            if begins is None:
                return False
            now, here = begins + one.stop_s, one.place
        return now + self.travel.seconds.item(here, self.end) <= latest_return(self.problem, self.vehicle)
