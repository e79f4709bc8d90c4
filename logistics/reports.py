"""From what a phone sends to a report, or a sentence why it is none. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from logistics.kinds import OF_A_SHIPMENT, EventKind, FailureReason
from routing.message import N_, BadInput, Message

MAX_CLIENT_ID = 64
MAX_NAME, MAX_NOTE, MAX_CODE = 100, 500, 100
MAX_ROUND = 50
MAX_ORDER = 300
MAX_STROKES, MAX_POINTS, GRID = 200, 4000, 1000
MAX_RAW = 20_000  # characters of a report that are kept for the dispatcher
CLOCK_TOLERANCE = timedelta(minutes=2)  # a phone that is off by less is believed
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """What a courier says has happened."""

    client_id: str
    kind: EventKind
    reference: str | None
    reason: FailureReason | None = None
    undoes: str | None = None
    said_at: datetime | None = None  # by the clock of the phone
    day: date | None = None  # of the tour
    details: dict[str, Any] = field(default_factory=dict)


def id_of(raw: Any) -> str:
    """The number that the phone gave a report; one without gets a number of its own content."""
    given = raw.get("id") if isinstance(raw, Mapping) else None
    if isinstance(given, str) and 1 <= len(given) <= MAX_CLIENT_ID and given.isprintable():
        return given
    text = json.dumps(raw, sort_keys=True, default=str)
    return "raw-" + hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


def kept_raw(raw: Any) -> dict[str, Any]:
    """What was sent, as the dispatcher's inbox keeps it: cut where it is too long, never dropped."""
    text = json.dumps(raw, default=str).replace("\\u0000", " ")
    if isinstance(raw, dict) and len(text) <= MAX_RAW:
        kept: dict[str, Any] = json.loads(text)
        return kept
    return {"text": text[:MAX_RAW]}


def parse(raw: Any) -> Report:
    """Read one report. Raises BadInput with a sentence that names field and value."""
    if not isinstance(raw, Mapping):
        raise BadInput("The report is no list of names and values, so it could not be read.")
    kind = _kind(raw.get("kind"))
    reason = _reason(raw.get("reason"), kind)
    reference = _text(raw, "shipment", MAX_CODE) or None
    if kind in OF_A_SHIPMENT and reference is None:
        raise BadInput("The report “%(kind)s” does not say which shipment it is about.", kind=kind.value)
    undoes = _text(raw, "undoes", MAX_CLIENT_ID) or None
    if kind == EventKind.UNDONE and undoes is None:
        raise BadInput("The report does not say what it takes back.")
    if kind == EventKind.RELOADED and not raw.get("round"):
        raise BadInput("The report does not say which round begins.")
    said_at = _moment(raw.get("at"))
    return Report(id_of(raw), kind, reference, reason, undoes, said_at, _day(raw.get("day")), _details(raw))


def _kind(value: Any) -> EventKind:
    try:
        return EventKind(value)
    except ValueError:
        raise BadInput("“%(typed)s” is no report. Please load the page again.", typed=str(value)[:20]) from None


def _reason(value: Any, kind: EventKind) -> FailureReason | None:
    if kind != EventKind.FAILED:
        return None
    if value in (None, ""):
        raise BadInput("Please say why the shipment was not delivered.")
    try:
        return FailureReason(value)
    except ValueError:
        raise BadInput("“%(typed)s” is no reason. Please choose one of those shown.", typed=str(value)[:20]) from None


def _moment(value: Any) -> datetime | None:
    """Milliseconds since 1970, as phones count."""
    if value is None:
        return None
    try:
        moment = datetime.fromtimestamp(float(value) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise BadInput(
            "“%(typed)s” is no moment; expected are milliseconds since 1970.", typed=str(value)[:20]
        ) from None
    return max(moment, EARLIEST)


def _day(value: Any) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadInput("“%(typed)s” is no day; expected is a day such as 2026-11-23.", typed=str(value)[:20]) from None


def _text(raw: Mapping[str, Any], name: str, most: int) -> str:
    value = raw.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput("“%(typed)s” is no text for “%(field)s”.", typed=str(value)[:20], field=name)
    if len(value) > most:
        raise BadInput("“%(field)s” has %(has)d characters; at most %(most)d are possible.",
                       field=name, has=len(value), most=most)  # fmt: skip
    return value.replace("\0", " ").strip()


def _details(raw: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "receiver": _text(raw, "receiver", MAX_NAME), "note": _text(raw, "note", MAX_NOTE),
        "code": _text(raw, "code", MAX_CODE),
    }  # fmt: skip
    shapes: tuple[tuple[str, Callable[[Any], Any]], ...] = (
        ("signature", _signature), ("order", _order), ("round", _round),
    )  # fmt: skip
    found |= {name: read(raw[name]) for name, read in shapes if raw.get(name)}
    return {name: value for name, value in found.items() if value}


def _signature(value: Any) -> list[list[int]]:
    """Strokes on a grid of 1000 x 1000: flat lists of x and y."""
    strokes = value if isinstance(value, list) else None
    if strokes is None or len(strokes) > MAX_STROKES or not all(isinstance(one, list) for one in strokes):
        raise BadInput("The signature could not be read. Please let it be signed again, or type the name.")
    points = [point for stroke in strokes for point in stroke]
    if len(points) > 2 * MAX_POINTS or not all(isinstance(p, int) and 0 <= p <= GRID for p in points):
        raise BadInput("The signature could not be read. Please let it be signed again, or type the name.")
    return [stroke for stroke in strokes if len(stroke) >= 2 and len(stroke) % 2 == 0]


def _order(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MAX_ORDER or not all(isinstance(one, str) for one in value):
        raise BadInput("The order of the stops could not be read.")
    return [one[:MAX_CODE] for one in value]


def _round(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 2 <= value <= MAX_ROUND:
        raise BadInput("“%(typed)s” is no round; expected is a whole number from 2 to %(most)d.",
                       typed=str(value)[:20], most=MAX_ROUND)  # fmt: skip
    return value


def happened_at(said_at: datetime | None, sent_at: datetime | None, now: datetime) -> tuple[datetime, Message | None]:
    """When it happened by our clock, and what to say of the phone's.

    The phone tells its own time when it sends: what lies between the two is
    how far its clock is off, and the report is moved by as much. Nothing
    happens in the future.
    """
    off = sent_at - now if sent_at is not None else timedelta()
    if abs(off) <= CLOCK_TOLERANCE:
        off = timedelta()
    moment = min((said_at or now) - off, now)
    if not off:
        return moment, None
    minutes = round(abs(off).total_seconds() / 60)
    fast = off > timedelta()
    text = (
        N_("The clock of the phone is %(minutes)d minutes fast; the times of the reports were corrected.")
        if fast
        else N_("The clock of the phone is %(minutes)d minutes slow; the times of the reports were corrected.")
    )
    return moment, Message(text, {"minutes": minutes})
