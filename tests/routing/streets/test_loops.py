"""The small pieces under the hierarchy: parts of a network, and copies that share their memory."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from routing.streets import loops
from routing.streets.groups import Groups
from routing.streets.hierarchy import Hierarchy, shape_of
from routing.streets.packing import FAR
from routing.streets.sheets import Sheets
from tests.rounds import rounds


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


def some_costs(chance: np.random.Generator, count: int) -> np.ndarray:
    """Few different ones, so that many ways are equally good; a quarter is closed."""
    return np.where(chance.random(count) < 0.75, chance.integers(1, 6, count), FAR)


def test_costs_that_rise_and_fall_give_the_hierarchy_that_is_made_from_nothing():
    """One change after the other, each made from the one before: dearer, cheaper, closed and opened at once."""
    chance, changes = np.random.default_rng(5), 0
    for _ in range(rounds(20)):
        nodes, tail, head, _ = some_graph(chance)
        links = np.unique(np.column_stack((tail, head))[tail != head], axis=0).astype(np.int32)
        tail, head = np.ascontiguousarray(links.T)
        hierarchy = Hierarchy(shape_of(chance.permutation(nodes).astype(np.int32), tail, head), tail, head)
        metric = hierarchy.metric(some_costs(chance, len(links)))
        for share in (0.1, 0.3, 1.0, 0.1, 0.1):
            others = np.flatnonzero(chance.random(len(links)) < share)
            cost = metric.arcs.copy()
            cost[others] = some_costs(chance, len(others))

            later = hierarchy.changed(metric, others, cost)

            fresh = hierarchy.metric(cost)
            assert np.array_equal(later.rise, fresh.rise) and np.array_equal(later.fall, fresh.fall)
            differs = (later.rise != later.sheets.arrays[0]) | (later.fall != later.sheets.arrays[1])
            assert set(np.flatnonzero(differs)) <= set(later.beside)
            changes += not np.array_equal(later.rise, metric.rise)
            metric = later
    assert changes > 20, "most of these changes change something"
