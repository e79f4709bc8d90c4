"""A map file that is none: the demo says so in one sentence and leaves nothing half made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("content", "sentence"), [(b"", "is empty"), (b"no map", "is broken or cut off")])
def test_a_map_that_cannot_be_read_ends_the_demo_with_a_sentence(tmp_path, content, sentence):
    """
    Exit code 1, the file's name, no traceback, no street map in service.
    """
    file = tmp_path / "town.osm.pbf"
    file.write_bytes(content)
    call = [sys.executable, "-m", "demo", "--once", "--osm", str(file), "--data", str(tmp_path / "data")]

    answer = subprocess.run(call, cwd=HOUSE, capture_output=True, text=True, timeout=120, check=False)

    assert answer.returncode == 1
    assert f"The map file town.osm.pbf {sentence}" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not list((tmp_path / "data").glob("streets/*.osm*"))
