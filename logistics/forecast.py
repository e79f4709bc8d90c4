"""When bikes will really arrive, from what was reported so far. Pure: rows in, clock seconds out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from city import clock
from logistics import outcomes, rounds
from logistics.models import CourierEvent, Stop, Tour

DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Forecast:
    """One tour as it really goes: by how much it is late now, and when each open stop will be reached."""

    delay_s: int
    arrives_s: dict[int, int]  # by id of the stop, clock seconds
    late: frozenset[int]  # ids of stops that will miss their window
    breaks: tuple[tuple[int, int], ...]  # breaks taken, clock seconds from and to
    ordered: bool  # the courier has changed the order
    reloaded_after: int = 0  # reloads behind this stop, or a later one, are still to come


def forecast(tour: Tour, events: Sequence[CourierEvent], day: date, now: datetime) -> Forecast:
    """Carry the delay of the last stop on to those ahead; waiting for a window to open makes some of it good."""
    shift = outcomes.shift_of(events, now=now)
    told = [(stop, outcomes.outcome_of(stop.events)) for stop in tour.stops]
    ahead = [stop for stop, outcome in told if outcome.open]
    seen = [(stop, outcome.event) for stop, outcome in told if outcome.event is not None]
    delay = 0
    if seen:
        stop, event = max(seen, key=lambda pair: pair[1].happened_at)
        at = seconds_of(event.happened_at, day)
        delay = 0 if at is None else max(0, at - stop.departs_s)
    now_s = seconds_of(now, day)
    if now_s is not None and ahead and now_s > tour.departs_s:
        delay = max(delay, now_s - ahead[0].arrives_s)
    arrives, late = _carry(ahead, delay)
    return Forecast(delay, arrives, frozenset(late), breaks_taken(events, day, now), bool(shift.order),
                    _reloaded_after(tour, events, [stop for stop, _ in seen]))  # fmt: skip


def _reloaded_after(tour: Tour, events: Sequence[CourierEvent], settled: Sequence[Stop]) -> int:
    over = rounds.behind(tour, len(outcomes.reloads_of(events)), settled)
    return tour.reloads[over - 1]["after"] + 1 if over else 0


def _carry(ahead: Sequence[Stop], delay_s: int) -> tuple[dict[int, int], set[int]]:
    arrives: dict[int, int] = {}
    late: set[int] = set()
    for stop in ahead:
        arrives[stop.id] = stop.arrives_s + delay_s
        starts = max(stop.arrives_s + delay_s, stop.shipment.window_opens_s)
        if starts + stop.departs_s - stop.starts_s > stop.shipment.window_closes_s:
            late.add(stop.id)
        delay_s = max(0, starts - stop.starts_s)
    return arrives, late


def seconds_of(moment: datetime, day: date) -> int | None:
    """A moment as clock seconds of a day; None if it lies on another one."""
    shown = clock.in_city(moment)
    return shown.hour * 3600 + shown.minute * 60 + shown.second if shown.date() == day else None


def breaks_taken(events: Sequence[CourierEvent], day: date, now: datetime) -> tuple[tuple[int, int], ...]:
    """The breaks that were reported, clock seconds from and to; one that lasts ends now."""
    found, since = [], None
    for event in outcomes.in_order(events):
        at = seconds_of(event.happened_at, day)
        if at is None:
            continue
        if event.kind == "break_started" and since is None:
            since = at
        elif event.kind == "break_ended" and since is not None:
            found.append((since, at))
            since = None
    now_s = seconds_of(now, day)
    if since is not None and now_s is not None:
        found.append((since, now_s))
    return tuple(found)
