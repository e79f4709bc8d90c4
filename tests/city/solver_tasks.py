"""Small questions for the solver process, so that its ways can be tested without a real solver."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from routing.message import BadInput


@dataclass(frozen=True)
class Seen:
    """How far a question is."""

    elapsed_s: float


def double(number: int, *, on_progress: Callable[[Any], None], cancelled: Callable[[], bool]) -> int:
    """Answers at once."""
    return 2 * number


def until_enough(limit_s: float, *, on_progress: Callable[[Any], None], cancelled: Callable[[], bool]) -> str:
    """Searches until told that it is enough, or until the limit."""
    started = time.monotonic()
    while not cancelled() and time.monotonic() - started < limit_s:
        on_progress(Seen(time.monotonic() - started))
        time.sleep(0.05)
    return "enough" if cancelled() else "limit"


def refuse(*, on_progress: Callable[[Any], None], cancelled: Callable[[], bool]) -> None:
    """A question that makes no sense."""
    raise BadInput("%(orders)d orders are too many.", orders=6000)


def die(*, on_progress: Callable[[Any], None], cancelled: Callable[[], bool]) -> None:
    """Ends the process as a native crash would."""
    os._exit(11)
