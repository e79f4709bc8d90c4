"""Who and what is really there on a day: shifts of couriers, absences, vehicles that are out."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from city.models import Account
from logistics.models.hubs import DAY_S, HubVehicle


class AbsenceKind(StrEnum):
    """Why a courier is not there."""

    SICK = "sick"
    HOLIDAY = "holiday"
    OTHER = "other"


class Shift(CityBound, Model):
    """When a courier works on a day, and on which bike (Schicht); clock seconds."""

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint(f"0 <= starts_s AND starts_s < ends_s AND ends_s <= {DAY_S}", name="shift_ordered"),
        UniqueConstraint("account_id", "day"),
        UniqueConstraint("vehicle_id", "day"),
        Index("ix_shift_city_id_day", "city_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("hub_vehicle.id", ondelete="CASCADE"))
    day: Mapped[date]
    starts_s: Mapped[int]
    ends_s: Mapped[int]

    account: Mapped[Account] = relationship(lazy="raise_on_sql")
    vehicle: Mapped[HubVehicle] = relationship(lazy="raise_on_sql")


class Absence(CityBound, Model):
    """Days on which a courier is not there (Abwesenheit): ``starts`` inclusive, ``ends`` exclusive."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("starts < ends", name="period_ordered"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    kind: Mapped[AbsenceKind]
    starts: Mapped[date]
    ends: Mapped[date]
    noted_at: Mapped[datetime] = mapped_column(Moment)

    account: Mapped[Account] = relationship(lazy="raise_on_sql")


class VehicleOutage(CityBound, Model):
    """A vehicle that cannot ride from a clock time of a day on (Ausfall), until somebody says it is back."""

    __tablename__ = "vehicle_outage"

    id: Mapped[int] = mapped_column(primary_key=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("hub_vehicle.id", ondelete="CASCADE"), index=True)
    day: Mapped[date]
    from_s: Mapped[int]
    back_on: Mapped[date | None]  # the first day on which it rides again; None: not known

    vehicle: Mapped[HubVehicle] = relationship(lazy="raise_on_sql")
