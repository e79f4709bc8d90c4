"""What somebody looks for (Nutzungsgesuch)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from city.models import Account, Organisation
from leerstand.kinds import CATEGORY_OF, Category, RequestState, UseType
from leerstand.shares import Share


class UseRequest(CityBound, Model):
    """What somebody looks for (Nutzungsgesuch)."""

    __tablename__ = "use_request"
    __table_args__ = (
        CheckConstraint("0 < area_min_m2", name="area_positive"),
        CheckConstraint("area_min_m2 <= area_ideal_m2 AND area_ideal_m2 <= area_max_m2", name="area_ordered"),
        CheckConstraint("earliest_start <= latest_start", name="start_ordered"),
        CheckConstraint("0 < duration_min_weeks", name="duration_positive"),
        CheckConstraint("duration_min_weeks <= duration_max_weeks", name="duration_ordered"),
        CheckConstraint("event_days BETWEEN 0 AND 366", name="event_days_of_a_year"),
        CheckConstraint("visitors_max IS NULL OR visitors_max >= 0", name="visitors_not_negative"),
        CheckConstraint("slots BETWEEN 0 AND 2097151", name="slots_of_a_week"),
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
    part_ok: Mapped[bool] = mapped_column(default=False)  # a part of a larger shop would do
    slots: Mapped[int] = mapped_column(default=0)  # times of the week that would do, as bits; 0: needs all
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
    visitors_max: Mapped[int | None]  # at one time; None: not said
    event_days: Mapped[int] = mapped_column(default=0)  # a year
    deducts_vat: Mapped[bool] = mapped_column(default=True)  # no small business (§ 19 UStG), no exempt use
    public_value: Mapped[list[str]] = mapped_column(JSON, default=list)  # PublicValue values
    evaluates: Mapped[bool] = mapped_column(default=False)  # says what it wants to learn and how it will know
    invented: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    answer: Mapped[str] = mapped_column(default="")  # the city's words when it says no

    applicant: Mapped[Account] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")

    @property
    def week(self) -> Share:
        """The times that would do."""
        return Share(slots=self.slots or 0)

    @property
    def category(self) -> Category:
        """What the use counts as in the mix of a street."""
        return CATEGORY_OF[self.use_type]
