"""Rides as GeoJSON (RFC 7946), for other programs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from routing.message import Message
from routing.streets.model import Path, Point

Geometry = dict[str, object]
DIGITS = 6  # of a degree: a tenth of a metre


def feature_collection(rides: Iterable[tuple[str, Path]], *, say: Callable[[Message], str] = str) -> dict[str, object]:
    """A line for each ride, with its seconds and metres, and a point for each instruction, in the words of ``say``."""
    features: list[dict[str, object]] = []
    for name, path in rides:
        line: Geometry = {"type": "LineString", "coordinates": [_position(point) for point in path.line]}
        features.append(_feature(line, name=name, seconds=path.seconds, metres=path.metres))
        for number, step in enumerate(path.steps, start=1):
            place: Geometry = {"type": "Point", "coordinates": _position(step.at)}
            told = {"text": say(step.message), "manoeuvre": step.manoeuvre.value, "street": step.street}
            features.append(_feature(place, name=name, step=number, metres=step.metres, seconds=step.seconds, **told))
    return {"type": "FeatureCollection", "features": features}


def _feature(geometry: Geometry, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _position(point: Point) -> list[float]:
    """Longitude first, as the standard wants it."""
    return [round(point[1], DIGITS), round(point[0], DIGITS)]
