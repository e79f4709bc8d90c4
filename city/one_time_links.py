"""Links that work once: made for a mailbox, kept as a hash, used by sending the form they open, never by looking."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.sql.elements import ColumnElement

from city import clock
from city.access import hash_token
from city.db import db
from city.links import address_of
from city.messages import NotFound
from city.models import Account, LinkPurpose, OneTimeLink

LIFETIME = {
    LinkPurpose.CONFIRM: timedelta(hours=24),
    LinkPurpose.INVITE: timedelta(days=7),
    LinkPurpose.RESET: timedelta(hours=1),
}
DEAD_KEPT = timedelta(days=30)  # rows of links that no longer work


class LinkGone(NotFound):
    """The link was used, has expired, was replaced by a newer one, or never existed: all told alike."""

    def __init__(self) -> None:
        super().__init__(
            "This link no longer works: it was used, replaced by a newer one, or it is too old. "
            "You can have a new one sent with “Forgotten your password?” on the sign-in page."
        )


def make(account: Account, purpose: LinkPurpose) -> tuple[str, datetime]:
    """A new link for this person, as a whole address, and when it expires. Older ones of the same purpose end."""
    db.session.flush()
    void(account.id, purpose)
    token = secrets.token_urlsafe(32)
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < clock.now() - DEAD_KEPT))
    expires = clock.now() + LIFETIME[purpose]
    link = OneTimeLink(account_id=account.id, purpose=purpose, token_hash=hash_token(token), expires_at=expires)
    db.session.add(link)
    return address_of("accounts.use_link", token=token), expires


def find(token: str) -> tuple[Account, LinkPurpose]:
    """Whose link this is and what for; changes nothing. Raises LinkGone."""
    query = select(Account, OneTimeLink.purpose).join(OneTimeLink, OneTimeLink.account_id == Account.id)
    found = db.session.execute(query.where(_open(token), Account.disabled_at.is_(None))).first()
    if found is None:
        raise LinkGone
    return found[0], found[1]


def use(token: str) -> tuple[Account, LinkPurpose]:
    """Use the link up. Of two who use it at once, one gets LinkGone."""
    account, purpose = find(token)
    statement = update(OneTimeLink).where(_open(token)).values(used_at=clock.now())
    if cast(CursorResult[Any], db.session.execute(statement)).rowcount != 1:
        raise LinkGone
    return account, purpose


def void(account_id: int, purpose: LinkPurpose | None = None) -> None:
    """End the open links of a person: all of them, or those of one purpose."""
    statement = update(OneTimeLink).where(OneTimeLink.account_id == account_id, OneTimeLink.used_at.is_(None))
    if purpose is not None:
        statement = statement.where(OneTimeLink.purpose == purpose)
    db.session.execute(statement.values(used_at=clock.now()))


def _open(token: str) -> ColumnElement[bool]:
    return (
        (OneTimeLink.token_hash == hash_token(token))
        & OneTimeLink.used_at.is_(None)
        & (OneTimeLink.expires_at > clock.now())
    )
