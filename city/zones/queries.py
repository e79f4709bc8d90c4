"""Which rules of the city there are, which concern a day, and the streets under them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from datetime import date, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from city import clock, streets
from city.db import db
from city.messages import NotFound
from city.models import City
from city.remembered import once
from city.zones import rules
from city.zones.models import AccessZone

if TYPE_CHECKING:
    from routing.streets.network import Network
    from routing.streets.zones import AccessRule

_binding = threading.Lock()


def all_zones() -> list[AccessZone]:
    """Every rule of the city, the newest beginning first."""
    return list(db.session.scalars(select(AccessZone).order_by(AccessZone.first_day.desc(), AccessZone.id.desc())))


def zone(zone_id: int, *, to_change: bool = False) -> AccessZone:
    """One rule. Raises NotFound."""
    query = select(AccessZone).where(AccessZone.id == zone_id)
    if to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("There is no such closure or zone.")
    return found


def zones_on(day: date) -> list[AccessZone]:
    """The rules that can hold while tours of a day ride; of two in one place the one made later counts."""
    query = select(AccessZone).where(AccessZone.ended_at.is_(None)).order_by(AccessZone.id)
    in_force = once(AccessZone, lambda: list(db.session.scalars(query)))
    return [found for found in in_force if rules.concerns(found, day)]


def streets_version(day: date) -> str:
    """Names the street map, its speeds and the rules of a day: changes when one of them does."""
    told = [f"{found.id}.{found.version}" for found in zones_on(day)]
    version = streets.version()
    return f"{version} {hashlib.sha256(' '.join(told).encode()).hexdigest()[:16]}" if told else version


def network_on(day: date) -> Network:
    """The streets of this city under its own rules of a day."""
    bound = tuple(rules.rule_of(found) for found in zones_on(day))
    return _under(streets.network(), bound) if bound else streets.network()


def _under(network: Network, bound: tuple[AccessRule, ...]) -> Network:
    with _binding:  # two threads that ask at once share what was worked out
        return _bound(network, bound)


@lru_cache(maxsize=8)
def _bound(network: Network, bound: tuple[AccessRule, ...]) -> Network:
    return network.with_rules(bound)


def areas_of_day(city: City, day: date) -> list[dict[str, Any]]:
    """What is closed or has a rule of its own at some moment of a day, for the JSON of a map."""
    shown = zones_on(day)
    if not shown:
        return []
    whole = streets.period(city, day, 0, clock.elapsed_s(day, time(23, 59, 59)) + 1)
    return areas_on_map([found for found in shown if True in rules.rule_of(found).truths(whole)])


def areas_on_map(shown: Sequence[AccessZone]) -> list[dict[str, Any]]:
    """Zones for the JSON of a map (``city.maps``)."""
    return [{"kind": str(found.use), "ring": found.area, "title": found.name} for found in shown]
