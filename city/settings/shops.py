"""Which shop suits which wish, and how long a permit takes. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from city.settings.kinds import number, switch
from routing.message import N_


@dataclass(frozen=True)
class ShopNumbers:
    """Which shop suits which wish, and how long a permit takes."""

    section: ClassVar[str] = N_("Shops and permits")

    max_area_factor: int = number(
        3,
        label=N_("Largest shop for a wish, as a multiple of the ideal area"),
        unit=N_("times"),
        source=N_("own assumption: beyond that most of the shop stays empty"),
        least=1,
        most=10,
    )
    rent_tolerance_percent: int = number(
        15,
        label=N_("Rent may exceed the budget by"),
        unit=N_("%"),
        source=N_("own assumption: what negotiation closes"),
        least=0,
        most=100,
    )
    lead_none_weeks: int = number(
        0,
        label=N_("Lead time without a permit"),
        unit=N_("weeks"),
        source=N_("own assumption, to be confirmed by the city's building office"),
        least=0,
        most=52,
    )
    lead_heritage_weeks: int = number(
        6,
        label=N_("Lead time with a heritage permit"),
        unit=N_("weeks"),
        source=N_("own assumption, to be confirmed by the city's building office"),
        least=0,
        most=104,
    )
    lead_permit_weeks: int = number(
        12,
        label=N_("Lead time with a change-of-use permit"),
        unit=N_("weeks"),
        source=N_("own assumption, to be confirmed by the city's building office"),
        least=0,
        most=104,
    )
    neighbour_distance_m: int = number(
        20,
        label=N_("A loud use and a use that needs quiet are at least this far apart"),
        unit=N_("m"),
        source=N_("own assumption: the next house but one"),
        least=0,
        most=500,
    )
    second_exit_visitors: int = number(
        100,
        label=N_("A second escape route is needed for more visitors at a time than"),
        unit=N_("people"),
        source=N_("own assumption, to be confirmed by the city's building office"),
        least=0,
        most=10_000,
    )
    housing_least_points: int = number(
        40,
        label=N_("A shop may become a flat from"),
        unit=N_("points of 100"),
        source=N_("own assumption"),
        least=0,
        most=100,
    )
    housing_good_points: int = number(
        70,
        label=N_("A shop suits housing well from"),
        unit=N_("points of 100"),
        source=N_("own assumption"),
        least=0,
        most=100,
    )
    outside_in: bool = switch(
        True,
        label=N_("Shops become flats only from the outside in; otherwise it only brings points"),
        source=N_("the city's own plan for its centre"),
    )
    chain_outlets: int = number(
        5,
        label=N_("A provider counts as a chain from"),
        unit=N_("shops"),
        source=N_("bulwiengesa: five outlets and more"),
        least=2,
        most=100,
    )
    owner_link_days: int = number(
        30,
        label=N_("A link by which an owner answers works for"),
        unit=N_("days"),
        source=N_("own assumption"),
        least=1,
        most=180,
    )
    reminder_days: int = number(
        14,
        label=N_("An owner is reminded after"),
        unit=N_("days"),
        source=N_("own assumption: two weeks for an answer"),
        least=1,
        most=90,
    )
    subsidy_budget_eur: int = number(
        0,
        label=N_("Money for rent subsidies in one plan"),
        unit=N_("€"),
        source=N_("the city's own decision; 0: none"),
        least=0,
        most=10_000_000,
    )
    subsidy_share_percent: int = number(
        33,
        label=N_("A subsidy pays at most this share of the rent"),
        unit=N_("%"),
        source=N_("Lüneburg's funding rules for the inner city: a third"),
        least=0,
        most=100,
    )
    subsidy_most_eur_month: int = number(
        2000,
        label=N_("A subsidy pays at most"),
        unit=N_("€ a month"),
        source=N_("Lüneburg's funding rules for the inner city"),
        least=0,
        most=100_000,
    )
    stale_empty_days: int = number(
        90,
        label=N_("An empty shop is looked at again after"),
        unit=N_("days"),
        source=N_("own assumption: after a quarter an entry is doubtful"),
        least=7,
        most=1000,
    )
    stale_other_days: int = number(
        365,
        label=N_("Any other shop is looked at again after"),
        unit=N_("days"),
        source=N_("own assumption: after a year"),
        least=7,
        most=2000,
    )
