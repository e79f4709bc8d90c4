"""Writes vector tiles after the Mapbox Vector Tile specification 2.1: a protobuf of layers and features. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

EXTENT = 4096  # units along the edge of a tile
POINT, LINE, POLYGON = 1, 2, 3
MOVE_TO, LINE_TO, CLOSE = 1, 2, 7
Parts = Sequence[NDArray[np.int64]]  # each n × 2, in units of the tile, y downwards


@dataclass
class TileLayer:
    """One layer while it is written; texts are kept once."""

    name: str
    keys: dict[str, int] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)
    features: list[bytes] = field(default_factory=list)

    def add(self, shape: int, parts: Parts, properties: Iterable[tuple[str, str]]) -> None:
        """A feature with its texts; empty texts and shapes too small to see are left out."""
        geometry = _commands(shape, parts)
        if not geometry:
            return
        tags: list[int] = []
        for key, value in properties:
            if value:
                tags += (self.keys.setdefault(key, len(self.keys)), self.values.setdefault(value, len(self.values)))
        packed = _field(2, varints(tags)) if tags else b""
        self.features.append(_field(2, packed + b"\x18" + varints([shape]) + _field(4, varints(geometry))))

    def encoded(self) -> bytes:
        """The layer as a field of the tile."""
        texts = b"".join(_field(3, key.encode()) for key in self.keys)
        texts += b"".join(_field(4, _field(1, value.encode())) for value in self.values)
        head = _field(1, self.name.encode()) + b"".join(self.features) + texts
        return _field(3, head + b"\x28" + varints([EXTENT]) + b"\x78" + varints([2]))


def _commands(shape: int, parts: Parts) -> list[int]:
    """Moves and lines from where the one before ended, as the specification packs them."""
    found: list[int] = []
    x = y = 0
    for part in parts:
        moved = np.ones(len(part), np.bool_)
        moved[1:] = (np.diff(part, axis=0) != 0).any(axis=1)
        points = part[moved].tolist()
        if shape == POLYGON and points[0] == points[-1]:
            points.pop()
        if len(points) < shape:  # a line of one point, a ring of two
            continue
        steps: list[int] = []
        for to_x, to_y in points:
            dx, dy = to_x - x, to_y - y
            steps += (((dx << 1) ^ (dx >> 63)), ((dy << 1) ^ (dy >> 63)))
            x, y = to_x, to_y
        found += (MOVE_TO | 1 << 3, *steps[:2])
        if len(points) > 1:
            found += (LINE_TO | (len(points) - 1) << 3, *steps[2:])
        if shape == POLYGON:
            found.append(CLOSE | 1 << 3)
    return found


def varints(numbers: Iterable[int]) -> bytes:
    """Whole numbers, seven bits to a byte, the lowest first."""
    out = bytearray()
    for number in numbers:
        while number > 127:
            out.append(number & 127 | 128)
            number >>= 7
        out.append(number)
    return bytes(out)


def _field(number: int, content: bytes) -> bytes:
    """A protobuf field that holds bytes."""
    return varints([number << 3 | 2, len(content)]) + content
