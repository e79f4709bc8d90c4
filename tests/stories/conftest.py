"""A demo town behind a real server with its worker, built once and copied for each story."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from app import create_app
from city import jobs
from city.config import Config
from city.db import db
from city.solver import Solver
from demo import town
from demo.__main__ import OLD_TOWN, prepared, read
from demo.people import PASSWORD
from tests.browser import Visit, axe_violations, chromium, serving
from tests.once import once

LEFT = "TypeError: Failed to fetch"  # says a map that was left while it fetched; a missing file is told otherwise


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every story needs a browser."""
    for item in items:
        if "stories" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def solver() -> Iterator[Solver]:
    """One solver process for all stories: it takes some seconds to load what it needs."""
    made = Solver()
    made.start()
    yield made
    made.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, made_again: Path, solver: Solver) -> Path:
    """The folder of a demo town whose day is planned; all test processes copy the same one."""

    def build_town(folder: Path) -> None:
        app = prepared(read(["--data", str(folder)]))
        with app.app_context():
            town.build(app, OLD_TOWN, say=lambda line: None, solver=solver)
            worker = jobs.Worker(app, app.extensions["house"], solver=solver)
            while worker.work_once():
                pass
            db.session.remove()
            db.engine.dispose()

    return once(tmp_path_factory, "demo", build_town)


@dataclass
class Town:
    """A running demo town, and how to look at it."""

    app: Flask
    home: str
    browser: Browser

    def stranger(self, size: dict[str, int]) -> Visit:
        """A browser window in which nobody has signed in."""
        return Visit(self.browser, size=size, accept_downloads=True)

    def visit(self, person: str, size: dict[str, int]) -> Visit:
        """A browser window in which this person has signed in through the form."""
        visit = self.stranger(size)
        visit.page.goto(f"{self.home}/login")
        visit.page.locator("input[name=email]").fill(person)
        visit.page.locator("input[name=password]").fill(PASSWORD)
        visit.page.get_by_role("button", name="Anmelden").click()
        visit.page.wait_for_load_state()
        return visit


@pytest.fixture
def running(built: Path, made_again: Path, tmp_path: Path, solver: Solver) -> Iterator[Town]:
    """A fresh copy of the town behind a server, its worker at work, a Chromium before it."""
    folder = tmp_path / "town"
    shutil.copytree(built, folder)
    secret = (folder / "secret").read_text(encoding="ascii")
    url = f"sqlite:///{folder / 'city.sqlite3'}"
    config = Config(folder, url, secret, demo=True, https=False, public_url="http://127.0.0.1", cache_dir=made_again)
    app = create_app(config)
    worker = jobs.Worker(app, config, solver=solver)
    worker.start()
    try:
        with serving(app) as home, chromium() as browser:
            yield Town(app, home, browser)
    finally:
        worker.stop()
        if worker.is_alive():
            solver.close()  # what it still searches for is nobody's business any more


@pytest.fixture
def clean(running: Town) -> Callable[[Visit], Page]:
    """Checks the page as it stands: axe finds nothing, nothing scrolls sideways, nothing left the house."""

    def look(visit: Visit) -> Page:
        page = visit.page
        assert axe_violations(page) == [], page.url
        assert visit.sideways() == 0, page.url
        assert visit.foreign(running.home) == []
        assert [text for text in visit.problems if LEFT not in text and "status of" not in text] == [], page.url
        return page

    return look
