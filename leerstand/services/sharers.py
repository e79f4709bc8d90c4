"""Several users of one shop: parts of its area, or times of its week; one spell shows all who are there together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from city import audit
from city.db import db
from leerstand.kinds import AgreementState, Category, SpellKind, UseType
from leerstand.models import Agreement, Occupancy, Unit
from leerstand.spells import overlaps

Row = dict[str, Any]  # one agreement for a share, as JSON keeps it


@dataclass(frozen=True)
class Run:
    """Shares that are there together, at least by pairs, without a day between them (half-open)."""

    starts: date
    ends: date
    rows: list[Row]


def move_in(unit: Unit, agreement: Agreement) -> None:
    """Somebody more has a share from its start on."""
    _show(unit, [*_rows(unit), _row(agreement)])


def end_early(unit: Unit, agreement: Agreement, ends: date) -> Agreement:
    """One of them leaves before the time; the others stay."""
    agreement.ends, agreement.state = ends, AgreementState.TERMINATED
    over = ends.isoformat()
    _show(unit, [{**row, "ends": over} if row["agreement_id"] == agreement.id else row for row in _rows(unit)])
    audit.record("agreement ended early", "agreement", agreement.id)
    return agreement


def _row(agreement: Agreement) -> Row:
    return {
        "agreement_id": agreement.id,
        "starts": agreement.starts.isoformat(),
        "ends": agreement.ends.isoformat(),
        "part_m2": agreement.part_m2,
        "slots": agreement.slots or 0,
        "tenant": agreement.request.title,
        "category": agreement.request.category.value,
        "use_type": agreement.use_type.value,
    }


def _rows(unit: Unit) -> list[Row]:
    """Everybody who has a share, once each."""
    return [row for spell in unit.spells for row in spell.shares or []]


def runs(rows: Sequence[Row]) -> list[Run]:
    """The shares in order of time, those that overlap in one run."""
    found: list[Run] = []
    for row in sorted(rows, key=lambda row: (row["starts"], row["agreement_id"])):
        starts, ends = date.fromisoformat(row["starts"]), date.fromisoformat(row["ends"])
        if found and starts < found[-1].ends:
            last = found.pop()
            found.append(Run(last.starts, max(last.ends, ends), [*last.rows, row]))
        else:
            found.append(Run(starts, ends, [row]))
    return found


def _show(unit: Unit, rows: list[Row]) -> None:
    """Write the spells of the shop anew where shares and vacancies are; everybody else stays."""
    wanted, old = runs(rows), [spell for spell in unit.spells if spell.shares]
    first = min([run.starts for run in wanted] + [spell.starts for spell in old])
    last = max([run.ends for run in wanted] + [spell.ends for spell in old if spell.ends])
    empty = [spell for spell in unit.spells if spell.kind == SpellKind.VACANCY]
    gone = [*old, *(spell for spell in empty if overlaps(spell.starts, spell.ends, first, last))]
    kept = [spell for spell in unit.spells if spell not in gone]
    begins = min([first, *(spell.starts for spell in gone)])
    until = min((spell.starts for spell in kept if spell.starts >= last), default=None)
    busy = [(run.starts, run.ends) for run in wanted]
    busy += [(spell.starts, spell.ends or date.max) for spell in kept if begins <= spell.starts < last]
    for spell in gone:
        db.session.delete(spell)
    db.session.flush()  # what comes may begin on the same day as what it replaces
    db.session.add_all([_spell(unit, run) for run in wanted])
    _fill(unit, sorted(busy), begins, until)
    db.session.flush()
    db.session.expire(unit, ["spells"])


def _fill(unit: Unit, busy: list[tuple[date, date]], begins: date, until: date | None) -> None:
    """Nobody is there between them, and after the last of them."""
    free = begins
    for starts, ends in busy:
        if free < starts:
            db.session.add(Occupancy(unit_id=unit.id, kind=SpellKind.VACANCY, starts=free, ends=starts))
        free = max(free, ends)
    if until is None or free < until:
        db.session.add(Occupancy(unit_id=unit.id, kind=SpellKind.VACANCY, starts=free, ends=until))


def _spell(unit: Unit, run: Run) -> Occupancy:
    """One entry for all of them; it belongs to the agreement that began first."""
    leads = run.rows[0]
    return Occupancy(
        unit_id=unit.id,
        kind=SpellKind.INTERIM,
        category=Category(leads["category"]),
        use_type=UseType(leads["use_type"]),
        tenant=", ".join(row["tenant"] for row in run.rows),
        starts=run.starts,
        ends=run.ends,
        agreement_id=leads["agreement_id"],
        shares=run.rows,
    )
