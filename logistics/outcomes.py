"""What the reports about a shipment add up to, in whatever order they came. Pure: plain objects in, reasons out.

The state is a function of the *set* of reports: they are read in the order in which they happened, doubles counted
once. So shuffled, doubled or late reports lead to the same state as soon as all of them are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from logistics.kinds import HANDED_OVER, SETTLING, EventKind, FailureReason, ShipmentStatus
from logistics.models import CourierEvent
from routing.message import Message

UNDO_SHOWN_S = 10  # how long the courier's page offers to take a report back
UNDO_WITHIN_S = 60  # how late the button may be pressed: gloves, a page loaded again
MIN_BREAK_S = 15 * 60  # § 4 ArbZG: shorter rests do not count as a break


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A report that cannot be true beside the others, and why."""

    event: CourierEvent
    reason: Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a shipment stands after its reports; no ``event``: the stop is still open."""

    event: CourierEvent | None = None
    arrived_at: datetime | None = None
    contradictions: tuple[Contradiction, ...] = ()

    @property
    def open(self) -> bool:
        """Whether the courier still has to go there."""
        return self.event is None

    @property
    def status(self) -> ShipmentStatus:
        """What the shipment's status follows from it."""
        if self.event is None:
            return ShipmentStatus.BOOKED
        return ShipmentStatus.DELIVERED if self.event.kind in HANDED_OVER else ShipmentStatus.FAILED

    @property
    def reason(self) -> FailureReason | None:
        """Why it was not delivered."""
        return self.event.reason if self.event else None


NOTHING_YET = Outcome()


def in_order(events: Iterable[CourierEvent]) -> list[CourierEvent]:
    """Each report once, as it happened; of two at the same moment the smaller number first."""
    once = {event.client_id: event for event in events}
    return sorted(once.values(), key=lambda event: (event.happened_at, event.client_id))


def outcome_of(events: Sequence[CourierEvent]) -> Outcome:
    """Read the reports about one shipment.

    A report that was taken back never happened. After a failure there may be
    another try; after the parcel was handed over nothing else can have
    happened: the later report is a contradiction. The dispatcher's word
    counts before everything else.
    """
    if not events:  # nearly always so on a board of 500 stops, and asked several times for each
        return NOTHING_YET
    told = in_order(events)
    taken_back, contradictions = _taken_back(told)
    counted: CourierEvent | None = None
    for event in told:
        if event.kind not in SETTLING or event.client_id in taken_back or event.decides:
            continue
        if counted is None or counted.kind == EventKind.FAILED:
            counted = event
        else:
            contradictions.append(Contradiction(event, _already(counted)))
    decided = [event for event in told if event.decides and event.kind in SETTLING]
    if decided:
        counted, contradictions = decided[-1], []
    arrived = [event.happened_at for event in told if event.kind == EventKind.ARRIVED]
    return Outcome(counted, min(arrived, default=None), tuple(contradictions))


def _taken_back(told: Sequence[CourierEvent]) -> tuple[set[str], list[Contradiction]]:
    """Numbers of the reports that were taken back in time; those taken back too late are contradictions."""
    known, taken, late = {event.client_id: event for event in told}, set(), []
    for event in told:
        target = known.get(event.undoes or "") if event.kind == EventKind.UNDONE else None
        if target is None:
            continue  # what it takes back has not come yet, or never will
        if abs((event.happened_at - target.happened_at).total_seconds()) <= UNDO_WITHIN_S:
            taken.add(target.client_id)
        else:
            late.append(Contradiction(event, Message("It was taken back too late, so the report counts.")))
    return taken, late


def _already(counted: CourierEvent) -> Message:
    return Message("The shipment had been handed over at %(at)s already.", {"at": counted.happened_at})


@dataclass(frozen=True, slots=True)
class Shift:
    """What the reports about a whole tour add up to: when it left and was back, breaks, and the order ridden."""

    departed_at: datetime | None
    returned_at: datetime | None
    break_s: int  # only breaks that count
    on_break_since: datetime | None
    order: tuple[str, ...]  # references, as the courier wants to ride; empty: as planned


def shift_of(events: Iterable[CourierEvent], *, now: datetime) -> Shift:
    """Read the reports of one courier about one day."""
    told = in_order(events)
    departed = [event.happened_at for event in told if event.kind == EventKind.DEPARTED]
    returned = [event.happened_at for event in told if event.kind == EventKind.RETURNED]
    orders = [event.details.get("order", []) for event in told if event.kind == EventKind.REORDERED]
    rested_s, since = 0, None
    for event in told:
        if event.kind == EventKind.BREAK_STARTED and since is None:
            since = event.happened_at
        elif event.kind == EventKind.BREAK_ENDED and since is not None:
            rested_s += _counting(since, event.happened_at)
            since = None
    if since is not None:
        rested_s += _counting(since, now)
    return Shift(
        min(departed, default=None), max(returned, default=None), rested_s, since, tuple(orders[-1]) if orders else ()
    )


def reloads_of(events: Iterable[CourierEvent]) -> tuple[datetime, ...]:
    """When a bike had loaded again, once for each further round; rounds that nobody reported end with the next one."""
    told = in_order(events)
    undone = {event.undoes for event in told if event.kind == EventKind.UNDONE}
    found: dict[int, datetime] = {}
    for event in told:
        if event.kind == EventKind.RELOADED and event.client_id not in undone:
            found.setdefault(int(event.details.get("round", 2)), event.happened_at)
    return tuple(
        min(moment for number, moment in found.items() if number >= wanted)
        for wanted in range(2, max(found, default=1) + 1)
    )


def _counting(starts: datetime, ends: datetime) -> int:
    rested_s = int((ends - starts).total_seconds())
    return rested_s if rested_s >= MIN_BREAK_S else 0
