"""What tests of logistics share: somebody who does the jobs, and the schematic old town as the street map."""

from __future__ import annotations

import hashlib
import shutil
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from city import clock, jobs, streets
from city.db import db, transaction
from city.models import City, StreetMap
from logistics import repeats, services
from logistics.models import Hub
from routing.streets.network import import_network
from tests.logistics import rows

OLD_TOWN = Path(__file__).parents[2] / "demo" / "lueneburg.osm"


@pytest.fixture(autouse=True)
def planner() -> None:
    """Somebody does the jobs; here nobody fetches them."""
    for kind in (services.PLAN_DAY, services.PROVE_LEDGER, repeats.BOOK_STANDING):
        jobs.register(kind, lambda run: dict)


@pytest.fixture(scope="session")
def derived_streets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The old town, read once."""
    folder = tmp_path_factory.mktemp("streets")
    import_network(OLD_TOWN, cache=folder)
    shutil.copyfile(OLD_TOWN, folder / "town.osm")
    return folder


@pytest.fixture
def street_map(app: Flask, town: City, derived_streets: Path) -> None:
    """The town has a street map."""
    (app.extensions["house"].data_dir / streets.FOLDER).symlink_to(derived_streets)
    with transaction():
        digest = hashlib.sha256(OLD_TOWN.read_bytes()).hexdigest()
        db.session.add(StreetMap(file="town.osm", sha256=digest, note="schematisch", imported_at=clock.now()))


@pytest.fixture
def hub(street_map: None) -> Hub:
    """An open hub in the old town, with two bikes."""
    return rows.hub(name="Hub Markt")


@pytest.fixture
def day() -> date:
    """The next day on which hubs work, some days ahead."""
    return rows.working_day()
