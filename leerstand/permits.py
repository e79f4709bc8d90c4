"""Whether a use is probably allowed and how long a permit takes. Pure; a first orientation, never a legal verdict.

Sources: §§ 4, 6, 6a, 7 BauNVO; TA Lärm 6.1; § 60 (2) NBauO; § 10 NDSchG. The
development plan (Bebauungsplan) and the building office have the last word.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from city.settings import CitySettings
from leerstand.kinds import CATEGORY_OF, Category, Heritage, UseType, Zone
from leerstand.models import Unit, UseRequest
from routing.message import Message


class Permission(IntEnum):
    """What the zone says of a use."""

    FORBIDDEN = 0  # unzulässig
    EXCEPTION = 1  # ausnahmsweise
    CONDITION = 2  # bedingt
    ALLOWED = 3  # zulässig


# How loud a use may be (0 to 3) before it disturbs the zone substantially. Levels by day after TA Lärm 6.1:
# MU 63, MK and MI 60, WA 55 dB(A); where the steps of our scale lie is our own assumption.
NOISE_LIMIT = {Zone.MU: 3, Zone.MK: 2, Zone.MI: 2, Zone.WA: 1}
# § 4 BauNVO for general residential areas; the other three zones allow all uses of the catalogue.
RESIDENTIAL = {
    Category.RETAIL: Permission.CONDITION,
    Category.FOOD: Permission.EXCEPTION,
    Category.GASTRONOMY: Permission.CONDITION,
    Category.CRAFT: Permission.CONDITION,
    Category.WORK: Permission.CONDITION,
    Category.SERVICE: Permission.EXCEPTION,
    Category.LOGISTICS: Permission.EXCEPTION,
}
# Uses for which building law asks for more than for a shop (escape routes, kitchens, washing, assembly).
NEEDS_PERMIT = frozenset(
    {
        UseType.GASTRONOMY,
        UseType.CAFE,
        UseType.FORUM,
        UseType.CHILDCARE,
        UseType.SPORT,
        UseType.PRACTICE,
        UseType.HOUSING,
    }
)
PROTECTED = frozenset({Heritage.ENSEMBLE, Heritage.MONUMENT})
EVENT_DAYS, EVENT_VISITORS = 3, 200  # § 60 (2) no. 4 NBauO: so rare and so small an assembly needs no procedure


def permission(zone: Zone, use: UseType, noise: int) -> Permission:
    """What the zone probably says of this use when it is so loud (0 to 3)."""
    if noise > NOISE_LIMIT[zone]:
        return Permission.FORBIDDEN
    if use == UseType.HOUSING:
        return Permission.CONDITION if zone == Zone.MK else Permission.ALLOWED
    if zone != Zone.WA:
        return Permission.ALLOWED
    return RESIDENTIAL.get(CATEGORY_OF[use], Permission.ALLOWED)


class Level(StrEnum):
    """Which permit is probably needed."""

    NONE = "none"  # verfahrensfrei
    EVENT = "event"  # rare assembly, free of procedure within limits
    HERITAGE = "heritage"  # permit of the monument office
    PERMIT = "permit"  # change-of-use permit
    FORBIDDEN = "forbidden"  # planning law probably rules it out


@dataclass(frozen=True, slots=True)
class Asked:
    """What a use is, as far as permits depend on it: its kind, how loud (0 to 3), events a year, visitors at a time."""

    use: UseType
    noise: int = 0
    event_days: int = 0
    visitors: int = 0

    @property
    def rare_events(self) -> bool:
        """So few and so small that they need no procedure."""
        return 0 < self.event_days <= EVENT_DAYS and self.visitors <= EVENT_VISITORS

    @property
    def assembles(self) -> bool:
        """More than that: a room of assembly."""
        return self.event_days > 0 and not self.rare_events


def asked_by(request: UseRequest) -> Asked:
    """What a request asks the building office."""
    return Asked(request.use_type, request.noise, request.event_days, request.visitors_max or 0)


def ruled_out(unit: Unit, asked: Asked) -> bool:
    """Whether the area or the development plan probably forbids it."""
    zone = permission(unit.baunvo_zone, asked.use, asked.noise)
    return zone == Permission.FORBIDDEN or asked.use.value in unit.bplan_excludes


def same_as_before(unit: Unit, use: UseType) -> bool:
    """Whether the last approved use was of the same kind: then building law asks nothing new."""
    return unit.last_approved_use is not None and CATEGORY_OF[unit.last_approved_use] == CATEGORY_OF[use]


def level_of(unit: Unit, asked: Asked) -> Level:
    """The slowest permit that this use probably needs here."""
    if ruled_out(unit, asked):
        return Level.FORBIDDEN
    zone = permission(unit.baunvo_zone, asked.use, asked.noise)
    more = asked.use in NEEDS_PERMIT and not same_as_before(unit, asked.use)
    if more or zone < Permission.ALLOWED or asked.assembles:
        return Level.PERMIT
    if unit.heritage in PROTECTED:
        return Level.HERITAGE
    return Level.EVENT if asked.rare_events else Level.NONE


def lead_weeks(unit: Unit, asked: Asked, settings: CitySettings) -> int:
    """The weeks that the city reckons with before the use can begin; the one source for pre-check and matching."""
    level = level_of(unit, asked)
    if level in (Level.PERMIT, Level.FORBIDDEN):
        return max(settings.lead_permit_weeks, settings.lead_heritage_weeks if unit.heritage in PROTECTED else 0)
    return settings.lead_heritage_weeks if level == Level.HERITAGE else settings.lead_none_weeks


def what_leads_depend_on(unit: Unit) -> Hashable:
    """Shops of one key wait equally long for every use."""
    before = unit.last_approved_use and CATEGORY_OF[unit.last_approved_use]
    return unit.baunvo_zone, unit.heritage in PROTECTED, before, frozenset(unit.bplan_excludes or ())


def sentence(unit: Unit, asked: Asked, settings: CitySettings) -> Message:
    """Which permit is probably needed, in one sentence."""
    level, weeks = level_of(unit, asked), lead_weeks(unit, asked, settings)
    if level in (Level.PERMIT, Level.FORBIDDEN):
        return Message("Probably needs a change-of-use permit, about %(weeks)d weeks.", {"weeks": weeks})
    if level == Level.HERITAGE:
        return Message("Probably needs a heritage permit, about %(weeks)d weeks.", {"weeks": weeks})
    return Message("Probably needs no permit (§ 60 (2) no. 1 NBauO); please have it checked.", {})
