"""What is worked out of thousands of rows is kept by the process until one of these rows changes.

Each city has a stamp. Whoever commits a change of rows that are :class:`Stamped` writes a new one in the same
transaction, so a stamp that is still the same proves that the rows are. It is read before the rows: what was read
meanwhile can only be newer than its stamp, and is then worked out once more than needed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar, cast

from sqlalchemy import event, select, update
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from city.db import current_city_id, db, is_writing
from city.models import City, new_stamp

T = TypeVar("T")
MOST = 32  # results that a process keeps; those asked for least lately go first
_CHANGED = "changed cities"


class Stamped:
    """Mixin of rows whose change gives their city a new stamp."""


_kept: OrderedDict[tuple[int, Hashable], tuple[str, Any]] = OrderedDict()
_lock = Lock()


def until_changed(what: Hashable, work: Callable[[], T]) -> T:
    """What ``work`` makes of stamped rows of this city; ``what`` names it and everything else that it depends on.

    The result is shared by threads and requests: it holds no rows of a session, and nobody changes it. Within a
    transaction that writes it is worked out each time.
    """
    if is_writing():
        return work()
    key, stamp = (current_city_id(), what), db.session.scalar(select(City.stamp).where(City.id == current_city_id()))
    with _lock:
        known = _kept.get(key)
        if known is not None and known[0] == stamp:
            _kept.move_to_end(key)
            return cast(T, known[1])
    found = work()
    with _lock:
        _kept[key] = (str(stamp), found)
        _kept.move_to_end(key)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return found


@event.listens_for(Session, "after_flush")
def _note_rows(session: Session, _context: UOWTransaction) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Stamped):
            session.info.setdefault(_CHANGED, set()).add(row.city_id)  # type: ignore[attr-defined]  # each is CityBound


@event.listens_for(Session, "do_orm_execute")
def _note_statements(state: ORMExecuteState) -> None:
    """Of a statement that changes many rows at once nobody knows whose they are."""
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and any(issubclass(mapper.class_, Stamped) for mapper in state.all_mappers):
        state.session.info.setdefault(_CHANGED, set()).update(state.session.scalars(select(City.id)))


@event.listens_for(Session, "before_commit")
def _stamp(session: Session) -> None:
    """Last of all, so that nobody waits for the row of the city longer than a commit takes."""
    if session.in_nested_transaction():
        return
    session.flush()
    if changed := session.info.pop(_CHANGED, None):
        session.execute(update(City).where(City.id.in_(changed)).values(stamp=new_stamp()))


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_CHANGED, None)
