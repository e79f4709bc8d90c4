"""What couriers reported on the way, and what of it the dispatcher has to look at."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from city.models import Account, StoredFile
from logistics.kinds import EventKind, FailureReason
from logistics.models.bookings import Shipment


class CourierEvent(CityBound, Model):
    """What a courier reported (Ereignis): only added, never changed; the same report twice counts once.

    It belongs to a shipment, so that it stays true when the day is planned
    anew; without one it is about the tour of ``day`` as a whole. ``details``
    may hold receiver, note, code, signature, order (``logistics.reports``).
    """

    __tablename__ = "courier_event"
    __table_args__ = (
        UniqueConstraint("city_id", "client_id"),
        CheckConstraint("(kind = 'FAILED') = (reason IS NOT NULL)", name="failure_has_reason"),
        Index("ix_courier_event_account_id_day", "account_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str]  # made by the phone
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    day: Mapped[date]  # of the tour
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id"), index=True)
    kind: Mapped[EventKind]
    reason: Mapped[FailureReason | None]
    undoes: Mapped[str | None]  # client_id of the report that this one takes back
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    decides: Mapped[bool] = mapped_column(default=False)  # the dispatcher's word: counts whatever else was reported
    happened_at: Mapped[datetime] = mapped_column(Moment)  # when the courier pressed the button
    received_at: Mapped[datetime] = mapped_column(Moment)

    shipment: Mapped[Shipment | None] = relationship(lazy="raise_on_sql")


class CourierPhoto(CityBound, Model):
    """A photo taken as a proof (Foto): re-encoded, without its place; belongs to the report of this ``client_id``."""

    __tablename__ = "courier_photo"
    __table_args__ = (UniqueConstraint("city_id", "client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str]  # of the photo, made by the phone
    event_client_id: Mapped[str] = mapped_column(index=True)  # may arrive before the report itself
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"))
    received_at: Mapped[datetime] = mapped_column(Moment)

    file: Mapped[StoredFile] = relationship(lazy="raise_on_sql")


class InboxEntry(CityBound, Model):
    """A report that cannot be, as it was sent (Eingang der Disposition), and why; waits until somebody has looked."""

    __tablename__ = "inbox_entry"
    __table_args__ = (UniqueConstraint("city_id", "client_id"), Index("ix_inbox_entry_settled_at", "settled_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id"))
    contradicts: Mapped[bool] = mapped_column(default=False)  # the report itself was kept, another one counts
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
    happened_at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str]  # an English sentence, a key of the catalogue
    reason_values: Mapped[dict[str, Any]] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    counted: Mapped[bool] = mapped_column(default=False)  # the dispatcher let it count all the same

    account: Mapped[Account | None] = relationship(lazy="raise_on_sql", foreign_keys=account_id)
    shipment: Mapped[Shipment | None] = relationship(lazy="raise_on_sql")
