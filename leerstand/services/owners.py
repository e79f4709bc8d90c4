"""Deeds about owners: their file, whom to ask, what was said, what may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from city import audit, clock
from city.db import db
from city.messages import Conflict
from city.models import Organisation, OrganisationKind
from leerstand import owner_queries, queries
from leerstand.kinds import Channel, ConsentScope, Visibility
from leerstand.models import Consent, ContactEntry, OwnerContact, OwnerFile

CONSENT_TEXT = "2026-11"  # version of the text in docs/PRIVACY.md that owners agree to


def record_owner(name: str, values: Mapping[str, Any]) -> Organisation:
    """Take an owner into the register; ``values`` are the columns of the file."""
    made = Organisation(kind=OrganisationKind.OWNER, name=name)
    db.session.add(made)
    db.session.flush()
    db.session.add(OwnerFile(owner_id=made.id, **values))
    audit.record("owner recorded", "owner", made.id)
    return made


def assign_shop(unit_id: int, owner_id: int) -> None:
    """Say to whom a shop belongs; nothing else that is known of it counts as confirmed by that."""
    unit = queries.unit(unit_id, to_change=True)
    unit.owner_id = owner_queries.owner(owner_id).id
    unit.invented = [name for name in unit.invented if name != "owner_id"]
    audit.record("owner assigned", "unit", unit_id, owner=owner_id)


def change_owner(owner_id: int, name: str, values: Mapping[str, Any]) -> None:
    """Change the name and the file of an owner."""
    owner = owner_queries.owner(owner_id, to_change=True)
    owner.name = name
    file = owner_queries.file_of(owner_id)
    if file is None:
        file = OwnerFile(owner_id=owner_id)
        db.session.add(file)
    for key, value in values.items():
        setattr(file, key, value)
    audit.record("owner changed", "owner", owner_id)


def keep_contact(owner_id: int, values: Mapping[str, Any], *, contact_id: int | None = None) -> None:
    """Add somebody to ask, or change one; whoever is to be asked first is alone in that."""
    owner_queries.owner(owner_id, to_change=True)
    contact = OwnerContact(owner_id=owner_id) if contact_id is None else owner_queries.contact(owner_id, contact_id)
    for key, value in values.items():
        setattr(contact, key, value)
    others = [other for other in owner_queries.contacts_of(owner_id) if other is not contact]
    if contact.first:
        for other in others:
            other.first = False
    elif not any(other.first for other in others):
        contact.first = True
    db.session.add(contact)
    audit.record("contact kept", "owner", owner_id)


def remove_contact(owner_id: int, contact_id: int) -> None:
    """Forget somebody to ask."""
    db.session.delete(owner_queries.contact(owner_id, contact_id))
    audit.record("contact removed", "owner", owner_id)


def note_talk(owner_id: int, values: Mapping[str, Any], *, by_id: int | None) -> ContactEntry:
    """Write down what was said with an owner, and what comes next. The shop named must be one of the owner's."""
    owner_queries.owner(owner_id)
    unit_id = values.get("unit_id")
    if unit_id is not None and queries.unit(unit_id).owner_id != owner_id:
        raise Conflict("This shop belongs to somebody else. Please choose one of the owner's shops.")
    entry = ContactEntry(owner_id=owner_id, by_id=by_id, **values)
    db.session.add(entry)
    audit.record("talk noted", "owner", owner_id)
    return entry


def finish_step(entry_id: int) -> ContactEntry:
    """The next step has been taken."""
    entry = owner_queries.entry(entry_id)
    if entry.done_on is None:
        entry.done_on = clock.today()
        audit.record("step done", "owner", entry.owner_id)
    return entry


def give_consent(
    owner_id: int,
    scopes: list[ConsentScope],
    *,
    unit_id: int | None,
    given_on: date,
    channel: Channel,
    proof: str,
    shown: bool = False,
) -> None:
    """Write down what an owner allows to be shown, of one shop or of all. It holds at once.

    ``shown``: where the city showed the rough place, it shows from now on what
    is allowed; a shop that it does not show at all stays so. Raises
    :class:`Conflict` for a day to come, or for somebody else's shop.
    """
    owner_queries.owner(owner_id, to_change=True)
    if given_on > clock.today():
        raise Conflict("%(day)s is still to come. A consent holds from the day on which it was given.", day=given_on)
    if unit_id is not None and queries.unit(unit_id).owner_id != owner_id:
        raise Conflict("This shop belongs to somebody else. Please choose one of the owner's shops.")
    held = {(one.unit_id, one.scope) for one in owner_queries.consents_of(owner_id) if one.withdrawn_at is None}
    for scope in scopes:
        if (unit_id, scope) not in held:
            made = {"text_version": CONSENT_TEXT, "given_on": given_on, "channel": channel, "proof": proof}
            db.session.add(Consent(owner_id=owner_id, unit_id=unit_id, scope=scope, **made))
    if shown:
        _show(owner_id, unit_id)
    audit.record("consent given", "owner", owner_id, scopes=", ".join(scope.value for scope in scopes))


def _show(owner_id: int, unit_id: int | None) -> None:
    for unit in owner_queries.units_of(owner_id):
        if unit_id in (None, unit.id) and unit.visibility == Visibility.COARSE:
            unit.visibility = Visibility.PUBLIC
            audit.record("shop changed", "unit", unit.id, fields="visibility")


def withdraw_consent(owner_id: int, consent_id: int) -> None:
    """An owner no longer allows something; every page, map and file of the public leaves it out from now on."""
    consent = owner_queries.consent(owner_id, consent_id, to_change=True)
    if consent.withdrawn_at is None:
        consent.withdrawn_at = clock.now()
        audit.record("consent withdrawn", "owner", owner_id, scope=consent.scope.value)
