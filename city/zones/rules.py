"""From a row to a rule that the street network obeys, and to the words in which people read it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from city.zones.models import AccessZone
from routing.message import BadInput, Message

if TYPE_CHECKING:
    from routing.streets.zones import AccessRule

Point = tuple[float, float]
OSM_WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
EVERY_DAY = tuple(range(7))
REACH = timedelta(days=3)  # a tour of one day never looks farther ahead; hours over midnight look one day back
DAY_S = 24 * 3600


def rule_of(zone: AccessZone) -> AccessRule:
    """The rule as the street network reads it. Raises BadInput for an area that is none."""
    from routing.streets.model import VehicleClass
    from routing.streets.zones import AccessRule  # shapely and numpy: only where streets are asked

    return AccessRule(
        area=tuple((lat, lon) for lat, lon in zone.area),
        use=zone.use,
        vehicles=frozenset(VehicleClass(name) for name in zone.vehicles),
        hours=hours_of(zone),
        first_day=zone.first_day,
        last_day=zone.last_day,
        source=zone.source,
        name=zone.name,
    )


def hours_of(zone: AccessZone) -> str:
    """Weekdays, holidays and hours like on a sign: ``Mo,We 10:00-18:00; PH off``. Empty: always."""
    every_day = set(zone.weekdays) == set(EVERY_DAY)
    hours = "" if zone.opens_s is None or zone.closes_s is None else f"{_clock(zone.opens_s)}-{_clock(zone.closes_s)}"
    if every_day and zone.on_holidays:
        return hours
    days = [OSM_WEEKDAYS[day] for day in sorted(zone.weekdays)] + (["PH"] if zone.on_holidays else [])
    sign = f"{','.join(days)} {hours}".strip()
    return sign if zone.on_holidays else f"{sign}; PH off"


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


def concerns(zone: AccessZone, day: date) -> bool:
    """Whether the rule can hold while tours of this day ride."""
    over = zone.ended_at is not None or (zone.last_day is not None and zone.last_day < day - timedelta(days=1))
    return not over and zone.first_day <= day + REACH


def is_over(zone: AccessZone, today: date) -> bool:
    """Whether it will never hold again."""
    return zone.ended_at is not None or (zone.last_day is not None and zone.last_day < today)


def corners_of(text: str) -> list[Point]:
    """Corners as people write them, one a line: ``53.24867, 10.40731`` or ``53,24867 10,40731``.

    Raises BadInput that names the line.
    """
    corners = []
    for number, line in enumerate((row.strip() for row in text.splitlines()), start=1):
        if not line:
            continue
        try:
            lat, lon = (float(part) for part in _parts(line))
        except ValueError:
            raise BadInput(
                "Line %(number)d, “%(line)s”, is no corner. Please write latitude and longitude: 53.24867, 10.40731",
                number=number,
                line=line[:60],
            ) from None
        corners.append((lat, lon))
    return corners


def _parts(line: str) -> list[str]:
    """Two numbers apart; a comma is a decimal sign where something else stands between the numbers."""
    if ";" in line:
        return [part.strip().replace(",", ".") for part in line.split(";")]
    if line.count(",") == 1 and "." in line:
        return line.split(",")
    return [part.strip(",").replace(",", ".") for part in line.split()]


def text_of(corners: Sequence[Sequence[float]]) -> str:
    """The same the other way round."""
    return "\n".join(f"{lat:.6f}, {lon:.6f}" for lat, lon in corners)


def objection_to_times(
    opens_s: int | None, closes_s: int | None, first_day: date, last_day: date | None
) -> Message | None:
    """Why hours or days make no sense; None if they do."""
    if (opens_s is None) != (closes_s is None):
        return Message("From and until belong together. Leave both empty if it holds all day.")
    if opens_s is not None and opens_s == closes_s:
        return Message("From and until are the same time. Leave both empty if it holds all day.")
    if last_day is not None and last_day < first_day:
        return Message(
            "The last day %(last)s lies before the first day %(first)s.", {"last": last_day, "first": first_day}
        )
    return None
