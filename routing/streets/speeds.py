"""How fast each vehicle moves on which street, and what turning costs; every number with its source. Pure data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

# Cargo bike, km/h: 15 door to door on streets (assumption), less on poor ways.
# Zero: riding is not allowed by default, a permission in the map may allow it.
CARGO_BIKE_KMH = {
    "motorway": 0, "motorway_link": 0, "trunk": 0, "trunk_link": 0,
    "primary": 15, "primary_link": 15, "secondary": 15, "secondary_link": 15, "tertiary": 15, "tertiary_link": 15,
    "unclassified": 15, "residential": 15, "service": 12, "road": 13, "cycleway": 16, "busway": 0,
    "track": 10, "path": 9, "bridleway": 0, "footway": 0, "pedestrian": 0, "corridor": 0, "platform": 0,
    "steps": 0, "living_street": 7,
}  # fmt: skip
# E-van, km/h: mean speeds in town below the limit, as traffic and give-way leave them (assumption).
E_VAN_KMH = {
    "motorway": 90, "motorway_link": 60, "trunk": 75, "trunk_link": 50,
    "primary": 40, "primary_link": 35, "secondary": 38, "secondary_link": 35, "tertiary": 35, "tertiary_link": 30,
    "unclassified": 28, "residential": 22, "service": 12, "road": 22, "cycleway": 0, "busway": 0,
    "track": 0, "path": 0, "bridleway": 0, "footway": 0, "pedestrian": 0, "corridor": 0, "platform": 0,
    "steps": 0, "living_street": 7,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TurnCosts:
    """Milliseconds for a turn at a junction; German right-hand traffic, so left crosses the oncoming lane."""

    slight_ms: int
    right_ms: int
    left_ms: int
    sharp_ms: int
    u_turn_ms: int
    signals_ms: int  # mean wait at a traffic light: 30 s red in a 70 s cycle make about 6 to 10 s
    gate_ms: int  # opening and closing


@dataclass(frozen=True, slots=True)
class Speeds:
    """Every speed and delay of the cost model; a town may pass its own.

    Walking pace (Schrittgeschwindigkeit) binds every vehicle in pedestrian zones (StVO, Zeichen 239 and
    242.1 with a permission) and in living streets (Zeichen 325.1); courts read it as 4 to 10 km/h, we take 7.
    """

    cargo_bike_kmh: Mapping[str, float] = field(default_factory=lambda: CARGO_BIKE_KMH)
    e_van_kmh: Mapping[str, float] = field(default_factory=lambda: E_VAN_KMH)
    walking_pace_kmh: float = 7.0
    push_kmh: float = 4.0  # a loaded bike or handcart, pushed (assumption)
    walk_kmh: float = 4.8  # 1.33 m/s, the usual design value for pedestrians
    steps_kmh: float = 2.0  # on foot on stairs
    rough_factor: float = 0.7  # cobbles, gravel: bikes lose about a third
    soft_factor: float = 0.5  # sand, mud, grass
    limit_share: float = 0.85  # a van's mean speed as a share of the posted limit
    dismount_ms: int = 4_000  # getting off a loaded bike
    cargo_bike_turns: TurnCosts = TurnCosts(500, 1_500, 3_000, 4_000, 10_000, 8_000, 10_000)
    e_van_turns: TurnCosts = TurnCosts(1_000, 3_000, 7_000, 9_000, 45_000, 10_000, 20_000)
    foot_turns: TurnCosts = TurnCosts(0, 0, 0, 0, 0, 8_000, 5_000)

    def fingerprint(self) -> str:
        """A short text that changes when any number changes; part of the cache's key."""
        numbers = json.loads(json.dumps(asdict(self)), parse_int=float)  # 15 and 15.0 are one speed
        text = json.dumps(numbers, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def with_bike(self, *, street_kmh: float, cycleway_kmh: float, path_kmh: float) -> Speeds:
        """The same with other speeds of cargo bikes; kinds of street keep their relation to a residential street
        or to a path."""
        street, path = street_kmh / CARGO_BIKE_KMH["residential"], path_kmh / CARGO_BIKE_KMH["path"]
        table = {
            kind: kmh * (path if kind in {"path", "track"} else street) for kind, kmh in CARGO_BIKE_KMH.items()
        } | {"cycleway": cycleway_kmh, "living_street": self.walking_pace_kmh}
        return replace(self, cargo_bike_kmh={kind: round(kmh, 2) for kind, kmh in table.items()})

    def with_van(self, *, share: float) -> Speeds:
        """The same with the mean speeds of e-vans times ``share``."""
        table = {kind: kmh * share for kind, kmh in E_VAN_KMH.items()} | {"living_street": self.walking_pace_kmh}
        return replace(self, e_van_kmh={kind: round(kmh, 2) for kind, kmh in table.items()})
