"""Tables out of uploaded files: CSV in whatever way offices write it, and XLSX. Every cell becomes text. Pure.

What is no table, too large, packed to burst, or damaged is refused with a sentence; nothing in a file is ever run.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from city.uploads import MEGA, called_by, refuse_larger
from routing.message import BadInput

MAX_BYTES = 11 * 1024 * 1024  # just below what a request may carry
MAX_ROWS, MAX_COLUMNS, MAX_CELL = 20_000, 100, 2_000
MAX_UNPACKED = 60 * 1024 * 1024  # a workbook of 20,000 shops unpacks to some 20 MB
MAX_PARTS = 500
SEPARATORS = ";,\t|"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Sheet:
    """A table: names of its columns, and rows whose first cell is the line in the file."""

    columns: list[str]
    rows: list[list[str]]


def read_sheet(data: bytes, *, name: str) -> Sheet:
    """The table in a file. Raises :class:`BadInput` with what is wrong and what would be right."""
    called = called_by(name)
    if not data.strip():
        raise BadInput("The file “%(name)s” is empty. Please choose a list of shops.", name=called)
    refuse_larger(data, called, MAX_BYTES)
    if data.startswith(OLD_EXCEL):
        raise BadInput("“%(name)s” is an old Excel file (.xls). Please save it as .xlsx or CSV.", name=called)
    lines = _workbook(data, called) if data.startswith(b"PK") else _text(data, called)
    return _table(lines, called)


def _text(data: bytes, called: str) -> Iterable[tuple[int, list[str]]]:
    text = _decoded(data, called)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as problem:
        raise BadInput(
            "Line %(line)d of “%(name)s” cannot be read as a table. Is a quotation mark missing?",
            line=reader.line_num,
            name=called,
        ) from problem


def _decoded(data: bytes, called: str) -> str:
    """UTF-8 or UTF-16 as marked, else the Windows-1252 of older offices."""
    encodings: tuple[str, ...] = ("utf-8-sig", "cp1252")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif b"\0" in data[:4096]:
        raise BadInput("“%(name)s” is not a table. Possible are CSV and XLSX.", name=called)
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput("The letters in “%(name)s” cannot be read. Please save it as CSV UTF-8.", name=called)


def _workbook(data: bytes, called: str) -> Iterable[tuple[int, list[str]]]:
    _refuse_bomb(data, called)
    from openpyxl import load_workbook  # 0.3 s: only where a workbook arrives

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1)
        for number, cells in enumerate(rows, start=1):
            yield number, [_said(cell.value) for cell in cells]
    except BadInput:
        raise
    except Exception as problem:  # openpyxl raises whatever it stumbles over
        raise BadInput(
            "The workbook “%(name)s” is damaged and cannot be read. Please save it again.", name=called
        ) from problem


def _refuse_bomb(data: bytes, called: str) -> None:
    """Look at the packing list before anything is unpacked; no more than it says is ever unpacked."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except zipfile.BadZipFile as problem:
        raise BadInput(
            "The workbook “%(name)s” is damaged and cannot be read. Please save it again.", name=called
        ) from problem
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise BadInput("“%(name)s” is a ZIP file without a workbook. Possible are CSV and XLSX.", name=called)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED or len(parts) > MAX_PARTS:
        raise BadInput(
            "“%(name)s” would unpack to %(has)d MB; at most %(most)d MB are possible. Please send only the list.",
            name=called,
            has=-(-unpacked // MEGA),
            most=MAX_UNPACKED // MEGA,
        )


def _said(value: Any) -> str:
    """A cell of a workbook as people would type it: 2026-11-22, decimals with a comma, formulas with =."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value).replace(".", ",")
    formula = getattr(value, "text", None)  # an array formula
    return f"={formula}" if formula is not None and not isinstance(value, str) else str(value)


def _table(lines: Iterable[tuple[int, list[str]]], called: str) -> Sheet:
    columns: list[str] = []
    rows: list[list[str]] = []
    for number, cells in lines:
        texts = [cell.strip() for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        if not columns:
            columns = _names(texts, called)
            continue
        if len(rows) == MAX_ROWS:
            raise BadInput("“%(name)s” has more than %(most)d rows. Please split it.", name=called, most=MAX_ROWS)
        rows.append([str(number), *(_clean(text) for text in texts)])
    if not rows:
        raise BadInput("“%(name)s” has no row below its heading. Please choose a list of shops.", name=called)
    return Sheet(columns, rows)


def _names(texts: list[str], called: str) -> list[str]:
    if len(texts) > MAX_COLUMNS:
        raise BadInput("“%(name)s” has more than %(most)d columns.", name=called, most=MAX_COLUMNS)
    return [_clean(text)[:80] or f"{number}" for number, text in enumerate(texts, start=1)]


def _clean(text: str) -> str:
    """Without characters that no text column can hold."""
    return "".join(letter if letter >= " " else " " for letter in text[:MAX_CELL])
