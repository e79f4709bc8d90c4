"""Whether a use is probably allowed and how long a permit takes. Pure; a first orientation, never a legal verdict.

Sources: §§ 4, 6, 6a, 7 BauNVO; TA Lärm 6.1; § 60 (2) NBauO; § 10 NDSchG. The
development plan (Bebauungsplan) and the building office have the last word.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from city.settings import CitySettings
from leerstand.kinds import CATEGORY_OF, Category, Heritage, UseType, Zone
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
    {UseType.GASTRONOMY, UseType.CAFE, UseType.FORUM, UseType.CHILDCARE, UseType.SPORT, UseType.PRACTICE}
)
PROTECTED = frozenset({Heritage.ENSEMBLE, Heritage.MONUMENT})


def permission(zone: Zone, use: UseType, noise: int) -> Permission:
    """What the zone probably says of this use when it is so loud (0 to 3)."""
    if noise > NOISE_LIMIT[zone]:
        return Permission.FORBIDDEN
    if zone != Zone.WA:
        return Permission.ALLOWED
    return RESIDENTIAL.get(CATEGORY_OF[use], Permission.ALLOWED)


@dataclass(frozen=True, slots=True)
class Permit:
    """Which permit is probably needed, and the weeks it takes."""

    weeks: int
    reason: Message


def permit(zone: Zone, heritage: Heritage, use: UseType, settings: CitySettings) -> Permit:
    """The slowest permit that this use probably needs here."""
    if permission(zone, use, 0) < Permission.ALLOWED or use in NEEDS_PERMIT:
        weeks = settings.lead_permit_weeks
        if heritage in PROTECTED:
            weeks = max(weeks, settings.lead_heritage_weeks)
        return Permit(weeks, Message("Probably needs a change-of-use permit, about %(weeks)d weeks.", {"weeks": weeks}))
    if heritage in PROTECTED:
        weeks = settings.lead_heritage_weeks
        return Permit(weeks, Message("Probably needs a heritage permit, about %(weeks)d weeks.", {"weeks": weeks}))
    weeks = settings.lead_none_weeks
    return Permit(weeks, Message("Probably needs no permit (§ 60 (2) no. 1 NBauO); please have it checked.", {}))
