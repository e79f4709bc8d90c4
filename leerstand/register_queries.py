"""The register as lists and maps: filtered, sorted and counted by the database, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from city import settings
from city.db import db
from city.models import Account
from leerstand.kinds import Ring, SpellKind, Threat, UseType, VacancyReason, VacancyStage
from leerstand.models import Occupancy, StreetAxis, Unit
from leerstand.situation import OF_KIND, THREAT_AHEAD, Status

ACTIVE = (SpellKind.REGULAR, SpellKind.INTERIM)
PAGE = 50  # rows of the table


@dataclass(frozen=True)
class Now:
    """Who is in each shop on a day, for joins: ``spell`` by ``is_it``, the next use ``after`` by ``follows``."""

    day: date
    spell: Any
    after: Any

    @property
    def is_it(self) -> ColumnElement[bool]:
        """The spell holds on the day."""
        return and_(
            self.spell.unit_id == Unit.id,
            self.spell.starts <= self.day,
            or_(self.spell.ends.is_(None), self.spell.ends > self.day),
        )

    @property
    def follows(self) -> ColumnElement[bool]:
        """Somebody is active on the day on which the spell ends."""
        return and_(
            self.after.unit_id == Unit.id,
            self.after.starts <= self.spell.ends,
            or_(self.after.ends.is_(None), self.after.ends > self.spell.ends),
            self.after.kind.in_(ACTIVE),
        )


def now_in(day: date) -> Now:
    """Joins for one day."""
    return Now(day, aliased(Occupancy), aliased(Occupancy))


def status_column(now: Now) -> ColumnElement[str]:
    """The status of each shop as :func:`leerstand.situation.status_on` says it; a property test proves it."""
    spell = now.spell
    soon = and_(spell.ends.is_not(None), spell.ends <= now.day + THREAT_AHEAD, now.after.id.is_(None))
    return case(
        (spell.id.is_(None), literal(Status.UNKNOWN.value)),
        (and_(spell.kind == SpellKind.INTERIM, spell.use_type == UseType.MICRO_HUB), literal(Status.HUB.value)),
        (spell.kind == SpellKind.INTERIM, literal(Status.INTERIM.value)),
        (and_(spell.kind == SpellKind.REGULAR, or_(spell.threat.is_not(None), soon)), literal(Status.THREATENED.value)),
        *((spell.kind == kind, literal(status.value)) for kind, status in OF_KIND.items()),
        else_=literal(Status.OCCUPIED.value),
    )


def is_status(status: Status, now: Now) -> ColumnElement[bool]:
    """The spell of the day is of a kind that alone makes this status."""
    kind = next(kind for kind, made in OF_KIND.items() if made == status)
    return and_(now.spell.kind == kind)


class Order:
    """How the register may be sorted: the names stand in addresses."""

    STREET, EMPTY_LONGEST, LARGEST, OLDEST_CHECK = "strasse", "leer", "flaeche", "geprueft"
    ALL = (STREET, EMPTY_LONGEST, LARGEST, OLDEST_CHECK)


@dataclass(frozen=True)
class StockFilter:
    """What the manager wants to see of the stock; None and empty words ask for everything."""

    word: str = ""
    axis_id: int | None = None
    status: Status | None = None
    ring: Ring | None = None
    grade: int | None = None
    stage: VacancyStage | None = None
    reason: VacancyReason | None = None
    least_m2: int | None = None
    most_m2: int | None = None
    stale: bool = False
    unowned: bool = False
    order: str = Order.STREET


@dataclass(frozen=True, slots=True)
class StockRow:
    """One shop in a list."""

    id: int
    street: str
    housenumber: str
    name: str
    status: Status
    since: date | None  # of what is there today
    stage: VacancyStage | None
    area_m2: int
    frontage_m: float
    rent_cents_m2: int
    grade: int
    ring: Ring
    last_verified_on: date | None
    invented: Sequence[str]
    stale: bool

    @property
    def address(self) -> str:
        """Street and house number."""
        return f"{self.street} {self.housenumber}".strip()


def stock_page(wanted: StockFilter, day: date, page: int) -> tuple[list[StockRow], int]:
    """One page (from 1) of the shops that fit a filter, and how many fit altogether."""
    now = now_in(day)
    status = status_column(now)
    chosen = _filtered(select(Unit.id), wanted, now, status)
    count = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    query = _filtered(
        select(
            Unit.id, Unit.street, Unit.housenumber, Unit.name, status, now.spell.starts, now.spell.stage, Unit.area_m2,
            Unit.frontage_m, Unit.rent_cents_m2, Unit.grade, Unit.ring, Unit.last_verified_on, Unit.invented,
        ),
        wanted, now, status,
    )  # fmt: skip
    query = query.order_by(*_order(wanted.order, now)).limit(PAGE).offset(PAGE * (page - 1))
    return [_row(found, day) for found in db.session.execute(query)], count


def _row(found: Any, day: date) -> StockRow:
    values: list[Any] = list(found)
    values[4] = status = Status(values[4])
    values.append(is_stale(status, values[12], day))
    return StockRow(*values)


def name_of(account_id: int | None) -> str:
    """Who it was, for the city's own pages; empty where nobody is known or the account is gone."""
    found = select(Account.name).where(Account.id == account_id)
    return (db.session.scalar(found) or "") if account_id is not None else ""


def is_stale(status: Status, verified_on: date | None, day: date) -> bool:
    """Whether nobody has looked for so long that the entry is doubtful; the city says how long (settings)."""
    if status in (Status.CLOSED, Status.CONVERTED):
        return False
    empty, other = _patience()
    return verified_on is None or verified_on <= day - (empty if status == Status.VACANCY else other)


def _patience() -> tuple[timedelta, timedelta]:
    """How long an entry holds: of an empty shop, of any other."""
    numbers = settings.current().numbers
    return timedelta(days=numbers.stale_empty_days), timedelta(days=numbers.stale_other_days)


def stock_marks(wanted: StockFilter, day: date) -> list[tuple[int, float, float, str, str, str, Status]]:
    """All shops that fit a filter, for the map: id, lat, lon, street, house number, name, status."""
    now = now_in(day)
    status = status_column(now)
    columns = select(Unit.id, Unit.lat, Unit.lon, Unit.street, Unit.housenumber, Unit.name, status)
    rows = db.session.execute(_filtered(columns, wanted, now, status))
    return [(row[0], row[1], row[2], row[3], row[4], row[5], Status(row[6])) for row in rows]


def ids_of(wanted: StockFilter, day: date) -> Any:
    """The shops that fit a filter, to be part of another question."""
    now = now_in(day)
    return _filtered(select(Unit.id), wanted, now, status_column(now))


def _filtered(query: Any, wanted: StockFilter, now: Now, status: ColumnElement[str]) -> Any:
    query = query.outerjoin(now.spell, now.is_it).outerjoin(now.after, now.follows)
    query = query.outerjoin(StreetAxis, Unit.axis_id == StreetAxis.id)
    exact = {Unit.axis_id: wanted.axis_id, Unit.ring: wanted.ring, Unit.grade: wanted.grade,
             now.spell.stage: wanted.stage, now.spell.reason: wanted.reason}  # fmt: skip
    conditions: list[ColumnElement[bool]] = [column == value for column, value in exact.items() if value is not None]
    if wanted.status is not None:
        conditions.append(status == wanted.status.value)
    if wanted.least_m2 is not None:
        conditions.append(Unit.area_m2 >= wanted.least_m2)
    if wanted.most_m2 is not None:
        conditions.append(Unit.area_m2 <= wanted.most_m2)
    if wanted.stale:
        conditions.append(_stale(status, now.day))
    if wanted.unowned:
        conditions.append(Unit.owner_id.is_(None))
    return query.where(*conditions, *(_says(word) for word in wanted.word.split()))


def _stale(status: ColumnElement[str], day: date) -> ColumnElement[bool]:
    """Like :func:`is_stale`."""
    empty, other = _patience()
    oldest = case((status == Status.VACANCY.value, day - empty), else_=day - other)
    over = status.in_((Status.CLOSED.value, Status.CONVERTED.value))
    return and_(~over, or_(Unit.last_verified_on.is_(None), Unit.last_verified_on <= oldest))


def _says(word: str) -> ColumnElement[bool]:
    pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    columns = (Unit.name, Unit.street, Unit.housenumber, Unit.flurstueck, Unit.external_ref)
    return or_(*(column.ilike(pattern, escape="\\") for column in columns))


def _order(order: str, now: Now) -> tuple[Any, ...]:
    by_street = (StreetAxis.rank, Unit.street, Unit.position_m, Unit.id)
    if order == Order.EMPTY_LONGEST:
        empty = case((now.spell.kind == SpellKind.VACANCY, 0), else_=1)
        return (empty, now.spell.starts, *by_street)
    if order == Order.LARGEST:
        return (Unit.area_m2.desc(), *by_street)
    if order == Order.OLDEST_CHECK:
        return (Unit.last_verified_on.is_not(None), Unit.last_verified_on, *by_street)
    return by_street


@dataclass(frozen=True, slots=True)
class Warned:
    """A use that will probably end, and when (Frühwarnung)."""

    unit_id: int
    address: str
    tenant: str
    area_m2: int
    threat: Threat | None  # None: only its end is known
    ends: date | None  # the first day on which it would be empty; None: not known

    def days(self, today: date) -> int | None:
        """How long it still is."""
        return None if self.ends is None else max(0, (self.ends - today).days)


def warnings(day: date) -> list[Warned]:
    """All threatened shops, the soonest first, those without a day last."""
    now = now_in(day)
    spell, ends = now.spell, func.coalesce(now.spell.ends, now.spell.threat_on)
    query = select(Unit.id, Unit.street, Unit.housenumber, spell.tenant, Unit.area_m2, spell.threat, ends)
    query = query.join(spell, now.is_it).outerjoin(now.after, now.follows)
    query = query.where(status_column(now) == Status.THREATENED.value)
    rows = db.session.execute(query.order_by(ends.is_(None), ends, Unit.id))
    return [Warned(row[0], f"{row[1]} {row[2]}".strip(), row[3], row[4], row[5], row[6]) for row in rows]


@dataclass(frozen=True, slots=True)
class Walk:
    """A street to walk along: how many shops it has, and how many entries are doubtful."""

    axis_id: int
    name: str
    units: int
    stale: int


def walks(day: date) -> list[Walk]:
    """The streets, the one with most doubtful entries first."""
    now = now_in(day)
    doubtful = func.sum(case((_stale(status_column(now), day), 1), else_=0))
    query = select(StreetAxis.id, StreetAxis.name, func.count(Unit.id), doubtful)
    query = query.join(Unit, Unit.axis_id == StreetAxis.id)
    query = query.outerjoin(now.spell, now.is_it).outerjoin(now.after, now.follows)
    query = query.group_by(StreetAxis.id, StreetAxis.name, StreetAxis.rank)
    rows = db.session.execute(query.order_by(doubtful.desc(), StreetAxis.rank, StreetAxis.name))
    return [Walk(row[0], row[1], row[2], row[3]) for row in rows]
