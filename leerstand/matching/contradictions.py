"""Why not everything that is fixed can be kept: the fewest decisions that stand against each other. Pure.

Each limit of the town (room in a shop, a cap, the hubs, the budget …) can be
switched off in a small CP-SAT model over the fixed requests alone. The fewest
requests that cannot all have their place are found by implicit hitting sets
(after Ignatiev, Previti, Liffiton and Marques-Silva 2015, "Smallest MUS
extraction with minimal hitting set dualization"); the limits that stand in
their way by leaving out one after the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from leerstand.matching.problem import MatchingProblem
from leerstand.matching.worth import Room, take_quotas

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

MOST_ROUNDS = 60  # of the search for the fewest; beyond, a set of which none can be spared is named
LOOK_S = 5.0  # for one question; they take milliseconds


class LimitKind(StrEnum):
    """What several decisions together may run into."""

    ROOM = "room"
    CAP = "cap"
    QUOTA = "quota"
    HUBS = "hubs"
    BUDGET = "budget"
    NEIGHBOURS = "neighbours"
    OUTSIDE_IN = "outside_in"


@dataclass(frozen=True, order=True)
class Limit:
    """One limit; ``which`` is the shop whose room it is, or the group with a cap or a quota."""

    kind: LimitKind
    which: int = 0


@dataclass(frozen=True)
class Jam:
    """Requests (by index) that cannot all have their place, and the limits that stand against it.

    Without requests it is the limits that contradict each other.
    """

    requests: tuple[int, ...]
    limits: tuple[Limit, ...]


def jam(problem: MatchingProblem) -> Jam | None:
    """The fewest of the requests that must get a place which cannot all get one; None when all can."""
    if not (len(problem.placed) or problem.quotas.any()) or _fit_at_once(problem):
        return None
    search = _Search(problem)
    everything = search.limits
    requests = search.fewest()
    if requests is None:
        return None
    return Jam(requests, search.needed(requests, everything))


def _fit_at_once(problem: MatchingProblem) -> bool:
    """Whether they fit when taken one after the other, the dearest or the shortest first: the usual case."""
    mine = np.flatnonzero(np.isin(problem.request, problem.placed))
    lasts = problem.ends - problem.starts
    for order in (np.lexsort((lasts[mine], problem.starts[mine])), np.lexsort((problem.starts[mine], lasts[mine]))):
        room, served = Room(problem), set[int]()
        for pair in mine[order].tolist():
            if not room.objection(pair):
                room.take(pair)
                served.add(int(problem.request[pair]))
        take_quotas(room)
        asked = np.flatnonzero(problem.quotas).tolist()
        if len(served) == len(problem.placed) and all(room.groups[group] >= problem.quotas[group] for group in asked):
            return True
    return False


class _Search:
    """Asks which requests can have their place together, under which limits."""

    def __init__(self, problem: MatchingProblem) -> None:
        self.problem = problem
        self.pinned = tuple(problem.placed.tolist())
        asked = np.isin(problem.group, np.flatnonzero(problem.quotas))
        self._concerned = np.flatnonzero(np.isin(problem.request, problem.placed) | problem.converts | asked)

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """All limits that the candidates of these requests can run into."""
        units, groups = np.unique(self.problem.unit[self._concerned]), np.unique(self.problem.group[self._concerned])
        return (
            *(Limit(LimitKind.ROOM, unit) for unit in units.tolist()),
            *(Limit(LimitKind.CAP, group) for group in groups.tolist() if group >= 0),
            *(Limit(LimitKind.QUOTA, group) for group in np.flatnonzero(self.problem.quotas).tolist()),
            *(Limit(kind) for kind in LimitKind if kind not in (LimitKind.ROOM, LimitKind.CAP, LimitKind.QUOTA)),
        )

    def fewest(self) -> tuple[int, ...] | None:
        """The smallest set of requests that cannot all have their place; None when all can."""
        spared: list[frozenset[int]] = []  # of each of these at least one request is in every such set
        for _ in range(MOST_ROUNDS):
            some = _meeting(spared)
            kept = self.most(some, self.limits)
            if kept is None:
                return tuple(sorted(some))
            if len(kept) == len(self.pinned):
                return None
            spared.append(frozenset(self.pinned) - kept)
        return self._none_to_spare()

    def _none_to_spare(self) -> tuple[int, ...]:
        """Requests that cannot all have their place, while all but any one of them can; cheap ones go first."""
        cost = np.zeros(self.problem.requests, dtype=np.int64)
        np.maximum.at(cost, self.problem.request, self.problem.cost)
        left = sorted(self.pinned, key=lambda request: int(cost[request]))
        for request in list(left):
            fewer = [other for other in left if other != request]
            if self.most(fewer, self.limits) is None:
                left = fewer
        return tuple(sorted(left))

    def needed(self, requests: Collection[int], limits: Iterable[Limit]) -> tuple[Limit, ...]:
        """Of the limits those without which the requests could all have their place."""
        left = list(limits)
        for limit in list(left):
            fewer = [other for other in left if other != limit]
            if self.most(requests, fewer) is None:
                left = fewer
        return tuple(left)

    def most(self, requests: Collection[int], limits: Iterable[Limit]) -> frozenset[int] | None:
        """As many requests as can have their place together with those given; None when these cannot."""
        from ortools.sat.python import cp_model  # takes a moment to load: only where something is wrong

        model, in_force = cp_model.CpModel(), set(limits)
        taken = {pair: model.new_bool_var("") for pair in self._concerned.tolist()}
        ways: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for pair, variable in taken.items():
            ways[int(self.problem.request[pair])].append(variable)
        kept = {request: model.new_bool_var("") for request in self.pinned}
        for request, mine in ways.items():
            model.add(cp_model.LinearExpr.sum(mine) == kept[request]) if request in kept else model.add_at_most_one(
                mine
            )
        for request, variable in kept.items():
            if not ways[request]:
                model.add(variable == 0)
            if request in requests:
                model.add(variable == 1)
        self._limit(model, taken, in_force)
        model.maximize(cp_model.LinearExpr.sum(list(kept.values())))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers, solver.parameters.max_time_in_seconds = 1, LOOK_S
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return frozenset(request for request, variable in kept.items() if solver.boolean_value(variable))

    def _limit(
        self, model: cp_model.CpModel, taken: Mapping[int, cp_model.IntVar], in_force: Collection[Limit]
    ) -> None:
        """Put the limits that are in force into the model."""
        problem = self.problem

        def at_most(pairs: Iterable[int], sizes: np.ndarray, most: int) -> None:
            mine = [pair for pair in pairs if pair in taken]
            model.add(sum(int(sizes[pair]) * taken[pair] for pair in mine) <= most)

        one_each = np.ones(problem.pairs, dtype=np.int64)
        for crowd in problem.cliques:
            unit = int(problem.unit[crowd[0]])
            if Limit(LimitKind.ROOM, unit) in in_force:
                at_most(crowd.tolist(), problem.size, int(problem.capacity[unit]))
        for limit in in_force:
            if limit.kind == LimitKind.CAP:
                group = np.flatnonzero(problem.group == limit.which).tolist()
                at_most(group, one_each, int(problem.caps[limit.which]))
            if limit.kind == LimitKind.QUOTA:
                asked = [taken[pair] for pair in np.flatnonzero(problem.group == limit.which).tolist()]
                model.add(sum(asked) >= int(problem.quotas[limit.which]))
        if Limit(LimitKind.HUBS) in in_force:
            at_most(np.flatnonzero(problem.hub).tolist(), one_each, problem.max_hubs)
        if Limit(LimitKind.BUDGET) in in_force:
            at_most(np.flatnonzero(problem.cost).tolist(), problem.cost, problem.budget)
        if Limit(LimitKind.NEIGHBOURS) in in_force:
            for pairs in problem.conflicts.tolist():
                at_most(pairs, one_each, 1)
        if Limit(LimitKind.OUTSIDE_IN) in in_force:
            for pair, unit in problem.follows.tolist():
                if pair in taken:
                    with_it = np.flatnonzero(problem.converts & (problem.unit == unit)).tolist()
                    model.add_bool_or(taken[pair].negated(), *(taken[other] for other in with_it))


def _meeting(sets: list[frozenset[int]]) -> frozenset[int]:
    """The fewest requests of which at least one is in each set."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    chosen = {request: model.new_bool_var("") for request in sorted(frozenset().union(*sets))}
    for one in sets:
        model.add_bool_or(chosen[request] for request in sorted(one))
    model.minimize(cp_model.LinearExpr.sum(list(chosen.values())))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.solve(model)
    return frozenset(request for request, variable in chosen.items() if solver.boolean_value(variable))
