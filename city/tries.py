"""How often something may be tried: counted in the database per e-mail address and per network, keeping neither.

A try is written down before it is made and struck out when it was right, so that many at once cannot slip through.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from flask import current_app
from sqlalchemy import delete, select

from city import clock
from city.db import current_city_id, db
from city.messages import DomainError
from city.models import City, CountedTry

KEPT = timedelta(days=1)  # longer than the longest limit below


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` tries ``within`` a time."""

    name: str
    most: int
    within: timedelta


WRONG_FOR_ADDRESS = Limit("password-address", 5, timedelta(minutes=15))
WRONG_FROM_NETWORK = Limit("password-network", 20, timedelta(minutes=15))
MAIL_TO_ADDRESS = Limit("mail-address", 3, timedelta(hours=1))
MAIL_FROM_NETWORK = Limit("mail-network", 20, timedelta(hours=1))
CODE_FROM_NETWORK = Limit("code-network", 20, timedelta(minutes=15))  # of lockers, each of which also counts its own


class TooManyTries(DomainError):
    """A limit is reached; says from when on it goes on."""

    status = 429

    def __init__(self, until: datetime) -> None:
        super().__init__(
            "There were too many tries. For safety nobody gets in for a while, not even with the right password. "
            "Please try again from %(at)s on.",
            at=clock.in_city(until).replace(second=0, microsecond=0).time(),
        )
        self.until = until


@dataclass(frozen=True, slots=True)
class Counted:
    """The rows that one try has left: one for the address, one for the network."""

    ids: tuple[int, ...]
    address_key: str


def count_password(email: str, network: str) -> Counted:
    """Write down that a password is about to be tried. Raises TooManyTries instead when the limit is reached."""
    return _count((WRONG_FOR_ADDRESS, email), (WRONG_FROM_NETWORK, network))


def count_mail(email: str, network: str) -> Counted:
    """Write down that a stranger has a mail sent to an address. Raises TooManyTries when the limit is reached."""
    return _count((MAIL_TO_ADDRESS, email), (MAIL_FROM_NETWORK, network))


def count_code(network: str) -> Counted:
    """Write down that somebody is about to try the code of a locker. Raises TooManyTries when the limit is reached."""
    return _count((CODE_FROM_NETWORK, network))


def code_was_right(counted: Counted) -> None:
    """Strike this try out; the network's others stay."""
    db.session.execute(delete(CountedTry).where(CountedTry.id.in_(counted.ids)))


def password_was_right(counted: Counted) -> None:
    """Strike this try out, and with it the earlier wrong ones of the same address; the network's others stay."""
    db.session.execute(delete(CountedTry).where(CountedTry.key == counted.address_key))
    db.session.execute(delete(CountedTry).where(CountedTry.id.in_(counted.ids)))


def forget_wrong_passwords(email: str) -> None:
    """A new password was set by a link from the mailbox: its owner may sign in at once."""
    db.session.execute(delete(CountedTry).where(CountedTry.key == _key(WRONG_FOR_ADDRESS, email)))


def network_of(address: str | None) -> str:
    """What counts as one network: an IPv4 address, or the /64 of an IPv6 address, which one household has."""
    try:
        number = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(number, IPv6Address):
        if number.ipv4_mapped is not None:
            return str(number.ipv4_mapped)
        return str(ip_network((number, 64), strict=False))
    return str(number)


def _count(*things: tuple[Limit, str]) -> Counted:
    now = clock.now()
    one_at_a_time()
    db.session.execute(delete(CountedTry).where(CountedTry.at < now - KEPT))
    free_again = [moment for limit, thing in things if (moment := _free_again(limit, _key(limit, thing), now))]
    if free_again:
        raise TooManyTries(max(free_again))
    rows = [CountedTry(key=_key(limit, thing), at=now) for limit, thing in things]
    db.session.add_all(rows)
    db.session.flush()
    return Counted(tuple(row.id for row in rows), rows[0].key)


def one_at_a_time() -> None:
    """Hold the city's row until the transaction ends: two tries at once must not both be the last that is allowed."""
    db.session.execute(select(City.id).where(City.id == current_city_id()).with_for_update(key_share=True))


def _free_again(limit: Limit, key: str, now: datetime) -> datetime | None:
    """When the next try is allowed; None: now."""
    query = select(CountedTry.at).where(CountedTry.key == key, CountedTry.at > now - limit.within)
    newest = list(db.session.scalars(query.order_by(CountedTry.at.desc()).limit(limit.most)))
    return newest[-1] + limit.within if len(newest) >= limit.most else None


def _key(limit: Limit, thing: str) -> str:
    """A hash that nobody can turn back by trying all addresses, unless the server's secret is known too."""
    secret = str(current_app.secret_key).encode()
    return hmac.new(secret, f"{limit.name}|{current_city_id()}|{thing}".encode(), hashlib.sha256).hexdigest()
