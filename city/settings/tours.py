"""Bikes, stops, costs and emissions. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from city.settings.kinds import number
from routing.message import N_


@dataclass(frozen=True)
class TourNumbers:
    """Bikes, stops, costs and emissions."""

    section: ClassVar[str] = N_("Tours")

    home_service_s: int = number(
        150,
        label=N_("Stop at a home"),
        unit=N_("s"),
        source=N_("own assumption"),
        least=0,
        most=1800,
    )
    shop_service_s: int = number(
        180,
        label=N_("Stop at a shop"),
        unit=N_("s"),
        source=N_("own assumption"),
        least=0,
        most=1800,
    )
    parcel_service_s: int = number(
        15,
        label=N_("Further time per parcel"),
        unit=N_("s"),
        source=N_("own assumption"),
        least=0,
        most=600,
    )
    reload_s: int = number(
        600,
        label=N_("Unloading and loading again at the hub"),
        unit=N_("s"),
        source=N_("own assumption"),
        least=60,
        most=3600,
    )
    cargo_bike_payload_kg: int = number(
        100,
        label=N_("A cargo bike carries"),
        unit=N_("kg"),
        source=N_("citkar Loadster, makers' figures"),
        least=10,
        most=400,
    )
    cargo_bike_volume_l: int = number(
        600,
        label=N_("A cargo bike holds"),
        unit=N_("l"),
        source=N_("citkar Loadster, makers' figures"),
        least=50,
        most=3000,
    )
    cargo_bike_pace_percent: int = number(
        100,
        label=N_("Pace of cargo bikes, against the speeds of the street map"),
        unit=N_("%"),
        source=N_("own assumption; the evening page suggests what was ridden"),
        least=50,
        most=150,
    )
    cargo_bike_cents_h: int = number(
        2700,
        label=N_("A cargo bike with its rider costs"),
        unit=N_("ct/h"),
        source=N_("own assumption"),
        least=0,
        most=20000,
    )
    cargo_bike_cents_km: int = number(
        10,
        label=N_("Wear and power of a cargo bike"),
        unit=N_("ct/km"),
        source=N_("own assumption"),
        least=0,
        most=1000,
    )
    cargo_bike_co2e_g_km: int = number(
        6,
        label=N_("Cargo bike, well to wheel"),
        unit=N_("g CO₂e/km"),
        source=N_("15 Wh/km with the German grid of 2024 (363 g/kWh, UBA)"),
        least=0,
        most=1000,
    )
    van_cents_km: int = number(
        45,
        label=N_("Wear and fuel of a delivery van"),
        unit=N_("ct/km"),
        source=N_("own assumption: 10.9 l/100 km, tyres, upkeep"),
        least=0,
        most=1000,
    )
    diesel_van_co2e_g_km: int = number(
        340,
        label=N_("Diesel van, well to wheel"),
        unit=N_("g CO₂e/km"),
        source=N_("10.9 l/100 km (DESNZ) at 3.13 kg/l (EN 16258)"),
        least=0,
        most=2000,
    )
    unserved_cents: int = number(
        2500,
        label=N_("Price of an order that stays behind"),
        unit=N_("ct"),
        source=N_("own assumption: a second attempt and a call"),
        least=1,
        most=100000,
    )
    plan_search_s: int = number(
        3,
        label=N_("Search time for the plan of a day"),
        unit=N_("s"),
        source=N_("own measurement: little is gained beyond, up to 60 orders"),
        least=1,
        most=300,
    )
