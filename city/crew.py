"""The two workers of a process: one for what somebody waits for, one for everything else."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from city.config import Config
from city.jobs import Worker
from city.solver import Solver

PLANNER = ("routing.tours.solve",)  # what jobs that somebody waits for ask of the solver


class Crew:
    """Does all jobs in this process, each worker with a solver of its own.

    The plan of a day is wanted within seconds; a plan of the whole town may
    search for minutes. One must not stand behind the other.
    """

    def __init__(
        self,
        app: Flask,
        config: Config,
        warm_up: Callable[[], None] = lambda: None,
        *,
        planner: Solver | None = None,
        searcher: Solver | None = None,
    ) -> None:
        self._solvers = (planner or Solver(PLANNER), searcher or Solver())
        self._workers = (
            Worker(app, config, warm_up, solver=self._solvers[0], soon=True),
            Worker(app, config, solver=self._solvers[1], soon=False),
        )

    def start(self) -> None:
        """Begin to work; returns at once."""
        for worker in self._workers:
            worker.start()

    def is_alive(self) -> bool:
        """Whether both still work."""
        return all(worker.is_alive() for worker in self._workers)

    def stop(self) -> None:
        """Ask both to end after the job in hand, and end their solver processes."""
        for worker in self._workers:
            worker.stop()
        for solver in self._solvers:
            solver.close()
