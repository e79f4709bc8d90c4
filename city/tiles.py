"""The drawn town as vector tiles (Kartenkacheln): one file beside the street map, made in a job after the import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from city import jobs, streets
from city.db import db
from city.messages import NotFound
from routing.streets.model import Bounds, Point

DRAW_TILES = "draw_tiles"
DRAWER = "routing.streets.tiles.pyramid:draw"
MARGIN_DEG = 0.004  # around a tour: some 400 m
MOST_LAT = 85.0  # where the projection of web maps ends
MOST_DEG = 0.25  # the longest edge of an excerpt


def in_service() -> Path | None:
    """The tiles of the street map in service; None until they are drawn."""
    place = streets.tiles_of(streets.in_service())
    return place if place.exists() else None


def ask_for_tiles() -> jobs.Job | None:
    """Have them drawn, unless they are; in the caller's transaction."""
    found = streets.in_service()
    if streets.tiles_of(found).exists():
        return None
    return jobs.enqueue(DRAW_TILES, account_id=None, once_key=f"{DRAW_TILES} {found.sha256}")


def draw_tiles(run: jobs.Run) -> jobs.Keep:
    """Draw the tiles of the street map in service; until then maps show plain street lines."""
    found = streets.in_service()
    source, place, note = streets.source_of(found), streets.tiles_of(found), found.note
    db.session.rollback()
    tiles = 0 if place.exists() else run.solve(DRAWER, source=str(source), place=str(place), note=note)
    return lambda: {"tiles": tiles}


def excerpt(bounds: Bounds) -> bytes:
    """A small tile file of what lies around a box, a tour's for instance, for a phone without a network.

    Raises NotFound until the tiles are drawn, and for a box beyond this town or too large.
    """
    from routing.streets.tiles.pyramid import excerpt as cut

    place = in_service()
    if place is None:
        raise NotFound("The map of this city is being drawn. Please try again in a minute.")
    wide = max(bounds.north - bounds.south, bounds.east - bounds.west)
    on_earth = -MOST_LAT < bounds.south <= bounds.north < MOST_LAT and -180 <= bounds.west <= bounds.east <= 180
    data = cut(place, bounds) if on_earth and wide <= MOST_DEG else b""
    if not data:
        raise NotFound("There is no map of this place.")
    return data


def around(points: list[Point]) -> Bounds:
    """The box around some points, with a margin."""
    lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
    wide = MARGIN_DEG * 1.6
    return Bounds(min(lats) - MARGIN_DEG, min(lons) - wide, max(lats) + MARGIN_DEG, max(lons) + wide)


def handlers() -> dict[str, Any]:
    """Who does which job."""
    return {DRAW_TILES: draw_tiles}
