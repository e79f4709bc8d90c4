"""Who may speak through the interface for programs, and what it has answered before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Double, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from city.models import Account


class ApiToken(CityBound, Model):
    """A key for a shop's own software (Zugangsschlüssel): acts as the person who made it, within its scopes."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256; the token itself is shown once
    scopes: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)  # to the hour
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)

    account: Mapped[Account] = relationship(lazy="raise_on_sql")


class ApiAnswer(CityBound, Model):
    """What a request with an Idempotency-Key was answered, kept in the transaction of its effect."""

    __tablename__ = "api_answer"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    key: Mapped[str]
    request_hash: Mapped[str]  # SHA-256 of method, path and body
    status: Mapped[int]
    body: Mapped[str]
    kept_at: Mapped[datetime] = mapped_column(Moment, index=True)


class ApiPace(CityBound, Model):
    """How far a token is ahead of its pace (Anfragegrenze); see ``logistics.api.pace``. Empty on SQLite."""

    __tablename__ = "api_pace"

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id", ondelete="CASCADE"), primary_key=True)
    full_at_s: Mapped[float] = mapped_column(Double)  # seconds since 1970: when nothing counts against it any more
