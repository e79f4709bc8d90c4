"""The one cost model: what every lane and turn costs a vehicle class while certain windows are open. Pure.

Matrix, line and words all read from here, so they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from routing.streets.access import Access, Pattern, Use
from routing.streets.model import VEHICLES, Period, VehicleClass
from routing.streets.packing import DETOUR, FAR, packed
from routing.streets.segments import Segments, Trait
from routing.streets.speeds import Speeds
from routing.streets.turns import Turns

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class LaneCosts:
    """Per lane: packed cost from end to end (``FAR``: closed), whether it is pushed, and its destination zone.

    ``zone`` is -1 on ordinary streets; a connected set of streets that only those may enter who have
    business there has one number.
    """

    cost: Ints
    push: NDArray[np.bool_]
    zone: NDArray[np.int32]

    @property
    def open(self) -> NDArray[np.bool_]:
        return self.cost < FAR


class OpenUses(tuple[tuple[Use, Use], ...]):
    """For each conditional trait, along and against: the key of a cost model."""


class CostModel:
    """Computes lane and arc costs for a vehicle class and the windows that are open."""

    def __init__(self, segments: Segments, turns: Turns, speeds: Speeds) -> None:
        self._segments, self._turns, self._speeds = segments, turns, speeds
        self._fixed = _use_table(segments.traits)
        self._conditional = [k for k, trait in enumerate(segments.traits) if trait.pattern.conditions]
        self._length_dm = np.repeat(np.maximum(np.rint(segments.length_m * 10), 1).astype(np.int64), 2)

    def uses(self, vehicle: VehicleClass, period: Period | None) -> OpenUses:
        """What the conditional streets allow at every moment of the period; None: at every moment there is."""
        k = VEHICLES.index(vehicle)
        traits = self._segments.traits
        return OpenUses(_worst(states_during(traits[t].pattern, period), k) for t in self._conditional)

    def widest(self, vehicle: VehicleClass) -> OpenUses:
        """What the conditional streets allow at their best moment."""
        k = VEHICLES.index(vehicle)
        return OpenUses(_best(self._segments.traits[t].pattern.states, k) for t in self._conditional)

    def lanes(self, vehicle: VehicleClass, uses: OpenUses) -> LaneCosts:
        """Costs of all lanes under these uses."""
        kmh, push, destination = (table[:, VEHICLES.index(vehicle)].copy() for table in self._fixed)
        for trait, pair in zip(self._conditional, uses, strict=True):
            for side, use in enumerate(pair):
                kmh[trait, side], push[trait, side], destination[trait, side] = use
        rows = self._segments.trait
        lane_kmh, lane_push = kmh[rows].ravel(), push[rows].ravel()
        is_open = lane_kmh > 0
        ms = np.ones(len(lane_kmh), np.int64)
        lengths = np.repeat(self._segments.length_m, 2)
        ms[is_open] = np.maximum(np.rint(lengths[is_open] * 3600 / lane_kmh[is_open]), 1)
        cost = np.where(is_open, packed(ms, self._length_dm), FAR)
        return LaneCosts(cost, lane_push, self._zones(destination[rows].ravel() & is_open))

    def _zones(self, destination: NDArray[np.bool_]) -> NDArray[np.int32]:
        lane_of, tail, head = self._turns.lane_of, self._turns.tail, self._turns.head
        tail, head = lane_of[tail], lane_of[head]
        within = destination[tail] & destination[head]
        shape = (len(destination), len(destination))
        links = coo_array((np.ones(within.sum(), np.int8), (tail[within], head[within])), shape=shape)
        _, labels = connected_components(links, directed=False)
        return np.where(destination, labels, -1).astype(np.int32)

    def arcs(self, vehicle: VehicleClass, lanes: LaneCosts) -> Ints:
        """Cost of every arc: the turn and the whole lane it enters."""
        k, turns = VEHICLES.index(vehicle), self._turns
        tail, head = turns.lane_of[turns.tail], turns.lane_of[turns.head]
        dismounts = (
            lanes.push[head] & ~lanes.push[tail] if vehicle is VehicleClass.CARGO_BIKE else np.zeros(len(tail), bool)
        )
        turn_ms = turns.penalty_ms[:, k].astype(np.int64) + dismounts * self._speeds.dismount_ms
        entering = (lanes.zone[head] >= 0) & (lanes.zone[tail] != lanes.zone[head])
        cost = lanes.cost[head] + packed(turn_ms, np.zeros_like(turn_ms)) + np.where(entering, DETOUR, 0)
        usable = ((turns.may >> k) & 1).astype(bool) & lanes.open[head] & lanes.open[tail]
        return np.where(usable, cost, FAR)


def states_during(pattern: Pattern, period: Period | None) -> list[Access]:
    """Every state the pattern is in at some moment of the period."""
    if not pattern.conditions:
        return [pattern.states[0]]
    if period is None:
        truths = [condition.truths(None) for condition in pattern.conditions]
        return [pattern.states[_mask(holds)] for holds in product(*truths)]
    stretches = [_told(condition, period) for condition in pattern.conditions]
    cuts = sorted({start for told in stretches for start, _, _ in told})
    masks: set[int] = set()
    for at in cuts:
        masks.update(_mask(holds) for holds in product(*(_at(told, at) for told in stretches)))
    return [pattern.states[mask] for mask in sorted(masks)]


Told = list[tuple[int, int, frozenset[bool]]]


def _told(condition, period: Period) -> Told:  # type: ignore[no-untyped-def]
    if condition.maybe or condition.rules is None:
        return [(-(1 << 40), 1 << 40, condition.truths(period))]
    return [(start, end, frozenset((holds,))) for start, end, holds in condition.stretches(period)]


def _at(told: Told, at: int) -> frozenset[bool]:
    return next((truths for start, end, truths in told if start <= at < end), told[0][2])


def _mask(holds: tuple[bool, ...]) -> int:
    return sum(1 << k for k, true in enumerate(holds) if true)


def _worst(states: list[Access], k: int) -> tuple[Use, Use]:
    return (
        reduce(Use.worse, (state.along[k] for state in states)),
        reduce(Use.worse, (state.against[k] for state in states)),
    )


def _best(states: tuple[Access, ...], k: int) -> tuple[Use, Use]:
    return max(state.along[k] for state in states), max(state.against[k] for state in states)


def _use_table(traits: tuple[Trait, ...]) -> tuple[NDArray, NDArray, NDArray]:
    """kmh, push, destination: tables traits × classes × (along, against); of conditional traits the first state."""
    rows = [
        [(state.along[k], state.against[k]) for k in range(len(VEHICLES))]
        for state in (t.pattern.states[0] for t in traits)
    ]
    table = np.array(rows, np.float64).reshape(len(traits), len(VEHICLES), 2, 3)
    return table[..., 0], table[..., 1].astype(bool), table[..., 2].astype(bool)
