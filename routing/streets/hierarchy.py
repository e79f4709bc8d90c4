"""A customizable contraction hierarchy: shortest paths in a turn graph, for any number of cost models. Pure.

The shape (which shortcuts may exist) depends on the graph alone; a *metric* fills in costs in some
milliseconds. Dibbelt, Strasser, Wagner: Customizable Contraction Hierarchies, 2016. Costs are packed
into one int64 (see ``packing``), so that the shortest ride carries its own metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.streets import kernels
from routing.streets.groups import Groups
from routing.streets.packing import FAR
from routing.streets.sheets import Sheets

Ints = NDArray[np.int64]
BATCH = 32  # sources that sweep down together; a constant inside the kernel would keep it from being vectorised


@dataclass(frozen=True)
class Metric:
    """Costs of the arcs, and of every edge of the hierarchy from low to high rank (rise) and back (fall).

    ``sheets`` hold the costs from which these were made, which differ in the edges ``beside`` only.
    """

    arcs: Ints
    rise: Ints
    fall: Ints
    sheets: Sheets
    beside: Ints


@dataclass(frozen=True)
class Found:
    """A shortest ride: its cost, which source and target were best, and the nodes it enters."""

    cost: int
    source: int
    target: int
    nodes: Ints


@dataclass(frozen=True)
class Shape:
    """Which edges there are from each of n ranks upwards, and from below; arrays that can be kept.

    Edges of rank r go to ``above[first[r]:first[r + 1]]``, ascending; those that come from below it are
    ``below_edge[below_first[r]:below_first[r + 1]]``. ``edge[a]`` stands for arc a.
    """

    rank: NDArray[np.int32]  # n, of each node
    first: NDArray[np.int64]  # n + 1
    above: NDArray[np.int32]
    parent: NDArray[np.int32]  # n
    edge: NDArray[np.int32]
    below_first: NDArray[np.int64]  # n + 1
    below_edge: NDArray[np.int32]


def shape_of(rank: NDArray[np.int32], tail: NDArray[np.int32], head: NDArray[np.int32]) -> Shape:
    """Contract the graph of the arcs ``tail`` → ``head``; ``rank[n]`` is the place of a node in the order."""
    low, high = np.minimum(rank[tail], rank[head]), np.maximum(rank[tail], rank[head])
    by_low = Groups(low, len(rank))
    first, above, parent = kernels.shape(by_low.first, high[by_low.rows])
    edge = kernels.edges_of(first, above, low, high).astype(np.int32)
    below = Groups(above, len(rank))
    return Shape(rank, first, above, parent, edge, below.first, below.rows.astype(np.int32))


class Hierarchy:
    """The hierarchy of this shape over the arcs ``tail`` → ``head``."""

    def __init__(self, shape: Shape, tail: NDArray[np.int32], head: NDArray[np.int32]) -> None:
        self.rank = rank = shape.rank
        self.node = np.empty_like(rank)
        self.node[rank] = np.arange(len(rank), dtype=rank.dtype)
        self.first, self.above, self.parent, self._edge = shape.first, shape.above, shape.parent, shape.edge
        self._rises = rank[tail] < rank[head]
        self._rise_arc, self._fall_arc = self._arc_of_edge(self._rises), self._arc_of_edge(~self._rises)
        self._low = np.repeat(np.arange(len(rank), dtype=np.int32), np.diff(self.first))
        self._below_first, self._below_edge = shape.below_first, shape.below_edge
        self._below = self._low[shape.below_edge]

    def _arc_of_edge(self, which: NDArray[np.bool_]) -> NDArray[np.int32]:
        """The arc that an edge stands for in one direction; -1 for a shortcut."""
        arc = np.full(len(self.above), -1, np.int32)
        arc[self._edge[which]] = np.flatnonzero(which)
        return arc

    def metric(self, cost: Ints) -> Metric:
        """All shortcut costs for these arc costs (``FAR``: closed)."""
        sheets = Sheets(2, len(self.above))
        rise, fall = sheets.arrays
        rise[:] = fall[:] = FAR
        rise[self._edge[self._rises]] = cost[self._rises]
        fall[self._edge[~self._rises]] = cost[~self._rises]
        kernels.customise(self.first, self.above, rise, fall)
        return Metric(cost, rise, fall, sheets, np.zeros(0, np.int64))

    def changed(self, metric: Metric, arcs: Ints, cost: Ints) -> Metric:
        """The metric for other costs, which differ in these arcs only; just what they reach is computed again."""
        rise, fall = metric.sheets.copies()
        rise[metric.beside], fall[metric.beside] = metric.rise[metric.beside], metric.fall[metric.beside]
        shape = (self.first, self.above)
        below = (self._below_first, self._below, self._below_edge)
        own = (self._low, self._rise_arc, self._fall_arc)
        seeds, differs = self._edge[arcs], np.zeros(len(self.above), np.bool_)
        differs[metric.beside] = True
        if (cost[arcs] > metric.arcs[arcs]).any():
            kernels.raised(*shape, *below, *own, metric.arcs, cost, rise, fall, seeds, differs)
        if (cost[arcs] < metric.arcs[arcs]).any():
            kernels.lowered(*shape, *own, cost, rise, fall, seeds, differs)
        return Metric(cost, rise, fall, metric.sheets, np.flatnonzero(differs))

    def table(self, metric: Metric, source_first: Ints, sources: Ints, costs: Ints, targets: Ints) -> Ints:
        """Costs from groups of start nodes to nodes: row i starts at ``sources[source_first[i]:source_first[i + 1]]``.

        ``costs`` are what each start node costs already. ``FAR`` where there is no way.
        """
        goals = self.rank[targets]
        chosen = kernels.upwards(self.parent, goals)
        place = np.full(len(self.rank), -1, np.int32)
        place[chosen] = np.arange(len(chosen), dtype=np.int32)
        ranks = self.rank[sources]
        shape = (self.first, self.above, self.parent, metric.rise, metric.fall)
        return kernels.sweep(*shape, chosen, place, source_first, ranks, costs, goals, BATCH)

    def ride(
        self, metric: Metric, sources: Ints, source_costs: Ints, targets: Ints, target_costs: Ints
    ) -> Found | None:
        """The shortest ride from any source to any target, node by node; None where there is none."""
        shape = (self.first, self.above, self.parent, metric.rise, metric.fall)
        ends = (self.rank[sources], source_costs, self.rank[targets], target_costs)
        cost, source, target, chain = kernels.meet(*shape, *ends)
        if cost >= FAR:
            return None
        below = (self._below_first, self._below, self._below_edge)
        costs = (self._rise_arc, self._fall_arc, metric.arcs, metric.rise, metric.fall)
        ranks = kernels.unpacked(self.first, self.above, *below, *costs, chain)
        return Found(int(cost), int(source), int(target), self.node[ranks])
