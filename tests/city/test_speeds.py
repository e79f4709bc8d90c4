"""How fast everybody moves is decided by the city: its numbers reach every table and path, and nothing else does."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from sqlalchemy import select

from city import jobs, settings, streets, warm
from city.db import db, transaction
from city.models import Job, JobState, Role
from city.settings.speeds import SpeedNumbers
from routing.streets.speeds import Speeds
from tests import build
from tests.routing.streets.town import BIKE, FOOT, VAN, Town, at

LENGTH_M = 1_000.0
WAYS = {
    "street": {"highway": "residential"},
    "cycleway": {"highway": "cycleway"},
    "path": {"highway": "path", "foot": "yes"},
    "zone": {"highway": "pedestrian", "bicycle": "yes"},
    "footway": {"highway": "footway"},
    "cobbles": {"highway": "residential", "surface": "sett"},
    "sand": {"highway": "track", "surface": "sand"},
    "steps": {"highway": "steps"},
    "main": {"highway": "primary", "maxspeed": "30"},
}
RIDDEN = [
    # setting, its new value, how it is used, seconds by the default, seconds by the new value
    ("bike_street_kmh", 10.0, "street", BIKE, 240, 360),
    ("bike_cycleway_kmh", 20.0, "cycleway", BIKE, 225, 180),
    ("bike_path_kmh", 18.0, "path", BIKE, 400, 200),
    ("walking_pace_kmh", 5.0, "zone", BIKE, 514, 720),
    ("push_kmh", 2.0, "footway", BIKE, 900, 1800),
    ("rough_percent", 100, "cobbles", BIKE, 343, 360),
    ("soft_percent", 25, "sand", BIKE, 720, 720),
    ("walk_kmh", 6.0, "footway", FOOT, 750, 600),
    ("steps_kmh", 1.0, "steps", FOOT, 1800, 3600),
    ("van_percent", 50, "street", VAN, 164, 327),
    ("van_limit_percent", 50, "main", VAN, 141, 240),
]


@pytest.fixture
def parallel_ways(app, town, tmp_path) -> None:
    """A town of nine ways of one kilometre, each of its own kind, that do not meet."""
    made = Town({f"{name} {end}": (end * LENGTH_M, 100.0 * row) for row, name in enumerate(WAYS) for end in (0, 1)})
    for name, tags in WAYS.items():
        made.ways.append(([f"{name} 0", f"{name} 1"], tags))
    source = tmp_path / "ways.osm"
    source.write_text(made.xml(), encoding="utf-8")
    streets.bring_in(source)


def seconds(way: str, vehicle) -> float:
    row = 100.0 * list(WAYS).index(way)
    table = streets.network().matrix([at(1, row), at(LENGTH_M - 1, row)], vehicle)
    return float(table.seconds[0, 1]) * LENGTH_M / (LENGTH_M - 2)


def decide(**numbers: Any) -> None:
    with transaction():
        settings.change(replace(settings.current().numbers, **numbers), by_account_id=None)


def test_without_a_decision_the_speeds_are_those_of_the_map():
    speeds = streets.speeds_of(SpeedNumbers())

    assert speeds == Speeds()
    assert speeds.fingerprint() == Speeds().fingerprint()


def test_every_speed_that_can_be_decided_is_tried_below():
    assert {found.name for found in fields(SpeedNumbers)} == {name for name, *_ in RIDDEN} | {"dismount_s"}


def test_the_speeds_decided_by_the_city_are_the_ones_ridden(parallel_ways):
    before = {name: seconds(way, vehicle) for name, _, way, vehicle, _, _ in RIDDEN}
    decide(**{name: value for name, value, *_ in RIDDEN})
    after = {name: seconds(way, vehicle) for name, _, way, vehicle, _, _ in RIDDEN}

    assert before == {name: pytest.approx(before_s, abs=3) for name, _, _, _, before_s, _ in RIDDEN}
    assert after == {name: pytest.approx(after_s, abs=3) for name, _, _, _, _, after_s in RIDDEN}


def test_getting_off_takes_as_long_as_the_city_says(app, town, tmp_path):
    made = Town({"a": (0, 0), "b": (500, 0), "c": (1_000, 0)})
    made.street("ab")
    made.street("bc", highway="footway")
    source = tmp_path / "ways.osm"
    source.write_text(made.xml(), encoding="utf-8")
    streets.bring_in(source)
    ends = [at(0, 0), at(1_000, 0)]

    before = streets.network().matrix(ends, BIKE).seconds[0, 1]
    decide(dismount_s=34)

    assert streets.network().matrix(ends, BIKE).seconds[0, 1] - before == 30


def test_another_speed_is_another_version_and_the_old_speed_the_old_one(parallel_ways):
    first = streets.version()
    decide(push_kmh=2.0)
    second = streets.version()
    decide(push_kmh=4.0)

    assert second.startswith(first) and second != first
    assert streets.version() == first


def test_saving_a_speed_has_the_map_prepared_and_other_numbers_have_not(app, parallel_ways):
    manager = build.browser_of(app, build.account(Role.MANAGER, language="de"))
    now = vars(settings.current().numbers)
    numbers = {name: str(value).replace(".", ",") for name, value in now.items() if value is not False}
    db.session.rollback()

    manager.post("/settings", data={**numbers, "home_service_s": "200"})
    assert db.session.scalar(select(Job)) is None
    db.session.rollback()
    manager.post("/settings", data={**numbers, "push_kmh": "3,5"})

    job = db.session.scalars(select(Job)).one()
    assert (job.kind, settings.current().numbers.push_kmh) == (warm.PREPARE_STREETS, 3.5)
    db.session.rollback()
    worker = jobs.Worker(app, app.extensions["house"])
    assert worker.work_once()
    assert build.fresh(Job, job.id).state is JobState.DONE


def test_a_speed_that_nobody_rides_is_refused_with_its_limits(app, town):
    manager = build.browser_of(app, build.account(Role.MANAGER, language="de"))

    page = manager.post("/settings", data={"push_kmh": "60", "walk_kmh": "schnell"}).text

    assert "Schieben eines beladenen Rads (km/h) ist 60. Möglich ist 1 bis 6." in page
    assert "„schnell“ ist keine Zahl" in page
