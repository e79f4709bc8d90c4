"""Turn restrictions (Abbiegegebote und -verbote) put into the turn graph: over a node and over whole ways. Pure.

A restriction over a way is a ban on a sequence of three or more lanes. The lanes in the middle get
copies that only those enter who come from the first lane; the copies lack the banned way out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from routing.streets.model import VEHICLES, VehicleClass
from routing.streets.osm import TurnRule
from routing.streets.segments import Segments
from routing.streets.turns import STRAIGHT_DEGREES, Turns, lane_ends

BIKE, VAN, FOOT = (1 << VEHICLES.index(v) for v in (VehicleClass.CARGO_BIKE, VehicleClass.E_VAN, VehicleClass.FOOT))
# A restriction binds vehicles, not those on foot; lorries and buses are none of ours.
BOUND_BY_SUFFIX = {
    "": BIKE | VAN, "vehicle": BIKE | VAN, "bicycle": BIKE, "foot": FOOT,
    "motor_vehicle": VAN, "motorcar": VAN, "goods": VAN,
}  # fmt: skip
VAN_EXCEPTIONS = {"motorcar", "motor_vehicle", "goods", "destination", "delivery"}


def bound_classes(rule: TurnRule) -> int:
    """Bit mask of the vehicle classes that must obey."""
    key = rule.tags["applies"].removeprefix("restriction").strip(":").removesuffix("conditional").strip(":")
    kind = rule.tags.get("type", "").removeprefix("restriction").strip(":")
    bound = BOUND_BY_SUFFIX.get(key or kind, 0)
    exempt = {word.strip() for word in rule.tags.get("except", "").split(";")}
    if "bicycle" in exempt:
        bound &= ~BIKE
    if exempt & VAN_EXCEPTIONS:
        bound &= ~VAN
    return bound


def restrict(turns: Turns, segments: Segments, rules: list[TurnRule]) -> Turns:
    """The turn graph with every rule obeyed that lies within the map."""
    graph = _Graph(turns, segments)
    ways = [rule for rule in rules if rule.via_ways]
    for rule in rules:
        if rule.via_node is not None and rule.via_node in segments.junction_of:
            graph.ban_at(segments.junction_of[rule.via_node], rule)
    for rule in ways:
        for sequence in graph.sequences(rule):
            graph.ban_along(sequence, rule)
    return graph.turns()


class TimedColumns(TypedDict):
    """The columns of ``Turns`` for what binds at certain hours only."""

    timed: NDArray[np.int32]
    timed_for: NDArray[np.uint8]
    timed_by: NDArray[np.int32]
    hours: tuple[str, ...]


class _Graph:
    """The turn graph while restrictions are put in; new arcs and copies are appended."""

    def __init__(self, turns: Turns, segments: Segments) -> None:
        self.base = turns
        self.may = turns.may.copy()
        self.begins, self.ends = lane_ends(segments)
        self.way_at_end = _interleaved(segments.end_way, segments.start_way)
        self.way_at_begin = _interleaved(segments.start_way, segments.end_way)
        self.via_way = np.repeat(np.array([t.via_way for t in segments.traits], np.int64)[segments.trait], 2)
        by_via = self.ends[turns.tail]
        self._by_via = np.argsort(by_via, kind="stable")
        self._via_first = np.concatenate(([0], np.cumsum(np.bincount(by_via, minlength=len(segments.blocked)))))
        self._out_first = np.searchsorted(turns.tail, np.arange(turns.count + 1))
        self._copy_lane: list[int] = []
        self._copies: dict[int, list[int]] = {}
        self._new_out: dict[int, list[int]] = {}
        self._new: list[tuple[int, int, int, int]] = []  # tail, head, base arc (angle and penalty), may
        self._timed: dict[int, list[tuple[int, str]]] = {}  # arc → classes and hours

    def ban_at(self, junction: int, rule: TurnRule) -> None:
        """Take away turns at one junction."""
        arcs = self._by_via[self._via_first[junction] : self._via_first[junction + 1]]
        tail, head = self.base.tail[arcs], self.base.head[arcs]
        leaves = np.isin(self.way_at_end[tail], rule.from_ways)
        enters = np.isin(self.way_at_begin[head], rule.to_ways) & self._fits(rule, arcs)
        if rule.kind.startswith("no_"):
            banned = leaves & enters
        else:
            banned = leaves & ~enters if (leaves & enters).any() else np.zeros(len(arcs), np.bool_)
        for arc in arcs[banned].tolist():
            self._ban(arc, rule)

    def _ban(self, arc: int, rule: TurnRule) -> None:
        """At all hours, or at those of the rule."""
        if rule.hours:
            self._timed.setdefault(arc, []).append((bound_classes(rule), rule.hours))
        else:
            self._set_may(arc, self._may(arc) & ~bound_classes(rule) & 0xFF)

    def _fits(self, rule: TurnRule, arcs: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Where a way passes through the junction, the kind of the rule tells which of its two ends is meant."""
        degrees = self.base.degrees[arcs]
        round_again = (self.base.tail[arcs] ^ 1) == self.base.head[arcs]
        if rule.kind.endswith("_u_turn"):
            return round_again if set(rule.from_ways) == set(rule.to_ways) else np.ones(len(arcs), np.bool_)
        if set(rule.from_ways) != set(rule.to_ways):
            return ~round_again
        if rule.kind.endswith("_left_turn"):
            return ~round_again & (degrees > STRAIGHT_DEGREES)
        if rule.kind.endswith("_right_turn"):
            return ~round_again & (degrees < -STRAIGHT_DEGREES)
        return ~round_again

    def sequences(self, rule: TurnRule) -> list[tuple[int, ...]]:
        """Lanes from the first way over the ways between, up to where the last way begins."""
        goals = {int(j) for j in self.begins[np.isin(self.way_at_begin, rule.to_ways)]}
        between = np.flatnonzero(np.isin(self.via_way, rule.via_ways))
        after: dict[int, list[int]] = {}
        for lane in between:
            after.setdefault(int(self.begins[lane]), []).append(int(lane))
        starts = [int(lane) for lane in np.flatnonzero(np.isin(self.way_at_end, rule.from_ways))]
        found = (self._over(lane, after, goals) for lane in starts if int(self.ends[lane]) in after)
        return [sequence for sequence in found if sequence]

    def _over(self, start: int, after: dict[int, list[int]], goals: set[int]) -> tuple[int, ...]:
        """Breadth first over the ways between, without turning round."""
        waiting: list[tuple[int, ...]] = [(start,)]
        seen = {start, start ^ 1}
        while waiting:
            sequence = waiting.pop(0)
            if len(sequence) > 1 and int(self.ends[sequence[-1]]) in goals:
                return sequence
            for lane in after.get(int(self.ends[sequence[-1]]), ()):
                if lane not in seen:
                    seen.update((lane, lane ^ 1))
                    waiting.append((*sequence, lane))
        return ()

    def ban_along(self, sequence: tuple[int, ...], rule: TurnRule) -> None:
        """Give those who come from the first lane copies of the lanes between, without the banned way out."""
        bound = bound_classes(rule)
        if not bound:
            return
        for node in [sequence[0], *self._copies.get(sequence[0], [])]:
            for arc in self._out(node):
                if self._lane(self._head(arc)) == sequence[1] and self._may(arc) & bound:
                    self._detour(arc, sequence[1:], rule, bound)

    def _detour(self, arc: int, between: tuple[int, ...], rule: TurnRule, bound: int) -> None:
        copy, original = self._copy(between[0]), self._head(arc)
        self._add(self._tail(arc), copy, arc, self._may(arc) & bound)
        self._set_may(arc, self._may(arc) & ~bound)
        for lane in between[1:]:
            further, next_original = self._copy(lane), -1
            for out in self._out(original):
                head = self._head(out)
                if self._lane(head) == lane:
                    self._add(copy, further, out, self._may(out) & bound)
                    next_original = head
                else:
                    self._go_on(copy, out, rule, banned=rule.kind.startswith("only_"))
            if next_original < 0:
                return
            copy, original = further, next_original
        for out in self._out(original):
            last = self._lane(self._head(out))
            meant = bool(np.isin(self.way_at_begin[last], rule.to_ways)) and last != (between[-1] ^ 1)
            self._go_on(copy, out, rule, banned=meant == rule.kind.startswith("no_"))

    def _go_on(self, copy: int, out: int, rule: TurnRule, *, banned: bool) -> None:
        """From a copy as from its original, unless the rule bans it; at the rule's hours, if it has any."""
        if not banned or rule.hours:
            self._add(copy, self._head(out), out, self._may(out) & bound_classes(rule))
        if banned and rule.hours:
            self._ban(len(self.may) + len(self._new) - 1, rule)

    def _copy(self, lane: int) -> int:
        node = self.base.count + len(self._copy_lane)
        self._copy_lane.append(lane)
        self._copies.setdefault(lane, []).append(node)
        self._new_out[node] = []
        return node

    def _add(self, tail: int, head: int, like: int, may: int) -> None:
        base_arc = like if like < len(self.may) else self._new[like - len(self.may)][2]
        arc = len(self.may) + len(self._new)
        self._new_out.setdefault(tail, []).append(arc)
        if like in self._timed:
            self._timed[arc] = list(self._timed[like])
        self._new.append((tail, head, base_arc, may))

    def _out(self, node: int) -> list[int]:
        own = range(self._out_first[node], self._out_first[node + 1]) if node < self.base.count else ()
        return [*own, *self._new_out.get(node, ())]

    def _tail(self, arc: int) -> int:
        return int(self.base.tail[arc]) if arc < len(self.may) else self._new[arc - len(self.may)][0]

    def _head(self, arc: int) -> int:
        return int(self.base.head[arc]) if arc < len(self.may) else self._new[arc - len(self.may)][1]

    def _may(self, arc: int) -> int:
        return int(self.may[arc]) if arc < len(self.may) else self._new[arc - len(self.may)][3]

    def _set_may(self, arc: int, may: int) -> None:
        if arc < len(self.may):
            self.may[arc] = may
        else:
            self._new[arc - len(self.may)] = (*self._new[arc - len(self.may)][:3], may)

    def _lane(self, node: int) -> int:
        return node if node < self.base.count else self._copy_lane[node - self.base.count]

    def turns(self) -> Turns:
        if not self._new:
            return replace(self.base, may=self.may, **self._timed_columns())
        tail, head, like, may = (np.array(column, np.int64) for column in zip(*self._new, strict=True))
        return Turns(
            lane_of=np.append(self.base.lane_of, np.array(self._copy_lane, np.int32)),
            tail=np.append(self.base.tail, tail.astype(np.int32)),
            head=np.append(self.base.head, head.astype(np.int32)),
            degrees=np.append(self.base.degrees, self.base.degrees[like]),
            may=np.append(self.may, may.astype(np.uint8)),
            penalty_ms=np.concatenate((self.base.penalty_ms, self.base.penalty_ms[like])),
            **self._timed_columns(),
        )

    def _timed_columns(self) -> TimedColumns:
        rows = [(arc, bound, hours) for arc, told in self._timed.items() for bound, hours in told]
        texts = tuple(dict.fromkeys(hours for _, _, hours in rows))
        return {
            "timed": np.array([arc for arc, _, _ in rows], np.int32),
            "timed_for": np.array([bound for _, bound, _ in rows], np.uint8),
            "timed_by": np.array([texts.index(hours) for _, _, hours in rows], np.int32),
            "hours": texts,
        }


def _interleaved(even: NDArray[np.int64], odd: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.stack((even, odd), axis=1).ravel()
