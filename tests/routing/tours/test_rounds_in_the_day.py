"""A day with reloads that has begun: the round under way stays, later ones may change, a bike comes back for more."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest

from routing.tours.check import violations
from routing.tours.plan import Plan, Tour
from routing.tours.problem import Problem, Window
from routing.tours.replan import Changes, Replanned, replan
from routing.tours.solve import solve
from tests.rounds import rounds
from tests.routing.tours import build

H = 3600


@cache
def two_rounds(**bike) -> tuple[Problem, Plan]:
    """One small bike, four deliveries of which two fit at once: two rounds from the hub, five minutes a place."""
    orders = [build.order(f"o-{i}", i, load_g=10_000) for i in (1, 2, 3, 4)]
    vehicle = build.vehicle(capacity_g=20_000, reload_s=300, **bike)
    problem = build.problem(orders, vehicles=(vehicle,), places=8)
    plan = solve(problem, limit_s=0.2)
    assert plan.unserved == () and len(plan.tours[0].reloads) == 1
    return problem, plan


def again(now_s: int, day: tuple[Problem, Plan], **changes) -> Replanned:
    found = replan(*day, Changes(**changes), now_s=now_s, limit_s=0.1)
    assert violations(found.problem, found.plan) == []
    return found


def keys(tour: Tour) -> list[str]:
    return [visit.order for visit in tour.visits]


def moments(tour: Tour) -> dict[str, int]:
    reload = tour.reloads[0]
    return {
        "before the departure": tour.departs_s - 60,
        "in the first round": tour.visits[0].starts_s + 1,
        "on the way to the hub": tour.visits[1].departs_s + 1,
        "while loading": reload.starts_s + 1,
        "on the way out again": reload.departs_s + 1,
        "in the second round": tour.visits[2].starts_s + 1,
        "on the way home": tour.visits[3].departs_s + 1,
    }


@pytest.mark.parametrize("when", moments(two_rounds()[1].tours[0]))
def test_at_any_moment_both_rounds_are_still_ridden(when):
    day = two_rounds()
    tour = day[1].tours[0]

    found = again(moments(tour)[when], day)

    assert found.plan.unserved == ()
    if when != "before the departure":
        assert found.plan.tours[0].visits[:2] == tour.visits[:2] and len(found.plan.tours[0].reloads) == 1


def test_by_reports_a_late_bike_still_comes_back_and_loads():
    """
    One stop is reported, an hour later than planned: the second stop, the reload and the second round come later, too.
    """
    day = two_rounds()
    tour = day[1].tours[0]
    late = tour.visits[0].departs_s + H

    found = again(late, day, done={tour.visits[0].order: late}, reported=True)

    new = found.plan.tours[0]
    assert found.plan.unserved == () and keys(new)[:2] == keys(tour)[:2]
    assert new.reloads[0].arrives_s >= tour.reloads[0].arrives_s + H - 600
    assert found.problem.lock_of["bike-1"].begun == 2, "the stop that is over and the one it rides to"


def test_a_reload_that_was_reported_is_over_even_before_its_time():
    day = two_rounds()
    tour = day[1].tours[0]
    done = {key: visit.departs_s for key, visit in zip(keys(tour)[:2], tour.visits, strict=False)}

    found = again(
        tour.reloads[0].arrives_s + 60, day, done=done, reported=True,
        reloaded={"bike-1": (tour.reloads[0].arrives_s + 30,)},
    )  # fmt: skip

    lock = found.problem.lock_of["bike-1"]
    assert not lock.at_hub and lock.reloads[0].departs_s == tour.reloads[0].arrives_s + 30
    assert lock.aboard == {f"o-{i}" for i in (1, 2, 3, 4)} and found.plan.unserved == ()


def test_a_new_delivery_has_a_bike_come_back_for_it_and_without_reloading_it_stays_behind():
    """
    The only bike has left. It may come back and load again; where bikes never do, the order waits for another day.
    """
    orders = [build.order(f"o-{i}", i) for i in (1, 2)]
    fresh = build.order("fresh", 4)
    for reload_s in (300, None):
        problem = build.problem(orders, vehicles=(build.vehicle(reload_s=reload_s),), places=8)
        plan = solve(problem, limit_s=0.1)
        found = again(plan.tours[0].visits[0].starts_s + 1, (problem, plan), new=(fresh,))
        left = [one.order for one in found.plan.unserved]
        assert left == ([] if reload_s else ["fresh"])
        if reload_s:
            assert keys(found.plan.tours[0])[-1] == "fresh" and len(found.plan.tours[0].reloads) == 1


def test_a_bike_that_drops_out_leaves_its_second_round_to_another_one():
    orders = [build.order(f"o-{i}", i, load_g=10_000, windows=(Window(8 * H, 16 * H),)) for i in range(1, 7)]
    bikes = tuple(build.vehicle(f"bike-{n}", capacity_g=20_000, reload_s=300) for n in (1, 2))
    problem = build.problem(orders, vehicles=bikes, places=8)
    plan = solve(problem, limit_s=0.3)
    assert plan.unserved == ()
    twice = next(tour for tour in plan.tours if tour.reloads)

    found = again(twice.visits[0].starts_s + 1, (problem, plan), out=frozenset({twice.vehicle}))

    its = set(keys(twice)[: twice.reloads[0].after])
    assert {one.order for one in found.plan.unserved} <= its, "what lies at the hub is taken by the other bike"


def test_a_long_wait_at_the_hub_is_a_break():
    """
    A morning round and one that is ready only at three: eight hours out, the wait between them is no work.
    """
    orders = [
        build.order("early", 1, windows=(Window(8 * H, 9 * H),)),
        build.order("late", 2, release_s=15 * H, windows=(Window(15 * H, 17 * H),)),
    ]
    problem = build.problem(orders, vehicles=(build.vehicle(reload_s=300, breaks=True),), places=8)
    plan = solve(problem, limit_s=0.2)
    assert plan.unserved == ()

    found = again(plan.tours[0].visits[0].starts_s + 1, (problem, plan))

    assert found.plan.unserved == () and sum(r.ends_s - r.starts_s for r in found.plan.tours[0].breaks) >= 1800


@pytest.mark.parametrize("seed", range(rounds(6)))
def test_the_check_passes_whatever_happens_on_a_day_of_many_rounds(seed):
    """
    Random days with small bikes, planned again three times: stops done, failed, cancelled, new orders, a bike out.
    """
    chance = random.Random(seed)
    day = build.a_day(seed, 16, vehicles=3, hubs=1, pickups=0.2, releases=True)
    bikes = tuple(
        replace(v, starts_s=7 * H, ends_s=19 * H, longest_s=None, breaks=n == 0, reload_s=600, capacity_g=40_000)
        for n, v in enumerate(day.vehicles)
    )
    known, coming = day.orders[:12], list(day.orders[12:])
    problem = Problem(day.places, day.travel, day.hubs, bikes, known)
    plan = solve(problem, limit_s=0.1)
    done: dict[str, int] = {}
    failed: set[str] = set()
    cancelled: set[str] = set()
    now = min((tour.departs_s for tour in plan.tours), default=8 * H)
    for _ in range(3):
        now += chance.randrange(600, 2 * H)
        for tour in plan.tours:
            for visit in tour.visits:
                if visit.departs_s <= now and visit.order not in done and chance.random() < 0.9:
                    done[visit.order] = visit.departs_s + chance.randrange(0, 900)
                    failed |= {visit.order} if chance.random() < 0.1 else set()
        open_ = [key for tour in plan.tours for key in keys(tour) if key not in done]
        cancelled |= {chance.choice(open_)} if open_ and chance.random() < 0.5 else set()
        out = frozenset({bikes[2].key}) if chance.random() < 0.2 else frozenset()
        known += tuple(coming.pop() for _ in range(min(1, len(coming))))
        here = {key for tour in plan.tours for key in keys(tour)} | {left.order for left in plan.unserved}
        there = tuple(order for order in known if order.key in here or order.key not in cancelled)
        changes = Changes(
            cancelled=frozenset(cancelled & here), failed=frozenset(failed & here), out=out, reported=bool(done),
            done={key: at for key, at in done.items() if key in here},
        )  # fmt: skip
        found = replan(replace(problem, orders=there), plan, changes, now_s=now, limit_s=0.05)
        assert violations(found.problem, found.plan) == []
        plan = replace(found.plan, unserved=tuple(u for u in found.plan.unserved if u.order not in cancelled))
        if out:
            break
