"""Find the best plan within a time limit, and prove how good it is. Runs in the solver process: no web."""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable
from importlib.metadata import version
from time import monotonic

import numpy as np
from ortools.sat.python import cp_model

from leerstand.matching.check import violations
from leerstand.matching.model import MatchingModel, greedy, with_diversity
from leerstand.matching.problem import Alternative, MatchingAnswer, MatchingProblem, Progress

LOOK_S = 0.2  # how often a running search looks whether it is good enough
RIVALS = 2  # so many alternatives per match are priced
REGRET_SHARE = 0.3  # of the search time may go into pricing alternatives
SLACK = 1e-6  # bounds are whole numbers; the solver's float may lie a hair below


def solve(
    problem: MatchingProblem,
    *,
    limit_s: float,
    seed: int = 1,
    cores: int = 1,
    on_progress: Callable[[Progress], None] = lambda state: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> MatchingAnswer:
    """Choose candidates so that the points of the whole plan are as many as possible.

    Parameters
    ----------
    problem
        n candidate pairs of shops and requests; points in whole numbers.
    limit_s
        Seconds in all. The best plan found by then is returned, with a bound
        that no plan exceeds; when both are equal the plan is optimal.
    cancelled
        Answers True when the plan so far is good enough.

    Raises
    ------
    ValueError
        If ``limit_s`` is not positive.
    RuntimeError
        If the solver's answer breaks a constraint: a fault of ours.

    Notes
    -----
    CP-SAT on the whole model, started from a ranked list (greedy by points).
    With ``seed`` and one core the search is the same every time, unless the
    time limit cuts it off elsewhere.
    """
    if limit_s <= 0:
        raise ValueError(f"limit_s must be positive, not {limit_s}")
    begin = monotonic()
    start = greedy(problem)
    if not problem.pairs:
        return MatchingAnswer((), 0, 0, 0.0, seed, _versions())
    model = MatchingModel(problem)
    model.hint(start)
    search = _Search(limit_s, seed, cores, begin, on_progress, cancelled)
    chosen, bound = search.run(model, limit_s * (1 - REGRET_SHARE), fallback=start)
    matches = with_diversity(problem, chosen)
    objective = sum(int(problem.points[match.pair]) + match.diversity for match in matches)
    bound = max(bound, objective)
    alternatives = _alternatives(problem, chosen, objective, bound == objective, search)
    answer = MatchingAnswer(matches, objective, bound, monotonic() - begin, seed, _versions(), alternatives)
    if broken := violations(problem, answer):
        raise RuntimeError("; ".join(broken))
    return answer


class _Search:
    """Runs the solver with progress, a limit, and an ear for "good enough"."""

    def __init__(
        self,
        limit_s: float,
        seed: int,
        cores: int,
        begin: float,
        on_progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self.limit_s, self.seed, self.cores, self.begin = limit_s, seed, cores, begin
        self.on_progress, self.cancelled = on_progress, cancelled

    @property
    def left_s(self) -> float:
        """Seconds until the limit."""
        return self.limit_s - (monotonic() - self.begin)

    def solver(self, limit_s: float) -> cp_model.CpSolver:
        """A solver with our parameters."""
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = max(0.01, limit_s)
        solver.parameters.random_seed = self.seed
        solver.parameters.num_workers = self.cores
        solver.parameters.linearization_level = 2  # the bound of an assignment lies in its linear relaxation
        return solver

    def run(self, model: MatchingModel, limit_s: float, *, fallback: list[int]) -> tuple[list[int], int]:
        """The best candidates found and the proven bound; ``fallback`` when time was too short for any."""
        solver, found = self.solver(limit_s), _Watch(self)
        over = threading.Event()
        listener = threading.Thread(target=self._listen, args=(solver, found, over), daemon=True)
        listener.start()
        try:
            status = solver.solve(model.model, found)
        finally:
            over.set()
            listener.join()
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return fallback, _trivial_bound(model.problem)
        chosen = [pair for pair, variable in enumerate(model.taken) if solver.boolean_value(variable)]
        return chosen, int(np.floor(solver.best_objective_bound + SLACK))

    def _listen(self, solver: cp_model.CpSolver, found: _Watch, over: threading.Event) -> None:
        while not over.wait(LOOK_S):
            self.on_progress(Progress(monotonic() - self.begin, self.limit_s, found.points, found.bound))
            if self.cancelled():
                solver.stop_search()


class _Watch(cp_model.CpSolverSolutionCallback):
    """Remembers the best plan's points and the bound as the search goes on."""

    def __init__(self, search: _Search) -> None:
        super().__init__()
        self.points = self.bound = 0
        self._search = search

    def on_solution_callback(self) -> None:
        """A better plan was found."""
        self.points = round(self.objective_value)
        self.bound = int(np.floor(self.best_objective_bound + SLACK))
        search = self._search
        search.on_progress(Progress(monotonic() - search.begin, search.limit_s, self.points, self.bound))


def _trivial_bound(problem: MatchingProblem) -> int:
    """What no plan exceeds, counted without a solver: every shop gets its best pair, every use counts as the first."""
    best = np.zeros(problem.units, dtype=np.int64)
    np.maximum.at(best, problem.unit, problem.points + (max(0, problem.ladder[0]) if problem.ladder else 0))
    return int(best.sum())


def _alternatives(
    problem: MatchingProblem, chosen: list[int], objective: int, proven: bool, search: _Search
) -> tuple[Alternative, ...]:
    """The next best requests of each shop in the plan, with what the whole plan would lose, while time is left."""
    found = []
    for rival in _rivals(problem, chosen):
        if search.left_s <= 0 or search.cancelled():
            break
        model = MatchingModel(problem)
        model.force(rival)
        solver = search.solver(search.left_s)
        status = solver.solve(model.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            continue
        loss = max(0, objective - round(solver.objective_value))
        found.append(Alternative(rival, loss, proven and status == cp_model.OPTIMAL))
    return tuple(found)


def _rivals(problem: MatchingProblem, chosen: list[int]) -> list[int]:
    """For each shop in the plan its best other candidates, the first of every shop before the second of any."""
    taken = set(chosen)
    ranks: list[list[int]] = [[] for _ in range(RIVALS)]
    for unit in sorted({int(problem.unit[pair]) for pair in chosen}):
        others = [int(pair) for pair in np.flatnonzero(problem.unit == unit) if int(pair) not in taken]
        for rank, pair in enumerate(sorted(others, key=lambda pair: -int(problem.points[pair]))[:RIVALS]):
            ranks[rank].append(pair)
    return [pair for rank in ranks for pair in rank]


def _versions() -> dict[str, str]:
    """What would be needed to compute this plan again."""
    return {"ortools": version("ortools"), "numpy": np.__version__, "python": platform.python_version()}
