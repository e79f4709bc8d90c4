"""What the doors of the planner ask of single values: whole numbers within limits, tables, keys. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from routing.message import BadInput

MAX_LOAD = 100_000_000  # g or ml: 100 t or 100 m³; keeps every sum of the solvers within 32 bits
MAX_TIME_S = 10_000_000  # about 115 days; published problems count thousandths of an hour
MAX_METRES = 10_000_000
MAX_RATE_CENTS = 1_000_000  # per hour or per km
MAX_PRICE_CENTS = 1_000_000_000
UNREACHABLE = -1


def clock(seconds: int) -> str:
    """``38520`` as ``10:42``; what lies after midnight counts on: ``24:30``."""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}"


def table(values: object, name: str, highest: int) -> NDArray[np.int32]:
    """A square read-only table of whole numbers from -1 (no way) to ``highest``, zero on the diagonal."""
    found = np.asarray(values)
    if found.ndim != 2 or found.shape[0] != found.shape[1]:
        raise BadInput(
            "The table of %(name)s must be square, but has the shape %(shape)s.",
            name=name,
            shape=" × ".join(map(str, found.shape)),
        )
    if not np.issubdtype(found.dtype, np.integer):
        raise BadInput(
            "The table of %(name)s must hold whole numbers, but holds %(kind)s such as %(value)s.",
            name=name,
            kind=str(found.dtype),
            value=str(_oddest(found)),
        )
    wrong = np.argwhere((found < UNREACHABLE) | (found > highest))
    if len(wrong):
        start, end = map(int, wrong[0])
        raise BadInput(
            "The table of %(name)s holds %(value)s from place %(start)s to place %(end)s; "
            "allowed are 0 to %(high)s, or -1 for no way.",
            name=name,
            value=int(found[start, end]),
            start=start,
            end=end,
            high=highest,
        )
    if found.diagonal().any():
        place = int(np.flatnonzero(found.diagonal())[0])
        raise BadInput(
            "The table of %(name)s holds %(value)s from place %(place)s to itself; this must be 0.",
            name=name,
            value=int(found[place, place]),
            place=place,
        )
    found = np.array(found, dtype=np.int32, order="C")  # a copy: nobody changes it afterwards
    found.flags.writeable = False
    return found


def _oddest(table: np.ndarray) -> object:
    """The value that shows best what is wrong: NaN, else the first fraction, else any."""
    if not np.issubdtype(table.dtype, np.floating) or not table.size:
        return table.flat[0] if table.size else ""
    odd = table[np.isnan(table) | (table != np.floor(table))]
    return (odd if odd.size else table.ravel())[0]


def a_key(kind: str, key: object) -> None:
    """A text that is not empty."""
    if not isinstance(key, str) or not key:
        raise BadInput("A %(kind)s has the key “%(key)s”; a key is a text that is not empty.", kind=kind, key=str(key))


def whole(value: object, low: int, high: int, text: str, names: Mapping[str, object]) -> None:
    """A whole number from ``low`` to ``high``."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise BadInput(text, **names, value=value, high=high)


def ordered(starts: int, ends: int, text: str, names: Mapping[str, object]) -> None:
    """Nothing ends before it starts."""
    if ends < starts:
        raise BadInput(text, **names, starts=clock(starts), ends=clock(ends))


def at_most(has: int, limit: int, text: str) -> None:
    """No more than the limit."""
    if has > limit:
        raise BadInput(text, has=has, limit=limit)
