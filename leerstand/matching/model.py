"""The matching as a CP-SAT model over all pairs at once: which candidates are in the plan. Pure.

Assignment with concave gains: ``x[i]`` takes candidate i, ``z[g][k]`` earns the
k-th step of group g. As the steps never rise, the solver takes the best steps
first by itself (diverse b-matching after Ahmed,
Dickerson and Fuge 2017).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from ortools.sat.python import cp_model

from leerstand.matching.problem import Chosen, MatchingProblem


class MatchingModel:
    """One problem as variables and constraints; can be asked again with a pair forced."""

    def __init__(self, problem: MatchingProblem) -> None:
        self.problem = problem
        self.model = cp_model.CpModel()
        self.taken = [self.model.new_bool_var("") for _ in range(problem.pairs)]
        self._one_per(problem.unit)
        self._one_per(problem.request)
        self._at_most_hubs()
        self._no_conflicts()
        variables, gains = list(self.taken), [self._gain(pair) for pair in range(problem.pairs)]
        for group, pairs in self._groups().items():
            steps = self._group(pairs)
            variables += steps
            gains += [problem.step(group, nth) for nth in range(len(steps))]
        self.model.maximize(cp_model.LinearExpr.weighted_sum(variables, gains))

    def hint(self, pairs: Iterable[int]) -> None:
        """Where the search may begin."""
        chosen = set(pairs)
        self.model.clear_hints()
        for pair, variable in enumerate(self.taken):
            self.model.add_hint(variable, pair in chosen)

    def force(self, pair: int) -> None:
        """Insist on one candidate from now on."""
        self.model.add(self.taken[pair] == 1)

    def _one_per(self, column: Iterable[int]) -> None:
        """At most one candidate for each value of a column."""
        rows: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for pair, value in enumerate(column):
            rows[int(value)].append(self.taken[pair])
        for row in rows.values():
            self.model.add_at_most_one(row)

    def _at_most_hubs(self) -> None:
        """Not more new hubs than the city wants."""
        hubs = [variable for variable, is_hub in zip(self.taken, self.problem.hub, strict=True) if is_hub]
        if len(hubs) > self.problem.max_hubs:
            self.model.add(cp_model.LinearExpr.sum(hubs) <= self.problem.max_hubs)

    def _no_conflicts(self) -> None:
        """Neighbours that would disturb each other do not both come."""
        for one, other in self.problem.conflicts:
            self.model.add_bool_or(self.taken[one].negated(), self.taken[other].negated())

    def _groups(self) -> dict[int, list[int]]:
        groups: dict[int, list[int]] = defaultdict(list)
        for pair, group in enumerate(self.problem.group):
            if group >= 0:
                groups[int(group)].append(pair)
        return groups

    def _gain(self, pair: int) -> int:
        """Points of a candidate by itself; those outside any group earn the first step of diversity at once."""
        alone = self.problem.step(-1, 0) if self.problem.group[pair] < 0 else 0
        return int(self.problem.points[pair]) + alone

    def _group(self, pairs: list[int]) -> list[cp_model.IntVar]:
        """Cap one kind of use in one street; the n-th step is earned when more than n of its candidates are taken."""
        most = min(self.problem.max_per_group, len(pairs))
        steps = [self.model.new_bool_var("") for _ in range(most)]
        taken = cp_model.LinearExpr.sum([self.taken[pair] for pair in pairs])
        self.model.add(taken == cp_model.LinearExpr.sum(steps))
        for earlier, later in pairwise(steps):
            self.model.add_implication(later, earlier)
        return steps


def with_diversity(problem: MatchingProblem, pairs: Iterable[int]) -> tuple[Chosen, ...]:
    """The matches with their share of the diversity: within a group the strongest match counts as the first."""
    seen: dict[int, int] = defaultdict(int)
    matches = []
    for pair in sorted(pairs, key=lambda pair: (-int(problem.points[pair]), pair)):
        group = int(problem.group[pair])
        already = 0 if group < 0 else int(problem.stock[group]) + seen[group]
        matches.append(Chosen(pair, problem.step(group, seen[group] if group >= 0 else 0), already))
        seen[group] += 1
    return tuple(matches)


def greedy(problem: MatchingProblem) -> list[int]:
    """A ranked list: take the best remaining pair until none fits. Where the search starts."""
    excluded: dict[int, set[int]] = defaultdict(set)
    for one, other in problem.conflicts:
        excluded[int(one)].add(int(other))
        excluded[int(other)].add(int(one))
    units: set[int] = set()
    requests: set[int] = set()
    groups: dict[int, int] = defaultdict(int)
    chosen: list[int] = []
    hubs = 0
    for pair in sorted(range(problem.pairs), key=lambda pair: -int(problem.points[pair])):
        unit, request, group = int(problem.unit[pair]), int(problem.request[pair]), int(problem.group[pair])
        is_hub = bool(problem.hub[pair])
        step = problem.step(group, groups[group] if group >= 0 else 0)
        if unit in units or request in requests or excluded[pair].intersection(chosen):
            continue
        if (group >= 0 and groups[group] >= problem.max_per_group) or (is_hub and hubs >= problem.max_hubs):
            continue
        if problem.points[pair] + step <= 0:
            continue
        chosen.append(pair)
        units.add(unit)
        requests.add(request)
        groups[group] += 1
        hubs += is_hub
    return chosen
