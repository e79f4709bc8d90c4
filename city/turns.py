"""Turns for writers on SQLite: first come, first served.

SQLite lets one writer in at a time, but its own waiting is a lottery: whoever happens to look when the file is free
goes first, and somebody may wait for seconds. This queue lies in front, in the process that writes.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_WAIT_S = 15.0


class TooLong(RuntimeError):
    """Somebody has been writing for longer than anybody should wait."""


class Turns:
    """A lock that is handed on in the order in which it was asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    @contextmanager
    def turn(self, longest_wait_s: float = LONGEST_WAIT_S) -> Iterator[None]:
        """Wait for one's turn. Raises TooLong."""
        self._wait(longest_wait_s)
        try:
            yield
        finally:
            self._pass_on()

    def _wait(self, longest_wait_s: float) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=longest_wait_s):
            return
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                raise TooLong(f"nobody could write for {longest_wait_s:.0f} s")
        # it became ours in the very moment in which we gave up: keep it

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
