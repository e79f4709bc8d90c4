"""The inner loops of the hierarchy, compiled by numba on first use and kept on disk. Pure.

Ids are ranks. ``first`` and ``above`` list for each node the higher nodes it has an edge to, ascending;
``rise[e]`` is the cost from low to high over edge e, ``fall[e]`` from high to low.
"""

from __future__ import annotations

import numba
import numpy as np

FAR = 1 << 60  # as in packing; numba wants its constants at home

compiled = numba.njit(cache=True, nogil=True)


@compiled
def shape(first, high):  # type: ignore[no-untyped-def]
    """Contract nodes in order: each node's higher neighbours become a clique. Returns (first, above, parent)."""
    n = len(first) - 1
    parent = np.full(n, -1, np.int32)
    child, sibling = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    marked = np.full(n, -1, np.int32)
    starts = np.zeros(n + 1, np.int64)
    above = np.empty(4 * len(high) + n, np.int32)
    used = 0
    for v in range(n):
        begin = used
        if used + n - v > len(above):
            larger = np.empty(2 * len(above) + n, np.int32)
            larger[:used] = above[:used]
            above = larger
        for i in range(first[v], first[v + 1]):
            if high[i] > v and marked[high[i]] != v:
                marked[high[i]] = v
                above[used] = high[i]
                used += 1
        c = child[v]
        while c >= 0:
            for i in range(starts[c], starts[c + 1]):
                if above[i] > v and marked[above[i]] != v:
                    marked[above[i]] = v
                    above[used] = above[i]
                    used += 1
            c = sibling[c]
        above[begin:used].sort()
        starts[v + 1] = used
        if used > begin:
            parent[v] = above[begin]
            sibling[v] = child[parent[v]]
            child[parent[v]] = v
    return starts, above[:used].copy(), parent


@compiled
def edge(first, above, low, high):  # type: ignore[no-untyped-def]
    """The edge between two nodes, by halving."""
    a, b = first[low], first[low + 1]
    while a < b:
        middle = (a + b) >> 1
        if above[middle] < high:
            a = middle + 1
        else:
            b = middle
    return a


@compiled
def edges_of(first, above, low, high):  # type: ignore[no-untyped-def]
    found = np.empty(len(low), np.int64)
    for i in range(len(low)):
        found[i] = edge(first, above, low[i], high[i])
    return found


@compiled
def customise(first, above, rise, fall):  # type: ignore[no-untyped-def]
    """Over every triangle v < w < x the way w – v – x may be shorter than the edge w – x."""
    for v in range(len(first) - 1):
        for i in range(first[v], first[v + 1]):
            if rise[i] >= FAR and fall[i] >= FAR:
                continue
            w = above[i]
            e = first[w]
            for j in range(i + 1, first[v + 1]):
                while above[e] != above[j]:
                    e += 1
                rise[e] = min(rise[e], fall[i] + rise[j])
                fall[e] = min(fall[e], fall[j] + rise[i])


@compiled
def _over(first, above, e, k, up, down, rise, fall):  # type: ignore[no-untyped-def]
    """Over two edges of one lower node, the first at ``up`` and ``down``: the third edge of the triangle, and what it
    costs upwards and downwards that way; -1 where there is no way."""
    there, back = down + rise[k], up + fall[k]  # from the end of e to the end of k, and back
    if e == k or (there >= FAR and back >= FAR):
        return -1, there, back
    if above[e] < above[k]:
        return edge(first, above, above[e], above[k]), there, back
    return edge(first, above, above[k], above[e]), back, there


@compiled
def _from_below(above, below_first, below, below_edge, v, w, up, down, ups, downs, rise, fall):  # type: ignore[no-untyped-def]
    """The cost of the edge v – w over every node below both, at most ``up`` and ``down``, where it is asked for."""
    i, j = below_first[v], below_first[w]
    while i < below_first[v + 1] and j < below_first[w + 1]:
        if below[i] < below[j]:
            i += 1
        elif below[i] > below[j]:
            j += 1
        else:
            if ups:
                up = min(up, fall[below_edge[i]] + rise[below_edge[j]])
            if downs:
                down = min(down, fall[below_edge[j]] + rise[below_edge[i]])
            i += 1
            j += 1
    return up, down


@compiled
def raised(  # type: ignore[no-untyped-def]
    first, above, below_first, below, below_edge, low, rise_arc, fall_arc, before, after, rise, fall, seeds, changed
):
    """Where arcs cost more than before, compute again only the edges whose costs rested on them, lowest first.

    Edges are numbered by their lower node, so what an edge touches stands behind it: one walk over the nodes will do.
    ``waits``: bit 0 upwards, bit 1 downwards. Marks the edges that did change in ``changed``.
    """
    waits, node = np.zeros(len(above), np.uint8), np.zeros(len(first), np.bool_)
    for e in seeds:
        if rise_arc[e] >= 0 and after[rise_arc[e]] > before[rise_arc[e]]:
            waits[e] |= 1
        if fall_arc[e] >= 0 and after[fall_arc[e]] > before[fall_arc[e]]:
            waits[e] |= 2
        node[low[e]] |= waits[e] > 0
    for v in range(len(first) - 1):
        if not node[v]:
            continue
        for e in range(first[v], first[v + 1]):
            if waits[e] == 0:
                continue
            ups, downs = waits[e] & 1 > 0, waits[e] & 2 > 0
            up, down = (FAR if ups else rise[e]), (FAR if downs else fall[e])
            if ups and rise_arc[e] >= 0:
                up = max(before[rise_arc[e]], after[rise_arc[e]])
            if downs and fall_arc[e] >= 0:
                down = max(before[fall_arc[e]], after[fall_arc[e]])
            up, down = _from_below(above, below_first, below, below_edge, v, above[e], up, down, ups, downs, rise, fall)
            old_up, old_down = (rise[e] if up > rise[e] else FAR), (fall[e] if down > fall[e] else FAR)
            if old_up == FAR and old_down == FAR:
                continue
            rise[e], fall[e], changed[e] = up, down, True
            for k in range(first[v], first[v + 1]):
                other, rises, falls = _over(first, above, e, k, old_up, old_down, rise, fall)
                if other >= 0 and rises <= rise[other]:
                    waits[other] |= 1
                if other >= 0 and falls <= fall[other]:
                    waits[other] |= 2
                if other >= 0:
                    node[low[other]] |= waits[other] > 0


@compiled
def lowered(first, above, low, rise_arc, fall_arc, after, rise, fall, seeds, changed):  # type: ignore[no-untyped-def]
    """Where arcs cost less now, carry the better ways upwards; marks the edges that did change in ``changed``."""
    waits, node = np.zeros(len(above), np.uint8), np.zeros(len(first), np.bool_)
    for e in seeds:
        if rise_arc[e] >= 0 and after[rise_arc[e]] < rise[e]:
            rise[e] = after[rise_arc[e]]
            waits[e] |= 1
        if fall_arc[e] >= 0 and after[fall_arc[e]] < fall[e]:
            fall[e] = after[fall_arc[e]]
            waits[e] |= 2
        node[low[e]] |= waits[e] > 0
    for v in range(len(first) - 1):
        if not node[v]:
            continue
        for e in range(first[v], first[v + 1]):
            if waits[e] == 0:
                continue
            changed[e] = True
            up, down = (rise[e] if waits[e] & 1 > 0 else FAR), (fall[e] if waits[e] & 2 > 0 else FAR)
            for k in range(first[v], first[v + 1]):
                other, rises, falls = _over(first, above, e, k, up, down, rise, fall)
                if other >= 0 and rises < rise[other]:
                    rise[other] = rises
                    waits[other] |= 1
                if other >= 0 and falls < fall[other]:
                    fall[other] = falls
                    waits[other] |= 2
                if other >= 0:
                    node[low[other]] |= waits[other] > 0


@compiled
def upwards(parent, ranks):  # type: ignore[no-untyped-def]
    """Every node from which one of these can be reached downwards, highest first."""
    marked = np.zeros(len(parent), np.bool_)
    count = 0
    for rank in ranks:
        x = rank
        while x >= 0 and not marked[x]:
            marked[x] = True
            count += 1
            x = parent[x]
    chosen = np.empty(count, np.int32)
    for x in range(len(parent)):
        if marked[x]:
            count -= 1
            chosen[count] = x
    return chosen


@compiled
def _falls(first, above, fall, chosen, place):  # type: ignore[no-untyped-def]
    """The open edges down into each chosen node, one by one: where they begin, from which row, at what cost."""
    edges = 0
    for k in range(len(chosen)):
        edges += first[chosen[k] + 1] - first[chosen[k]]
    begin, over, cost = np.empty(len(chosen) + 1, np.int64), np.empty(edges, np.int32), np.empty(edges, np.int64)
    edges = 0
    for k in range(len(chosen)):
        begin[k] = edges
        for e in range(first[chosen[k]], first[chosen[k] + 1]):
            if fall[e] < FAR:
                over[edges] = place[above[e]]
                cost[edges] = fall[e]
                edges += 1
    begin[len(chosen)] = edges
    return begin, over, cost


@compiled
def _neighbours(n, source_first, source):  # type: ignore[no-untyped-def]
    """The rows by their lowest start node: those that climb over the same nodes stand together."""
    lowest = np.full(len(source_first) - 1, n, np.int64)
    for s in range(len(lowest)):
        for i in range(source_first[s], source_first[s + 1]):
            lowest[s] = min(lowest[s], source[i])
    return np.argsort(lowest)


@compiled
def sweep(  # type: ignore[no-untyped-def]
    first, above, parent, rise, fall, chosen, place, source_first, source, source_cost, goals, batch
):
    """A batch of sources at once: climb over all that lies above them, then fall through the chosen nodes."""
    n, count = len(parent), len(source_first) - 1
    out = np.empty((count, len(goals)), np.int64)
    begin, over, cost = _falls(first, above, fall, chosen, place)
    order = _neighbours(n, source_first, source)
    seen, path = np.full(n, -1, np.int64), np.empty(n, np.int32)
    risen, table = np.empty((n, batch), np.int64), np.empty((len(chosen), batch), np.int64)
    for s0 in range(0, count, batch):
        width, met = min(batch, count - s0), 0
        for b in range(width):
            s = order[s0 + b]
            for i in range(source_first[s], source_first[s + 1]):
                x = source[i]
                while x >= 0 and seen[x] != s0:
                    seen[x] = s0
                    risen[x] = FAR
                    path[met] = x
                    met += 1
                    x = parent[x]
                risen[source[i], b] = min(risen[source[i], b], source_cost[i])
        path[:met].sort()
        for i in range(met):
            row = risen[path[i]]
            for e in range(first[path[i]], first[path[i] + 1]):
                if rise[e] < FAR:
                    higher, more = risen[above[e]], rise[e]
                    for b in range(batch):
                        higher[b] = min(higher[b], row[b] + more)
        for k in range(len(chosen)):
            row, e, end = table[k], begin[k], begin[k + 1]
            if seen[chosen[k]] == s0:
                row[:] = risen[chosen[k]]
            else:
                row[:] = FAR
            while e + 4 <= end:  # four edges at once: memory is what is slow
                h0, h1, h2, h3 = table[over[e]], table[over[e + 1]], table[over[e + 2]], table[over[e + 3]]
                c0, c1, c2, c3 = cost[e], cost[e + 1], cost[e + 2], cost[e + 3]
                for b in range(batch):
                    row[b] = min(min(min(h0[b] + c0, h1[b] + c1), min(h2[b] + c2, h3[b] + c3)), row[b])
                e += 4
            while e < end:
                higher, more = table[over[e]], cost[e]
                for b in range(batch):
                    row[b] = min(row[b], higher[b] + more)
                e += 1
        for b in range(width):
            row = out[order[s0 + b]]
            for j in range(len(goals)):
                row[j] = min(table[place[goals[j]], b], FAR)
    return out


@compiled
def _climb_kept(first, above, parent, cost, start, start_cost, dist, via, origin, path):  # type: ignore[no-untyped-def]
    """From some start nodes upwards; keeps from where each node was reached. ``path`` lists those met, ascending."""
    met = 0
    seen = np.zeros(len(parent), np.bool_)
    for i in range(len(start)):
        x = start[i]
        if start_cost[i] < dist[x]:
            dist[x] = start_cost[i]
            origin[x] = i
        while x >= 0 and not seen[x]:
            seen[x] = True
            path[met] = x
            met += 1
            x = parent[x]
    path[:met].sort()
    for i in range(met):
        x = path[i]
        if dist[x] < FAR:
            for e in range(first[x], first[x + 1]):
                y = above[e]
                if dist[x] + cost[e] < dist[y]:
                    dist[y] = dist[x] + cost[e]
                    via[y] = x
                    origin[y] = origin[x]
    return met


@compiled
def meet(first, above, parent, rise, fall, source, source_cost, target, target_cost):  # type: ignore[no-untyped-def]
    """The cheapest node where the climb from the sources meets the climb from the targets, and the chain over it."""
    n = len(parent)
    up, down = np.full(n, FAR, np.int64), np.full(n, FAR, np.int64)
    up_via, down_via = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    up_origin, down_origin = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    path = np.empty(n, np.int32)
    _climb_kept(first, above, parent, fall, target, target_cost, down, down_via, down_origin, path)
    met = _climb_kept(first, above, parent, rise, source, source_cost, up, up_via, up_origin, path)
    best, top = np.int64(FAR), -1
    for i in range(met):
        x = path[i]
        if up[x] < FAR and down[x] < FAR and up[x] + down[x] < best:
            best, top = up[x] + down[x], x
    if top < 0:
        return np.int64(FAR), -1, -1, np.empty(0, np.int32)
    length = 0
    x = top
    while x >= 0:
        path[length] = x
        length += 1
        x = up_via[x]
    path[:length] = path[:length][::-1].copy()
    x = down_via[top]
    while x >= 0:
        path[length] = x
        length += 1
        x = down_via[x]
    return best, up_origin[top], down_origin[top], path[:length].copy()


@compiled
def unpacked(  # type: ignore[no-untyped-def]
    first, above, below_first, below, below_edge, rise_arc, fall_arc, arcs, rise, fall, chain
):
    """Replace every shortcut of a chain by the two edges below it, until only arcs of the graph are left."""
    out = [chain[0]]
    stack = [(chain[0], chain[0])]
    stack.pop()
    for k in range(len(chain) - 1, 0, -1):
        stack.append((chain[k - 1], chain[k]))
    while len(stack):
        a, b = stack.pop()
        e = edge(first, above, min(a, b), max(a, b))
        whole = rise[e] if a < b else fall[e]
        arc = rise_arc[e] if a < b else fall_arc[e]
        if arc >= 0 and arcs[arc] == whole:
            out.append(b)
            continue
        i, j = below_first[a], below_first[b]
        while True:
            if below[i] < below[j]:
                i += 1
            elif below[i] > below[j]:
                j += 1
            elif fall[below_edge[i]] + rise[below_edge[j]] == whole:
                stack.append((below[i], b))
                stack.append((a, below[i]))
                break
            else:
                i += 1
                j += 1
    return np.array(out)
