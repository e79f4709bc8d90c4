"""The rows of footfall: counting places, what they counted hour by hour, and files that wait for a yes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from leerstand.models import StreetAxis


class FootfallCounter(CityBound, Model):
    """A place where passers-by are counted (Zählstelle), as its file calls it."""

    __tablename__ = "footfall_counter"
    __table_args__ = (UniqueConstraint("city_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    axis_id: Mapped[int | None] = mapped_column(ForeignKey("street_axis.id", ondelete="SET NULL"), index=True)

    axis: Mapped[StreetAxis | None] = relationship(lazy="raise_on_sql")


class FootfallHour(CityBound, Model):
    """Persons who passed in one hour of one day, as the clocks of the town show it (Passantenfrequenz)."""

    __tablename__ = "footfall_hour"
    __table_args__ = (
        UniqueConstraint("counter_id", "day", "hour"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour_of_day"),
        CheckConstraint("persons >= 0", name="persons_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    counter_id: Mapped[int] = mapped_column(ForeignKey("footfall_counter.id", ondelete="CASCADE"))
    day: Mapped[date]
    hour: Mapped[int]
    persons: Mapped[int]


class FootfallFile(CityBound, Model):
    """A file of counts that was read and waits for a yes; gone after a day."""

    __tablename__ = "footfall_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    uploaded_at: Mapped[datetime] = mapped_column(Moment)
