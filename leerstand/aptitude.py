"""How well a shop would do as a flat (Wohnbegabung), with a reason for every point. Pure.

What counts is the city's list for the edge of the centre; how much each part
counts is our own assumption. What only the neighbours decide, from the outside
in, is a rule of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from city.settings import CitySettings
from leerstand.kinds import Floor, Ring, UseType, Zone
from leerstand.models import Unit, UseRequest
from leerstand.situation import Situation
from routing.message import N_, Message

PLACE, LIGHT, QUIET_EVENING, RETREAT, ENTRANCE, EXIT = 20, 20, 15, 15, 10, 10  # with the area: 100
ZONE_POINTS = {Zone.WA: 10, Zone.MU: 8, Zone.MI: 8, Zone.MK: 0}  # quiet at night: TA Lärm 6.1, 40 to 45 dB(A)


@dataclass(frozen=True, slots=True)
class Part:
    """One reason: whether it speaks for living here, and its points of at most so many."""

    reason: Message
    points: int
    most: int


@dataclass(frozen=True, slots=True)
class Aptitude:
    """All reasons together, 0 to 100 points."""

    parts: tuple[Part, ...]

    @property
    def score(self) -> int:
        """The sum."""
        return sum(part.points for part in self.parts)

    def level(self, settings: CitySettings) -> str:
        """``good``, ``fair`` or ``poor``, as the city draws the lines."""
        if self.score >= settings.housing_good_points:
            return "good"
        return "fair" if self.score >= settings.housing_least_points else "poor"


def aptitude(unit: Unit, situation: Situation) -> Aptitude:
    """Ask everything that can be known of the room and its surroundings."""
    upstairs = unit.floor == Floor.UPPER
    return Aptitude(
        (
            _part(unit.ring != Ring.CORE, PLACE, N_("Lies outside the core."), N_("Lies in the core.")),
            _part(unit.light_from_two_sides, LIGHT, N_("Daylight from two sides."), N_("Daylight from one side only.")),
            _evening(situation),
            _part(
                upstairs or situation.retreat,
                RETREAT,
                N_("No shop front in use lies further out."),
                N_("Further out shop fronts are in use."),
            ),
            _part(unit.own_entrance, ENTRANCE, N_("An entrance of its own."), N_("No entrance of its own.")),
            _part(unit.second_exit, EXIT, N_("A second escape route."), N_("No second escape route.")),
            Part(
                Message("Building area %(zone)s.", {"zone": unit.baunvo_zone.value}),
                ZONE_POINTS[unit.baunvo_zone],
                max(ZONE_POINTS.values()),
            ),
        )
    )


def _part(holds: bool, most: int, yes: str, no: str) -> Part:
    return Part(Message(yes if holds else no), most if holds else 0, most)


def _evening(situation: Situation) -> Part:
    if situation.evening_neighbour:
        said = Message("A restaurant is near: %(address)s.", {"address": situation.evening_neighbour})
        return Part(said, 0, QUIET_EVENING)
    return Part(Message("No restaurant is near."), QUIET_EVENING, QUIET_EVENING)


def is_housing(request: UseRequest) -> bool:
    """Whether the room would be lived in: no shop window any more."""
    return request.use_type == UseType.HOUSING


def gives_up_front(unit: Unit, request: UseRequest) -> bool:
    """Whether a front at street level would be converted for good."""
    return is_housing(request) and unit.floor == Floor.GROUND
