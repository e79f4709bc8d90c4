"""The tables keep the promises that must never be broken."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from city import clock
from city.db import transaction
from leerstand.kinds import Floor, SpellKind
from leerstand.models import Proposal, Unit
from tests import build


@pytest.mark.parametrize(
    "values",
    [{"area_m2": 0}, {"frontage_m": 0.0}, {"available_from": date(2027, 2, 1), "available_until": date(2027, 2, 1)}],
)
def test_an_impossible_shop_is_not_kept(town, values):
    """
    No area, no front, or an offer that ends before it starts: the database itself says no.
    """
    with pytest.raises(IntegrityError):
        build.unit(**values)


def test_a_spell_ends_after_it_starts(town):
    """
    Periods are half-open; one that ends on the day it starts is none.
    """
    unit = build.unit(vacant_since=None)
    with pytest.raises(IntegrityError):
        build.spell(unit, SpellKind.VACANCY, starts=date(2026, 5, 1), ends=date(2026, 5, 1))


@pytest.mark.parametrize(("share", "refused"), [({}, True), ({"part_m2": 40}, False), ({"slots": 7}, False)])
def test_a_whole_shop_has_one_open_proposal_at_most(town, share, refused):
    """
    Whatever the rules overlook: the second open proposal for all of a shop is refused by the database; shares are not.
    """
    unit, one, two = build.unit(), build.use_request(), build.use_request()

    def propose(request):
        build.keep(
            Proposal(
                unit_id=unit.id,
                request_id=request.id,
                starts=date(2027, 3, 1),
                ends=date(2027, 6, 1),
                rent_cents_month=60_000,
                sent_at=clock.now(),
                **share,
            )
        )

    with transaction():
        propose(one)
    with pytest.raises(IntegrityError) if refused else nullcontext():
        propose(two)


@pytest.mark.parametrize(
    ("values", "ready"),
    [
        ({}, True),
        ({"door_width_cm": 119}, False),
        ({"step_free": False}, False),
        ({"floor": Floor.UPPER}, False),
    ],
)
def test_a_cargo_bike_needs_a_level_entrance_and_a_wide_door(values, ready):
    """
    120 cm, no step, street height.
    """
    assert Unit(**build.unit_values(**({"floor": Floor.GROUND} | values))).cargo_bike_ready is ready
