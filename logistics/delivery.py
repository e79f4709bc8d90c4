"""What couriers report: added, never changed; a report that comes twice, late or in another order changes nothing."""

from __future__ import annotations

from datetime import datetime

from city import clock
from city.db import db
from city.messages import Conflict, NotFound
from logistics import queries, rules
from logistics.kinds import EventKind, FailureReason, ShipmentStatus
from logistics.models import CourierEvent, Stop
from routing.message import BadInput

MAX_CLIENT_ID = 64


def record_event(
    courier_id: int,
    stop_id: int,
    *,
    client_id: str,
    kind: EventKind,
    reason: FailureReason | None = None,
    happened_at: datetime | None = None,
) -> CourierEvent:
    """Keep what a courier reports at a stop of the own tour, and let the shipment follow.

    ``client_id`` is made by the phone: the same report sent again is answered
    with what was kept the first time. ``happened_at`` is when the button was
    pressed; a clock that runs ahead is set back to now. Raises NotFound for
    another courier's stop, Conflict for a shipment that was cancelled or a
    report that cannot be taken back any more.
    """
    stop = queries.stop_of_courier(courier_id, stop_id, to_change=True)
    if (known := _known(client_id)) is not None:
        if known.stop_id != stop.id or known.kind != kind:
            raise NotFound("This report belongs to another stop. Please load the page again.")
        return known
    if (kind == EventKind.FAILED) != (reason is not None):
        raise BadInput("Please say why the shipment was not delivered.")
    if stop.shipment.status == ShipmentStatus.CANCELLED:
        raise Conflict("Shipment %(reference)s was cancelled. Please take it back to the hub.",
                       reference=stop.shipment.reference)  # fmt: skip
    now = clock.now()
    when = min(happened_at or now, now)
    if kind == EventKind.UNDONE:
        _may_be_undone(stop, when)
    event = CourierEvent(
        client_id=client_id, stop_id=stop.id, shipment_id=stop.shipment_id, account_id=courier_id, kind=kind,
        reason=reason, happened_at=when, received_at=now,
    )  # fmt: skip
    db.session.add(event)
    db.session.flush()
    stop.shipment.status = rules.outcome_of([*stop.events, event]).status
    return event


def _known(client_id: str) -> CourierEvent | None:
    if not 1 <= len(client_id) <= MAX_CLIENT_ID:
        raise BadInput("This report has no number of its own. Please load the page again.")
    return queries.event_sent_before(client_id)


def _may_be_undone(stop: Stop, when: datetime) -> None:
    last = rules.outcome_of(stop.events).event
    if last is None or (when - last.happened_at).total_seconds() > rules.UNDO_WITHIN_S:
        raise Conflict("This can no longer be taken back here. Please call the dispatcher.")
