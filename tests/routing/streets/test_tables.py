"""Tables of ways are kept: the same answers, only new pairs computed, across processes, without telling places."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from routing.streets.network import Network, Period, import_network
from routing.streets.shortest import Router
from routing.streets.zones import AccessRule
from tests.routing.streets.town import BIKE, FOOT, HOUSE, Town, at

DAY = Period(date(2026, 6, 2), 8 * 3600, 18 * 3600)
MARKET = (at(380, -20), at(420, -20), at(420, 20), at(380, 20))


@pytest.fixture
def source(tmp_path) -> Path:
    """A ladder of streets, 20 rungs long."""
    town = Town({f"{row}{k}": (100.0 * k, 100.0 * "ab".index(row)) for row in "ab" for k in range(20)})
    for row in "ab":
        town.ways.append(([f"{row}{k}" for k in range(20)], {"highway": "residential", "name": row}))
    for k in range(20):
        town.ways.append(([f"a{k}", f"b{k}"], {"highway": "residential"}))
    path = tmp_path / "ladder.osm"
    path.write_text(town.xml(), encoding="utf-8")
    return path


@pytest.fixture
def asked(monkeypatch) -> list[tuple[int, int]]:
    """Which parts of tables are really computed: (rows, columns)."""
    parts: list[tuple[int, int]] = []
    whole = Router.part_of_table

    def counted(self, stops, rows, columns):
        parts.append((len(rows), len(columns)))
        return whole(self, stops, rows, columns)

    monkeypatch.setattr(Router, "part_of_table", counted)
    return parts


def points(count: int) -> list[tuple[float, float]]:
    return [at(37.0 * k + 11, (k % 7) * 14.0) for k in range(count)]


def opened(source: Path, folder: Path) -> Network:
    return import_network(source, cache=folder)


def test_a_second_question_is_answered_from_the_file_and_equals_the_first(source, tmp_path, asked):
    plain = import_network(source).matrix(points(30), BIKE, during=DAY)
    asked.clear()
    first = opened(source, tmp_path / "kept").matrix(points(30), BIKE, during=DAY)
    second = opened(source, tmp_path / "kept").matrix(points(30), BIKE, during=DAY)

    assert asked == [(30, 30)]
    for table in (first, second):
        assert np.array_equal(table.seconds, plain.seconds) and np.array_equal(table.metres, plain.metres)


def test_only_rows_and_columns_of_new_places_are_computed(source, tmp_path, asked):
    network = opened(source, tmp_path / "kept")
    network.matrix(points(30), BIKE, during=DAY)
    asked.clear()

    grown = network.matrix([*points(33)[::-1], points(1)[0]], BIKE, during=DAY)

    assert asked == [(3, 34), (31, 3)]
    expected = import_network(source).matrix([*points(33)[::-1], points(1)[0]], BIKE, during=DAY)
    assert np.array_equal(grown.seconds, expected.seconds) and np.array_equal(grown.metres, expected.metres)


def test_other_vehicles_hours_and_closures_have_tables_of_their_own(source, tmp_path, asked):
    network = opened(source, tmp_path / "kept")
    network.matrix(points(30), BIKE, during=DAY)
    asked.clear()
    rule = AccessRule(MARKET, hours="10:00-12:00")

    network.matrix(points(30), FOOT, during=DAY)
    closed = network.with_rules([rule]).matrix(points(30), BIKE, during=DAY)
    assert asked == [(30, 30), (30, 30)]
    opened(source, tmp_path / "kept").with_rules([rule]).matrix(points(30), BIKE, during=DAY)
    other_day = Period(date(2026, 6, 3), 8 * 3600, 18 * 3600)
    network.matrix(points(30), BIKE, during=other_day)

    assert len(asked) == 2, "an equal day without windows is the same state"
    assert not np.array_equal(closed.metres, network.matrix(points(30), BIKE, during=DAY).metres)


def test_another_process_finds_the_same_table(source, tmp_path):
    """Its name must not depend on how a process orders its sets."""
    network = opened(source, tmp_path / "kept")
    rule = f"AccessRule({MARKET!r}, hours='10:00-12:00')"
    network.with_rules([eval(rule)]).matrix(points(30), BIKE, during=DAY)  # noqa: S307  ours
    program = (
        "from datetime import date; from pathlib import Path\n"
        "from routing.streets.network import Period, VehicleClass, import_network\n"
        "from routing.streets.zones import AccessRule\n"
        f"n = import_network(Path({str(source)!r}), cache=Path({str(tmp_path / 'kept')!r})).with_rules([{rule}])\n"
        "print(n._state(VehicleClass.CARGO_BIKE, Period(date(2026, 6, 2), 8 * 3600, 18 * 3600)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(HOUSE), "PYTHONHASHSEED": "7"}
    named = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=HOUSE, env=environment
    ).stdout.strip()

    assert [path.stem for path in (tmp_path / "kept" / "tables").iterdir()] == [named]


def test_a_damaged_file_is_computed_again_and_no_file_tells_a_place(source, tmp_path, asked):
    network = opened(source, tmp_path / "kept")
    network.matrix(points(30), BIKE, during=DAY)
    (kept,) = (tmp_path / "kept" / "tables").iterdir()
    coordinates = np.asarray(points(30), np.float64)
    assert not any(number.tobytes() in kept.read_bytes() for number in coordinates.ravel())

    kept.write_bytes(kept.read_bytes()[:500])
    asked.clear()
    again = opened(source, tmp_path / "kept").matrix(points(30), BIKE, during=DAY)

    assert asked == [(30, 30)] and (again.seconds >= 0).all()


def test_what_cannot_be_kept_is_answered_all_the_same(source, tmp_path):
    network = opened(source, tmp_path / "kept")
    (tmp_path / "kept" / "tables").write_text("in the way of the folder")

    assert (network.matrix(points(30), BIKE, during=DAY).seconds >= 0).all()
