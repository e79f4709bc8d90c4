"""A day that has begun: what was driven or loaded stays, the rest is planned anew, and the check sees to it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from benchmarks import tour_city
from routing.message import BadInput
from routing.tours.check import violations
from routing.tours.plan import Plan
from routing.tours.problem import Kind, Problem, Window
from routing.tours.replan import Changes, Replanned, replan
from routing.tours.solve import solve
from routing.tours.travel import Travel
from tests.routing.tours import build

H = 3600


@cache
def street() -> tuple[Problem, Plan]:
    """One bike, four deliveries along a one-way ring, five minutes apart; it leaves at eight. One sequence is best."""
    orders = [build.order(f"o-{i}", i, windows=(Window(8 * H, 9 * H),)) for i in (1, 2, 3, 4)]
    bikes = (build.vehicle("bike-1"), build.vehicle("bike-2"))
    problem = build.problem(orders, bikes, places=8, travel={"cargo_bike": build.ring(8)})
    plan = solve(problem, limit_s=0.3)
    assert len(plan.tours) == 1
    assert plan.unserved == ()
    return problem, plan


def again(now_s: int, problem: Problem | None = None, **changes) -> Replanned:
    day, plan = street()
    found = replan(problem or day, plan, Changes(**changes), now_s=now_s, limit_s=0.2)
    assert violations(found.problem, found.plan) == []
    return found


def stops(found: Replanned) -> list[list[str]]:
    return [[visit.order for visit in tour.visits] for tour in found.plan.tours]


def why(found: Replanned) -> dict[str, str]:
    return {left.order: str(left.reason) for left in found.plan.unserved}


def at_stop(number: int) -> int:
    """A moment at which that stop of the only tour is being served."""
    return street()[1].tours[0].visits[number].starts_s + 1


def test_without_changes_the_plan_stays():
    found = again(at_stop(1))

    assert stops(found) == [["o-1", "o-2", "o-3", "o-4"]]
    assert found.plan.tours[0].visits[:2] == street()[1].tours[0].visits[:2]
    assert found.plan.cost_cents == street()[1].cost_cents


def test_a_cancelled_stop_is_left_out_and_its_goods_come_back():
    """
    They were loaded in the morning, so they stay on board to the end.
    """
    found = again(at_stop(0), cancelled=frozenset({"o-3"}))

    assert stops(found) == [["o-1", "o-2", "o-4"]]
    assert why(found) == {"o-3": "It was cancelled while it was on board; it comes back to the hub."}
    assert [visit.load_after_g for visit in found.plan.tours[0].visits] == [15_000, 10_000, 5_000]


def test_a_new_delivery_cannot_join_a_bike_that_has_left_but_a_pickup_can():
    delivered = again(at_stop(0), new=(build.order("late", 3),))
    collected = again(at_stop(0), new=(build.order("back", 3, kind=Kind.PICKUP),))

    assert stops(delivered) == [["o-1", "o-2", "o-3", "o-4"], ["late"]]
    assert delivered.plan.tours[1].departs_s >= at_stop(0)
    assert [set(tour) for tour in stops(collected)] == [{"o-1", "o-2", "o-3", "o-4", "back"}]


def test_before_the_departure_everything_may_change():
    found = again(7 * H, new=(build.order("early", 2),), cancelled=frozenset({"o-4"}))

    assert sorted(stops(found)[0]) == ["early", "o-1", "o-2", "o-3"]
    assert "o-4" not in found.problem.order_by_key


def test_a_loaded_bike_keeps_its_goods_even_before_it_leaves():
    found = again(7 * H, new=(build.order("early", 2),), loaded=frozenset({"bike-1"}))

    assert sorted(map(sorted, stops(found))) == [["early"], ["o-1", "o-2", "o-3", "o-4"]]


def test_a_bike_that_drops_out_keeps_what_is_on_board_and_the_others_take_the_rest():
    found = again(at_stop(1), out=frozenset({"bike-1"}))

    assert stops(found)[0] == ["o-1", "o-2"]
    assert why(found) == dict.fromkeys(("o-3", "o-4"), "It is on board bike-1, which dropped out.")
    morning = again(7 * H, out=frozenset({"bike-1"}))
    assert sorted(stops(morning)[0]) == ["o-1", "o-2", "o-3", "o-4"]
    assert morning.plan.tours[0].vehicle == "bike-2"


def test_a_failed_stop_stays_where_it_was_and_its_goods_on_board():
    found = again(at_stop(1), failed=frozenset({"o-1"}))

    assert stops(found) == [["o-1", "o-2", "o-3", "o-4"]]
    assert found.plan.unserved == ()
    assert found.plan.tours[0].visits[-1].load_after_g == 5_000


def test_a_courier_who_is_late_misses_what_closes_meanwhile():
    """
    An hour late at the first stop: the others close at nine, so their goods come back.
    """
    left = street()[1].tours[0].visits[0].departs_s + 3300
    found = again(left, reported=True, done={"o-1": left})

    assert found.plan.tours[0].visits[0].departs_s == left
    assert stops(found)[0][0] == "o-1"
    assert set(why(found)) & {"o-3", "o-4"}


def test_a_stop_that_moves_is_served_at_its_new_place():
    day, _ = street()
    moved = replace(day.order_by_key["o-4"], place=6)
    found = again(at_stop(0), moved=(moved,))

    assert stops(found) == [["o-1", "o-2", "o-3", "o-4"]]
    tour = found.plan.tours[0]
    assert (
        tour.returns_s - tour.visits[-1].departs_s == 2 * 300
    )  # from place 6 home; from place 4 it would be four legs


def test_a_ride_the_table_does_not_know_is_the_past_all_the_same():
    """
    The stop between two others was cancelled, and the courier rode where no way is known: what is over is over.
    """
    street = build.ring(5)
    seconds, metres = street.seconds.copy(), street.metres.copy()
    seconds[1, 3] = metres[1, 3] = -1
    orders = [build.order(f"o-{i}", i, kind=Kind.PICKUP) for i in (1, 2, 3, 4)]
    problem = build.problem(orders, places=5, travel={"cargo_bike": Travel(seconds, metres)})
    plan = solve(problem, limit_s=0.1)
    ends = {visit.order: visit.departs_s for visit in plan.tours[0].visits}
    assert list(ends) == ["o-1", "o-2", "o-3", "o-4"]
    changes = Changes(done={key: ends[key] for key in ("o-1", "o-3")}, cancelled=frozenset({"o-2"}), reported=True)

    found = replan(problem, plan, changes, now_s=ends["o-3"] + 1, limit_s=0.1)

    assert violations(found.problem, found.plan) == []
    assert stops(found) == [["o-1", "o-3", "o-4"]]
    assert found.plan.tours[0].metres == 1000 + 0 + 1000 + 1000


def test_several_changes_one_after_the_other():
    """
    The second re-plan starts from the first and keeps what was driven in between.
    """
    first = again(at_stop(0), cancelled=frozenset({"o-3"}))
    now = first.plan.tours[0].visits[1].starts_s + 1
    second = replan(first.problem, first.plan, Changes(cancelled=frozenset({"o-3", "o-4"})), now_s=now, limit_s=0.2)

    assert violations(second.problem, second.plan) == []
    assert stops(second) == [["o-1", "o-2"]]
    assert set(why(second)) == {"o-3", "o-4"}


BREAKS = {
    "has begun is missing": lambda p: replace(p, tours=()),
    "left at": lambda p: replace(p, tours=(replace(p.tours[0], departs_s=p.tours[0].departs_s - 60),)),
    "is over and must stay": lambda p: replace(
        p, tours=(replace(p.tours[0], visits=(p.tours[0].visits[1], p.tours[0].visits[0], *p.tours[0].visits[2:])),)
    ),
    "is not on board bike-1": lambda p: replace(
        p,
        tours=(replace(p.tours[0], visits=(*p.tours[0].visits, replace(p.tours[0].visits[-1], order="new"))),),
    ),
    "cannot ride with bike-2": lambda p: replace(p, tours=(replace(p.tours[0], vehicle="bike-2"),)),
}


@pytest.mark.parametrize("sentence", BREAKS)
def test_the_check_sees_when_the_past_is_changed(sentence):
    found = again(at_stop(1), new=(build.order("new", 5, price_unserved_cents=0),))

    said = [str(message) for message in violations(found.problem, BREAKS[sentence](found.plan))]

    assert any(sentence in text for text in said), said


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cancelled": frozenset({"ghost"})}, "names order ghost, which does not exist"),
        ({"out": frozenset({"ghost"})}, "names vehicle ghost, which does not exist"),
        ({"new": (build.order("o-1"),)}, "Order o-1 is new, but there is one of this key already."),
    ],
)
def test_changes_that_make_no_sense_are_refused(changes, sentence):
    with pytest.raises(BadInput, match=sentence):
        again(8 * H, **changes)


@pytest.mark.parametrize("seed", range(3))
def test_the_check_passes_at_any_moment_of_a_busy_day(seed):
    """Sixty orders, every hour something is cancelled, fails, comes in or breaks down."""
    problem = tour_city.city(60, seed)
    plan = solve(problem, limit_s=0.5, seed=seed)
    cancelled: frozenset[str] = frozenset()
    for hour in (7, 9, 11, 14, 17):
        open_ = [v.order for tour in plan.tours for v in tour.visits if v.starts_s > hour * H]
        cancelled |= frozenset(open_[seed : seed + 1])
        new = replace(problem.orders[hour], key=f"new-{hour}", windows=())
        problem = replace_orders(problem, (*problem.orders, new))
        out = frozenset({plan.tours[0].vehicle}) if hour >= 14 else frozenset()
        found = replan(problem, plan, Changes(cancelled=cancelled, out=out), now_s=hour * H, limit_s=0.1)
        assert violations(found.problem, found.plan) == []
        plan = found.plan


def replace_orders(problem: Problem, orders) -> Problem:
    return Problem(problem.places, problem.travel, problem.hubs, problem.vehicles, tuple(orders))
