"""The rows between a proposal and a contract: links for owners, what was said, terms, and reminders that went out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from leerstand.deal_kinds import AgreementKind, NoticeRule, Party
from leerstand.kinds import RentForm
from leerstand.models import Agreement, Proposal


class ProposalLink(CityBound, Model):
    """A link by which an owner answers without an account; one for each mailbox and round, kept as a hash."""

    __tablename__ = "proposal_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    recipient: Mapped[str]  # the mailbox it went to: evidence of who answered
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class ProposalMessage(CityBound, Model):
    """One contribution to a negotiation (Verhandlung); with terms it is an offer.

    ``applicant_agrees``: what the applicant says of an owner's offer; None
    while nothing was said.
    """

    __tablename__ = "proposal_message"
    __table_args__ = (
        CheckConstraint("starts IS NULL OR starts < ends", name="period_ordered"),
        CheckConstraint("rent_cents_month IS NULL OR rent_cents_month >= 0", name="rent_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    author: Mapped[Party]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment)
    text: Mapped[str] = mapped_column(default="")
    starts: Mapped[date | None]
    ends: Mapped[date | None]
    rent_cents_month: Mapped[int | None]
    applicant_agrees: Mapped[bool | None]

    proposal: Mapped[Proposal] = relationship(lazy="raise_on_sql")

    @property
    def is_offer(self) -> bool:
        """Whether it names terms."""
        return self.starts is not None


class AgreementTerms(CityBound, Model):
    """What a contract says beyond place, time and rent (Vertragsbedingungen); one for each agreement.

    ``rent_steps`` are ``{"from": "2027-04-01", "cents": 50000}``; texts are the
    words of the contract, empty ones are left out of it.
    """

    __tablename__ = "agreement_terms"
    __table_args__ = (
        CheckConstraint("service_cents_month >= 0 AND deposit_cents >= 0", name="money_not_negative"),
        CheckConstraint("notice_weeks BETWEEN 1 AND 104", name="notice_sensible"),
        CheckConstraint("special_exit_weeks BETWEEN 1 AND 104", name="exit_sensible"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id", ondelete="CASCADE"), unique=True)
    kind: Mapped[AgreementKind] = mapped_column(default=AgreementKind.INTERIM_USE)
    rent_form: Mapped[RentForm] = mapped_column(default=RentForm.FIXED)
    rent_steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    revenue_percent: Mapped[float | None]
    min_rent_cents: Mapped[int | None]
    service_cents_month: Mapped[int] = mapped_column(default=0)  # service charges, Nebenkosten
    deposit_cents: Mapped[int] = mapped_column(default=0)  # Kaution
    notice_rule: Mapped[NoticeRule] = mapped_column(default=NoticeRule.NONE)
    notice_weeks: Mapped[int | None]
    special_exit_weeks: Mapped[int | None]  # when the owner finds a regular tenant or sells
    extension: Mapped[str] = mapped_column(default="")
    allowed_use: Mapped[str] = mapped_column(default="")
    return_condition: Mapped[str] = mapped_column(default="")
    insurance: Mapped[str] = mapped_column(default="")
    liability: Mapped[str] = mapped_column(default="")
    energy_meter: Mapped[str] = mapped_column(default="")
    keys: Mapped[str] = mapped_column(default="")
    viewing_right: Mapped[bool] = mapped_column(default=True)
    subletting: Mapped[bool] = mapped_column(default=False)
    no_tacit_extension: Mapped[bool] = mapped_column(default=True)  # § 545 BGB is excluded
    text_form: Mapped[bool] = mapped_column(default=True)  # kept in text form, §§ 578, 550 BGB
    owner_signed_on: Mapped[date | None]
    user_signed_on: Mapped[date | None]

    agreement: Mapped[Agreement] = relationship(lazy="raise_on_sql")

    @property
    def signed(self) -> bool:
        """Whether both sides have signed."""
        return self.owner_signed_on is not None and self.user_signed_on is not None


class SentReminder(CityBound, Model):
    """A reminder that went out, so that it goes out once."""

    __tablename__ = "sent_reminder"
    __table_args__ = (UniqueConstraint("subject", "subject_id", "reason", "due"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    subject_id: Mapped[int]
    reason: Mapped[str]
    due: Mapped[date]
    sent_at: Mapped[datetime] = mapped_column(Moment)
