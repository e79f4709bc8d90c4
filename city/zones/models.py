"""The rows of access zones and closures."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from city.db import CityBound, Model, Moment
from routing.streets.model import ZoneUse


class AccessZone(CityBound, Model):
    """A rule of the city for an area (Zugangszone), or a closure (Sperrung): who may enter it, when, and who says so.

    ``area`` are corners ``[lat, lon]``; ``weekdays`` count from Monday, 0; without hours it holds all day. On public
    holidays only ``on_holidays`` counts, whatever the weekday.
    """

    __tablename__ = "access_zone"
    __table_args__ = (
        CheckConstraint("last_day IS NULL OR first_day <= last_day", name="days_ordered"),
        CheckConstraint("(opens_s IS NULL) = (closes_s IS NULL)", name="hours_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    use: Mapped[ZoneUse]
    vehicles: Mapped[list[str]] = mapped_column(JSON)
    area: Mapped[list[list[float]]] = mapped_column(JSON)
    weekdays: Mapped[list[int]] = mapped_column(JSON)
    on_holidays: Mapped[bool]
    opens_s: Mapped[int | None]  # on the clock, from then; an end before it lies on the next day
    closes_s: Mapped[int | None]
    first_day: Mapped[date]
    last_day: Mapped[date | None]  # inclusive
    source: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)  # counts changes, so that nobody overwrites another's
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)  # taken back before its last day
