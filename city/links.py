"""Where a page may send a browser next: only to pages of this house."""

from __future__ import annotations

from urllib.parse import urlsplit


def local_target(target: str | None) -> str | None:
    """The target if it is a path of this house, else None.

    Browsers read ``//host``, ``/\\host`` and control characters as another
    host, so anything but a plain absolute path is turned away.
    """
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(character) <= 32 or character == "\\" for character in target):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None
