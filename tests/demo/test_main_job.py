"""The whole main job as one command, from a street map to the files of the couriers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import gpxpy
import pytest

HOUSE = Path(__file__).resolve().parents[2]
EXTRACTS = Path(os.environ.get("SHARED_DATA", "../shared/data")) / "osm"
KEYS = {"vacancies", "matches", "bookings", "tours", "unserved", "km", "files", "seconds"}


def once(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """``demo --once`` as run.py calls it."""
    call = [sys.executable, "-m", "demo", "--once", "--data", str(data), *options]
    return subprocess.run(call, cwd=HOUSE, capture_output=True, text=True, timeout=600, check=False)


def assert_whole(answer: subprocess.CompletedProcess[str]) -> None:
    """Every step was said, the last line holds the figures, and the files are what couriers need."""
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout.splitlines()[-1])
    assert told.keys() == KEYS
    assert told["vacancies"] >= 12
    assert told["matches"] > 0
    assert told["bookings"] == 60
    assert told["tours"] > 0
    assert told["bookings"] - told["unserved"] > 50
    files = [Path(name) for name in told["files"]]
    assert all(path.is_absolute() and path.stat().st_size > 500 for path in files)
    assert len(files) == 3 * told["tours"]
    for path in files:
        if path.suffix == ".gpx":
            assert_real_streets(path)


def assert_real_streets(path: Path) -> None:
    """A tour bends with the streets: far more points than stops."""
    track = gpxpy.parse(path.read_text(encoding="utf-8"))
    points = sum(len(segment.points) for one in track.tracks for segment in one.segments)
    assert points > 2 * len(track.waypoints)


def test_the_main_job_on_the_schematic_town(tmp_path):
    """
    Streets, stock, match, hub, bookings, plan, files; exit 0.
    """
    assert_whole(once(tmp_path))


@pytest.mark.long
@pytest.mark.parametrize("name", ["kaiserslautern.osm.pbf", "heidelberg-core.osm.pbf"])
def test_the_main_job_on_a_real_town(tmp_path, name):
    """
    The same on real inner cities.
    """
    if not (EXTRACTS / name).exists():
        pytest.skip(f"no street map at {EXTRACTS / name}; set SHARED_DATA")
    assert_whole(once(tmp_path, "--osm", str((EXTRACTS / name).resolve())))
