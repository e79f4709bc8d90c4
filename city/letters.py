"""The mails about accounts, in the recipient's language. Plain text; nothing that a stranger typed is in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import select

from city import outbox
from city.db import current_city_id, db
from city.links import address_of
from city.messages import say
from city.models import Account, City, Role
from city.roles import ROLE_LABELS
from routing.message import Message

IF_NOT_YOU = Message("If this was not you, please do nothing: without the link nothing happens.")
ONCE = "The link works once, until %(until)s."


def town() -> City:
    """The town in scope. Raises LookupError if it has been removed meanwhile."""
    found = db.session.scalar(select(City).where(City.id == current_city_id()))
    if found is None:
        raise LookupError("the town in scope is not in the database")
    return found


def please_confirm(account: Account, link: str, until: datetime) -> None:
    """To a new person: is this your mailbox? Then choose a password."""
    _send(
        account,
        Message("Please confirm your e-mail address"),
        Message("Someone, probably you, would like an account with this address. Please choose a password here:"),
        link,
        Message(ONCE, {"until": until}),
        IF_NOT_YOU,
    )


def already_there(account: Account) -> None:
    """To someone who has an account and signs up again: how to get in."""
    _send(
        account,
        Message("You already have an account"),
        Message("Someone, probably you, would like an account with this address. You already have one. Sign in here:"),
        address_of("accounts.login"),
        Message("If you have no password or have forgotten it, you can have a new one here:"),
        address_of("accounts.reset"),
        Message("If this was not you, please do nothing: your account stays as it is."),
    )


def invitation(account: Account, link: str, until: datetime) -> None:
    """To a person whom the city wants to work with it."""
    _send(
        account,
        Message("You are invited"),
        Message("You are invited to work here as: %(roles)s.", {"roles": _roles(account.roles, account.language)}),
        Message("Please choose a password here. After that you can sign in with this e-mail address."),
        link,
        Message(ONCE, {"until": until}),
    )


def new_roles(account: Account, added: frozenset[Role]) -> None:
    """To a person who had an account already: what it may do now."""
    _send(
        account,
        Message("Your account has a new role"),
        Message("From now on you also work here as: %(roles)s.", {"roles": _roles(added, account.language)}),
        Message("Sign in here:"),
        address_of("accounts.login"),
    )


def reset(account: Account, link: str, until: datetime) -> None:
    """To a person who has forgotten the password."""
    _send(
        account,
        Message("Set a new password"),
        Message("Someone, probably you, would like to set a new password for this address. You can do so here:"),
        link,
        Message(ONCE, {"until": until}),
        IF_NOT_YOU,
    )


def password_changed(account: Account) -> None:
    """To a person whose password has changed, so that a stranger's deed is noticed."""
    _send(
        account,
        Message("Your password was changed"),
        Message("The password of your account was changed just now."),
        Message("If this was not you, please set a new one at once. All open sessions end by that:"),
        address_of("accounts.reset"),
    )


def shop_waits(manager: Account) -> None:
    """To the city-centre management: a retailer has confirmed the address and waits."""
    _send(
        manager,
        Message("A retailer waits to be released"),
        Message("A new retailer has confirmed the e-mail address and waits for the city. Please decide here:"),
        address_of("people.retailers"),
    )


def shop_released(account: Account) -> None:
    """To a retailer: the city has said yes."""
    _send(
        account,
        Message("Your shop is released"),
        Message("The city has released your shop. From now on you can book deliveries. Sign in here:"),
        address_of("accounts.login"),
    )


def shop_refused(account: Account, reason: str) -> None:
    """To a retailer: the city has said no, and why; ``reason`` is what the city-centre management wrote."""
    _send(
        account,
        Message("Your shop was not released"),
        Message("The city has not released your shop. The reason:"),
        reason,
        Message("Your account stays. If something has changed, please write to the city-centre management."),
    )


def _send(account: Account, subject: Message, *paragraphs: Message | str) -> None:
    city = town()
    with force_locale(account.language):
        parts = [part if isinstance(part, str) else say(part) for part in paragraphs]
        text = "\n\n".join([say(Message("Good day,")), *parts, f"{city.title or city.name}\nZwischenraum"])
        outbox.send(account.email, subject=f"{say(subject)} – Zwischenraum {city.name}", text=text + "\n")


def _roles(roles: Iterable[Role], language: str) -> str:
    with force_locale(language):
        return ", ".join(str(ROLE_LABELS[role]) for role in Role if role in set(roles))
