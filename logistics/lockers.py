"""Compartments and their codes: five wrong tries, then only the hub helps. In the caller's transaction."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from city import audit, clock, outbox
from city.db import db
from city.links import address_of
from city.messages import Conflict, NotFound, say
from logistics import queries, rules
from logistics.kinds import ParcelState, ShipmentStatus
from logistics.models import Compartment, Hub, LockerStay, Shipment
from routing.message import Message

MOST_TRIES = 5
CODE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of a try: the compartment that is open, or why none is."""

    label: str | None
    reason: Message | None = None


def code_of(stay: LockerStay) -> str:
    """The six digits for a stay; they change with every booking and are kept nowhere."""
    secret = str(current_app.secret_key).encode()
    digest = hmac.new(secret, f"locker|{stay.seed}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def stay_by_token(token: str, *, to_change: bool = False) -> LockerStay:
    """The stay behind a tracking link. Raises NotFound."""
    return _one(Shipment.tracking_token == token, to_change=to_change)


def stay_by_reference(reference: str, *, to_change: bool = False) -> LockerStay | None:
    """The stay of a shipment by its number, however it is typed; None when there is none."""
    plain = "".join(sign for sign in reference.upper() if sign.isalnum())[:8]
    try:
        return _one(Shipment.reference == f"{plain[:4]}-{plain[4:]}", to_change=to_change)
    except NotFound:
        return None


def _one(condition: object, *, to_change: bool) -> LockerStay:
    query = select(LockerStay).join(Shipment, LockerStay.shipment_id == Shipment.id).where(condition)  # type: ignore[arg-type]
    query = query.options(
        joinedload(LockerStay.compartment).joinedload(Compartment.hub),
        joinedload(LockerStay.shipment).joinedload(Shipment.hub).selectinload(Hub.compartments),
        joinedload(LockerStay.shipment).selectinload(Shipment.pieces),
    )
    if to_change:
        query = query.with_for_update(of=LockerStay).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("There is no such parcel. Please check the code.")
    return found


def open_with(stay: LockerStay, code: str) -> Opened:
    """Try a code, and open the compartment if it is right. The stay comes locked; a wrong try counts.

    Never raises for a wrong code, so that the caller's transaction keeps the count.
    """
    if stay.opened_at is not None:
        return Opened(None, Message("This parcel was collected already."))
    if not in_locker(stay):
        return Opened(
            None, Message("This parcel does not lie in its compartment yet. You will get a mail when it does.")
        )
    if stay.wrong_tries >= MOST_TRIES:
        return Opened(None, blocked())
    if objection := closed_now(stay.compartment.hub, clock.in_city(clock.now()), queries.current_city().land):
        return Opened(None, objection)
    if not hmac.compare_digest(code_of(stay).encode(), code.strip().encode()):
        stay.wrong_tries += 1
        left = MOST_TRIES - stay.wrong_tries
        if left == 0:
            audit.record("locker blocked", "shipment", stay.shipment_id)
            return Opened(None, blocked())
        return Opened(None, Message("The code is not right. %(left)d tries are left.", {"left": left}))
    stay.opened_at, stay.wrong_tries = clock.now(), 0
    for piece in stay.shipment.pieces:
        piece.state = ParcelState.COLLECTED
    audit.record("locker opened", "shipment", stay.shipment_id)
    return Opened(stay.compartment.label)


def blocked() -> Message:
    """After too many tries."""
    return Message(
        "Five wrong codes: the compartment stays shut. Please call the shop or the hub; they make a new code."
    )


def in_locker(stay: LockerStay) -> bool:
    """Whether the parcel lies in its compartment: put there by the hub, or brought by a bike."""
    return stay.placed_at is not None or stay.shipment.status == ShipmentStatus.DELIVERED


def closed_now(hub: Hub, moment: datetime, land: str) -> Message | None:
    """Why nobody can collect at this moment of the city's clocks; None if one can."""
    if moment.weekday() == rules.SUNDAY and not hub.lockers_sunday:
        return Message("The lockers of %(hub)s rest on Sundays. Please come on a working day.", {"hub": hub.name})
    if hub.lockers_always:
        return None
    if name := rules.holiday_name(moment.date(), land):
        return Message(
            "The lockers of %(hub)s rest today (%(holiday)s). Please come on a working day.",
            {"hub": hub.name, "holiday": name},
        )
    hours = hub.hours_on(moment.date())
    if hours is None:
        return Message("%(hub)s is closed today, and its lockers with it. Please come on another day.",
                       {"hub": hub.name})  # fmt: skip
    if not hours[0] <= moment.hour * 3600 + moment.minute * 60 < hours[1]:
        return Message(
            "The lockers of %(hub)s are reached from %(opens)s to %(closes)s.",
            {"hub": hub.name, "opens": rules.clock_time(hours[0]), "closes": rules.clock_time(hours[1])},
        )
    return None


def new_code(stay: LockerStay, seed: str) -> None:
    """A new code after five wrong tries. Raises Conflict for a parcel that was collected. The stay comes locked."""
    if stay.opened_at is not None:
        raise Conflict("This parcel was collected already.")
    stay.seed, stay.wrong_tries = seed, 0
    audit.record("locker code renewed", "shipment", stay.shipment_id)
    tell_recipient(stay)


def tell_recipient(stay: LockerStay) -> None:
    """Mail to the recipient, if the shop gave an address: where it lies, and the link with the code."""
    one, hub = stay.shipment, stay.compartment.hub
    if not one.mail or one.tracking_token is None:
        return
    with force_locale("de"):
        lines = (
            _("Good day,"),
            say(
                Message(
                    "your parcel lies in compartment %(label)s of %(hub)s, %(address)s.",
                    {"label": stay.compartment.label, "hub": hub.name, "address": hub.address},
                )
            ),
            _("The code and when you can come stand here:"),
            address_of("tracking.parcel", token=one.tracking_token),
        )
        outbox.send(one.mail, subject=_("Your parcel is in the locker"), text="\n\n".join(lines))
