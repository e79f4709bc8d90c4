"""What couriers report: added, never changed; a report that comes twice, late or in another order changes nothing.

A report that cannot be is not thrown away: it goes to the dispatcher's inbox with a sentence, and the phone is told it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from city import audit, clock
from city.db import db
from city.messages import Conflict
from logistics import outcomes, reports, street_queries
from logistics.kinds import SETTLING, ShipmentStatus
from logistics.models import CourierEvent, InboxEntry, Shipment
from routing.message import N_, BadInput, Message


class Fate(StrEnum):
    """What became of a report."""

    KEPT = "kept"
    INBOX = "inbox"  # with the dispatcher


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to one report: whatever was sent under this number is safe here."""

    client_id: str
    fate: Fate
    text: Message | None = None


class _Impossible(Exception):
    def __init__(self, text: str, shipment: Shipment | None = None, **values: object) -> None:
        self.message, self.shipment = Message(text, values), shipment
        super().__init__(text)


def receive(account_id: int, raw: Any, *, sent_at: datetime | None = None) -> Receipt:
    """Take one report as a phone sent it, inside the caller's transaction.

    ``sent_at`` is the clock of the phone when it sent. The same number is
    answered with what became of it the first time. Never raises for anything
    in ``raw``.
    """
    street_queries.lock_courier(account_id)
    client_id, now = reports.id_of(raw), clock.now()
    if (before := street_queries.entry_called(client_id)) is not None:
        return Receipt(client_id, Fate.INBOX, Message(before.reason, before.reason_values))
    if street_queries.event_called(client_id) is not None:
        return Receipt(client_id, Fate.KEPT)
    happened_at, notice, shipment = now, None, None
    try:
        report = reports.parse(raw)
        happened_at, notice = reports.happened_at(report.said_at, sent_at, now)
        shipment = _shipment_of(account_id, report, happened_at)
    except BadInput as refusal:
        return _to_inbox(account_id, client_id, raw, happened_at, refusal.message, None)
    except _Impossible as refusal:
        return _to_inbox(account_id, client_id, raw, happened_at, refusal.message, refusal.shipment)
    day = shipment.day if shipment else report.day or clock.in_city(happened_at).date()
    event = CourierEvent(
        client_id=client_id, account_id=account_id, day=day, shipment_id=shipment.id if shipment else None,
        kind=report.kind, reason=report.reason, undoes=report.undoes, details=report.details, happened_at=happened_at,
        received_at=now, decides=False,
    )  # fmt: skip
    db.session.add(event)
    db.session.flush()
    objection = _follow(shipment, client_id) if shipment else None
    return Receipt(client_id, Fate.INBOX, objection) if objection else Receipt(client_id, Fate.KEPT, notice)


def _shipment_of(account_id: int, report: reports.Report, happened_at: datetime) -> Shipment | None:
    if report.reference is None:
        return None
    shipment = street_queries.shipment_called(report.reference)
    not_yours = N_("Shipment %(reference)s is not on your tour, or not any more. The dispatcher looks at your report.")
    if shipment is None:
        raise _Impossible(not_yours, reference=report.reference)
    if not street_queries.rides_with(account_id, shipment.id):
        raise _Impossible(not_yours, shipment, reference=report.reference)
    if shipment.status == ShipmentStatus.CANCELLED and report.kind in SETTLING:
        raise _Impossible(
            N_("Shipment %(reference)s was cancelled. Please take it back to the hub."), shipment,
            reference=shipment.reference,
        )  # fmt: skip
    if happened_at < shipment.booked_at:
        raise _Impossible(
            N_(
                "The report is from %(said)s, but shipment %(reference)s was booked only at %(booked)s. "
                "Please check the clock of the phone."
            ),
            shipment, said=happened_at, reference=shipment.reference, booked=shipment.booked_at,
        )  # fmt: skip
    return shipment


def _to_inbox(
    account_id: int, client_id: str, raw: Any, happened_at: datetime, reason: Message, shipment: Shipment | None
) -> Receipt:
    db.session.add(_entry(account_id, client_id, raw, happened_at, reason, shipment))
    db.session.flush()
    return Receipt(client_id, Fate.INBOX, reason)


def _entry(
    account_id: int | None, client_id: str, raw: Any, happened_at: datetime, reason: Message, shipment: Shipment | None
) -> InboxEntry:
    return InboxEntry(
        client_id=client_id, account_id=account_id, shipment_id=shipment.id if shipment else None,
        raw=reports.kept_raw(raw), happened_at=happened_at, reason=reason.text, reason_values=plain(reason.values),
        received_at=clock.now(), contradicts=False, counted=False,
    )  # fmt: skip


def plain(values: Mapping[str, object]) -> dict[str, object]:
    """Values of a sentence as JSON can keep them: moments as the clocks of the city showed them."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return clock.in_city(value).strftime("%d.%m.%Y, %H:%M")
    return value if isinstance(value, int | float | str) else str(value)


def _follow(shipment: Shipment, client_id: str | None) -> Message | None:
    """Let the shipment and the inbox follow from everything reported; the objection to one report, if there is one."""
    events = street_queries.events_of_shipment(shipment.id)
    outcome = outcomes.outcome_of(events)
    if shipment.status != ShipmentStatus.CANCELLED and (
        not outcome.open or any(one.kind in SETTLING for one in events)
    ):
        shipment.status = outcome.status
    wrong = {one.event.client_id: one for one in outcome.contradictions}
    for entry in street_queries.open_contradictions(shipment.id):
        if wrong.pop(entry.client_id, None) is None:
            db.session.delete(entry)
    for number, one in wrong.items():
        if street_queries.entry_called(number) is None:
            raw = {"kind": one.event.kind.value, **one.event.details}
            entry = _entry(one.event.account_id, number, raw, one.event.happened_at, one.reason, shipment)
            entry.contradicts = True
            db.session.add(entry)
    db.session.flush()
    return next((one.reason for one in outcome.contradictions if one.event.client_id == client_id), None)


def settle(entry_id: int, *, let_count: bool) -> InboxEntry:
    """The dispatcher has looked at an entry: let the report count all the same, or leave it.

    Raises Conflict for a report that cannot count because nobody knows what it is about.
    """
    entry = street_queries.inbox_entry(entry_id)
    if entry.settled_at is not None:
        raise Conflict("Somebody has settled this report already.")
    if let_count:
        _count(entry)
    entry.settled_at, entry.counted = clock.now(), let_count
    audit.record("report settled", "inbox_entry", entry.id, counted=let_count)
    return entry


def _count(entry: InboxEntry) -> None:
    if entry.shipment is None:
        raise Conflict("Nobody knows which shipment this report is about. Please write it down as seen.")
    if entry.contradicts:
        event = street_queries.event_called(entry.client_id)
        if event is None:
            raise Conflict("The report itself is gone. Please write the entry down as seen.")
        event.decides = True
    else:
        try:
            report = reports.parse(entry.raw)
        except BadInput as refusal:
            raise Conflict(refusal.message.text, **refusal.message.values) from None
        db.session.add(
            CourierEvent(
                client_id=entry.client_id, account_id=entry.account_id, day=entry.shipment.day,
                shipment_id=entry.shipment_id, kind=report.kind, reason=report.reason, undoes=report.undoes,
                details=report.details, happened_at=entry.happened_at or entry.received_at,
                received_at=entry.received_at, decides=True,
            )
        )  # fmt: skip
    db.session.flush()
    _follow(entry.shipment, None)
