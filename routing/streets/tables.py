"""Keeps tables of ways across runs and processes, so that only pairs that nobody asked for yet are computed. Pure.

One file for each state of the streets (map, speeds, vehicle, open windows, closures). Places are kept as keyed
digests, not as coordinates: whoever reads the files learns nothing about where anybody lives.
"""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing.streets.model import Matrix

Ints = NDArray[np.int64]
Pairs = tuple[NDArray[np.int32], NDArray[np.int32]]  # seconds and metres
NOT_ASKED = -2  # in a kept table; -1 is an answer: no way
LEAST_PLACES = 12  # a table of fewer is computed faster than read
MOST_PLACES = 3_000  # of one file: 72 MB; the places of the last question are kept then
FILES_KEPT = 40


@dataclass(frozen=True)
class Table:
    """What is known: the digest of each place, ascending as it came, and seconds and metres between them."""

    places: NDArray[np.uint64]
    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]

    def part(self, asked: NDArray[np.intp]) -> Pairs:
        """The pairs of some places; the tables themselves where these are all, in their order."""
        if len(asked) == len(self.places) and (asked == np.arange(len(asked))).all():
            return self.seconds, self.metres
        block = np.ix_(asked, asked)
        return self.seconds[block], self.metres[block]

    def packed(self) -> NDArray[np.int32]:
        """One row of numbers, which is read in one go: the digests, then both tables."""
        return np.concatenate((self.places.view(np.int32), self.seconds.ravel(), self.metres.ravel()))

    @classmethod
    def unpacked(cls, row: NDArray[np.int32]) -> Table:
        """The other way round. Raises ValueError for a row of no such length."""
        count = (math.isqrt(1 + 2 * len(row)) - 1) // 2
        if row.ndim != 1 or row.dtype != np.int32 or 2 * count * (count + 1) != len(row):
            raise ValueError("this is no kept table")
        places, seconds, metres = np.split(row, [2 * count, 2 * count + count * count])
        row.flags.writeable = False
        shape = (count, count)
        return cls(places.view(np.uint64), seconds.reshape(shape), metres.reshape(shape))


class TableStore:
    """Tables in a folder; any number of processes may share it. The last writer wins, which only costs time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last: tuple[str, float, Table] | None = None

    def table(
        self, state: str, points: NDArray[np.float64], compute: Callable[[NDArray[np.intp], NDArray[np.intp]], Pairs]
    ) -> Matrix:
        """All pairs of the points; ``compute`` is asked for rows and columns of what is not known."""
        digests = _digests(points, state)
        known = self._load(state)
        places, asked = _with(known, digests)
        if known is not None and len(places) == len(known.places):
            own = known.part(asked)
            if not (own[0] == NOT_ASKED).any():
                self._touch(state)
                return Matrix(*own)
        if known is not None and len(places) > MOST_PLACES:
            known = None
            places, asked = _with(None, digests)
        seconds, metres = _grown(known, len(places))
        own_seconds, own_metres = seconds[np.ix_(asked, asked)], metres[np.ix_(asked, asked)]
        _fill(own_seconds, own_metres, compute)
        seconds[np.ix_(asked, asked)], metres[np.ix_(asked, asked)] = own_seconds, own_metres
        self._save(state, Table(places, seconds, metres))
        return Matrix(own_seconds, own_metres)

    def _path(self, state: str) -> Path:
        return self._folder / f"{state}.npy"

    def _touch(self, state: str) -> None:
        try:
            os.utime(self._path(state))
        except OSError:
            return

    def _load(self, state: str) -> Table | None:
        """What is kept; None where there is nothing, or nothing that can be read."""
        path = self._path(state)
        try:
            if self._last and self._last[:2] == (state, path.stat().st_size):
                return self._last[2]
            table = Table.unpacked(np.load(path, allow_pickle=False))
            self._last = state, path.stat().st_size, table
        except (OSError, ValueError, EOFError):
            return None
        return table

    def _save(self, state: str, table: Table) -> None:
        """Write beside the final place first; a full disk only means that nothing is kept."""
        name = ""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                np.save(file, table.packed())
            Path(name).replace(self._path(state))
            self._last = state, self._path(state).stat().st_size, table
            self._forget()
        except OSError:
            Path(name).unlink(missing_ok=True) if name else None

    def _forget(self) -> None:
        kept = sorted(self._folder.glob("*.npy"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[FILES_KEPT:]:
            path.unlink(missing_ok=True)


def _digests(points: NDArray[np.float64], state: str) -> NDArray[np.uint64]:
    key = state.encode()[:64]
    rows = np.ascontiguousarray(points, np.float64)
    found = b"".join(hashlib.blake2b(row.tobytes(), digest_size=8, key=key).digest() for row in rows)
    return np.frombuffer(found, np.uint64)


def _with(known: Table | None, asked: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """The known places and new ones behind them, and where each asked place stands."""
    before = known.places if known is not None else np.zeros(0, np.uint64)
    place = {digest: number for number, digest in enumerate(before.tolist())}
    found = [place.setdefault(digest, len(place)) for digest in asked.tolist()]
    return np.array(list(place), np.uint64), np.array(found, np.intp)


def _grown(known: Table | None, count: int) -> Pairs:
    """Copies of the known tables with room for new places."""
    seconds, metres = np.full((count, count), NOT_ASKED, np.int32), np.full((count, count), NOT_ASKED, np.int32)
    if known is not None:
        size = len(known.places)
        seconds[:size, :size], metres[:size, :size] = known.seconds, known.metres
    return seconds, metres


def _fill(
    seconds: NDArray[np.int32],
    metres: NDArray[np.int32],
    compute: Callable[[NDArray[np.intp], NDArray[np.intp]], Pairs],
) -> None:
    """First whole rows of new places, then what other rows lack of their columns."""
    open_ = seconds == NOT_ASKED
    rows = np.flatnonzero(open_.mean(axis=1) > 0.5)
    if len(rows):
        seconds[rows], metres[rows] = compute(rows, np.arange(len(seconds)))
        open_[rows] = False
    rows, columns = np.flatnonzero(open_.any(axis=1)), np.flatnonzero(open_.any(axis=0))
    if len(rows):
        block = np.ix_(rows, columns)
        seconds[block], metres[block] = compute(rows, columns)
