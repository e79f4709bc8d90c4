"""The question and the answer of the matching, as pure data for the solver process. Nothing of web or database.

Everything is an index: ``unit[i]`` and ``request[i]`` say which shop and which
request the i-th candidate pair joins, ``group[i]`` which kind of use in which
street it adds to.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from routing.message import BadInput

Ints = np.ndarray  # whole numbers, one per candidate pair unless told otherwise


@dataclass(frozen=True)
class MatchingProblem:
    """All pairs that no rule objects to, and what holds for several of them together.

    ``points`` are those that do not depend on the other matches. The k-th use
    (k = 0, 1, …) of a group in this plan gives ``ladder[stock[group] + k]``
    points more; beyond its end the last step counts. ``ladder`` never rises.
    ``conflicts`` holds pairs of candidates that exclude each other.

    Raises :class:`BadInput` when the columns do not belong together.
    """

    units: int  # how many shops
    requests: int
    unit: Ints
    request: Ints
    points: Ints
    group: Ints  # -1: belongs to none
    hub: np.ndarray  # bool: opens a micro-hub
    stock: Ints  # per group: uses of this kind already in the street
    ladder: tuple[int, ...]
    max_hubs: int
    max_per_group: int
    conflicts: Ints  # shape (m, 2), candidate indices

    def __post_init__(self) -> None:
        size = len(self.unit)
        for name in ("request", "points", "group", "hub"):
            if len(getattr(self, name)) != size:
                raise BadInput(
                    "%(name)s has %(has)d entries for %(size)d pairs.",
                    name=name,
                    has=len(getattr(self, name)),
                    size=size,
                )
        limits = (("unit", self.unit, self.units), ("request", self.request, self.requests))
        for name, column, limit in (*limits, ("group", self.group, len(self.stock))):
            if size and (column.max() >= limit or column.min() < (-1 if name == "group" else 0)):
                raise BadInput("A pair names a %(name)s outside 0 to %(last)d.", name=name, last=limit - 1)
        if any(later > earlier for earlier, later in pairwise(self.ladder)):
            raise BadInput("The points for diversity must never rise with the number of uses.")

    @property
    def pairs(self) -> int:
        """How many candidates there are."""
        return len(self.unit)

    def step(self, group: int, nth: int) -> int:
        """Points of the n-th (from 0) new use of a group."""
        if group < 0 or not self.ladder:
            return self.ladder[0] if self.ladder else 0
        return self.ladder[min(int(self.stock[group]) + nth, len(self.ladder) - 1)]


@dataclass(frozen=True)
class Progress:
    """How far a search is: seconds, points of the best plan so far, and what no plan can exceed."""

    elapsed_s: float
    limit_s: float
    points: int
    bound: int

    def as_progress(self) -> dict[str, float | int]:
        """For the page that shows it."""
        told: dict[str, float | int] = {"elapsed_s": round(self.elapsed_s, 1), "limit_s": self.limit_s}
        if self.points > 0:
            told |= {"points": self.points, "bound": self.bound}
            told["gap_percent"] = round(100 * max(0, self.bound - self.points) / max(1, self.bound), 1)
        return told


@dataclass(frozen=True)
class Chosen:
    """One match of a plan: which candidate, and the points of diversity it earned in this plan.

    ``already`` is how many uses of its kind its street has before it, counting those of the plan.
    """

    pair: int
    diversity: int
    already: int = 0


@dataclass(frozen=True)
class Alternative:
    """What the whole plan would lose if this candidate had to be in it; ``proven`` when that is exact."""

    pair: int
    regret: int
    proven: bool


@dataclass(frozen=True)
class MatchingAnswer:
    """A plan with its proof: no plan reaches more than ``bound`` points."""

    matches: tuple[Chosen, ...]
    objective: int
    bound: int
    seconds: float
    seed: int
    versions: dict[str, str]
    alternatives: tuple[Alternative, ...] = ()

    @property
    def gap(self) -> float:
        """How far below the best possible the plan may lie, as a share of it."""
        return 0.0 if self.bound <= 0 else (self.bound - self.objective) / self.bound
