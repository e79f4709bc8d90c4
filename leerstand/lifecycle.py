"""What a shop can become from what it is (Statusmaschine). Pure; the table is the whole of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from leerstand.kinds import Category, SpellKind, Threat, UseType, VacancyReason, VacancyStage
from leerstand.models import Occupancy
from leerstand.situation import Status, spell_on, status_on


class UnitState(StrEnum):
    """What a shop is, as the city works with it: the status, and for an empty one how far it has come."""

    OCCUPIED = "occupied"  # belegt
    THREATENED = "threatened"  # Leerstand droht
    RECORDED = "recorded"  # leer, Aufnahme
    MARKETED = "marketed"  # in Vermarktung
    RESERVED = "reserved"
    INTERIM = "interim"  # Zwischennutzung
    WORKS = "works"  # in Umbau
    CONVERTED = "converted"  # umgenutzt
    UNMARKETABLE = "unmarketable"
    CLOSED = "closed"  # stillgelegt
    UNKNOWN = "unknown"


_S = UnitState
_GONE = (_S.CONVERTED, _S.CLOSED)
TRANSITIONS: dict[UnitState, tuple[UnitState, ...]] = {
    _S.UNKNOWN: (_S.OCCUPIED, _S.RECORDED, _S.INTERIM, _S.WORKS, *_GONE),
    _S.OCCUPIED: (_S.THREATENED, _S.RECORDED, _S.WORKS, *_GONE),
    _S.THREATENED: (_S.OCCUPIED, _S.RECORDED, _S.WORKS, *_GONE),
    _S.RECORDED: (_S.MARKETED, _S.UNMARKETABLE, _S.OCCUPIED, _S.INTERIM, _S.WORKS, *_GONE),
    _S.MARKETED: (_S.RESERVED, _S.UNMARKETABLE, _S.OCCUPIED, _S.INTERIM, _S.WORKS, *_GONE),
    _S.RESERVED: (_S.MARKETED, _S.OCCUPIED, _S.INTERIM, _S.WORKS),
    _S.INTERIM: (_S.OCCUPIED, _S.RECORDED, _S.WORKS),
    _S.WORKS: (_S.OCCUPIED, _S.RECORDED, _S.INTERIM, *_GONE),
    _S.UNMARKETABLE: (_S.MARKETED, _S.OCCUPIED, _S.WORKS, *_GONE),
    _S.CONVERTED: (_S.RECORDED, _S.OCCUPIED, _S.WORKS, _S.CLOSED),
    _S.CLOSED: (_S.RECORDED, _S.OCCUPIED, _S.WORKS),
}
STAGE = {
    _S.RECORDED: VacancyStage.RECORDED,
    _S.MARKETED: VacancyStage.MARKETED,
    _S.RESERVED: VacancyStage.RESERVED,
    _S.UNMARKETABLE: VacancyStage.UNMARKETABLE,
}
KIND = {
    _S.OCCUPIED: SpellKind.REGULAR,
    _S.INTERIM: SpellKind.INTERIM,
    _S.WORKS: SpellKind.WORKS,
    _S.CONVERTED: SpellKind.CONVERTED,
    _S.CLOSED: SpellKind.CLOSED,
    **dict.fromkeys(STAGE, SpellKind.VACANCY),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What a shop becomes, and what is known about it."""

    to: UnitState
    on: date  # the first day on which it is so; of a threat: the first day on which it would be empty
    reason: VacancyReason | None = None
    threat: Threat | None = None
    tenant: str = ""
    category: Category | None = None
    use_type: UseType | None = None


def state_on(spells: Iterable[Occupancy], day: date) -> UnitState:
    """What a shop with these spells is on a day."""
    known = list(spells)
    status = status_on(known, day)
    if status == Status.VACANCY:
        now = spell_on(known, day)
        stage = now.stage if now is not None and now.stage is not None else VacancyStage.RECORDED
        return next(state for state, value in STAGE.items() if value == stage)
    return UnitState.INTERIM if status == Status.HUB else UnitState(status.value)


def stays_in_its_spell(was: UnitState, to: UnitState) -> bool:
    """Whether nobody moves in or out: a threat comes or goes, or an empty shop comes a step further."""
    return {was, to} == {UnitState.OCCUPIED, UnitState.THREATENED} or (was in STAGE and to in STAGE)
