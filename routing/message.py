"""A sentence with its numbers, so that it can be said in any language. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Message:
    """An English sentence with named places, and the values that belong there.

    The English text is the key of the translation; ``str()`` gives the English
    sentence. Values go in by name, never by position, and keep their type
    (numbers stay numbers, so that each language can write them its own way).
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.values if self.values else self.text.replace("%%", "%")


class BadInput(ValueError):
    """Something asked of the planning library cannot be answered; says what, why, and what would be right."""

    def __init__(self, text: str, **values: object) -> None:
        self.message = Message(text, values)
        super().__init__(str(self.message))


def N_(text: str) -> str:
    """Mark a sentence that is said later, so that it is found for translation (gettext's own convention)."""
    return text
