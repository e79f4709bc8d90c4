"""Draws a town into vector tiles, zoom 12 to 15, and writes them as one PMTiles file; cuts excerpts out of it.

PMTiles 3 (https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md): one file that browsers read by ranges.
"""

from __future__ import annotations

import gzip
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from routing.streets.model import Bounds
from routing.streets.tiles.mvt import EXTENT, LINE, POINT, POLYGON, TileLayer
from routing.streets.tiles.scene import Layer, Scene, read_scene

LEAST_ZOOM, MOST_ZOOM = 12, 15
BUFFER = 64 / EXTENT  # of a tile: how far shapes reach over its edge, so that wide lines have no gaps
FINEST = 0.5 / EXTENT  # of a tile: corners nearer to the line than this are left out
FROM_ZOOM = {Layer.BUILDINGS: 14, Layer.PLACES: 12}
SMALL_ROADS = {"footway", "path", "steps", "track", "service", "cycleway", "bridleway"}  # from zoom 14
MOST_EXCERPT_TILES = 400
ATTRIBUTION = "© OpenStreetMap-Mitwirkende (ODbL)"
Progress = Callable[[float], None]


def build_tiles(source: Path, place: Path, *, note: str = "", on_progress: Progress | None = None) -> int:
    """Draw the map file into ``place``, whole or not at all; returns the number of tiles.

    Raises :class:`BadInput` as ``read_scene`` does.
    """
    tell = on_progress or (lambda share: None)
    scene = read_scene(source)
    tell(0.2)
    handle, name = tempfile.mkstemp(dir=place.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            count = _write(file, scene, note, lambda share: tell(0.2 + 0.8 * share))
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return count


@dataclass(frozen=True)
class Drawing:
    """How far it is."""

    percent: int


def draw(
    source: str, place: str, note: str = "", *, on_progress: Callable[[Drawing], None], cancelled: Callable[[], bool]
) -> int:
    """``build_tiles`` as a job asks for it; ends early, with nothing written, when it is cancelled."""

    def tell(share: float) -> None:
        on_progress(Drawing(round(100 * share)))
        if cancelled():
            raise InterruptedError("cancelled")

    return build_tiles(Path(source), Path(place), note=note, on_progress=tell)


def _write(file: io.BufferedIOBase, scene: Scene, note: str, tell: Progress) -> int:
    world = shapely.transform(scene.shapes, _mercator)
    tiles: dict[int, bytes] = {}
    for zoom in range(LEAST_ZOOM, MOST_ZOOM + 1):
        for x, y, data in _zoom(scene, world, zoom):
            tiles[zxy_to_tileid(zoom, x, y)] = gzip.compress(data, mtime=0)
        tell((zoom - LEAST_ZOOM + 1) / (MOST_ZOOM - LEAST_ZOOM + 1))
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(scene.shapes))
    _finish(file, tiles, Bounds(south, west, north, east), note)
    return len(tiles)


def _finish(file: io.BufferedIOBase, tiles: dict[int, bytes], box: Bounds, note: str) -> None:
    writer = Writer(file)
    for tile_id in sorted(tiles):
        writer.write_tile(tile_id, tiles[tile_id])
    layers = [{"id": str(layer), "fields": {"kind": "String", "name": "String"}} for layer in Layer]
    degrees = {"min_lon": box.west, "min_lat": box.south, "max_lon": box.east, "max_lat": box.north}
    header: dict[str, object] = {f"{key}_e7": round(value * 1e7) for key, value in degrees.items()}
    header |= {"center_zoom": MOST_ZOOM - 1, "center_lon_e7": round((box.west + box.east) * 5e6)}
    header |= {"center_lat_e7": round((box.south + box.north) * 5e6)}
    header |= {"tile_type": TileType.MVT, "tile_compression": Compression.GZIP}
    writer.finalize(header, {"attribution": ATTRIBUTION, "description": note, "vector_layers": layers})


def _mercator(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitude and latitude to shares of the world's square, y from the north."""
    sine = np.sin(np.radians(corners[:, 1]))
    return np.stack((corners[:, 0] / 360 + 0.5, 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)), axis=1)


def _zoom(scene: Scene, world: NDArray, zoom: int) -> Iterator[tuple[int, int, bytes]]:
    """Every tile of a zoom that shows something."""
    shown = np.flatnonzero([_shown(scene, k, zoom) for k in range(len(world))])
    planar = shapely.transform(world[shown], lambda corners: corners * float(1 << zoom))
    if zoom < MOST_ZOOM:
        planar = shapely.simplify(planar, FINEST * 2, preserve_topology=False)
    boxes = np.floor(shapely.bounds(planar) + np.array([-BUFFER, -BUFFER, BUFFER, BUFFER]))
    there = ~np.isnan(boxes).any(axis=1)
    for (x, y), members in sorted(_by_tile(boxes, np.flatnonzero(there)).items()):
        data = _tile(scene, shown[members], planar[members], x, y)
        if data:
            yield x, y, data


def _shown(scene: Scene, k: int, zoom: int) -> bool:
    if scene.layers[k] is Layer.ROADS and scene.kinds[k] in SMALL_ROADS:
        return zoom >= FROM_ZOOM[Layer.BUILDINGS]
    return zoom >= FROM_ZOOM.get(scene.layers[k], LEAST_ZOOM)


def _by_tile(boxes: NDArray[np.float64], members: NDArray[np.int64]) -> dict[tuple[int, int], list[int]]:
    found: dict[tuple[int, int], list[int]] = {}
    for number, (west, north, east, south) in zip(members.tolist(), boxes[members].astype(int).tolist(), strict=True):
        for x in range(west, east + 1):
            for y in range(north, south + 1):
                found.setdefault((x, y), []).append(number)
    return found


def _tile(scene: Scene, numbers: NDArray[np.int64], planar: NDArray, x: int, y: int) -> bytes:
    clipped = shapely.clip_by_rect(planar, x - BUFFER, y - BUFFER, x + 1 + BUFFER, y + 1 + BUFFER)
    layers = {layer: TileLayer(str(layer)) for layer in Layer}
    kinds = shapely.get_dimensions(clipped)
    for number, shape, dimension in zip(numbers.tolist(), clipped, kinds.tolist(), strict=True):
        if dimension < 0 or shape.is_empty:
            continue
        form = (POINT, LINE, POLYGON)[dimension]
        parts = [np.rint((corners - (x, y)) * EXTENT).astype(np.int64) for corners in _parts(shape, form)]
        layers[scene.layers[number]].add(form, parts, (("kind", scene.kinds[number]), ("name", scene.names[number])))
    return b"".join(layer.encoded() for layer in layers.values() if layer.features)


def _parts(shape: shapely.Geometry, form: int) -> Iterator[NDArray[np.float64]]:
    """Points of a shape, line by line and ring by ring; outer rings clockwise on the screen, holes against it."""
    for part in shapely.get_parts(shape):
        if form != POLYGON:
            yield shapely.get_coordinates(part)
            continue
        for k, ring in enumerate(shapely.get_rings(part)):
            corners = shapely.get_coordinates(ring)
            outer = bool(shapely.is_ccw(ring)) == (k == 0)  # y points down, so against the clock looks clockwise
            yield corners if outer else corners[::-1]


def excerpt(place: Path, box: Bounds) -> bytes:
    """A small PMTiles file with only the tiles that touch a box, for whoever will be without a network."""
    with place.open("rb") as file:
        read = MmapSource(file)
        reader = Reader(read)
        tiles: dict[int, bytes] = {}
        for zoom in range(LEAST_ZOOM, MOST_ZOOM + 1):
            for x, y in _within(box, zoom):
                data = reader.get(zoom, x, y)
                if data:
                    tiles[zxy_to_tileid(zoom, x, y)] = data
        out = io.BytesIO()
        note = str(reader.metadata().get("description", ""))
    if tiles:
        _finish(out, tiles, box, note)
    return out.getvalue()


def _within(box: Bounds, zoom: int) -> Iterator[tuple[int, int]]:
    edges = _mercator(np.array([[box.west, box.north], [box.east, box.south]])) * (1 << zoom)
    (west, north), (east, south) = np.floor(edges).astype(int).tolist()
    if (east - west + 1) * (south - north + 1) > MOST_EXCERPT_TILES:
        return
    for x in range(west, east + 1):
        for y in range(north, south + 1):
            yield x, y
