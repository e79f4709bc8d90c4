"""The only module that asks what time it is. UTC in the database, the city's own time on the screen."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Europe/Berlin")


def now() -> datetime:
    """This moment, in UTC, with its zone."""
    return datetime.now(UTC)


def today() -> date:
    """The date that the city's calendars show."""
    return now().astimezone(CITY_ZONE).date()


def in_city(moment: datetime) -> datetime:
    """The same moment as the clocks of the city show it."""
    return moment.astimezone(CITY_ZONE)


def moment_of(day: date, elapsed_s: int) -> datetime:
    """The UTC moment that lies ``elapsed_s`` seconds after the city's midnight of ``day``.

    Seconds count as they elapse: on the day the clocks go back, 23:00 is
    24 * 3600 seconds after midnight.
    """
    midnight = datetime.combine(day, time(), CITY_ZONE).astimezone(UTC)
    return midnight + timedelta(seconds=elapsed_s)


def elapsed_s(day: date, clock: time) -> int:
    """Seconds that have elapsed since the city's midnight of ``day`` when its clocks show ``clock``."""
    midnight = datetime.combine(day, time(), CITY_ZONE).astimezone(UTC)
    return int((datetime.combine(day, clock, CITY_ZONE).astimezone(UTC) - midnight).total_seconds())


def shown(clock_s: int) -> time:
    """What clocks show that many seconds after midnight by the dial; the end of the day is a minute before it."""
    if clock_s >= 24 * 3600:
        return time(23, 59)
    return time(clock_s // 3600, clock_s % 3600 // 60)
