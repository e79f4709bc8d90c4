"""The rounds of a tour: what a bike carries between one loading at its hub and the next. Pure: rows in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from logistics.kinds import Ride
from logistics.models import Hub, Shipment, Stop, Tour

TIGHT_PERCENT = 75  # of what the bikes carry: beyond it boxes and windows rarely let one load each be enough


@dataclass(frozen=True, slots=True)
class Round:
    """One round (Runde): its stops in the order ridden, and what is loaded for it.

    ``reload`` is how the bike comes back for it, as ``Tour.reloads`` keeps it,
    ``way`` how it gets there; ``None`` for the first round.
    """

    number: int  # from 1
    stops: tuple[Stop, ...]
    reload: dict[str, int] | None = None
    way: dict[str, Any] | None = None

    @property
    def parcels(self) -> int:
        """How many parcels are loaded for it."""
        return sum(stop.shipment.parcels for stop in self.loaded)

    @property
    def load_g(self) -> int:
        """How much they weigh."""
        return sum(stop.shipment.weight_g for stop in self.loaded)

    @property
    def load_ml(self) -> int:
        """How much room they take."""
        return sum(stop.shipment.volume_ml for stop in self.loaded)

    @property
    def loaded(self) -> list[Stop]:
        """The stops whose goods come from the hub."""
        return [stop for stop in self.stops if stop.shipment.ride != Ride.PICKUP]


def rounds_of(tour: Tour, *, ways: bool = False) -> list[Round]:
    """The rounds of a tour, the first one first. ``ways``: with the ways to the hub, where they were loaded."""
    reloads = tour.reloads or []
    ends = [*(one["after"] for one in reloads), len(tour.stops)]
    found, begins = [], 0
    for number, end in enumerate(ends, start=1):
        reload = reloads[number - 2] if number > 1 else None
        way = tour.reload_ways[number - 2] if reload is not None and ways else None
        found.append(Round(number, tuple(tour.stops[begins:end]), reload, way))
        begins = end
    return found


def lines_of(tour: Tour) -> list[list[list[float]]]:
    """The line of every leg of a tour: to the stops, to the hub between two rounds, and home."""
    found = []
    for one in rounds_of(tour, ways=True):
        found += [one.way["line"]] if one.way else []
        found += [stop.line for stop in one.stops]
    return [*found, tour.back_line]


def may_need_more(hub: Hub, shipments: Iterable[Shipment], *, without: Collection[int] = ()) -> bool:
    """Whether one load for each bike of a hub may be too little: too much for them, or some of it ready too late.

    ``without``: ids of bikes that are not there.
    """
    bikes = [bike for bike in hub.vehicles if bike.id not in without]
    goods = [one for one in shipments if one.hub_id == hub.id and one.ride != Ride.PICKUP]
    if not goods or not bikes:
        return False
    too_much = any(
        100 * sum(getattr(one, size) for one in goods)
        > TIGHT_PERCENT * sum(getattr(bike, room) for bike in hub.vehicles)
        for size, room in (("weight_g", "payload_g"), ("volume_ml", "volume_ml"))
    )
    return too_much or max(one.ready_s for one in goods) > min(bike.starts_s for bike in bikes)


def round_at(tour: Tour, position: int) -> int:
    """In which round, from 1, the stop at a position (from 1) is ridden."""
    return 1 + sum(one["after"] < position for one in tour.reloads or ())


def behind(tour: Tour, reported: int, settled: Iterable[Stop]) -> int:
    """How many reloads are over: so many were reported, or a stop of a later round was."""
    ridden = [round_at(tour, stop.position) - 1 for stop in settled]
    return min(len(tour.reloads or ()), max([reported, *ridden]))
