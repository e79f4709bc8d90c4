"""What is asked of every uploaded file, whatever it holds. Pure."""

from __future__ import annotations

from routing.message import BadInput

MEGA = 1_000_000
QUOTED = 60  # characters of a file name that a sentence repeats


def called_by(name: str) -> str:
    """How sentences name a file."""
    return name[-QUOTED:] or "?"


def refuse_larger(data: bytes, name: str, most: int) -> None:
    """Raises :class:`BadInput` for a file of more than ``most`` bytes; ``name`` as sentences say it."""
    if len(data) > most:
        raise BadInput(
            "The file “%(name)s” has %(has)d MB; at most %(most)d MB are possible.",
            name=name,
            has=-(-len(data) // MEGA),
            most=most // MEGA,
        )
