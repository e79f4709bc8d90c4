"""Deeds along the life of a shop: it becomes something else, or somebody has been there and it is still so."""

from __future__ import annotations

from datetime import date

from city import audit, clock
from city.db import db
from city.messages import Conflict
from leerstand import queries
from leerstand.kinds import Threat
from leerstand.lifecycle import KIND, STAGE, TRANSITIONS, Change, UnitState, state_on, stays_in_its_spell
from leerstand.models import Occupancy, Unit
from leerstand.situation import spell_on
from leerstand.spells import objection_to_spell

CERTAIN = (Threat.NOTICE, Threat.LEASE_END)  # these have a day, and the use ends on it


def move_unit(unit_id: int, change: Change, *, by_id: int | None) -> None:
    """Make a shop what it has become, and write down who said so.

    Raises :class:`Conflict` when a shop of its kind cannot become that, when
    an agreement holds, or when the day does not fit its entries.
    """
    unit = queries.unit(unit_id, to_change=True)
    was = state_on(unit.spells, clock.today())
    if change.to not in TRANSITIONS[was]:
        raise Conflict("Somebody has changed this shop in the meantime. Please look at it again.")
    now = spell_on(unit.spells, clock.today())
    if now is not None and stays_in_its_spell(was, change.to):
        _further(unit, now, change)
    else:
        _next_spell(unit, change)
    unit.last_verified_on, unit.verified_by_id = clock.today(), by_id
    audit.record("status changed", "unit", unit_id, was=was.value, now=change.to.value)


def _further(unit: Unit, now: Occupancy, change: Change) -> None:
    """Nobody moves: a threat comes or goes, or the search for a new use comes a step further."""
    if change.to in STAGE:
        now.stage = STAGE[change.to]
        now.reason = change.reason or now.reason
    elif change.to == UnitState.THREATENED:
        now.threat, now.threat_on = change.threat or Threat.NOTICE, change.on
        if now.threat in CERTAIN:
            _end(unit, now, change.on)
    else:
        _stays(unit, now)


def _stays(unit: Unit, now: Occupancy) -> None:
    """The threat is over: the use goes on without a known end."""
    others = [spell for spell in unit.spells if spell is not now]
    if now.ends is not None and objection_to_spell(others, now.starts, None):
        raise Conflict("From %(since)s on somebody else is entered. Please take that entry out first.", since=now.ends)
    now.threat = now.threat_on = now.ends = None


def _end(unit: Unit, now: Occupancy, ends: date) -> None:
    if now.agreement_id is not None:
        raise Conflict("This entry comes from an agreement. Please change the agreement.")
    others = [spell for spell in unit.spells if spell is not now]
    if objection := objection_to_spell(others, now.starts, ends):
        raise Conflict(objection.text, **objection.values)
    now.ends = ends


def _next_spell(unit: Unit, change: Change) -> None:
    """Something new begins; what held until then ends, and what is entered for later stays."""
    running = spell_on(unit.spells, change.on)
    if running is not None and running.starts == change.on and running.agreement_id is None:
        unit.spells.remove(running)  # it has not lasted a day: what was said before is taken back
        db.session.flush()
        if _goes_on(unit, change):
            return
    elif running is not None and running.starts < change.on:
        _end(unit, running, change.on)
    later = min((spell.starts for spell in unit.spells if spell.starts > change.on), default=None)
    if objection := objection_to_spell(unit.spells, change.on, later):
        raise Conflict(objection.text, **objection.values)
    kind = KIND[change.to]
    active = change.to in (UnitState.OCCUPIED, UnitState.INTERIM)
    spell = Occupancy(
        unit_id=unit.id,
        kind=kind,
        starts=change.on,
        ends=later,
        tenant=change.tenant if active else "",
        category=change.category if active else None,
        use_type=change.use_type if change.to == UnitState.INTERIM else None,
        stage=STAGE.get(change.to),
        reason=change.reason if change.to in STAGE else None,
    )
    db.session.add(spell)


def _goes_on(unit: Unit, change: Change) -> bool:
    """Whether what held until that day simply goes on, because the change is taken back."""
    before = next((spell for spell in unit.spells if spell.ends == change.on), None)
    if before is None or before.agreement_id is not None or change.tenant or before.kind != KIND[change.to]:
        return False
    before.ends = None
    return objection_to_spell([spell for spell in unit.spells if spell is not before], before.starts, None) is None


def confirm(unit_id: int, *, by_id: int | None) -> Unit:
    """Somebody has been there: what stands in the register is so."""
    unit = queries.unit(unit_id, to_change=True)
    unit.last_verified_on, unit.verified_by_id = clock.today(), by_id
    audit.record("shop verified", "unit", unit_id)
    return unit
