"""Makes valid rows; a test names only what it is about."""

from __future__ import annotations

from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from city import access, clock
from city.db import city_scope, db, transaction
from city.models import Account, LoginSession, Organisation, OrganisationKind, Role, RoleGrant

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
