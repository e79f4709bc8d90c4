"""The words this room speaks: points, vehicles, periods, and the answers it gives. Pure data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.message import BadInput, Message

UNREACHABLE = -1  # in the tables of a Matrix
DAY_S = 24 * 3600

Point = tuple[float, float]  # latitude, longitude in degrees, WGS 84


class VehicleClass(StrEnum):
    """Who moves (Fahrzeugklasse): what it may enter and how fast it is."""

    CARGO_BIKE = "cargo_bike"  # Lastenrad, up to 1 m wide; ridden, or pushed where riding is forbidden
    E_VAN = "e_van"  # elektrischer Lieferwagen up to 3.5 t
    FOOT = "foot"  # zu Fuß, also with a handcart


VEHICLES = tuple(VehicleClass)


class ZoneUse(StrEnum):
    """What an area of the city allows while its rule holds (Zugangszone)."""

    CLOSED = "closed"  # gesperrt
    PUSH = "push"  # bikes are pushed, vans stay out
    DESTINATION = "destination"  # only who has business there
    RIDE = "ride"  # at walking pace, whatever the signs say


class Bounds(NamedTuple):
    """The box around a map, degrees."""

    south: float
    west: float
    north: float
    east: float

    def contains(self, point: Point, *, margin: float = 0.0) -> bool:
        lat, lon = point
        return (
            self.south - margin <= lat <= self.north + margin
            and self.west - margin / self.lat_factor <= lon <= self.east + margin / self.lat_factor
        )

    @property
    def lat_factor(self) -> float:
        """How much shorter a degree of longitude is here than one of latitude."""
        return max(math.cos(math.radians((self.south + self.north) / 2)), 0.01)


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of one day (Zeitraum), half-open, in seconds elapsed since local midnight of ``day``.

    ``holidays`` are the public holidays of the Land near this day (for rules that name
    them); ``zone`` turns elapsed seconds into the clock on the traffic sign, so that the
    days on which the clocks change are right.
    """

    day: date
    starts_s: int
    ends_s: int
    holidays: frozenset[date] = frozenset()
    zone: str = "Europe/Berlin"

    def __post_init__(self) -> None:
        if not 0 <= self.starts_s < self.ends_s <= 3 * DAY_S:
            raise BadInput(
                "The period from second %(starts)d to %(ends)d is not possible: it must start before it ends, "
                "at most three days after midnight.",
                starts=self.starts_s,
                ends=self.ends_s,
            )


@dataclass(frozen=True, slots=True)
class Snap:
    """Where a point meets the street network: the legal stop nearest to it, and how far that is."""

    point: Point
    distance_m: int
    street: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """All pairs: n × n tables of whole seconds and metres, ``UNREACHABLE`` where there is no way, zero diagonal.

    Seconds count the walk between a point and its stop at both ends; metres count the ride only.
    """

    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]


class Manoeuvre(StrEnum):
    """What to do at a step; the courier's page draws an arrow from it."""

    DEPART = "depart"
    STRAIGHT = "straight"
    SLIGHT_LEFT = "slight_left"
    SLIGHT_RIGHT = "slight_right"
    LEFT = "left"
    RIGHT = "right"
    SHARP_LEFT = "sharp_left"
    SHARP_RIGHT = "sharp_right"
    U_TURN = "u_turn"
    ROUNDABOUT = "roundabout"
    DISMOUNT = "dismount"
    RIDE_ON = "ride_on"
    ARRIVE = "arrive"


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction, valid from ``at`` for ``metres`` and ``seconds`` until the next one."""

    message: Message
    metres: int
    seconds: int
    at: Point
    manoeuvre: Manoeuvre
    street: str


@dataclass(frozen=True, slots=True)
class Path:
    """A ride along real streets; ``seconds`` and ``metres`` equal the matrix and the sum of the steps."""

    seconds: int
    metres: int
    line: tuple[Point, ...]
    steps: tuple[Step, ...]


class Unreachable(BadInput):
    """There is no way between two points, for a reason that the sentence gives."""
