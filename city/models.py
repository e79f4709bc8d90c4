"""The rows that the whole city shares: cities, people and their roles, settings, jobs, mail, and who did what."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment


class Role(StrEnum):
    """What a person may be in the city (Rolle). The public is none of them; one person may hold several."""

    ADMIN = "admin"
    MANAGER = "manager"  # Innenstadtmanagement
    OWNER = "owner"  # Eigentümer:in
    APPLICANT = "applicant"  # Raumsuchende
    RETAILER = "retailer"  # Händler:in
    OPERATOR = "operator"  # Hub-Betrieb
    DISPATCHER = "dispatcher"  # Disposition
    COURIER = "courier"  # Kurier:in


class OrganisationKind(StrEnum):
    """What an organisation does in this city."""

    CITY = "city"
    OWNER = "owner"
    RETAILER = "retailer"
    HUB_OPERATOR = "hub_operator"
    COURIER_SERVICE = "courier_service"
    APPLICANT = "applicant"


def new_stamp() -> str:
    """One that no city has had, in this database or another."""
    return secrets.token_hex(8)


class City(Model):
    """A town (Mandant): everything else belongs to exactly one of them."""

    __tablename__ = "city"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")  # as on the letterhead: "Hansestadt Lüneburg"
    host: Mapped[str | None] = mapped_column(unique=True)  # the address under which its pages are asked for
    land: Mapped[str] = mapped_column(default="NI")  # Bundesland, for public holidays (ISO 3166-2:DE)
    is_demo: Mapped[bool] = mapped_column(default=False)
    operator: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # who runs the pages: see city.operator
    stamp: Mapped[str] = mapped_column(default=new_stamp)  # another one after each change of what city.kept works on


class Organisation(CityBound, Model):
    """A firm, club, office or owner (Organisation) that people act for."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OrganisationKind]
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    housenumber: Mapped[str] = mapped_column(default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    released_at: Mapped[datetime | None] = mapped_column(Moment)  # retailers: the city has said yes
    refused_at: Mapped[datetime | None] = mapped_column(Moment)  # retailers: the city has said no, for now


class Account(CityBound, Model):
    """A person who signs in (Konto)."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("city_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]  # lower case
    name: Mapped[str]
    password_hash: Mapped[str | None]  # None: invited, or signed up and not yet confirmed by setting one
    language: Mapped[str] = mapped_column(default="de")
    invited_at: Mapped[datetime | None] = mapped_column(Moment)  # None: signed up without being asked
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)

    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="account", lazy="selectin", cascade="all, delete-orphan"
    )

    is_authenticated = True  # what Flask-Login asks; its stranger says False

    @property
    def roles(self) -> frozenset[Role]:
        """The roles this person holds."""
        return frozenset(grant.role for grant in self.grants)


class RoleGrant(CityBound, Model):
    """One role of one person."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("account_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role]

    account: Mapped[Account] = relationship(back_populates="grants", lazy="raise_on_sql")


class LoginSession(CityBound, Model):
    """A signed-in browser (Sitzung); ends at logout, whatever the browser still holds."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256 of the token in the cookie
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    CONFIRM = "confirm"
    INVITE = "invite"
    RESET = "reset"


class OneTimeLink(CityBound, Model):
    """A link sent by mail (Einmal-Link): works once, until it expires."""

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[LinkPurpose]
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class CountedTry(CityBound, Model):
    """A try that is limited (gezählter Versuch): a wrong password, a link asked for. Keeps only hashes."""

    __tablename__ = "counted_try"
    __table_args__ = (Index("ix_counted_try_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]  # keyed hash of what is limited and of an e-mail address, an IPv4 address or an IPv6 /64
    at: Mapped[datetime] = mapped_column(Moment)


class SettingsVersion(CityBound, Model):
    """One version of the numbers a city may change (Einstellungen); the newest is in force."""

    __tablename__ = "settings_version"
    __table_args__ = (UniqueConstraint("city_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(Moment)


class AuditEntry(CityBound, Model):
    """Who did what to which row, when (Protokoll): ids and field names, no personal values."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(CityBound, Model):
    """Work that takes longer than a page may (Auftrag). This row is the truth; a worker only looks at it."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("attempt >= 0", name="attempt_counts"),
        Index("ix_job_state_queued_at", "state", "queued_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    once_key: Mapped[str | None] = mapped_column(index=True)  # a waiting job with this key serves a second asker too
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    state: Mapped[JobState] = mapped_column(default=JobState.QUEUED)
    attempt: Mapped[int] = mapped_column(default=0)  # also the fencing token: only the newest attempt may finish
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    accept_asked: Mapped[bool] = mapped_column(default=False)  # "good enough": stop searching, keep the best so far
    queued_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(default="")  # why it failed: an English sentence, a key of the catalogue
    reason_values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    shown_at: Mapped[str] = mapped_column(default="")  # the page that shows what came of it


class Recurrence(CityBound, Model):
    """When work that comes again was last asked for (Wiederkehrende Arbeit), so that each time is asked for once."""

    __tablename__ = "recurrence"
    __table_args__ = (UniqueConstraint("city_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(Moment)


class Mail(CityBound, Model):
    """A mail that is to go out (Postausgang): written in the caller's transaction, sent by the worker."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_sent_at_next_try_at", "sent_at", "next_try_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    queued_at: Mapped[datetime] = mapped_column(Moment)
    next_try_at: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    given_up_at: Mapped[datetime | None] = mapped_column(Moment)


class StreetMap(CityBound, Model):
    """An imported street map of the city (Straßenkarte); the newest is in service."""

    __tablename__ = "street_map"

    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str]  # name of the kept extract below the data folder
    sha256: Mapped[str]
    note: Mapped[str] = mapped_column(default="")  # shown on every map, e.g. "schematisch, nicht vermessen"
    imported_at: Mapped[datetime] = mapped_column(Moment)


class StoredFile(CityBound, Model):
    """A file that somebody sent (Datei): a picture drawn anew, or a PDF; it lies below the data folder as ``name``."""

    __tablename__ = "stored_file"
    __table_args__ = (CheckConstraint("size_bytes > 0", name="size_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    width: Mapped[int | None]  # points, of a picture
    height: Mapped[int | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)


class WorkerBeat(Model):
    """A worker's sign of life (Lebenszeichen), for the health page."""

    __tablename__ = "worker_beat"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    seen_at: Mapped[datetime] = mapped_column(Moment)
