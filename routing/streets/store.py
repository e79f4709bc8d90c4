"""Keeps the derived street graph beside the database, so that the next start need not read the map again.

Plain arrays and JSON in one file per map, profile and program version; written whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.streets.access import Access, Pattern, Use
from routing.streets.conditions import parse_condition
from routing.streets.hierarchy import Shape
from routing.streets.model import Bounds, Point
from routing.streets.segments import Segments, Trait
from routing.streets.speeds import Speeds
from routing.streets.turns import Turns

VERSION = 5  # raise it whenever the import would give another graph for the same file


@dataclass(frozen=True)
class Scenery:
    """Lines beside the streets: ``kinds[k]`` is line, polygon, building or green; points behind ``first[k]``."""

    kinds: tuple[str, ...]
    first: NDArray[np.int64]
    points: NDArray[np.float64]

    def of(self, *kinds: str) -> list[tuple[str, tuple[Point, ...]]]:
        return [
            (kind, as_points(self.points[self.first[k] : self.first[k + 1]]))
            for k, kind in enumerate(self.kinds)
            if kind in kinds
        ]


@dataclass(frozen=True)
class Derived:
    """Everything an import yields."""

    segments: Segments
    turns: Turns
    shape: Shape
    scenery: Scenery
    not_understood: dict[str, int]


def as_points(rows: NDArray[np.float64]) -> tuple[Point, ...]:
    return tuple((lat, lon) for lat, lon in rows.tolist())


def scenery(lines: list[tuple[str, tuple[Point, ...]]]) -> Scenery:
    first = np.cumsum([0, *(len(line) for _, line in lines)], dtype=np.int64)
    points = np.array([point for _, line in lines for point in line], np.float64).reshape(-1, 2)
    return Scenery(tuple(kind for kind, _ in lines), first, points)


def sha256_of(source: Path) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def place_for(cache: Path, sha256: str, speeds: Speeds, bbox: Bounds | None) -> Path:
    part = "" if bbox is None else "-" + "_".join(f"{degrees:.5f}" for degrees in bbox)
    return cache / f"streets-{sha256[:32]}-{speeds.fingerprint()}{part}-v{VERSION}.npz"


def save(place: Path, derived: Derived) -> None:
    """Write beside the final place first, then swap: a reader sees the old file, or the whole new one."""
    place.parent.mkdir(parents=True, exist_ok=True)
    arrays = _columns("segments", derived.segments) | _columns("turns", derived.turns)
    arrays |= _columns("scenery", derived.scenery) | _columns("shape", derived.shape)
    text = {
        "traits": _traits_to_json(derived.segments.traits),
        "scenery": derived.scenery.kinds,
        "not_understood": derived.not_understood,
        "hours": derived.turns.hours,
    }
    arrays["text"] = np.frombuffer(json.dumps(text).encode(), np.uint8)
    handle, name = tempfile.mkstemp(dir=place.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load(place: Path) -> Derived | None:
    """What was kept; None where there is nothing, or nothing that can be read: then the map is imported again."""
    try:
        with np.load(place, allow_pickle=False) as arrays:
            text = json.loads(arrays["text"].tobytes())
            columns: dict[str, Any] = _group(arrays, "segments")
            segments = Segments(**columns, traits=_traits_from_json(text["traits"]))
            beside = Scenery(kinds=tuple(text["scenery"]), **_group(arrays, "scenery"))
            columns = _group(arrays, "turns")
            turns = Turns(**columns, hours=tuple(text["hours"]))
            return Derived(segments, turns, Shape(**_group(arrays, "shape")), beside, text["not_understood"])
    except (OSError, KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def _columns(prefix: str, table: object) -> dict[str, NDArray]:
    values = {field.name: getattr(table, field.name) for field in fields(table)}  # type: ignore[arg-type]
    return {f"{prefix}.{name}": value for name, value in values.items() if isinstance(value, np.ndarray)}


def _group(arrays: np.lib.npyio.NpzFile, prefix: str) -> dict[str, NDArray]:
    names = [name for name in arrays.files if name.startswith(f"{prefix}.")]
    return {name.removeprefix(f"{prefix}."): arrays[name] for name in names}


def _traits_to_json(traits: tuple[Trait, ...]) -> dict[str, list]:
    patterns = {pattern: number for number, pattern in enumerate(dict.fromkeys(trait.pattern for trait in traits))}
    return {
        "patterns": [[[condition.text for condition in p.conditions], p.states] for p in patterns],
        "traits": [[patterns[trait.pattern], *trait[1:]] for trait in traits],
    }


def _traits_from_json(kept: dict[str, list]) -> tuple[Trait, ...]:
    patterns = [_pattern(texts, states) for texts, states in kept["patterns"]]
    return tuple(Trait(patterns[number], *rest) for number, *rest in kept["traits"])


def _pattern(texts: list[str], states: list) -> Pattern:
    conditions = [parse_condition(text) for text in texts]
    if None in conditions:
        raise ValueError("a kept condition is not understood any more")
    access = (Access(*(tuple(Use(*use) for use in side) for side in state)) for state in states)
    return Pattern(tuple(c for c in conditions if c is not None), tuple(access))
