"""Drawn things for the demo: fronts of shops as PNG, a floor plan as PDF. Nothing is photographed or fetched."""

from __future__ import annotations

import struct
import zlib

import numpy as np

WIDE, HIGH = 960, 720  # points
SKY, STREET, GLASS, DARK = (206, 222, 236), (150, 152, 158), (176, 200, 208), (58, 62, 78)
WALLS = ((196, 106, 82), (214, 186, 140), (142, 158, 128), (176, 172, 190))
Colour = tuple[int, int, int]


def shop_front(number: int) -> bytes:
    """A house with a shop window, a door and three windows above, as a PNG; the number picks the colour of the wall."""
    page = np.empty((HIGH, WIDE, 3), np.uint8)
    page[:] = SKY

    def box(left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        page[top:bottom, left:right] = colour

    for row in range(60, 200):  # the gable
        half = 330 * (row - 60) // 140
        page[row, WIDE // 2 - half : WIDE // 2 + half] = DARK
    box(150, 200, 810, 640, WALLS[number % len(WALLS)])
    for left in (220, 430, 640):
        box(left, 240, left + 100, 350, DARK)
        box(left + 8, 248, left + 92, 342, GLASS)
    box(190, 400, 770, 440, DARK)  # the empty sign
    box(200, 460, 600, 610, DARK)
    box(212, 472, 588, 598, GLASS)
    box(640, 460, 750, 640, DARK)
    box(652, 472, 738, 560, GLASS)
    box(0, 640, WIDE, HIGH, STREET)
    return _png(page)


def _png(page: np.ndarray) -> bytes:
    """Rows of points as a PNG file (8 bits for each of three colours)."""
    high, wide, _ = page.shape
    rows = np.hstack([np.zeros((high, 1), np.uint8), page.reshape(high, 3 * wide)]).tobytes()
    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def floor_plan(title: str) -> bytes:
    """One page A4 with the plan of a workshop: walls as lines, rooms named, as a PDF."""
    lines = ("90 420 410 260 re", "90 540 160 140 re", "250 540 m 250 680 l", "330 420 m 330 540 l")
    words = ((110, 610, "Brennofen"), (300, 610, "Werkstatt"), (120, 470, "Verkauf, Schaufenster"), (350, 470, "Lager"))
    draw = ["1.5 w", *(f"{line} S" for line in lines)]
    for x, y, word in ((90, 740, title), *words):
        draw.append(f"BT /F1 {18 if y == 740 else 12} Tf {x} {y} Td ({_escaped(word)}) Tj ET")
    stream = "\n".join(draw).encode("cp1252")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    return _pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R /Lang (de-DE) >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> "
            b">> >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
            font,
        ]
    )


def _escaped(word: str) -> str:
    return word.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _pdf(objects: list[bytes]) -> bytes:
    """Objects as a file, with the table of where each one stands."""
    made, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return made + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (count, table, count, len(made))
    )
