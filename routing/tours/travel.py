"""The ways between all places, for one class of vehicle. Frozen, checked at the door. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.message import BadInput
from routing.tours.fields import MAX_METRES, MAX_TIME_S, table


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """How one class of vehicle gets from each place to each other (Fahrzeiten und Wege).

    Parameters
    ----------
    seconds, metres
        Two n x n tables of whole numbers, row = from, column = to; zero on the
        diagonal, not necessarily symmetric (one-way streets); ``-1`` in both
        where there is no way. Kept as read-only int32. The ways are the
        shortest, over other places too: a stop without a way from its hub
        counts as unreachable, even if the table knows one over another stop.

    Raises
    ------
    BadInput
        If a table is not square, holds anything but whole numbers, or if only
        one of the two says that there is no way.
    """

    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", table(self.seconds, "seconds", MAX_TIME_S))
        object.__setattr__(self, "metres", table(self.metres, "metres", MAX_METRES))
        if self.seconds.shape != self.metres.shape:
            raise BadInput(
                "The table of seconds has %(seconds)s rows, the table of metres %(metres)s; both must be alike.",
                seconds=len(self.seconds),
                metres=len(self.metres),
            )
        half = np.argwhere((self.seconds < 0) != (self.metres < 0))
        if len(half):
            raise BadInput(
                "From place %(start)s to place %(end)s only one of the tables of seconds and metres knows a way.",
                start=int(half[0][0]),
                end=int(half[0][1]),
            )
