"""How often one token may ask (Anfragegrenze): a bucket of requests that refills evenly, one for all server processes.

The bucket is one moment: when it will be full again (the generic cell rate algorithm), a row that one statement moves
and that waits for no disk. On SQLite these rows have a small file of their own, which a crash may take with it: in the
large one they would wait their turn behind every booking. Either way two servers never let more through than one.
"""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from sqlalchemy import text

from city.db import beside, current_city_id, db, is_sqlite

MINUTE_S = 60.0
_MOVE = text(
    """
    INSERT INTO api_pace AS pace (token_id, city_id, full_at_s)
    VALUES (:token_id, :city_id, extract(epoch FROM clock_timestamp()) + :step_s)
    ON CONFLICT (token_id) DO UPDATE
    SET full_at_s = greatest(pace.full_at_s, extract(epoch FROM clock_timestamp())) + :step_s
    WHERE greatest(pace.full_at_s, extract(epoch FROM clock_timestamp())) + :step_s
          <= extract(epoch FROM clock_timestamp()) + :span_s
    RETURNING full_at_s - extract(epoch FROM clock_timestamp())
    """
)
_LOOK = text("SELECT full_at_s - extract(epoch FROM clock_timestamp()) FROM api_pace WHERE token_id = :token_id")
_NOW = "((julianday('now') - 2440587.5) * 86400.0)"
_MOVE_IN_FILE = f"""
    INSERT INTO pace (token_id, full_at_s) VALUES (:token_id, {_NOW} + :step_s)
    ON CONFLICT (token_id) DO UPDATE SET full_at_s = max(full_at_s, {_NOW}) + :step_s
    WHERE max(full_at_s, {_NOW}) + :step_s <= {_NOW} + :span_s
    RETURNING full_at_s - {_NOW}
    """  # noqa: S608  nothing in it comes from outside
_LOOK_IN_FILE = f"SELECT full_at_s - {_NOW} FROM pace WHERE token_id = :token_id"  # noqa: S608  nor here
_files = threading.local()


def ask(token_id: int, per_minute: int) -> tuple[int, float]:
    """Count one request: how many more may follow at once, and how many seconds to wait if it is too many, else 0."""
    step_s = MINUTE_S / per_minute
    behind_s, allowed = (_in_file if is_sqlite(db.engine) else _in_database)(token_id, step_s)
    left = max(0, int((MINUTE_S - behind_s) / step_s + 1e-6))
    return left, 0.0 if allowed else max(0.001, behind_s + step_s - MINUTE_S)


def _in_file(token_id: int, step_s: float) -> tuple[float, bool]:
    given = {"token_id": token_id, "step_s": step_s, "span_s": MINUTE_S + 1e-6}
    rows = _file()
    moved = rows.execute(_MOVE_IN_FILE, given).fetchone()
    if moved is not None:
        return float(moved[0]), True
    return float((rows.execute(_LOOK_IN_FILE, given).fetchone() or [MINUTE_S])[0]), False


def _file() -> sqlite3.Connection:
    """This thread's connection; it never syncs, because nothing in it is worth a disk's time."""
    path = beside(db.engine, "pace") or Path()
    if getattr(_files, "path", None) != path:
        _files.path = path
        _files.rows = sqlite3.connect(path, timeout=5.0, isolation_level=None)
        _files.rows.execute("PRAGMA synchronous = OFF")
        _files.rows.execute("PRAGMA journal_mode = MEMORY")
        _files.rows.execute("CREATE TABLE IF NOT EXISTS pace (token_id INTEGER PRIMARY KEY, full_at_s REAL NOT NULL)")
    found: sqlite3.Connection = _files.rows
    return found


def _in_database(token_id: int, step_s: float) -> tuple[float, bool]:
    given = {"token_id": token_id, "city_id": current_city_id(), "step_s": step_s, "span_s": MINUTE_S + 1e-6}
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = off"))  # a crash may forget a second of it
        moved = connection.execute(_MOVE, given).scalar()
        if moved is not None:
            return float(moved), True
        return float(connection.execute(_LOOK, {"token_id": token_id}).scalar() or MINUTE_S), False
