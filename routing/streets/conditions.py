"""When a `*:conditional` value holds: clock windows, weekdays, dates, weights. Pure.

Grammar: ``value @ (condition); value @ (condition)``; a condition is made of parts joined by AND.
The time part is the subset of OSM's opening hours that street signs need.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from routing.streets.model import DAY_S, Period

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEIGHTS_T = (0.3, 3.5)  # laden cargo bike; van of the class that a car licence allows

_DAY = rf"(?:{'|'.join(WEEKDAYS)}|PH)"
_DATE = rf"(?:(?P<%s_year>\d{{4}})\s+)?(?P<%s_month>{'|'.join(MONTHS)})(?:\s+(?P<%s_day>\d{{1,2}}))?"
_CLOCK = r"\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}"
_RULE = re.compile(
    rf"(?:(?P<dates>(?:\d{{4}}\s+)?(?:{'|'.join(MONTHS)})[^:]*?)(?=\s*(?:{_DAY}\b|\d{{1,2}}:|off|closed|$)))?\s*:?\s*"
    rf"(?P<days>{_DAY}(?:\s*-\s*{_DAY})?(?:\s*,\s*{_DAY}(?:\s*-\s*{_DAY})?)*)?\s*"
    rf"(?P<times>{_CLOCK}(?:\s*,\s*{_CLOCK})*)?\s*(?P<off>off|closed)?"
)
_DATES = re.compile(
    (_DATE % ("a", "a", "a")) + r"(?:\s*-\s*(?:" + (_DATE % ("b", "b", "b")) + r"|(?P<b_only>\d{1,2})(?!\d)))?"
)
_COMPARISON = re.compile(r"(weight|maxweight|grossweight)\s*(<=|>=|<|>|=)\s*(\d+(?:\.\d+)?)\s*(?:t)?")
_DELIVERING = {"destination", "delivery", "deliveries"}

Span = tuple[int, int]


def _any_day(_day: date) -> bool:
    return True


class NotUnderstood(ValueError):
    """A condition that this grammar does not know."""


@dataclass(frozen=True, slots=True)
class DateRange:
    """From one date to another, inclusive; without years it recurs every year and may pass New Year."""

    first: tuple[int, int, int]  # year or 0, month, day
    last: tuple[int, int, int]

    def holds(self, day: date) -> bool:
        if self.first[0]:
            return self.first <= (day.year, day.month, day.day) <= self.last
        today, first, last = (day.month, day.day), self.first[1:], self.last[1:]
        return first <= today <= last if first <= last else today >= first or today <= last


@dataclass(frozen=True, slots=True)
class Rule:
    """On these days, at these times."""

    dates: DateRange | None
    weekdays: frozenset[int]
    holidays: bool
    times: tuple[Span, ...]  # seconds on the clock; an end beyond 24 h reaches into the next day
    adds: bool  # joined by a comma: adds to the rule before instead of replacing it

    def applies(self, day: date, holidays: frozenset[date]) -> bool:
        if self.dates and not self.dates.holds(day):
            return False
        if not self.weekdays and not self.holidays:
            return True
        return day.weekday() in self.weekdays or (self.holidays and day in holidays)


@dataclass(frozen=True, slots=True)
class Condition:
    """When something holds. ``rules`` None: at any time; ``maybe``: it was not understood and may hold or not."""

    text: str
    rules: tuple[Rule, ...] | None
    maybe: bool = False

    def truths(self, period: Period | None) -> frozenset[bool]:
        """What this is during the period: only true, only false, or both."""
        if self.maybe:
            return frozenset((True, False))
        if self.rules is None:
            return frozenset((True,))
        if period is None:
            return frozenset((True,)) if self._around_the_clock() else frozenset((True, False))
        return frozenset(on for _, _, on in self.stretches(period))

    def stretches(self, period: Period, on: Callable[[date], bool] = _any_day) -> Iterator[tuple[int, int, bool]]:
        """The period cut where this begins or ceases to hold: (from, until, holds) in elapsed seconds.

        ``on`` leaves only windows that begin on such days.
        """
        at, ends = period.starts_s, period.ends_s
        for low, high in _merged(self._spans(period, on)):
            low, high = max(low, at), min(high, ends)
            if low >= high:
                continue
            if low > at:
                yield at, low, False
            yield low, high, True
            at = high
        if at < ends:
            yield at, ends, False

    def _spans(self, period: Period, on: Callable[[date], bool]) -> Iterator[Span]:
        """Windows of the days around the period, in seconds elapsed since midnight of the period's day."""
        for offset in range(-1, 4):
            day = period.day + timedelta(days=offset)
            for low, high in self._windows(day, period.holidays) if on(day) else ():
                yield elapsed_s(period, low + offset * DAY_S), elapsed_s(period, high + offset * DAY_S)

    def _windows(self, day: date, holidays: frozenset[date]) -> list[Span]:
        windows: list[Span] = []
        for rule in self.rules or ():
            if rule.applies(day, holidays):
                windows = [*windows, *rule.times] if rule.adds else list(rule.times)
        return windows

    def _around_the_clock(self) -> bool:
        """Whether this holds at every time of every day of an ordinary week and year."""
        rules = self.rules or ()
        if any(rule.dates or rule.holidays for rule in rules):
            return False
        week = [low_high for n in range(7) for low_high in self._week(n)]
        reach = 0
        for low, high in _merged(week):
            if low > reach:
                return False
            reach = max(reach, high)
        return reach >= 7 * DAY_S

    def _week(self, weekday: int) -> list[Span]:
        monday = date(2024, 1, 1)
        return [
            (low + weekday * DAY_S, high + weekday * DAY_S)
            for low, high in self._windows(monday + timedelta(days=weekday), frozenset())
        ]


@dataclass(frozen=True, slots=True)
class Clause:
    """One ``value @ condition``."""

    value: str
    condition: Condition


def clauses(text: str) -> tuple[Clause, ...]:
    """Every clause of a conditional value that can concern our vehicles, in order; the last that holds wins.

    A clause whose condition is not understood is kept as ``maybe``.

    Raises :class:`NotUnderstood` if the text has no ``value @ condition`` shape at all.
    """
    found: list[Clause] = []
    for value, condition in _split(text):
        parsed = parse_condition(condition)
        if parsed is not None:
            delivering = condition.strip(" ()").lower() in _DELIVERING and value in {"yes", "designated"}
            found.append(Clause("delivery" if delivering else value, parsed))
    return tuple(found)


@cache
def parse_condition(text: str) -> Condition | None:
    """The condition behind an ``@``; None if it can never hold for our vehicles (a weight they do not reach)."""
    rules: tuple[Rule, ...] | None = None
    maybe = False
    for part in re.split(r"\s+AND\s+", _bare(text), flags=re.IGNORECASE):
        try:
            holds = _holds_anyway(part)
            if holds is False:
                return None
            if holds is None:
                if rules is not None:
                    raise NotUnderstood(text)
                rules = _rules(part)
        except NotUnderstood:
            maybe = True
    return Condition(text, rules, maybe)


def _split(text: str) -> Iterator[tuple[str, str]]:
    """Cut at semicolons outside of brackets; a piece without ``@`` continues the one before."""
    value, condition = "", ""
    for piece in re.split(r";(?![^(]*\))", text):
        if "@" in piece:
            if condition:
                yield value, condition
            value, condition = (side.strip() for side in piece.split("@", 1))
            if not value or not condition:
                raise NotUnderstood(text)
        elif piece.strip():
            if not condition:
                raise NotUnderstood(text)
            condition = f"{condition};{piece}"
    if not condition:
        raise NotUnderstood(text)
    yield value, condition


def _bare(text: str) -> str:
    text = text.strip()
    return text[1:-1].strip() if text.startswith("(") and text.endswith(")") else text


def _holds_anyway(part: str) -> bool | None:
    """Whether a part that is no time holds for our vehicles; None: it is a time. Raises NotUnderstood if it depends."""
    word = part.strip().lower()
    if word in _DELIVERING or word == "24/7":
        return True
    match = _COMPARISON.fullmatch(word)
    if not match:
        return None
    limit = float(match[3])
    compare = {"<": float.__lt__, ">": float.__gt__, "<=": float.__le__, ">=": float.__ge__, "=": float.__eq__}[
        match[2]
    ]
    answers = {compare(weight, limit) for weight in WEIGHTS_T}
    if len(answers) > 1:
        raise NotUnderstood(part)
    return answers.pop()


def _rules(text: str) -> tuple[Rule, ...]:
    """Opening hours, split at semicolons (replace) and at commas between whole rules (add)."""
    rules: list[Rule] = []
    for block in text.split(";"):
        for number, piece in enumerate(re.split(r"(?<=:\d\d)\s*,\s*(?=[A-Z])", block.strip())):
            if piece:
                rules.append(_rule(piece, adds=number > 0))
    if not rules:
        raise NotUnderstood(text)
    return tuple(rules)


def _rule(text: str, *, adds: bool) -> Rule:
    match = _RULE.fullmatch(text.strip())
    if not match or not any(match.groupdict().values()):
        raise NotUnderstood(text)
    weekdays, holidays = _weekdays(match["days"] or "")
    times = ((0, DAY_S),) if not match["times"] else tuple(_span(x) for x in match["times"].split(","))
    return Rule(
        _date_range(match["dates"]) if match["dates"] else None,
        weekdays,
        holidays,
        () if match["off"] else times,
        adds,
    )


def _weekdays(text: str) -> tuple[frozenset[int], bool]:
    days: set[int] = set()
    for piece in filter(None, (x.strip() for x in text.split(","))):
        if piece == "PH":
            continue
        first, _, last = (x.strip() for x in piece.partition("-"))
        if "PH" in (first, last):
            raise NotUnderstood(text)
        start, length = WEEKDAYS.index(first), (WEEKDAYS.index(last or first) - WEEKDAYS.index(first)) % 7 + 1
        days.update((start + n) % 7 for n in range(length))
    return frozenset(days), "PH" in text


def _span(text: str) -> Span:
    start, end = (_second(x) for x in text.split("-"))
    return (start, end) if end > start else (start, end + DAY_S)


def _second(text: str) -> int:
    hour, minute = (int(x) for x in text.strip().split(":"))
    if hour > 30 or minute > 59:  # OSM counts past midnight up to 30:00 at the most
        raise NotUnderstood(text)
    return hour * 3600 + minute * 60


def _date_range(text: str) -> DateRange:
    match = _DATES.fullmatch(text.strip())
    if not match:
        raise NotUnderstood(text)
    year, month = int(match["a_year"] or 0), MONTHS.index(match["a_month"]) + 1
    first = (year, month, int(match["a_day"] or 1))
    if match["b_month"]:
        last_year = int(match["b_year"] or year)
        last = (last_year, MONTHS.index(match["b_month"]) + 1, int(match["b_day"] or 31))
    else:
        last = (year, month, int(match["b_only"] or match["a_day"] or 31))
    if bool(first[0]) != bool(last[0]):
        raise NotUnderstood(text)
    return DateRange(first, last)


def _merged(spans: Iterator[Span] | list[Span]) -> list[Span]:
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def elapsed_s(period: Period, clock_s: int) -> int:
    """Seconds elapsed since midnight of the period's day when the clock on the wall shows this time.

    The two differ after the clocks have changed: on 25 October 2026 the clock shows 10:00 after eleven hours.
    """
    zone = ZoneInfo(period.zone)
    midnight = datetime.combine(period.day, time(), zone)
    moment = (midnight.replace(tzinfo=None) + timedelta(seconds=clock_s)).replace(tzinfo=zone)
    return int((moment.astimezone(UTC) - midnight.astimezone(UTC)).total_seconds())
