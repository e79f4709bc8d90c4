"""Loads before the first job, and after new speeds, what bookings and plans would otherwise wait for."""

from __future__ import annotations

import gc
from typing import Any

from sqlalchemy import select

from city import addresses, jobs, streets
from city.db import city_scope, db
from city.models import City

PREPARE_STREETS = "prepare_streets"


def warm_up() -> None:
    """For every city: its streets with one way asked, its addresses, and the drawn town for maps."""
    for city_id in list(db.session.scalars(select(City.id))):
        with city_scope(city_id):
            try:
                _load()
            except streets.NoStreets:
                continue
    db.session.rollback()
    settle()


def settle() -> None:
    """Let garbage collection pass over what stays for ever: looking through it costs a page of many rows 0.2 s."""
    gc.collect()
    gc.freeze()


def _load() -> None:
    from routing.streets.model import VehicleClass

    network = streets.network()
    line = next(network.lines())[2]
    network.matrix([line[0], line[-1]], VehicleClass.CARGO_BIKE)
    streets.background_file()
    addresses.find("", "")


def ask_for_streets(*, account_id: int | None) -> jobs.Job:
    """Have the street map worked out with the speeds now in force, in the caller's transaction. Raises NoStreets."""
    return jobs.enqueue(PREPARE_STREETS, account_id=account_id, once_key=f"{PREPARE_STREETS} {streets.version()}")


def prepare_streets(run: jobs.Run) -> jobs.Keep:
    """Work the street map out at the speeds in force; other processes then find it beside the database."""
    _load()
    db.session.rollback()
    return dict


def handlers() -> dict[str, Any]:
    """Who does which job."""
    return {PREPARE_STREETS: prepare_streets}
