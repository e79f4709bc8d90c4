"""Two plans of one day side by side: figures, and which shipment has another bike or hour. Changes nothing.

What is different is computed in one place, ``routing.tours.differences``; here rows become plans for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from logistics import board
from logistics.models import DayPlan, Hub, Shipment, Stop
from routing.message import Message
from routing.tours import differences as routing_differences
from routing.tours.differences import Differences, OrderChange
from routing.tours.plan import Plan, Tour, Unserved, Visit

NOTICED_S = 10 * 60  # between two plans of a day an arrival that moves by less is no change to anybody


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
class Changed:
    """A shipment that stands elsewhere than before: bikes and clock seconds, as ``OrderChange`` has them."""

    shipment: Shipment
    change: OrderChange


def figures(plan: DayPlan) -> Figures:
    """The figures of a plan in the database."""
    found = routing_differences.totals(as_plan(plan))
    return Figures(found.tours, found.served, found.unserved, plan.metres, plan.cost_cents, plan.co2e_g)


def differences(before: DayPlan, after: DayPlan, *, noticed_s: int = NOTICED_S) -> Differences:
    """What changed between two plans; bikes by their name beside others, shipments by their number."""
    return routing_differences.differences(as_plan(before), as_plan(after), noticed_s=noticed_s)


def changes(before: DayPlan, after: DayPlan, *, noticed_s: int = NOTICED_S) -> list[Changed]:
    """Every shipment that has another bike, comes so much earlier or later, is served or no more; gravest first."""
    shipments = {shipment.reference: shipment for plan in (before, after) for shipment in _shipments(plan)}
    return [Changed(shipments[one.order], one) for one in differences(before, after, noticed_s=noticed_s).orders]


def as_plan(plan: DayPlan) -> Plan:
    """The rows of a plan as the planner knows plans, in clock seconds."""
    tours = tuple(
        Tour(
            vehicle=board.bike_of(tour),
            start_hub=tour.vehicle.hub.name,
            end_hub=tour.vehicle.hub.name,
            departs_s=tour.departs_s,
            visits=tuple(map(_visit, tour.stops)),
            returns_s=tour.returns_s,
            metres=tour.metres,
            cost_cents=tour.cost_cents,
        )
        for tour in plan.tours
    )
    left = tuple(Unserved(one.shipment.reference, Message(one.reason, one.reason_values)) for one in plan.unserved)
    return Plan(tours, left, plan.cost_cents, plan.engine, plan.seed, plan.search_s, plan.iterations)


def _visit(stop: Stop) -> Visit:
    return Visit(stop.shipment.reference, stop.arrives_s, stop.starts_s, stop.departs_s, 0, 0)


def _shipments(plan: DayPlan) -> Iterable[Shipment]:
    for tour in plan.tours:
        yield from (stop.shipment for stop in tour.stops)
    yield from (left.shipment for left in plan.unserved)


def both_on_a_map(before: DayPlan | None, after: DayPlan | None, hubs: Iterable[Hub]) -> dict[str, Any]:
    """The tours of both plans: the earlier ones as broken lines beneath."""
    lines = [
        {"kind": "before", "number": number, "line": board.tour_line(tour), "title": ""}
        for number, tour in enumerate(before.tours if before else [], start=1)
    ]
    drawn = board.day_map(after, hubs)
    return {**drawn, "lines": [*lines, *drawn["lines"]]}


def as_words(found: Figures) -> Mapping[str, int]:
    """Figures as a job keeps them."""
    return {name: getattr(found, name) for name in Figures.__slots__}
