"""The one cost model: what every lane and turn costs a vehicle class while certain windows are open. Pure.

Matrix, line and words all read from here, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.streets import loops
from routing.streets.access import Access, Pattern, Use
from routing.streets.conditions import Condition, parse_condition
from routing.streets.groups import Groups
from routing.streets.model import VEHICLES, Period, VehicleClass, ZoneUse
from routing.streets.packing import DETOUR, FAR, LENGTH_BITS, packed
from routing.streets.segments import Segments, Trait
from routing.streets.speeds import Speeds
from routing.streets.turns import Turns
from routing.streets.zones import AccessRule, Inside

Ints = NDArray[np.int64]
WHOLE = (0.0, 1.0)
WINDOWS_KEPT = 1_000  # periods whose open windows are remembered
SIGNED_KEPT = 11  # patterns of windows whose lanes are remembered


@dataclass(frozen=True)
class LaneCosts:
    """Per lane: packed cost from end to end (``FAR``: closed), whether it is pushed, and its destination zone.

    ``zone`` is -1 on ordinary streets; a connected set of streets that only those may enter who have
    business there has one number. ``cuts`` are lanes that an area closes in part: nobody passes, but up to the
    first share and from the second on one may ride; ``uncut`` is their cost as if the area were not.
    ``signs``: which turn restrictions with hours bind.
    """

    cost: Ints
    push: NDArray[np.bool_]
    zone: NDArray[np.int32]
    cuts: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    uncut: Ints | None = None
    signs: tuple[bool, ...] = ()

    @property
    def through(self) -> LaneCosts:
        """The same as if no area closed a lane in part."""
        return self if self.uncut is None else LaneCosts(self.uncut, self.push, self.zone, signs=self.signs)

    @property
    def open(self) -> NDArray[np.bool_]:
        return self.cost < FAR


class OpenUses(NamedTuple):
    """The key of a cost model: what each conditional trait allows along and against, the rules that may hold, and
    which turn restrictions with hours may bind."""

    conditional: tuple[tuple[Use, Use], ...]
    rules: tuple[tuple[AccessRule, frozenset[bool]], ...]
    signs: tuple[bool, ...] = ()


class CostModel:
    """Computes lane and arc costs for a vehicle class and the windows that are open."""

    def __init__(self, segments: Segments, turns: Turns, speeds: Speeds) -> None:
        self._segments, self._turns, self._speeds = segments, turns, speeds
        self._rules: dict[AccessRule, Inside] = {}
        self._windows: dict[tuple[VehicleClass, Period | None], tuple[tuple[Use, Use], ...]] = {}  # with any rules
        self._signed: dict[tuple[VehicleClass, tuple[tuple[Use, Use], ...]], tuple[LaneUses, LaneCosts]] = {}
        self._fixed = _use_table(segments.traits)
        self._conditional = [k for k, trait in enumerate(segments.traits) if trait.pattern.conditions]
        patterns = [segments.traits[t].pattern for t in self._conditional]
        self._patterns = list(dict.fromkeys(patterns))
        self._pattern_of = [self._patterns.index(pattern) for pattern in patterns]
        self._length_dm = np.repeat(np.maximum(np.rint(segments.length_m * 10), 1).astype(np.int64), 2)
        self._length_m = np.repeat(segments.length_m, 2)
        self._hours = [condition for text in turns.hours if (condition := parse_condition(text))]
        self._tail, self._head = turns.lane_of[turns.tail], turns.lane_of[turns.head]
        self._leaving, self._entering = (Groups(keys, len(self._length_m)) for keys in (self._tail, self._head))
        self._clocked = np.flatnonzero(np.repeat(np.isin(segments.trait, self._conditional), 2))
        self._unclocked: dict[VehicleClass, tuple[LaneUses, Ints]] = {}

    @property
    def rules(self) -> Mapping[AccessRule, Inside]:
        """The city's own rules in their order, each with what lies inside it."""
        return self._rules

    def with_rules(self, rules: dict[AccessRule, Inside]) -> CostModel:
        """The same under the city's own rules, each with what lies inside it; later ones override earlier ones."""
        other = copy(self)
        other._rules = rules
        return other

    def uses(self, vehicle: VehicleClass, period: Period | None) -> OpenUses:
        """What is allowed at every moment of the period; None: at every moment there is."""
        if len(self._windows) > WINDOWS_KEPT:
            self._windows.clear()
        if (vehicle, period) not in self._windows:
            k = VEHICLES.index(vehicle)
            worst = [_worst(states_during(pattern, period), k) for pattern in self._patterns]
            self._windows[vehicle, period] = tuple(worst[number] for number in self._pattern_of)
        rules = self._rules_that(lambda rule: rule.truths(period), vehicle)
        signs = tuple(True in hours.truths(period) for hours in self._hours)
        return OpenUses(self._windows[vehicle, period], rules, signs)

    def widest(self, vehicle: VehicleClass) -> OpenUses:
        """What is allowed at the best moment of each street."""
        k = VEHICLES.index(vehicle)
        patterns = (self._segments.traits[t].pattern for t in self._conditional)
        return OpenUses(
            tuple(_best(pattern.states, k) for pattern in patterns),
            self._rules_that(lambda rule: frozenset((rule.use is ZoneUse.RIDE,)), vehicle),
            tuple(hours.truths(None) == {True} for hours in self._hours),
        )

    def closing(self, vehicle: VehicleClass, period: Period | None) -> tuple[AccessRule, ...]:
        """The rules that keep this vehicle out at some moment of the period; None: at every moment there is."""
        return tuple(
            rule
            for rule in self._rules
            if rule.closes(vehicle) and (True in rule.truths(period) if period else rule.truths(None) == {True})
        )

    def under(self, vehicle: VehicleClass, closures: tuple[AccessRule, ...]) -> LaneCosts:
        """Lanes at the best moment of each street, but with these rules in force."""
        widest = self.widest(vehicle)
        best = dict(widest.rules) | dict.fromkeys(closures, frozenset((True,)))
        rules = tuple((rule, best[rule]) for rule in self._rules if rule in best)
        return self.lanes(vehicle, OpenUses(widest.conditional, rules, widest.signs))

    def _rules_that(
        self, truths_of: Callable[[AccessRule], frozenset[bool]], vehicle: VehicleClass
    ) -> tuple[tuple[AccessRule, frozenset[bool]], ...]:
        told = ((rule, truths_of(rule)) for rule in self._rules if vehicle in rule.vehicles)
        return tuple((rule, truths) for rule, truths in told if True in truths)

    def changes(self, period: Period) -> set[int]:
        """The seconds of the period at which any window or rule opens or closes."""
        found = {second for rule in self._rules for second in rule.changes(period)}
        conditions = {c for t in self._conditional for c in self._segments.traits[t].pattern.conditions}
        for condition in conditions.union(self._hours):
            if condition.rules is not None:
                found |= {start for start, _, _ in condition.stretches(period) if start > period.starts_s}
        return found

    def lanes(self, vehicle: VehicleClass, uses: OpenUses) -> LaneCosts:
        """Costs of all lanes under these uses."""
        key = (vehicle, uses.conditional)
        signed = self._signed.get(key)
        if signed is None:
            signed = self._signed_lanes(vehicle, uses.conditional)
            self._signed = {**dict(list(self._signed.items())[-SIGNED_KEPT:]), key: signed}
        found = self._overridden(vehicle, *signed, uses.rules) if uses.rules else signed[1]
        return replace(found, signs=uses.signs) if uses.signs else found

    def _signed_lanes(
        self, vehicle: VehicleClass, conditional: tuple[tuple[Use, Use], ...]
    ) -> tuple[LaneUses, LaneCosts]:
        """As the signs in the map have it; only lanes with hours are worked out, the others are so at all times."""
        steady, steady_cost = self._steady(vehicle)
        table = np.array(conditional, np.float64).reshape(len(self._conditional), 2, 3)
        place = np.searchsorted(self._conditional, self._segments.trait[self._clocked >> 1])
        kmh, push, destination = table[place, self._clocked & 1].T
        uses, cost = LaneUses(steady.kmh.copy(), steady.push.copy(), steady.destination.copy()), steady_cost.copy()
        uses.kmh[self._clocked], uses.push[self._clocked] = kmh, push.astype(bool)
        uses.destination[self._clocked] = destination.astype(bool)
        cost[self._clocked] = self._cost(kmh, self._clocked)
        return uses, LaneCosts(cost, uses.push, self._zones(uses.destination & (uses.kmh > 0)))

    def _steady(self, vehicle: VehicleClass) -> tuple[LaneUses, Ints]:
        """Every lane without its hours, and what it costs then."""
        if vehicle not in self._unclocked:
            k, rows = VEHICLES.index(vehicle), self._segments.trait
            uses = LaneUses(*(table[:, k][rows].ravel() for table in self._fixed))
            self._unclocked[vehicle] = uses, self._cost(uses.kmh, np.arange(len(uses.kmh)))
        return self._unclocked[vehicle]

    def _overridden(
        self,
        vehicle: VehicleClass,
        signed: LaneUses,
        costs: LaneCosts,
        rules: tuple[tuple[AccessRule, frozenset[bool]], ...],
    ) -> LaneCosts:
        """The city's rules over the signs; only their lanes are worked out again."""
        uses = LaneUses(signed.kmh.copy(), signed.push.copy(), signed.destination.copy())
        cuts: dict[int, tuple[float, float]] = {}
        before: dict[int, float] = {}
        for rule, truths in rules:
            inside = self._rules[rule]
            lanes = np.concatenate((2 * inside.segments, 2 * inside.segments + 1))
            if rule.closes(vehicle):
                _cut(cuts, before, inside, uses.kmh)
            uses.overridden(lanes, rule.use, vehicle, self._speeds, sometimes=False in truths)
        changed = np.flatnonzero(uses.kmh != signed.kmh)
        cost = costs.cost.copy()
        cost[changed] = self._cost(uses.kmh[changed], changed)
        cuts = {lane: cut for lane, cut in cuts.items() if cost[lane] >= FAR and cut != WHOLE}
        limited = uses.destination & (uses.kmh > 0)
        same = np.array_equal(limited, signed.destination & (signed.kmh > 0))
        zone = costs.zone if same else self._zones(limited)
        return LaneCosts(cost, uses.push, zone, cuts, self._uncut(cost, cuts, before) if cuts else None)

    def _uncut(self, cost: Ints, cuts: Mapping[int, tuple[float, float]], before: Mapping[int, float]) -> Ints:
        lanes = np.array(list(cuts), np.int64)
        uncut = cost.copy()
        uncut[lanes] = self._cost(np.array([before[lane] for lane in cuts], np.float64), lanes)
        return uncut

    def _cost(self, kmh: NDArray[np.float64], lanes: Ints) -> Ints:
        """Packed cost of these lanes at these speeds."""
        with np.errstate(divide="ignore"):
            ms = np.maximum(np.rint(self._length_m[lanes] * 3600 / kmh), 1)
        return np.where(kmh > 0, packed(np.where(kmh > 0, ms, 0).astype(np.int64), self._length_dm[lanes]), FAR)

    def _zones(self, destination: NDArray[np.bool_]) -> NDArray[np.int32]:
        """Each connected set of destination lanes has its first lane as its number, under all costs; -1 elsewhere."""
        found: NDArray[np.int32] = loops.joined(destination, self._tail, self._head)
        return found

    def arcs(self, vehicle: VehicleClass, lanes: LaneCosts) -> Ints:
        """Cost of every arc: the turn and the whole lane it enters."""
        return self._arcs(vehicle, lanes, np.arange(len(self._tail)))

    def arcs_beside(
        self, vehicle: VehicleClass, lanes: LaneCosts, near: LaneCosts, near_arcs: Ints
    ) -> tuple[Ints, Ints]:
        """The arcs that cost something else than under near lanes, and the costs of all."""
        other = (lanes.cost != near.cost) | (lanes.push != near.push) | (lanes.zone != near.zone)
        beside = self._touching(np.flatnonzero(other))
        if lanes.signs != near.signs:
            beside = np.union1d(beside, self._turns.timed)
        cost = near_arcs.copy()
        cost[beside] = self._arcs(vehicle, lanes, beside)
        return beside[cost[beside] != near_arcs[beside]], cost

    def loose_arcs(self, vehicle: VehicleClass, lanes: LaneCosts, arcs: Ints) -> tuple[Ints, Ints]:
        """The costs of all arcs, as if no area closed a lane in part; once for all, once only out of such lanes."""
        if not lanes.cuts:
            return arcs, arcs
        beside = self._touching(np.array(list(lanes.cuts)))
        loose, leaving = arcs.copy(), arcs.copy()
        loose[beside] = self._arcs(vehicle, lanes.through, beside)
        leaving[beside] = np.where(lanes.cost[self._head[beside]] < FAR, loose[beside], FAR)
        return loose, leaving

    def _touching(self, lanes: Ints) -> Ints:
        """The arcs that leave or enter any of these lanes."""
        touched = np.zeros(len(self._tail), np.bool_)
        touched[self._leaving.of(lanes)[0]] = touched[self._entering.of(lanes)[0]] = True
        return np.flatnonzero(touched)

    def _arcs(self, vehicle: VehicleClass, lanes: LaneCosts, which: Ints) -> Ints:
        k, tail, head = VEHICLES.index(vehicle), self._tail[which], self._head[which]
        turn_ms = self._turns.penalty_ms[which, k].astype(np.int64)
        if vehicle is VehicleClass.CARGO_BIKE:
            turn_ms += (lanes.push[head] & ~lanes.push[tail]) * self._speeds.dismount_ms
        zone = lanes.zone[head]
        entering = (zone >= 0) & (lanes.zone[tail] != zone)
        cost = lanes.cost[head] + (turn_ms << LENGTH_BITS) + np.where(entering, DETOUR, 0)
        usable = ((self._may(lanes.signs)[which] >> k) & 1).astype(bool)
        usable &= (lanes.cost[head] < FAR) & (lanes.cost[tail] < FAR)
        return np.where(usable, cost, FAR)

    def _may(self, signs: tuple[bool, ...]) -> NDArray[np.uint8]:
        """Who may take each turn while these of the restrictions with hours bind."""
        if not any(signs):
            return self._turns.may
        binding = np.array(signs)[self._turns.timed_by]
        may = self._turns.may.copy()
        np.bitwise_and.at(may, self._turns.timed[binding], ~self._turns.timed_for[binding])
        return may


@dataclass
class LaneUses:
    """How every lane may be used, while it is worked out."""

    kmh: NDArray[np.float64]
    push: NDArray[np.bool_]
    destination: NDArray[np.bool_]

    def overridden(self, lanes: Ints, use: ZoneUse, vehicle: VehicleClass, speeds: Speeds, *, sometimes: bool) -> None:
        """Put a rule of the city over the map's signs; ``sometimes``: the worse of the two counts."""
        kmh, push, destination = self.kmh[lanes], self.push[lanes], self.destination[lanes]
        if use is ZoneUse.CLOSED or (use is ZoneUse.PUSH and vehicle is VehicleClass.E_VAN):
            new_kmh, new_push, new_destination = np.zeros_like(kmh), push, destination
        elif use is ZoneUse.PUSH and vehicle is VehicleClass.CARGO_BIKE:
            new_kmh, new_push, new_destination = np.minimum(kmh, speeds.push_kmh), np.ones_like(push), destination
        elif use is ZoneUse.DESTINATION:
            new_kmh, new_push, new_destination = kmh, push, np.ones_like(destination)
        elif use is ZoneUse.RIDE and vehicle is not VehicleClass.FOOT:
            ridden = np.where(push | (kmh == 0), speeds.walking_pace_kmh, kmh)
            new_kmh, new_push, new_destination = ridden, np.zeros_like(push), np.zeros_like(destination)
        else:
            return
        if sometimes:
            new_kmh = np.minimum(kmh, new_kmh)  # closed is 0
            new_push, new_destination = push | new_push, destination | new_destination
        self.kmh[lanes], self.push[lanes], self.destination[lanes] = new_kmh, new_push, new_destination


def _cut(
    cuts: dict[int, tuple[float, float]], before: dict[int, float], inside: Inside, kmh: NDArray[np.float64]
) -> None:
    """Note which part of each lane an area closes, in the lane's own direction, and how fast it was."""
    for segment, low, high in zip(inside.segments.tolist(), inside.begins.tolist(), inside.ends.tolist(), strict=True):
        for lane, begin, end in ((2 * segment, low, high), (2 * segment + 1, 1.0 - high, 1.0 - low)):
            if kmh[lane] > 0:
                before[lane] = float(kmh[lane])
            if lane in before:
                first, last = cuts.get(lane, (1.0, 0.0))
                cuts[lane] = min(first, begin), max(last, end)


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


@lru_cache(maxsize=512)
def _told(condition: Condition, period: Period) -> Told:
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
