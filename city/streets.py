"""The street map that a city uses: brought in once, kept beside the database, loaded once per process."""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app, url_for
from sqlalchemy import select

from city import clock
from city.config import Config
from city.db import db, transaction
from city.messages import DomainError
from city.models import City, StreetMap
from city.remembered import once
from city.settings import current
from city.settings.speeds import SpeedNumbers

if TYPE_CHECKING:
    from routing.streets.model import Bounds, Period, Point
    from routing.streets.network import Network
    from routing.streets.speeds import Speeds

ATTRIBUTION = "© OpenStreetMap-Mitwirkende (ODbL)"
FOLDER = "streets"
DRAWN = 1  # raise when the drawn background changes
TILES = 1  # raise when the tiles are drawn differently
_DIGITS = 6  # of a degree: about 0.1 m
_loading = threading.Lock()


class NoStreets(DomainError):
    """This city has no street map, so nothing can be found or planned."""

    status = 503


def bring_in(
    source: Path, *, note: str = "", box: Bounds | None = None, on_progress: Callable[[float], None] | None = None
) -> str:
    """Read a street map and put it in service; returns what it holds, in words.

    With ``box`` only this part of the file. It is read before anything changes,
    so a broken one (BadInput) leaves the old map in service. Opens its own
    transaction.
    """
    tell = on_progress or (lambda share: None)
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as aside:
        part = _cut(source, box, Path(aside), lambda share: tell(0.6 * share)) if box else source
        network = _import(part, folder, _speeds(), lambda share: tell(0.6 + 0.4 * share) if box else tell(share))
        kept = folder / f"{network.sha256}{''.join(part.suffixes[-2:])}"
        if not kept.exists():
            unfinished = folder / f"{kept.name}.part"
            shutil.copyfile(part, unfinished)
            unfinished.replace(kept)
    with transaction():
        db.session.add(StreetMap(file=kept.name, sha256=network.sha256, note=note, imported_at=clock.now()))
    bounds = network.bounds
    return f"{bounds.south:.3f}–{bounds.north:.3f} N, {bounds.west:.3f}–{bounds.east:.3f} E"


def _cut(source: Path, box: Bounds, aside: Path, tell: Callable[[float], None]) -> Path:
    from routing.streets.cut import cut_out

    part = aside / "part.osm.pbf"
    cut_out(source, box, part, on_progress=tell)
    return part


def in_service() -> StreetMap:
    """The newest street map of this city. Raises NoStreets."""
    newest = once(StreetMap, lambda: db.session.scalar(select(StreetMap).order_by(StreetMap.id.desc()).limit(1)))
    if newest is None:
        raise NoStreets("This city has no street map yet. The administration brings one in with “streets import”.")
    return newest


def are_there() -> bool:
    """Whether this city has a street map."""
    return db.session.scalar(select(StreetMap.id).limit(1)) is not None


def network() -> Network:
    """The streets of this city at its own speeds, loaded once per process and safe for threads."""
    folder = _folder().resolve()  # installations that share a folder share what was loaded
    return _loaded(str(folder / in_service().file), str(folder), _speeds())


def version() -> str:
    """Names the street map in service with the speeds of this city: changes when one of the two does."""
    from routing.streets.speeds import Speeds

    sha256, speeds = in_service().sha256, speeds_of(_speeds())
    return sha256 if speeds == Speeds() else f"{sha256} {speeds.fingerprint()}"


def speeds_of(numbers: SpeedNumbers) -> Speeds:
    """How fast everybody moves on the street map, by the numbers of the city."""
    from routing.streets.speeds import Speeds

    general = Speeds(
        walking_pace_kmh=numbers.walking_pace_kmh,
        push_kmh=numbers.push_kmh,
        walk_kmh=numbers.walk_kmh,
        steps_kmh=numbers.steps_kmh,
        rough_factor=numbers.rough_percent / 100,
        soft_factor=numbers.soft_percent / 100,
        limit_share=numbers.van_limit_percent / 100,
        dismount_ms=numbers.dismount_s * 1000,
    )
    bike = general.with_bike(
        street_kmh=numbers.bike_street_kmh, cycleway_kmh=numbers.bike_cycleway_kmh, path_kmh=numbers.bike_path_kmh
    )
    return bike.with_van(share=numbers.van_percent / 100)


def _speeds() -> SpeedNumbers:
    numbers = current().numbers
    return SpeedNumbers(**{found.name: getattr(numbers, found.name) for found in fields(SpeedNumbers)})


def source() -> Path:
    """The file that the street map of this city was read from."""
    return source_of(in_service())


def source_of(found: StreetMap) -> Path:
    """The kept file of a street map."""
    return _folder() / found.file


def tiles_version(found: StreetMap) -> str:
    """Names the tiles of a street map in addresses; changes when they do."""
    return f"{found.sha256[:16]}-{TILES}"


def tiles_of(found: StreetMap) -> Path:
    """Where the tiles of a street map lie, or will once they are drawn (``city.tiles``)."""
    return _folder() / f"{found.sha256}.tiles-{TILES}.pmtiles"


@lru_cache(maxsize=8)
def _edges(tiles: Path) -> list[list[float]]:
    """South-west and north-east of the drawn town, from the head of its tile file."""
    from pmtiles.tile import deserialize_header

    with tiles.open("rb") as file:
        head = deserialize_header(file.read(127))
    south_west, north_east = (head["min_lat_e7"], head["min_lon_e7"]), (head["max_lat_e7"], head["max_lon_e7"])
    return [[edge / 1e7 for edge in corner] for corner in (south_west, north_east)]


def _loaded(path: str, cache: str, numbers: SpeedNumbers) -> Network:
    with _loading:  # two requests at once must not both load it
        return _kept(path, cache, numbers)


@lru_cache(maxsize=4)
def _kept(path: str, cache: str, numbers: SpeedNumbers) -> Network:
    return _import(Path(path), Path(cache), numbers)


def _import(
    path: Path, cache: Path, numbers: SpeedNumbers, on_progress: Callable[[float], None] | None = None
) -> Network:
    from routing.streets.network import (
        import_network,
    )  # numba and scipy take two seconds: only where streets are needed

    return import_network(path, cache=cache, speeds=speeds_of(numbers), on_progress=on_progress)


def _folder() -> Path:
    house: Config = current_app.extensions["house"]
    return house.data_dir / FOLDER


def period(city: City, day: date, starts_s: int, ends_s: int) -> Period:
    """A stretch of a day with the public holidays of the city's Land around it."""
    from routing.streets.model import Period

    return Period(day, starts_s, ends_s, holidays=_holidays_around(day.year, city.land))


@lru_cache(maxsize=64)
def _holidays_around(year: int, land: str) -> frozenset[date]:
    from holidays import country_holidays

    return frozenset(country_holidays("DE", subdiv=land, years=range(year - 1, year + 2)))


def background_file() -> tuple[str, Path]:
    """The drawn town for maps, compressed JSON, made once per street map: its name for caches, and where it lies."""
    found = in_service()
    path = _folder() / f"{found.sha256}.background-{DRAWN}.json.gz"
    if not path.exists():
        unfinished = path.with_suffix(f".{threading.get_ident()}.part")
        unfinished.write_bytes(gzip.compress(json.dumps(background(network())).encode(), mtime=0))
        unfinished.replace(path)
    return found.sha256[:16], path


def background(streets: Network, *, around: Sequence[Point] = (), margin_deg: float = 0.003) -> dict[str, Any]:
    """What a map draws beneath its marks, as ``city.maps`` describes it: streets, water, green and buildings.

    With ``around`` only what lies within ``margin_deg`` degrees (0.003 are some
    300 m) of the box around these points, for a map that must be small.
    """
    near = _near(around, margin_deg)
    return {
        "streets": [
            {"kind": kind, "name": name, "line": _line(line)} for kind, name, line in streets.lines() if near(line)
        ],
        "water": [{"line" if kind == "line" else "area": _line(line)} for kind, line in streets.water() if near(line)],
        "green": [_line(line) for line in streets.green() if near(line)],
        "buildings": [_line(line) for line in streets.buildings() if near(line)],
    }


def _near(around: Sequence[Point], margin_deg: float) -> Callable[[Sequence[Point]], bool]:
    if not around:
        return lambda line: True
    south, north = min(lat for lat, _ in around) - margin_deg, max(lat for lat, _ in around) + margin_deg
    west, east = min(lon for _, lon in around) - 2 * margin_deg, max(lon for _, lon in around) + 2 * margin_deg
    return lambda line: any(south <= lat <= north and west <= lon <= east for lat, lon in line)


def _line(points: Sequence[Point]) -> list[list[float]]:
    return [[round(lat, _DIGITS), round(lon, _DIGITS)] for lat, lon in points]


def base_of_map(*, around: Sequence[Point] = ()) -> dict[str, Any]:
    """The part that every map of this city has in common: attribution, note, and where its background comes from.

    Put marks and lines beside it (``city.maps`` lists what a map may hold).
    """
    found = in_service()
    base: dict[str, Any] = {
        "attribution": ATTRIBUTION,
        "note": found.note,
        "background_url": url_for("city.map_background", version=found.sha256[:16]),
    }
    if tiles_of(found).exists():
        base["tiles_url"] = url_for("city.map_tiles", version=tiles_version(found))
        base["town"] = _edges(tiles_of(found))
    if around:
        lats, lons = [lat for lat, _ in around], [lon for _, lon in around]
        base["fit"] = [[min(lats), min(lons)], [max(lats), max(lons)]]
    return base
