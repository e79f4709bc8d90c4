"""The permit pre-check (Genehmigungs-Vorprüfung): what is probably needed, why, under which law, and how long. Pure.

A first orientation, never a verdict: the development plan and the building office decide. Read for Lower Saxony
(NBauO as amended on 1 July 2024, NDSchG); other states have their own building law.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from city.settings import CitySettings
from leerstand.kinds import CATEGORY_OF, Heritage, UseType
from leerstand.models import Unit
from leerstand.permits import NEEDS_PERMIT, PROTECTED, Permission, permission
from routing.message import Message

EVENT_DAYS, EVENT_VISITORS = 3, 200  # § 60 (2) no. 4 NBauO: so rare and so small an assembly needs no procedure


class Level(StrEnum):
    """What is probably needed."""

    NONE = "none"  # verfahrensfrei
    EVENT = "event"  # rare assembly, free of procedure within limits
    HERITAGE = "heritage"  # permit of the monument office
    PERMIT = "permit"  # change-of-use permit
    FORBIDDEN = "forbidden"  # planning law probably rules it out


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


def check(unit: Unit, use: UseType, noise: int, settings: CitySettings, *, event_days: int = 0) -> PermitCheck:
    """Ask planning law, building law and monument law; ``event_days`` a year make a room one of assembly only then."""
    zone = permission(unit.baunvo_zone, use, noise)
    excluded = use.value in unit.bplan_excludes
    grounds = [_planning(unit, zone, noise), *_plan(unit, use)]
    if zone == Permission.FORBIDDEN or excluded:
        return PermitCheck(Level.FORBIDDEN, tuple(grounds), settings.lead_permit_weeks)
    same = unit.last_approved_use is not None and CATEGORY_OF[unit.last_approved_use] == CATEGORY_OF[use]
    level = Level.NONE
    if use in NEEDS_PERMIT and not same:
        level = Level.PERMIT
        grounds.append(
            Ground(
                Message("Asks more of the building than a shop: escape routes, fire safety, WCs."),
                "§ 60 (2) Nr. 1 NBauO",
            )
        )
    elif zone < Permission.ALLOWED:
        level = Level.PERMIT
        grounds.append(Ground(Message("Planning law sets other requirements for this use."), "§ 60 (2) Nr. 1 NBauO"))
    elif same:
        grounds.append(Ground(Message("The last approved use was of the same kind."), "§ 60 (2) Nr. 1 NBauO"))
    else:
        grounds.append(
            Ground(
                Message("No other and no further requirements than for a shop: free of procedure."),
                "§ 60 (2) Nr. 1 NBauO",
            )
        )
    if 0 < event_days <= EVENT_DAYS and level == Level.NONE:
        level = Level.EVENT
        grounds.append(
            Ground(
                Message(
                    "Events on at most %(days)d days a year with at most %(visitors)d visitors need no procedure.",
                    {"days": EVENT_DAYS, "visitors": EVENT_VISITORS},
                ),
                "§ 60 (2) Nr. 4 NBauO",
            )
        )
    elif event_days > EVENT_DAYS:
        level = Level.PERMIT
        grounds.append(
            Ground(
                Message("More than %(days)d event days a year: a room of assembly.", {"days": EVENT_DAYS}),
                "§ 60 (2) Nr. 4 NBauO",
            )
        )
    heritage = _heritage(unit)
    grounds += heritage
    if unit.heritage in PROTECTED and level in (Level.NONE, Level.EVENT):
        level = Level.HERITAGE
    if unit.last_approved_use is None:
        grounds.append(
            Ground(
                Message("The last approved use is not known. After long disuse an old permit can end."), "§ 71 NBauO"
            )
        )
    grounds.append(Ground(Message("A short time alone frees nothing from a permit."), "§ 59 NBauO"))
    return PermitCheck(level, tuple(grounds), _weeks(unit, level, settings))


def _weeks(unit: Unit, level: Level, settings: CitySettings) -> int:
    if level == Level.PERMIT:
        both = settings.lead_heritage_weeks if unit.heritage in PROTECTED else 0
        return max(settings.lead_permit_weeks, both)
    return settings.lead_heritage_weeks if level == Level.HERITAGE else settings.lead_none_weeks


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
