"""What a match, a proposal or an agreement takes of its shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Mapped, mapped_column

from leerstand.models.stock import Unit
from leerstand.shares import Share, asked_cents_month


class Sharing:
    """A part of the area, some times of the week, or all of it (Anteil)."""

    part_m2: Mapped[int | None]  # None: the whole area
    slots: Mapped[int] = mapped_column(default=0)  # times of the week as bits; 0: always

    if TYPE_CHECKING:
        unit: Mapped[Unit]

    @property
    def share(self) -> Share:
        """Both together."""
        return Share(self.part_m2, self.slots or 0)

    @property
    def asked_cents_month(self) -> int:
        """What the owner asks for it; needs the shop loaded."""
        return asked_cents_month(self.unit.rent_cents_m2, self.unit.area_m2, self.share)
