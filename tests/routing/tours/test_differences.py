"""Two plans side by side: each sentence has the numbers of both, and nothing is said that did not change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.message import Message
from routing.tours.differences import Differences, Place, Turn, differences
from routing.tours.explain import against, explain
from routing.tours.improve import plan_of
from routing.tours.plan import Plan, Unserved
from routing.tours.problem import Drop, Kind, Problem, Window
from routing.tours.replan import Changes, replan
from routing.tours.schedule import drop_of
from tests.rounds import rounds
from tests.routing.tours import build

H = 3600
DAY = build.problem(
    [build.order(name, place) for place, name in enumerate(("bakery", "florist", "tailor", "chemist"), start=1)],
    vehicles=(build.vehicle("bike-1"), build.vehicle("bike-2"), build.vehicle("bike-3")),
)


def planned(problem: Problem = DAY, **tours: str) -> Plan:
    """The plan in which each bike rides these stops, named by their first letters; all others are left."""
    orders = {order.key[0]: order for order in problem.orders}
    routes = {f"bike-{key[-1]}": [orders[letter] for letter in letters] for key, letters in tours.items()}
    return plan_of(problem, routes, engine="hand")


def said(found: Differences) -> dict[str, str]:
    return {one.order: str(one.sentence) for one in found.orders}


def test_the_same_plan_has_no_differences():
    plan = planned(b1="bf", b2="tc")

    assert differences(plan, plan) == Differences(found_totals(plan), found_totals(plan), (), ())
    assert differences(plan, plan).sentences == ()


def found_totals(plan: Plan):
    return differences(plan, plan).before


def test_what_a_plan_comes_to():
    """
    Out and back to places 2 and 4 by two bikes, five minutes and a kilometre a place, two minutes a stop.
    """
    totals = found_totals(planned(b1="bf", b2="tc"))

    assert (totals.tours, totals.served, totals.unserved) == (2, 4, 0)
    assert (totals.metres, totals.seconds) == (4_000 + 8_000, 4 * 300 + 240 + 8 * 300 + 240)
    assert totals.cost_cents == (1440 * 2700 // 3600 + 80) + (2640 * 2700 // 3600 + 160)


def test_an_order_that_changes_its_bike_its_hour_or_its_luck_is_said_with_its_numbers():
    """
    The bakery is 5 minutes from the hub; with the florist first it is reached at 8:17 or, by itself, at 8:05.
    """
    before, after = planned(b1="bft"), planned(b1="fb", b2="c")

    found = differences(before, after)

    assert said(found) == {
        "tailor": "Order tailor was to ride with bike-1 at 8:19 and stays behind now.",
        "bakery": "Order bakery is reached 12 min later, at 8:17 instead of 8:05.",
        "florist": "Order florist is reached 2 min earlier, at 8:10 instead of 8:12.",
        "chemist": "Order chemist stayed behind and rides with bike-2 now, at 8:20.",
    }
    assert [one.turn for one in found.orders] == [Turn.LEFT, Turn.LATER, Turn.EARLIER, Turn.SERVED]
    moved = differences(planned(b1="bf"), planned(b1="f", b2="b"))
    assert said(moved)["bakery"] == "Order bakery rides with bike-2 at 8:05 instead of bike-1 at 8:05."
    assert moved.orders[0].before == Place("bike-1", 8 * H + 300)


def test_orders_that_one_of_the_plans_does_not_know_came_or_went():
    without = replace(DAY, orders=tuple(order for order in DAY.orders if order.key != "chemist"))
    short, long = planned(without, b1="bft"), planned(b1="bft", b2="c")
    left = planned(b1="bft")

    assert said(differences(short, long)) == {"chemist": "Order chemist is new and rides with bike-2 at 8:20."}
    assert said(differences(short, left)) == {"chemist": "Order chemist is new and stays behind."}
    assert said(differences(long, short)) == {"chemist": "Order chemist is not in the plan any more."}


def test_tours_that_are_new_or_gone_or_other_are_said_with_their_stops_and_their_return():
    found = differences(planned(b1="bf", b2="t"), planned(b1="bft", b3="c"))

    assert [str(tour.sentence) for tour in found.tours] == [
        "bike-1: stops 3 instead of 2, back at 8:36 instead of 8:24.",
        "bike-2 stays at its hub; stops before: 1.",
        "bike-3 rides now; stops: 1, back at 8:42.",
    ]


@pytest.mark.parametrize(
    ("before", "after", "sentences"),
    [
        (
            {"b1": "bf", "b2": "tc"},
            {"b1": "bftc"},
            [
                "It costs 9.8 € less.",
                "All ways together are 4 km shorter.",
                "Couriers are out 20 min less.",
            ],
        ),
        (
            {"b1": "bftc"},
            {"b1": "bf", "b2": "t"},
            [
                "Left behind: 1 more than before.",
                "It costs 504 € more.",
                "All ways together are 2 km longer.",
                "Couriers are out 8 min longer.",
            ],
        ),
        (
            {"b1": "b"},
            {"b1": "bf"},
            [
                "Left behind: 1 fewer than before.",
                "It costs 494.2 € less.",
                "All ways together are 2 km longer.",
                "Couriers are out 12 min longer.",
            ],
        ),
    ],
)
def test_the_whole_is_said_with_its_numbers(before, after, sentences):
    """
    An hour costs 27 €, a kilometre 20 cents, an order left behind 500 €.
    """
    found = differences(planned(**before), planned(**after))

    assert [str(sentence) for sentence in found.sentences] == sentences
    assert (
        found.after.cost_cents - found.before.cost_cents == planned(**after).cost_cents - planned(**before).cost_cents
    )


def test_why_is_said_where_one_cause_is_certain():
    """
    The bike of the tailor is not there any more, the chemist closes earlier, and the bakery's load has grown.
    """
    early = (Window(8 * H, 8 * H + 1500),)
    orders = {order.key: order for order in DAY.orders}
    orders["chemist"] = replace(orders["chemist"], windows=early)
    orders["bakery"] = replace(orders["bakery"], load_g=6_000)
    later = replace(DAY, vehicles=DAY.vehicles[:1], orders=tuple(orders.values()))
    before, after = planned(b1="bfc", b2="t"), planned(later, b1="cbt")
    after = replace(after, unserved=(Unserved("florist", Message("It is raining.")),))

    causes = {one.order: str(one.why) for one in against(later, after, before, known=DAY).orders}

    assert causes == {
        "florist": "It is raining.",
        "tailor": "bike-2 is not on duty any more.",
        "bakery": "Its weight or its volume has changed.",
        "chemist": "Its time window has changed.",
    }


def test_a_pair_that_stays_on_board_is_left_behind():
    pair = build.order("papers", 2, kind=Kind.PAIR, hub=None, drop=Drop(5, (), 60))
    day = replace(DAY, orders=(pair,))
    plan = plan_of(day, {"bike-1": [pair, drop_of(pair)]}, engine="hand")
    taken = plan.tours[0].visits[0].departs_s

    found = replan(day, plan, Changes(out=frozenset({"bike-1"})), now_s=taken, limit_s=0.1)

    (change,) = against(found.problem, found.plan, plan).orders
    assert (str(change.sentence), str(change.why)) == (
        "Order papers was to ride with bike-1 at 8:10 and stays behind now.",
        "It is on board bike-1, which dropped out.",
    )


def test_a_plan_explains_itself_against_an_earlier_one_only_if_there_is_one():
    before, after = planned(b1="bftc"), planned(b1="bft", b2="c")

    assert explain(DAY, after).against is None
    assert explain(DAY, after, before).against == against(DAY, after, before)


ROUTES = st.permutations("bftc").flatmap(
    lambda letters: st.tuples(st.just(letters), st.integers(0, 4), st.integers(0, 4))
)


@settings(max_examples=rounds(30), deadline=None)
@given(one=ROUTES, other=ROUTES)
def test_there_and_back_again_is_no_change(one, other):
    """
    What is later one way is earlier the other way, what is left is served, and the costs are those of the plans.
    """
    plans = [planned(b1="".join(x[0][: x[1]]), b2="".join(x[0][x[1] :][: x[2]])) for x in (one, other)]
    there, back = differences(*plans), differences(*reversed(plans))
    opposite = {Turn.LATER: Turn.EARLIER, Turn.EARLIER: Turn.LATER, Turn.LEFT: Turn.SERVED, Turn.SERVED: Turn.LEFT}

    assert {c.order: opposite.get(c.turn, c.turn) for c in there.orders} == {c.order: c.turn for c in back.orders}
    assert {(c.before, c.after) for c in there.orders} == {(c.after, c.before) for c in back.orders}
    assert there.after.cost_cents == plans[1].cost_cents and there.before == back.after
    assert len(there.sentences) == len(back.sentences)
