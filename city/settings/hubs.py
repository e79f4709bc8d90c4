"""What a hub holds, and what a booking costs. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from city.settings.kinds import number
from routing.message import N_


@dataclass(frozen=True)
class HubNumbers:
    """What a hub holds, and what a booking costs."""

    section: ClassVar[str] = N_("Hubs and bookings")

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
        label=N_("Storage in a hub per square metre, by weight"),
        unit=N_("kg/m²"),
        source=N_("own assumption: well below the 400 kg/m² that shop floors are built for (DIN EN 1991-1-1, D1)"),
        least=20,
        most=1000,
    )
    stops_per_bike_hour: int = number(
        10,
        label=N_("Deliveries that a bike promises per hour"),
        unit=N_("stops/h"),
        source=N_("own assumption: below the 117 parcels per bike and day of the IHK handbook"),
        least=1,
        most=40,
    )
    booking_cutoff_min: int = number(
        60,
        label=N_("Bookings close before the first bike leaves"),
        unit=N_("min"),
        source=N_("own assumption: sorting, planning and loading"),
        least=0,
        most=1440,
    )
    bookable_days: int = number(
        30, label=N_("Bookings are open ahead for"), unit=N_("days"), source=N_("own assumption"), least=1, most=365
    )
    hold_min: int = number(
        10,
        label=N_("A booking not yet confirmed keeps its room"),
        unit=N_("min"),
        source=N_("own assumption"),
        least=1,
        most=120,
    )
    price_stop_cents: int = number(
        450, label=N_("A delivery or pickup by bike"), unit=N_("ct"), source=N_("own assumption"), least=0, most=10000
    )
    price_parcel_cents: int = number(
        60, label=N_("Each parcel handled in a hub"), unit=N_("ct"), source=N_("own assumption"), least=0, most=10000
    )
    price_locker_day_cents: int = number(
        40, label=N_("A compartment per day"), unit=N_("ct"), source=N_("own assumption"), least=0, most=10000
    )
