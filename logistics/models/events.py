"""What couriers reported on the way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from city.db import CityBound, Model, Moment
from logistics.kinds import EventKind, FailureReason


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
