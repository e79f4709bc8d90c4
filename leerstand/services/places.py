"""How the city orders its places: which street comes first, and what its grades are called."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from city import audit
from city.db import db
from city.messages import Conflict, NotFound
from leerstand import queries
from leerstand.models import LocationGrade, StreetAxis, Unit
from routing.message import BadInput

MOST_GRADES = 9
LONGEST_GRADE = 20  # characters


def move_street(axis_id: int, steps: int) -> StreetAxis:
    """Move a street towards the core (negative) or outward; it stops at the ends. Raises NotFound."""
    streets = queries.axes()
    moved = _among(streets, axis_id)
    at = streets.index(moved)
    streets.insert(max(0, at + steps), streets.pop(at))
    for rank, street in enumerate(streets):
        street.rank = rank
    return moved


def _among(streets: Sequence[StreetAxis], axis_id: int) -> StreetAxis:
    found = next((street for street in streets if street.id == axis_id), None)
    if found is None:
        raise NotFound("There is no such street. It may have been deleted.")
    return found


def remove_street(axis_id: int) -> None:
    """Delete a street in which no shop lies. Raises Conflict for one that has shops."""
    street = _among(queries.axes(), axis_id)
    if shops := db.session.scalar(select(func.count(Unit.id)).where(Unit.axis_id == axis_id)):
        raise Conflict("%(street)s stays: shops there: %(count)d.", street=street.name, count=shops)
    db.session.delete(street)


def shops_per_street() -> dict[int, int]:
    """How many shops lie in each street."""
    rows = db.session.execute(select(Unit.axis_id, func.count(Unit.id)).group_by(Unit.axis_id))
    return {axis_id: count for axis_id, count in rows if axis_id is not None}


def name_grades(names: Sequence[str]) -> None:
    """Name the city's grades, best first. Raises BadInput for a list that cannot be, Conflict for a grade in use."""
    check_grades(names)
    last = db.session.scalar(select(func.max(Unit.grade))) or 0
    if last > len(names):
        known = queries.grades()
        count = db.session.scalar(select(func.count(Unit.id)).where(Unit.grade > len(names)))
        raise Conflict(
            "Shops in a grade that this list no longer has, up to “%(grade)s”: %(count)d. Move them first.",
            count=count,
            grade=known.get(last, str(last)),
        )
    db.session.execute(delete(LocationGrade))
    db.session.add_all(LocationGrade(rank=rank, name=name) for rank, name in enumerate(names, start=1))
    audit.record("grades named", "city", None, count=len(names))


def check_grades(names: Sequence[str]) -> None:
    """Raises BadInput: none, too many, a name too long, or the same name twice."""
    if not 1 <= len(names) <= MOST_GRADES:
        raise BadInput("%(count)d grades are listed; 1 to %(most)d are possible.", count=len(names), most=MOST_GRADES)
    folded = [name.casefold() for name in names]
    for name in names:
        if len(name) > LONGEST_GRADE:
            raise BadInput("“%(name)s” is longer than %(most)d characters.", name=name, most=LONGEST_GRADE)
        if folded.count(name.casefold()) > 1:
            raise BadInput("“%(name)s” is listed twice.", name=name)
