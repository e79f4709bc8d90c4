"""Numbers that a city may change, each with its unit and where the default comes from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sqlalchemy import func, select

from city import audit, clock
from city.db import db
from city.models import SettingsVersion
from routing.message import N_, BadInput


def number(default: int, *, label: str, unit: str, source: str, least: int, most: int) -> Any:
    """One setting: a whole number with its limits."""
    return field(
        default=default, metadata={"label": label, "unit": unit, "source": source, "least": least, "most": most}
    )


def weight(default: int, *, label: str) -> Any:
    """How many points a criterion of the matching can give at most."""
    return number(default, label=label, unit=N_("points"), source=N_("own assumption"), least=0, most=100)


@dataclass(frozen=True)
class CitySettings:
    """The numbers in force; handed to rules as an argument."""

    max_area_factor: int = number(
        3,
        label=N_("Largest shop for a wish, as a multiple of the ideal area"),
        unit=N_("times"),
        source=N_("own assumption: beyond that most of the shop stays empty"),
        least=1,
        most=10,
    )
    rent_tolerance_percent: int = number(
        15,
        label=N_("Rent may exceed the budget by"),
        unit=N_("%"),
        source=N_("own assumption: what negotiation closes"),
        least=0,
        most=100,
    )
    lead_none_weeks: int = number(
        0,
        label=N_("Lead time without a permit"),
        unit=N_("weeks"),
        source=N_("own assumption, to be confirmed by the city's building office"),
        least=0,
        most=52,
    )
    lead_heritage_weeks: int = number(
        6,
        label=N_("Lead time with a heritage permit"),
        unit=N_("weeks"),
        source=N_("own assumption, to be confirmed by the city's building office"),
        least=0,
        most=104,
    )
    lead_permit_weeks: int = number(
        12,
        label=N_("Lead time with a change-of-use permit"),
        unit=N_("weeks"),
        source=N_("own assumption, to be confirmed by the city's building office"),
        least=0,
        most=104,
    )
    hub_min_area_m2: int = number(
        35,
        label=N_("Smallest shop for a micro-hub"),
        unit=N_("m²"),
        source=N_("depots from 20 m² exist; 35 m² leaves room for bikes"),
        least=10,
        most=1000,
    )
    hub_parcels_per_m2: int = number(
        8,
        label=N_("Parcels a hub handles per square metre and day"),
        unit=N_("parcels/m²"),
        source=N_("handbook of IHK Mittlerer Niederrhein and Fraunhofer IML: 1,400 parcels on 180 m²"),
        least=1,
        most=30,
    )
    hub_litres_per_m2: int = number(
        250,
        label=N_("Storage in a hub per square metre"),
        unit=N_("l/m²"),
        source=N_("own assumption: a third of the floor in shelves of 0.75 m³ per m²"),
        least=20,
        most=2000,
    )
    hub_kg_per_m2: int = number(
        150,
        label="Storage in a hub per square metre, by weight",
        unit="kg/m²",
        source="own assumption: well below the 400 kg/m² that shop floors are built for (DIN EN 1991-1-1, D1)",
        least=20,
        most=1000,
    )
    stops_per_bike_hour: int = number(
        10,
        label="Deliveries that a bike promises per hour",
        unit="stops/h",
        source="own assumption: below the 117 parcels per bike and day of the IHK handbook",
        least=1,
        most=40,
    )
    booking_cutoff_min: int = number(
        60,
        label="Bookings close before the first bike leaves",
        unit="min",
        source="own assumption: sorting, planning and loading",
        least=0,
        most=1440,
    )
    bookable_days: int = number(
        30, label="Bookings are open ahead for", unit="days", source=N_("own assumption"), least=1, most=365
    )
    price_stop_cents: int = number(
        450, label="A delivery or pickup by bike", unit="ct", source=N_("own assumption"), least=0, most=10000
    )
    price_parcel_cents: int = number(
        60, label="Each parcel handled in a hub", unit="ct", source=N_("own assumption"), least=0, most=10000
    )
    price_locker_day_cents: int = number(
        40, label="A compartment per day", unit="ct", source=N_("own assumption"), least=0, most=10000
    )
    hold_min: int = number(
        10,
        label="A booking not yet confirmed keeps its room",
        unit="min",
        source=N_("own assumption"),
        least=1,
        most=120,
    )
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
        unit="%",
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
    weight_transition: int = weight(18, label=N_("Matching: short time empty"))
    weight_gap: int = weight(14, label=N_("Matching: gaps closed in the core"))
    weight_stretch: int = weight(4, label=N_("Matching: no two empty shops in a row"))
    weight_ring: int = weight(12, label=N_("Matching: right place between core and edge"))
    weight_diversity: int = weight(12, label=N_("Matching: mix of the street"))
    weight_public: int = weight(10, label=N_("Matching: public value"))
    weight_fit: int = weight(8, label=N_("Matching: size fits"))
    weight_footfall: int = weight(6, label=N_("Matching: draws people"))
    weight_owner: int = weight(6, label=N_("Matching: rent covered"))
    weight_hub: int = weight(5, label=N_("Matching: shorter deliveries"))
    weight_learning: int = weight(3, label=N_("Matching: something to learn"))
    weight_permanence: int = weight(2, label=N_("Matching: may stay for good"))
    max_new_hubs: int = number(
        2, label=N_("New micro-hubs in one plan"), unit=N_("hubs"), source=N_("own assumption"), least=0, most=50
    )
    max_same_per_street: int = number(
        2,
        label=N_("New uses of one kind per street and plan"),
        unit=N_("uses"),
        source=N_("own assumption"),
        least=1,
        most=50,
    )
    neighbour_distance_m: int = number(
        20,
        label=N_("A loud use and a use that needs quiet are at least this far apart"),
        unit="m",
        source=N_("own assumption: the next house but one"),
        least=0,
        most=500,
    )
    owner_link_days: int = number(
        30,
        label=N_("A link by which an owner answers works for"),
        unit=N_("days"),
        source=N_("own assumption"),
        least=1,
        most=180,
    )
    reminder_days: int = number(
        14,
        label=N_("An owner is reminded after"),
        unit=N_("days"),
        source=N_("own assumption: two weeks for an answer"),
        least=1,
        most=90,
    )
    chain_outlets: int = number(
        5,
        label=N_("A provider counts as a chain from"),
        unit=N_("shops"),
        source=N_("bulwiengesa: five outlets and more"),
        least=2,
        most=100,
    )
    hub_full_saving_percent: int = number(
        25,
        label=N_("A hub that saves so much of the cost of deliveries gets all its points"),
        unit="%",
        source=N_("own assumption"),
        least=1,
        most=100,
    )
    van_cents_km: int = number(
        45,
        label=N_("Wear and fuel of a delivery van"),
        unit=N_("ct/km"),
        source=N_("own assumption: 10.9 l/100 km, tyres, upkeep"),
        least=0,
        most=1000,
    )
    subsidy_budget_eur: int = number(
        0,
        label=N_("Money for rent subsidies in one plan"),
        unit="€",
        source=N_("the city's own decision; 0: none"),
        least=0,
        most=10_000_000,
    )
    subsidy_share_percent: int = number(
        33,
        label=N_("A subsidy pays at most this share of the rent"),
        unit="%",
        source=N_("Lüneburg's funding rules for the inner city: a third"),
        least=0,
        most=100,
    )
    subsidy_most_eur_month: int = number(
        2000,
        label=N_("A subsidy pays at most"),
        unit=N_("€ a month"),
        source=N_("Lüneburg's funding rules for the inner city"),
        least=0,
        most=100_000,
    )
    change_penalty: int = number(
        5,
        label=N_("A change of the plan must be worth more than"),
        unit=N_("points"),
        source=N_("own assumption: every change costs calls and trust"),
        least=0,
        most=100,
    )
    match_search_s: int = number(
        10, label=N_("Search time for the plan of shops"), unit="s", source=N_("own assumption"), least=1, most=300
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
