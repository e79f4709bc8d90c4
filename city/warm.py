"""Loads before the first job what bookings and plans would otherwise wait for."""

from __future__ import annotations

from sqlalchemy import select

from city import addresses, streets
from city.db import city_scope, db
from city.models import City


def warm_up() -> None:
    """For every city: its streets with one way asked, its addresses, and the drawn town for maps."""
    for city_id in list(db.session.scalars(select(City.id))):
        with city_scope(city_id):
            try:
                _load()
            except streets.NoStreets:
                continue
    db.session.rollback()


def _load() -> None:
    from routing.streets.model import VehicleClass

    network = streets.network()
    line = next(network.lines())[2]
    network.matrix([line[0], line[-1]], VehicleClass.CARGO_BIKE)
    streets.background_file()
    addresses.find("", "")
