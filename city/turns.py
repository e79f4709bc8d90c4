"""Turns for writers on SQLite: first come, first served.

SQLite lets one writer in at a time, but its own waiting is a lottery: whoever happens to look when the file is free
goes first, and somebody may wait for seconds. This queue lies in front: threads of one process wait in line, and of
each process the first one waits beside those of the others.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_WAIT_S = 15.0
LOOK_EVERY_S = 0.002
GATE, ROOM = 0, 1  # bytes of the file that processes lock: before the room only one of them waits


class TooLong(RuntimeError):
    """Somebody has been writing for longer than anybody should wait."""


class Turns:
    """A lock that is handed on in the order in which it was asked for; with a ``file`` also among processes."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False
        self._others = _Others(file) if file else None

    @contextmanager
    def turn(self, longest_wait_s: float = LONGEST_WAIT_S) -> Iterator[None]:
        """Wait for one's turn. Raises TooLong."""
        until = time.monotonic() + longest_wait_s
        self._wait(longest_wait_s)
        try:
            if self._others is None:
                yield
            else:
                with self._others.turn(until):
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
                raise too_long()
        # it became ours in the very moment in which we gave up: keep it

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class _Others:
    """The turn among processes; of this one only a single thread comes here at a time.

    A process that has just written cannot come again before one that waits: that one stands in the gate already.
    The system opens gate and room when a process dies.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._file = path, -1

    @contextmanager
    def turn(self, until: float) -> Iterator[None]:
        if self._file < 0:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._enter(GATE, until)
        try:
            self._enter(ROOM, until)
        finally:
            self._leave(GATE)
        try:
            yield
        finally:
            self._leave(ROOM)

    def _enter(self, place: int, until: float) -> None:
        while True:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except (BlockingIOError, PermissionError):
                if time.monotonic() > until:
                    raise too_long() from None
                time.sleep(LOOK_EVERY_S)
            else:
                return

    def _leave(self, place: int) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)


def too_long() -> TooLong:
    """What whoever waited hears."""
    return TooLong("nobody else could write for too long")
