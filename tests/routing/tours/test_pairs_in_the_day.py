"""A day with pairs that has begun: what was taken on is dropped by the same bike, the rest may move."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.tours.check import violations
from routing.tours.checks.past import locked_stays
from routing.tours.checks.stops import pairs_are_whole
from routing.tours.improve import plan_of
from routing.tours.plan import Plan, Tour, Visit
from routing.tours.problem import Drop, Kind, Order, Problem, Window
from routing.tours.replan import Changes, Replanned, replan
from routing.tours.schedule import drop_of
from routing.tours.solve import solve
from tests.rounds import rounds
from tests.routing.tours import build

H = 3600


def a_pair(key: str, place: int, to: int, **more) -> Order:
    drop = Drop(to, more.pop("until", ()), 120)
    return build.order(key, place, kind=Kind.PAIR, hub=None, drop=drop, **more)


@cache
def street() -> tuple[Problem, Plan]:
    """One of two bikes leaves at 8: a delivery at 1, papers from 2 to 5, a cake from 3 to 4; five minutes a place."""
    early = (Window(8 * H, 8 * H + 600),)
    orders = [build.order("bakery", 1, windows=early), a_pair("papers", 2, 5), a_pair("cake", 3, 4)]
    problem = build.problem(orders, (build.vehicle("bike-1"), build.vehicle("bike-2")), places=8)
    bakery, papers, cake = orders
    route = [bakery, papers, cake, drop_of(cake), drop_of(papers)]
    plan = plan_of(problem, {"bike-1": route}, engine="hand")
    assert violations(problem, plan) == []
    return problem, plan


def again(now_s: int, day: tuple[Problem, Plan] | None = None, **changes) -> Replanned:
    found = replan(*(day or street()), Changes(**changes), now_s=now_s, limit_s=0.1)
    assert violations(found.problem, found.plan) == []
    return found


def stops(found: Replanned) -> dict[str, list[tuple[str, bool]]]:
    return {tour.vehicle: [(visit.order, visit.drop) for visit in tour.visits] for tour in found.plan.tours}


def why(found: Replanned) -> dict[str, str]:
    return {left.order: str(left.reason) for left in found.plan.unserved}


def while_at(number: int) -> int:
    """A moment at which that stop of the only tour is being served."""
    return street()[1].tours[0].visits[number].starts_s + 1


ALL = [("bakery", False), ("papers", False), ("cake", False), ("cake", True), ("papers", True)]


@pytest.mark.parametrize("number", range(5))
def test_without_changes_every_pair_is_dropped_by_the_bike_that_took_it_on(number):
    found = again(while_at(number))

    assert stops(found) == {"bike-1": ALL}
    assert found.plan.tours[0].visits[: number + 1] == street()[1].tours[0].visits[: number + 1]
    assert found.plan.cost_cents == street()[1].cost_cents


def test_what_is_on_board_stays_with_its_bike_and_what_is_not_may_move():
    """
    The papers are on board when the other bike becomes free of charge: it takes the cake, and flowers that come in.
    """
    day, plan = street()
    free = replace(day.vehicles[1], cost_cents_h=0, cost_cents_km=0)
    cheap = replace(day, vehicles=(day.vehicles[0], free))

    found = again(while_at(1), (cheap, plan), new=(a_pair("flowers", 6, 7),))

    assert stops(found)["bike-1"] == [("bakery", False), ("papers", False), ("papers", True)]
    assert sorted(stops(found)["bike-2"]) == [(key, drop) for key in ("cake", "flowers") for drop in (False, True)]
    assert found.problem.lock_of["bike-1"].aboard == {"bakery", "papers"}


def test_a_pair_that_is_cancelled_before_it_is_taken_on_is_left_out_and_afterwards_comes_back():
    before, after = again(while_at(0), cancelled=frozenset({"cake"})), again(while_at(2), cancelled=frozenset({"cake"}))

    assert "cake" not in before.problem.order_by_key
    assert stops(after) == {"bike-1": [one for one in ALL if one != ("cake", True)]}
    assert why(after) == {"cake": "It was cancelled while it was on board; it comes back to the hub."}
    assert after.plan.tours[0].visits[-1].load_after_g == 5_000


def test_a_pair_that_was_not_there_is_not_dropped_and_one_nobody_takes_stays_on_board():
    moment = while_at(2) + 200
    done = {key: visit.departs_s for key, visit in zip(("bakery", "papers"), first().visits, strict=False)}
    absent = again(moment, done=done, failed=frozenset({"cake"}), reported=True)
    taken = {**done, "cake": first().visits[2].departs_s}
    refused = again(first().visits[3].departs_s, done=taken, failed=frozenset({"cake"}), reported=True)

    assert stops(absent) == {"bike-1": [one for one in ALL if one != ("cake", True)]}
    assert absent.plan.tours[0].visits[-1].load_after_g == 0 and absent.plan.unserved == ()
    assert stops(refused) == {"bike-1": ALL}
    assert refused.plan.tours[0].visits[-1].load_after_g == 5_000


def first() -> Tour:
    return street()[1].tours[0]


def test_a_bike_that_drops_out_keeps_what_it_took_on_and_leaves_the_other_pair_to_others():
    found = again(while_at(1), out=frozenset({"bike-1"}))

    assert stops(found) == {
        "bike-1": [("bakery", False), ("papers", False)],
        "bike-2": [("cake", False), ("cake", True)],
    }
    assert why(found) == {"papers": "It is on board bike-1, which dropped out."}
    price = found.problem.order_by_key["papers"].price_unserved_cents
    assert found.plan.cost_cents == sum(tour.cost_cents for tour in found.plan.tours) + price


def test_a_drop_that_moves_is_ridden_to_its_new_place():
    day, _ = street()
    papers = replace(day.order_by_key["papers"], drop=Drop(7, (), 120))

    found = again(while_at(2), moved=(papers,))

    assert stops(found) == {"bike-1": ALL}
    assert found.plan.tours[0].metres == 2 * 7000


def test_a_drop_that_closes_too_early_for_a_late_courier_comes_back():
    day, plan = street()
    papers = replace(day.order_by_key["papers"], drop=Drop(5, (Window(8 * H, 9 * H),), 120))
    tight = replace(day, orders=(day.orders[0], papers, day.orders[2]))
    late = first().visits[1].departs_s + 2 * H
    done = {"bakery": first().visits[0].departs_s, "papers": late}

    found = again(late, (tight, plan), done=done, reported=True)

    assert why(found) == {
        "papers": "It is on board bike-1 and cannot be handed over any more; it comes back to the hub."
    }
    assert ("cake", True) in stops(found)["bike-1"]


def test_two_changes_one_after_the_other_keep_both_pasts():
    one = again(while_at(1), cancelled=frozenset({"cake"}))
    two = replan(one.problem, one.plan, Changes(new=(a_pair("flowers", 6, 7),)), now_s=while_at(1) + 300, limit_s=0.1)

    assert violations(two.problem, two.plan) == []
    assert stops(two)["bike-1"][:2] == ALL[:2] and ("papers", True) in stops(two)["bike-1"]


BREAKS = {
    "but never drops it": lambda p: _first(p, [one for one in p.tours[0].visits if (one.order, one.drop) != ALL[4]]),
    "has not taken it on before": lambda p: _first(
        p, [*p.tours[0].visits[:2], *[replace(one, drop=True) for one in p.tours[0].visits[2:]]]
    ),
    "is over and must stay": lambda p: _first(p, [p.tours[0].visits[1], p.tours[0].visits[0], *p.tours[0].visits[2:]]),
}


def _first(plan: Plan, visits: list[Visit]) -> Plan:
    return replace(plan, tours=(replace(plan.tours[0], visits=tuple(visits)), *plan.tours[1:]))


@pytest.mark.parametrize("sentence", BREAKS)
def test_the_check_sees_when_a_pair_under_way_is_torn_apart(sentence):
    found = again(while_at(1))

    said = [*locked_stays(found.problem, BREAKS[sentence](found.plan))]
    said += [*pairs_are_whole(found.problem, BREAKS[sentence](found.plan))]

    assert any(sentence in str(message) for message in said), said


def test_the_check_sees_when_another_bike_drops_what_is_on_board():
    found = again(while_at(1))
    *kept, papers = found.plan.tours[0].visits
    other = replace(found.plan.tours[0], vehicle="bike-2", visits=(papers,))
    torn = replace(found.plan, tours=(replace(found.plan.tours[0], visits=tuple(kept)), other))

    said = [str(message) for message in violations(found.problem, torn)]

    assert "Order papers is on board bike-1 and cannot ride with bike-2." in said
    assert "bike-1 takes on order papers, but never drops it." in said
    assert "bike-2 drops order papers, but has not taken it on before." in said


def a_day_with_pairs(seed: int) -> Problem:
    """Twelve orders, half of them pairs, three bikes of which two come back to load again."""
    chance = random.Random(seed)
    day = build.shortest(build.a_day(seed, 12, vehicles=3, hubs=1, pickups=0.2, releases=True))
    orders = []
    for number, order in enumerate(day.orders):
        if number % 2:
            window = (Window(8 * H, 18 * H),) if chance.random() < 0.5 else ()
            drop = Drop(chance.randrange(day.places), window, 90)
            order = replace(order, kind=Kind.PAIR, hub=None, drop=drop, release_s=0)
        orders.append(order)
    bikes = tuple(
        replace(v, starts_s=7 * H, ends_s=19 * H, longest_s=None, breaks=n == 0, reload_s=600 if n else None)
        for n, v in enumerate(day.vehicles)
    )
    return replace(day, orders=tuple(orders), vehicles=tuple(replace(v, capacity_g=40_000) for v in bikes))


def taken_on(plan: Plan, now: int) -> dict[str, str]:
    """Pairs on board by the clock, and their bikes."""
    found: dict[str, str] = {}
    for tour in plan.tours:
        for visit in tour.visits:
            if visit.starts_s <= now:
                found.pop(visit.order, None) if visit.drop else found.__setitem__(visit.order, tour.vehicle)
    return found


CHANCES = st.lists(
    st.tuples(st.integers(600, 2 * H), st.integers(0, 30), st.integers(0, 9)), min_size=1, max_size=3
)  # what happens next: after how many seconds, which stop is cancelled and which bike drops out, if there is one


@settings(max_examples=rounds(12), deadline=None)
@given(seed=st.integers(0, 10_000), chances=CHANCES)
def test_whatever_happens_a_pair_on_board_is_dropped_by_its_bike_or_said_to_be_on_board(seed, chances):
    problem = a_day_with_pairs(seed)
    plan = solve(problem, limit_s=0.05)
    cancelled: frozenset[str] = frozenset()
    out: frozenset[str] = frozenset()
    now = min((tour.departs_s for tour in plan.tours), default=8 * H)
    for later, stop, bike in chances:
        now += later
        pairs = {key: by for key, by in taken_on(plan, now).items() if problem.order_by_key[key].kind is Kind.PAIR}
        cancelled |= {visit.order for visit in [v for tour in plan.tours for v in tour.visits][stop : stop + 1]}
        out |= {tour.vehicle for tour in plan.tours[bike : bike + 1]}
        known = {visit.order for tour in plan.tours for visit in tour.visits} | {left.order for left in plan.unserved}
        here = replace(problem, orders=tuple(o for o in problem.orders if o.key in known))
        past = {
            (tour.vehicle, v.order, v.drop, v.starts_s) for tour in plan.tours for v in tour.visits if v.starts_s <= now
        }

        found = replan(here, plan, Changes(cancelled=cancelled & known, out=out), now_s=now, limit_s=0.05)

        assert violations(found.problem, found.plan) == []
        assert past <= {(t.vehicle, v.order, v.drop, v.starts_s) for t in found.plan.tours for v in t.visits}
        dropped_by = {v.order: t.vehicle for t in found.plan.tours for v in t.visits if v.drop}
        left = {one.order for one in found.plan.unserved}
        assert {key: dropped_by.get(key, by) for key, by in pairs.items()} == pairs
        assert all(key in dropped_by or key in left for key in pairs)
        plan = found.plan
