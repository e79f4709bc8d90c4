"""Shops, requests and situations as plain objects, without a database."""

from __future__ import annotations

from datetime import date
from typing import Any

from leerstand.kinds import Category, Floor, Heritage, Ring, Side, Zone
from leerstand.models import Unit, UseRequest
from leerstand.situation import Situation
from tests import build

TODAY = date(2026, 11, 20)


def unit(**values: Any) -> Unit:
    """A ground-floor shop of 60 m² in the core with everything a use may need."""
    given = {
        "id": 1,
        "housenumber": "8",
        "axis_id": 1,
        "position_m": 100,
        "side": Side.EVEN,
        "grade": 2,
        "ring": Ring.CORE,
        "floor": Floor.GROUND,
        "water": True,
        "heating": True,
        "baunvo_zone": Zone.MK,
        "heritage": Heritage.NONE,
        "bplan_excludes": [],
        "vat_opted": False,
        "begun_before_1993_11_11": False,
        **values,
    }
    return Unit(**build.unit_values(**given))


def use_request(**values: Any) -> UseRequest:
    """A quiet studio of about 60 m² for 10 to 26 weeks."""
    given = {
        "id": 1,
        "title": "Atelier",
        "ground_floor_only": True,
        "step_free_required": False,
        "needs_water": False,
        "needs_heating": False,
        "needs_exhaust_air": False,
        "needs_delivery_door": False,
        "needs_power_kw": 0,
        "wants_permanent": False,
        "footfall": 1,
        "noise": 0,
        "event_days": 0,
        "deducts_vat": True,
        "evaluates": False,
        **values,
    }
    return UseRequest(**build.use_request_values(**given))


def situation(**values: Any) -> Situation:
    """Empty for 200 days, a gap of 8 m, the first studio of its street."""
    given: dict[str, Any] = {
        "today": TODAY,
        "free_from": TODAY,
        "empty_since": date(2026, 5, 4),
        "gap_m": 8.0,
        "same_kind": {Category.RETAIL: 5},
        **values,
    }
    return Situation(**given)
