"""Which of many sites are worth a closer look as hubs, before tours are planned from each. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def nearest_sites(seconds: NDArray[np.int32], now: Sequence[NDArray[np.int32]], most: int) -> list[int]:
    """The sites that shorten the way to the orders most, best first.

    Parameters
    ----------
    seconds
        Ride from each site (rows) to each order (columns); -1 where there is no way.
    now
        The same from each hub that is open already; empty when there is none.
    most
        How many sites are wanted.

    Notes
    -----
    A p-median reckoning with one new site: every order comes from the nearest
    hub, straight out. Tours join orders, so this ranks and does not price.
    """
    rides = np.where(seconds < 0, np.inf, seconds).astype(float)
    far = np.nanmax(np.where(np.isinf(rides), 0, rides)) + 1 if rides.size else 1.0
    rides = np.where(np.isinf(rides), 2 * far, rides)
    best = np.full(rides.shape[1], 2 * far)
    for row in now:
        best = np.minimum(best, np.where(row < 0, 2 * far, row))
    saved = np.maximum(0, best[None, :] - rides).sum(axis=1)
    order: list[int] = np.argsort(-saved, kind="stable")[:most].tolist()
    return order
