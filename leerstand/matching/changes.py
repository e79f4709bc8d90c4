"""What would have to change so that a request could come into a shop: the smallest change for each obstacle. Pure.

Each obstacle is undone by itself on copies of shop and request, and the rules
are asked again, so nothing is promised that the rules would not keep.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from city.settings import CitySettings
from leerstand.aptitude import aptitude
from leerstand.models import CARGO_BIKE_DOOR_CM, Unit, UseRequest
from leerstand.rules import euros, largest_m2, period, suitability
from leerstand.situation import Situation
from leerstand.what_if import copy_of, copy_of_request
from routing.message import Message


@dataclass(frozen=True)
class Tried:
    """A shop and a request in which something may be changed."""

    unit: Unit
    request: UseRequest
    place: Situation
    settings: CitySettings


Change = Callable[[Tried], tuple[Message, Tried]]


def changes(unit: Unit, request: UseRequest, settings: CitySettings, place: Situation) -> tuple[list[Message], bool]:
    """One sentence per obstacle, and whether the pair fits once all of it is done."""
    tried = Tried(copy_of(unit), copy_of_request(request), place, settings)
    said: list[Message] = []
    for _ in range(len(CHANGES)):
        obstacles = suitability(tried.unit, tried.request, settings, tried.place).obstacles
        if not obstacles:
            return said, True
        change = CHANGES.get(obstacles[0].key)
        if change is None:
            return said, False
        message, tried = change(tried)
        said.append(message)
    return said, False


def _area(t: Tried) -> tuple[Message, Tried]:
    has, least, most = t.unit.area_m2, t.request.area_min_m2, largest_m2(t.request, t.settings)
    if has < least:
        t.request.area_min_m2 = has
        t.request.area_ideal_m2 = max(has, min(t.request.area_ideal_m2, has))
        return Message(
            "The applicant makes do with %(has)d m²: %(less)d m² less.", {"has": has, "less": least - has}
        ), t
    t.request.area_max_m2 = has
    t.request.area_ideal_m2 = max(t.request.area_ideal_m2, -(-has // t.settings.max_area_factor))
    return Message("The room is divided, or the applicant takes %(more)d m² more.", {"more": has - most}), t


def _rent(t: Tried) -> tuple[Message, Tried]:
    most = t.request.budget_cents_month * (100 + t.settings.rent_tolerance_percent) // 100
    less = t.unit.rent_cents_month - most
    t.unit.rent_cents_m2 = most // max(1, t.unit.area_m2)
    values = {"less": euros(less), "rent": euros(most)}
    return Message("The rent falls by %(less)s € to %(rent)s € a month, or a subsidy pays that much.", values), t


def _start(t: Tried) -> tuple[Message, Tried]:
    starts, _ = period(t.unit, t.request, t.place, t.settings)
    weeks = -(-(starts - t.request.latest_start).days // 7)
    t.request.latest_start = starts
    return Message("It may begin %(weeks)d weeks later, on %(starts)s.", {"weeks": weeks, "starts": starts}), t


def _duration(t: Tried) -> tuple[Message, Tried]:
    starts, ends = period(t.unit, t.request, t.place, t.settings)
    missing = t.request.duration_min_weeks - max(0, (ends - starts).days) // 7
    until = None if t.place.free_until is None else t.place.free_until + timedelta(weeks=missing)
    return (
        Message("The owner offers the shop %(weeks)d weeks longer.", {"weeks": missing}),
        replace(t, place=replace(t.place, free_until=until)),
    )


def _hub(t: Tried) -> tuple[Message, Tried]:
    if t.unit.area_m2 < t.settings.hub_min_area_m2:
        less = t.settings.hub_min_area_m2
        smaller = replace(t, settings=replace(t.settings, hub_min_area_m2=t.unit.area_m2))
        return Message("The city allows hubs of less than %(least)d m².", {"least": less}), smaller
    t.unit.step_free, t.unit.door_width_cm = True, max(CARGO_BIKE_DOOR_CM, t.unit.door_width_cm)
    return Message("A level entrance with a door of %(needs)d cm is built.", {"needs": CARGO_BIKE_DOOR_CM}), t


def _fitting(name: str, text: str) -> Change:
    """Something that is put in, or that the owner or the applicant gives up."""

    def change(t: Tried) -> tuple[Message, Tried]:
        value = t.request.needs_power_kw if name == "power_kw" else True
        setattr(t.unit, name, value)
        return Message(text, {"needs": t.request.needs_power_kw}), t

    return change


def _floor(t: Tried) -> tuple[Message, Tried]:
    t.request.ground_floor_only = False
    return Message("The applicant accepts a room that is not at street level."), t


def _owner(t: Tried) -> tuple[Message, Tried]:
    t.unit.excluded_uses = []
    return Message("The owner allows this use."), t


def _neighbour(t: Tried) -> tuple[Message, Tried]:
    quieter = replace(t.place, quiet_neighbour="")
    return Message("Sound insulation, or hours at which the neighbour is closed."), replace(t, place=quieter)


def _aptitude(t: Tried) -> tuple[Message, Tried]:
    """Build what is missing; where that is not enough, the city would have to ask for less."""
    better = copy_of(t.unit)
    better.own_entrance = better.second_exit = better.light_from_two_sides = True
    score = aptitude(better, t.place).score
    if score >= t.settings.housing_least_points:
        words = (
            "An entrance of its own, a second escape route and windows to a second side are built, as far as missing."
        )
        return Message(words), replace(t, unit=better)
    score = aptitude(t.unit, t.place).score
    lower = replace(t.settings, housing_least_points=score)
    return Message("The city allows housing from %(points)d points on.", {"points": score}), replace(t, settings=lower)


def _outside_in(t: Tried) -> tuple[Message, Tried]:
    first = Message("%(address)s and all shops beyond it become flats first.", {"address": t.place.kept_further_out})
    return first, replace(t, place=replace(t.place, kept_further_out=""))


def _zone(t: Tried) -> tuple[Message, Tried]:
    t.request.noise = 0
    return Message("The use becomes quieter."), t


CHANGES: dict[str, Change] = {
    "area": _area,
    "rent": _rent,
    "start": _start,
    "duration": _duration,
    "hub": _hub,
    "aptitude": _aptitude,
    "outside_in": _outside_in,
    "floor": _floor,
    "exit": _fitting("second_exit", "A second escape route is built."),
    "owner": _owner,
    "neighbour": _neighbour,
    "zone": _zone,
    "step_free": _fitting("step_free", "A ramp makes the entrance step-free."),
    "water": _fitting("water", "Water is laid on."),
    "heating": _fitting("heating", "Heating is put in."),
    "exhaust_air": _fitting("exhaust_air", "An exhaust duct is built."),
    "power": _fitting("power_kw", "The connection is raised to %(needs)d kW."),
    "delivery_door": _fitting("delivery_door", "A door for deliveries is built."),
}
