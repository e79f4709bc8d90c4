"""The rows of the shops: streets, shops and who was in them, requests, plans, proposals, agreements."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from city.models import Account, Organisation
from leerstand.kinds import (
    CATEGORY_OF,
    AgreementState,
    Category,
    Floor,
    Heritage,
    ProposalState,
    RequestState,
    Ring,
    Side,
    SpellKind,
    UseType,
    Visibility,
    Zone,
)

CARGO_BIKE_DOOR_CM = 120  # professional knowledge: a loaded cargo bike passes


def _one_open(column: str) -> Index:
    """A net beneath the rules: at most one open proposal for each shop and each request."""
    still_open = text("state = 'OPEN'")
    return Index(
        f"uq_proposal_open_{column}", column, unique=True, sqlite_where=still_open, postgresql_where=still_open
    )


class StreetAxis(CityBound, Model):
    """A shopping street (Straßenzug), its shops in order from the core outward."""

    __tablename__ = "street_axis"
    __table_args__ = (UniqueConstraint("city_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    rank: Mapped[int] = mapped_column(default=0)  # core first: order of the streets on lists and in the picture


class Unit(CityBound, Model):
    """A shop unit (Ladenlokal), whether somebody is in it or not; who is, say its spells.

    ``invented`` names the fields whose values are made up (erfunden) because
    the source says nothing about them; ``name`` is what the sign says.
    """

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("city_id", "external_ref"),
        CheckConstraint("area_m2 > 0", name="area_positive"),
        CheckConstraint("frontage_m > 0", name="frontage_positive"),
        CheckConstraint("rent_cents_m2 >= 0", name="rent_not_negative"),
        CheckConstraint("grade BETWEEN 1 AND 5", name="grade_known"),
        CheckConstraint("available_until IS NULL OR available_from < available_until", name="offer_ordered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_ref: Mapped[str | None]  # where an import finds it again: "osm:node/123"
    name: Mapped[str] = mapped_column(default="")
    street: Mapped[str]
    housenumber: Mapped[str] = mapped_column(default="")
    lat: Mapped[float]
    lon: Mapped[float]
    axis_id: Mapped[int | None] = mapped_column(ForeignKey("street_axis.id"), index=True)
    position_m: Mapped[int] = mapped_column(default=0)  # along the axis, from its core end
    side: Mapped[Side] = mapped_column(default=Side.ODD)
    grade: Mapped[int] = mapped_column(default=3)  # Lage: 1 = 1a … 5 = Streulage
    ring: Mapped[Ring] = mapped_column(default=Ring.CORE)
    area_m2: Mapped[int]
    frontage_m: Mapped[float]
    floor: Mapped[Floor] = mapped_column(default=Floor.GROUND)
    step_free: Mapped[bool] = mapped_column(default=False)
    door_width_cm: Mapped[int] = mapped_column(default=90)
    delivery_door: Mapped[bool] = mapped_column(default=False)
    water: Mapped[bool] = mapped_column(default=True)
    heating: Mapped[bool] = mapped_column(default=True)
    exhaust_air: Mapped[bool] = mapped_column(default=False)
    power_kw: Mapped[int] = mapped_column(default=4)
    baunvo_zone: Mapped[Zone] = mapped_column(default=Zone.MK)
    heritage: Mapped[Heritage] = mapped_column(default=Heritage.NONE)
    rent_cents_m2: Mapped[int] = mapped_column(default=0)  # asked for, per month, without service charges
    available_from: Mapped[date | None]  # None: as soon as nobody is in it
    available_until: Mapped[date | None]  # None: no end known
    excluded_uses: Mapped[list[str]] = mapped_column(JSON, default=list)  # UseType values the owner does not want
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.COARSE)
    source: Mapped[str] = mapped_column(default="")
    invented: Mapped[list[str]] = mapped_column(JSON, default=list)

    axis: Mapped[StreetAxis | None] = relationship(lazy="raise_on_sql")
    owner: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    spells: Mapped[list[Occupancy]] = relationship(
        back_populates="unit", lazy="raise_on_sql", order_by="Occupancy.starts", cascade="all, delete-orphan"
    )

    @property
    def address(self) -> str:
        """Street and house number."""
        return f"{self.street} {self.housenumber}".strip()

    @property
    def point(self) -> tuple[float, float]:
        """(lat, lon), WGS 84."""
        return self.lat, self.lon

    @property
    def cargo_bike_ready(self) -> bool:
        """Whether a loaded cargo bike can be ridden in: level entrance at street height, wide door."""
        return self.floor == Floor.GROUND and self.step_free and self.door_width_cm >= CARGO_BIKE_DOOR_CM

    @property
    def rent_cents_month(self) -> int:
        """What the owner asks for a month."""
        return self.rent_cents_m2 * self.area_m2


class Occupancy(CityBound, Model):
    """Who is in a shop from one day to, perhaps, another (Belegung). Spells of one shop never overlap."""

    __tablename__ = "occupancy"
    __table_args__ = (
        UniqueConstraint("unit_id", "starts"),
        CheckConstraint("ends IS NULL OR starts < ends", name="period_ordered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), index=True)
    kind: Mapped[SpellKind]
    category: Mapped[Category | None]  # None: nobody is active there
    use_type: Mapped[UseType | None]  # of an interim use
    tenant: Mapped[str] = mapped_column(default="")
    starts: Mapped[date]
    ends: Mapped[date | None]  # None: no end known
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), unique=True)

    unit: Mapped[Unit] = relationship(back_populates="spells", lazy="raise_on_sql")

    @property
    def active(self) -> bool:
        """Whether the shop window is alive."""
        return self.kind in (SpellKind.REGULAR, SpellKind.INTERIM)


class UseRequest(CityBound, Model):
    """What somebody looks for (Nutzungsgesuch)."""

    __tablename__ = "use_request"
    __table_args__ = (
        CheckConstraint("0 < area_min_m2", name="area_positive"),
        CheckConstraint("area_min_m2 <= area_ideal_m2 AND area_ideal_m2 <= area_max_m2", name="area_ordered"),
        CheckConstraint("earliest_start <= latest_start", name="start_ordered"),
        CheckConstraint("0 < duration_min_weeks", name="duration_positive"),
        CheckConstraint("duration_min_weeks <= duration_max_weeks", name="duration_ordered"),
        CheckConstraint("budget_cents_month >= 0", name="budget_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    applicant_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[RequestState] = mapped_column(default=RequestState.DRAFT, index=True)
    title: Mapped[str]
    concept: Mapped[str] = mapped_column(default="")
    use_type: Mapped[UseType]
    area_min_m2: Mapped[int]
    area_ideal_m2: Mapped[int]
    area_max_m2: Mapped[int]
    ground_floor_only: Mapped[bool] = mapped_column(default=True)
    step_free_required: Mapped[bool] = mapped_column(default=False)
    needs_water: Mapped[bool] = mapped_column(default=False)
    needs_heating: Mapped[bool] = mapped_column(default=False)
    needs_exhaust_air: Mapped[bool] = mapped_column(default=False)
    needs_delivery_door: Mapped[bool] = mapped_column(default=False)
    needs_power_kw: Mapped[int] = mapped_column(default=0)
    earliest_start: Mapped[date]
    latest_start: Mapped[date]
    duration_min_weeks: Mapped[int]
    duration_max_weeks: Mapped[int]
    wants_permanent: Mapped[bool] = mapped_column(default=False)
    budget_cents_month: Mapped[int]
    footfall: Mapped[int] = mapped_column(default=1)  # draws people: 0 none … 3 many
    noise: Mapped[int] = mapped_column(default=0)  # 0 quiet … 3 loud, as neighbours hear it
    public_value: Mapped[list[str]] = mapped_column(JSON, default=list)  # PublicValue values
    evaluates: Mapped[bool] = mapped_column(default=False)  # says what it wants to learn and how it will know
    invented: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    answer: Mapped[str] = mapped_column(default="")  # the city's words when it says no

    applicant: Mapped[Account] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")

    @property
    def category(self) -> Category:
        """What the use counts as in the mix of a street."""
        return CATEGORY_OF[self.use_type]


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


class Proposal(CityBound, Model):
    """What the city proposes to an owner (Vorschlag). The owner decides."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("starts < ends", name="period_ordered"),
        _one_open("unit_id"),
        _one_open("request_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("use_request.id"), index=True)
    match_id: Mapped[int | None] = mapped_column(ForeignKey("match.id", ondelete="SET NULL"))
    starts: Mapped[date]
    ends: Mapped[date]
    rent_cents_month: Mapped[int]
    state: Mapped[ProposalState] = mapped_column(default=ProposalState.OPEN, index=True)
    sent_at: Mapped[datetime] = mapped_column(Moment)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(default="")  # the owner's words

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    request: Mapped[UseRequest] = relationship(lazy="raise_on_sql")


class Agreement(CityBound, Model):
    """What owner and applicant agreed on (Vereinbarung): a shop for a use from one day to another."""

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("starts < ends", name="period_ordered"),
        CheckConstraint("rent_cents_month >= 0", name="rent_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("use_request.id"), index=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), unique=True)
    use_type: Mapped[UseType]
    starts: Mapped[date]
    ends: Mapped[date]
    rent_cents_month: Mapped[int]
    state: Mapped[AgreementState] = mapped_column(default=AgreementState.AGREED)
    agreed_at: Mapped[datetime] = mapped_column(Moment)

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    request: Mapped[UseRequest] = relationship(lazy="raise_on_sql")
