"""The small pieces under the hierarchy: parts of a network, and copies that share their memory."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from routing.streets import loops
from routing.streets.groups import Groups
from routing.streets.packing import FAR
from routing.streets.sheets import Sheets


def some_graph(chance: np.random.Generator) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    """A few nodes and arcs; a fifth of the arcs is closed."""
    nodes, arcs = int(chance.integers(1, 30)), int(chance.integers(0, 70))
    tail, head = chance.integers(0, nodes, (2, arcs)).astype(np.int32)
    return nodes, tail, head, np.where(chance.random(arcs) < 0.8, 5, FAR)


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two ways of numbering put the same things together."""
    return bool(((one[:, None] == one) == (other[:, None] == other)).all())


def test_parts_within_which_one_gets_about_are_those_that_scipy_finds():
    chance = np.random.default_rng(3)
    for _ in range(100):
        nodes, tail, head, cost = some_graph(chance)
        out, usable = Groups(tail, nodes), cost < FAR
        graph = coo_array((np.ones(usable.sum()), (tail[usable], head[usable])), shape=(nodes, nodes))

        found = loops.strong_parts(out.first, out.rows, head, cost)

        assert same(found, connected_components(graph, connection="strong")[1])


def test_streets_for_those_with_business_there_are_joined_as_scipy_joins_them():
    chance = np.random.default_rng(4)
    for _ in range(100):
        nodes, tail, head, _ = some_graph(chance)
        belongs = chance.random(nodes) < 0.7
        within = belongs[tail] & belongs[head]
        graph = coo_array((np.ones(within.sum()), (tail[within], head[within])), shape=(nodes, nodes))

        found = loops.joined(belongs, tail, head)

        assert (found[~belongs] == -1).all()
        assert same(found[belongs], connected_components(graph, directed=False)[1][belongs])


def test_a_copy_may_be_changed_and_the_original_stays():
    sheets = Sheets(2, 3_000)
    sheets.arrays[:] = 7
    one, other = sheets.copies(), sheets.copies()

    one[0, 5] = 1
    other[1, 2_999] = 2

    assert one[0, 5] == 1 and other[0, 5] == 7
    assert other[1, 2_999] == 2 and one[1, 2_999] == 7
    assert (sheets.arrays == 7).all()
