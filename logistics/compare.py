"""Two plans of one day side by side: figures, and which shipment has another bike or hour. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from logistics import board
from logistics.models import DayPlan, Hub, Stop, Tour

NOTICED_S = 10 * 60  # an arrival that moves by less is no change to anybody


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan comes to."""

    tours: int
    served: int
    unserved: int
    metres: int
    cost_cents: int
    co2e_g: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a shipment stands in a plan: bike and arrival; both ``None``: without a bike."""

    bike: str | None
    arrives_s: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """A shipment that stands elsewhere than before; ``None``: it was not booked then, or is not any more."""

    reference: str
    address: str
    before: Place | None
    after: Place | None


def figures(plan: DayPlan) -> Figures:
    """The figures of a plan in the database."""
    served = sum(len(tour.stops) for tour in plan.tours)
    return Figures(len(plan.tours), served, len(plan.unserved), plan.metres, plan.cost_cents, plan.co2e_g)


def changes(before: DayPlan, after: DayPlan) -> list[Change]:
    """Every shipment that has another bike, comes at least ten minutes earlier or later, is served or no more."""
    old, new = dict(_places(before)), dict(_places(after))
    found = []
    for reference in sorted(old | new):
        was, is_ = old.get(reference), new.get(reference)
        if _differ(was and was[1], is_ and is_[1]):
            address = (is_ or was or ("", None))[0]
            found.append(Change(reference, address, was and was[1], is_ and is_[1]))
    return found


def both_on_a_map(before: DayPlan | None, after: DayPlan | None, hubs: Iterable[Hub]) -> dict[str, Any]:
    """The tours of both plans: the earlier ones as broken lines beneath."""
    lines = [
        {"kind": "before", "number": number, "line": board.tour_line(tour), "title": ""}
        for number, tour in enumerate(before.tours if before else [], start=1)
    ]
    drawn = board.day_map(after, hubs)
    return {**drawn, "lines": [*lines, *drawn["lines"]]}


def _places(plan: DayPlan) -> Iterable[tuple[str, tuple[str, Place]]]:
    for tour in plan.tours:
        for stop in tour.stops:
            yield stop.shipment.reference, (stop.shipment.address, _place(tour, stop))
    for left in plan.unserved:
        yield left.shipment.reference, (left.shipment.address, Place(None, None))


def _place(tour: Tour, stop: Stop) -> Place:
    return Place(board.bike_of(tour), stop.arrives_s)


def _differ(was: Place | None, is_: Place | None) -> bool:
    if was is None or is_ is None or was.bike != is_.bike:
        return was != is_
    return abs((was.arrives_s or 0) - (is_.arrives_s or 0)) >= NOTICED_S


def as_words(found: Figures) -> Mapping[str, int]:
    """Figures as a job keeps them."""
    return {name: getattr(found, name) for name in Figures.__slots__}
