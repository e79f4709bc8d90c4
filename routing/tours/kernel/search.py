"""The search from outside: threads that anneal side by side, cool with the elapsed time and share their best."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from routing.tours.greedy import Routes
from routing.tours.kernel.engine import Engine

# share of the time at which a phase ends, first and last temperature in units; colder starts are far worse
PHASES = ((0.88, 1.0, 0.03), (1.0, 0.12, 0.02))
AGAIN = ((1.0, 0.12, 0.02),)  # from a plan that was good before something changed
QUENCH_SHARE, QUENCH_TEMPERATURE = 0.03, 0.5  # a quick descent, from which the unit is taken
LEAST_STEPS = 5  # between two looks at the clock
CHUNK_S = 0.01  # between two looks at the clock
LOOK_S = 0.02  # between two looks of the caller
CHUNKS, LONGEST_CHUNK = 500, 1_000  # of a search whose steps are counted: the clock plays no part in it
STEPS_PER_ORDER = 20_000  # enough: small days end before their time is over


@dataclass(slots=True)
class Found:
    """The best sequences and how many steps all threads took."""

    routes: Routes
    steps: int


class _Common:
    """What the threads share."""

    def __init__(self, engine: Engine, share: Callable[[], float], start: Routes, most_steps: int | None) -> None:
        self.engine = engine
        self.most_steps = most_steps  # of each thread
        self.share = share
        self.start = start
        self.lock = threading.Lock()
        self.cost = 1 << 62
        self.best: Any = None
        self.changes = 0
        self.stopped = False
        self.error: BaseException | None = None

    def offer(self, cost: int, solution: Any) -> None:
        with self.lock:
            if cost < self.cost:
                self.cost = cost
                self.best = self.engine.copy(solution)
                self.changes += 1


class _Worker(threading.Thread):
    """One thread with a solution of its own."""

    def __init__(self, common: _Common, seed: int) -> None:
        super().__init__(daemon=True)
        self.common = common
        self.state = common.engine.new(seed)
        self.chunk = 20
        if common.most_steps is not None:
            self.chunk = int(np.clip(common.most_steps // CHUNKS, LEAST_STEPS, LONGEST_CHUNK))
        self.steps = 0

    def run(self) -> None:
        try:
            self._anneal()
        except BaseException as error:  # handed to the caller, who raises it
            self.common.error = error

    def share(self) -> float:
        """How much of the search is over: of its time, or of the steps that are enough."""
        if self.common.most_steps is not None:
            return self.steps / self.common.most_steps
        return max(self.common.share(), self.steps / (STEPS_PER_ORDER * self.common.engine.orders))

    def _anneal(self) -> None:
        engine = self.common.engine
        self.common.offer(*engine.best(self.state))
        if self.common.start:
            engine.load(self.state, self.common.start)
        else:
            enough = self.share() + QUENCH_SHARE
            self._go(lambda: QUENCH_TEMPERATURE * engine.unit(self.state), enough)
        unit = engine.unit(self.state)
        begins = self.share()
        for ends, hot, cold in AGAIN if self.common.start else PHASES:
            self._go(partial(self._cooled, unit, begins, ends, hot, cold), ends)
            self._adopt()
            begins = ends

    def _cooled(self, unit: float, begins: float, ends: float, hot: float, cold: float) -> float:
        """The temperature falls by the same factor in equal times."""
        part = (self.share() - begins) / max(ends - begins, 1e-9)
        return float(unit * hot * (cold / hot) ** min(1.0, max(0.0, part)))

    def _go(self, temperature: Callable[[], float], until: float) -> None:
        """Anneal in chunks of some milliseconds until a share of the search is over."""
        common = self.common
        while self.share() < until and not common.stopped:
            begins = time.perf_counter()
            steps = self.chunk if common.most_steps is None else min(self.chunk, common.most_steps - self.steps)
            common.engine.work(self.state, steps, temperature())
            self.steps += steps
            took = max(time.perf_counter() - begins, 1e-5)
            if common.most_steps is None:
                self.chunk = int(np.clip(self.chunk * min(2.0, CHUNK_S / took), LEAST_STEPS, 50_000))
            cost, solution = common.engine.best(self.state)
            if cost < common.cost:
                common.offer(cost, solution)

    def _adopt(self) -> None:
        """Go on from the best that any thread has found."""
        engine, common = self.common.engine, self.common
        with common.lock:
            best = common.best
        engine.load(self.state, engine.routes(best))


def search(
    engine: Engine,
    *,
    start: Routes,
    share: Callable[[], float],
    iterations: int | None = None,
    seed: int,
    cores: int,
    stop: Callable[[], bool],
    on_better: Callable[[Routes], None],
    pause_s: float,
) -> Found:
    """Search until ``share`` of the time reaches 1 or ``stop`` says so.

    ``start``: sequences to go on from, or none. ``iterations``: instead of ``share``, how many steps all threads take.
    ``on_better`` is called with the first plan and then at most once in
    ``pause_s`` seconds, from the thread of the caller.
    """
    common = _Common(engine, share, start, None if iterations is None else max(1, iterations // cores))
    workers = [_Worker(common, seed * 1000 + number) for number in range(cores)]
    for worker in workers:
        worker.start()
    seen, reported = 0, 0.0
    while any(worker.is_alive() for worker in workers):
        workers[0].join(LOOK_S)
        common.stopped = common.stopped or stop()
        if common.changes != seen and time.monotonic() - reported >= pause_s:
            seen, reported = common.changes, time.monotonic()
            with common.lock:
                best = common.best
            on_better(engine.routes(best))
    if common.error is not None:
        raise common.error
    return Found(engine.routes(common.best), sum(worker.steps for worker in workers))
