"""What retailers booked: shipments with their legs and parcels, compartments taken, standing orders, templates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from city.models import Organisation
from logistics.kinds import LegKind, ParcelState, RecipientKind, Ride, ScanKind, ShipmentKind, ShipmentStatus, SizeClass
from logistics.models.hubs import Compartment, Hub


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
    kind: Mapped[ShipmentKind] = mapped_column(default=ShipmentKind.OUTBOUND)
    ride: Mapped[Ride] = mapped_column(default=Ride.DELIVERY)
    part_of_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id"), index=True)  # a pickup for another one
    ready_s: Mapped[int] = mapped_column(default=0)  # when the goods are at the hub, on the day of the ride
    hold_until: Mapped[datetime | None] = mapped_column(Moment)  # of a held one
    sender: Mapped[str] = mapped_column(default="")  # supplier, or whoever gives a return back
    own_reference: Mapped[str] = mapped_column(default="")  # the shop's number for it
    mail: Mapped[str] = mapped_column(default="")  # of the recipient, who is told when it lies in the locker
    size: Mapped[SizeClass | None]
    length_cm: Mapped[int | None]  # of the largest parcel, longest side first
    width_cm: Mapped[int | None]
    height_cm: Mapped[int | None]
    price_cents: Mapped[int] = mapped_column(default=0)
    tracking_token: Mapped[str | None] = mapped_column(unique=True)  # 128 random bits; whoever has it may look
    told_at: Mapped[datetime | None] = mapped_column(Moment)  # when the recipient got the window and the link
    revision: Mapped[int] = mapped_column(default=1)  # counts changes

    hub: Mapped[Hub] = relationship(lazy="raise_on_sql")
    retailer: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    legs: Mapped[list[Leg]] = relationship(lazy="raise_on_sql", order_by="Leg.position", cascade="all, delete-orphan")
    parts: Mapped[list[Shipment]] = relationship(lazy="raise_on_sql", order_by="Shipment.id")
    pieces: Mapped[list[Parcel]] = relationship(
        back_populates="shipment", lazy="raise_on_sql", order_by="Parcel.number", cascade="all, delete-orphan"
    )
    stay: Mapped[LockerStay | None] = relationship(lazy="raise_on_sql", back_populates="shipment")

    @property
    def address(self) -> str:
        """Street and house number."""
        return f"{self.street} {self.housenumber}".strip()


class Leg(CityBound, Model):
    """One step on the way of a shipment (Teilstrecke), from a clock time of a day to one of the same or a later day."""

    __tablename__ = "leg"
    __table_args__ = (UniqueConstraint("shipment_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"))
    position: Mapped[int]  # from 1
    kind: Mapped[LegKind]
    day: Mapped[date]
    opens_s: Mapped[int]
    until_day: Mapped[date]
    closes_s: Mapped[int]


class Parcel(CityBound, Model):
    """One piece of a shipment (Packstück), with the code on its label and any foreign barcode it also carries."""

    __tablename__ = "parcel"
    __table_args__ = (
        UniqueConstraint("shipment_id", "number"),
        UniqueConstraint("city_id", "code"),
        Index("ix_parcel_city_id_alias", "city_id", "alias"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"))
    number: Mapped[int]  # from 1
    code: Mapped[str]  # on the label: the shipment's reference without its dash, and the number
    alias: Mapped[str | None]  # SSCC of 18 digits, or whatever stands on the label of somebody else
    state: Mapped[ParcelState] = mapped_column(default=ParcelState.ANNOUNCED)
    shelf: Mapped[str] = mapped_column(default="")

    shipment: Mapped[Shipment] = relationship(back_populates="pieces", lazy="raise_on_sql")


class Scan(CityBound, Model):
    """What somebody in a hub did to a parcel (Scan): only added, never changed."""

    __tablename__ = "scan"

    id: Mapped[int] = mapped_column(primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id", ondelete="CASCADE"), index=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey("hub.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    kind: Mapped[ScanKind]
    at: Mapped[datetime] = mapped_column(Moment)


class LockerStay(CityBound, Model):
    """A shipment in a compartment (Fachbelegung): for which days, and how often a wrong code was typed.

    The code itself is not kept; it is worked out from ``seed`` and the server's secret.
    """

    __tablename__ = "locker_stay"
    __table_args__ = (CheckConstraint("starts < ends", name="period_ordered"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"), unique=True)
    compartment_id: Mapped[int] = mapped_column(ForeignKey("compartment.id"), index=True)
    starts: Mapped[date]
    ends: Mapped[date]  # the first day on which the compartment is free again
    seed: Mapped[str]
    wrong_tries: Mapped[int] = mapped_column(default=0)
    placed_at: Mapped[datetime | None] = mapped_column(Moment)
    opened_at: Mapped[datetime | None] = mapped_column(Moment)  # by the customer, with the right code

    shipment: Mapped[Shipment] = relationship(back_populates="stay", lazy="raise_on_sql")
    compartment: Mapped[Compartment] = relationship(lazy="raise_on_sql")


class Template(CityBound, Model):
    """A booking kept under a name, to be used again (Vorlage)."""

    __tablename__ = "template"
    __table_args__ = (UniqueConstraint("retailer_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(JSON)  # as the interface for programs writes a booking


class StandingOrder(CityBound, Model):
    """A booking that repeats itself (Dauerauftrag), by a rule of RFC 5545."""

    __tablename__ = "standing_order"

    id: Mapped[int] = mapped_column(primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    name: Mapped[str]
    rule: Mapped[str]  # FREQ=WEEKLY;BYDAY=MO,TH
    starts: Mapped[date]
    booked_until: Mapped[date]  # every day up to this one has been looked at
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    paused_at: Mapped[datetime | None] = mapped_column(Moment)
    last_refusal: Mapped[str] = mapped_column(default="")  # an English sentence, a key of the catalogue
    last_refusal_values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    last_refused_day: Mapped[date | None]
