"""German words for tests that read pages as their users do."""

from __future__ import annotations

from functools import cache

from babel.messages.catalog import Catalog

from city.words import SOURCES, merged_catalogue


@cache
def _german() -> Catalog:
    return merged_catalogue(SOURCES / "de")


def de(text: str, **values: object) -> str:
    """The German twin of a sentence in the code."""
    message = _german().get(text)
    assert message is not None and message.string, f"{text!r} has no German twin"
    return str(message.string) % values if values else str(message.string).replace("%%", "%")
