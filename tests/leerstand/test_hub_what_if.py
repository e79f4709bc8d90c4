"""What it costs to insist on one shop as micro-hub, or on none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from city import clock, quick, settings
from city.db import db, transaction
from leerstand import live, queries
from leerstand.kinds import UseType
from leerstand.matching.live import solve_live
from leerstand.services.town import gather
from leerstand.what_if import NO_HUB, WhatIf
from routing.message import BadInput
from tests import build

HUB_ROOM = {"area_m2": 100, "step_free": True, "door_width_cm": 140}


@pytest.fixture
def answered_here(monkeypatch):
    """Short questions are answered in this process, by the same function."""
    monkeypatch.setattr(quick, "ask", lambda path, **arguments: solve_live(**arguments))


def soon(**values):
    today = clock.today()
    given = {"earliest_start": today + timedelta(weeks=1), "latest_start": today + timedelta(weeks=2)}
    return build.use_request(submitted_at=clock.now(), **given, **values)


@pytest.fixture
def two_rooms(town, owner):
    """Two shops that would do for a hub, one that would not; somebody who would run it, and a studio."""
    near, far = (build.unit(owner_id=owner.id, **HUB_ROOM) for _ in range(2))
    small = build.unit(owner_id=owner.id, area_m2=60, step_free=False)
    hub = soon(
        use_type=UseType.MICRO_HUB, area_min_m2=60, area_ideal_m2=100, area_max_m2=150, budget_cents_month=900_00
    )
    soon(title="Atelier", area_min_m2=50, area_ideal_m2=90, area_max_m2=120)
    with transaction():
        settings.change(settings.CitySettings(), by_account_id=None)
    return near, far, small, hub


def hubs_of(what_if, shares):
    town = gather(what_if)
    asked = live.answered(town, town.candidates(shares))
    return {unit for unit, request in asked.pairs if town.names.requests[request].use_type == UseType.MICRO_HUB}


def test_insisting_on_a_hub_moves_it_there_and_names_the_price(two_rooms, answered_here):
    """
    Deliveries save more from the one shop; the other can be insisted on, at a price; none at all, too.
    """
    near, far, _, hub = two_rooms
    shares = {near.id: 1000, far.id: 0}

    assert hubs_of(WhatIf(), shares) == {near.id}
    assert hubs_of(WhatIf(hub_id=far.id), shares) == {far.id}
    assert hubs_of(WhatIf(hub_id=NO_HUB), shares) == set()
    moved, none = live.with_hub(far.id, shares), live.with_hub(NO_HUB, shares)
    assert 0 < moved.regret < none.regret
    assert (far.id, hub.id) in moved.come
    assert (near.id, hub.id) in none.gone
    assert live.with_hub(near.id, shares).regret == 0


def test_a_shop_that_cannot_be_a_hub_is_named(two_rooms, answered_here):
    """
    Too small a room: a sentence, no plan.
    """
    small = two_rooms[2]
    with pytest.raises(BadInput, match="cannot become a micro-hub"):
        live.with_hub(small.id, {})


def test_the_price_stands_on_a_page_of_its_own(compute, two_rooms, app, manager, answered_here):
    """
    The plan's table leads there; the page says points, and what else would change.
    """
    far = two_rooms[1]
    compute()
    browser = build.browser_of(app, manager)

    here = browser.get(f"/plan/hub?laden={far.id}").text
    nowhere = browser.get("/plan/hub?laden=0").text

    assert f"What if {far.address} becomes the micro-hub?" in here
    assert "The whole plan would lose" in nowhere
    assert "gone:" in nowhere
    db.session.rollback()
    assert queries.newest_plan() is not None
    assert browser.get("/plan/hub?laden=99999").status_code == 404
