"""Lists of shops come in: read, looked at, and then kept as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload, selectinload

from city import addresses, audit, clock, streets
from city.db import db
from city.messages import Conflict, NotFound
from city.models import Organisation, OrganisationKind
from leerstand import queries
from leerstand.along import middle_of, positions
from leerstand.exchange.columns import BY_KEY, guess
from leerstand.exchange.planning import SPELL_KEYS, Around, Becomes, Known, Row, plan_rows
from leerstand.exchange.sheets import Sheet
from leerstand.kinds import DatePrecision, SpellKind, VacancyStage
from leerstand.models import Occupancy, OwnerFile, StockImport, StreetAxis, Unit
from leerstand.services.stock import axis_named, side_of
from leerstand.situation import spell_on
from leerstand.spells import objection_to_spell
from routing.streets.model import Point

NEAREST_NUMBERS = 20  # how far to look for a house whose place is known
COMPARED = tuple(key for key in BY_KEY if key not in (*SPELL_KEYS, "owner"))
ACTIVE = (SpellKind.REGULAR, SpellKind.INTERIM)


def begin(account_id: int, sheet: Sheet, *, origin: str) -> StockImport:
    """Remember a list for looking at it; earlier ones of the same person that were not kept are forgotten."""
    db.session.execute(delete(StockImport).where(StockImport.account_id == account_id, StockImport.done_at.is_(None)))
    made = StockImport(
        account_id=account_id,
        created_at=clock.now(),
        origin=origin[:120],
        columns=sheet.columns,
        rows=sheet.rows,
        mapping=guess(sheet.columns, sheet.rows),
    )
    db.session.add(made)
    db.session.flush()
    return made


def of_person(account_id: int, import_id: int, *, to_change: bool = False) -> StockImport:
    """A list that this person brought. Somebody else's is not found."""
    query = select(StockImport).where(StockImport.id == import_id, StockImport.account_id == account_id)
    if to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("This list is no longer there. Please choose the file again.")
    return found


def remap(account_id: int, import_id: int, mapping: Mapping[str, int]) -> None:
    """Say which column means what."""
    held = of_person(account_id, import_id, to_change=True)
    held.mapping = {key: number for key, number in mapping.items() if key in BY_KEY and number < len(held.columns)}


def planned(held: StockImport) -> list[Row]:
    """What the list would do to the register as it is now."""
    around = Around(_known(), queries.grades(), place_of)
    return plan_rows(Sheet(held.columns, held.rows), held.mapping, around)


def _known() -> list[Known]:
    """Every shop of the register as rows are compared with it."""
    query = select(Unit).options(selectinload(Unit.spells), joinedload(Unit.owner))
    today, found = clock.today(), []
    for unit in db.session.scalars(query):
        now = spell_on(unit.spells, today)
        values = {key: getattr(unit, key) for key in COMPARED}
        values["owner"] = unit.owner.name if unit.owner is not None else None
        kind = now.kind if now is not None else None
        found.append(Known(unit.id, unit.external_ref, unit.street, unit.housenumber, unit.name, values, kind))
    return found


def place_of(street: str, housenumber: str) -> tuple[str, Point | None, bool] | None:
    """The street as the map writes it, the place of the house or the nearest known one, and whether it is that one."""
    try:
        return addresses.nearest(street, housenumber, reach=NEAREST_NUMBERS)
    except streets.NoStreets:
        return None


def take_over(account_id: int, import_id: int, *, leave_wrong_out: bool) -> StockImport:
    """Keep every row that has no mistake, all in one go.

    Raises :class:`Conflict` while rows have mistakes and nobody has said that
    they shall be left out, or when there is nothing to keep.
    """
    held = of_person(account_id, import_id, to_change=True)
    if held.done_at is not None:
        raise Conflict("This list has been taken over already.")
    rows = planned(held)
    wrong = sum(row.becomes == Becomes.WRONG for row in rows)
    if wrong and not leave_wrong_out:
        raise Conflict("%(wrong)d rows have mistakes. Please correct them, or leave them out.", wrong=wrong)
    new = [row for row in rows if row.becomes == Becomes.NEW]
    changes = [row for row in rows if row.becomes == Becomes.CHANGE]
    if not new and not changes:
        raise Conflict("There is nothing to take over: every row is known already or has mistakes.")
    owners = _owners_named({row.values["owner"] for row in (*new, *changes) if row.values.get("owner")}, held.origin)
    axes = {name: axis_named(name) for name in sorted({row.values["street"] for row in new})}
    made = [_add(row, axes[row.values["street"]], owners, held.origin) for row in new]
    db.session.flush()
    for row, unit in zip(new, made, strict=True):
        _begin_spell(unit, row, clock.today())
    for row in changes:
        _change(row, owners)
    _arrange([unit for unit, row in zip(made, new, strict=True) if "position_m" not in row.values])
    held.added, held.changed, held.done_at, held.rows = len(new), len(changes), clock.now(), []
    audit.record("shops imported", "import", held.id, added=len(new), changed=len(changes), left_out=wrong)
    return held


def _owners_named(names: Iterable[str], origin: str) -> dict[str, int]:
    """Owners by name; those that are not known yet get a file that says where they come from."""
    known = {owner.name: owner.id for owner in queries.owners()}
    for name in sorted(set(names) - known.keys()):
        owner = Organisation(kind=OrganisationKind.OWNER, name=name)
        db.session.add(owner)
        db.session.flush()
        db.session.add(OwnerFile(owner_id=owner.id, source=origin))
        known[name] = owner.id
    return known


def _columns(row: Row) -> dict[str, Any]:
    return {key: value for key, value in row.values.items() if key not in (*SPELL_KEYS, "owner")}


def _add(row: Row, axis: StreetAxis, owners: Mapping[str, int], origin: str) -> Unit:
    values = {"source": origin, "housenumber": "", **_columns(row)}
    unit = Unit(
        axis_id=axis.id,
        side=side_of(values["housenumber"]),
        owner_id=owners.get(row.values.get("owner", "")),
        invented=row.invented,
        **values,
    )
    db.session.add(unit)
    return unit


def _begin_spell(unit: Unit, row: Row, today: date) -> None:
    """Who is in a new shop, as far as the list says; a name on the sign is somebody."""
    kind = row.values.get("spell") or (SpellKind.REGULAR if row.values.get("tenant") or unit.name else None)
    if kind is None:
        return
    since = row.values.get("since")
    db.session.add(_spell(unit, kind, min(since, today) if since else today, row, guessed=since is None))


def _spell(unit: Unit, kind: SpellKind, starts: date, row: Row, *, guessed: bool) -> Occupancy:
    active = kind in ACTIVE
    return Occupancy(
        unit_id=unit.id,
        kind=kind,
        starts=starts,
        ends=None,
        tenant=(row.values.get("tenant") or unit.name) if active else "",
        category=row.values.get("category") if active else None,
        reason=row.values.get("reason") if kind == SpellKind.VACANCY else None,
        stage=VacancyStage.RECORDED if kind == SpellKind.VACANCY else None,
        starts_precision=DatePrecision.GUESSED if guessed else DatePrecision.DAY,
    )


def _change(row: Row, owners: Mapping[str, int]) -> None:
    """What a list says of a shop that is known; who is in it changes only when the list says something else."""
    assert row.unit_id is not None  # noqa: S101  a change concerns a shop that is known
    unit = queries.unit(row.unit_id, to_change=True)
    said = _columns(row)
    for key, value in said.items():
        if key not in ("lat", "lon") or "point" not in row.invented:
            setattr(unit, key, value)
    if row.values.get("owner"):
        unit.owner_id = owners[row.values["owner"]]
    unit.side = side_of(unit.housenumber)
    unit.invented = [name for name in unit.invented if name not in said]
    now = spell_on(unit.spells, clock.today())
    kind = row.values.get("spell")
    if kind is not None and (now is None or now.kind != kind):
        _move(unit, kind, now, row)
    audit.record("shop imported", "unit", unit.id)


def _move(unit: Unit, kind: SpellKind, now: Occupancy | None, row: Row) -> None:
    starts = row.values.get("since") or clock.today()
    if now is not None and now.agreement_id is None:
        if now.starts < starts:
            now.ends = starts
        elif now.starts_precision == DatePrecision.GUESSED:  # since when it was so, nobody knew: the list knows better
            unit.spells.remove(now)
            db.session.flush()
    if objection := objection_to_spell(unit.spells, starts, None):
        raise Conflict("Line %(line)d, %(address)s: %(why)s", line=row.line, address=unit.address, why=objection)
    db.session.add(_spell(unit, kind, starts, row, guessed="since" not in row.values))


def _arrange(new: Sequence[Unit]) -> None:
    """Put the shops of streets that have just been brought in into their order from the core outward."""
    axis_ids = {unit.axis_id for unit in new}
    if not axis_ids:
        return
    points = [(row[0], row[1]) for row in db.session.execute(select(Unit.lat, Unit.lon))]
    core = middle_of(points)
    by_axis: dict[int | None, list[Unit]] = {}
    for unit in db.session.scalars(select(Unit).where(Unit.axis_id.in_(axis_ids))):
        by_axis.setdefault(unit.axis_id, []).append(unit)
    fresh = {unit.id for unit in new}
    for units in by_axis.values():
        if all(unit.id in fresh for unit in units):  # a street whose order somebody has set stays as it is
            for unit, metres in zip(units, positions([unit.point for unit in units], core), strict=True):
                unit.position_m = metres
        else:
            _fit_in(units, fresh, core)


def _fit_in(units: Sequence[Unit], fresh: set[int], core: Point) -> None:
    metres = positions([unit.point for unit in units], core)
    for unit, place in zip(units, metres, strict=True):
        if unit.id in fresh:
            unit.position_m = place
