"""Addresses of our own style sheets, scripts and symbols that change with their content.

A browser keeps such a file for good and never asks again: a page names a dozen of them, and each question is a way
there and back for a phone on the street.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from flask import Response, current_app, has_request_context, request, url_for

KEPT_FOR_GOOD = "public, max-age=31536000, immutable"
FONTS_KEPT = "public, max-age=604800"  # style sheets name fonts without a mark; a new release rarely changes one


def static_url(filename: str) -> str:
    """Where a file of ``static/`` lies, with a mark of its content; without one where there is no such file."""
    path = f"{current_app.static_folder}/{filename}"
    try:
        mark = _mark(path, os.stat(path).st_mtime_ns)  # noqa: PTH116  # a page asks a hundred times
    except OSError:
        mark = None
    return _url(request.script_root if has_request_context() else None, filename, mark)


def keep_at_browsers(answer: Response) -> None:
    """Say how long the file that was asked for may be kept: for good under the mark of what it holds.

    Only of a file that was found: an address that leads out of the folder must not be looked at here either.
    """
    if answer.status_code not in (200, 304):
        return
    filename = (request.view_args or {}).get("filename", "")
    if request.args.get("v") and request.script_root + request.full_path == static_url(filename):
        answer.headers["Cache-Control"] = KEPT_FOR_GOOD
    elif filename.endswith(".woff2"):
        answer.headers["Cache-Control"] = FONTS_KEPT


@lru_cache(maxsize=1_000)
def _mark(path: str, _changed_ns: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


@lru_cache(maxsize=1_000)
def _url(_below: str | None, filename: str, mark: str | None) -> str:
    return url_for("static", filename=filename, v=mark)
