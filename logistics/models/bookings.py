"""What retailers booked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from city.models import Organisation
from logistics.kinds import RecipientKind, ShipmentStatus
from logistics.models.hubs import Hub


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
