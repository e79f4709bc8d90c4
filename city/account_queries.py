"""Reads people and organisations; changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager

from city.db import db
from city.messages import NotFound
from city.models import Account, Organisation, OrganisationKind, Role, RoleGrant

PAGE = 50  # people on one page


def by_email(email: str) -> Account | None:
    """The account with this address (small letters), if there is one."""
    return db.session.scalar(select(Account).where(Account.email == email))


def person(account_id: int) -> Account:
    """One person of this city. Raises NotFound."""
    found = db.session.scalar(select(Account).where(Account.id == account_id))
    if found is None:
        raise NotFound("There is no such account in this city.")
    return found


def organisation(organisation_id: int) -> Organisation:
    """One organisation of this city. Raises NotFound."""
    found = db.session.scalar(select(Organisation).where(Organisation.id == organisation_id))
    if found is None:
        raise NotFound("There is no such organisation in this city.")
    return found


def people(search: str, role: Role | None, page: int) -> tuple[Sequence[Account], int]:
    """One page (from 1) of people whose name, address or organisation contains ``search``, and how many there are."""
    query = select(Account).outerjoin(Account.organisation).options(contains_eager(Account.organisation))
    if search:
        columns = (Account.name, Account.email, Organisation.name)
        query = query.where(or_(*(column.icontains(search, autoescape=True) for column in columns)))
    if role is not None:
        query = query.where(Account.id.in_(select(RoleGrant.account_id).where(RoleGrant.role == role)))
    count = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    shown = query.order_by(func.lower(Account.name), Account.id).limit(PAGE).offset((page - 1) * PAGE)
    return db.session.scalars(shown).all(), count


def organisations() -> Sequence[Organisation]:
    """All organisations of this city by name, for choosing one."""
    return db.session.scalars(select(Organisation).order_by(func.lower(Organisation.name), Organisation.id)).all()


def waiting_shops() -> Sequence[Account]:
    """People with a confirmed address whose shop is not released, the longest waiting first; refused ones too."""
    query = (
        select(Account)
        .join(Account.organisation)
        .options(contains_eager(Account.organisation))
        .where(
            Organisation.kind == OrganisationKind.RETAILER,
            Organisation.released_at.is_(None),
            Account.confirmed_at.is_not(None),
            Account.disabled_at.is_(None),
        )
    )
    return db.session.scalars(query.order_by(Account.confirmed_at, Account.id)).all()


def people_of(organisation_id: int) -> Sequence[Account]:
    """Who acts for an organisation and can read mail about it."""
    query = select(Account).where(Account.organisation_id == organisation_id, Account.disabled_at.is_(None))
    return db.session.scalars(query.where(Account.confirmed_at.is_not(None)).order_by(Account.id)).all()


def able_with(role: Role) -> Sequence[Account]:
    """People who hold a role and can sign in."""
    query = select(Account).where(Account.id.in_(select(RoleGrant.account_id).where(RoleGrant.role == role)))
    able = query.where(Account.confirmed_at.is_not(None), Account.disabled_at.is_(None))
    return db.session.scalars(able.order_by(Account.id)).all()
