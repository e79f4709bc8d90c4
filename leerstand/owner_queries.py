"""What the city knows of owners: their files, whom to ask, what was said, what they allow. For the city alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from city.db import db
from city.messages import NotFound
from city.models import Organisation, OrganisationKind
from leerstand.kinds import OwnerKind, Willingness
from leerstand.models import Consent, ContactEntry, OwnerContact, OwnerFile, Unit


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """One owner in the list."""

    id: int
    name: str
    units: int
    file: OwnerFile | None
    last_talk: date | None


def owner_list(
    word: str = "", *, willing: Willingness | None = None, kind: OwnerKind | None = None, uninformed: bool = False
) -> list[OwnerRow]:
    """The owners by name, with how many shops they have and when the city last spoke with them.

    ``willing`` also finds, for open, those whom nobody has asked; ``uninformed``
    are those who have not been told of the processing yet (Art. 13, 14 DSGVO).
    """
    units = select(Unit.owner_id, func.count(Unit.id).label("n")).group_by(Unit.owner_id).subquery()
    talks = select(ContactEntry.owner_id, func.max(ContactEntry.happened_on).label("last"))
    last = talks.group_by(ContactEntry.owner_id).subquery()
    query = select(Organisation.id, Organisation.name, units.c.n, OwnerFile, last.c.last)
    query = query.where(Organisation.kind == OrganisationKind.OWNER)
    query = query.outerjoin(units, units.c.owner_id == Organisation.id).outerjoin(
        last, last.c.owner_id == Organisation.id
    )
    query = query.outerjoin(OwnerFile, OwnerFile.owner_id == Organisation.id)
    if word:
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(Organisation.name.ilike(pattern, escape="\\"))
    if willing is not None:
        said = OwnerFile.willing_interim == willing
        query = query.where(or_(said, OwnerFile.id.is_(None)) if willing == Willingness.OPEN else said)
    if kind is not None:
        query = query.where(OwnerFile.kind == kind)
    if uninformed:
        query = query.where(OwnerFile.informed_on.is_(None))
    rows = db.session.execute(query.order_by(Organisation.name, Organisation.id))
    return [OwnerRow(row[0], row[1], row[2] or 0, row[3], row[4]) for row in rows]


def owner(owner_id: int, *, to_change: bool = False) -> Organisation:
    """One owner; any other organisation is not found."""
    query = select(Organisation).where(Organisation.id == owner_id, Organisation.kind == OrganisationKind.OWNER)
    if to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("There is no such owner.")
    return found


def file_of(owner_id: int) -> OwnerFile | None:
    """The city's file on an owner, if there is one."""
    return db.session.scalar(select(OwnerFile).where(OwnerFile.owner_id == owner_id))


def contacts_of(owner_id: int) -> list[OwnerContact]:
    """Whom to ask, the first one first."""
    query = select(OwnerContact).where(OwnerContact.owner_id == owner_id)
    return list(db.session.scalars(query.order_by(OwnerContact.first.desc(), OwnerContact.id)))


def contact(owner_id: int, contact_id: int) -> OwnerContact:
    """One contact of this owner. Another owner's is not found."""
    query = select(OwnerContact).where(OwnerContact.id == contact_id, OwnerContact.owner_id == owner_id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("There is no such contact. It may have been removed.")
    return found


def units_of(owner_id: int) -> list[Unit]:
    """The owner's shops, by address."""
    query = select(Unit).where(Unit.owner_id == owner_id)
    return list(db.session.scalars(query.order_by(Unit.street, Unit.position_m, Unit.id)))


_WHAT = (joinedload(ContactEntry.unit), joinedload(ContactEntry.by), joinedload(ContactEntry.owner))


def entries_of(owner_id: int) -> list[ContactEntry]:
    """What was said with an owner, newest first."""
    query = select(ContactEntry).where(ContactEntry.owner_id == owner_id).options(*_WHAT)
    return list(db.session.scalars(query.order_by(ContactEntry.happened_on.desc(), ContactEntry.id.desc())))


def entries_about(unit: Unit) -> list[ContactEntry]:
    """What was said about a shop with the owner it has now, newest first."""
    query = select(ContactEntry).where(ContactEntry.unit_id == unit.id, ContactEntry.owner_id == unit.owner_id)
    return list(
        db.session.scalars(query.options(*_WHAT).order_by(ContactEntry.happened_on.desc(), ContactEntry.id.desc()))
    )


def entry(entry_id: int) -> ContactEntry:
    """One entry of the contact log."""
    found = db.session.scalar(select(ContactEntry).where(ContactEntry.id == entry_id))
    if found is None:
        raise NotFound("There is no such entry. It may have been removed.")
    return found


def due_steps(until: date) -> list[ContactEntry]:
    """What is to be done with owners up to a day, the longest overdue first."""
    query = select(ContactEntry).where(ContactEntry.due_on <= until, ContactEntry.done_on.is_(None)).options(*_WHAT)
    return list(db.session.scalars(query.order_by(ContactEntry.due_on, ContactEntry.id)))


def consents_of(owner_id: int) -> list[Consent]:
    """Everything an owner ever allowed, what still holds first."""
    query = select(Consent).where(Consent.owner_id == owner_id)
    return list(db.session.scalars(query.order_by(Consent.withdrawn_at.is_not(None), Consent.id.desc())))


def consents_for(unit: Unit) -> list[Consent]:
    """What the owner of a shop allows of it just now."""
    query = select(Consent).where(Consent.owner_id == unit.owner_id, Consent.withdrawn_at.is_(None))
    query = query.where(or_(Consent.unit_id == unit.id, Consent.unit_id.is_(None)))
    return list(db.session.scalars(query.order_by(Consent.id)))


def consent(owner_id: int, consent_id: int, *, to_change: bool = False) -> Consent:
    """One consent of this owner. Another owner's is not found."""
    query = select(Consent).where(Consent.id == consent_id, Consent.owner_id == owner_id)
    if to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("There is no such consent.")
    return found
