"""Rows by key in plain arrays: which arcs leave a node, which nodes stand for a lane. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def spread(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Ranges written out one after the other: for every place the number of its range, and the place itself."""
    owner = np.repeat(np.arange(len(first)), count)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(count) - count - first, count)


class Groups:
    """Rows grouped by their key; ``rows[first[key]:first[key + 1]]`` have this key, ascending."""

    def __init__(self, keys: NDArray[np.int32], count: int) -> None:
        self.rows: Ints = np.argsort(keys, kind="stable")
        self.first: Ints = np.concatenate(([0], np.cumsum(np.bincount(keys, minlength=count))))

    def of(self, keys: Ints) -> tuple[Ints, Ints]:
        """The rows of some keys, and for each the place of its key among those asked for."""
        owner, place = spread(self.first[keys], self.first[keys + 1] - self.first[keys])
        return self.rows[place], owner
