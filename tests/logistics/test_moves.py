"""What follows from a move, beside the same ride with the break stated as a stop of its own."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from logistics import moves
from logistics.moves import Course, Ridden
from routing.tours.breaks import LONG_BREAK_S, LONG_DAY_S, SHORT_BREAK_S, STRETCH_S
from routing.tours.problem import Order, Problem, Window
from tests.routing.tours import build

H = 3600
LEFT_S = 8 * H


def a_long_day(seed: int) -> list[Order]:
    """Two or eight stops with windows over the whole day, in a sequence that misses some of them."""
    choose = random.Random(seed)
    opens = [8 * H + choose.randrange(8 * H) for _ in range(choose.choice((2, 8)))]
    orders = [
        build.order(f"o{number}", number + 1, windows=(Window(a, a + choose.choice((1, 2, 9)) * H),), service_s=600)
        for number, a in enumerate(opens)
    ]
    return sorted(orders, key=lambda order: order.windows[0].opens_s + choose.randrange(2 * H))


def day_of(orders: list[Order], *, breaks: bool) -> Problem:
    bike = build.vehicle(starts_s=7 * H, ends_s=20 * H, breaks=breaks)
    return build.problem(tuple(orders), vehicles=(bike,), places=9, travel={"cargo_bike": build.ring(9, seconds=240)})


def on_the_way(problem: Problem, orders: list[Order]) -> Ridden:
    """The bike has just left its hub."""
    keys = tuple(order.key for order in orders)
    return moves.ridden(problem, Course("bike-1", keys, place=0, free_s=LEFT_S, began_s=LEFT_S))


def late(ridden: Ridden) -> int:
    return sum(stop.late is not None for stop in ridden.stops)


def every_lawful_rest(orders: list[Order]) -> Iterator[tuple[int, int]]:
    """Stops late and return for each place and length of the break: a stop where the bike stands anyway."""
    for rest_s in (SHORT_BREAK_S, LONG_BREAK_S):
        for after in range(len(orders) + 1):
            place = orders[after - 1].place if after else 0
            rest = build.order("rest", place, load_g=0, load_ml=0, service_s=rest_s)
            with_rest = [*orders[:after], rest, *orders[after:]]
            seen = on_the_way(day_of(with_rest, breaks=False), with_rest)
            before, behind = seen.stops[after].arrives_s - LEFT_S, seen.returns_s - seen.stops[after].departs_s
            long_enough = rest_s >= LONG_BREAK_S or before + behind <= LONG_DAY_S
            if long_enough and max(before, behind) <= STRETCH_S:
                yield late(seen), seen.returns_s


@pytest.mark.parametrize("seed", range(40))
def test_the_break_lies_where_fewest_windows_are_missed_and_the_bike_is_back_soonest(seed):
    orders = a_long_day(seed)

    seen = on_the_way(day_of(orders, breaks=True), orders)

    found = list(every_lawful_rest(orders))
    if seen.breaks:
        assert (late(seen), seen.returns_s) == min(found)
    elif not seen.possible:
        assert found == []
    else:
        assert seen.returns_s - LEFT_S <= STRETCH_S


def test_the_days_above_have_breaks_and_some_have_no_room_for_one():
    seen = [on_the_way(day_of(orders, breaks=True), orders) for orders in map(a_long_day, range(40))]

    assert sum(bool(one.breaks) for one in seen) > 20
    assert any(not one.possible for one in seen)
