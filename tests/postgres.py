"""A PostgreSQL server for the tests: the one in TEST_DATABASE_URL, or a private one in a temporary folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class PostgresMissing(RuntimeError):
    """There is no PostgreSQL on this machine; the text says what to install."""


@contextmanager
def private_server() -> Iterator[str]:
    """The address of a server that may be filled and thrown away; as root it runs as the user ``postgres``."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="zwischenraum-pg-"))
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres", "postgres")
    port = _free_port()
    data = folder / "data"
    _run([*as_user, str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"])
    careless = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"  # its data need not outlive the tests
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} {careless}"
    log = str(folder / "log")
    _run([*as_user, str(binaries / "pg_ctl"), "-D", str(data), "-o", options, "-l", log, "-w", "start"])
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        _run([*as_user, str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    """Where Debian keeps initdb and pg_ctl of the newest version, or wherever the path finds them."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    if found is None:
        raise PostgresMissing("install Debian's package postgresql, or set TEST_DATABASE_URL")
    return Path(found).parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(call: list[str]) -> None:
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode != 0:
        raise PostgresMissing(f"{call[-1]} failed: {done.stderr.strip()[-300:]}")
