"""Deeds on the stock: a shop is recorded or changed, a spell is added or ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import has_request_context
from flask_login import current_user
from sqlalchemy import func, select

from city import addresses, audit, clock, streets
from city.db import db
from city.messages import Conflict, NotFound
from leerstand import queries
from leerstand.kinds import Category, DatePrecision, Side, SpellKind, VacancyReason
from leerstand.models import Occupancy, StreetAxis, Unit
from leerstand.spells import objection_to_spell
from routing.message import BadInput
from routing.streets.model import Bounds

ABOUT_SPELLS = ("spells", "vacancy")  # what of ``Unit.invented`` concerns who was here
GERMANY = Bounds(south=47.2, west=5.8, north=55.1, east=15.1)


def axis_named(name: str) -> StreetAxis:
    """The street of this name; a new one comes last."""
    found = db.session.scalar(select(StreetAxis).where(StreetAxis.name == name))
    if found is None:
        last = db.session.scalar(select(func.max(StreetAxis.rank)))
        found = StreetAxis(name=name, rank=0 if last is None else last + 1)
        db.session.add(found)
        db.session.flush()
    return found


def record_unit(
    values: Mapping[str, Any],
    *,
    empty_since: date | None,
    reason: VacancyReason | None = None,
    tenant: str = "",
    category: Category | None = None,
) -> Unit:
    """Take a shop into the stock; ``values`` are its columns.

    With ``empty_since`` a vacancy begins that day; otherwise whoever is in it is written down from today on, as an
    estimate, if anything is known of them.
    """
    values = placed(values)
    unit = Unit(
        axis_id=axis_named(values["street"]).id,
        side=side_of(values["housenumber"]),
        last_verified_on=clock.today(),
        verified_by_id=_who(),
        **values,
    )
    db.session.add(unit)
    db.session.flush()
    if empty_since is not None:
        db.session.add(Occupancy(unit_id=unit.id, kind=SpellKind.VACANCY, starts=empty_since, ends=None, reason=reason))
    elif tenant:
        spell = {"kind": SpellKind.REGULAR, "starts_precision": DatePrecision.GUESSED, "starts": clock.today()}
        db.session.add(Occupancy(unit_id=unit.id, tenant=tenant, category=category, **spell))
    audit.record("shop recorded", "unit", unit.id)
    return unit


def _who() -> int | None:
    return current_user.id if has_request_context() and current_user.is_authenticated else None


def change_unit(unit_id: int, values: Mapping[str, Any]) -> Unit:
    """Change what is known of a shop. Whatever a person has typed or confirmed is invented no longer."""
    unit = queries.unit(unit_id, to_change=True)
    values = placed(values)
    changed = [name for name, value in values.items() if getattr(unit, name) != value]
    for name, value in values.items():
        setattr(unit, name, value)
    unit.side = side_of(unit.housenumber)
    if "street" in changed:
        unit.axis_id = axis_named(values["street"]).id
    unit.invented = [name for name in unit.invented if name in ABOUT_SPELLS]
    unit.last_verified_on, unit.verified_by_id = clock.today(), _who()
    audit.record("shop changed", "unit", unit_id, fields=", ".join(sorted(changed)))
    return unit


def placed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the place as it was typed or, where it was left empty, that of the address. Raises BadInput.

    An address that the map knows is written as the map writes it.
    """
    point, street = (values["lat"], values["lon"]), values["street"]
    if point == (None, None):
        try:
            point = addresses.point_at(street, values["housenumber"])
            known = addresses.find(street, values["housenumber"])
        except streets.NoStreets as missing:
            raise BadInput(
                "Latitude and longitude are missing, and there is no street map yet that knows the address."
            ) from missing
        street = known.street if known is not None else street
    elif None in point:
        raise BadInput("Latitude and longitude belong together; one of them is missing.")
    check_place(point)
    return {**values, "street": street, "lat": point[0], "lon": point[1]}


def check_place(point: tuple[float, float]) -> None:
    """The place lies on the city's map, or in Germany where there is none yet. Raises BadInput."""
    from routing.streets.snapping import check_point  # brings shapely and scipy: only where a place is checked

    try:
        bounds = streets.network().bounds
    except streets.NoStreets:
        bounds = GERMANY
    check_point(point, bounds)


def side_of(housenumber: str) -> Side:
    """Odd or even; without a number it counts as odd."""
    digits = "".join(character for character in housenumber.split("-")[0] if character.isdecimal())
    return Side.EVEN if digits and int(digits) % 2 == 0 else Side.ODD


def add_spell(
    unit_id: int, *, kind: SpellKind, starts: date, ends: date | None, tenant: str = "", **more: Any
) -> Occupancy:
    """Write down who is in a shop from when on; ``more`` are further columns of the entry.

    An entry without an end that began earlier ends where this one starts.
    Raises :class:`Conflict` when another entry holds in that period.
    """
    unit = queries.unit(unit_id, to_change=True)
    running = next((spell for spell in unit.spells if spell.ends is None and spell.starts < starts), None)
    others = [spell for spell in unit.spells if spell is not running]
    if objection := objection_to_spell(others, starts, ends):
        raise Conflict(objection.text, **objection.values)
    if running is not None:
        _not_by_agreement(running)
        running.ends = starts
    spell = Occupancy(unit_id=unit_id, starts=starts, ends=ends, **_of_kind(kind, tenant, more))
    db.session.add(spell)
    _no_longer_invented(unit)
    audit.record("spell added", "unit", unit_id, kind=kind.value)
    return spell


def change_spell(
    unit_id: int, spell_id: int, *, kind: SpellKind, starts: date, ends: date | None, tenant: str = "", **more: Any
) -> None:
    """Put an entry right. Raises :class:`Conflict` when another one holds in that period, or an agreement made it."""
    unit = queries.unit(unit_id, to_change=True)
    spell = _spell_of(unit, spell_id)
    _not_by_agreement(spell)
    if objection := objection_to_spell([other for other in unit.spells if other is not spell], starts, ends):
        raise Conflict(objection.text, **objection.values)
    spell.starts, spell.ends = starts, ends
    for name, value in _of_kind(kind, tenant, more).items():
        setattr(spell, name, value)
    _no_longer_invented(unit)
    audit.record("spell changed", "unit", unit_id, kind=kind.value)


def remove_spell(unit_id: int, spell_id: int) -> None:
    """Take an entry out that was a mistake."""
    unit = queries.unit(unit_id, to_change=True)
    spell = _spell_of(unit, spell_id)
    _not_by_agreement(spell)
    db.session.delete(spell)
    audit.record("spell removed", "unit", unit_id, kind=spell.kind.value)


def _spell_of(unit: Unit, spell_id: int) -> Occupancy:
    found = next((spell for spell in unit.spells if spell.id == spell_id), None)
    if found is None:
        raise NotFound("There is no such entry. It may have been removed.")
    return found


def _not_by_agreement(spell: Occupancy) -> None:
    if spell.agreement_id is not None:
        raise Conflict("This entry comes from an agreement. Please change the agreement.")


def _of_kind(kind: SpellKind, tenant: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an entry; what does not belong to its kind stays empty."""
    given: dict[str, Any] = {
        "tenant": tenant,
        "category": None,
        "is_chain": False,
        "reason": None,
        **more,
        "kind": kind,
    }
    if kind not in (SpellKind.REGULAR, SpellKind.INTERIM):
        given |= {"tenant": "", "category": None, "is_chain": False}
    if kind != SpellKind.VACANCY:
        given |= {"reason": None}
    return given


def _no_longer_invented(unit: Unit) -> None:
    unit.invented = [name for name in unit.invented if name not in ABOUT_SPELLS]


def end_spell(unit_id: int, spell_id: int, *, ends: date) -> None:
    """Say when a running entry ends, for example that a lease has been given notice; the shop is threatened then."""
    unit = queries.unit(unit_id, to_change=True)
    spell = next((spell for spell in unit.spells if spell.id == spell_id), None)
    if spell is None or spell.ends is not None:
        raise Conflict("This entry has an end already. Please load the page again.")
    if objection := objection_to_spell([other for other in unit.spells if other is not spell], spell.starts, ends):
        raise Conflict(objection.text, **objection.values)
    spell.ends = ends
    audit.record("spell ended", "unit", unit_id)
