"""Cuts one town out of the OpenStreetMap file of a whole Land. Knows osmium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import osmium

from routing.message import BadInput
from routing.streets.model import Bounds
from routing.streets.osm import broken, check_source

TELL_EVERY = 50_000
BYTES_PER_OBJECT = 9  # of a pbf; only for the progress bar
AREAS = {"multipolygon", "restriction"}
LARGEST_DEG = 3.0  # a box larger than this is a slip of the fingers
Progress = Callable[[float], None]


def read_box(text: str) -> Bounds:
    """``W,S,E,N`` in degrees, as other tools for OpenStreetMap write it. Raises :class:`BadInput`."""
    try:
        west, south, east, north = (float(edge) for edge in text.split(","))
    except ValueError:
        raise BadInput(
            "“%(typed)s” is no box. Please write west,south,east,north: 10.38,53.23,10.44,53.27", typed=text
        ) from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise BadInput(
            "The box %(typed)s is empty or lies beyond the earth: west must be less than east, south less than north.",
            typed=text,
        )
    if max(east - west, north - south) > LARGEST_DEG:
        raise BadInput("The box %(typed)s is larger than %(most)s degrees. Please choose one town.", typed=text, most=3)
    return Bounds(south, west, north, east)


def cut_out(source: Path, box: Bounds, target: Path, *, on_progress: Progress | None = None) -> None:
    """Write what lies in the box, ways whole, to another map file.

    Raises :class:`BadInput` if the file cannot be read, or has no streets in the box.
    """
    check_source(source)
    target.unlink(missing_ok=True)
    try:
        with osmium.BackReferenceWriter(str(target), ref_src=str(source), overwrite=True) as writer:
            streets = _write(source, box, writer, on_progress or (lambda share: None))
    except (RuntimeError, ValueError, OSError) as error:
        target.unlink(missing_ok=True)
        raise broken(source) from error
    if not streets:
        target.unlink(missing_ok=True)
        raise BadInput("The map file %(name)s has no streets in this box.", name=source.name)


def _write(source: Path, box: Bounds, writer: osmium.BackReferenceWriter, tell: Progress) -> int:
    """Nodes in the box, the ways over them, and the relations of those; returns the number of streets."""
    inside, kept, streets = set[int](), set[int](), 0
    expected = max(source.stat().st_size / BYTES_PER_OBJECT, 1.0)
    for number, thing in enumerate(osmium.FileProcessor(str(source))):
        if number % TELL_EVERY == 0:
            tell(min(number / expected, 0.99))
        if isinstance(thing, osmium.osm.Node):
            if box.contains((thing.location.lat, thing.location.lon)):
                inside.add(thing.id)
                if len(thing.tags):
                    writer.add_node(thing)
        elif isinstance(thing, osmium.osm.Way):
            if any(node.ref in inside for node in thing.nodes):
                kept.add(thing.id)
                streets += "highway" in thing.tags
                writer.add_way(thing)
        elif isinstance(thing, osmium.osm.Relation) and (thing.tags.get("type") or "").split(":")[0] in AREAS:
            members = [member.ref for member in thing.members if member.type == "w"]
            if members and all(member in kept for member in members):
                writer.add_relation(thing)
    return streets
