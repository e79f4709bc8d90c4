"""A map file that is none: the demo says so in one sentence and leaves nothing half made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from demo.__main__ import main

HOUSE = Path(__file__).resolve().parents[2]


def call_for(folder: Path, content: bytes) -> list[str]:
    """What somebody types who has such a map file."""
    file = folder / "town.osm.pbf"
    file.write_bytes(content)
    return ["--once", "--osm", str(file), "--data", str(folder / "data")]


def maps_in(folder: Path) -> list[Path]:
    return list((folder / "data").glob("streets/*.osm*"))


def test_a_map_that_cannot_be_read_ends_the_demo_with_a_sentence(tmp_path):
    """
    Exit code 1, the file's name, no traceback, no street map in service.
    """
    call = [sys.executable, "-m", "demo", *call_for(tmp_path, b"no map")]

    answer = subprocess.run(call, cwd=HOUSE, capture_output=True, text=True, timeout=300, check=False)

    assert answer.returncode == 1
    assert "The map file town.osm.pbf is broken or cut off" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not maps_in(tmp_path)


def test_an_empty_map_is_named_as_such(tmp_path, capsys):
    """
    The same without a process of its own.
    """
    assert main(call_for(tmp_path, b"")) == 1

    assert capsys.readouterr().err.strip() == "The map file town.osm.pbf is empty."
    assert not maps_in(tmp_path)
