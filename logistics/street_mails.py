"""The mails about the day on the street, in the recipient's language: a link that works after signing in."""

from __future__ import annotations

from datetime import date

from flask_babel import force_locale

from city import outbox
from city.letters import town
from city.links import address_of
from city.messages import say
from city.models import Account
from logistics.models import Tour
from logistics.rules import clock_time
from routing.message import Message


def tour_released(courier: Account, tour: Tour, *, day: date) -> None:
    """To a courier: the tour is there."""
    _send(
        courier,
        Message("Your tour on %(day)s", {"day": day}),
        Message(
            "Your tour on %(day)s begins at %(departs)s with %(bike)s. Open it once while you have a network: "
            "after that it works without one.",
            {"day": day, "departs": clock_time(tour.departs_s), "bike": tour.vehicle.name},
        ),
        address_of("courier.tour"),
    )


def _send(account: Account, subject: Message, *paragraphs: Message | str) -> None:
    city = town()
    with force_locale(account.language):
        parts = [part if isinstance(part, str) else say(part) for part in paragraphs]
        text = "\n\n".join([say(Message("Good day,")), *parts, f"{city.title or city.name}\nZwischenraum"])
        outbox.send(account.email, subject=f"{say(subject)} – Zwischenraum {city.name}", text=text + "\n")
