"""Owners as the city knows them: who answers, what was said, what may be shown."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from city.models import Account, Organisation
from leerstand.kinds import Channel, ConsentScope, ContactRole, LegalBasis, OwnerKind, Willingness
from leerstand.models.stock import Unit


class OwnerFile(CityBound, Model):
    """What the city keeps of an owner beside name and address (Eigentümerakte); one for each organisation."""

    __tablename__ = "owner_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), unique=True)
    kind: Mapped[OwnerKind] = mapped_column(default=OwnerKind.PRIVATE)
    willing_interim: Mapped[Willingness] = mapped_column(default=Willingness.OPEN)
    terms: Mapped[str] = mapped_column(default="")  # least terms, in the owner's words
    legal_basis: Mapped[LegalBasis] = mapped_column(default=LegalBasis.TASK)
    source: Mapped[str] = mapped_column(default="")  # where name and address come from
    informed_on: Mapped[date | None]  # Art. 13 or 14 DSGVO

    owner: Mapped[Organisation] = relationship(lazy="raise_on_sql")


class OwnerContact(CityBound, Model):
    """Whom to ask (Kontaktrolle): an office rather than a person, so that it outlives a change of staff."""

    __tablename__ = "owner_contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    role: Mapped[ContactRole]
    office: Mapped[str]
    person: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    channel: Mapped[Channel] = mapped_column(default=Channel.MAIL)  # the one they prefer
    first: Mapped[bool] = mapped_column(default=False)  # whom to ask first


class ContactEntry(CityBound, Model):
    """What was said or agreed with an owner (Kontaktprotokoll), and perhaps what comes next and until when."""

    __tablename__ = "contact_entry"
    __table_args__ = (
        CheckConstraint("due_on IS NULL OR next_step <> ''", name="step_named"),
        Index("ix_contact_entry_due", "done_on", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="SET NULL"), index=True)
    happened_on: Mapped[date]
    channel: Mapped[Channel]
    text: Mapped[str]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    next_step: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]

    owner: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")
    by: Mapped[Account | None] = relationship(lazy="raise_on_sql")


class Consent(CityBound, Model):
    """What an owner allows to be shown (Einwilligung), for one shop or for all; withdrawn, it ends at once."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), index=True)
    scope: Mapped[ConsentScope]
    text_version: Mapped[str]  # of the text that was agreed to
    given_on: Mapped[date]
    channel: Mapped[Channel]
    proof: Mapped[str] = mapped_column(default="")  # where the letter or mail is filed
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
