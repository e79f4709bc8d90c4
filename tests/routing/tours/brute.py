"""The cheapest plan by trying everything: every order to every vehicle or nowhere, in every sequence. For a handful."""

from __future__ import annotations

from itertools import permutations, product

from routing.tours.greedy import hub_room
from routing.tours.problem import Order, Problem, Vehicle
from routing.tours.schedule import may_serve, ride


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
