"""The clock enters tours as windows: tables of ways for the planner, and each leg as it is ridden. Knows the network.

The table of a class uses only streets that are open during the whole shift. A stop that can only be reached at certain
hours gets its own delivery window as its hours: the legs that touch it use the streets open all that time, and the
window is cut so that riding in and out lies within it, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from routing.message import BadInput, Message
from routing.streets.model import UNREACHABLE, Path, Period, Snap, VehicleClass
from routing.tours.problem import Window
from routing.tours.travel import Travel

if TYPE_CHECKING:
    from routing.streets.network import Network  # numba takes two seconds to load: only where ways are asked

Point = tuple[float, float]
PeriodOf = Callable[[int, int], Period]  # from elapsed seconds of the planned day


@dataclass(frozen=True, slots=True)
class Wanted:
    """A place that a tour may visit: the hubs that ride there, and its delivery window in elapsed seconds."""

    point: Point
    hubs: frozenset[int]  # numbers of places
    window: Window


@dataclass(frozen=True, slots=True)
class Ways:
    """How one class of vehicle gets from place to place on one day.

    ``hours`` names the places that are tied to certain hours, ``cut`` by how
    much riding in and out shortens their windows (seconds).
    """

    network: Network
    vehicle: VehicleClass
    points: tuple[Point, ...]
    shift: Period
    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]
    hours: Mapping[int, Period] = field(default_factory=dict)
    cut: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    pace_percent: int = 100  # of the speeds of the street map

    @property
    def travel(self) -> Travel:
        """The tables as the planner wants them."""
        return Travel(self.seconds, self.metres)

    def window(self, place: int, wanted: Window) -> Window | Message:
        """The window within which a place can be served, or why there is none."""
        into, out = self.cut.get(place, (0, 0))
        opens, closes = wanted.opens_s + into, wanted.closes_s - out
        if opens >= closes:
            return Message("The streets there are open too short a time for the way in and out.")
        return Window(opens, closes)

    def leg(self, start: int, end: int) -> Path:
        """The ride between two places, over the streets that its times in the table stand for."""
        if self.points[start] == self.points[end]:
            return Path(0, 0, (self.points[end],), ())
        during = self.hours.get(start) or self.hours.get(end) or self.shift
        path = self.network.path(self.points[start], self.points[end], self.vehicle, during=during)
        return replace(path, seconds=_at_pace(path.seconds, self.pace_percent))

    def snap(self, place: int) -> Snap:
        """Where the vehicle stops for a place, on the streets that its legs use."""
        return self.network.snap(self.points[place], self.vehicle, during=self.hours.get(place) or self.shift)

    def why_not(self, hub: int, place: int) -> Message | None:
        """Why nobody gets from a hub to a place and back; None: one does."""
        for start, end in ((hub, place), (place, hub)):
            if self.seconds[start, end] < 0:
                try:
                    self.leg(start, end)
                except BadInput as refusal:
                    return refusal.message
        return None

    def objection(self, start: int, end: int, leaves_s: int) -> Message | None:
        """Why the leg may not be ridden from this second on: a street of it is closed when it is ridden."""
        if self.points[start] == self.points[end]:
            return None
        during = self.hours.get(start) or self.hours.get(end) or self.shift
        points = self.points[start], self.points[end]
        return self.network.objection(*points, self.vehicle, during=during, leaves_s=leaves_s)

    def open_from_to(self, start: int, end: int) -> tuple[int, int]:
        """Between which elapsed seconds the leg may be ridden."""
        periods = [self.hours[place] for place in (start, end) if place in self.hours] or [self.shift]
        return max(period.starts_s for period in periods), min(period.ends_s for period in periods)


def ways(
    network: Network, vehicle: VehicleClass, hubs: Sequence[Point], wanted: Sequence[Wanted], period_of: PeriodOf,
    shift: tuple[int, int], *, pace_percent: int = 100,
) -> Ways:  # fmt: skip
    """Tables over all places: first the hubs, then the wanted ones; times at the pace at which this town rides.

    Raises BadInput for a point that is not on the map.
    """
    points = (*hubs, *(one.point for one in wanted))
    during = period_of(*shift)
    table = network.matrix(points, vehicle, during=during)
    seconds, metres = _table_at_pace(table.seconds, pace_percent), table.metres.copy()
    hours: dict[int, Period] = {}
    cut: dict[int, tuple[int, int]] = {}
    for place, one in enumerate(wanted, start=len(hubs)):
        if any(_there_and_back(seconds, hub, place) for hub in one.hubs):
            continue
        own = period_of(one.window.opens_s, one.window.closes_s)
        then = network.matrix(points, vehicle, during=own)
        if any(_there_and_back(then.seconds, hub, place) for hub in one.hubs):
            slow = _table_at_pace(then.seconds, pace_percent)
            _tie(seconds, metres, slow, then.metres, place, [*hours], same={p for p in hours if hours[p] == own})
            hours[place] = own
            cut[place] = _longest(seconds[:, place]), _longest(seconds[place])
    return Ways(network, vehicle, points, during, seconds, metres, hours, cut, pace_percent)


def _at_pace(seconds: int, percent: int) -> int:
    return -(-seconds * 100 // percent)


def _table_at_pace(seconds: NDArray[np.int32], percent: int) -> NDArray[np.int32]:
    return np.where(seconds > 0, -(-seconds.astype(np.int64) * 100 // percent), seconds).astype(np.int32)


def _there_and_back(seconds: NDArray[np.int32], hub: int, place: int) -> bool:
    return bool(seconds[hub, place] >= 0 and seconds[place, hub] >= 0)


def _tie(
    seconds: NDArray[np.int32], metres: NDArray[np.int32], then_seconds: NDArray[np.int32],
    then_metres: NDArray[np.int32], place: int, tied: list[int], *, same: set[int],
) -> None:  # fmt: skip
    """Legs that touch a place use the streets of its hours; between places of different hours nobody rides."""
    for table, then in ((seconds, then_seconds), (metres, then_metres)):
        table[place, :], table[:, place] = then[place, :], then[:, place]
        for other in tied:
            if other not in same:
                table[place, other] = table[other, place] = UNREACHABLE


def _longest(legs: NDArray[np.int32]) -> int:
    return max(0, int(legs.max()))


def check_place(network: Network, hub: Point, place: Point, hours: Period) -> None:
    """A cargo bike gets from a hub to a place and back, around the clock or during these hours.

    Raises BadInput with a sentence that says what is wrong: outside the map,
    latitude and longitude swapped, too far from any street, no way.
    """
    for start, end in ((hub, place), (place, hub)):
        try:
            network.reach(start, end, VehicleClass.CARGO_BIKE)
        except BadInput:
            network.reach(start, end, VehicleClass.CARGO_BIKE, during=hours)
