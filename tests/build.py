"""Makes valid rows; a test names only what it is about."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from city import access, clock
from city.db import city_scope, db, transaction
from city.models import Account, LoginSession, Organisation, OrganisationKind, Role, RoleGrant
from leerstand.kinds import Category, Channel, ConsentScope, RequestState, SpellKind, UseType, Visibility
from leerstand.models import Consent, Occupancy, StreetAxis, Unit, UseRequest

_numbers = count(1)


def keep(row: Any) -> Any:
    """Keep one row in the database; opens a transaction of its own unless one is open."""
    if db.session.info.get("write"):
        db.session.add(row)
        db.session.flush()
        return row
    with transaction():
        db.session.add(row)
    return row


def organisation(**values: Any) -> Organisation:
    """An organisation; a released retailer unless told otherwise."""
    number = next(_numbers)
    given = {"kind": OrganisationKind.RETAILER, "name": f"Buchladen {number}", "released_at": clock.now(), **values}
    return keep(Organisation(**given))


def account(*roles: Role, **values: Any) -> Account:
    """A confirmed person who holds these roles."""
    number = next(_numbers)
    given = {
        "email": f"person{number}@example.org",
        "name": f"Person {number}",
        "password_hash": None,
        "language": "en",
        "confirmed_at": clock.now(),
        "created_at": clock.now(),
        **values,
    }
    return keep(Account(grants=[RoleGrant(role=role) for role in roles], **given))


def browser_of(app: Flask, person: Account) -> FlaskClient:
    """A browser in which this person is signed in."""
    token = f"token-{person.id}-{next(_numbers)}"
    keep(
        LoginSession(
            account_id=person.id, token_hash=access.hash_token(token), created_at=clock.now(), seen_at=clock.now()
        )
    )
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["login_token"] = cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client


def fresh(model: Any, row_id: int, city_id: int | None = None) -> Any:
    """The row as the database has it now."""
    db.session.rollback()
    query = select(model).where(model.id == row_id).execution_options(populate_existing=True)
    if city_id is None:
        return db.session.scalar(query)
    with city_scope(city_id):
        return db.session.scalar(query)


def street_axis(**values: Any) -> StreetAxis:
    """A shopping street."""
    return keep(StreetAxis(**{"name": f"Rote Straße {next(_numbers)}", **values}))


def unit_values(**values: Any) -> dict[str, Any]:
    """A ground-floor shop of 60 m² in the core that suits almost everything."""
    return {
        "name": "Leder Sattler",
        "street": "Rote Straße",
        "housenumber": str(next(_numbers)),
        "lat": 53.2465,
        "lon": 10.4115,
        "area_m2": 60,
        "frontage_m": 8.0,
        "step_free": True,
        "door_width_cm": 130,
        "delivery_door": True,
        "exhaust_air": True,
        "power_kw": 20,
        "rent_cents_m2": 1000,
        "excluded_uses": [],
        "invented": [],
        "visibility": Visibility.PUBLIC,
        **values,
    }


def unit(vacant_since: date | None = date(2026, 1, 1), **values: Any) -> Unit:
    """A shop, empty since the given day; with None nobody knows who is in it."""
    row = keep(Unit(**unit_values(**values)))
    if vacant_since is not None:
        spell(row, SpellKind.VACANCY, starts=vacant_since)
    return row


def consent(unit: Unit, *scopes: ConsentScope, **values: Any) -> list[Consent]:
    """What the owner of a shop allows to be shown of it; everything unless told otherwise. Gives it an owner."""
    if unit.owner_id is None:
        owner = organisation(kind=OrganisationKind.OWNER)
        with transaction():
            keep(unit).owner_id = owner.id
    given = {"unit_id": unit.id, "text_version": "2026-11", "given_on": clock.today(), "channel": Channel.LETTER}
    return [
        keep(Consent(owner_id=unit.owner_id, scope=scope, **{**given, **values}))
        for scope in scopes or tuple(ConsentScope)
    ]


def spell(unit: Unit, kind: SpellKind, *, starts: date, ends: date | None = None, **values: Any) -> Occupancy:
    """Who was in a shop."""
    category = Category.RETAIL if kind in (SpellKind.REGULAR, SpellKind.INTERIM) else None
    return keep(Occupancy(unit_id=unit.id, kind=kind, starts=starts, ends=ends, **{"category": category, **values}))


def use_request_values(**values: Any) -> dict[str, Any]:
    """A quiet studio of about 60 m² for 10 to 26 weeks from March 2027."""
    return {
        "state": RequestState.SUBMITTED,
        "title": f"Atelier „Drei Türen“ {next(_numbers)}",
        "use_type": UseType.STUDIO,
        "area_min_m2": 40,
        "area_ideal_m2": 60,
        "area_max_m2": 100,
        "earliest_start": date(2027, 3, 1),
        "latest_start": date(2027, 6, 1),
        "duration_min_weeks": 10,
        "duration_max_weeks": 26,
        "budget_cents_month": 80_000,
        "public_value": [],
        "created_at": clock.now(),
        **values,
    }


def use_request(applicant: Account | None = None, **values: Any) -> UseRequest:
    """A submitted request; of a new applicant unless one is given."""
    person = applicant or account(Role.APPLICANT)
    return keep(UseRequest(applicant_id=person.id, **use_request_values(**values)))
