"""Numbers that a city may change, each with its unit and where the default comes from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sqlalchemy import func, select

from city import audit, clock
from city.db import db
from city.models import SettingsVersion
from routing.message import BadInput


def number(default: int, *, label: str, unit: str, source: str, least: int, most: int) -> Any:
    """One setting: a whole number with its limits."""
    return field(
        default=default, metadata={"label": label, "unit": unit, "source": source, "least": least, "most": most}
    )


@dataclass(frozen=True)
class CitySettings:
    """The numbers in force; handed to rules as an argument."""

    max_area_factor: int = number(
        3,
        label="Largest shop for a wish, as a multiple of the ideal area",
        unit="times",
        source="own assumption: beyond that most of the shop stays empty",
        least=1,
        most=10,
    )
    rent_tolerance_percent: int = number(
        15,
        label="Rent may exceed the budget by",
        unit="%",
        source="own assumption: what negotiation closes",
        least=0,
        most=100,
    )
    lead_none_weeks: int = number(
        0,
        label="Lead time without a permit",
        unit="weeks",
        source="vacancy reference 3.5, to be confirmed by the city's building office",
        least=0,
        most=52,
    )
    lead_heritage_weeks: int = number(
        6,
        label="Lead time with a heritage permit",
        unit="weeks",
        source="vacancy reference 3.5, to be confirmed by the city's building office",
        least=0,
        most=104,
    )
    lead_permit_weeks: int = number(
        12,
        label="Lead time with a change-of-use permit",
        unit="weeks",
        source="vacancy reference 3.5, to be confirmed by the city's building office",
        least=0,
        most=104,
    )
    hub_min_area_m2: int = number(
        35,
        label="Smallest shop for a micro-hub",
        unit="m²",
        source="depots from 20 m² exist; 35 m² leaves room for bikes",
        least=10,
        most=1000,
    )
    hub_parcels_per_m2: int = number(
        8,
        label="Parcels a hub handles per square metre and day",
        unit="parcels/m²",
        source="handbook of IHK Mittlerer Niederrhein and Fraunhofer IML: 1,400 parcels on 180 m²",
        least=1,
        most=30,
    )
    hub_litres_per_m2: int = number(
        250,
        label="Storage in a hub per square metre",
        unit="l/m²",
        source="own assumption: a third of the floor in shelves of 0.75 m³ per m²",
        least=20,
        most=2000,
    )
    home_service_s: int = number(
        150, label="Stop at a home", unit="s", source="logistics reference 2.1, assumption", least=0, most=1800
    )
    shop_service_s: int = number(
        180, label="Stop at a shop", unit="s", source="logistics reference 2.1, assumption", least=0, most=1800
    )
    parcel_service_s: int = number(
        15, label="Further time per parcel", unit="s", source="logistics reference 2.1, assumption", least=0, most=600
    )
    cargo_bike_payload_kg: int = number(
        100, label="A cargo bike carries", unit="kg", source="citkar Loadster, makers' figures", least=10, most=400
    )
    cargo_bike_volume_l: int = number(
        600, label="A cargo bike holds", unit="l", source="citkar Loadster, makers' figures", least=50, most=3000
    )
    cargo_bike_cents_h: int = number(
        2700,
        label="A cargo bike with its rider costs",
        unit="ct/h",
        source="logistics reference 2.1, assumption",
        least=0,
        most=20000,
    )
    cargo_bike_cents_km: int = number(
        10, label="Wear and power of a cargo bike", unit="ct/km", source="own assumption", least=0, most=1000
    )
    cargo_bike_co2e_g_km: int = number(
        6,
        label="Cargo bike, well to wheel",
        unit="g CO₂e/km",
        source="15 Wh/km with the German grid of 2024 (363 g/kWh, UBA)",
        least=0,
        most=1000,
    )
    diesel_van_co2e_g_km: int = number(
        340,
        label="Diesel van, well to wheel",
        unit="g CO₂e/km",
        source="10.9 l/100 km (DESNZ) at 3.13 kg/l (EN 16258)",
        least=0,
        most=2000,
    )
    unserved_cents: int = number(
        2500,
        label="Price of an order that stays behind",
        unit="ct",
        source="own assumption: a second attempt and a call",
        least=1,
        most=100000,
    )
    plan_search_s: int = number(
        3,
        label="Search time for the plan of a day",
        unit="s",
        source="own measurement: little is gained beyond, up to 60 orders",
        least=1,
        most=300,
    )


@dataclass(frozen=True)
class VersionedSettings:
    """The settings and the version that a plan or match says it used."""

    version: int
    numbers: CitySettings


def current() -> VersionedSettings:
    """The settings in force in this city; defaults are version 0."""
    newest = db.session.scalar(select(SettingsVersion).order_by(SettingsVersion.version.desc()).limit(1))
    if newest is None:
        return VersionedSettings(0, CitySettings())
    known = {setting.name for setting in fields(CitySettings)}
    return VersionedSettings(
        newest.version, CitySettings(**{name: value for name, value in newest.values.items() if name in known})
    )


def change(numbers: CitySettings, *, by_account_id: int | None) -> None:
    """Put new numbers in force, as a new version. Raises BadInput when one lies outside its limits."""
    for setting in fields(numbers):
        value, limits = getattr(numbers, setting.name), setting.metadata
        if not limits["least"] <= value <= limits["most"]:
            raise BadInput(
                "%(value)d is outside %(least)d to %(most)d %(unit)s.",
                value=value,
                least=limits["least"],
                most=limits["most"],
                unit=limits["unit"],
            )
    version = (db.session.scalar(select(func.max(SettingsVersion.version))) or 0) + 1
    db.session.add(
        SettingsVersion(version=version, values=asdict(numbers), changed_by_id=by_account_id, changed_at=clock.now())
    )
    audit.record("settings changed", "settings", version)
