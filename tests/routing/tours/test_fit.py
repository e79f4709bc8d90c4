"""What the cheap look turns down could not be ridden either; what it lets through is looked at closely."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.tours import fit
from routing.tours.schedule import ride
from tests.rounds import rounds
from tests.routing.tours import build


@given(st.integers(0, 2**32))
@settings(max_examples=rounds(60), deadline=None)
def test_no_place_that_can_be_ridden_is_turned_down(seed):
    problem = build.a_day(seed, 7, windows=1 + seed % 2, limits=seed % 3 == 0)
    for vehicle in problem.vehicles:
        own = [order for order in problem.orders if order.hub in (None, vehicle.start_hub)]
        ridden = next((own[:size] for size in (4, 3, 2, 1) if ride(problem, vehicle, own[:size])), [])
        for order in (one for one in own if one not in ridden):
            places = fit.positions_in_time(problem, vehicle, ridden, order)
            heavy = not fit.fits_load(vehicle, ridden, order)
            for position in range(len(ridden) + 1):
                tour = ride(problem, vehicle, [*ridden[:position], order, *ridden[position:]])
                assert tour is None or (position in places and not heavy)
