"""What was in the demo's shops before (erfunden), so that figures over the years have something to count."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from demo.stock import SEED
from leerstand.kinds import Category, SpellKind, UseType
from leerstand.models import Occupancy, Unit

NEW_LATELY = 0.10  # share of the shops in use whose tenant came within a year
LET_AGAIN = 0.35  # of the others: share that stood empty before the tenant came
CHAINS = 0.2  # share of branches
LONGEST_DAYS = 1_400


def give_past(units: Sequence[Unit], today: date) -> None:
    """Earlier vacancies, two interim uses that have ended, and which shops are branches; today stays as it is."""
    chance = random.Random(SEED + 2)
    let = [unit for unit in units if len(unit.spells) == 1 and unit.spells[0].kind == SpellKind.REGULAR]
    for number, unit in enumerate(let):
        now = unit.spells[0]
        now.is_chain = chance.random() < CHAINS
        lately = chance.random() < NEW_LATELY or number < 2
        if lately:
            now.starts = today - timedelta(days=chance.randrange(20, 330))
        if lately or chance.random() < LET_AGAIN:
            unit.spells = [*_before(now, number, chance), now]
            unit.invented = [*unit.invented, "spells"]


def _before(now: Occupancy, number: int, chance: random.Random) -> list[Occupancy]:
    """Somebody, then nobody, perhaps somebody for a while, up to the day on which the tenant of today came."""
    empty = round(min(LONGEST_DAYS, 40 + 180 * chance.lognormvariate(0, 0.7)))
    used = chance.randrange(90, 200) if number < 2 else 0
    gap = 0 if number == 0 else chance.randrange(20, 90) if used else 0
    let = chance.randrange(700, 4_000)
    kinds = [SpellKind.REGULAR, SpellKind.VACANCY, SpellKind.INTERIM, SpellKind.VACANCY]
    lasted = [let, empty, used, gap]
    days = [now.starts - timedelta(days=sum(lasted[place:])) for place in range(len(lasted))]
    found = [
        Occupancy(kind=kind, starts=starts, ends=ends)
        for kind, (starts, ends) in zip(kinds, pairwise([*days, now.starts]), strict=True)
        if starts < ends
    ]
    for spell in found:
        if spell.kind == SpellKind.REGULAR:
            spell.category = now.category
        elif spell.kind == SpellKind.INTERIM:
            spell.use_type, spell.category = UseType.POP_UP, Category.RETAIL
            spell.tenant = now.tenant if number == 0 else "Laden auf Zeit"
    return found
