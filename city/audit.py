"""Who did what, when: ids and field names, never personal values."""

from __future__ import annotations

from flask import has_request_context
from flask_login import current_user
from sqlalchemy import inspect

from city import clock
from city.db import db
from city.models import AuditEntry


def record(action: str, subject: str, subject_id: int | None, **details: str | int | float | bool | None) -> None:
    """Write down one deed in the caller's transaction.

    ``details`` hold numbers, ids and names of states or fields; no names of
    people, addresses or free text.
    """
    entry = AuditEntry(
        at=clock.now(), account_id=_who(), action=action, subject=subject, subject_id=subject_id, details=details
    )
    db.session.add(entry)


def _who() -> int | None:
    """The account of this request; its number is known without reading the row again."""
    if not has_request_context() or not current_user.is_authenticated:
        return None
    state = inspect(current_user._get_current_object(), raiseerr=False)
    identity = state.identity if state is not None else None
    return int(identity[0] if identity else current_user.id)
