"""Plans for all shops and requests, and their matches."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from leerstand.models.requests import UseRequest
from leerstand.models.stock import Unit


class MatchPlan(CityBound, Model):
    """One plan for all shops and all requests (Plan), with what it was computed from and how good it is."""

    __tablename__ = "match_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    settings_version: Mapped[int]
    weights: Mapped[dict[str, int]] = mapped_column(JSON)
    units: Mapped[int]  # how many shops could be given away
    requests: Mapped[int]
    pairs: Mapped[int]  # how many pairs no rule objects to
    score: Mapped[int]
    bound: Mapped[int]  # no plan under these rules and weights reaches more
    gap: Mapped[float]  # (bound - score) / bound
    seconds: Mapped[float]
    seed: Mapped[int]
    versions: Mapped[dict[str, str]] = mapped_column(JSON)
    hub_points: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # by shop id, as logistics said

    matches: Mapped[list[Match]] = relationship(
        back_populates="plan", lazy="raise_on_sql", cascade="all, delete-orphan", order_by="Match.score.desc()"
    )


class Match(CityBound, Model):
    """One shop for one request in a plan (Paarung), with its points.

    ``criteria`` is a list of ``{"key", "points", "max", "text", "values"}``
    whose points add up to ``score``; ``alternatives`` a list of ``{"request_id",
    "regret"}``: what the whole plan would lose if that request came here.
    """

    __tablename__ = "match"
    __table_args__ = (
        UniqueConstraint("plan_id", "unit_id"),
        UniqueConstraint("plan_id", "request_id"),
        CheckConstraint("starts < ends", name="period_ordered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("match_plan.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    request_id: Mapped[int] = mapped_column(ForeignKey("use_request.id", ondelete="CASCADE"))
    starts: Mapped[date]
    ends: Mapped[date]
    score: Mapped[int]
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    alternatives: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    plan: Mapped[MatchPlan] = relationship(back_populates="matches", lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    request: Mapped[UseRequest] = relationship(lazy="raise_on_sql")
