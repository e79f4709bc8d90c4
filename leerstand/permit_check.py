"""The permit pre-check (Genehmigungs-Vorprüfung): what is probably needed, why, under which law, and how long. Pure.

A first orientation, never a verdict: the development plan and the building office decide. Read for Lower Saxony
(NBauO as amended on 1 July 2024, NDSchG); other states have their own building law.
"""

from __future__ import annotations

from dataclasses import dataclass

from city.settings import CitySettings
from leerstand.kinds import Heritage, UseType
from leerstand.models import Unit
from leerstand.permits import (
    EVENT_DAYS,
    EVENT_VISITORS,
    NEEDS_PERMIT,
    PROTECTED,
    Asked,
    Level,
    Permission,
    lead_weeks,
    level_of,
    permission,
    same_as_before,
)
from routing.message import Message


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason with the law behind it."""

    reason: Message
    law: str


@dataclass(frozen=True, slots=True)
class PermitCheck:
    """What is probably needed, every reason for it, and the weeks that the city reckons with."""

    level: Level
    grounds: tuple[Ground, ...]
    weeks: int


def check(unit: Unit, asked: Asked, settings: CitySettings) -> PermitCheck:
    """Ask planning law, building law and monument law."""
    level = level_of(unit, asked)
    zone = permission(unit.baunvo_zone, asked.use, asked.noise)
    grounds = [_planning(unit, zone, asked.noise), *_plan(unit, asked.use)]
    if level != Level.FORBIDDEN:
        grounds += [
            _building(unit, asked.use, zone),
            *_events(asked, level),
            *_escape(unit, asked),
            *_heritage(unit),
            *_history(unit),
        ]
    return PermitCheck(level, tuple(grounds), lead_weeks(unit, asked, settings))


def _building(unit: Unit, use: UseType, zone: Permission) -> Ground:
    """What building law says of this kind of use."""
    if use in NEEDS_PERMIT and not same_as_before(unit, use):
        words = "Asks more of the building than a shop: escape routes, fire safety, WCs."
    elif zone < Permission.ALLOWED:
        words = "Planning law sets other requirements for this use."
    elif same_as_before(unit, use):
        words = "The last approved use was of the same kind."
    else:
        words = "No other and no further requirements than for a shop: free of procedure."
    return Ground(Message(words), "§ 60 (2) Nr. 1 NBauO")


def _events(asked: Asked, level: Level) -> list[Ground]:
    """What it says of events."""
    limits = {"days": EVENT_DAYS, "visitors": EVENT_VISITORS}
    if asked.assembles:
        words = "Events on more than %(days)d days a year or with more than %(visitors)d visitors: a room of assembly."
        return [Ground(Message(words, limits), "§ 60 (2) Nr. 4 NBauO")]
    if asked.rare_events and level in (Level.EVENT, Level.HERITAGE):
        words = "Events on at most %(days)d days a year with at most %(visitors)d visitors need no procedure."
        return [Ground(Message(words, limits), "§ 60 (2) Nr. 4 NBauO")]
    return []


def _escape(unit: Unit, asked: Asked) -> list[Ground]:
    """What it says of the way out."""
    if unit.second_exit or not (asked.assembles or asked.use in NEEDS_PERMIT):
        return []
    words = "No second escape route is entered for this shop; the building office will probably ask for it."
    return [Ground(Message(words), "§ 33 NBauO")]


def _history(unit: Unit) -> list[Ground]:
    """What disuse and short use change."""
    found = []
    if unit.last_approved_use is None:
        unknown = Message("The last approved use is not known. After long disuse an old permit can end.")
        found.append(Ground(unknown, "§ 71 NBauO"))
    return [*found, Ground(Message("A short time alone frees nothing from a permit."), "§ 59 NBauO")]


def _planning(unit: Unit, zone: Permission, noise: int) -> Ground:
    law = {"MK": "§ 7 BauNVO", "MU": "§ 6a BauNVO", "MI": "§ 6 BauNVO", "WA": "§ 4 BauNVO"}[unit.baunvo_zone.value]
    words = {
        Permission.FORBIDDEN: Message("Probably too loud for this area (%(zone)s).", {"zone": unit.baunvo_zone.value}),
        Permission.EXCEPTION: Message(
            "Probably allowed in this area (%(zone)s) only as an exception.", {"zone": unit.baunvo_zone.value}
        ),
        Permission.CONDITION: Message(
            "Probably allowed in this area (%(zone)s) under conditions.", {"zone": unit.baunvo_zone.value}
        ),
        Permission.ALLOWED: Message("Probably allowed in this area (%(zone)s).", {"zone": unit.baunvo_zone.value}),
    }
    return Ground(words[zone], f"{law}, TA Lärm 6.1" if noise else law)


def _plan(unit: Unit, use: UseType) -> list[Ground]:
    """What the development plan says, as far as it was entered."""
    if use.value in unit.bplan_excludes:
        return [Ground(Message("The development plan rules this use out."), unit.bplan_ref or "§ 30 BauGB")]
    if unit.bplan_ref:
        return [Ground(Message("The development plan does not rule it out, as far as entered."), unit.bplan_ref)]
    return [Ground(Message("No development plan is entered; without one the surroundings count."), "§ 34 BauGB")]


def _heritage(unit: Unit) -> list[Ground]:
    found = []
    if unit.heritage in PROTECTED:
        found.append(Ground(Message("Monument: change of use, signs and works need a permit."), "§ 10 NDSchG"))
    elif unit.heritage == Heritage.SURROUNDINGS:
        found.append(
            Ground(Message("Beside a monument: signs and works on the front may need a permit."), "§ 10 NDSchG")
        )
    if unit.preservation_statute:
        found.append(Ground(Message("A preservation statute holds here: changes of use need consent."), "§ 172 BauGB"))
    return found
