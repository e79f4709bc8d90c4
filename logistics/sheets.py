"""A tour on paper: stops with room for a signature, the way in words, and its link as a picture to scan."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from city.links import address_of
from logistics import board
from logistics.models import Tour
from logistics.rounds import rounds_of


def context_of(tour: Tour) -> dict[str, Any]:
    """What the printed sheet of a tour shows."""
    return {
        "tour": tour,
        "rounds": [
            (
                one,
                board.words_of(one.way["steps"]) if one.way else [],
                [(stop, board.words_of(stop.steps), board.pushes_of(stop)) for stop in one.stops],
            )
            for one in rounds_of(tour, ways=True)
        ],
        "back": board.words_of(tour.back_steps),
        "link": tour_link(tour),
        "code": qr_path(tour_link(tour)),
    }


def tour_link(tour: Tour) -> str:
    """Where this very tour is found, after signing in: by bike and day, so that a new plan keeps it."""
    return address_of("courier.scanned", vehicle_id=tour.vehicle_id, day=tour.plan.day.isoformat())


@lru_cache(maxsize=256)
def qr_path(text: str) -> dict[str, Any]:
    """A QR code as one SVG path: its size in modules with the quiet border, and the path."""
    import segno  # only where one is drawn

    code = segno.make(text, error="m")
    border = 2
    runs = []
    for y, row in enumerate(code.matrix, start=border):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            begins = x
            while x < len(row) and row[x]:
                x += 1
            runs.append(f"M{begins + border} {y}h{x - begins}v1h-{x - begins}z")
    return {"size": len(code.matrix) + 2 * border, "path": "".join(runs)}
