"""What tests of logistics share: somebody who does the jobs, and the schematic old town as the street map."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask

from city import jobs, streets
from city.models import City
from logistics import services
from routing.streets.network import import_network

OLD_TOWN = Path(__file__).parents[2] / "demo" / "lueneburg.osm"


@pytest.fixture(autouse=True)
def planner() -> None:
    """Somebody does the jobs; here nobody fetches them."""
    jobs.register(services.PLAN_DAY, lambda run: dict)


@pytest.fixture(scope="session")
def derived_streets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The old town, read once."""
    folder = tmp_path_factory.mktemp("streets")
    import_network(OLD_TOWN, cache=folder)
    return folder


@pytest.fixture
def street_map(app: Flask, town: City, derived_streets: Path) -> None:
    """The town has a street map."""
    shutil.copytree(derived_streets, app.extensions["house"].data_dir / streets.FOLDER)
    streets.bring_in(OLD_TOWN, note="schematisch")
