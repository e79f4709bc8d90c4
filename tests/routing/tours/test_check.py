"""The check names every way in which a plan can be wrong."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.message import Message
from routing.tours.check import CONSTRAINTS, violations
from routing.tours.plan import Plan, Progress, Unserved
from routing.tours.problem import Kind, Problem, Window
from routing.tours.solve import solve
from tests.rounds import rounds
from tests.routing.tours import build

H = 3600


def changed_tour(plan: Plan, number: int = 0, **new) -> Plan:
    tours = list(plan.tours)
    tours[number] = replace(tours[number], **new)
    return replace(plan, tours=tuple(tours))


def changed_visit(plan: Plan, tour: int, visit: int, **new) -> Plan:
    visits = list(plan.tours[tour].visits)
    visits[visit] = replace(visits[visit], **new)
    return changed_tour(plan, tour, visits=tuple(visits))


@cache
def planned() -> tuple[Problem, Plan]:
    """Two bikes, a delivery each and a pickup, with a window and a release."""
    orders = [
        build.order("bakery", 1, windows=(Window(9 * H, 9 * H + 600),), allowed_classes=frozenset({"cargo_bike"})),
        build.order("florist", 2, kind=Kind.PICKUP, load_g=7_000),
        build.order("tailor", 5, release_s=9 * H),
    ]
    problem = build.problem(
        orders,
        vehicles=(build.vehicle("bike-1", range_m=20_000), build.vehicle("bike-2", start_hub="sand", end_hub="sand")),
        hubs=(build.hub("markt", 0, capacity_g=50_000), build.hub("sand", 4)),
    )
    seen: list[Progress] = []

    def all_served() -> bool:
        return bool(seen) and seen[-1].unserved == 0

    return problem, solve(problem, limit_s=20, on_progress=seen.append, cancelled=all_served)


def test_a_plan_of_the_planner_has_no_violations():
    problem, plan = planned()

    assert violations(problem, plan) == []
    served = [visit.order for tour in plan.tours for visit in tour.visits]
    assert (served[0], sorted(served)) == ("bakery", ["bakery", "florist", "tailor"])


BREAKS = {
    "does not exist": lambda p: changed_visit(p, 0, 0, order="ghost"),
    "vehicle ghost": lambda p: changed_tour(p, vehicle="ghost"),
    "hub ghost": lambda p: changed_tour(p, end_hub="ghost"),
    "is missing": lambda p: changed_tour(p, visits=p.tours[0].visits[1:]),
    "stands 2 times": lambda p: replace(p, unserved=(Unserved("bakery", Message("Because.")),)),
    "tours at once": lambda p: replace(p, tours=p.tours * 2),
    "has no stop": lambda p: changed_tour(p, visits=()),
    "uses hub sand instead of markt": lambda p: changed_tour(p, end_hub="sand"),
    "belongs to hub markt": lambda p: changed_tour(p, vehicle="bike-2", start_hub="sand", end_hub="sand"),
    "but the plan says": lambda p: changed_visit(p, 0, 1, arrives_s=p.tours[0].visits[1].arrives_s - 1),
    "begins before": lambda p: changed_visit(p, 0, 0, starts_s=p.tours[0].visits[0].arrives_s - 1),
    "takes 120 s, but": lambda p: changed_visit(p, 0, 0, departs_s=p.tours[0].visits[0].departs_s + 1),
    "outside its windows": lambda p: changed_visit(p, 0, 0, starts_s=9 * H + 481),
    "is ready at 9:00:00": lambda p: changed_tour(p, departs_s=9 * H - 1),
    "the shift begins": lambda p: changed_tour(p, departs_s=8 * H - 1),
    "the shift ends": lambda p: changed_tour(p, returns_s=18 * H + 1),
    "it is open from": lambda p: changed_tour(p, returns_s=20 * H + 1),
    "After order": lambda p: changed_visit(p, 0, 0, load_after_g=1),
    "m long, but the plan says": lambda p: changed_tour(p, metres=p.tours[0].metres - 1),
    "costs": lambda p: changed_tour(p, cost_cents=p.tours[0].cost_cents - 1),
    "The plan costs": lambda p: replace(p, cost_cents=p.cost_cents + 1),
    "lower bound": lambda p: replace(p, bound_cents=p.cost_cents + 1),
}


@pytest.mark.parametrize("sentence", BREAKS)
def test_each_break_of_a_valid_plan_is_named(sentence):
    problem, plan = planned()

    found = [str(message) for message in violations(problem, BREAKS[sentence](plan))]

    assert any(sentence in text for text in found), found


@pytest.mark.parametrize(
    ("sentence", "new"),
    [
        ("may not ride with bike-1, a cargo_bike", {"order": {"allowed_classes": frozenset({"foot"})}}),
        ("There is no way from", {"no_way": True}),
        ("but only 9000 fit", {"vehicle": {"capacity_g": 9_000}}),
        ("but only 30000 fit", {"vehicle": {"capacity_ml": 30_000}}),
        ("pass through hub markt, but it takes only 12000", {"hub": {"capacity_g": 12_000}}),
        ("but at most 3000 s are allowed", {"vehicle": {"longest_s": 3_000}}),
        ("but its range is 9999 m", {"vehicle": {"range_m": 9_999}}),
    ],
)
def test_a_plan_for_another_day_is_found_out(sentence, new):
    """The same tours would be fine with a larger bike, another way, a larger hub."""
    problem, plan = planned()
    travel = dict(problem.travel)
    if new.get("no_way"):
        seconds, metres = (t.copy() for t in (travel["cargo_bike"].seconds, travel["cargo_bike"].metres))
        seconds[0, 1] = metres[0, 1] = -1
        travel["cargo_bike"] = type(travel["cargo_bike"])(seconds, metres)
    other = Problem(
        problem.places,
        travel,
        (replace(problem.hubs[0], **new.get("hub", {})), *problem.hubs[1:]),
        (replace(problem.vehicles[0], **new.get("vehicle", {})), *problem.vehicles[1:]),
        (replace(problem.orders[0], **new.get("order", {})), *problem.orders[1:]),
    )

    found = [str(message) for message in violations(other, plan)]

    assert any(sentence in text for text in found), found


@cache
def a_solved_day(seed: int) -> tuple[Problem, Plan]:
    problem = build.a_day(seed, 12, vehicles=4, limits=True, windows=2, prices=(20_000, 50_000))
    return problem, solve(problem, limit_s=0.15)


@settings(max_examples=rounds(60), deadline=None)
@given(seed=st.integers(0, 5), data=st.data())
def test_no_number_of_a_plan_can_be_changed_unnoticed(seed, data):
    """Whatever single time, load, length or cost is altered, the check says so."""
    problem, plan = a_solved_day(seed)
    tour = data.draw(st.sampled_from(range(len(plan.tours))))
    by = data.draw(st.sampled_from([-3600, -60, -1, 1, 60, 3600]))
    what = data.draw(st.sampled_from(["metres", "cost_cents", "returns_s", "departs_s", "visit"]))
    if what == "visit":
        visit = data.draw(st.sampled_from(range(len(plan.tours[tour].visits))))
        name = data.draw(st.sampled_from(["arrives_s", "starts_s", "departs_s", "load_after_g", "load_after_ml"]))
        broken = changed_visit(plan, tour, visit, **{name: getattr(plan.tours[tour].visits[visit], name) + by})
    else:
        broken = changed_tour(plan, tour, **{what: getattr(plan.tours[tour], what) + by})

    assert violations(problem, plan) == []
    assert violations(problem, broken)


@settings(max_examples=rounds(40), deadline=None)
@given(seed=st.integers(0, 5), data=st.data())
def test_no_stop_can_vanish_or_change_its_tour_unnoticed(seed, data):
    problem, plan = a_solved_day(seed)
    tour = data.draw(st.sampled_from(range(len(plan.tours))))
    visits = list(plan.tours[tour].visits)
    gone = visits.pop(data.draw(st.sampled_from(range(len(visits)))))
    broken = changed_tour(plan, tour, visits=tuple(visits))
    if len(plan.tours) > 1 and data.draw(st.booleans()):
        other = (tour + 1) % len(plan.tours)
        broken = changed_tour(broken, other, visits=(gone, *broken.tours[other].visits))

    assert violations(problem, broken)


def test_every_constraint_says_what_it_is():
    assert all(constraint.__doc__ for constraint in CONSTRAINTS)
