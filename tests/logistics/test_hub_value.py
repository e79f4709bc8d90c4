"""The tours themselves say which empty shop should become the hub."""

from __future__ import annotations

import numpy as np
import pytest

from logistics import hub_value as here
from routing.siting import nearest_sites
from routing.tours.solve import solve
from tests import build
from tests.logistics import rows
from tests.logistics.test_planning import MARKET, ROSE, SAND

FAR = (53.2440, 10.4135)


@pytest.fixture
def asked():
    """Counts how often tours are planned, and plans them in this process."""
    here._known.clear()
    questions: list[int] = []

    def ask(path, **arguments):
        questions.append(len(arguments["problem"].orders))
        return solve(**{**arguments, "limit_iterations": 3_000})

    ask.questions = questions
    return ask


def test_nobody_booked_so_nobody_knows(street_map, asked):
    """
    Without deliveries there is nothing to shorten, and nothing is invented.
    """
    shop = build.unit()

    assert here.hub_value([(shop.id,)], asked) == {}
    assert asked.questions == []


def test_a_hub_beside_the_orders_saves_more_than_one_far_away(street_map, asked):
    """
    All parcels go to the market; the open hub lies at the edge. Shops are compared by tours of the busiest day.
    """
    hub, person, day = rows.hub(lat=FAR[0], lon=FAR[1]), rows.retailer(), rows.working_day()
    for _ in range(4):
        rows.book(person, hub, day, point=MARKET)
    near, far = build.unit(lat=ROSE[0], lon=ROSE[1]), build.unit(lat=FAR[0], lon=FAR[1])

    worth = here.hub_value([(near.id,), (far.id,), (near.id, far.id)], asked)

    assert worth[(near.id,)].saved_cents > worth[(far.id,)].saved_cents >= 0
    assert worth[(near.id,)].saved_m > 0
    assert worth[(near.id,)].served == worth[(near.id,)].orders == 4
    assert 0 < worth[(near.id,)].share <= 1000
    assert worth[(near.id, far.id)].saved_cents >= worth[(near.id,)].saved_cents
    assert worth[()].saved_co2e_g > 0  # the open hub, compared with a van from the edge of the town


def test_the_same_question_is_answered_from_memory(street_map, asked):
    """
    Cached for each set of hubs; another order makes it another question.
    """
    hub, person, day = rows.hub(), rows.retailer(), rows.working_day()
    rows.book(person, hub, day, point=MARKET)
    shop = build.unit(lat=SAND[0], lon=SAND[1])

    first = here.hub_value([(shop.id,)], asked)
    planned = len(asked.questions)
    assert here.hub_value([(shop.id,)], asked) == first
    assert len(asked.questions) == planned

    rows.book(person, hub, day, point=ROSE)
    here.hub_value([(shop.id,)], asked)
    assert len(asked.questions) > planned


def test_sites_are_ranked_by_the_ways_they_shorten():
    """
    Two orders; the second site is near both, the first near one, the third has no way to anywhere.
    """
    seconds = np.array([[10, 90], [20, 20], [-1, -1]], dtype="int32")

    assert nearest_sites(seconds, [], 2) == [1, 0]
    assert nearest_sites(seconds, [seconds[1]], 1) == [0]
