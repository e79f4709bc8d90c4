"""A real browser before a real server, for tests that look at pages."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from werkzeug.serving import make_server

from city.models import Account
from tests import build

SHELL, WHOLE = Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")
CHROMIUM = SHELL if SHELL.exists() else WHOLE  # the same engine; without a window it takes less
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-prefers-reduced-motion",
]  # fmt: skip
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
LATER = pytest.mark.long  # the other width: only `run.py test --long` looks at it
PHONE_FIRST = [pytest.param(PHONE, id="phone"), pytest.param(WIDE, id="wide", marks=LATER)]
WIDE_FIRST = [pytest.param(WIDE, id="wide"), pytest.param(PHONE, id="phone", marks=LATER)]
PATIENCE_MS = 60_000  # the machine may be slow; no promise about speed is made here
expect.set_options(timeout=PATIENCE_MS)
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_OPTIONS = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}  # not what is right


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The app behind a free port of this machine; yields its address without a slash at the end."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=5)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this test process, without any window left over from another test.

    Skips where there is none, and fails under CI.
    """
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{SHELL} is missing; .ci/run installs it")
        pytest.skip(f"no Chromium at {SHELL} or {WHOLE}")
    browser = _started()
    try:
        yield browser
    finally:
        for context in browser.contexts:
            context.close()


@contextmanager
def chromium_with_camera(film: Path) -> Iterator[Browser]:
    """A Chromium of its own whose camera shows a film (Y4M or MJPEG) over and over, and which is allowed to look."""
    seen = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    with chromium():  # skips where there is none
        browser = _engine().chromium.launch(
            executable_path=str(CHROMIUM), args=[*FLAGS, *seen, f"--use-file-for-fake-video-capture={film}"]
        )
    try:
        yield browser
    finally:
        browser.close()


@cache
def _started() -> Browser:
    """A browser takes a second of a core to start, so each test process starts one, which ends with the process."""
    return _engine().chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)


@cache
def _engine() -> Playwright:
    engine = sync_playwright().start()
    atexit.register(engine.stop)
    return engine


class Visit:
    """One page in a browser that remembers what was asked for and what went wrong."""

    def __init__(self, browser: Browser, *, size: dict[str, int] | None = None, **context: Any) -> None:
        self.context = browser.new_context(viewport=size or WIDE, locale="de-DE", **context)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.requests: list[str] = []
        self.problems: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)

    def foreign(self, home: str) -> list[str]:
        """Requests that left this house."""
        return [url for url in self.requests if not url.startswith((home + "/", "data:", "blob:", "about:"))]

    def sideways(self) -> int:
        """By how many pixels the page can be scrolled sideways; 0 is right."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def enter(app: Flask, visit: Visit, home: str, person: Account) -> None:
    """Give the page the session of a person."""
    client = build.browser_of(app, person)
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    kept = {"name": cookie.key, "value": cookie.value, "domain": urlsplit(home).hostname, "path": "/"}
    visit.context.add_cookies([kept])  # type: ignore[list-item]


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds wrong on the page once it is all there, one line each.

    A table head whose words have not come yet would be an empty one.
    """
    page.wait_for_load_state()
    found = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])} times)" for one in found]
