"""What tests share: an app with a real database, a town in it, and people who sign in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from werkzeug.routing import Rule

from app import create_app
from city.config import Config, database_url
from city.db import city_scope, db, transaction
from city.models import City, Role
from tests import build
from tests.once import run_folder
from tests.rounds import load_profiles

load_profiles()


def remember_url_builders() -> None:
    """Let werkzeug compile what builds the addresses of a route once per process, not once per app.

    It writes and compiles two functions for each of some 240 routes; that is nearly all the time an app takes to start.
    """
    compiled: dict[object, Callable[..., tuple[str, str]]] = {}
    compile_one = Rule._compile_builder

    def remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_one(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign, assignment]


remember_url_builders()
SKIPPED = "TEST_SKIPPED"  # names the file in which the reasons are gathered for the last line
ONLY_DATABASE = "TEST_ONLY_DATABASE"  # set where tests that never open a database are left out
SECRET = "a secret for tests, forty characters long"
PUBLIC_URL = "http://city.test"


class Browser(FlaskClient):
    """Each request starts with nothing of the test's own: no city, no database session, nobody signed in."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send one request as a server would receive it."""
        return Context().run(super().open, *args, **kwargs)


@pytest.fixture(scope="session")
def database_template(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """The address of a database with all tables: a file to copy, or one PostgreSQL database per test process."""
    url = fresh_database(tmp_path_factory.mktemp("template"), f"test_{worker_id}")
    app = create_app(Config(tmp_path_factory.mktemp("data"), url, SECRET, https=False))
    with app.app_context():
        db.create_all()
        db.engine.dispose()
    return url


def fresh_database(folder: Path, name: str) -> str:
    """The address of an empty database: a file in ``folder``, or one on the server of TEST_DATABASE_URL."""
    if server := os.environ.get("TEST_DATABASE_URL", ""):
        return _postgres_database(server, f"zwischenraum_{name}")
    return f"sqlite:///{folder / f'{name}.sqlite3'}"


def _postgres_database(server: str, name: str) -> str:
    admin = create_engine(database_url(server, Path()), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0"))
    admin.dispose()
    return database_url(server, Path()).rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture(scope="session")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of merged words and compiled templates for all tests; commands that tests start use it too."""
    folder = run_folder(tmp_path_factory) / "made_again"
    os.environ["CITY_CACHE_DIR"] = str(folder)
    return folder


@pytest.fixture
def config(database_template: str, made_again: Path, tmp_path: Path) -> Iterator[Config]:
    """A configuration with a fresh, empty database."""
    url = database_template
    if url.startswith("sqlite"):
        shutil.copy(url.removeprefix("sqlite:///"), tmp_path / "city.sqlite3")
        url = f"sqlite:///{tmp_path / 'city.sqlite3'}"
    yield Config(tmp_path, url, SECRET, https=False, public_url=PUBLIC_URL, cache_dir=made_again)
    if not url.startswith("sqlite"):
        _empty(url)


# TRUNCATE would take half a second, because it writes new files for every table that could hold a reference
_EMPTY = """
DO $$ DECLARE one text; filled boolean; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', one) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %I', one); END IF;
  END LOOP;
  PERFORM setval(quote_ident(sequencename), 1, false) FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""


def _empty(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(_EMPTY))
    engine.dispose()


def ready(made: Flask) -> Flask:
    """An application as tests use it."""
    made.test_client_class = Browser
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    return made


@pytest.fixture(scope="session")
def shared_app(database_template: str, made_again: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application per test process: making one and compiling its statements takes longer than most tests."""
    folder, url = tmp_path_factory.mktemp("house"), database_template
    if url.startswith("sqlite"):
        url = f"sqlite:///{folder / 'city.sqlite3'}"  # a link to the file of the test at hand
    return ready(create_app(Config(folder, url, SECRET, https=False, public_url=PUBLIC_URL, cache_dir=made_again)))


@pytest.fixture
def app(shared_app: Flask, config: Config) -> Iterator[Flask]:
    """The application on the database of this test; what the test changes in its configuration is taken back."""
    link, usual = shared_app.config["SQLALCHEMY_DATABASE_URI"], dict(shared_app.config)
    if config.sqlite:
        file = Path(link.removeprefix("sqlite:///"))
        file.unlink(missing_ok=True)
        file.symlink_to(config.database_url.removeprefix("sqlite:///"))
    shared_app.extensions["house"] = config
    yield shared_app
    _let_go(shared_app)
    shared_app.config.clear()
    shared_app.config.update(usual)


@pytest.fixture
def own_app(config: Config) -> Iterator[Flask]:
    """An application of one's own, for tests that add pages to it."""
    made = ready(create_app(config))
    yield made
    _let_go(made)


def _let_go(made: Flask) -> None:
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def town(app: Flask) -> Iterator[City]:
    """A town, with the database at hand; everything in the test belongs to it."""
    with app.app_context():
        with transaction():
            city = City(slug="lueneburg", name="Lüneburg", title="Hansestadt Lüneburg", land="NI", is_demo=False)
            db.session.add(city)
        with city_scope(city.id):
            yield city


@pytest.fixture
def sign_in(app: Flask, town: City) -> Callable[..., FlaskClient]:
    """Makes a person with the given roles and a browser in which that person is signed in."""

    def make(*roles: Role, **account: object) -> FlaskClient:
        person = build.account(*roles, **account)
        return build.browser_of(app, person)

    return make


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The second pass, on another database, leaves out what knows of none."""
    if not os.environ.get(ONLY_DATABASE):
        return
    kept = [item for item in items if "database_template" in getattr(item, "fixturenames", ())]
    kept += [item for item in items if item not in kept and item.path.name == "test_migrations.py"]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Gather why tests were skipped, for the last line of ``run.py test``."""
    if not (path := os.environ.get(SKIPPED)):
        return
    with Path(path).open("a", encoding="utf-8") as file:
        for report in terminalreporter.stats.get("skipped", []):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            file.write(" ".join(reason.removeprefix("Skipped: ").split()) + "\n")
