"""Refusals that a person can act on, and how a sentence is said in the language of the page."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from flask_babel import format_date, format_decimal, gettext

from city import clock
from routing.message import BadInput, Message


class DomainError(Exception):
    """A wish that cannot be granted: what happened, why, and what to do now."""

    status = 400

    def __init__(self, text: str, **values: object) -> None:
        self.message = Message(text, values)
        super().__init__(str(self.message))


class Conflict(DomainError):
    """The wish collides with what is already there. The page is shown again with what was typed."""

    status = 409


class NotFound(DomainError):
    """There is no such thing, or none that this person may see."""

    status = 404


class Forbidden(DomainError):
    """This person may not do this."""

    status = 403


def say(message: Message | DomainError | BadInput | str) -> str:
    """The sentence in the language of the page, its numbers and dates written as people here write them."""
    if isinstance(message, str):
        return gettext(message)
    if isinstance(message, DomainError | BadInput):
        message = message.message
    if not message.values:
        return gettext(message.text)
    return gettext(message.text, **{name: _say_value(value) for name, value in message.values.items()})


class Euros(Decimal):
    """An amount of money for a sentence, made of cents: “516,60”, and “517” where there are no cents."""

    def __new__(cls, cents: int) -> Euros:
        """Of so many cents."""
        return super().__new__(cls, Decimal(cents) / 100)


class _SaidNumber(float):
    """A number that ``%s`` writes as people here do, and that ``%.5f`` still takes for a number."""

    def __new__(cls, value: Decimal | float) -> _SaidNumber:
        """Remember how it is written."""
        made = super().__new__(cls, value)
        made._said = format_decimal(value)
        return made

    _said: str

    def __str__(self) -> str:
        return self._said


def _say_value(value: Any) -> object:
    if isinstance(value, Message):
        return say(value)
    if isinstance(value, datetime):
        shown = clock.in_city(value)
        return f"{_say_value(shown.date())}, {shown:%H:%M}"
    if isinstance(value, date):
        return format_date(value, "d. MMMM y") if gettext("language") == "Sprache" else format_date(value, "d MMMM y")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Euros):
        return format_decimal(value, format="#,##0" if value == value.to_integral_value() else "#,##0.00")
    if isinstance(value, Decimal | float):
        return _SaidNumber(value)
    return value
