"""The rows of logistics: hubs and their bikes, scarce room and who took it, shipments, plans, tours and what happened.

Clock times (``opens_s``, ``eta_s`` …) are seconds since midnight as the clocks of the city show them, so ``28_800``
is 8 o'clock on every day; only ``planning`` turns them into elapsed seconds and back.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from city.models import Account, Organisation
from leerstand.models import Agreement
from logistics.kinds import (
    EMISSION_FREE,
    EventKind,
    FailureReason,
    HubState,
    PlanState,
    RecipientKind,
    Resource,
    ShipmentStatus,
)

DAY_S = 24 * 3600


class Hub(CityBound, Model):
    """A micro-hub (Mikro-Hub): the interim use of a vacant shop where parcels change over to cargo bikes."""

    __tablename__ = "hub"
    __table_args__ = (
        CheckConstraint(f"0 <= opens_s AND opens_s < closes_s AND closes_s <= {DAY_S}", name="hours_ordered"),
        CheckConstraint("storage_ml > 0 AND storage_g > 0 AND parcels_per_day > 0", name="room_positive"),
        UniqueConstraint("city_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)  # None: the city itself
    name: Mapped[str]
    street: Mapped[str]
    housenumber: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    opens_s: Mapped[int]
    closes_s: Mapped[int]
    storage_ml: Mapped[int]
    storage_g: Mapped[int]
    parcels_per_day: Mapped[int]
    state: Mapped[HubState] = mapped_column(default=HubState.OPEN)
    opened_at: Mapped[datetime] = mapped_column(Moment)

    agreement: Mapped[Agreement] = relationship(lazy="raise_on_sql")
    operator: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    vehicles: Mapped[list[HubVehicle]] = relationship(
        back_populates="hub", lazy="raise_on_sql", order_by="HubVehicle.id"
    )

    @property
    def address(self) -> str:
        """Street and house number."""
        return f"{self.street} {self.housenumber}".strip()


class HubVehicle(CityBound, Model):
    """A vehicle at home in a hub, with its daily shift (Fahrzeug). Only emission-free ones leave a hub."""

    __tablename__ = "hub_vehicle"
    __table_args__ = (
        CheckConstraint(
            "vehicle_class IN (" + ", ".join(f"'{name}'" for name in EMISSION_FREE) + ")", name="emission_free"
        ),
        CheckConstraint("payload_g > 0 AND volume_ml > 0", name="carries_something"),
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

    hub: Mapped[Hub] = relationship(back_populates="vehicles", lazy="raise_on_sql")


class DayCapacity(CityBound, Model):
    """How much of one resource a hub has on one day and how much is taken (Tageskapazität).

    ``opens_s`` is the delivery window that the row is about; ``0`` with
    ``closes_s`` a whole day for what is not tied to a window. The database
    itself refuses to sell more than there is.
    """

    __tablename__ = "day_capacity"
    __table_args__ = (
        CheckConstraint("0 <= used AND used <= capacity", name="never_oversold"),
        UniqueConstraint("hub_id", "day", "resource", "opens_s"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey("hub.id"))
    day: Mapped[date]
    resource: Mapped[Resource]
    opens_s: Mapped[int] = mapped_column(default=0)
    closes_s: Mapped[int] = mapped_column(default=DAY_S)
    used: Mapped[int] = mapped_column(default=0)
    capacity: Mapped[int]

    @property
    def free(self) -> int:
        """What is left."""
        return self.capacity - self.used


class CapacityLine(CityBound, Model):
    """One entry of the ledger (Kapazitätsbuch): a shipment took or gave back room. ``used`` is the sum of its lines."""

    __tablename__ = "capacity_line"
    __table_args__ = (CheckConstraint("amount <> 0", name="amount_counts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    capacity_id: Mapped[int] = mapped_column(ForeignKey("day_capacity.id"), index=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), index=True)
    amount: Mapped[int]  # taken: positive, given back: negative
    at: Mapped[datetime] = mapped_column(Moment)


class Shipment(CityBound, Model):
    """Parcels of one retailer for one address, booked through a hub on a day (Sendung)."""

    __tablename__ = "shipment"
    __table_args__ = (
        CheckConstraint("parcels > 0 AND weight_g > 0 AND volume_ml > 0", name="something_to_carry"),
        CheckConstraint("window_opens_s < window_closes_s", name="window_ordered"),
        UniqueConstraint("city_id", "reference"),
        UniqueConstraint("retailer_id", "request_key"),
        Index("ix_shipment_day_hub_id", "day", "hub_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str]  # random, so that it tells nobody how many others booked
    request_key: Mapped[str | None]  # the same form sent twice books once
    retailer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    booked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    hub_id: Mapped[int] = mapped_column(ForeignKey("hub.id"))
    day: Mapped[date]
    recipient: Mapped[str]
    recipient_kind: Mapped[RecipientKind] = mapped_column(default=RecipientKind.HOME)
    street: Mapped[str]
    housenumber: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    parcels: Mapped[int]
    weight_g: Mapped[int]
    volume_ml: Mapped[int]
    window_opens_s: Mapped[int]
    window_closes_s: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    status: Mapped[ShipmentStatus] = mapped_column(default=ShipmentStatus.BOOKED)
    booked_at: Mapped[datetime] = mapped_column(Moment)
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)

    hub: Mapped[Hub] = relationship(lazy="raise_on_sql")
    retailer: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    @property
    def address(self) -> str:
        """Street and house number."""
        return f"{self.street} {self.housenumber}".strip()


class DayPlan(CityBound, Model):
    """The tours of all hubs for one day (Tourenplan), and how they were found.

    ``input_version`` says which bookings, bikes and settings it was made from;
    when these change it is out of date.
    """

    __tablename__ = "day_plan"
    __table_args__ = (
        UniqueConstraint("city_id", "day", "number"),
        Index(
            "uq_day_plan_published",
            "city_id",
            "day",
            unique=True,
            sqlite_where=text("state = 'PUBLISHED'"),
            postgresql_where=text("state = 'PUBLISHED'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    number: Mapped[int]  # 1, 2, 3 … of this day
    state: Mapped[PlanState] = mapped_column(default=PlanState.PUBLISHED)
    input_version: Mapped[str]
    settings_version: Mapped[int]
    engine: Mapped[str]
    seed: Mapped[int]
    iterations: Mapped[int]
    search_s: Mapped[float]
    cost_cents: Mapped[int]
    bound_cents: Mapped[int | None]
    metres: Mapped[int]
    co2e_g: Mapped[int]
    van_co2e_g: Mapped[int]  # the same metres in a diesel van
    made_at: Mapped[datetime] = mapped_column(Moment)

    tours: Mapped[list[Tour]] = relationship(back_populates="plan", lazy="raise_on_sql", order_by="Tour.id")
    unserved: Mapped[list[UnservedShipment]] = relationship(lazy="raise_on_sql", order_by="UnservedShipment.id")


class Tour(CityBound, Model):
    """What one vehicle rides on one day (Tour), and who rides it.

    The way back to the hub is kept here, each way to a stop at that stop.
    """

    __tablename__ = "tour"
    __table_args__ = (UniqueConstraint("plan_id", "vehicle_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("day_plan.id", ondelete="CASCADE"))
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("hub_vehicle.id"), index=True)
    courier_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    departs_s: Mapped[int]
    returns_s: Mapped[int]
    metres: Mapped[int]
    cost_cents: Mapped[int]
    parcels: Mapped[int]
    load_g: Mapped[int]
    load_ml: Mapped[int]
    back_line: Mapped[list[list[float]]] = mapped_column(JSON)  # [[lat, lon], …]
    back_steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    plan: Mapped[DayPlan] = relationship(back_populates="tours", lazy="raise_on_sql")
    vehicle: Mapped[HubVehicle] = relationship(lazy="raise_on_sql")
    courier: Mapped[Account | None] = relationship(lazy="raise_on_sql")
    stops: Mapped[list[Stop]] = relationship(back_populates="tour", lazy="raise_on_sql", order_by="Stop.position")


class Stop(CityBound, Model):
    """One shipment on a tour (Halt), with the way that leads to it."""

    __tablename__ = "stop"
    __table_args__ = (
        UniqueConstraint("tour_id", "position"),
        UniqueConstraint("tour_id", "shipment_id"),
        CheckConstraint("position > 0", name="position_counts"),
        CheckConstraint("arrives_s <= starts_s AND starts_s <= departs_s", name="times_ordered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tour_id: Mapped[int] = mapped_column(ForeignKey("tour.id", ondelete="CASCADE"))
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), index=True)
    position: Mapped[int]  # from 1
    arrives_s: Mapped[int]
    starts_s: Mapped[int]  # later than the arrival where the window opens later
    departs_s: Mapped[int]
    metres: Mapped[int]  # of the way to this stop
    push_m: Mapped[int]  # of these, dismounted
    walk_m: Mapped[int]  # from the street to the door
    line: Mapped[list[list[float]]] = mapped_column(JSON)  # [[lat, lon], …]
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    tour: Mapped[Tour] = relationship(back_populates="stops", lazy="raise_on_sql")
    shipment: Mapped[Shipment] = relationship(lazy="raise_on_sql")
    events: Mapped[list[CourierEvent]] = relationship(lazy="raise_on_sql", order_by="CourierEvent.id")


class UnservedShipment(CityBound, Model):
    """A shipment that no tour of a plan takes (Sendung ohne Rad), and why."""

    __tablename__ = "unserved_shipment"
    __table_args__ = (UniqueConstraint("plan_id", "shipment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("day_plan.id", ondelete="CASCADE"))
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), index=True)
    reason: Mapped[str]  # an English sentence, a key of the catalogue
    reason_values: Mapped[dict[str, Any]] = mapped_column(JSON)

    shipment: Mapped[Shipment] = relationship(lazy="raise_on_sql")


class CourierEvent(CityBound, Model):
    """What a courier reported at a stop (Ereignis): only added, never changed; the same report twice counts once."""

    __tablename__ = "courier_event"
    __table_args__ = (
        UniqueConstraint("city_id", "client_id"),
        CheckConstraint("(kind = 'FAILED') = (reason IS NOT NULL)", name="failure_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str]  # made by the phone
    stop_id: Mapped[int] = mapped_column(ForeignKey("stop.id"), index=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    kind: Mapped[EventKind]
    reason: Mapped[FailureReason | None]
    happened_at: Mapped[datetime] = mapped_column(Moment)  # when the courier pressed the button
    received_at: Mapped[datetime] = mapped_column(Moment)
