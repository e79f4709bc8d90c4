"""What is on board when: each order lies on its vehicle from one moment to another. No code of any solver. Pure.

The moments of a tour are its departure and, in the sequence of riding, its stops and its reloads.
"""

from __future__ import annotations

from collections.abc import Iterator

from routing.tours.checks.reading import loaded_for, past_reloads
from routing.tours.plan import Reload, Tour, Visit
from routing.tours.problem import Kind, Locked, Order, Problem

Moment = Visit | Reload
Stay = tuple[Order, int, int]  # on board from the first moment on, until the second; moment 0 is the departure


def loads_aboard(problem: Problem, tour: Tour, lock: Locked | None) -> Iterator[tuple[int, int, int]]:
    """After how many stops, grams, millilitres: at the departure, after each stop, and after each reload."""
    moments = [*_moments(tour)]
    stays = [*_stays(problem, tour, lock, moments)]
    stops = 0
    for now, moment in enumerate([None, *moments]):
        stops += isinstance(moment, Visit)
        there = [order for order, first, last in stays if first <= now < last]
        yield stops, sum(order.load_g for order in there), sum(order.load_ml for order in there)


def _moments(tour: Tour) -> Iterator[Moment]:
    for number, visit in enumerate((*tour.visits, None)):
        yield from (reload for reload in tour.reloads if reload.after == number)
        if visit is not None:
            yield visit


def _stays(problem: Problem, tour: Tour, lock: Locked | None, moments: list[Moment]) -> Iterator[Stay]:
    """Deliveries from their loading to their door, pickups from theirs to the hub, pairs from door to door.

    What was not handed over comes off when the vehicle is next at its hub, what was not there never came on.
    """
    failed = lock.failed if lock else frozenset()
    loadings = [0, *(now for now, one in enumerate(moments, start=1) if isinstance(one, Reload))]
    at = {(one.order, one.drop): now for now, one in enumerate(moments, start=1) if isinstance(one, Visit)}

    def off(now: int) -> int:
        return min((loading for loading in loadings if loading > now), default=len(moments) + 1)

    for number, loading in enumerate(loadings):
        for order in loaded_for(problem, tour, lock, number):
            handed_over = at.get((order.key, False), 0) if order.key not in failed else 0
            yield order, loading, handed_over or off(loading)
    for (key, drop), now in at.items():
        order = problem.order_by_key[key]
        if drop or order.kind is Kind.DELIVERY:
            continue
        dropped = at.get((key, True)) if order.kind is Kind.PAIR else None
        if dropped is not None:
            yield order, now, dropped if key not in failed else off(dropped)
        elif key not in failed:
            since = max(now, loadings[past_reloads(lock)]) if lock and key in lock.aboard else now
            yield order, now, off(since)
