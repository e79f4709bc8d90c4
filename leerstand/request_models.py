"""Requests that are not finished yet: kept as they were typed, however little it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from city.db import CityBound, Model, Moment


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
