"""How fast bikes, vans and people on foot move on the street map. Pure data; the defaults are the map's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from city.settings.kinds import decimal, number
from routing.message import N_


@dataclass(frozen=True)
class SpeedNumbers:
    """Speeds (Geschwindigkeiten) on the street map; a change is worked into the map in the background."""

    section: ClassVar[str] = N_("Speeds")

    bike_street_kmh: float = decimal(
        15.0,
        label=N_("Cargo bike on a street"),
        unit=N_("km/h"),
        source=N_("own assumption: with stops at junctions, loaded"),
        least=5,
        most=25,
    )
    bike_cycleway_kmh: float = decimal(
        16.0, label=N_("Cargo bike on a cycleway"), unit=N_("km/h"), source=N_("own assumption"), least=5, most=25
    )
    bike_path_kmh: float = decimal(
        9.0, label=N_("Cargo bike on a path"), unit=N_("km/h"), source=N_("own assumption"), least=3, most=25
    )
    rough_percent: int = number(
        70,
        label=N_("Cargo bike on cobbles and gravel, of its speed"),
        unit=N_("%"),
        source=N_("own assumption: bikes lose about a third"),
        least=20,
        most=100,
    )
    soft_percent: int = number(
        50,
        label=N_("Cargo bike on sand and grass, of its speed"),
        unit=N_("%"),
        source=N_("own assumption"),
        least=20,
        most=100,
    )
    walking_pace_kmh: float = decimal(
        7.0,
        label=N_("Walking pace in pedestrian zones and living streets"),
        unit=N_("km/h"),
        source=N_("road traffic rules, signs 239, 242.1 and 325.1; courts read 4 to 10 km/h"),
        least=4,
        most=10,
    )
    push_kmh: float = decimal(
        4.0, label=N_("Pushing a loaded bike"), unit=N_("km/h"), source=N_("own assumption"), least=1, most=6
    )
    dismount_s: int = number(
        4, label=N_("Getting off a loaded bike"), unit=N_("s"), source=N_("own assumption"), least=0, most=60
    )
    walk_kmh: float = decimal(
        4.8,
        label=N_("Walking from the bike to the door"),
        unit=N_("km/h"),
        source=N_("1.33 m/s, the usual design value for pedestrians"),
        least=2,
        most=7,
    )
    steps_kmh: float = decimal(
        2.0, label=N_("Walking on stairs"), unit=N_("km/h"), source=N_("own assumption"), least=0.5, most=5
    )
    van_percent: int = number(
        100,
        label=N_("Electric van, against the mean speeds of its streets"),
        unit=N_("%"),
        source=N_("own assumption: 40 km/h on main roads, 22 km/h in side streets"),
        least=30,
        most=150,
    )
    van_limit_percent: int = number(
        85,
        label=N_("Electric van, at most this share of the speed limit"),
        unit=N_("%"),
        source=N_("own assumption"),
        least=30,
        most=100,
    )
