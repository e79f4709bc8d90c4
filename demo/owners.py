"""What the demo city knows of its owners, and what it wrote down about its shops. Everything is invented (erfunden)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from city.models import Organisation
from demo.stock import SEED
from leerstand.kinds import (
    Channel,
    ConsentScope,
    ContactRole,
    OwnerKind,
    SpellKind,
    Threat,
    VacancyReason,
    VacancyStage,
    Visibility,
    Willingness,
)
from leerstand.models import Consent, ContactEntry, OwnerContact, OwnerFile, Unit
from leerstand.services.owners import CONSENT_TEXT

KINDS = {
    "Erbengemeinschaft": OwnerKind.HEIRS, "GmbH": OwnerKind.COMPANY, "Stiftung": OwnerKind.CHURCH_OR_FOUNDATION,
    "GbR": OwnerKind.PARTNERSHIP, "fonds": OwnerKind.FUND,
}  # fmt: skip
REASONS = (VacancyReason.GIVEN_UP, VacancyReason.CHANGE, VacancyReason.RENT, VacancyReason.LAYOUT, VacancyReason.HEIRS)
TALKS = (
    ("Der Laden kann ab dem Frühjahr besichtigt werden.", "Termin für die Besichtigung vereinbaren", -3),
    ("Grundsätzlich offen für eine Zwischennutzung bis zwölf Monate.", "Gesuche aus dem Plan vorstellen", 4),
    ("Möchte zuerst die Heizung prüfen lassen.", "Nach dem Ergebnis der Heizungsprüfung fragen", 21),
)


def owner_rows(owners: Sequence[Organisation], units: Sequence[Unit], today: date) -> list[Any]:
    """Files, contacts, conversations and consents of the owners of these shops (which are kept already)."""
    chance = random.Random(SEED)
    rows: list[Any] = []
    for owner in owners:
        rows += [_file(owner, today, chance), _contact(owner)]
    for unit in units:
        if unit.visibility == Visibility.PUBLIC and unit.owner_id is not None:
            rows += _consents(unit, today, chance)
    empty = [unit for unit in units if unit.spells[-1].kind == SpellKind.VACANCY]
    return rows + [_talk(unit, number, today) for number, unit in enumerate(empty[: len(TALKS)])]


def _file(owner: Organisation, today: date, chance: random.Random) -> OwnerFile:
    kind = next((kind for word, kind in KINDS.items() if word in owner.name), OwnerKind.PRIVATE)
    willing = chance.choice((Willingness.YES, Willingness.OPEN, Willingness.OPEN))
    told = today - timedelta(days=chance.randrange(20, 300))
    return OwnerFile(owner_id=owner.id, kind=kind, willing_interim=willing, source="erfunden", informed_on=told)


def _contact(owner: Organisation) -> OwnerContact:
    return OwnerContact(
        owner_id=owner.id, role=ContactRole.MANAGEMENT, office="Hausverwaltung Ahorn (erfunden)", first=True,
        channel=Channel.PHONE, phone="04131 000000", email="hausverwaltung@zwischenraum.example",
    )  # fmt: skip


def _consents(unit: Unit, today: date, chance: random.Random) -> list[Consent]:
    scopes = [ConsentScope.PLACE, ConsentScope.ROOM, ConsentScope.PHOTO]
    scopes += [ConsentScope.RENT] if chance.random() < 0.5 else []
    given = {"text_version": CONSENT_TEXT, "channel": Channel.LETTER, "proof": "erfunden"}
    day = today - timedelta(days=chance.randrange(10, 200))
    return [Consent(owner_id=unit.owner_id, unit_id=unit.id, scope=scope, given_on=day, **given) for scope in scopes]


def _talk(unit: Unit, number: int, today: date) -> ContactEntry:
    text, step, days = TALKS[number]
    return ContactEntry(
        owner_id=unit.owner_id, unit_id=unit.id, happened_on=today - timedelta(days=12 + number),
        channel=Channel.PHONE, text=text, next_step=step, due_on=today + timedelta(days=days),
    )  # fmt: skip


def remarks(units: Sequence[Unit], today: date) -> None:
    """Why shops stand empty, how far the search has come, why leases end, and when somebody last looked."""
    chance = random.Random(SEED + 1)
    for unit in units:
        now = unit.spells[-1]
        unit.last_verified_on = today - timedelta(days=chance.randrange(5, 400)) if chance.random() < 0.9 else None
        if now.kind == SpellKind.VACANCY:
            now.reason, now.stage = (
                chance.choice(REASONS),
                chance.choice((VacancyStage.RECORDED, VacancyStage.MARKETED)),
            )
        elif now.kind == SpellKind.REGULAR and now.ends is not None:
            now.threat, now.threat_on = chance.choice((Threat.NOTICE, Threat.LEASE_END)), now.ends
    staying = [unit for unit in units if unit.spells[-1].kind == SpellKind.REGULAR and unit.spells[-1].ends is None]
    if staying:
        chance.choice(staying).spells[-1].threat = Threat.SUCCESSION
