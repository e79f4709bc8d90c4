"""What a plan is worth, and which match earns which part of it: the points that a person can add up. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from leerstand.matching.problem import Chosen, MatchingProblem


def credited(problem: MatchingProblem, pairs: Iterable[int]) -> tuple[Chosen, ...]:
    """The matches, strongest first, with their share of what the plan earns as a whole.

    Within a group the strongest match counts as the first of its kind; of two
    neighbours that break up a dead stretch the stronger one earns the points.
    """
    ranked = sorted(pairs, key=lambda pair: (-int(problem.points[pair]), pair))
    stretches = _stretches(problem, ranked)
    seen: dict[int, int] = defaultdict(int)
    matches = []
    for pair in ranked:
        group = int(problem.group[pair])
        already = 0 if group < 0 else int(problem.stock[group]) + seen[group]
        step = problem.step(group, seen[group] if group >= 0 else 0)
        matches.append(Chosen(pair, step, already, stretches.get(pair, 0)))
        seen[group] += 1
    return tuple(matches)


def _stretches(problem: MatchingProblem, ranked: list[int]) -> dict[int, int]:
    """By match: the points of dead neighbours that are no longer two in a row because of it."""
    if not len(problem.fronts) or not problem.snapshots:
        return {}
    strongest: dict[tuple[int, int], int] = {}  # the first match of a shop on a snapshot
    rank = {pair: place for place, pair in enumerate(ranked)}
    for pair in ranked:
        for snapshot in np.flatnonzero(problem.covers[pair]).tolist():
            strongest.setdefault((int(problem.unit[pair]), snapshot), pair)
    earned: dict[int, int] = defaultdict(int)
    for one, other, points in problem.fronts.tolist():
        for snapshot in range(len(problem.snapshots)):
            there = [strongest[key] for key in ((one, snapshot), (other, snapshot)) if key in strongest]
            if there:
                earned[min(there, key=rank.__getitem__)] += points
    return dict(earned)


def value(problem: MatchingProblem, pairs: Iterable[int]) -> int:
    """Points of a whole plan, counted with numpy; the same as what :func:`credited` adds up to."""
    chosen = np.fromiter(pairs, dtype=np.int64)
    if not len(chosen):
        return 0
    whole = int(problem.points[chosen].sum())
    groups, counts = np.unique(problem.group[chosen], return_counts=True)
    for group, count in zip(groups.tolist(), counts.tolist(), strict=True):
        whole += sum(problem.step(group, nth if group >= 0 else 0) for nth in range(count))
    return whole + _fronts_alive(problem, chosen)


def _fronts_alive(problem: MatchingProblem, chosen: np.ndarray) -> int:
    if not len(problem.fronts) or not problem.snapshots:
        return 0
    alive = np.zeros((problem.units, len(problem.snapshots)), dtype=bool)
    np.logical_or.at(alive, problem.unit[chosen], problem.covers[chosen])
    one, other, points = problem.fronts.T
    return int((points[:, None] * (alive[one] | alive[other])).sum())


class Room:
    """What is still possible beside the matches taken so far; for plans built step by step."""

    def __init__(self, problem: MatchingProblem) -> None:
        self.problem = problem
        self.chosen: list[int] = []
        self._of_unit: dict[int, list[int]] = defaultdict(list)
        self._requests: set[int] = set()
        self.groups: dict[int, int] = defaultdict(int)
        self._hubs = self._spent = 0
        self._excluded: dict[int, set[int]] = defaultdict(set)
        self._needs: dict[int, list[int]] = defaultdict(list)
        self._converted: set[int] = set()
        for one, other in problem.conflicts.tolist():
            self._excluded[one].add(other)
            self._excluded[other].add(one)
        for pair, unit in problem.follows.tolist():
            self._needs[pair].append(unit)

    def objection(self, pair: int) -> str:
        """Why this candidate cannot be added: the name of what stands in the way; empty when it can."""
        problem, group = self.problem, int(self.problem.group[pair])
        if int(problem.request[pair]) in self._requests:
            return "request"
        if not self._fits(pair):
            return "unit"
        if group >= 0 and self.groups[group] >= problem.caps[group]:
            return "group"
        if problem.hub[pair] and self._hubs >= problem.max_hubs:
            return "hubs"
        if self._spent + int(problem.cost[pair]) > problem.budget:
            return "budget"
        if self._excluded[pair].intersection(self.chosen):
            return "neighbour"
        if any(unit not in self._converted for unit in self._needs[pair]):
            return "outside_in"
        return ""

    def _fits(self, pair: int) -> bool:
        problem, unit = self.problem, int(self.problem.unit[pair])
        there = [other for other in self._of_unit[unit] if problem.share_a_moment(other, pair)]
        return int(problem.size[pair]) + sum(int(problem.size[one]) for one in there) <= int(problem.capacity[unit])

    def take(self, pair: int) -> None:
        """Add a candidate that nothing stands against."""
        problem, unit = self.problem, int(self.problem.unit[pair])
        self.chosen.append(pair)
        self._of_unit[unit].append(pair)
        self._requests.add(int(problem.request[pair]))
        self.groups[int(problem.group[pair])] += 1
        self._hubs += bool(problem.hub[pair])
        self._spent += int(problem.cost[pair])
        if problem.converts[pair]:
            self._converted.add(unit)


def take_quotas(room: Room) -> None:
    """What the city asks for at least, kind by kind: its best candidates for which there is room."""
    problem = room.problem
    for group in np.flatnonzero(problem.quotas).tolist():
        mine = np.flatnonzero(problem.group == group)
        for pair in mine[np.argsort(-problem.points[mine], kind="stable")].tolist():
            if room.groups[group] < problem.quotas[group] and not room.objection(pair):
                room.take(pair)


def ranked_list(problem: MatchingProblem) -> list[int]:
    """Take the best remaining pair until none fits: what a list of suggestions would give. Where the search starts.

    What is pinned comes first, then requests that must get a place.
    """
    room = Room(problem)
    ranked = np.argsort(-problem.points, kind="stable")
    must = ranked[np.isin(problem.request[ranked], problem.placed)]
    for pair in (*problem.pinned.tolist(), *must.tolist()):
        if not room.objection(pair):
            room.take(pair)
    take_quotas(room)
    for pair in ranked.tolist():
        if room.objection(pair):
            continue
        group = int(problem.group[pair])
        if problem.points[pair] + problem.step(group, room.groups[group] if group >= 0 else 0) > 0:
            room.take(pair)
    return room.chosen
