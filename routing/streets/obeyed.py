"""The independent check of a ride: at the second it is ridden, every street of it is open to the vehicle. Pure.

It asks signs and rules one by one at the moment of each street, without the costs, tables and patterns of open
windows that the search uses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from routing.message import Message
from routing.streets.costs import states_during
from routing.streets.model import VEHICLES, Period, VehicleClass, ZoneUse
from routing.streets.segments import Segments
from routing.streets.zones import AccessRule, Inside

TOLERANCE = 0.02  # of a street: how far a ride may lead into an area that begins there (a metre or so)


@dataclass(frozen=True, slots=True)
class Ridden:
    """A lane and the seconds, elapsed since midnight, in which it is ridden; ``begin`` to ``end`` are shares of its
    segment's line."""

    lane: int
    begin: float
    end: float
    from_s: int
    until_s: int


def objection(
    segments: Segments, rules: Mapping[AccessRule, Inside], vehicle: VehicleClass, ridden: Sequence[Ridden], day: Period
) -> Message | None:
    """The first street that is forbidden when it is ridden, with the reason; None: all is well."""
    for one in ridden:
        at = replace(day, starts_s=one.from_s, ends_s=max(one.until_s, one.from_s + 1))
        street = segments.traits[segments.trait[one.lane >> 1]].name or "–"
        rule = _rule_over(rules, vehicle, one, at)
        if rule is not None and rule.closes(vehicle):
            return Message("%(street)s is closed then: “%(closure)s”.", {"street": street, "closure": rule.name})
        opened = rule is not None and rule.use is ZoneUse.RIDE and rule.truths(at) == {True}
        if not opened and not _signs_allow(segments, vehicle, one, at):
            return Message("%(street)s may not be used then.", {"street": street})
    return None


def _signs_allow(segments: Segments, vehicle: VehicleClass, one: Ridden, at: Period) -> bool:
    k = VEHICLES.index(vehicle)
    states = states_during(segments.traits[segments.trait[one.lane >> 1]].pattern, at)
    return all((state.against if one.lane & 1 else state.along)[k].kmh > 0 for state in states)


def _rule_over(rules: Mapping[AccessRule, Inside], vehicle: VehicleClass, one: Ridden, at: Period) -> AccessRule | None:
    """The last rule that holds over this piece of street at some moment of these seconds."""
    found = None
    low, high = min(one.begin, one.end) + TOLERANCE, max(one.begin, one.end) - TOLERANCE
    for rule, inside in rules.items():
        if vehicle not in rule.vehicles or True not in rule.truths(at):
            continue
        place = int(inside.segments.searchsorted(one.lane >> 1))
        if place == len(inside.segments) or inside.segments[place] != one.lane >> 1:
            continue
        if rule.use is not ZoneUse.CLOSED or (low < inside.ends[place] and high > inside.begins[place]):
            found = rule
    return found
