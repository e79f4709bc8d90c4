"""What is scarce at a hub, and the ledger of who took how much of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from city.db import CityBound, Model, Moment
from logistics.kinds import Resource
from logistics.models.hubs import DAY_S


class DayCapacity(CityBound, Model):
    """How much of one resource a hub has on one day and how much is taken (Tageskapazität).

    ``opens_s`` is the delivery window, dock slot or quarter of the day that
    the row is about; ``0`` with ``closes_s`` a whole day for what is not tied
    to one. ``scope_id`` names the compartment or organisation of rows that are
    about one of these, else 0. The database itself refuses to sell more than
    there is. ``intended`` is below ``capacity`` where less room is left than
    was booked before: then nothing is sold until enough was cancelled.
    """

    __tablename__ = "day_capacity"
    __table_args__ = (
        CheckConstraint("0 <= used AND used <= capacity", name="never_oversold"),
        CheckConstraint("0 <= intended AND intended <= capacity", name="intended_fits"),
        UniqueConstraint("hub_id", "day", "resource", "opens_s", "scope_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey("hub.id"))
    day: Mapped[date]
    resource: Mapped[Resource]
    opens_s: Mapped[int] = mapped_column(default=0)
    closes_s: Mapped[int] = mapped_column(default=DAY_S)
    used: Mapped[int] = mapped_column(default=0)
    capacity: Mapped[int]
    intended: Mapped[int]
    scope_id: Mapped[int] = mapped_column(default=0)

    @property
    def free(self) -> int:
        """What is left."""
        return max(0, self.intended - self.used)


class CapacityLine(CityBound, Model):
    """One entry of the ledger (Kapazitätsbuch): a shipment took or gave back room. ``used`` is the sum of its lines."""

    __tablename__ = "capacity_line"
    __table_args__ = (CheckConstraint("amount <> 0", name="amount_counts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    capacity_id: Mapped[int] = mapped_column(ForeignKey("day_capacity.id"), index=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), index=True)
    amount: Mapped[int]  # taken: positive, given back: negative
    at: Mapped[datetime] = mapped_column(Moment)
