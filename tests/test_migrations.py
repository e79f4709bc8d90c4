"""The migrations make exactly the tables that the models describe, on both databases."""

from __future__ import annotations

from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from app import create_app
from city.config import Config
from city.db import db
from tests.conftest import SECRET, fresh_database

HOUSE = Path(__file__).resolve().parent.parent


@pytest.fixture
def empty(tmp_path: Path, worker_id: str) -> Config:
    """An installation whose database is empty."""
    return Config(tmp_path, fresh_database(tmp_path, f"migrations_{worker_id}"), SECRET, https=False)


def test_migrated_tables_are_the_models_tables(empty):
    """
    After ``migrate`` nothing is left to do between database and models.
    """
    app = create_app(empty)
    with app.app_context():
        flask_migrate.upgrade(directory=str(HOUSE / "migrations"))
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
            differences = compare_metadata(context, db.metadata)
        db.engine.dispose()

    assert differences == []


def test_down_and_up_again(empty):
    """
    Every migration can be taken back.
    """
    app = create_app(empty)
    with app.app_context():
        flask_migrate.upgrade(directory=str(HOUSE / "migrations"))
        flask_migrate.downgrade(directory=str(HOUSE / "migrations"), revision="base")
        with db.engine.connect() as connection:
            left = set(db.inspect(connection).get_table_names())
        flask_migrate.upgrade(directory=str(HOUSE / "migrations"))
        db.engine.dispose()

    assert left <= {"alembic_version"}


@pytest.mark.one_database
def test_a_copied_table_keeps_the_rows_that_hang_on_it(tmp_path):
    """
    SQLite copies and drops a table to change it; with foreign keys on, its children would be deleted silently.
    """
    from alembic.operations import Operations

    engine = create_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT)"))
        connection.execute(
            text("CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent(id) ON DELETE CASCADE)")
        )
        connection.execute(text("INSERT INTO parent VALUES (1, 'a')"))
        connection.execute(text("INSERT INTO child VALUES (1, 1)"))
        operations = Operations(MigrationContext.configure(connection, opts={"render_as_batch": True}))
        with operations.batch_alter_table("parent", recreate="always") as batch:
            batch.alter_column("name", new_column_name="title")
        connection.commit()

        assert connection.execute(text("SELECT count(*) FROM child")).scalar() == 1
