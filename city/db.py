"""The database: one session, one way to write, and no query that forgets its city."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, ForeignKey, MetaData, TypeDecorator, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import (
    DeclarativeBase,
    LoaderCriteriaOption,
    Mapped,
    ORMExecuteState,
    Session,
    UOWTransaction,
    mapped_column,
    with_loader_criteria,
)

from city.turns import Turns

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLITE_BUSY_MS = 15_000  # how long a writer waits for another one
_WRITE = "write"


class Base(DeclarativeBase):
    """Every table; constraint names follow one convention so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class Moment(TypeDecorator[datetime]):
    """A UTC moment. SQLite forgets zones, so it is written and read as UTC; one without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database, in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no zone; moments are kept in UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database, with its zone."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CityBound:
    """Mixin of every row that belongs to one city (Mandant); see :func:`city_scope`."""

    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), index=True)


_city: ContextVar[int | None] = ContextVar("city", default=None)
_every_city: ContextVar[bool] = ContextVar("every_city", default=False)


class NoCity(RuntimeError):
    """A query or a change on rows of a city, and nobody said which city."""


@contextmanager
def city_scope(city_id: int) -> Iterator[None]:
    """Everything inside sees and makes rows of this city only."""
    token = _city.set(city_id)
    try:
        yield
    finally:
        _city.reset(token)


@contextmanager
def every_city() -> Iterator[None]:
    """For the few deeds that look across cities: the worker that fetches jobs, the mail that goes out."""
    token = _every_city.set(True)
    try:
        yield
    finally:
        _every_city.reset(token)


def current_city_id() -> int:
    """The city of this request or job. Raises NoCity outside."""
    city_id = _city.get()
    if city_id is None:
        raise NoCity("no city is set; wrap this in city_scope()")
    return city_id


@contextmanager
def transaction() -> Iterator[None]:
    """Keep everything done inside, or nothing.

    Services change objects; only the edges (a view, a job, a command) decide
    when the change is final. The read transaction of the request ends here and
    loaded objects are read again, so that nothing is decided on old rows. On
    SQLite the writer announces itself at once (``BEGIN IMMEDIATE``): a
    transaction that reads first and writes later would fail when another
    writer was faster.
    """
    session = db.session()
    if session.info.get(_WRITE):
        raise RuntimeError("a transaction is already open; services do not open their own")
    session.rollback()
    session.expire_all()
    with _turns_of(db.engine).turn() if is_sqlite(db.engine) else nullcontext():
        session.info[_WRITE] = True
        try:
            session.connection(execution_options={_WRITE: True})
            yield
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop(_WRITE, None)


def is_writing() -> bool:
    """Whether a :func:`transaction` is open."""
    return bool(db.session.info.get(_WRITE))


_turns: WeakKeyDictionary[Engine, Turns] = WeakKeyDictionary()
_making_turns = Lock()


def _turns_of(engine: Engine) -> Turns:
    """The queue of those who write into this file."""
    with _making_turns:
        if engine not in _turns:
            _turns[engine] = Turns(beside(engine, "turn"))
        return _turns[engine]


def beside(engine: Engine, what: str) -> Path | None:
    """A file of a SQLite database's own that lies beside it; None for a database in memory."""
    name = engine.url.database
    return Path(f"{Path(name).resolve()}-{what}") if name and name != ":memory:" else None


@event.listens_for(Session, "do_orm_execute")
def _only_this_city(state: ORMExecuteState) -> None:
    """Every ORM statement on rows of a city is cut to the city in scope; without one it raises."""
    if _every_city.get() or state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
        return
    if not any(issubclass(mapper.class_, CityBound) for mapper in state.all_mappers):
        return
    city_id = current_city_id()
    state.statement = state.statement.options(_rows_of(city_id))


@lru_cache(maxsize=256)
def _rows_of(city_id: int) -> LoaderCriteriaOption:
    """The condition for a city, made once: every statement needs it."""
    return with_loader_criteria(CityBound, lambda cls: cls.city_id == city_id, include_aliases=True)


@event.listens_for(Session, "before_flush")
def _changes_belong_to_a_transaction(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    """Changes happen inside :func:`transaction`, and new rows belong to the city in scope."""
    if not (session.new or session.dirty or session.deleted):
        return
    if not session.info.get(_WRITE):
        raise RuntimeError("a change outside transaction(); open one at the edge")
    if _every_city.get():
        return
    for row in {*session.new, *session.dirty, *session.deleted}:
        if isinstance(row, CityBound):
            if row.city_id is None:
                row.city_id = current_city_id()
            elif row.city_id != current_city_id():
                raise NoCity(f"{type(row).__name__} belongs to another city")


def prepare_engine(app: Flask) -> None:
    """Set SQLite up: foreign keys, write-ahead log, safe against power loss, transactions begun by us."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions on its own
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", f"busy_timeout={SQLITE_BUSY_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITE) else "BEGIN")


def is_sqlite(engine: Engine) -> bool:
    """Whether rows live in a file beside the program."""
    return engine.dialect.name == "sqlite"
