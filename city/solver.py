"""The parent's end of the warm solver process: ask, watch, stop."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from time import monotonic
from typing import Any

from city.solver_child import read_frame, write_frame
from routing.message import BadInput

WARM = ("routing.tours.solve", "leerstand.matching.solve")  # what the child loads before the first question
_LOOK_S = 0.2  # how often a waiting caller looks whether it should stop
_HOUSE = Path(__file__).resolve().parent.parent


class SolverStopped(RuntimeError):
    """The question was cancelled; the process was ended."""


class SolverFailed(RuntimeError):
    """The process died or raised; the text is for the log, not for people."""


class Solver:
    """One solver process, one question at a time; started on first use and again after it was ended."""

    def __init__(self, warm: tuple[str, ...] = WARM) -> None:
        self._warm = warm
        self._busy = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._frames: Queue[Any] = Queue()

    def start(self) -> None:
        """Warm the process up, so that the first question finds it ready."""
        if self._process is not None and self._process.poll() is None:
            return
        command = [sys.executable, "-m", "city.solver_child", *self._warm]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_HOUSE)
        frames: Queue[Any] = Queue()
        threading.Thread(target=_pump, args=(process, frames), daemon=True).start()
        self._process, self._frames = process, frames

    def ask(
        self,
        path: str,
        arguments: dict[str, Any],
        *,
        on_progress: Callable[[Any], None] = lambda state: None,
        should_stop: Callable[[], bool] = lambda: False,
        good_enough: Callable[[], bool] = lambda: False,
        limit_s: float | None = None,
    ) -> Any:
        """Run ``module:function`` with keyword ``arguments`` in the solver process.

        ``good_enough`` lets the function end early with its best answer so far.
        Raises BadInput when the question makes no sense, SolverStopped when
        ``should_stop`` says so or ``limit_s`` seconds have passed, SolverFailed
        when the process dies.
        """
        with self._busy:
            self.start()
            assert self._process is not None and self._process.stdin is not None  # noqa: S101
            write_frame(self._process.stdin, ("run", path, arguments))  # type: ignore[arg-type]
            return self._wait(on_progress, should_stop, good_enough, limit_s)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _wait(
        self,
        on_progress: Callable[[Any], None],
        should_stop: Callable[[], bool],
        good_enough: Callable[[], bool],
        limit_s: float | None,
    ) -> Any:
        asked, told = monotonic(), False
        while True:
            try:
                kind, content = self._frames.get(timeout=_LOOK_S)
            except Empty:
                kind, content = "waiting", None
            if kind == "result":
                return content
            if kind == "refused":
                raise BadInput(content[0], **content[1])
            if kind == "error":
                raise SolverFailed(content)
            if kind == "gone":
                self.close()
                self.start()
                raise SolverFailed("the solver process ended without an answer")
            if kind == "progress":
                on_progress(content)
            if should_stop() or (limit_s is not None and monotonic() - asked > limit_s):
                self.close()
                self.start()
                raise SolverStopped
            if not told and good_enough() and self._process and self._process.stdin:
                write_frame(self._process.stdin, ("enough",))  # type: ignore[arg-type]
                told = True


def _pump(process: subprocess.Popen[bytes], frames: Queue[Any]) -> None:
    while True:
        try:
            frames.put(read_frame(process.stdout))  # type: ignore[arg-type]
        except (EOFError, OSError, ValueError):
            frames.put(("gone", None))
            return
