"""How one setting is declared: its default, limits, unit, and where the default comes from. Pure."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from routing.message import N_


def number(default: int, *, label: str, unit: str, source: str, least: int, most: int) -> Any:
    """One setting: a whole number with its limits."""
    return field(
        default=default, metadata={"label": label, "unit": unit, "source": source, "least": least, "most": most}
    )


def decimal(default: float, *, label: str, unit: str, source: str, least: float, most: float) -> Any:
    """One setting with decimals, and its limits."""
    return field(
        default=default, metadata={"label": label, "unit": unit, "source": source, "least": least, "most": most}
    )


def switch(default: bool, *, label: str, source: str) -> Any:
    """One setting that is on or off."""
    return field(default=default, metadata={"label": label, "unit": "", "source": source, "least": False, "most": True})


def weight(default: int, *, label: str) -> Any:
    """How many points a criterion of the matching can give at most."""
    return number(default, label=label, unit=N_("points"), source=N_("own assumption"), least=0, most=100)
