"""Large arrays of which many nearly equal copies are wanted: a copy costs only the pages in which it differs. Pure."""

from __future__ import annotations

import mmap
import os
import tempfile
from typing import IO

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Sheets:
    """``count`` arrays of ``size`` numbers in memory that the system may share (copy on write)."""

    def __init__(self, count: int, size: int) -> None:
        self._shape, self._bytes = (count, size), max(8 * count * size, 1)
        self._file = _memory()
        self._file.truncate(self._bytes)
        self.arrays = self._view(mmap.ACCESS_WRITE)

    def copies(self) -> Ints:
        """The arrays once more, free to be changed; the original must not be written to from now on."""
        return self._view(mmap.ACCESS_COPY)

    def _view(self, access: int) -> Ints:
        pages = mmap.mmap(self._file.fileno(), self._bytes, access=access)
        count, size = self._shape
        return np.frombuffer(pages, np.int64, count * size).reshape(count, size)


def _memory() -> IO[bytes]:
    """A file that is memory where the system has such (Linux), else a temporary one."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("streets"), "w+b")
    return tempfile.TemporaryFile()
