"""Each rule can object, and says why with its numbers."""

from __future__ import annotations

from datetime import date

import pytest

from city.settings import CitySettings
from leerstand.findings import Weight
from leerstand.kinds import Floor, Heritage, UseType, Zone
from leerstand.rules import suitability
from tests.leerstand import plain

HUB = {"use_type": UseType.MICRO_HUB}


@pytest.mark.parametrize(
    ("unit", "request_", "situation", "why"),
    [
        ({"area_m2": 39}, {}, {}, "Needs 40 m², here are 39 m²."),
        ({"area_m2": 101, "rent_cents_m2": 5}, {}, {}, "Wants at most 100 m², here are 101 m²."),
        (
            {"area_m2": 91, "rent_cents_m2": 5},
            {"area_ideal_m2": 30, "area_min_m2": 30},
            {},
            "Wants at most 90 m², here are 91 m².",
        ),
        ({"floor": Floor.UPPER}, {}, {}, "Needs the ground floor; this room lies elsewhere in the house."),
        ({"step_free": False}, {"step_free_required": True}, {}, "Needs a step-free entrance; here is a step."),
        ({"water": False}, {"needs_water": True}, {}, "Needs water; here is none."),
        ({"heating": False}, {"needs_heating": True}, {}, "Needs heating; here is none."),
        ({"exhaust_air": False}, {"needs_exhaust_air": True}, {}, "Needs an exhaust duct; here is none."),
        ({"power_kw": 4}, {"needs_power_kw": 11}, {}, "Needs 11 kW of power, the connection has 4 kW."),
        ({"delivery_door": False}, {"needs_delivery_door": True}, {}, "Needs a door for deliveries; here is none."),
        ({"area_m2": 34}, {**HUB, "area_min_m2": 20}, {}, "A hub needs 35 m², here are 34 m²."),
        ({"step_free": False}, HUB, {}, "A hub needs a step-free room at street level."),
        ({"door_width_cm": 98}, HUB, {}, "A loaded cargo bike needs a door of 120 cm, this one has 98 cm."),
        ({"baunvo_zone": Zone.WA}, {"noise": 2}, {}, "Probably too loud for this area (WA)."),
        ({"excluded_uses": ["studio"]}, {}, {}, "The owner does not want this use here."),
        (
            {},
            {},
            {"free_from": date(2027, 6, 2)},
            "Can start on 2027-06-02, must start by 2027-06-01.",
        ),
        (
            {"heritage": Heritage.MONUMENT},
            {"earliest_start": date(2026, 12, 1), "latest_start": date(2026, 12, 31)},
            {},
            "Can start on 2027-01-01, must start by 2026-12-31.",
        ),
        ({}, {}, {"free_until": date(2027, 5, 9)}, "Needs 10 weeks, free are 9 weeks."),
        ({"rent_cents_m2": 1534}, {}, {}, "Rent 920 € a month, budget 800 €."),
        ({}, {"noise": 2}, {"quiet_neighbour": "Rote Straße 9"}, "Too loud beside Rote Straße 9."),
        ({}, HUB, {"quiet_neighbour": "Rote Straße 9"}, "Loading would disturb Rote Straße 9."),
        ({}, {"visitors_max": 101}, {}, "Expects more than 100 visitors; here is no second escape route."),
    ],
)
def test_each_rule_can_object(unit, request_, situation, why):
    """
    One thing is wrong, and just that is said.
    """
    found = suitability(plain.unit(**unit), plain.use_request(**request_), CitySettings(), plain.situation(**situation))

    assert [str(finding.reason) for finding in found.obstacles] == [why]
    assert not found.possible


def test_a_pair_that_fits_has_no_obstacle_and_whole_points():
    """
    The score is the sum of the criteria, each at most its weight, and the weights sum to 100.
    """
    found = suitability(plain.unit(), plain.use_request(), CitySettings(), plain.situation())

    assert found.possible
    assert found.score == sum(finding.points for finding in found.criteria)
    assert all(finding.points <= finding.most for finding in found.criteria)
    assert sum(finding.most for finding in found.criteria) == 100
    assert (found.starts, found.ends) == (date(2027, 3, 1), date(2027, 8, 30))


@pytest.mark.parametrize(
    ("unit", "request_", "situation", "key", "points"),
    [
        ({}, {}, {"gap_m": 12.0}, "gap", 14),
        ({}, {}, {"gap_m": 6.0}, "gap", 7),
        ({}, {}, {"gap_m": 0.0}, "gap", 0),
        ({}, {"use_type": UseType.RETAIL}, {"same_kind": {}}, "diversity", 12),
        ({}, {"use_type": UseType.RETAIL}, {"same_kind": {"retail": 1}}, "diversity", 4),
        ({}, {"use_type": UseType.RETAIL}, {"same_kind": {"retail": 2}}, "diversity", 0),
        ({}, {"use_type": UseType.RETAIL}, {"same_kind": {"retail": 9}}, "diversity", -2),
        ({}, {"public_value": ["culture", "social", "regional", "research"]}, {}, "public", 10),
        ({}, {"footfall": 3}, {}, "footfall", 6),
        ({}, {"footfall": 3}, {}, "ring", 12),
        ({}, {"use_type": UseType.OFFICE}, {}, "ring", 0),
        ({}, {"budget_cents_month": 55_000}, {}, "owner", 2),
        ({"area_m2": 90, "rent_cents_m2": 100}, {}, {}, "fit", 4),
        ({}, {"evaluates": True}, {}, "learning", 3),
        ({}, {"wants_permanent": True}, {}, "permanence", 2),
    ],
)
def test_criteria_give_points_by_the_definition(unit, request_, situation, key, points):
    """
    Numbers worked out by hand from the definitions.
    """
    found = suitability(plain.unit(**unit), plain.use_request(**request_), CitySettings(), plain.situation(**situation))

    assert {finding.key: finding.points for finding in found.criteria}[key] == points


def test_only_a_place_for_deliveries_earns_the_value_of_a_hub():
    """
    Logistics says what a hub here is worth; a studio gets nothing of it.
    """

    def points(use_type):
        request = plain.use_request(use_type=use_type)
        found = suitability(plain.unit(), request, CitySettings(), plain.situation(), hub_share=800)
        return {finding.key: finding.points for finding in found.criteria}["hub"]

    assert points(UseType.MICRO_HUB) == 4
    assert points(UseType.STUDIO) == 0


def test_a_rent_a_little_above_the_budget_is_a_caution():
    """
    15 % is what negotiation closes; beyond that the rule objects (see above).
    """
    found = suitability(plain.unit(rent_cents_m2=1400), plain.use_request(), CitySettings(), plain.situation())

    assert [str(f.reason) for f in found.findings if f.weight == Weight.CAUTION] == [
        "Rent 840 € a month is a little above the budget of 800 €."
    ]
