"""Proposals to owners, and what was agreed on."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from leerstand.deal_kinds import Party
from leerstand.kinds import AgreementState, ProposalState, UseType
from leerstand.models.requests import UseRequest
from leerstand.models.sharing import Sharing
from leerstand.models.stock import Unit


def _one_open(column: str, of_those: str = "") -> Index:
    """A net beneath the rules: at most one open proposal for each request, and one for each whole shop."""
    still_open = text(f"state = 'OPEN'{of_those}")
    return Index(
        f"uq_proposal_open_{column}", column, unique=True, sqlite_where=still_open, postgresql_where=still_open
    )


class Proposal(Sharing, CityBound, Model):
    """What the city proposes to an owner (Vorschlag). The owner decides."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("starts < ends", name="period_ordered"),
        _one_open("unit_id", " AND part_m2 IS NULL AND slots = 0"),
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
    waits_for: Mapped[Party] = mapped_column(default=Party.OWNER)  # whose turn it is while it is open

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    request: Mapped[UseRequest] = relationship(lazy="raise_on_sql")


class Agreement(Sharing, CityBound, Model):
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
