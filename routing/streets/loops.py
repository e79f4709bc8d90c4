"""Inner loops over lanes, turns and tables, compiled by numba on first use and kept on disk. Pure."""

from __future__ import annotations

import numpy as np

from routing.streets.kernels import FAR, compiled

DETOUR = 1 << 51  # as in packing; numba wants its constants at home


@compiled
def joined(belongs, tail, head):  # type: ignore[no-untyped-def]
    """For everything that belongs the first of all that the links between such lead to; -1 for what does not."""
    first = np.full(len(belongs), -1, np.int32)
    for x in range(len(belongs)):
        if belongs[x]:
            first[x] = x
    for i in range(len(tail)):
        a, b = tail[i], head[i]
        if not (belongs[a] and belongs[b]):
            continue
        while first[a] != a:
            first[a] = first[first[a]]
            a = first[a]
        while first[b] != b:
            first[b] = first[first[b]]
            b = first[b]
        first[max(a, b)] = min(a, b)
    for x in range(len(belongs)):  # ascending: what stands before has its answer already
        if first[x] >= 0:
            first[x] = first[first[x]]
    return first


@compiled
def between(found, column, rest, from_zone, zone):  # type: ignore[no-untyped-def]
    """From costs to the ends of lanes to costs between stops: less what lies behind a stop, less its one detour."""
    rows, columns = len(found), len(column)
    out = np.empty((rows, columns), np.int64)
    for i in range(rows):
        for j in range(columns):
            best = np.int64(FAR)
            for side in range(2):
                if rest[j, side] < FAR and found[i, column[j, side]] < FAR:
                    best = min(best, found[i, column[j, side]] - rest[j, side])
            if zone[j] >= 0 and from_zone[i] != zone[j] and DETOUR <= best < FAR:
                best -= DETOUR
            out[i, j] = best
    return out


@compiled
def told(cost, from_ms, to_ms, from_place, to_place, length_bits, detour_bits):  # type: ignore[no-untyped-def]
    """Whole seconds and metres; the walks at both ends count where the two places differ. -1: no way."""
    rows, columns = cost.shape
    seconds, metres = np.empty((rows, columns), np.int32), np.empty((rows, columns), np.int32)
    for i in range(rows):
        for j in range(columns):
            if cost[i, j] >= FAR:
                seconds[i, j] = metres[i, j] = -1
                continue
            ms = (cost[i, j] >> length_bits) & ((1 << detour_bits) - 1)
            if from_place[i] != to_place[j]:
                ms += from_ms[i] + to_ms[j]
            seconds[i, j] = (ms + 500) // 1000
            metres[i, j] = ((cost[i, j] & ((1 << length_bits) - 1)) + 5) // 10
    return seconds, metres


@compiled
def arcs_along(out_first, out, head, nodes):  # type: ignore[no-untyped-def]
    """The arc from each node to the next one."""
    arcs = np.empty(len(nodes) - 1, np.int64)
    for k in range(len(arcs)):
        i = out_first[nodes[k]]
        while head[out[i]] != nodes[k + 1]:
            i += 1
        arcs[k] = out[i]
    return arcs


@compiled
def ways_on(out_first, out, head, lane_of, cost, nodes):  # type: ignore[no-untyped-def]
    """In how many ways one can go on from each node, turning round aside."""
    ways = np.zeros(len(nodes), np.int64)
    for k in range(len(nodes)):
        back = lane_of[nodes[k]] ^ 1
        for i in range(out_first[nodes[k]], out_first[nodes[k] + 1]):
            if cost[out[i]] < FAR and lane_of[head[out[i]]] != back:
                ways[k] += 1
    return ways


@compiled
def strong_parts(out_first, out, head, cost):  # type: ignore[no-untyped-def]
    """For every node the number of the part within which each is reached from each (Tarjan 1972, without recursion)."""
    n = len(out_first) - 1
    part, order, low = np.full(n, -1, np.int64), np.full(n, -1, np.int64), np.empty(n, np.int64)
    stack, trail, place = np.empty(n, np.int64), np.empty(n, np.int64), out_first[:-1].copy()
    parts = seen = on_stack = 0
    for root in range(n):
        if order[root] >= 0:
            continue
        trail[0], depth = root, 1
        while depth > 0:
            x = trail[depth - 1]
            if order[x] < 0:
                order[x] = low[x] = seen
                seen += 1
                stack[on_stack] = x
                on_stack += 1
            deeper = False
            while place[x] < out_first[x + 1] and not deeper:
                y = head[out[place[x]]]
                if cost[out[place[x]]] < FAR and order[y] < 0:
                    trail[depth] = y
                    depth += 1
                    deeper = True  # and looks at this arc once more on the way back, for what y reaches
                    continue
                if cost[out[place[x]]] < FAR and part[y] < 0:
                    low[x] = min(low[x], low[y])
                place[x] += 1
            if deeper:
                continue
            depth -= 1
            if low[x] == order[x]:
                while True:
                    on_stack -= 1
                    part[stack[on_stack]] = parts
                    if stack[on_stack] == x:
                        break
                parts += 1
    return part
