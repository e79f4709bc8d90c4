"""The question and the answer of the matching, as pure data for the solver process. Nothing of web or database.

Everything is an index: ``unit[i]`` and ``request[i]`` say which shop and which
request the i-th candidate pair joins, ``group[i]`` which kind of use in which
street it adds to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from leerstand.shares import ALL_WEEK, WEEK
from routing.message import BadInput

Ints = np.ndarray  # whole numbers, one per candidate pair unless told otherwise


NOTHING = np.zeros(0, dtype=np.int64)
NO_PAIRS = np.zeros((0, 2), dtype=np.int64)
NO_FRONTS = np.zeros((0, 3), dtype=np.int64)
UNLIMITED = 1 << 40
PER_PAIR = ("group", "hub", "starts", "ends", "size", "slots", "cost", "first", "converts")  # beside who and points
MOST_PAIRS = 2_000_000  # of candidates that one problem may hold


@dataclass(frozen=True)
class MatchingProblem:
    """All pairs that no rule objects to, and what holds for several of them together.

    A candidate pair uses ``size`` of the ``capacity`` of its shop from ``starts``
    to ``ends`` (days, half-open), at the times of the week that ``slots`` names.
    ``points`` are those that do not depend on the other matches. The k-th use
    (k = 0, 1, …) of a group in this plan gives ``ladder[stock[group] + k]``
    points more; beyond its end the last step
    counts. ``ladder`` never rises. ``fronts`` holds (shop, shop, points): two
    neighbours of which both are dead; on each day of ``snapshots`` on which at
    least one of them is used the plan earns the points. ``conflicts`` holds
    candidates that exclude each other, ``follows`` (candidate, shop): it may
    come only when a candidate that ``converts`` that shop comes too.

    Raises :class:`BadInput` when the columns do not belong together, or when
    the pinned candidates contradict each other: the sentence names which.
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
    starts: Ints = field(default_factory=lambda: NOTHING)  # empty: all at the same time
    ends: Ints = field(default_factory=lambda: NOTHING)
    size: Ints = field(default_factory=lambda: NOTHING)  # empty: every use takes the whole shop
    slots: Ints = field(default_factory=lambda: NOTHING)  # times of the week as bits; empty: always
    capacity: Ints = field(default_factory=lambda: NOTHING)  # per shop
    fronts: Ints = field(default_factory=lambda: NO_FRONTS)  # shape (k, 3)
    snapshots: tuple[int, ...] = ()  # days
    pinned: Ints = field(default_factory=lambda: NOTHING)  # candidates that must be in the plan
    placed: Ints = field(default_factory=lambda: NOTHING)  # requests that must get a place, whichever
    caps: Ints = field(default_factory=lambda: NOTHING)  # per group; empty: max_per_group for each
    first: Ints = field(default_factory=lambda: NOTHING)  # per pair: what counts before all points; empty: nothing
    quotas: Ints = field(default_factory=lambda: NOTHING)  # per group: at least so many new uses; empty: none
    cost: Ints = field(default_factory=lambda: NOTHING)  # per pair: what it takes from the budget
    budget: int = UNLIMITED
    converts: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))  # per pair
    follows: Ints = field(default_factory=lambda: NO_PAIRS)

    def __post_init__(self) -> None:
        self._fill_in()
        size = len(self.unit)
        for name in ("request", "points", *PER_PAIR):
            if len(getattr(self, name)) != size:
                raise BadInput(
                    "%(name)s has %(has)d entries for %(size)d pairs.",
                    name=name,
                    has=len(getattr(self, name)),
                    size=size,
                )
        if size > MOST_PAIRS:
            raise BadInput("%(has)d possible pairs are too many; at most %(most)d.", has=size, most=MOST_PAIRS)
        limits = (("unit", self.unit, self.units), ("request", self.request, self.requests))
        for name, column, limit in (*limits, ("group", self.group, len(self.stock))):
            if size and (column.max() >= limit or column.min() < (-1 if name == "group" else 0)):
                raise BadInput("A pair names a %(name)s outside 0 to %(last)d.", name=name, last=limit - 1)
        if any(later > earlier for earlier, later in pairwise(self.ladder)):
            raise BadInput("The points for diversity must never rise with the number of uses.")
        if (self.ends <= self.starts).any():
            raise BadInput("A pair ends before it starts.")

    def _fill_in(self) -> None:
        """What was not said: everything at the same time, every use takes the whole shop, nothing costs."""
        pairs = len(self.unit)
        if not len(self.starts):
            object.__setattr__(self, "starts", np.zeros(pairs, dtype=np.int64))
        if not len(self.ends):
            object.__setattr__(self, "ends", self.starts + 1)
        defaults = (
            ("size", 1, pairs),
            ("slots", ALL_WEEK, pairs),
            ("capacity", 1, self.units),
            ("cost", 0, pairs),
            ("first", 0, pairs),
        )
        for name, default, length in (
            *defaults,
            ("caps", self.max_per_group, len(self.stock)),
            ("quotas", 0, len(self.stock)),
        ):
            if not len(getattr(self, name)):
                object.__setattr__(self, name, np.full(length, default, dtype=np.int64))
        if not len(self.converts):
            object.__setattr__(self, "converts", np.zeros(pairs, dtype=bool))

    @property
    def pairs(self) -> int:
        """How many candidates there are."""
        return len(self.unit)

    def step(self, group: int, nth: int) -> int:
        """Points of the n-th (from 0) new use of a group."""
        if group < 0 or not self.ladder:
            return self.ladder[0] if self.ladder else 0
        return self.ladder[min(int(self.stock[group]) + nth, len(self.ladder) - 1)]

    @cached_property
    def first_steps(self) -> Ints:
        """Per candidate the points for diversity when it is the first new use of its group."""
        ladder, last = np.array(self.ladder or (0,), dtype=np.int64), max(0, len(self.ladder) - 1)
        stock = np.append(self.stock, 0)  # -1: no group, as the first of its kind
        steps: Ints = ladder[np.minimum(stock[self.group], last)]
        return steps

    @cached_property
    def covers(self) -> np.ndarray:
        """Which candidate keeps its front alive on which snapshot; shape (pairs, snapshots), bool."""
        days = np.array(self.snapshots, dtype=np.int64)[None, :]
        there: np.ndarray = (self.starts[:, None] <= days) & (days < self.ends[:, None])
        return there & ~self.converts[:, None]  # a flat is no shop front

    @cached_property
    def cliques(self) -> tuple[np.ndarray, ...]:
        """For each shop and each day on which its candidates crowd most: all that are there then.

        Together they say that a shop is never given away twice at once; the
        sets of an interval graph, so the rows are as strong as can be.
        """
        order = np.argsort(self.unit, kind="stable")
        bounds = np.searchsorted(self.unit[order], np.arange(self.units + 1))
        found = []
        for one, last in pairwise(bounds.tolist()):
            mine = order[one:last]
            if len(mine) > 1 or (len(mine) == 1 and self.size[mine[0]] > self.capacity[self.unit[mine[0]]]):
                found += self._crowds_by_times(mine)
        return tuple(found)

    @cached_property
    def exclusive(self) -> tuple[np.ndarray, ...]:
        """For each shop the largest sets of candidates of which at most one can come; see :mod:`cliques`."""
        from leerstand.matching.cliques import exclusive

        return tuple(exclusive(self))

    def _crowds_by_times(self, mine: np.ndarray) -> list[np.ndarray]:
        """For each time of the week those that are there then; mostly all are there always."""
        masks = self.slots[mine]
        if (masks == ALL_WEEK).all():
            return self._crowds(mine)
        found: dict[tuple[int, ...], np.ndarray] = {}
        for bit in range(WEEK):
            there = mine[(masks >> bit & 1) > 0]
            found |= {tuple(crowd.tolist()): crowd for crowd in self._crowds(there)}
        return list(found.values())

    def share_a_moment(self, one: Ints | int, other: Ints | int) -> Any:
        """Whether two candidates are there on the same day and at the same time of the week."""
        days = (self.starts[one] < self.ends[other]) & (self.starts[other] < self.ends[one])
        return days & ((self.slots[one] & self.slots[other]) > 0)

    def _crowds(self, mine: np.ndarray) -> list[np.ndarray]:
        starts, ends = self.starts[mine], self.ends[mine]
        days = np.unique(starts)
        later = np.append(days, np.iinfo(np.int64).max)[1:]
        crowds = []
        for day, following in zip(days, later, strict=True):
            there = (starts <= day) & (day < ends)
            if (ends[there] <= following).any():  # else the next crowd holds all of this one
                crowds.append(mine[there])
        return crowds


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
    """One match of a plan: which candidate, and the points it earned only together with the others.

    ``already`` is how many uses of its kind its street has before it, counting
    those of the plan; ``stretch`` the points for dead neighbours that are no
    longer two in a row.
    """

    pair: int
    diversity: int
    already: int = 0
    stretch: int = 0


@dataclass(frozen=True)
class Alternative:
    """What the whole plan would lose if this candidate had to be in it; ``proven`` when that is exact."""

    pair: int
    regret: int
    proven: bool
    first: int = 0  # so much of what counts first


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
    robust: tuple[float, ...] = ()  # per match: in which share of slightly different weights it stays

    @property
    def gap(self) -> float:
        """How far below the best possible the plan may lie, as a share of it."""
        return 0.0 if self.bound <= 0 else (self.bound - self.objective) / self.bound
