"""Lists of shops as files: CSV, XLSX, GeoJSON. Cells that a spreadsheet would run are defused. Knows no database."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}


def defused(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula becomes plain text (OWASP, CSV injection)."""
    if isinstance(value, str) and value.startswith(DANGEROUS):
        return "'" + value
    return value


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table as offices open it: semicolons, decimal commas, UTF-8 with its mark."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow([defused(name) for name in head])
    for row in rows:
        writer.writerow([defused(_text(value)) for value in row])
    return written.getvalue().encode("utf-8-sig")


def _text(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", ",")
    return value.isoformat() if isinstance(value, date) else value


def as_xlsx(head: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str) -> bytes:
    """A workbook with one sheet; numbers and days stay numbers and days."""
    from openpyxl import Workbook  # 0.3 s: only where a workbook is asked for
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    bold = []
    for name in head:
        cell = WriteOnlyCell(sheet, value=defused(name))
        cell.font = Font(bold=True)
        bold.append(cell)
    sheet.append(bold)
    for row in rows:
        sheet.append([_cell(value) for value in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return defused(value.value if isinstance(value, StrEnum) else value)


def as_geojson(features: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> bytes:
    """A feature collection (RFC 7946): pairs of geometry and properties; coordinates are lon, lat there."""
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": geometry, "properties": {name: _plain(v) for name, v in properties.items()}}
            for geometry, properties in features
        ],
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False).encode()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def point(lat: float, lon: float) -> dict[str, Any]:
    """A place."""
    return {"type": "Point", "coordinates": [lon, lat]}


def box(corners: tuple[tuple[float, float], tuple[float, float]]) -> dict[str, Any]:
    """A cell of the grid, given by its south-west and north-east corner; the ring runs anticlockwise."""
    (south, west), (north, east) = corners
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }
