"""Find the best plan within a time limit, and prove how good it is. Runs in the solver process: no web.

Three tiers. Live (:mod:`live`): one question in less than a second. Exact: a
town of some fifty shops, the whole model in CP-SAT, proved. Large: a bound
from the linear program, annealing, then neighbourhoods by street; up to
some thousand pairs the whole model last, with the plan so far as its start.
"""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable
from importlib.metadata import version
from time import monotonic

import numpy as np
from ortools.sat.python import cp_model

from leerstand.matching.check import violations
from leerstand.matching.lexicographic import told, weighed
from leerstand.matching.model import MatchingModel
from leerstand.matching.problem import Alternative, MatchingAnswer, MatchingProblem, Progress
from leerstand.matching.worth import credited, ranked_list, value
from routing.message import BadInput

LOOK_S = 0.2  # how often a running search looks whether it is good enough
RIVALS = 2  # so many alternatives per match are priced
REGRET_SHARE = 0.3  # of the search time may go into pricing alternatives
SLACK = 1e-6  # bounds are whole numbers; the solver's float may lie a hair below
EXACT_PAIRS = 900  # so many candidates CP-SAT proves by itself within seconds
LONGEST_S = 1800.0  # a longer budget is cut to this; an hour gains nothing that half an hour does not


def solve(
    problem: MatchingProblem,
    *,
    limit_s: float,
    seed: int = 1,
    cores: int = 1,
    alternatives: bool = True,
    on_progress: Callable[[Progress], None] = lambda state: None,
    cancelled: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = monotonic,
) -> MatchingAnswer:
    """Choose candidates so that the points of the whole plan are as many as possible.

    Parameters
    ----------
    problem
        n candidate pairs of shops and requests; points in whole numbers.
    limit_s
        Seconds in all, at most :data:`LONGEST_S`. The best plan found by then
        is returned, with a bound that no plan exceeds; when both are equal the
        plan is optimal.
    alternatives
        Whether a part of the time goes into pricing the next best requests of each shop.
    cancelled
        Answers True when the plan so far is good enough.
    clock
        What the limit is counted by; ``time.thread_time`` where a busy machine is not to matter. CP-SAT, which
        takes the small ones, keeps to the wall clock.

    Raises
    ------
    ValueError
        If ``limit_s`` is not positive.
    BadInput
        If what must be in the plan contradicts itself; the sentence says so.
    RuntimeError
        If the solver's answer breaks a constraint: a fault of ours.

    Notes
    -----
    With ``seed`` and one core the search is the same every time, unless the
    time limit cuts it off elsewhere.
    """
    if not limit_s > 0:
        raise ValueError(f"limit_s must be positive, not {limit_s}")
    if problem.first.any():
        most = trivial_bound(problem)
        asked = weighed(problem, most + 1)
        found = solve(
            asked,
            limit_s=limit_s,
            seed=seed,
            cores=cores,
            alternatives=alternatives,
            cancelled=cancelled,
            clock=clock,
        )
        return told(problem, most + 1, found, most)
    search = _Search(min(limit_s, LONGEST_S), seed, cores, clock, on_progress, cancelled)
    if not problem.pairs:
        return MatchingAnswer((), 0, 0, 0.0, seed, versions())
    small = problem.pairs <= EXACT_PAIRS
    chosen, bound = _proved(problem, search) if small else _large(problem, search)
    objective = value(problem, chosen)
    bound = max(bound, objective)
    priced: tuple[Alternative, ...] = ()
    if small and alternatives:
        priced = _alternatives(problem, chosen, objective, bound == objective, search)
    matches = credited(problem, chosen)
    seconds = clock() - search.begin
    answer = MatchingAnswer(matches, objective, bound, seconds, seed, versions(), priced)
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
        clock: Callable[[], float],
        on_progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self.limit_s, self.seed, self.cores, self.clock, self.begin = limit_s, seed, cores, clock, clock()
        self.on_progress, self.cancelled = on_progress, cancelled

    @property
    def left_s(self) -> float:
        """Seconds until the limit."""
        return self.limit_s - (self.clock() - self.begin)

    def tell(self, points: int, bound: int) -> None:
        """Show how far it is."""
        self.on_progress(Progress(self.clock() - self.begin, self.limit_s, points, bound))

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
        if status == cp_model.INFEASIBLE:
            raise BadInput("What you have fixed contradicts itself: no plan keeps all of it. Please let go of one.")
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return fallback, trivial_bound(model.problem)
        chosen = [pair for pair, variable in enumerate(model.taken) if solver.boolean_value(variable)]
        return chosen, int(np.floor(solver.best_objective_bound + SLACK))

    def _listen(self, solver: cp_model.CpSolver, found: _Watch, over: threading.Event) -> None:
        while not over.wait(LOOK_S):
            self.tell(found.points, found.bound)
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
        self._search.tell(self.points, self.bound)


def _proved(problem: MatchingProblem, search: _Search) -> tuple[list[int], int]:
    """The whole model at once."""
    start, model = ranked_list(problem), MatchingModel(problem)
    model.hint(start)
    return search.run(model, search.limit_s * (1 - REGRET_SHARE), fallback=start)


def _large(problem: MatchingProblem, search: _Search) -> tuple[list[int], int]:
    """Bound, annealing, neighbourhoods, and for middle sizes the whole model at the end."""
    from leerstand.matching.large import LargeSearch

    large = LargeSearch(problem, search.limit_s, search.seed, search.cores, search.tell, search.cancelled, search.clock)
    return large.run()


def trivial_bound(problem: MatchingProblem) -> int:
    """What no plan exceeds, counted without a solver: every request gets its best pair, every use counts as first."""
    best = np.zeros(problem.requests, dtype=np.int64)
    np.maximum.at(best, problem.request, problem.points + (max(0, problem.ladder[0]) if problem.ladder else 0))
    return int(best.sum() + problem.fronts[:, 2].sum() * len(problem.snapshots))


def _alternatives(
    problem: MatchingProblem, chosen: list[int], objective: int, proven: bool, search: _Search
) -> tuple[Alternative, ...]:
    """The next best requests of each shop in the plan, with what the whole plan would lose, while time is left."""
    found, until_s = [], max(0.0, search.left_s - REGRET_SHARE * search.limit_s)
    for rival in _rivals(problem, chosen):
        if search.left_s <= until_s or search.cancelled():
            break
        model = MatchingModel(problem)
        model.force(rival)
        model.hint(chosen)
        solver = search.solver(search.left_s - until_s)
        status = solver.solve(model.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            continue
        loss = max(0, objective - round(solver.objective_value))
        found.append(Alternative(rival, loss, proven and status == cp_model.OPTIMAL))
    return tuple(found)


def _rivals(problem: MatchingProblem, chosen: list[int]) -> list[int]:
    """For each shop in the plan the best candidates of other requests, the first of every shop before the second."""
    taken = {(int(problem.unit[pair]), int(problem.request[pair])) for pair in chosen}
    ranks: list[list[int]] = [[] for _ in range(RIVALS)]
    for unit in sorted({int(problem.unit[pair]) for pair in chosen}):
        best: dict[int, int] = {}
        for pair in sorted(np.flatnonzero(problem.unit == unit).tolist(), key=lambda pair: -int(problem.points[pair])):
            if (unit, int(problem.request[pair])) not in taken:
                best.setdefault(int(problem.request[pair]), pair)
        for rank, pair in enumerate(list(best.values())[:RIVALS]):
            ranks[rank].append(pair)
    return [pair for rank in ranks for pair in rank]


def versions() -> dict[str, str]:
    """What would be needed to compute this plan again."""
    return {"ortools": version("ortools"), "numpy": np.__version__, "python": platform.python_version()}
