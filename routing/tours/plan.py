"""What the planner answers: who rides where and when, and what stays behind for which reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.message import Message


@dataclass(frozen=True, slots=True)
class Visit:
    """One order served (Halt): arrival, begin and end of the service, and what is on board afterwards."""

    order: str
    arrives_s: int
    starts_s: int
    departs_s: int
    load_after_g: int
    load_after_ml: int
    drop: bool = False  # the second stop of a pair


@dataclass(frozen=True, slots=True)
class Reload:
    """The vehicle is back at its hub, unloads and loads again (Nachladen), after the first ``after`` visits."""

    after: int
    hub: str
    arrives_s: int
    starts_s: int
    departs_s: int


@dataclass(frozen=True, slots=True)
class Break:
    """The courier rests (Pause) where the visit number ``after`` was, counted from 1, before riding on."""

    after: int
    starts_s: int
    ends_s: int


@dataclass(frozen=True, slots=True)
class Tour:
    """What one vehicle does on this day (Tour).

    ``cost_cents``: hours from departure to return without breaks, kilometres
    and the use of the vehicle, rounded half up to whole cents.
    """

    vehicle: str
    start_hub: str
    end_hub: str
    departs_s: int
    visits: tuple[Visit, ...]
    returns_s: int
    metres: int
    cost_cents: int
    reloads: tuple[Reload, ...] = ()
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True)
class Unserved:
    """An order that stays behind, and which constraint binds, with its numbers."""

    order: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Plan:
    """The tours of a day (Tourenplan).

    Tours stand in the order of ``problem.vehicles``, vehicles that stay at
    home are left out. ``cost_cents`` is what was minimised: the tours plus the
    prices of the unserved orders. ``bound_cents``: no plan can cost less;
    ``None`` where no bound is known. ``iterations`` counts what ``engine``
    counts: solutions of the routing library, moves of the kernel.
    """

    tours: tuple[Tour, ...]
    unserved: tuple[Unserved, ...]
    cost_cents: int
    engine: str
    seed: int
    seconds: float
    iterations: int
    bound_cents: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def gap(self) -> float | None:
        """How much cheaper another plan could be at most, as a share of this one; ``None`` where no bound is known."""
        if self.bound_cents is None:
            return None
        return (self.cost_cents - self.bound_cents) / self.cost_cents if self.cost_cents else 0.0

    @property
    def metres(self) -> int:
        """How far all tours go together."""
        return sum(tour.metres for tour in self.tours)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: the best plan so far costs ``cost_cents`` and leaves ``unserved`` orders.

    ``limit_s`` is 0 where the search does not end by the clock.
    """

    elapsed_s: float
    limit_s: float
    cost_cents: int
    unserved: int
