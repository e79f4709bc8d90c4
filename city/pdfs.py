"""Uploaded PDF files: kept as they are, so nothing gets in that runs, opens or hides something. Pure.

A PDF cannot be drawn anew like a picture. What it may not hold is looked for in its text, with names unescaped, and in
its packed objects; it is sent on only as a download.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from city.uploads import called_by, refuse_larger
from routing.message import BadInput

MAX_BYTES = 11 * 1024 * 1024  # just below what a request may carry
MOST_UNPACKED = 64 * 1024 * 1024  # of all packed objects together; more is a bomb
ACTIVE = ("JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "SubmitForm", "ImportData", "XFA")
_ACTIVE = re.compile(rb"/(" + "|".join(ACTIVE).encode() + rb")(?![A-Za-z0-9_.-])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_PACKED = re.compile(rb"/ObjStm(?![A-Za-z]).{0,400}?stream\r?\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pdf:
    """A PDF that was looked at."""

    content: bytes


def is_pdf(data: bytes) -> bool:
    """What the first bytes say; the name of a file says nothing."""
    return data.lstrip()[:5] == b"%PDF-"


def read_pdf(data: bytes, *, name: str = "") -> Pdf:
    """The PDF in an uploaded file.

    Raises :class:`BadInput` for one that is too large, cut off, locked by a
    password, or holds programs, other files or forms that send something.
    """
    called = called_by(name)
    refuse_larger(data, called, MAX_BYTES)
    if b"%%EOF" not in data[-2048:] or b"startxref" not in data:
        raise BadInput("The PDF “%(name)s” is cut off: its end is missing. Please save it again.", name=called)
    plain = _unescaped(data)
    if re.search(rb"/Encrypt(?![A-Za-z])", plain):
        raise BadInput(
            "The PDF “%(name)s” is locked and cannot be checked. Please send it without a password.", name=called
        )
    for part in (plain, *_unpacked(data, called)):
        if found := _ACTIVE.search(part):
            raise BadInput(
                "The PDF “%(name)s” holds more than pages (%(what)s). Please print it into a new PDF and send that.",
                name=called,
                what=found[1].decode(),
            )
    return Pdf(data)


def _unescaped(data: bytes) -> bytes:
    """Names can be written with codes: ``/J#61vaScript``."""
    return _ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), data)


def _unpacked(data: bytes, called: str) -> list[bytes]:
    """What the packed objects hold. Raises BadInput for objects that are packed in another way, or far too large."""
    found, left = [], MOST_UNPACKED
    for start in _PACKED.finditer(data):
        unpacking = zlib.decompressobj()
        try:
            part = unpacking.decompress(data[start.end() :], left)
        except zlib.error as problem:
            raise BadInput(
                "The PDF “%(name)s” cannot be read. Please print it into a new PDF and send that.", name=called
            ) from problem
        left -= len(part)
        if unpacking.unconsumed_tail or left <= 0:
            raise BadInput("The PDF “%(name)s” is far larger unpacked than packed. Please send another.", name=called)
        found.append(_unescaped(part))
    return found
