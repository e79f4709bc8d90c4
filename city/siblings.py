"""Several processes that answer behind one door: forked before anything else runs, and ending together."""

from __future__ import annotations

import os
import signal
import threading
import time

LOOK_EVERY_S = 1.0
_children: set[int] = set()
_lost: list[int] = []


def start(count: int) -> bool:
    """Fork that many more processes; True in the first one. Call it before threads and connections are made.

    When one of them ends, all do: whatever keeps the server running starts it whole again.
    """
    first = os.getpid()
    for _number in range(count):
        child = os.fork()
        if child == 0:
            _children.clear()
            threading.Thread(target=_end_with, args=(first,), daemon=True).start()
            return False
        _children.add(child)
    for child in sorted(_children):
        threading.Thread(target=_end_after, args=(child,), daemon=True).start()
    return True


def stop() -> bool:
    """End the others; True if one had ended by itself. In the others there is nobody to end."""
    still = sorted(_children)
    _children.clear()
    for child in still:
        _end(child)
    return bool(_lost)


def _end_with(first: int) -> None:
    while os.getppid() == first:
        time.sleep(LOOK_EVERY_S)
    _end(os.getpid())


def _end_after(child: int) -> None:
    os.waitpid(child, 0)
    if child in _children:  # nobody has asked it to end
        _children.discard(child)
        _lost.append(child)
        _end(os.getpid())


def _end(process: int) -> None:
    try:
        os.kill(process, signal.SIGTERM)
    except ProcessLookupError:
        return
