"""Uploaded pictures: looked at, drawn anew, nothing of the original kept. Pure; the only module that knows Pillow.

What a camera writes beside the picture (place, time, device: EXIF, XMP, comments, previews) and whatever somebody hid
in the file is gone, because only the drawn points are copied into a new JPEG.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from city.uploads import MEGA, called_by, refuse_larger
from routing.message import BadInput

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES = 11 * 1024 * 1024  # just below what a request may carry
MAX_POINTS = 64_000_000  # phones of 2026 make 12 to 50 million; more is a flood that fills the memory
MIN_SIDE = 16  # smaller is no picture of anything
LONGEST_SIDE = 1600  # points; what a page and a printed half page need
QUALITY = 82
READABLE = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}  # by their first bytes; WebP is asked below
OTHERS = {
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"%PDF": "PDF",
    b"PK\x03\x04": "ZIP",
    b"<svg": "SVG",
    b"<?xml": "XML",
    b"<": "HTML",
}
HIDDEN = (b"<script", b"<?php", b"<html", b"%pdf-1.")  # a second document inside; long enough not to occur by chance


class NoPicture(BadInput):
    """What was sent is of another kind, whatever its name says."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture drawn anew: JPEG bytes and its size in points."""

    jpeg: bytes
    width: int
    height: int


def read_picture(data: bytes, *, name: str = "") -> Picture:
    """The picture in an uploaded file, upright, at most ``LONGEST_SIDE`` points long, without anything else.

    ``name`` is what the file was called; it is only repeated in sentences.
    Raises :class:`BadInput` for a file that is no JPEG, PNG or WebP (whatever
    its name says), is broken, empty, too large, or holds a second document.
    """
    called = called_by(name)
    _refuse_size(data, called)
    kind = _kind(data, called)
    _refuse_hidden(data, called)
    try:
        return _drawn(data, kind, called)
    except BadInput:
        raise
    except Exception as problem:  # Pillow's readers raise whatever they stumble over
        raise BadInput(
            "The picture “%(name)s” is damaged and cannot be read. Please take it again or send another one.",
            name=called,
        ) from problem


def _refuse_size(data: bytes, called: str) -> None:
    if not data:
        raise BadInput("The file “%(name)s” is empty. Please choose a picture.", name=called)
    refuse_larger(data, called, MAX_BYTES)


def _kind(data: bytes, called: str) -> str:
    """What the first bytes say; the name of a file says nothing."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    for start, kind in READABLE.items():
        if data.startswith(start):
            return kind
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        found = "HEIC"
    else:
        found = next(
            (kind for start, kind in OTHERS.items() if data.lstrip()[: len(start)].lower() == start.lower()), ""
        )
    if found:
        raise NoPicture(
            "“%(name)s” is a %(kind)s file. Possible are pictures as JPEG, PNG or WebP.", name=called, kind=found
        )
    raise NoPicture("“%(name)s” is not a picture. Possible are JPEG, PNG and WebP.", name=called)


def _refuse_hidden(data: bytes, called: str) -> None:
    """A file that is a picture for one program and a document or an archive for another is meant to deceive."""
    small = data.lower()
    if any(start in small for start in HIDDEN) or zipfile.is_zipfile(io.BytesIO(data)):
        raise BadInput(
            "“%(name)s” holds a second document besides the picture. Please send the picture alone.", name=called
        )


def _drawn(data: bytes, kind: str, called: str) -> Picture:
    from PIL import Image, ImageOps  # 0.1 s: only where a picture arrives

    Image.MAX_IMAGE_PIXELS = None  # our own limit below is lower, and says what is wrong
    with Image.open(io.BytesIO(data), formats=[kind]) as opened:
        _refuse_points(opened.size, called)
        opened.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        clean = _on_white(upright)
    written = io.BytesIO()
    clean.save(written, "JPEG", quality=QUALITY, optimize=True)
    return Picture(written.getvalue(), clean.width, clean.height)


def _refuse_points(size: tuple[int, int], called: str) -> None:
    width, height = size
    if width * height > MAX_POINTS:
        raise BadInput(
            "“%(name)s” has %(width)d × %(height)d points; at most %(most)d million are possible.",
            name=called,
            width=width,
            height=height,
            most=MAX_POINTS // MEGA,
        )
    if min(width, height) < MIN_SIDE:
        raise BadInput(
            "“%(name)s” has only %(width)d × %(height)d points; nothing can be seen on it.",
            name=called,
            width=width,
            height=height,
        )


def _on_white(image: Image) -> Image:
    """A new picture with the same points and nothing else; what was transparent is white."""
    from PIL import Image as Pillow

    with_alpha = image.convert("RGBA")
    clean = Pillow.new("RGB", image.size, "white")
    clean.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return clean
