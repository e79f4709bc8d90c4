"""What is asked for again and again within one transaction is read once: settings, street map, rules of the streets.

A transaction sees what it began with, so nothing gets stale; what it changes itself is read anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from city.db import current_city_id, db

T = TypeVar("T")
_KEPT = "remembered"


def once(kind: type[Any], read: Callable[[], T]) -> T:
    """What ``read`` gives of the rows of ``kind`` in this city; read once until the transaction ends.

    Like every query it first sends what was changed: rows that wait are counted.
    """
    session = db.session()
    if session.autoflush:
        session.flush()
    kept = session.info.setdefault(_KEPT, {})
    key = kind, current_city_id()
    if key not in kept:
        kept[key] = read()
    found: T = kept[key]
    return found


def keep(kind: type[Any], found: object) -> None:
    """What was read of this city by other means, for whoever asks for it in this transaction."""
    db.session.info.setdefault(_KEPT, {})[kind, current_city_id()] = found


@event.listens_for(Session, "after_transaction_end")
def _forget_all(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_KEPT, None)


@event.listens_for(Session, "after_soft_rollback")
def _forget_taken_back(session: Session, _transaction: SessionTransaction) -> None:
    """What was read within a part that is taken back may never have been."""
    session.info.pop(_KEPT, None)


@event.listens_for(Session, "after_flush")
def _forget_changed(session: Session, _context: UOWTransaction) -> None:
    if kept := session.info.get(_KEPT):
        changed = {type(row) for row in (*session.new, *session.dirty, *session.deleted)}
        for key in [key for key in kept if key[0] in changed]:
            del kept[key]


@event.listens_for(Session, "do_orm_execute")
def _forget_written(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        state.session.info.pop(_KEPT, None)
