"""Every check of the project, as ``run.py test`` runs them: ruff, mypy beside pytest on SQLite, then on PostgreSQL.

What the machine lacks (Chromium, PostgreSQL, Pango, the shared data) makes
its tests skip with a reason; under ``CI=true`` it is a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ONLY_DATABASE, SKIPPED
from tests.postgres import PostgresMissing, private_server

ROOT = Path(__file__).resolve().parent.parent
CRAWL = "tests/city/test_doors_everywhere.py"
DATABASE_TESTS = ["tests/city", "tests/leerstand", "tests/logistics", "tests/test_migrations.py"]


def main(arguments: list[str]) -> int:
    """Run all checks; the exit code of the first that fails."""
    os.chdir(ROOT)
    long = "--long" in arguments
    os.environ["TEST_LONG"] = "1" if long else "0"
    rest = [argument for argument in arguments if argument != "--long"]
    marks = ["-m", "" if long else "not long"]
    cores = min(4, os.cpu_count() or 2)
    spread = [] if any(argument.startswith("-n") for argument in rest) else shared_among(cores + 2)  # browsers wait
    for name, call in (("ruff check", ["check", "."]), ("ruff format", ["format", "--check", "."])):
        print(f"── {name}", flush=True)
        if code := subprocess.run([sys.executable, "-m", "ruff", *call], check=False).returncode:
            return code
    with tempfile.TemporaryDirectory() as folder, beside("mypy", ["-m", "mypy", "."]) as mypy:
        os.environ[SKIPPED] = str(Path(folder) / "skipped")
        print("── pytest, with mypy beside it", flush=True)
        code = subprocess.run([sys.executable, "-m", "pytest", *marks, *spread, *rest], check=False).returncode
        code = mypy() or code
        code = code or (0 if rest else on_postgres(marks, shared_among(cores)))
        print(said_of_skipped(Path(os.environ[SKIPPED])))
    return code


def shared_among(processes: int) -> list[str]:
    """The options that let so many processes share the tests."""
    return ["-n", str(processes), "--dist=worksteal"]


@contextmanager
def beside(name: str, call: list[str]) -> Iterator[Callable[[], int]]:
    """Run a check while tests wait for browsers; what it yields waits, prints what it said and gives its code."""
    with tempfile.TemporaryFile("w+") as said:
        running = subprocess.Popen([sys.executable, *call], stdout=said, stderr=subprocess.STDOUT)

        def told() -> int:
            code = running.wait()
            said.seek(0)
            print(f"── {name}\n{said.read()}", end="", flush=True)
            return code

        try:
            yield told
        finally:
            running.kill()
            running.wait()


def said_of_skipped(path: Path) -> str:
    """The last line: how many tests were skipped, and why."""
    reasons = Counter(path.read_text(encoding="utf-8").splitlines()) if path.exists() else Counter()
    if not reasons:
        return "0 skipped"
    return f"{reasons.total()} skipped: " + "; ".join(f"{reason} ({number})" for reason, number in reasons.items())


def on_postgres(marks: list[str], spread: list[str]) -> int:
    """The tests that use the database once more, on a PostgreSQL server of their own.

    The crawl through every page for every role says little about databases and
    takes a while, so only the long suite repeats it here.
    """
    print("── pytest on PostgreSQL", flush=True)
    spread = spread if os.environ["TEST_LONG"] == "1" else [*spread, f"--ignore={CRAWL}"]
    folders = [folder for folder in DATABASE_TESTS if (ROOT / folder).exists()]
    marks = ["-m", " and ".join(filter(None, [marks[1], "not browser and not one_database"]))]
    try:
        with private_server() as url:
            call = [sys.executable, "-m", "pytest", "-q", *marks, *spread, *folders]
            asked = {**os.environ, "TEST_DATABASE_URL": url, ONLY_DATABASE: "1"}
            return subprocess.run(call, check=False, env=asked).returncode
    except PostgresMissing as reason:
        if os.environ.get("CI") == "true":
            print(f"PostgreSQL: {reason}")
            return 1
        with Path(os.environ[SKIPPED]).open("a", encoding="utf-8") as file:
            file.write(f"all tests on PostgreSQL: {reason}\n")
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
