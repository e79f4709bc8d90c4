"""The commands of a production installation say what is missing, and do what they say."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import redirect_stderr, redirect_stdout
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

import commands

HOUSE = Path(__file__).resolve().parent.parent
KEY = "0123456789abcdef0123456789abcdef"
pytestmark = [pytest.mark.one_database, pytest.mark.usefixtures("made_again")]


@dataclass(frozen=True)
class Answer:
    """What a command leaves behind: its exit code and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def command(*arguments: str, data: Path, **variables: str) -> Answer:
    """Run one command; in this process, because starting one costs more than the command."""
    said, complained = io.StringIO(), io.StringIO()
    there = mock.patch.dict(os.environ, environment(data, **variables), clear=True)
    with there, redirect_stdout(said), redirect_stderr(complained):
        try:
            code = Context().run(commands.main, arguments)
        except SystemExit as refused:
            code = refused.code if isinstance(refused.code, int) else 1
            print("" if isinstance(refused.code, int) else refused.code, file=sys.stderr)
    return Answer(code, said.getvalue(), complained.getvalue())


def environment(data: Path, **variables: str) -> dict[str, str]:
    town = ("CITY_SECRET", "CITY_PUBLIC", "CITY_SMTP", "CITY_MAIL", "DATABASE_URL")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(town)}
    return {**clean, "CITY_DATA_DIR": str(data), "CITY_HTTPS": "0", **variables}


def test_serve_refuses_to_start_without_a_secret_key(tmp_path):
    """
    Nobody runs a public server on a key that everyone knows; the sentence says how to make one.
    """
    answer = command("serve", data=tmp_path)

    assert answer.returncode != 0
    assert "CITY_SECRET_KEY is not set" in answer.stderr


def test_serve_refuses_to_start_with_migrations_missing(tmp_path):
    """
    Old tables under new code would lose data.
    """
    answer = command("serve", "--bind", "127.0.0.1:1", data=tmp_path, CITY_SECRET_KEY=KEY)

    assert answer.returncode != 0
    assert "The database is not up to date. Run: python3 run.py migrate" in answer.stderr


def test_from_nothing_to_a_running_server_with_an_administrator(tmp_path):
    """
    migrate, city, admin, serve: the health page answers, the link of the administrator opens.
    """
    town = {"CITY_SECRET_KEY": KEY, "CITY_PUBLIC_URL": f"http://127.0.0.1:{(port := free_port())}"}
    for arguments in (("migrate",), ("city", "lueneburg", "Lüneburg", "--title", "Hansestadt Lüneburg")):
        assert command(*arguments, data=tmp_path, **town).returncode == 0
    made = command("admin", "ada@example.org", "--name", "Ada", data=tmp_path, **town)
    assert made.returncode == 0, made.stderr
    link = made.stdout.strip().split()[-1]

    server = two_processes(tmp_path, port, **town)
    try:
        assert health(port) == {"database": True, "worker": True}
        with urllib.request.urlopen(link, timeout=60) as page:
            assert page.status == 200
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=60) == 0


def two_processes(data: Path, port: int, **town: str) -> subprocess.Popen[bytes]:
    """A server whose two processes answer behind one door."""
    return subprocess.Popen(
        [sys.executable, "-m", "commands", "serve", "--bind", f"127.0.0.1:{port}", "--processes", "2"],
        env=environment(data, **town),
        cwd=HOUSE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def siblings_of(server: subprocess.Popen[bytes]) -> list[int]:
    """The processes that were forked from it: their command line is its own."""
    mine = Path(f"/proc/{server.pid}/cmdline").read_bytes()
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return [int(child) for child in children if Path(f"/proc/{child}/cmdline").read_bytes() == mine]


def test_the_processes_of_a_server_end_together(tmp_path):
    """
    One is killed: the server ends and says so by its code, so that it is started again whole, and nobody is left over.
    """
    town = {"CITY_SECRET_KEY": KEY, "CITY_PUBLIC_URL": f"http://127.0.0.1:{(port := free_port())}"}
    for arguments in (("migrate",), ("city", "lueneburg", "Lüneburg")):
        assert command(*arguments, data=tmp_path, **town).returncode == 0
    server = two_processes(tmp_path, port, **town)
    try:
        assert health(port) == {"database": True, "worker": True}
        [sibling] = siblings_of(server)

        os.kill(sibling, signal.SIGKILL)

        assert server.wait(timeout=60) == 1
    finally:
        server.kill()
    assert not Path(f"/proc/{sibling}").exists()


def test_a_second_town_needs_to_be_named(tmp_path):
    """
    With two towns nobody becomes administrator of the wrong one.
    """
    command("migrate", data=tmp_path, CITY_SECRET_KEY=KEY)
    for slug in ("eins", "zwei"):
        command("city", slug, slug.title(), data=tmp_path, CITY_SECRET_KEY=KEY)

    answer = command("admin", "ada@example.org", data=tmp_path, CITY_SECRET_KEY=KEY)

    assert answer.returncode != 0
    assert "Which town? Say --city with one of: eins, zwei" in answer.stderr


def test_a_broken_street_map_leaves_nothing_behind(tmp_path):
    """
    The sentence names the file; no map is put in service.
    """
    command("migrate", data=tmp_path, CITY_SECRET_KEY=KEY)
    command("city", "lueneburg", "Lüneburg", data=tmp_path, CITY_SECRET_KEY=KEY)
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"this is no map")

    answer = command("streets", "import", str(broken), data=tmp_path, CITY_SECRET_KEY=KEY)

    assert answer.returncode != 0
    assert "broken.osm.pbf" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not list(tmp_path.glob("streets/*.osm*"))


def health(port: int, limit_s: float = 180) -> dict[str, bool]:
    """What the health page says once the server answers and its worker has shown itself."""
    until = time.monotonic() + limit_s
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                return json.load(answer)
        except OSError:
            assert time.monotonic() < until, "the server never answered"
            time.sleep(0.3)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_whoever_ends_the_command_ends_what_it_runs():
    """
    ``kill`` meets run.py, not the server behind it; the server must not go on alone and keep its port.
    """
    waits = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    starts = f"import sys, run; from pathlib import Path; run.run_python(Path(sys.executable), ['-c', {waits!r}])"
    command = subprocess.Popen([sys.executable, "-c", starts], stdout=subprocess.PIPE, text=True)
    assert command.stdout is not None
    child = int(command.stdout.readline())

    command.terminate()

    command.wait(timeout=60)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
