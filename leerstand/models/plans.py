"""Plans for all shops and requests, and their matches."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from leerstand.kinds import Category, RuleKind
from leerstand.models.requests import UseRequest
from leerstand.models.sharing import Sharing
from leerstand.models.stock import StreetAxis, Unit


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
    hub_worth: Mapped[dict[str, dict[str, int]]] = mapped_column(JSON, default=dict)  # by shop id, as logistics said
    name: Mapped[str] = mapped_column(default="")  # of a scenario; empty for the plan in force
    what_if: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what a scenario assumes
    core_first: Mapped[bool] = mapped_column(default=False)  # the gaps in the core counted before all points
    subsidy_eur: Mapped[int] = mapped_column(default=0)  # what the plan takes from the budget

    matches: Mapped[list[Match]] = relationship(
        back_populates="plan", lazy="raise_on_sql", cascade="all, delete-orphan", order_by="Match.score.desc()"
    )

    @property
    def hub_shares(self) -> dict[int, int]:
        """By shop what a hub there is worth, in thousandths of what counts fully."""
        return {int(unit_id): worth["share"] for unit_id, worth in self.hub_worth.items()}


class Match(Sharing, CityBound, Model):
    """One shop for one request in a plan (Paarung), with its points.

    ``criteria`` is a list of ``{"key", "points", "max", "text", "values"}``
    whose points add up to ``score``; ``alternatives`` a list of ``{"request_id",
    "regret"}``: what the whole plan would lose if that request came here.
    """

    __tablename__ = "match"
    __table_args__ = (
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
    robust_percent: Mapped[int | None]  # in how many of a hundred slightly different weights it stays

    plan: Mapped[MatchPlan] = relationship(back_populates="matches", lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    request: Mapped[UseRequest] = relationship(lazy="raise_on_sql")


class PlanRule(CityBound, Model):
    """What the city has decided beforehand for every plan (Vorgabe), until it lets go of it."""

    __tablename__ = "plan_rule"
    __table_args__ = (CheckConstraint("most IS NULL OR most >= 0", name="most_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RuleKind]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), index=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("use_request.id", ondelete="CASCADE"), index=True)
    axis_id: Mapped[int | None] = mapped_column(ForeignKey("street_axis.id", ondelete="CASCADE"))
    category: Mapped[Category | None]
    most: Mapped[int | None]  # of a cap; of a quota at least so many
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))

    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")
    request: Mapped[UseRequest | None] = relationship(lazy="raise_on_sql")
    axis: Mapped[StreetAxis | None] = relationship(lazy="raise_on_sql")
