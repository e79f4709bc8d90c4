"""Tours as GPX 1.1, for any navigation device. Knows gpxpy. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import gpxpy.gpx

from routing.streets.model import Point


def gpx(name: str, tracks: Iterable[tuple[str, Iterable[Point]]], waypoints: Iterable[tuple[str, Point]] = ()) -> str:
    """A GPX 1.1 document: a track per ride (its name and line) and a named waypoint per stop.

    Names may hold any text: it is escaped, and what XML cannot hold at all (control characters) is left out.
    """
    document = gpxpy.gpx.GPX()
    document.creator = "Zwischenraum"
    document.name = _storable(name)
    for text, (lat, lon) in waypoints:
        document.waypoints.append(gpxpy.gpx.GPXWaypoint(lat, lon, name=_storable(text)))
    for text, line in tracks:
        track = gpxpy.gpx.GPXTrack(name=_storable(text))
        points = [gpxpy.gpx.GPXTrackPoint(lat, lon) for lat, lon in line]
        track.segments.append(gpxpy.gpx.GPXTrackSegment(points))
        document.tracks.append(track)
    return document.to_xml(version="1.1")


def _storable(text: str) -> str:
    return "".join(sign for sign in text if sign in "\t\n\r" or _is_xml(ord(sign)))


def _is_xml(code: int) -> bool:
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
