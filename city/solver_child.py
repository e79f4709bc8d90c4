"""The warm solver process: a main module without web or database, fed with problems over a pipe.

Each frame is four bytes of length and a pickle. The parent sends ``("run",
"module:function", arguments)`` or ``("enough",)``; the child answers with
``("progress", x)`` frames and then ``("result", x)`` or ``("error", x)``. It
ends when its standard input does.
"""

from __future__ import annotations

import importlib
import os
import pickle
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from routing.message import BadInput

_LENGTH = struct.Struct(">I")


def write_frame(stream: BinaryIO, content: object) -> None:
    """Send one frame."""
    body = pickle.dumps(content)
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def read_frame(stream: BinaryIO) -> Any:
    """Wait for one frame. Raises EOFError when the other side has gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    body = stream.read(_LENGTH.unpack(head)[0])
    return pickle.loads(body)  # noqa: S301  a private pipe between two processes of ours


def find(path: str) -> Callable[..., Any]:
    """The function at ``package.module:function``."""
    module, name = path.split(":")
    return getattr(importlib.import_module(module), name)


def main() -> None:
    """Warm up, then answer problems one after the other."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a solver prints goes to the error stream, not into the frames
    enough = threading.Event()
    waiting: list[tuple[str, dict[str, Any]]] = []
    arrived = threading.Condition()

    def listen() -> None:
        while True:
            try:
                frame = read_frame(sys.stdin.buffer)
            except EOFError:
                os._exit(0)
            if frame[0] == "enough":
                enough.set()
                continue
            with arrived:
                waiting.append(frame[1:])
                arrived.notify()

    threading.Thread(target=listen, daemon=True).start()
    for warm in sys.argv[1:]:
        importlib.import_module(warm)
    while True:
        with arrived:
            arrived.wait_for(lambda: waiting)
            path, arguments = waiting.pop(0)
        enough.clear()
        write_frame(answers, _answer(path, arguments, answers, enough))


def _answer(path: str, arguments: dict[str, Any], answers: BinaryIO, enough: threading.Event) -> tuple[str, Any]:
    lock = threading.Lock()

    def on_progress(state: object) -> None:
        with lock:
            write_frame(answers, ("progress", state))

    try:
        return "result", find(path)(**arguments, on_progress=on_progress, cancelled=enough.is_set)
    except BadInput as refusal:
        return "refused", (refusal.message.text, dict(refusal.message.values))
    except Exception:
        return "error", traceback.format_exc()


if __name__ == "__main__":
    main()
