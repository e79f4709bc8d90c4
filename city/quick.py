"""Answers under a second: a question to a warm solver process of this server, without a job row.

Each server process keeps one such solver of its own beside the one that does the jobs, so that a long search never
stands in the way of a short question. It is started when the server is, and again when it was ended.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from city.messages import Conflict
from city.solver import Solver, SolverFailed, SolverStopped

log = logging.getLogger(__name__)
LIMIT_S = 8.0  # of waiting: answers take under half a second, but not where other programs have the processor
FIRST_LIMIT_S = 60.0  # while the process still loads its kernels
WARM = ("routing.tours.quick_start", "leerstand.matching.live")

_solver = Solver(WARM)
_turn = threading.Lock()
_ready = threading.Event()


def start() -> None:
    """Load the process ahead, beside whatever else is going on; returns at once."""
    threading.Thread(target=_start, daemon=True).start()


def stop() -> None:
    """End the process with its server."""
    _ready.clear()
    _solver.close()


def ask(path: str, **arguments: Any) -> Any:
    """Run ``module:function`` with keyword ``arguments`` there and wait for the answer.

    The function also gets ``on_progress`` and ``cancelled``. Raises BadInput
    when the question makes no sense, Conflict when there is no answer within
    ``LIMIT_S``; the process is renewed then.
    """
    limit_s = LIMIT_S if _ready.is_set() else FIRST_LIMIT_S
    if not _turn.acquire(timeout=limit_s):
        raise _busy()
    try:
        answer = _solver.ask(path, arguments, limit_s=limit_s)
        _ready.set()
        return answer
    except SolverStopped as stopped:
        _ready.clear()
        raise _busy() from stopped
    except SolverFailed:
        _ready.clear()
        raise
    finally:
        _turn.release()


def _start() -> None:
    if _ready.is_set():
        return
    try:
        ask("routing.tours.quick_start:ready")
    except (Conflict, SolverFailed):
        log.exception("the process for short questions did not get ready")


def _busy() -> Conflict:
    return Conflict("The planner is busy at the moment. Please try again in a moment.")
