"""Planned against happened: times, ways, failures of a day, and what service times follow from it. Pure: rows in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from statistics import median

from city.settings import CitySettings
from logistics import outcomes, rounds
from logistics.forecast import breaks_taken, seconds_of
from logistics.kinds import EventKind, FailureReason, RecipientKind
from logistics.models import CourierEvent, DayPlan, Stop, Tour

LEAST_OBSERVED = 10  # stops; fewer say nothing about the next day
LONGEST_STOP_S = 1800  # longer ones were something else: a break, a talk, a flat tyre
ROUND_S = 10
SMALLEST_CHANGE_S = 20
LEAST_LEG_S, LONGEST_LEG_S = 60, 1800  # shorter rides are mostly parking, longer ones mostly waiting
PACE_STEP = 5  # percent
Point = tuple[float, float]
WayM = Callable[[Point, Point], int | None]


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
    reloads: int  # planned
    reloaded: int  # reported
    ridden_m: int | None  # along the stops as they were reported; None: some way between them is not known


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast bikes really were between two doors, against what the plan had reckoned with."""

    count: int
    percent: int  # of the planned pace, in the middle of all legs
    now_percent: int
    suggested_percent: int | None  # None: too few, or as it is

    setting = "cargo_bike_pace_percent"


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
    pace: Pace | None  # None: nobody said when they arrived

    @property
    def suggestions(self) -> dict[str, int]:
        """What the settings could learn from this day, by name of the setting."""
        found = {one.setting: one.suggested_s for one in self.observed if one.suggested_s is not None}
        if self.pace is not None and self.pace.suggested_percent is not None:
            found[Pace.setting] = self.pace.suggested_percent
        return found

    @property
    def metres(self) -> tuple[int, int | None]:
        """How far all tours were to go, and went."""
        ridden = [one.ridden_m for one in self.tours]
        known = None if None in ridden else sum(m for m in ridden if m is not None)
        return sum(one.tour.metres for one in self.tours), known

    @property
    def delivered(self) -> int:
        """Stops where the goods were handed over."""
        return sum(one.delivered for one in self.tours)

    @property
    def failed(self) -> int:
        """Stops where they were not."""
        return sum(one.failed for one in self.tours)


def day_done(
    plan: DayPlan, told: Mapping[int, Sequence[CourierEvent]], settings: CitySettings, *, now: datetime, way_m: WayM
) -> DayDone:
    """Compare a day's plan with its reports.

    ``told``: what each courier reported, by account. ``way_m``: how far it is
    from one point to another by cargo bike, asked where stops were reported
    in another order than planned.
    """
    tours = tuple(_tour(tour, told.get(tour.courier_id or 0, ()), plan.day, now, way_m) for tour in plan.tours)
    settled = [outcomes.outcome_of(stop.events) for tour in plan.tours for stop in tour.stops]
    reasons: dict[FailureReason, int] = {}
    for one in settled:
        if one.reason is not None:
            reasons[one.reason] = reasons.get(one.reason, 0) + 1
    return DayDone(tours, reasons, tuple(_observed(plan, settings)), _pace(plan, told, settings))


def _tour(tour: Tour, events: Sequence[CourierEvent], day: date, now: datetime, way_m: WayM) -> TourDone:
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
        len(tour.reloads or ()), len(outcomes.reloads_of(events)),
        _ridden_m(tour, shift.returned_at is not None, way_m),
    )  # fmt: skip


def _ridden_m(tour: Tour, returned: bool, way_m: WayM) -> int | None:
    """Metres from the hub along the stops in the order of their reports, and home again once that was reported."""
    ended = [(event.happened_at, stop) for stop in tour.stops if (event := outcomes.outcome_of(stop.events).event)]
    if not ended:
        return 0
    stops = [stop for _, stop in sorted(ended, key=lambda one: (one[0], one[1].position))]
    legs = [_leg_m(before, stop, tour, way_m) for before, stop in pairwise([None, *stops])]
    if returned:
        last, hub = stops[-1], (tour.vehicle.hub.lat, tour.vehicle.hub.lon)
        planned = last is tour.stops[-1]
        out_m = sum(stop.metres for stop in tour.stops) + sum(one["metres"] for one in tour.reloads or ())
        legs.append(tour.metres - out_m if planned else way_m(_point(last), hub))
    return None if None in legs else sum(leg for leg in legs if leg is not None)


def _leg_m(before: Stop | None, stop: Stop | None, tour: Tour, way_m: WayM) -> int | None:
    if stop is None:
        return 0
    hub = (tour.vehicle.hub.lat, tour.vehicle.hub.lon)
    as_planned = stop.position == (before.position if before else 0) + 1
    if before is not None and rounds.round_at(tour, before.position) < rounds.round_at(tour, stop.position):
        back_m = _back_m(before, tour) if as_planned else way_m(_point(before), hub)
        out_m = stop.metres if as_planned else way_m(hub, _point(stop))
        return None if back_m is None or out_m is None else back_m + out_m
    if as_planned:
        return stop.metres
    return way_m(_point(before) if before else hub, _point(stop))


def _back_m(before: Stop, tour: Tour) -> int:
    """From the last stop of a round to the hub."""
    return sum(one["metres"] for one in tour.reloads if one["after"] == before.position)


def _point(stop: Stop) -> Point:
    return stop.shipment.lat, stop.shipment.lon


def _pace(plan: DayPlan, told: Mapping[int, Sequence[CourierEvent]], settings: CitySettings) -> Pace | None:
    """From leaving one door, or the hub, to arriving at the next planned one, against the planned ride."""
    ratios = [ratio for tour in plan.tours for ratio in _ratios(tour, told.get(tour.courier_id or 0, ()), plan.day)]
    if not ratios:
        return None
    percent, now_percent = round(100 * median(ratios)), settings.cargo_bike_pace_percent
    wanted = min(150, max(50, round(now_percent * percent / 100 / PACE_STEP) * PACE_STEP))
    enough = len(ratios) >= LEAST_OBSERVED and abs(wanted - now_percent) >= PACE_STEP
    return Pace(len(ratios), percent, now_percent, wanted if enough else None)


def _ratios(tour: Tour, events: Sequence[CourierEvent], day: date) -> Iterable[float]:
    """Planned seconds over ridden ones for each leg that was ridden as planned and without a break."""
    if not events:
        return
    rests = breaks_taken(events, day, max(event.happened_at for event in events))
    departed = outcomes.shift_of(events, now=events[-1].happened_at).departed_at
    left_s, planned_left_s = seconds_of(departed, day) if departed else None, tour.departs_s
    again = [seconds_of(moment, day) for moment in outcomes.reloads_of(events)]
    for stop in tour.stops:
        for number, one in enumerate(tour.reloads or ()):
            if one["after"] == stop.position - 1:  # from the hub, once that was reported
                left_s, planned_left_s = again[number] if number < len(again) else None, one["departs_s"]
        outcome = outcomes.outcome_of(stop.events)
        arrived_s = seconds_of(outcome.arrived_at, day) if outcome.arrived_at else None
        if left_s is not None and arrived_s is not None:
            planned_s, ridden_s = stop.arrives_s - planned_left_s, arrived_s - left_s
            rested = any(starts < arrived_s and ends > left_s for starts, ends in rests)
            if not rested and LEAST_LEG_S <= planned_s <= LONGEST_LEG_S and 0 < ridden_s <= 3 * planned_s:
                yield planned_s / ridden_s
        left_s = seconds_of(outcome.event.happened_at, day) if outcome.event else None
        planned_left_s = stop.departs_s


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
    EventKind.RELOADED: ("departing", "in_transit"),
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
