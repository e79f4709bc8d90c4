"""What a rule says about one shop and one request: an obstacle, a caution, or points; always with its reason. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from leerstand.shares import WHOLE, Share
from routing.message import Message


class Weight(StrEnum):
    """How a finding counts."""

    OBSTACLE = "obstacle"  # it cannot be done
    CAUTION = "caution"  # it can, but somebody has to see to something
    FINE = "fine"  # asked for and there
    POINTS = "points"  # speaks for the pair, more or less


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says. ``points`` of at most ``most`` for criteria, 0 for all others."""

    key: str
    weight: Weight
    reason: Message
    points: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Suitability:
    """Everything the rules say about one pair, and the period in which it would be (half-open)."""

    findings: tuple[Finding, ...]
    starts: date
    ends: date
    share: Share = WHOLE  # what of the shop was asked about

    @property
    def possible(self) -> bool:
        """Whether no rule objects."""
        return not self.obstacles

    @property
    def obstacles(self) -> tuple[Finding, ...]:
        """What stands in the way."""
        return tuple(finding for finding in self.findings if finding.weight == Weight.OBSTACLE)

    @property
    def criteria(self) -> tuple[Finding, ...]:
        """What gives points."""
        return tuple(finding for finding in self.findings if finding.weight == Weight.POINTS)

    @property
    def score(self) -> int:
        """The sum of the points."""
        return sum(finding.points for finding in self.criteria)


def against(text: str, key: str, **values: object) -> Finding:
    """An obstacle."""
    return Finding(key, Weight.OBSTACLE, Message(text, values))


def caution(text: str, key: str, **values: object) -> Finding:
    """Possible, but somebody has to see to it."""
    return Finding(key, Weight.CAUTION, Message(text, values))


def fine(text: str, key: str, **values: object) -> Finding:
    """Asked for and there."""
    return Finding(key, Weight.FINE, Message(text, values))


def scored(text: str, key: str, points: int, most: int, **values: object) -> Finding:
    """Points of one criterion."""
    return Finding(key, Weight.POINTS, Message(text, values), points, most)
