"""How often one token may ask (Anfragegrenze): a bucket of requests that refills evenly, one for all server processes.

The bucket is one moment: when it will be full again (the generic cell rate algorithm). On PostgreSQL that moment is a
row, moved by one statement of its own that waits for no disk; SQLite has one process that serves, so there it lies in
memory. Either way two servers never let more through than one.
"""

from __future__ import annotations

import threading
import time

from sqlalchemy import text

from city.db import current_city_id, db, is_sqlite

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
_full_at: dict[int, float] = {}
_lock = threading.Lock()


def ask(token_id: int, per_minute: int) -> tuple[int, float]:
    """Count one request: how many more may follow at once, and how many seconds to wait if it is too many, else 0."""
    step_s = MINUTE_S / per_minute
    behind_s, allowed = (_in_memory if is_sqlite(db.engine) else _in_database)(token_id, step_s)
    left = max(0, int((MINUTE_S - behind_s) / step_s + 1e-6))
    return left, 0.0 if allowed else max(0.001, behind_s + step_s - MINUTE_S)


def _in_memory(token_id: int, step_s: float) -> tuple[float, bool]:
    now = time.monotonic()
    with _lock:
        behind_s = max(0.0, _full_at.get(token_id, now) - now)
        if behind_s + step_s > MINUTE_S + 1e-6:
            return behind_s, False
        _full_at[token_id] = now + behind_s + step_s
        return behind_s + step_s, True


def _in_database(token_id: int, step_s: float) -> tuple[float, bool]:
    given = {"token_id": token_id, "city_id": current_city_id(), "step_s": step_s, "span_s": MINUTE_S + 1e-6}
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = off"))  # a crash may forget a second of it
        moved = connection.execute(_MOVE, given).scalar()
        if moved is not None:
            return float(moved), True
        return float(connection.execute(_LOOK, {"token_id": token_id}).scalar() or MINUTE_S), False
