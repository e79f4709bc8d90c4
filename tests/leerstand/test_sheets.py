"""Lists as offices write them become tables; what is none, too large or packed to burst is refused with a sentence."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from openpyxl import Workbook

from leerstand.exchange import columns as read
from leerstand.exchange.sheets import MAX_ROWS, read_sheet
from leerstand.exchange.writing import as_csv, as_xlsx, defused
from routing.message import BadInput

EXCEL_MOMENT = datetime(2026, 4, 3, tzinfo=UTC).replace(tzinfo=None)  # workbooks know no zones
LIST = "Straße;Hausnummer;Fläche;leer seit\r\nGroße Bäckerstraße;7;62,5;03.04.2026\r\n;;;\r\nAm Sande;8a;;\r\n"


def workbook(*rows) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def bomb(megabytes: int) -> bytes:
    """A workbook whose sheet unpacks to many times its size."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(megabytes):
                part.write(b"0" * 1_048_576)
    return written.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_every_way_of_writing_csv_is_read(encoding, separator):
    """
    Windows-1252 umlauts, semicolons or tabs, empty lines: the same table, each row with its line in the file.
    """
    text = LIST.replace("62,5", "62.5").replace(";", separator)

    sheet = read_sheet(text.encode(encoding), name="liste.csv")

    assert sheet.columns == ["Straße", "Hausnummer", "Fläche", "leer seit"]
    assert sheet.rows == [["2", "Große Bäckerstraße", "7", "62.5", "03.04.2026"], ["4", "Am Sande", "8a"]]


def test_a_workbook_is_read_with_its_days_and_numbers():
    """
    Excel's days are days, its numbers have a comma, and a formula comes as what it is.
    """
    sheet = read_sheet(
        workbook(["Straße", "Nr", "Fläche", "Seit", "Leer"], ["Am Sande", 8, 62.5, EXCEL_MOMENT, True],
                 ["Am Sande", "=1+1", 60.0, date(2026, 4, 3), None]),
        name="liste.xlsx",
    )  # fmt: skip

    assert sheet.rows == [
        ["2", "Am Sande", "8", "62,5", "2026-04-03", "ja"],
        ["3", "Am Sande", "=1+1", "60", "2026-04-03"],
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty. Please choose a list of shops."),
        (b"a;b;c\r\n", "has no row below its heading."),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "is an old Excel file (.xls)."),
        (b"\x89PNG\r\n\x1a\n\0\0", "is not a table. Possible are CSV and XLSX."),
        (b"PK\x03\x04 cut off", "is damaged and cannot be read."),
        (b"a;b\r\n" + b"x;y\r\n" * (MAX_ROWS + 1), "has more than 20000 rows."),
        (b"a;b\r\n" + b"x" * 12_000_000, "has 13 MB; at most 11 MB are possible."),
        (b'a;b\r\n"' + b"x" * 200_000, "cannot be read as a table. Is a quotation mark missing?"),
        (b";".join([b"a"] * 101) + b"\r\nx\r\n", "has more than 100 columns."),
        (bomb(200), "would unpack to 210 MB; at most 62 MB are possible."),
    ],
    ids=["empty", "heading", "xls", "png", "cut", "rows", "bytes", "quote", "columns", "bomb"],
)
def test_what_is_no_list_is_refused_with_a_sentence(data, sentence):
    """
    Before anything of it is unpacked or kept.
    """
    with pytest.raises(BadInput) as refusal:
        read_sheet(data, name="liste.xlsx")

    assert sentence in str(refusal.value)


def test_a_zip_file_that_is_no_workbook_is_refused():
    """
    Other programs pack their files the same way.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")

    with pytest.raises(BadInput, match="ZIP file without a workbook"):
        read_sheet(written.getvalue(), name="buch.xlsx")


@pytest.mark.parametrize(
    ("typed", "number"),
    [("1.234,5", 1234.5), ("1234.5", 1234.5), ("1.234", 1234), ("62 m²", 62), ("11,80 €", 11.8), ("1,234.5", 1234.5)],
)
def test_numbers_are_read_as_they_are_written(typed, number):
    """
    With units, points and commas.
    """
    assert read.number(typed) == number


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-04-03", date(2026, 4, 3)),
        ("03.04.2026", date(2026, 4, 3)),
        ("3.4.26", date(2026, 4, 3)),
        ("46115", date(2026, 4, 3)),
        ("04/2026", date(2026, 4, 1)),
        ("2026", date(2026, 1, 1)),
    ],
)
def test_days_are_read_as_they_are_written(typed, day):
    """
    Also as Excel counts them when a list was saved as CSV.
    """
    assert read.day(typed) == day


@pytest.mark.parametrize(
    ("reader", "typed"),
    [(read.day, "31.02.2026"), (read.day, "bald"), (read.number, "viel"), (read.coordinate, "53°14'"),
     (read.yes, "vielleicht"),
     (read.text, "=HYPERLINK(1)"), (read.text, "@SUM(A1)"), (read.text, "x" * 300), (read.whole(1, 10), "11")],
)  # fmt: skip
def test_a_cell_that_cannot_be_is_named(reader, typed):
    """
    Each sentence repeats what was typed.
    """
    with pytest.raises(BadInput) as refusal:
        reader(typed)

    assert typed[:30] in str(refusal.value)


def test_what_leaves_cannot_be_run():
    """
    A name that a spreadsheet would run comes out as text; harmless ones stay as they are.
    """
    assert [defused(text) for text in ("=1+1", "+1", "-1", "@x", "\tx", "Blume", 5)] == [
        "'=1+1", "'+1", "'-1", "'@x", "'\tx", "Blume", 5,
    ]  # fmt: skip
    assert b"'=cmd" in as_csv(["Name"], [["=cmd|x"]])
    assert read_sheet(as_xlsx(["Name"], [["=cmd|x"]], title="Läden"), name="x.xlsx").rows == [["2", "'=cmd|x"]]
