"""Install the front-end packages that package-lock.json pins and copy what pages use into static/vendor.

Standard library only: run.py imports it before there is an environment. Nothing that is copied here is ever committed;
a release archive contains static/vendor with its stamp and then needs no npm at all.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

# Where a file comes from inside node_modules, and where it goes inside static/vendor. Licences travel with their files;
# Fira Sans (SIL Open Font License 1.1) carries its own notice in the name table of each font file.
FILES = {
    "@kern-ux/native/dist/kern.min.css": "kern/kern.min.css",
    "@kern-ux/native/dist/fonts/fira-sans/FiraSans-Regular.woff2": "kern/fonts/FiraSans-Regular.woff2",
    "@kern-ux/native/dist/fonts/fira-sans/FiraSans-Medium.woff2": "kern/fonts/FiraSans-Medium.woff2",
    "@kern-ux/native/dist/fonts/fira-sans/FiraSans-SemiBold.woff2": "kern/fonts/FiraSans-SemiBold.woff2",
    "@kern-ux/native/dist/fonts/fira-sans/FiraSans-Bold.woff2": "kern/fonts/FiraSans-Bold.woff2",
    "@kern-ux/native/LICENSE.md": "kern/LICENSE.md",
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/LICENSE": "leaflet/LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "leaflet.markercluster/dist/leaflet.markercluster.js": "markercluster/leaflet.markercluster.js",
    "leaflet.markercluster/dist/MarkerCluster.css": "markercluster/MarkerCluster.css",
    "leaflet.markercluster/MIT-LICENCE.txt": "markercluster/LICENSE",
    "protomaps-leaflet/dist/protomaps-leaflet.js": "protomaps/protomaps-leaflet.js",
    "protomaps-leaflet/LICENSE": "protomaps/LICENSE",
    "pmtiles/dist/pmtiles.js": "pmtiles/pmtiles.js",
    "@zxing/library/umd/index.min.js": "zxing/zxing.min.js",
    "@zxing/library/LICENSE": "zxing/LICENSE",
}
STAMP = "installed.sha256"


def install(root: Path, npm: list[str]) -> None:
    """Bring static/vendor up to the lock; return at once if it is there already.

    Parameters
    ----------
    root
        The project folder: package.json, package-lock.json and static/ lie in it.
    npm
        How npm is called here, e.g. ``["npm"]`` or ``["node", "…/npm-cli.js"]``.

    Raises :class:`SystemExit` with a sentence if npm fails or a package lacks a file that pages need.
    """
    vendor = root / "static" / "vendor"
    wanted = _fingerprint(root)
    if is_installed(root):
        return
    _run_npm(root, npm)
    (vendor / STAMP).unlink(missing_ok=True)
    for source, target in FILES.items():
        _copy(root / "node_modules" / source, vendor / target)
    (vendor / STAMP).write_text(wanted + "\n", encoding="ascii")


def is_installed(root: Path) -> bool:
    """Whether static/vendor holds every file of exactly this lock."""
    vendor = root / "static" / "vendor"
    stamp = vendor / STAMP
    stamped = stamp.is_file() and stamp.read_text(encoding="ascii").strip() == _fingerprint(root)
    return stamped and all((vendor / target).is_file() for target in FILES.values())


def _fingerprint(root: Path) -> str:
    """The lock and the list of copied files in one hash: a change in either installs anew."""
    listed = "\n".join(f"{source} {target}" for source, target in FILES.items())
    return hashlib.sha256((root / "package-lock.json").read_bytes() + listed.encode()).hexdigest()


def _run_npm(root: Path, npm: list[str]) -> None:
    """``npm ci``: exactly what the lock says, and no script of any package runs."""
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    except OSError as problem:
        raise SystemExit(f"The front-end packages need npm, but {npm[0]} cannot be started: {problem}") from problem
    if done.returncode:
        last_lines = "\n".join((done.stderr or done.stdout).strip().splitlines()[-8:])
        raise SystemExit(
            f"The front-end packages could not be installed: npm ended with {done.returncode}. "
            f"Is the network there? npm says:\n{last_lines}"
        )


def _copy(source: Path, target: Path) -> None:
    if not source.is_file():
        raise SystemExit(f"The package file {source} is missing. Please delete node_modules and start again.")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
