"""What is known of a shop beside its own row on a given day: free from when, a gap or not, who is around. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from leerstand.kinds import Category, Floor, Side, SpellKind, UseType, VacancyStage
from leerstand.models import Occupancy, Unit
from leerstand.shares import PER_MILLE, Sharing
from leerstand.shares import sharing as sharing_of

QUIET = frozenset(
    {Category.EDUCATION, Category.HEALTH, Category.SOCIAL, Category.HOUSING}
)  # uses that loud neighbours would disturb


EVENING = frozenset({Category.GASTRONOMY})  # uses that are heard in the evening
THREAT_AHEAD = timedelta(days=365)  # an end within a year without a successor is a threatened vacancy


class Status(StrEnum):
    """What a shop is on one day, derived from its spells (Stand des Ladens)."""

    OCCUPIED = "occupied"
    THREATENED = "threatened"  # Leerstand droht
    VACANCY = "vacancy"
    INTERIM = "interim"
    HUB = "hub"
    WORKS = "works"
    CONVERTED = "converted"
    CLOSED = "closed"
    UNKNOWN = "unknown"


OF_KIND = {
    SpellKind.VACANCY: Status.VACANCY,
    SpellKind.WORKS: Status.WORKS,
    SpellKind.CONVERTED: Status.CONVERTED,
    SpellKind.CLOSED: Status.CLOSED,
}
NOBODY = Sharing()
Present = tuple[Unit, Occupancy | None]  # a shop, and who is in it
HELD_BACK = frozenset({VacancyStage.RESERVED, VacancyStage.UNMARKETABLE})  # empty, but not to be given away


@dataclass(frozen=True, slots=True)
class Situation:
    """One shop on the day of the plan (Lage des Ladens).

    ``free_from`` is the first day on which nobody is in it and the owner offers
    it; ``free_until`` the first day on which that is over. ``gap_m`` is the
    dead front that a use would bring to life: 0 beyond the outermost active
    use of the street, where emptiness is retreat and not a hole.
    """

    today: date
    free_from: date
    free_until: date | None = None
    empty_since: date | None = None  # None: somebody is still in it
    gap_m: float = 0.0
    same_kind: Mapping[Category, int] = field(default_factory=dict)  # active uses in the street
    quiet_neighbour: str = ""  # address of a use nearby that needs quiet
    dead_neighbours: int = 0  # next doors that are dead too, inside the outermost active use
    evening_neighbour: str = ""  # address of a restaurant nearby
    retreat: bool = False  # no front in use lies further out in its street
    kept_further_out: str = ""  # address of the outermost shop that stays one; conversions go from the outside in
    share_from: date | None = None  # a share is free earlier than all of it: others have theirs already
    share_until: date | None = None
    sharing: Sharing = NOBODY
    share_permille: int = PER_MILLE  # of the shop and its week, where only a share is looked at
    next_out: tuple[int, ...] = ()  # the next shops further out that are free: they would have to be converted too

    @property
    def empty_days(self) -> int:
        """How long it has been empty."""
        return 0 if self.empty_since is None else max(0, (self.today - self.empty_since).days)


def spell_on(spells: Iterable[Occupancy], day: date) -> Occupancy | None:
    """Who is in a shop on a day."""
    return next((spell for spell in spells if spell.starts <= day and (spell.ends is None or day < spell.ends)), None)


def status_on(spells: Iterable[Occupancy], day: date) -> Status:
    """What a shop with these spells is on a day."""
    known = list(spells)
    now = spell_on(known, day)
    if now is None:
        return Status.UNKNOWN
    if now.kind == SpellKind.INTERIM:
        return Status.HUB if now.use_type == UseType.MICRO_HUB else Status.INTERIM
    if now.kind == SpellKind.REGULAR:
        return Status.THREATENED if _ends_without_successor(now, known, day) else Status.OCCUPIED
    return OF_KIND[now.kind]


def _ends_without_successor(now: Occupancy, known: list[Occupancy], day: date) -> bool:
    if now.threat is not None:
        return True
    if now.ends is None or now.ends > day + THREAT_AHEAD:
        return False
    after = spell_on(known, now.ends)
    return after is None or not after.active


def _is_dead(unit: Unit, spell: Occupancy | None) -> bool:
    """Whether the ground-floor front is empty or under works; what nobody knows counts as alive."""
    return unit.floor == Floor.GROUND and spell is not None and not spell.active


def _in_use(unit: Unit, spell: Occupancy | None) -> bool:
    return unit.floor == Floor.GROUND and spell is not None and spell.active


def _present(street: Iterable[Unit], day: date) -> list[Present]:
    return [(unit, spell_on(unit.spells, day)) for unit in street]


def _edge_m(present: Iterable[Present]) -> int | None:
    """Position of the outermost active ground-floor use of one street; None when there is none."""
    return max((unit.position_m for unit, spell in present if _in_use(unit, spell)), default=None)


def free_period(unit: Unit, today: date, *, beside: bool = False) -> tuple[date, date | None] | None:
    """When a shop can be used next, half-open; None while somebody is in it without a known end, or it is held back.

    ``beside`` asks for a share of it: those who have only a share themselves are in nobody's way.
    """
    now = spell_on(unit.spells, today)
    if now is not None and now.stage in HELD_BACK:
        return None
    if now is not None and now.ends is None and now.kind != SpellKind.VACANCY and not (beside and now.shares):
        return None  # most shops: in use without a known end
    start = max(today, unit.available_from or today)
    there = (spell for spell in unit.spells if spell.kind != SpellKind.VACANCY and not (beside and spell.shares))
    taken = sorted(there, key=lambda spell: spell.starts)
    until: date | None = None
    for spell in taken:
        if spell.ends is not None and spell.ends <= start:
            continue
        if spell.starts > start:
            until = spell.starts
            break
        if spell.ends is None:
            return None
        start = spell.ends
    if unit.available_until is not None and (until is None or unit.available_until < until):
        until = unit.available_until
    return (start, until) if until is None or start < until else None


def shared_by(spells: Iterable[Occupancy], today: date) -> Sharing:
    """What others have of a shop from today on, whenever they are there."""
    running = (spell for spell in spells if spell.shares and (spell.ends is None or today < spell.ends))
    return sharing_of(row for spell in running for row in spell.shares)


def situations(units: Iterable[Unit], today: date, neighbour_distance_m: int) -> dict[int, Situation]:
    """The situation of every shop that can be given away, by id.

    Needs the spells of all shops of the town loaded: a street is judged as a whole.
    """
    streets: dict[int | None, list[Unit]] = {}
    for unit in units:
        streets.setdefault(unit.axis_id, []).append(unit)
    return {
        unit_id: situation
        for axis_id, street in streets.items()
        for unit_id, situation in _of_street(street, axis_id is not None, today, neighbour_distance_m).items()
    }


def _of_street(street: list[Unit], ordered: bool, today: date, distance_m: int) -> dict[int, Situation]:
    present = _present(street, today)
    edge_m = _edge_m(present) if ordered else None
    mix = Counter(spell.category for _, spell in present if spell is not None and spell.active and spell.category)
    quiet = [unit for unit, spell in present if spell is not None and spell.category in QUIET] if ordered else []
    evening = [unit for unit, spell in present if spell is not None and spell.active and spell.category in EVENING]
    beside = Counter(unit_id for pair in _dead_pairs(present, edge_m) for unit_id in pair)
    found = {}
    for unit, spell in present:
        if (free := free_period(unit, today)) is None:
            continue
        sharing = shared_by(unit.spells, today)
        beside_others = free_period(unit, today, beside=True) if sharing.anybody else None
        hole = edge_m is not None and unit.position_m <= edge_m and _is_dead(unit, spell)
        found[unit.id] = Situation(
            today=today,
            free_from=free[0],
            free_until=free[1],
            empty_since=spell.starts if spell is not None and spell.kind == SpellKind.VACANCY else None,
            gap_m=unit.frontage_m if hole else 0.0,
            same_kind=dict(mix) if ordered else {},
            quiet_neighbour=next((other.address for other in quiet if are_neighbours(unit, other, distance_m)), ""),
            dead_neighbours=beside[unit.id],
            share_from=beside_others[0] if beside_others else None,
            share_until=beside_others[1] if beside_others else None,
            sharing=sharing,
            evening_neighbour=next((other.address for other in evening if are_neighbours(unit, other, distance_m)), ""),
            retreat=ordered and (edge_m is None or edge_m <= unit.position_m),
        )
    return _from_outside_in(present, found) if ordered else found


def _from_outside_in(present: Sequence[Present], found: dict[int, Situation]) -> dict[int, Situation]:
    """Which shops further out stay shops, and which would have to be converted first."""
    shops = [unit for unit, spell in present if _is_still_a_shop(unit, spell)]
    at: dict[int, list[int]] = {unit.position_m: [] for unit in shops}
    for unit in shops:
        at[unit.position_m] += [unit.id] if unit.id in found else []
    places_m = sorted(at)
    kept = [unit for unit in shops if unit.id not in found]
    outermost = max(kept, key=lambda unit: (unit.position_m, unit.id), default=None)
    placed = {}
    for unit, _spell in present:
        if unit.id not in found:
            continue
        beyond_m = places_m[bisect_right(places_m, unit.position_m) :][:1]
        placed[unit.id] = replace(
            found[unit.id],
            kept_further_out=outermost.address if outermost and outermost.position_m > unit.position_m else "",
            next_out=tuple(unit_id for place_m in beyond_m for unit_id in at[place_m]),
        )
    return placed


def _is_still_a_shop(unit: Unit, spell: Occupancy | None) -> bool:
    """At street level, part of the stock, and not converted or given up; what nobody knows counts as one."""
    gone = spell is not None and spell.kind in (SpellKind.CONVERTED, SpellKind.CLOSED)
    return unit.floor == Floor.GROUND and unit.counts_as_stock is not False and not gone


def dead_pairs(units: Iterable[Unit], today: date) -> list[tuple[int, int]]:
    """Neighbours on one side of a street that are both dead (Leerstandsband), inside its outermost active use.

    Shops by id; needs the spells of all shops of the town loaded.
    """
    streets: dict[int, list[Unit]] = {}
    for unit in units:
        if unit.axis_id is not None:
            streets.setdefault(unit.axis_id, []).append(unit)
    everybody = [_present(street, today) for street in streets.values()]
    return [pair for present in everybody for pair in _dead_pairs(present, _edge_m(present))]


def _dead_pairs(present: Sequence[Present], edge_m: int | None) -> list[tuple[int, int]]:
    if edge_m is None:
        return []
    found = []
    for side in Side:
        fronts = [(unit, spell) for unit, spell in present if unit.side == side and unit.floor == Floor.GROUND]
        fronts.sort(key=lambda front: (front[0].position_m, front[0].id))
        for (one, here), (other, there) in pairwise(fronts):
            if other.position_m <= edge_m and _is_dead(one, here) and _is_dead(other, there):
                found.append((one.id, other.id))
    return found


def are_neighbours(one: Unit, other: Unit, distance_m: int) -> bool:
    """Whether two shops of one street are so close that one hears the other."""
    return (
        one is not other
        and one.axis_id is not None
        and one.axis_id == other.axis_id
        and abs(one.position_m - other.position_m) <= distance_m
    )
