"""The forms of logistics: labels and shape, in the units people think in; the rules decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectChoice
from wtforms.validators import Optional

from city import clock
from city.forms import (
    AtMost,
    CheckedText,
    CityForm,
    ClockField,
    CoordinateField,
    DayField,
    HiddenText,
    LimitsBetween,
    SelectField,
    SelectMultipleField,
    WholeNumberField,
    required,
)
from city.messages import say
from logistics import hours
from logistics.kinds import FailureReason, LockerSize
from logistics.services import MAX_BIKES

LONGEST_NAME = 100
WEEKDAYS = {
    "MO": _l("Monday"),
    "TU": _l("Tuesday"),
    "WE": _l("Wednesday"),
    "TH": _l("Thursday"),
    "FR": _l("Friday"),
    "SA": _l("Saturday"),
}
HOW_OFTEN = {"1": _l("every week"), "2": _l("every other week"), "4": _l("every four weeks")}
REASON_LABELS = {
    FailureReason.NOBODY_THERE: _l("Nobody there"),
    FailureReason.WRONG_ADDRESS: _l("Address is wrong"),
    FailureReason.REFUSED: _l("Refused"),
    FailureReason.NO_ACCESS: _l("No way in"),
    FailureReason.DAMAGED: _l("Parcel is damaged"),
}


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


class WhatIfForm(CityForm):
    """Which bike is more or less in the question."""

    wish = SelectField(_l("Bike"))


class ReportForm(CityForm):
    """What a courier reports at a stop."""

    class Meta(CityForm.Meta):
        """The page of the courier is open all day; the token of the session protects it."""

    client_id = HiddenText(validators=[required()])
    kind = HiddenText(validators=[required()])
    reason = HiddenText()
    undoes = HiddenText()


class LockerCodeForm(CityForm):
    """Somebody stands before the lockers."""

    number = CheckedText(_l("Shipment number"), [Optional(), AtMost(20)])
    code = CheckedText(_l("Code"), [required(), AtMost(12)])


class DeedForm(CityForm):
    """A button without further input."""


class EquipmentForm(CityForm):
    """Hours of each weekday, storage and rules of a hub."""

    name = CheckedText(_l("Name of the hub"), [required(), AtMost(LONGEST_NAME)])
    storage_l = WholeNumberField(_l("Storage"), [required(), LimitsBetween(1, 1_000_000)])
    storage_kg = WholeNumberField(_l("Load"), [required(), LimitsBetween(1, 1_000_000)])
    parcels_per_day = WholeNumberField(_l("Parcels a day"), [required(), LimitsBetween(1, 100_000)])
    chargers = WholeNumberField(
        _l("Chargers"),
        [required(), LimitsBetween(0, 200)],
        default=0,
        description=_l("Each fills one bike overnight; the plan of the next day counts on it."),
    )
    locker_days = WholeNumberField(
        _l("Days a parcel waits in the locker"), [required(), LimitsBetween(1, 14)], default=3
    )
    lockers_always = BooleanField(_l("The lockers are reached round the clock"))
    lockers_sunday = BooleanField(_l("The lockers may be opened on Sundays"))
    revision = HiddenText()
    anyway = BooleanField(_l("Do it anyway: the days with too many bookings are marked"))

    def week(self) -> list[tuple[int, int] | None]:
        """The hours of Monday to Saturday in seconds; None: closed. Half a day is refused before, by ``validate``."""
        return [
            (clock_seconds(opens.data), clock_seconds(closes.data)) if opens.data and closes.data else None
            for opens, closes, _day in self.hours
        ]

    def show_week(self, week: Sequence[tuple[int, int] | None]) -> None:
        """Fill in the hours of a hub."""
        for (opens, closes, _day), both in zip(self.hours, week, strict=True):
            opens.data, closes.data = (clock.shown(both[0]), clock.shown(both[1])) if both else (None, None)

    @property
    def hours(self) -> list[tuple[ClockField, ClockField, str]]:
        """The two fields and the name of each weekday."""
        for code in WEEKDAYS:  # the sentence above them says when they may stay empty
            self[f"opens_{code}"].flags.optional = self[f"closes_{code}"].flags.optional = False
        return [(self[f"opens_{code}"], self[f"closes_{code}"], str(name)) for code, name in WEEKDAYS.items()]

    def validate(self, extra_validators: dict[str, Sequence[Any]] | None = None) -> bool:
        """Also that no day has only one of its two times."""
        fine = bool(super().validate(extra_validators))
        for opens, closes, day in self.hours:
            if (opens.data is None) != (closes.data is None) and not (opens.errors or closes.errors):
                empty = opens if opens.data is None else closes
                empty.errors = [*empty.errors, say(hours.half_given(day))]
                fine = False
        return fine


for _code, _name in WEEKDAYS.items():  # twelve fields that differ only in their day
    setattr(EquipmentForm, f"opens_{_code}", ClockField(_l("%(day)s from", day=_name), [Optional()], default=time(8)))
    setattr(
        EquipmentForm, f"closes_{_code}", ClockField(_l("%(day)s until", day=_name), [Optional()], default=time(18))
    )


class StandingHubForm(EquipmentForm):
    """A hub that stands by itself."""

    street = CheckedText(_l("Street"), [required(), AtMost(LONGEST_NAME)])
    housenumber = CheckedText(_l("House number"), [required(), AtMost(12)])
    lat = CoordinateField(_l("Latitude"), [Optional()])
    lon = CoordinateField(_l("Longitude"), [Optional()])


class CarrierForm(CityForm):
    """What a bike and a trailer have in common."""

    name = CheckedText(_l("Name"), [required(), AtMost(40)])
    payload_kg = WholeNumberField(_l("Carries"), [required(), LimitsBetween(1, 500)])
    volume_l = WholeNumberField(_l("Holds"), [required(), LimitsBetween(1, 5_000)])


class VehicleForm(CarrierForm):
    """One more bike."""

    starts = ClockField(_l("Rides from"), [required()], default=time(8))
    ends = ClockField(_l("Rides until"), [required()], default=time(18))


class TrailerForm(CarrierForm):
    """One more trailer."""

    vehicle = SelectField(_l("Behind the bike"), coerce=int, default=0)


class DockForm(CityForm):
    """One more dock."""

    name = CheckedText(_l("Name"), [required(), AtMost(40)])
    vehicles_at_once = WholeNumberField(_l("Vehicles at once"), [required(), LimitsBetween(1, 10)], default=1)


class CompartmentsForm(CityForm):
    """More compartments of one size."""

    size = SelectField(_l("Size"), choices=[SelectChoice(size, size.upper()) for size in LockerSize], coerce=LockerSize)
    count = WholeNumberField(_l("How many"), [required(), LimitsBetween(1, 50)], default=1)


class QuotaForm(CityForm):
    """How much one shop may book a day."""

    organisation = SelectField(_l("Shop"), coerce=int)
    parcels = WholeNumberField(_l("Parcels a day; empty: no limit"), [Optional(), LimitsBetween(0, 100_000)])


class ScanForm(CityForm):
    """A code from a scanner, a camera or a keyboard, and what is to be done with the parcel."""

    code = CheckedText(_l("Scan, or type the number"), [required(), AtMost(60)])
    mode = HiddenText()


class TableForm(CityForm):
    """A table of bookings."""

    file = FileField(_l("Table (CSV)"), [FileRequired(_l("“Table (CSV)” is missing."))])


class NameForm(CityForm):
    """A name for something to be kept."""

    name = CheckedText(_l("Name"), [required(), AtMost(LONGEST_NAME)])


class StandingForm(CityForm):
    """A template that is booked again and again."""

    name = CheckedText(_l("Name"), [required(), AtMost(LONGEST_NAME)])
    template = SelectField(_l("Template"), coerce=int)
    weekdays = SelectMultipleField(_l("On these days"), choices=[SelectChoice(*day) for day in WEEKDAYS.items()])
    every = SelectField(
        _l("How often"),
        choices=[SelectChoice(*one) for one in HOW_OFTEN.items()],
    )
    starts = DayField(_l("From"), [required()])


class TokenForm(CityForm):
    """A key for a shop's own software."""

    name = CheckedText(_l("What is it for?"), [required(), AtMost(LONGEST_NAME)])
    may_write = BooleanField(_l("May book, change and cancel"))
