"""Where a page may send a browser next, and what addresses mails name: only pages of this house."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import select

from city.config import Config
from city.db import current_city_id, db
from city.models import City


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


def address_of(endpoint: str, **values: object) -> str:
    """The whole address of a page, for mails.

    It begins with the configured public address, else with the host of the
    town; what the browser's request says about the host is never believed.
    Raises RuntimeError where neither is known.
    """
    path = current_app.url_map.bind("").build(endpoint, values)
    return _public_address() + path


def _public_address() -> str:
    config: Config = current_app.extensions["house"]
    if config.public_url:
        return config.public_url.rstrip("/")
    host = db.session.scalar(select(City.host).where(City.id == current_city_id()))
    if not host:
        raise RuntimeError("mails need the address of the pages: set CITY_PUBLIC_URL, or give the town its host")
    return f"{'https' if config.https else 'http'}://{host}"
