"""One whole number for a ride: milliseconds above, decimetres below; the smaller is the faster. Pure.

Milliseconds take the bits from 26 up, decimetres the 26 below (6,700 km). A street that only those may
enter who have business there costs ``DETOUR`` more for anyone passing through: more than any ride, so that
it is the last resort; its multiples are taken off again before anyone sees the seconds.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

LENGTH_BITS = 26
DETOUR_BITS = 25  # of the milliseconds: 9.3 hours
FAR = 1 << 60
DETOUR = 1 << (LENGTH_BITS + DETOUR_BITS)

Ints = NDArray[np.int64]
Whole = TypeVar("Whole", int, NDArray[np.int64])


def packed(ms: Ints, dm: Ints) -> Ints:
    return (ms << LENGTH_BITS) + dm


def milliseconds(cost: Whole) -> Whole:
    """Real milliseconds, without detours. Not defined for ``FAR``."""
    return (cost >> LENGTH_BITS) & ((1 << DETOUR_BITS) - 1)


def decimetres(cost: Whole) -> Whole:
    return cost & ((1 << LENGTH_BITS) - 1)


def whole_seconds(ms: Whole) -> Whole:
    return (ms + 500) // 1000


def whole_metres(dm: Whole) -> Whole:
    return (dm + 5) // 10
