"""The mails about the day on the street, in the recipient's language: a link that works after signing in."""

from __future__ import annotations

from datetime import date

from flask_babel import force_locale

from city import clock, outbox
from city.letters import town
from city.links import address_of
from city.messages import say
from city.models import Account
from logistics.models import Shipment, Tour
from logistics.rules import clock_time, two_hours
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
        address_of("courier.scanned", vehicle_id=tour.vehicle_id, day=day.isoformat()),
    )


def on_its_way(shipment: Shipment, *, arrives_s: int) -> bool:
    """To a customer who left an address, once: the two hours in which the parcel comes, and the link to follow it."""
    if not shipment.mail or shipment.tracking_token is None or shipment.told_at is not None:
        return False
    shipment.told_at = clock.now()
    opens_s, closes_s = two_hours(shipment.window_opens_s, shipment.window_closes_s, arrives_s)
    window = {"day": shipment.day, "opens": clock_time(opens_s), "closes": clock_time(closes_s)}
    city = town()
    with force_locale("de"):
        parts = [
            say(Message("Good day,")),
            say(Message("your parcel comes on %(day)s between %(opens)s and %(closes)s, by cargo bike. "
                        "This link shows the hour as soon as the courier is on the way:", window)),
            address_of("tracking.parcel", token=shipment.tracking_token),
            f"{city.title or city.name}\nZwischenraum",
        ]  # fmt: skip
        subject = say(Message("Your parcel on %(day)s", {"day": shipment.day}))
        outbox.send(shipment.mail, subject=f"{subject} – Zwischenraum {city.name}", text="\n\n".join(parts) + "\n")
    return True


def _send(account: Account, subject: Message, *paragraphs: Message | str) -> None:
    city = town()
    with force_locale(account.language):
        parts = [part if isinstance(part, str) else say(part) for part in paragraphs]
        text = "\n\n".join([say(Message("Good day,")), *parts, f"{city.title or city.name}\nZwischenraum"])
        outbox.send(account.email, subject=f"{say(subject)} – Zwischenraum {city.name}", text=text + "\n")
