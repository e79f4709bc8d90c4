"""Do not trust the solver: every promise of a plan, counted again. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from leerstand.matching.problem import MatchingAnswer, MatchingProblem
from leerstand.shares import WEEK

Constraint = Callable[[MatchingProblem, MatchingAnswer], Iterator[str]]


def violations(problem: MatchingProblem, answer: MatchingAnswer) -> list[str]:
    """Every broken promise as a sentence; an empty list means that the plan holds."""
    return [sentence for constraint in CONSTRAINTS for sentence in constraint(problem, answer)]


def pairs_exist(problem: MatchingProblem, answer: MatchingAnswer) -> Iterator[str]:
    """Only pairs that no rule objects to, each once."""
    chosen = [match.pair for match in answer.matches]
    if len(set(chosen)) != len(chosen):
        yield "a pair is in the plan twice"
    for pair in chosen:
        if not 0 <= pair < problem.pairs:
            yield f"pair {pair} is no candidate; there are {problem.pairs}"


def no_shop_is_given_twice(problem: MatchingProblem, answer: MatchingAnswer) -> Iterator[str]:
    """At no time more uses in a shop than it has room for."""
    by_unit: dict[int, list[int]] = defaultdict(list)
    for match in answer.matches:
        by_unit[int(problem.unit[match.pair])].append(match.pair)
    for unit, pairs in by_unit.items():
        for day in {int(problem.starts[pair]) for pair in pairs}:
            there = [pair for pair in pairs if problem.starts[pair] <= day < problem.ends[pair]]
            for bit in range(WEEK):
                taken = [int(problem.size[pair]) for pair in there if int(problem.slots[pair]) >> bit & 1]
                if sum(taken) > problem.capacity[unit]:
                    yield f"shop {unit} is given away {len(taken)} times"
                    break


def one_shop_per_request(problem: MatchingProblem, answer: MatchingAnswer) -> Iterator[str]:
    """Nobody gets two shops."""
    for request, count in Counter(int(problem.request[match.pair]) for match in answer.matches).items():
        if count > 1:
            yield f"request {request} gets {count} shops"


def caps_hold(problem: MatchingProblem, answer: MatchingAnswer) -> Iterator[str]:
    """Not too many new uses of one kind in a street, not too many hubs."""
    groups = Counter(int(problem.group[match.pair]) for match in answer.matches)
    for group, count in groups.items():
        if group >= 0 and count > problem.caps[group]:
            yield f"group {group} has {count} new uses, {problem.caps[group]} are allowed"
    for group, least in enumerate(problem.quotas.tolist()):
        if groups[group] < least:
            yield f"group {group} has {groups[group]} new uses, {least} are asked for"
    hubs = sum(bool(problem.hub[match.pair]) for match in answer.matches)
    if hubs > problem.max_hubs:
        yield f"{hubs} new hubs, {problem.max_hubs} are allowed"


def neighbours_get_along(problem: MatchingProblem, answer: MatchingAnswer) -> Iterator[str]:
    """No two matches that exclude each other."""
    chosen = {match.pair for match in answer.matches}
    for one, other in problem.conflicts:
        if int(one) in chosen and int(other) in chosen:
            yield f"pairs {one} and {other} exclude each other"


def pins_hold(problem: MatchingProblem, answer: MatchingAnswer) -> Iterator[str]:
    """What must be in the plan is in it."""
    chosen = {match.pair for match in answer.matches}
    for pair in problem.pinned:
        if int(pair) not in chosen:
            yield f"pair {pair} is pinned but not in the plan"
    served = {int(problem.request[pair]) for pair in chosen}
    for request in problem.placed:
        if int(request) not in served:
            yield f"request {request} must get a place but gets none"


def budget_holds(problem: MatchingProblem, answer: MatchingAnswer) -> Iterator[str]:
    """No more is spent than there is."""
    spent = sum(int(problem.cost[match.pair]) for match in answer.matches)
    if spent > problem.budget:
        yield f"the plan costs {spent}, the budget is {problem.budget}"


def edge_gives_way_first(problem: MatchingProblem, answer: MatchingAnswer) -> Iterator[str]:
    """A front is converted only together with every shop further out (from the outside in)."""
    chosen = {match.pair for match in answer.matches}
    converted = {int(problem.unit[pair]) for pair in chosen if problem.converts[pair]}
    for pair, unit in problem.follows:
        if int(pair) in chosen and int(unit) not in converted:
            yield f"pair {pair} converts a shop before shop {unit} further out"


def points_add_up(problem: MatchingProblem, answer: MatchingAnswer) -> Iterator[str]:
    """The objective is the sum of what every match shows, and the diversity is that of the whole plan."""
    shown = sum(int(problem.points[match.pair]) + match.diversity + match.stretch for match in answer.matches)
    if shown != answer.objective:
        yield f"the matches add up to {shown} points, the plan says {answer.objective}"
    counts = Counter(int(problem.group[match.pair]) for match in answer.matches)
    earned = sum(problem.step(group, nth if group >= 0 else 0) for group, n in counts.items() for nth in range(n))
    given = sum(match.diversity for match in answer.matches)
    if earned != given:
        yield f"diversity is worth {earned} points, the matches show {given}"


def bound_is_above(problem: MatchingProblem, answer: MatchingAnswer) -> Iterator[str]:
    """A plan cannot be better than the best possible."""
    if answer.bound < answer.objective:
        yield f"the bound {answer.bound} lies below the plan's {answer.objective} points"


CONSTRAINTS: tuple[Constraint, ...] = (
    pairs_exist,
    no_shop_is_given_twice,
    one_shop_per_request,
    caps_hold,
    neighbours_get_along,
    pins_hold,
    budget_holds,
    edge_gives_way_first,
    points_add_up,
    bound_is_above,
)
