"""What a micro-hub in a shop would be worth to the town's deliveries, as somebody else reckons it. Pure.

Logistics knows; this room does not. ``app.py`` hands the one to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

PER_MILLE = 1000
OPEN_HUBS = 0  # stands in the place of a shop's id for the hubs that are open already


@dataclass(frozen=True, slots=True)
class HubWorth:
    """One day of deliveries with this hub, compared with the same day without it; what is saved is positive."""

    saved_m: int
    saved_cents: int
    saved_co2e_g: int
    before_cents: int  # of the day without it
    orders: int  # deliveries of that day
    served: int  # of these from this hub
    share: int = 0  # thousandths of what counts fully in the matching

    def with_share(self, full_saving_percent: int) -> HubWorth:
        """How much of the weight it earns: all of it once so many percent of the cost are saved."""
        full = max(1, self.before_cents * full_saving_percent // 100)
        share = min(PER_MILLE, max(0, PER_MILLE * self.saved_cents // full))
        return HubWorth(**{**asdict(self), "share": share})

    def scaled(self, factor: float) -> HubWorth:
        """The same with a part of its share, where several hubs serve the same deliveries."""
        return HubWorth(**{**asdict(self), "share": int(self.share * factor)})

    def as_row(self) -> dict[str, int]:
        """As JSON keeps it."""
        return asdict(self)


class Ask(Protocol):
    """Asks the solver process."""

    def __call__(self, path: str, **arguments: Any) -> Any:
        """Run ``module:function`` there."""


# For each set of shops: the worth of opening hubs in all of them together.
HubValue = Callable[[Sequence[tuple[int, ...]], Ask], dict[tuple[int, ...], HubWorth]]


def no_hub_value(sets: Sequence[tuple[int, ...]], ask: Ask) -> dict[tuple[int, ...], HubWorth]:
    """Nobody has said what a hub is worth anywhere."""
    return {}
