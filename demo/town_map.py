"""The map of the demo town: drawn by the worker; a weekly market for good on it, and a building site to come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from city import clock, tiles
from city.db import transaction
from city.models import Account
from city.zones import services
from routing.message import BadInput
from routing.streets.model import VehicleClass, ZoneUse

RIDERS = (VehicleClass.CARGO_BIKE.value, VehicleClass.E_VAN.value)
WEDNESDAY, SATURDAY = 2, 5
HOUR_S = 3600


def have_map_drawn() -> None:
    """The worker draws it, after the plan of the day."""
    with transaction():
        tiles.ask_for_tiles()


def close_streets(by: Account, say: Callable[[str], None]) -> None:
    """Only where the map has these streets: the schematic old town."""
    today = clock.today()
    drafts = [_market(today), _building_site(today)]
    try:
        with transaction():
            for street, draft in drafts:
                services.make_zone(by, draft(services.area_along(street, "", "")))
    except BadInput:
        return
    say(f"closures: {len(drafts)}, the weekly market on Wednesdays and Saturdays and a building site in two weeks")


def _market(today: date) -> tuple[str, Callable[[tuple[tuple[float, float], ...]], services.Draft]]:
    return "Am Markt", lambda area: services.Draft(
        name="Wochenmarkt",
        use=ZoneUse.CLOSED,
        vehicles=RIDERS,
        area=area,
        weekdays=(WEDNESDAY, SATURDAY),
        on_holidays=False,
        opens_s=7 * HOUR_S,
        closes_s=14 * HOUR_S,
        first_day=date(today.year, 1, 1),
        last_day=None,
        source="Marktsatzung (erfunden)",
    )


def _building_site(today: date) -> tuple[str, Callable[[tuple[tuple[float, float], ...]], services.Draft]]:
    return "Enge Straße", lambda area: services.Draft(
        name="Kanalbau Enge Straße",
        use=ZoneUse.PUSH,
        vehicles=RIDERS,
        area=area,
        weekdays=(0, 1, 2, 3, 4, 5, 6),
        on_holidays=True,
        opens_s=None,
        closes_s=None,
        first_day=today + timedelta(days=14),
        last_day=today + timedelta(days=28),
        source="Verkehrsrechtliche Anordnung (erfunden)",
    )
