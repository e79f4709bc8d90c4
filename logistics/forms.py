"""The forms of logistics: labels and shape, in the units people think in; the rules decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import uuid4

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectChoice
from wtforms.validators import Optional, ValidationError

from city.forms import (
    AtMost,
    CheckedText,
    CityForm,
    ClockField,
    CoordinateField,
    HiddenText,
    LimitsBetween,
    LongText,
    NumberField,
    RadioField,
    SelectField,
    WholeNumberField,
    required,
)
from logistics.kinds import FailureReason, RecipientKind
from logistics.models import Hub
from logistics.services import MAX_BIKES
from logistics.wishes import MAX_PARCELS

MAX_KG = 1_000
MAX_LITRES = 10_000
LONGEST_NOTE = 300
LONGEST_NAME = 100
KIND_LABELS = {RecipientKind.HOME: _l("a home"), RecipientKind.BUSINESS: _l("a shop or office")}
REASON_LABELS = {
    FailureReason.NOBODY_THERE: _l("Nobody there"),
    FailureReason.WRONG_ADDRESS: _l("Address is wrong"),
    FailureReason.REFUSED: _l("Refused"),
    FailureReason.NO_ACCESS: _l("No way in"),
    FailureReason.DAMAGED: _l("Parcel is damaged"),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """A day and a delivery window on it; written ``2026-11-23 32400-39600`` in the page."""

    day: date
    opens_s: int
    closes_s: int

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.opens_s}-{self.closes_s}"

    @classmethod
    def read(cls, text: str) -> Slot:
        """Raises ValueError for anything else."""
        day, _, window = text.partition(" ")
        opens, _, closes = window.partition("-")
        return cls(date.fromisoformat(day), int(opens), int(closes))


class SlotField(Field):
    """One of the delivery windows that the page shows as radios."""

    data: Slot | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the radio that was chosen."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = Slot.read(valuelist[0])
            except (ValueError, OverflowError):
                raise ValueError(
                    gettext("“%(typed)s” is not a delivery window. Please choose one of those shown.",
                            typed=valuelist[0][:40])
                ) from None  # fmt: skip


class ShipmentForm(CityForm):
    """A retailer books parcels through a hub."""

    hub = SelectField(_l("Hub"), coerce=int)
    slot = SlotField(_l("Delivery window"), [required()])
    recipient = CheckedText(_l("Recipient, as on the door bell"), [required(), AtMost(LONGEST_NAME)])
    recipient_kind = RadioField(
        _l("Delivered to"),
        choices=[SelectChoice(*kind) for kind in KIND_LABELS.items()],
        coerce=RecipientKind,
        default=RecipientKind.HOME,
    )
    street = CheckedText(_l("Street"), [required(), AtMost(LONGEST_NAME)])
    housenumber = CheckedText(_l("House number"), [required(), AtMost(12)])
    lat = CoordinateField(_l("Latitude"), [Optional()])
    lon = CoordinateField(_l("Longitude"), [Optional()])
    parcels = WholeNumberField(_l("Parcels"), [required(), LimitsBetween(1, MAX_PARCELS)], default=1)
    weight_kg = NumberField(_l("Weight of all parcels"), [required(), LimitsBetween(0.001, MAX_KG)])
    volume_l = NumberField(_l("Volume of all parcels"), [required(), LimitsBetween(0.001, MAX_LITRES)])
    note = LongText(_l("Note for the courier"), [Optional(), AtMost(LONGEST_NOTE)])
    request_key = HiddenText()

    def offer(self, hubs: Iterable[Hub]) -> None:
        """Which hubs may be chosen."""
        self.hub.choices = [(hub.id, f"{hub.name}, {hub.address}") for hub in hubs]
        if not self.request_key.data:
            self.request_key.data = uuid4().hex

    def validate_request_key(self, field: HiddenText) -> None:
        """Ours are 32 characters; longer ones are somebody's play."""
        if len(field.data or "") > 64:
            raise ValidationError(gettext("This page cannot be read any more. Please load it again."))

    @property
    def weight_g(self) -> int:
        """What was typed in kg."""
        return round((self.weight_kg.data or 0) * 1000)

    @property
    def volume_ml(self) -> int:
        """What was typed in litres."""
        return round((self.volume_l.data or 0) * 1000)

    @property
    def point(self) -> tuple[float, float] | None:
        """The place picked on the map, if one was."""
        if self.lat.data is None or self.lon.data is None:
            return None
        return self.lat.data, self.lon.data


class HubForm(CityForm):
    """An operator opens a hub in an agreed shop."""

    name = CheckedText(_l("Name of the hub"), [required(), AtMost(LONGEST_NAME)])
    opens = ClockField(_l("Opens at"), [required()], default=time(8))
    closes = ClockField(_l("Closes at"), [required()], default=time(18))
    bikes = WholeNumberField(
        _l("Cargo bikes"),
        [required(), LimitsBetween(1, MAX_BIKES)],
        default=2,
        description=_l("They ride while the hub is open. Only emission-free vehicles leave a hub."),
    )


def clock_seconds(shown: time) -> int:
    """What a time field says, in seconds since midnight."""
    return shown.hour * 3600 + shown.minute * 60


class CourierForm(CityForm):
    """Who rides a tour; 0: nobody yet."""

    courier = SelectField(_l("Courier"), coerce=int)


class ReportForm(CityForm):
    """What a courier reports at a stop."""

    class Meta(CityForm.Meta):
        """The page of the courier is open all day; the token of the session protects it."""

    client_id = HiddenText(validators=[required()])
    kind = HiddenText(validators=[required()])
    reason = HiddenText()
    undoes = HiddenText()


class DeedForm(CityForm):
    """A button without further input."""
