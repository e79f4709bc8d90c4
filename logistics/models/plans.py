"""The day's tours: plan, tours, stops, and what no tour takes."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from city.models import Account
from logistics.kinds import PlanState
from logistics.models.bookings import Shipment
from logistics.models.hubs import HubVehicle

if TYPE_CHECKING:
    from logistics.models.events import CourierEvent


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
    based_on: Mapped[int | None]  # number of the version that it was made from
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
    breaks: Mapped[list[dict[str, int]]] = mapped_column(JSON, default=list)  # {after: stop, starts_s, ends_s}
    # {after: stop, arrives_s, starts_s, departs_s, metres, push_m}: back at the hub to load for the stops that follow
    reloads: Mapped[list[dict[str, int]]] = mapped_column(JSON, default=list)
    reload_ways: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # of each: {line, steps} to the hub
    released_at: Mapped[datetime | None] = mapped_column(Moment)  # from then on the courier sees it

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
    held: Mapped[bool] = mapped_column(default=False)  # stays on its bike when the day is planned again

    tour: Mapped[Tour] = relationship(back_populates="stops", lazy="raise_on_sql")
    shipment: Mapped[Shipment] = relationship(lazy="raise_on_sql")
    events: Mapped[list[CourierEvent]] = relationship(
        primaryjoin="foreign(CourierEvent.shipment_id) == Stop.shipment_id",
        lazy="raise_on_sql",
        order_by="CourierEvent.id",
        viewonly=True,
    )


class UnservedShipment(CityBound, Model):
    """A shipment that no tour of a plan takes (Sendung ohne Rad), why, and the smallest change that would help."""

    __tablename__ = "unserved_shipment"
    __table_args__ = (UniqueConstraint("plan_id", "shipment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("day_plan.id", ondelete="CASCADE"))
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), index=True)
    reason: Mapped[str]  # an English sentence, a key of the catalogue
    reason_values: Mapped[dict[str, Any]] = mapped_column(JSON)
    helps: Mapped[str | None]  # likewise; None where no single change helps, or somebody has moved stops since
    helps_values: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    shipment: Mapped[Shipment] = relationship(lazy="raise_on_sql")
