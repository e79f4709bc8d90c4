"""The hubs themselves and the vehicles at home there. Clock times are seconds since midnight on the city's clocks."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from city.models import Organisation
from leerstand.models import Agreement
from logistics.kinds import EMISSION_FREE, HubState, LockerSize

DAY_S = 24 * 3600


class Hub(CityBound, Model):
    """A micro-hub (Mikro-Hub): the interim use of a vacant shop where parcels change over to cargo bikes."""

    __tablename__ = "hub"
    __table_args__ = (
        CheckConstraint(f"0 <= opens_s AND opens_s < closes_s AND closes_s <= {DAY_S}", name="hours_ordered"),
        CheckConstraint("storage_ml > 0 AND storage_g > 0 AND parcels_per_day > 0", name="room_positive"),
        CheckConstraint("chargers >= 0 AND locker_days > 0", name="equipment_counts"),
        UniqueConstraint("city_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), unique=True)  # None: a standing hub
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)  # None: the city itself
    name: Mapped[str]
    street: Mapped[str]
    housenumber: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    opens_s: Mapped[int]
    closes_s: Mapped[int]
    other_hours: Mapped[dict[str, list[int] | None]] = mapped_column(JSON, default=dict)  # see hours_on
    storage_ml: Mapped[int]
    storage_g: Mapped[int]
    parcels_per_day: Mapped[int]
    state: Mapped[HubState] = mapped_column(default=HubState.OPEN)
    opened_at: Mapped[datetime] = mapped_column(Moment)
    chargers: Mapped[int] = mapped_column(default=0)  # bikes that charge at once
    lockers_always: Mapped[bool] = mapped_column(default=False)  # the wall is reached round the clock, else while open
    lockers_sunday: Mapped[bool] = mapped_column(default=False)  # compartments may be collected from on Sundays
    locker_days: Mapped[int] = mapped_column(default=3)  # how long a parcel waits in its compartment
    revision: Mapped[int] = mapped_column(default=1)  # counts edits, so that two people do not undo each other's

    agreement: Mapped[Agreement | None] = relationship(lazy="raise_on_sql")
    operator: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    vehicles: Mapped[list[HubVehicle]] = relationship(
        back_populates="hub", lazy="raise_on_sql", order_by="HubVehicle.id"
    )
    docks: Mapped[list[Dock]] = relationship(lazy="raise_on_sql", order_by="Dock.id")
    compartments: Mapped[list[Compartment]] = relationship(
        back_populates="hub", lazy="raise_on_sql", order_by="Compartment.id"
    )

    @property
    def address(self) -> str:
        """Street and house number."""
        return f"{self.street} {self.housenumber}".strip()

    def hours_on(self, day: date) -> tuple[int, int] | None:
        """When it opens and closes on the weekday of a day; None: closed. Of public holidays it knows nothing.

        ``other_hours`` names the weekdays that differ from the usual hours, Monday as ``"0"``.
        """
        return self.hours_of(day.weekday())

    def hours_of(self, weekday: int) -> tuple[int, int] | None:
        """The same for a weekday, Monday as 0."""
        usual = [self.opens_s, self.closes_s]
        hours = (self.other_hours or {}).get(str(weekday), usual)  # None in a row that is not kept yet
        return None if hours is None else (hours[0], hours[1])


class HubVehicle(CityBound, Model):
    """A vehicle at home in a hub, with its daily shift (Fahrzeug). Only emission-free ones leave a hub."""

    __tablename__ = "hub_vehicle"
    __table_args__ = (
        CheckConstraint(
            "vehicle_class IN (" + ", ".join(f"'{name}'" for name in EMISSION_FREE) + ")", name="emission_free"
        ),
        CheckConstraint("payload_g > 0 AND volume_ml > 0", name="carries_something"),
        CheckConstraint("0 <= charge_percent AND charge_percent <= 100", name="charge_is_a_share"),
        CheckConstraint(f"0 <= starts_s AND starts_s < ends_s AND ends_s <= {DAY_S}", name="shift_ordered"),
        UniqueConstraint("hub_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey("hub.id", ondelete="CASCADE"))
    name: Mapped[str]
    vehicle_class: Mapped[str] = mapped_column(default=EMISSION_FREE[0])
    payload_g: Mapped[int]
    volume_ml: Mapped[int]
    starts_s: Mapped[int]
    ends_s: Mapped[int]
    range_m: Mapped[int | None]  # with a full battery; None: not known
    charge_percent: Mapped[int] = mapped_column(default=100)
    charge_on: Mapped[date | None]  # the day that begins with this charge; None: always

    hub: Mapped[Hub] = relationship(back_populates="vehicles", lazy="raise_on_sql")


class Trailer(CityBound, Model):
    """A trailer of a hub (Anhänger); behind a vehicle it adds what it carries to that vehicle."""

    __tablename__ = "trailer"
    __table_args__ = (
        CheckConstraint("payload_g > 0 AND volume_ml > 0", name="carries_something"),
        UniqueConstraint("hub_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey("hub.id", ondelete="CASCADE"))
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("hub_vehicle.id", ondelete="SET NULL"), unique=True)
    name: Mapped[str]
    payload_g: Mapped[int]
    volume_ml: Mapped[int]


class Dock(CityBound, Model):
    """Where suppliers' vehicles unload (Ladeplatz), booked in slots of half an hour while the hub is open."""

    __tablename__ = "dock"
    __table_args__ = (
        CheckConstraint("vehicles_at_once > 0", name="room_positive"),
        UniqueConstraint("hub_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey("hub.id", ondelete="CASCADE"))
    name: Mapped[str]
    vehicles_at_once: Mapped[int] = mapped_column(default=1)


class Compartment(CityBound, Model):
    """One compartment of a locker wall (Schließfach)."""

    __tablename__ = "compartment"
    __table_args__ = (
        CheckConstraint("width_cm > 0 AND height_cm > 0 AND depth_cm > 0 AND most_g > 0", name="room_positive"),
        UniqueConstraint("hub_id", "label"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey("hub.id", ondelete="CASCADE"))
    label: Mapped[str]
    size: Mapped[LockerSize]
    width_cm: Mapped[int]
    height_cm: Mapped[int]
    depth_cm: Mapped[int]
    most_g: Mapped[int]
    out_of_order: Mapped[bool] = mapped_column(default=False)

    hub: Mapped[Hub] = relationship(back_populates="compartments", lazy="raise_on_sql")


class Quota(CityBound, Model):
    """How many parcels a day one organisation may book at a hub (Kontingent)."""

    __tablename__ = "quota"
    __table_args__ = (
        CheckConstraint("parcels_per_day >= 0", name="not_negative"),
        UniqueConstraint("hub_id", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey("hub.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    parcels_per_day: Mapped[int]

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
