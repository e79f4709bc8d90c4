"""The manager's deeds: make, change and end a rule for an area. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from flask import Flask, current_app

from city import audit, clock, streets
from city.db import db
from city.messages import Conflict
from city.models import Account
from city.zones import queries, rules
from city.zones.models import AccessZone
from routing.message import BadInput
from routing.streets.model import ZoneUse

if TYPE_CHECKING:
    from routing.streets.network import Network

Point = tuple[float, float]
Watcher = Callable[[date, date | None], None]  # told the first and the last day on which streets have changed
_WATCHERS = "zone_watchers"


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as the manager has put it."""

    name: str
    use: ZoneUse
    vehicles: tuple[str, ...]
    area: tuple[Point, ...]
    weekdays: tuple[int, ...]
    on_holidays: bool
    opens_s: int | None
    closes_s: int | None
    first_day: date
    last_day: date | None
    source: str


def tell_when_changed(app: Flask, watcher: Watcher) -> None:
    """Have someone told, in the same transaction, when streets open or close on some days."""
    app.extensions.setdefault(_WATCHERS, []).append(watcher)


def make_zone(account: Account, draft: Draft) -> AccessZone:
    """Put a new rule in force. Raises BadInput for an area, hours or days that make no sense."""
    made = AccessZone(changed_by_id=account.id, changed_at=clock.now())
    _fill(made, draft)
    db.session.add(made)
    db.session.flush()
    audit.record("zone made", "access_zone", made.id, use=str(made.use))
    _tell(made.first_day, made.last_day)
    return made


def change_zone(account: Account, zone_id: int, draft: Draft, *, seen: int) -> AccessZone:
    """Change a rule. Raises Conflict if someone else has changed it since it was seen, BadInput as ``make_zone``."""
    found = queries.zone(zone_id, to_change=True)
    if found.version != seen:
        raise Conflict("Someone has just changed “%(name)s”. Please open it again and compare.", name=found.name)
    if found.ended_at is not None:
        raise Conflict("“%(name)s” has ended. Please make a new one.", name=found.name)
    _tell(found.first_day, found.last_day)
    _fill(found, draft)
    found.version += 1
    found.changed_by_id, found.changed_at = account.id, clock.now()
    audit.record("zone changed", "access_zone", found.id, use=str(found.use))
    _tell(found.first_day, found.last_day)
    return found


def end_zone(account: Account, zone_id: int) -> AccessZone:
    """Take a rule back at once. Raises Conflict if it has ended already."""
    found = queries.zone(zone_id, to_change=True)
    if found.ended_at is not None:
        raise Conflict("“%(name)s” has ended already.", name=found.name)
    found.ended_at = clock.now()
    found.version += 1
    found.changed_by_id, found.changed_at = account.id, clock.now()
    audit.record("zone ended", "access_zone", found.id)
    _tell(found.first_day, found.last_day)
    return found


def _fill(zone: AccessZone, draft: Draft) -> None:
    objection = rules.objection_to_times(draft.opens_s, draft.closes_s, draft.first_day, draft.last_day)
    if objection is not None:
        raise BadInput(objection.text, **objection.values)
    zone.name, zone.use, zone.source = draft.name, draft.use, draft.source
    zone.vehicles, zone.weekdays = list(draft.vehicles), list(draft.weekdays)
    zone.area = [[round(lat, 6), round(lon, 6)] for lat, lon in draft.area]
    zone.on_holidays, zone.opens_s, zone.closes_s = draft.on_holidays, draft.opens_s, draft.closes_s
    zone.first_day, zone.last_day = draft.first_day, draft.last_day
    rules.rule_of(zone)


def check_area(area: tuple[Point, ...]) -> None:
    """An area lies on the map and has a street in it. Raises BadInput, also for one that crosses itself."""
    from routing.streets.snapping import check_point
    from routing.streets.zones import AccessRule

    network = streets.network()
    AccessRule(area)
    for corner in area:
        check_point(corner, network.bounds)
    if not network.streets_within(area):
        raise BadInput("No street lies in this area. Please draw it so that it covers what is to be closed.")


def area_along(street: str, begins: str, ends: str) -> tuple[Point, ...]:
    """The area along a street between two cross streets; empty ones mean its ends. Raises BadInput."""
    from routing.streets.strips import strip_of

    return strip_of(_named_lines(streets.network()), street, begins, ends)


def _named_lines(network: Network) -> dict[str, list[tuple[Point, ...]]]:
    found: dict[str, list[tuple[Point, ...]]] = {}
    for _kind, name, line in network.lines():
        if name:
            found.setdefault(name, []).append(line)
    return found


def _tell(first: date, last: date | None) -> None:
    today = clock.today()
    for watcher in current_app.extensions.get(_WATCHERS, ()):
        watcher(max(first - timedelta(days=1), today), last + timedelta(days=1) if last else None)
