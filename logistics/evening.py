"""Planned against happened: times, ways, failures of a day, and what service times follow from it. Pure: rows in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from statistics import median

from city.settings import CitySettings
from logistics import outcomes
from logistics.forecast import seconds_of
from logistics.kinds import EventKind, FailureReason, RecipientKind
from logistics.models import CourierEvent, DayPlan, Stop, Tour

LEAST_OBSERVED = 10  # stops; fewer say nothing about the next day
LONGEST_STOP_S = 1800  # longer ones were something else: a break, a talk, a flat tyre
ROUND_S = 10
SMALLEST_CHANGE_S = 20


@dataclass(frozen=True, slots=True)
class TourDone:
    """One tour, planned and happened; clock seconds, ``None``: not reported."""

    tour: Tour
    departed_s: int | None
    returned_s: int | None
    delivered: int
    failed: int
    open: int
    late: int  # handed over after the window closed
    delay_s: int | None  # in the middle, over all stops
    break_s: int


@dataclass(frozen=True, slots=True)
class Observed:
    """How long stops of one kind really took, and what the settings say."""

    kind: RecipientKind
    count: int
    median_s: int
    setting: str
    now_s: int
    suggested_s: int | None  # None: too few, or as it is


@dataclass(frozen=True, slots=True)
class DayDone:
    """What became of a day."""

    tours: tuple[TourDone, ...]
    reasons: Mapping[FailureReason, int]
    observed: tuple[Observed, ...]

    @property
    def delivered(self) -> int:
        """Stops where the goods were handed over."""
        return sum(one.delivered for one in self.tours)

    @property
    def failed(self) -> int:
        """Stops where they were not."""
        return sum(one.failed for one in self.tours)


def day_done(
    plan: DayPlan, told: Mapping[int, Sequence[CourierEvent]], settings: CitySettings, *, now: datetime
) -> DayDone:
    """Compare a day's plan with its reports. ``told``: what each courier reported, by account."""
    tours = tuple(_tour(tour, told.get(tour.courier_id or 0, ()), plan.day, now) for tour in plan.tours)
    settled = [outcomes.outcome_of(stop.events) for tour in plan.tours for stop in tour.stops]
    reasons: dict[FailureReason, int] = {}
    for one in settled:
        if one.reason is not None:
            reasons[one.reason] = reasons.get(one.reason, 0) + 1
    return DayDone(tours, reasons, tuple(_observed(plan, settings)))


def _tour(tour: Tour, events: Iterable[CourierEvent], day: date, now: datetime) -> TourDone:
    shift = outcomes.shift_of(events, now=now)
    read = [(stop, outcomes.outcome_of(stop.events)) for stop in tour.stops]
    ended = [(stop, outcome, seconds_of(outcome.event.happened_at, day)) for stop, outcome in read if outcome.event]
    delays = [at - stop.departs_s for stop, _, at in ended if at is not None]
    failed = sum(outcome.reason is not None for _, outcome, _ in ended)
    late = sum(1 for stop, outcome, at in ended if at is not None and outcome.reason is None
               and at > stop.shipment.window_closes_s)  # fmt: skip
    return TourDone(
        tour,
        seconds_of(shift.departed_at, day) if shift.departed_at else None,
        seconds_of(shift.returned_at, day) if shift.returned_at else None,
        len(ended) - failed, failed, len(read) - len(ended), late,
        round(median(delays)) if delays else None, shift.break_s,
    )  # fmt: skip


def _observed(plan: DayPlan, settings: CitySettings) -> Iterable[Observed]:
    """Service times: from the door to the report where couriers said when they arrived, else from stop to stop.

    From stop to stop the planned ride is taken off, so a slow ride would look
    like a slow stop; that is why only the middle of many is used.
    """
    names = {RecipientKind.HOME: "home_service_s", RecipientKind.BUSINESS: "shop_service_s"}
    for kind, name in names.items():
        taken = [seconds for tour in plan.tours for seconds in _service_times(tour, kind, settings)]
        if not taken:
            continue
        middle, now_s = round(median(taken)), int(getattr(settings, name))
        wanted = max(ROUND_S, round(middle / ROUND_S) * ROUND_S)
        enough = len(taken) >= LEAST_OBSERVED and abs(wanted - now_s) >= SMALLEST_CHANGE_S
        yield Observed(kind, len(taken), middle, name, now_s, wanted if enough else None)


def _service_times(tour: Tour, kind: RecipientKind, settings: CitySettings) -> Iterable[int]:
    read = [(stop, outcomes.outcome_of(stop.events)) for stop in tour.stops]
    ended = sorted(
        ((outcome.event.happened_at, stop, outcome) for stop, outcome in read if outcome.event is not None),
        key=lambda one: (one[0], one[1].position),
    )
    for (before_at, before, _), (at, stop, outcome) in pairwise(ended):
        if stop.shipment.recipient_kind != kind:
            continue
        parcels_s = settings.parcel_service_s * stop.shipment.parcels
        if outcome.arrived_at is not None and outcome.arrived_at <= at:
            seconds = (at - outcome.arrived_at).total_seconds()
        elif stop.position == before.position + 1:
            seconds = (at - before_at).total_seconds() - _ridden(before, stop)
        else:
            continue
        if 0 < seconds - parcels_s <= LONGEST_STOP_S:
            yield round(seconds - parcels_s)


def _ridden(before: Stop, stop: Stop) -> int:
    """What lies between leaving one stop and beginning the next, as planned: the ride and the wait."""
    return max(0, stop.starts_s - before.departs_s)


EPCIS: Mapping[EventKind, tuple[str, str]] = {  # our reports in the words of GS1's CBV 2.0: (bizStep, disposition)
    EventKind.LOADED: ("loading", "in_progress"),
    EventKind.DEPARTED: ("departing", "in_transit"),
    EventKind.ARRIVED: ("arriving", "in_transit"),
    EventKind.DELIVERED: ("accepting", "completeness_verified"),
    EventKind.TO_NEIGHBOUR: ("accepting", "completeness_verified"),
    EventKind.TO_LOCKER: ("storing", "available"),
    EventKind.FAILED: ("holding", "in_transit"),
    EventKind.RETURNED: ("arriving", "in_progress"),
}


def epcis(events: Iterable[CourierEvent], *, made_at: datetime) -> dict[str, object]:
    """The reports of a day as an EPCIS 2.0 document; what was taken back is left out, persons and notes too."""
    told = outcomes.in_order(events)
    undone = {event.undoes for event in told if event.kind == EventKind.UNDONE}
    shown = [event for event in told if event.kind in EPCIS and event.client_id not in undone]
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
                     {"zwischenraum": "https://zwischenraum.invalid/voc/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": made_at.isoformat(),
        "epcisBody": {
            "eventList": [_object_event(event) for event in shown]
        },
    }  # fmt: skip


def _object_event(event: CourierEvent) -> dict[str, object]:
    step, disposition = EPCIS[event.kind]
    what = f"urn:zwischenraum:shipment:{event.shipment.reference}" if event.shipment else ""
    found: dict[str, object] = {
        "type": "ObjectEvent",
        "eventTime": event.happened_at.isoformat(),
        "recordTime": event.received_at.isoformat(),
        "eventTimeZoneOffset": "+00:00",
        "epcList": [what] if what else [],
        "action": "OBSERVE",
        "bizStep": step,
        "disposition": disposition,
        "zwischenraum:code": event.kind.value,
    }
    return found | ({"zwischenraum:reason": event.reason.value} if event.reason else {})
