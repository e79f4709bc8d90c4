"""Which address lies next to a place of the map: for shops that the map knows without one. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from routing.streets.model import Point
    from routing.streets.places import Address  # brings osmium: only where a map is read

NEAR_M = 40  # a shop without an address takes that of a house this near
METRES_A_DEGREE = 111_195.0


def nearest_address(addresses: Sequence[Address]) -> Callable[[Point], Address | None]:
    """A search for the nearest house of a named street within ``NEAR_M``."""
    known = [address for address in addresses if address.street]
    spots = np.array([address.point for address in known], float).reshape(-1, 2)

    def find(point: Point) -> Address | None:
        if not known:
            return None
        offset = (spots - point) * (METRES_A_DEGREE, METRES_A_DEGREE * math.cos(math.radians(point[0])))
        distance = np.hypot(offset[:, 0], offset[:, 1])
        nearest = int(distance.argmin())
        return known[nearest] if distance[nearest] <= NEAR_M else None

    return find
