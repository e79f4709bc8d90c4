"""Shop fronts become flats from the outside in: which conversion may come only with which others. Pure.

The next shop further out is enough to ask for: it needs the one beyond it in
the same way.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leerstand.situation import Situation


def in_order(places: Sequence[Situation], ids: Sequence[int], rows: np.ndarray, converts: np.ndarray) -> np.ndarray:
    """Which candidates may stay, as indices: a conversion whose next shop out nobody would convert never comes."""
    row_of = {unit_id: row for row, unit_id in enumerate(ids)}
    possible = set(rows[converts].tolist())
    while True:
        stuck = {row for row in possible if any(row_of.get(out) not in possible for out in places[row].next_out)}
        if not stuck:
            return np.flatnonzero(~converts | np.isin(rows, list(possible)))
        possible -= stuck


def follows(places: Sequence[Situation], ids: Sequence[int], rows: np.ndarray, converts: np.ndarray) -> np.ndarray:
    """(candidate, shop) pairs: the candidate comes only when that shop is converted too; shape (n, 2)."""
    row_of = {unit_id: row for row, unit_id in enumerate(ids)}
    found = [
        (pair, row_of[out])
        for pair in np.flatnonzero(converts).tolist()
        for out in places[int(rows[pair])].next_out
        if out in row_of
    ]
    return np.array(found, dtype=np.int64).reshape(len(found), 2)
