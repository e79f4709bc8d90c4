"""Who did what, when: ids and field names, never personal values."""

from __future__ import annotations

from flask import has_request_context
from flask_login import current_user

from city import clock
from city.db import db
from city.models import AuditEntry


def record(action: str, subject: str, subject_id: int | None, **details: str | int | float | bool | None) -> None:
    """Write down one deed in the caller's transaction.

    ``details`` hold numbers, ids and names of states or fields; no names of
    people, addresses or free text.
    """
    account_id = current_user.id if has_request_context() and current_user.is_authenticated else None
    entry = AuditEntry(
        at=clock.now(), account_id=account_id, action=action, subject=subject, subject_id=subject_id, details=details
    )
    db.session.add(entry)
