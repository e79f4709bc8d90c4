"""Front-end packages: what the lock promises, and that a broken start says why."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

import assets

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def project(tmp_path):
    """A project folder with our lock and an npm of our own that lays down every file we ask for."""
    (tmp_path / "package-lock.json").write_bytes((ROOT / "package-lock.json").read_bytes())
    npm = tmp_path / "npm.py"
    npm.write_text(
        "import pathlib, sys\n"
        f"for name in {list(assets.FILES)!r}:\n"
        "    path = pathlib.Path('node_modules', name)\n"
        "    path.parent.mkdir(parents=True, exist_ok=True)\n"
        "    path.write_text(name)\n"
        "with open('calls', 'a') as calls: print(*sys.argv[1:], file=calls)\n"
    )
    return tmp_path


def npm_of(project: Path) -> list[str]:
    return [sys.executable, str(project / "npm.py")]


def test_the_lock_pins_hashes_and_names_no_host():
    """
    The lock must install from whichever registry npm is set to, and only what its hashes say.
    """
    lock = json.loads((ROOT / "package-lock.json").read_text())
    declared = json.loads((ROOT / "package.json").read_text())["dependencies"]
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert "://" not in json.dumps(lock)
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in declared.values())
    assert set(declared) <= {name.removeprefix("node_modules/") for name in packages}


def test_the_second_start_is_instant(project):
    """
    npm runs once; after that the stamp says that everything is there.
    """
    assets.install(project, npm_of(project))
    assets.install(project, npm_of(project))

    assert (project / "calls").read_text() == "ci --ignore-scripts --no-audit --no-fund\n"
    assert (project / "static/vendor/kern/LICENSE.md").read_text() == "@kern-ux/native/LICENSE.md"


def test_a_new_lock_or_a_lost_file_installs_again(project):
    """
    The stamp is no excuse: a changed lock and a deleted file are both noticed.
    """
    assets.install(project, npm_of(project))
    (project / "static/vendor/htmx/htmx.min.js").unlink()
    assert not assets.is_installed(project)

    assets.install(project, npm_of(project))
    assert assets.is_installed(project)

    lock = project / "package-lock.json"
    lock.write_text(lock.read_text() + "\n")
    assert not assets.is_installed(project)


def test_a_failing_npm_says_so(project):
    """
    Whoever starts the program reads what happened and what npm said, and no stamp is left behind.
    """
    (project / "npm.py").write_text("import sys; sys.exit('npm error network unreachable')")

    with pytest.raises(SystemExit, match=r"npm ended with 1(.|\n)*network unreachable"):
        assets.install(project, npm_of(project))
    assert not assets.is_installed(project)


def test_no_npm_at_all_says_so(project):
    with pytest.raises(SystemExit, match="need npm, but no-such-npm cannot be started"):
        assets.install(project, ["no-such-npm"])
