"""The search from outside: threads that anneal side by side, cool with the elapsed time and share their best."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from routing.tours.greedy import Routes
from routing.tours.kernel import layout as at
from routing.tours.kernel.anneal import anneal
from routing.tours.kernel.tables import Tables, load, new_search, sequences

# share of the time at which a phase ends, first and last temperature in units; colder starts are far worse
PHASES = ((0.88, 1.0, 0.03), (1.0, 0.12, 0.02))
AGAIN = ((1.0, 0.12, 0.02),)  # from a plan that was good before something changed
QUENCH_SHARE, QUENCH_TEMPERATURE = 0.03, 0.5  # a quick descent, from which the unit is taken
AVERAGE_REMOVED, LONGEST_STRING, BLINK, TAILS = 10.0, 10.0, 0.01, 3
CHUNK_S = 0.01  # between two looks at the clock
LOOK_S = 0.02  # between two looks of the caller
STEPS_PER_ORDER = 20_000  # enough: small days end before their time is over


@dataclass(slots=True)
class Found:
    """The best sequences and how many steps all threads took."""

    routes: Routes
    steps: int


class _Common:
    """What the threads share."""

    def __init__(self, t: Tables, share: Callable[[], float], start: Routes) -> None:
        self.t = t
        self.share = share
        self.start = start
        self.lock = threading.Lock()
        self.cost = 1 << 62
        self.links = t.nodes[:, at.NEXT].copy()
        self.changes = 0
        self.stopped = False
        self.error: BaseException | None = None

    def offer(self, cost: int, links: np.ndarray) -> None:
        with self.lock:
            if cost < self.cost:
                self.cost = cost
                self.links = links.copy()
                self.changes += 1


class _Worker(threading.Thread):
    """One thread with a solution of its own."""

    def __init__(self, common: _Common, seed: int, light: bool) -> None:
        super().__init__(daemon=True)
        self.common = common
        self.search, self.triples, self.loads = new_search(common.t, seed, light=light)
        self.chunk = 20
        self.steps = 0

    def run(self) -> None:
        try:
            self._anneal()
        except BaseException as error:  # handed to the caller, who raises it
            self.common.error = error

    def share(self) -> float:
        """How much of the search is over: of its time, or of the steps that are enough."""
        return max(self.common.share(), self.steps / (STEPS_PER_ORDER * len(self.common.t.orders)))

    def _anneal(self) -> None:
        if self.common.start:
            load(self.common.t, self.search, self.triples, self.loads, self.common.start)
        else:
            enough = self.share() + QUENCH_SHARE
            self._go(lambda: QUENCH_TEMPERATURE * self._unit(), enough)
        unit = self._unit()
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
            anneal(
                common.t.ways,
                self.search,
                self.triples,
                self.loads,
                self.chunk,
                temperature(),
                AVERAGE_REMOVED,
                LONGEST_STRING,
                BLINK,
                TAILS,
            )
            self.steps += self.chunk
            took = max(time.perf_counter() - begins, 1e-5)
            self.chunk = int(np.clip(self.chunk * min(2.0, CHUNK_S / took), 20, 50_000))
            best = int(self.search.counters[at.BEST])
            if best < common.cost:
                common.offer(best, self.search.best_next)

    def _adopt(self) -> None:
        """Go on from the best that any thread has found."""
        with self.common.lock:
            links = self.common.links
        load(self.common.t, self.search, self.triples, self.loads, sequences(self.common.t, links))

    def _unit(self) -> float:
        """The temperature unit: an average way with its wage, and the use of a vehicle up to two ways."""
        routes, types = self.search.routes, self.common.t.ways.types
        used = routes[routes[:, at.LENGTH] > 0]
        if not len(used):
            return float(self.common.t.ways.price.mean())
        wage = types[used[:, at.TYPE], at.WAGE]
        served = self.search.nodes[: len(self.common.t.orders)]
        served = served[served[:, at.ROUTE] >= 0]
        serving = float((types[routes[served[:, at.ROUTE], at.TYPE], at.WAGE] * served[:, at.SERVICE]).sum())
        ways = float((used[:, at.WAYS] + wage * used[:, at.LASTS]).sum()) - serving
        unit = ways / (len(served) + len(used))
        return max(1.0, unit + min(float(types[used[:, at.TYPE], at.USE].mean()), 2 * unit))


def search(
    t: Tables,
    *,
    start: Routes,
    share: Callable[[], float],
    seed: int,
    cores: int,
    stop: Callable[[], bool],
    on_better: Callable[[Routes], None],
    pause_s: float,
    light: bool,
) -> Found:
    """Search until ``share`` of the time reaches 1 or ``stop`` says so.

    ``start``: sequences to go on from, or none.
    ``light``: the faster variant may be used where it can state the problem.
    ``on_better`` is called with the first plan and then at most once in
    ``pause_s`` seconds, from the thread of the caller.
    """
    common = _Common(t, share, start)
    workers = [_Worker(common, seed * 1000 + number, light) for number in range(cores)]
    for worker in workers:
        worker.start()
    seen, reported = 0, 0.0
    while any(worker.is_alive() for worker in workers):
        workers[0].join(LOOK_S)
        common.stopped = common.stopped or stop()
        if common.changes != seen and time.monotonic() - reported >= pause_s:
            seen, reported = common.changes, time.monotonic()
            with common.lock:
                links = common.links
            on_better(sequences(t, links))
    if common.error is not None:
        raise common.error
    return Found(sequences(t, common.links), sum(worker.steps for worker in workers))
