"""What belongs to requests: those that are not finished yet, kept as they were typed, and papers sent with them."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from city.models import StoredFile


class RequestDraft(CityBound, Model):
    """What an applicant has typed so far (Entwurf): field name → values, not checked yet."""

    __tablename__ = "request_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    applicant_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    typed: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    saved_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def title(self) -> str:
        """What it is called so far; perhaps nothing."""
        return (self.typed.get("title") or [""])[0].strip()


class RequestPaper(CityBound, Model):
    """A paper sent with a request (Unterlage): a plan, a picture, a letter of support."""

    __tablename__ = "request_paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("use_request.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), unique=True)
    title: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(Moment)

    file: Mapped[StoredFile] = relationship(lazy="joined")

    @property
    def download_name(self) -> str:
        """What the file is called on the disk of whoever fetches it."""
        letters = re.sub(r"[^\w-]+", "-", self.title).strip("-") or "unterlage"
        return f"{letters}.{'pdf' if self.file.media_type == 'application/pdf' else 'jpg'}"
