"""The matching as a CP-SAT model over all pairs at once: which candidates are in the plan. Pure.

Assignment with concave gains: ``x[i]`` takes candidate i, ``z[g][k]`` earns the
k-th step of group g. As the steps never rise, the solver takes the best steps
first by itself (diverse b-matching after Ahmed, Dickerson and Fuge 2017). Time
is in the cliques of each shop's candidates, never in interval variables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

from leerstand.matching.cliques import crowds_that_count
from leerstand.matching.problem import MatchingProblem


class MatchingModel:
    """One problem as variables and constraints; can be asked again with a pair forced."""

    def __init__(self, problem: MatchingProblem) -> None:
        self.problem = problem
        self.model = cp_model.CpModel()
        self.taken = [self.model.new_bool_var("") for _ in range(problem.pairs)]
        self._one_place_per_request()
        self._room_in_each_shop()
        self._at_most_hubs()
        self._within_budget()
        self._no_conflicts()
        self._outside_in()
        for pair in problem.pinned.tolist():
            self.force(pair)
        variables, gains = list(self.taken), [self._gain(pair) for pair in range(problem.pairs)]
        for group, pairs in self._groups().items():
            steps = self._group(pairs, int(problem.caps[group]))
            for step in steps[: int(problem.quotas[group])]:
                self.model.add(step == 1)
            variables += steps
            gains += [problem.step(group, nth) for nth in range(len(steps))]
        for alive, points in self._fronts():
            variables.append(alive)
            gains.append(points)
        self.objective = cp_model.LinearExpr.weighted_sum(variables, gains)
        self.model.maximize(self.objective)

    def hint(self, pairs: Iterable[int]) -> None:
        """Where the search may begin."""
        chosen = set(pairs)
        self.model.clear_hints()
        for pair, variable in enumerate(self.taken):
            self.model.add_hint(variable, pair in chosen)

    def force(self, pair: int) -> None:
        """Insist on one candidate from now on."""
        self.model.add(self.taken[pair] == 1)

    def _one_place_per_request(self) -> None:
        rows: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for pair, request in enumerate(self.problem.request.tolist()):
            rows[request].append(self.taken[pair])
        placed = set(self.problem.placed.tolist())
        for request, row in rows.items():
            (self.model.add_exactly_one if request in placed else self.model.add_at_most_one)(row)

    def _room_in_each_shop(self) -> None:
        """At no time more uses than a shop has room for."""
        problem = self.problem
        for alone in problem.exclusive:
            self.model.add_at_most_one(self.taken[pair] for pair in alone)
        for crowd in crowds_that_count(problem):
            taken, capacity = [self.taken[pair] for pair in crowd], int(problem.capacity[problem.unit[crowd[0]]])
            self.model.add(cp_model.LinearExpr.weighted_sum(taken, problem.size[crowd].tolist()) <= capacity)

    def _at_most_hubs(self) -> None:
        """Not more new hubs than the city wants."""
        hubs = [self.taken[pair] for pair in np.flatnonzero(self.problem.hub)]
        if len(hubs) > self.problem.max_hubs:
            self.model.add(cp_model.LinearExpr.sum(hubs) <= self.problem.max_hubs)

    def _within_budget(self) -> None:
        """Subsidies within what the city has."""
        cost = self.problem.cost
        if int(cost.sum()) > self.problem.budget:
            paid = np.flatnonzero(cost)
            spent = cp_model.LinearExpr.weighted_sum([self.taken[pair] for pair in paid], cost[paid].tolist())
            self.model.add(spent <= self.problem.budget)

    def _no_conflicts(self) -> None:
        """Neighbours that would disturb each other do not both come."""
        for one, other in self.problem.conflicts.tolist():
            self.model.add_bool_or(self.taken[one].negated(), self.taken[other].negated())

    def _outside_in(self) -> None:
        """A front is converted only together with those further out."""
        converting: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for pair in np.flatnonzero(self.problem.converts).tolist():
            converting[int(self.problem.unit[pair])].append(self.taken[pair])
        for pair, unit in self.problem.follows.tolist():
            self.model.add_bool_or(self.taken[pair].negated(), *converting[unit])

    def _groups(self) -> dict[int, list[int]]:
        groups: dict[int, list[int]] = defaultdict(list)
        for pair, group in enumerate(self.problem.group.tolist()):
            if group >= 0:
                groups[group].append(pair)
        return groups

    def _gain(self, pair: int) -> int:
        """Points of a candidate by itself; those outside any group earn the first step of diversity at once."""
        alone = self.problem.step(-1, 0) if self.problem.group[pair] < 0 else 0
        return int(self.problem.points[pair]) + alone

    def _group(self, pairs: list[int], cap: int) -> list[cp_model.IntVar]:
        """Cap one kind of use in one street; the n-th step is earned when more than n of its candidates are taken."""
        most = min(cap, len(pairs))
        steps = [self.model.new_bool_var("") for _ in range(most)]
        taken = cp_model.LinearExpr.sum([self.taken[pair] for pair in pairs])
        self.model.add(taken == cp_model.LinearExpr.sum(steps))
        for earlier, later in pairwise(steps):
            self.model.add_implication(later, earlier)
        return steps

    def _fronts(self) -> list[tuple[cp_model.IntVar, int]]:
        """For each pair of dead neighbours and each snapshot whether one of them is used by then."""
        problem, found = self.problem, []
        there: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
        for pair, snapshot in np.argwhere(problem.covers).tolist():
            there[int(problem.unit[pair]), snapshot].append(self.taken[pair])
        for one, other, points in problem.fronts.tolist():
            for snapshot in range(len(problem.snapshots)):
                uses = there[one, snapshot] + there[other, snapshot]
                if uses:
                    alive = self.model.new_bool_var("")
                    self.model.add_bool_or(*uses, alive.negated())
                    found.append((alive, points))
        return found
