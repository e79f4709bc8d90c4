"""What the plan of shops weighs and how far it may go. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from city.settings.kinds import number, switch, weight
from routing.message import N_


@dataclass(frozen=True)
class MatchingNumbers:
    """What the plan of shops weighs and how far it may go."""

    section: ClassVar[str] = N_("Matching")

    weight_transition: int = weight(18, label=N_("Matching: short time empty"))
    weight_gap: int = weight(14, label=N_("Matching: gaps closed in the core"))
    weight_stretch: int = weight(4, label=N_("Matching: no two empty shops in a row"))
    weight_ring: int = weight(12, label=N_("Matching: right place between core and edge"))
    weight_diversity: int = weight(12, label=N_("Matching: mix of the street"))
    weight_public: int = weight(10, label=N_("Matching: public value"))
    weight_fit: int = weight(8, label=N_("Matching: size fits"))
    weight_footfall: int = weight(6, label=N_("Matching: draws people"))
    weight_owner: int = weight(6, label=N_("Matching: rent covered"))
    weight_hub: int = weight(5, label=N_("Matching: shorter deliveries"))
    weight_learning: int = weight(3, label=N_("Matching: something to learn"))
    weight_permanence: int = weight(2, label=N_("Matching: may stay for good"))
    core_first: bool = switch(
        False,
        label=N_("First close the gaps in the core, then count points"),
        source=N_("the city's own plan for its centre"),
    )
    max_new_hubs: int = number(
        2, label=N_("New micro-hubs in one plan"), unit=N_("hubs"), source=N_("own assumption"), least=0, most=50
    )
    max_same_per_street: int = number(
        2,
        label=N_("New uses of one kind per street and plan"),
        unit=N_("uses"),
        source=N_("own assumption"),
        least=1,
        most=50,
    )
    hub_full_saving_percent: int = number(
        25,
        label=N_("A hub that saves so much of the cost of deliveries gets all its points"),
        unit=N_("%"),
        source=N_("own assumption"),
        least=1,
        most=100,
    )
    change_penalty: int = number(
        5,
        label=N_("A change of the plan must be worth more than"),
        unit=N_("points"),
        source=N_("own assumption: every change costs calls and trust"),
        least=0,
        most=100,
    )
    match_search_s: int = number(
        10, label=N_("Search time for the plan of shops"), unit=N_("s"), source=N_("own assumption"), least=1, most=300
    )
