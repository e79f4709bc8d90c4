"""Labels for parcels as PDF: one A6 page each, hub and number readable from afar, QR code for every camera.

The only module that knows fpdf2 and segno exist; both are loaded when the first label is drawn.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_babel import gettext as _

from city.config import Config
from city.web import format_weekday
from logistics import rules
from logistics.kinds import ShipmentKind
from logistics.models import Parcel, Shipment

if TYPE_CHECKING:
    from fpdf import FPDF

WIDTH_MM, HEIGHT_MM = 105.0, 148.0
MARGIN_MM = 6.0
MOST_LABELS = 500
FONTS = ("Regular", "Bold")
_making = threading.Lock()


def pdf(shipments: Sequence[Shipment]) -> bytes:
    """One A6 page for each parcel of these shipments; they come with parcels, hub and stay."""
    from fpdf import FPDF

    paper = FPDF(unit="mm", format=(WIDTH_MM, HEIGHT_MM))
    paper.set_auto_page_break(False)
    paper.set_margin(MARGIN_MM)
    paper.set_title(_("Labels"))
    paper.set_lang("de-DE")
    for style, path in zip(("", "B"), _fonts(), strict=True):
        paper.add_font("Fira", style, str(path))
    pairs = [(one, piece) for one in shipments for piece in one.pieces][:MOST_LABELS]
    for one, piece in pairs:
        _draw(paper, one, piece)
    if not pairs:
        paper.add_page()
    return bytes(paper.output())


def _draw(paper: FPDF, one: Shipment, piece: Parcel) -> None:
    inside = WIDTH_MM - 2 * MARGIN_MM
    paper.add_page()
    _line(paper, one.hub.name, 24, bold=True, width=inside)
    where = _("Compartment %(label)s", label=one.stay.compartment.label) if one.stay else one.hub.address
    _line(paper, where, 11, width=inside)
    paper.line(MARGIN_MM, paper.get_y() + 1, WIDTH_MM - MARGIN_MM, paper.get_y() + 1)
    paper.ln(4)
    day = f"{format_weekday(one.day)}, {rules.clock_time(one.window_opens_s)}–{rules.clock_time(one.window_closes_s)}"
    _line(paper, day, 11, width=inside)
    _line(paper, one.recipient, 18, bold=True, width=inside)
    if one.kind != ShipmentKind.LOCKER:
        _line(paper, one.address, 16, width=inside)
    _line(paper, _("From %(shop)s", shop=one.retailer.name), 10, width=inside)
    if one.note:
        _line(paper, one.note, 9, width=inside)
    side = 52.0
    paper.image(qr_png(piece.code), x=MARGIN_MM, y=HEIGHT_MM - MARGIN_MM - side, w=side, h=side)
    paper.set_xy(MARGIN_MM + side + 4, HEIGHT_MM - MARGIN_MM - side)
    paper.set_font("Fira", "B", 22)
    paper.multi_cell(inside - side - 4, 10, one.reference.replace("-", "\n"), align="L")
    paper.set_x(MARGIN_MM + side + 4)
    paper.set_font("Fira", "", 12)
    count = _("Parcel %(number)d of %(count)d", number=piece.number, count=one.parcels)
    paper.multi_cell(inside - side - 4, 6, count, align="L")


def _line(paper: FPDF, text: str, size: int, *, width: float, bold: bool = False) -> None:
    """One line, smaller where it would not fit; a long word never leaves the paper."""
    paper.set_font("Fira", "B" if bold else "", size)
    while size > 7 and paper.get_string_width(text) > width:
        size -= 1
        paper.set_font_size(size)
    while len(text) > 1 and paper.get_string_width(text) > width:
        text = text[:-2] + "…"
    paper.cell(width, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")


def qr_png(text: str) -> io.BytesIO:
    """A QR code that half a torn label does not spoil (level M)."""
    import segno

    found = io.BytesIO()
    segno.make(text, error="m", micro=False).save(found, kind="png", scale=8, border=2)
    found.seek(0)
    return found


def _fonts() -> list[Path]:
    """The fonts of the pages as files that PDF can hold; made once from the vendored ones."""
    house: Config = current_app.extensions["house"]
    folder = house.data_dir / "fonts"
    vendored = Path(current_app.root_path) / "static" / "vendor" / "kern" / "fonts"
    found = [folder / f"FiraSans-{name}.ttf" for name in FONTS]
    with _making:
        for path in found:
            if not path.exists():
                folder.mkdir(parents=True, exist_ok=True)
                _unpack(vendored / f"{path.stem}.woff2", path)
    return found


def _unpack(source: Path, target: Path) -> None:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # the fonts of the house are good enough for paper
    font: Any = TTFont(source)
    font.flavor = None
    unfinished = target.with_suffix(".part")
    font.save(unfinished)
    unfinished.replace(target)
