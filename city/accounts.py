"""What happens to accounts: sign-up, invitation, password, roles, switching off. Inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from city import account_queries as queries
from city import audit, clock, letters, one_time_links, tries
from city.access import end_all_sessions
from city.config import Config
from city.db import db
from city.forms import mail_address
from city.messages import Conflict
from city.models import Account, LinkPurpose, Organisation, OrganisationKind, Role, RoleGrant
from city.roles import ROLE_LABELS as ROLE_LABELS  # the other rooms ask for the labels here
from city.roles import (
    SIGN_UP_ROLES,
    administration_stays,
    kind_for,
    may_change_roles,
    may_touch,
    owner_has_organisation,
)

UNCONFIRMED_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Shop:
    """What a retailer says about the shop when signing up."""

    name: str
    street: str
    housenumber: str
    point: tuple[float, float] | None = None  # None: the city has no street map yet


def sign_up(*, email: str, name: str, language: str, role: Role, shop: Shop | None = None) -> None:
    """Someone wants an account. Either way exactly one mail goes out, so nobody learns whether the address is known.

    Who signs up again before confirming replaces what was typed before.
    """
    if role not in SIGN_UP_ROLES:
        raise ValueError(f"nobody signs up as {role}")
    tries.one_at_a_time()
    _forget_unconfirmed()
    known = queries.by_email(email)
    if known is not None and (known.confirmed_at or known.invited_at or known.disabled_at):
        letters.already_there(known)
        return
    if known is not None:
        _forget(known)
    account = _new_account(email, name, language, {role})
    if shop is not None:
        account.organisation = Organisation(
            kind=OrganisationKind.RETAILER,
            name=shop.name,
            email=email,
            street=shop.street,
            housenumber=shop.housenumber,
            lat=shop.point[0] if shop.point else None,
            lon=shop.point[1] if shop.point else None,
        )
    letters.please_confirm(account, *one_time_links.make(account, LinkPurpose.CONFIRM))
    audit.record("signed up", "account", account.id, role=role)


def invite(
    email: str, name: str, roles: Iterable[Role], organisation_id: int | None = None, *, by_id: int | None
) -> Account:
    """Invite a person by mail; who has an account already gets the roles added to it, and a mail that says so.

    ``by_id`` is the person who invites, None the command line or the demo.
    Raises BadInput for an address that is none, Forbidden or Conflict if a rule says no.
    """
    email, wanted = mail_address(email), frozenset(roles)
    if not wanted:
        raise Conflict("Please choose at least one role.")
    tries.one_at_a_time()
    account = queries.by_email(email)
    before = account.roles if account else frozenset()
    may_change_roles(_acting(by_id), before, before | wanted)
    if account is None:
        account = _new_account(email, name, "de", wanted)
    elif account.disabled_at is not None:
        raise Conflict("This address belongs to an account that is switched off. Please switch it on first.")
    else:
        account.grants += [RoleGrant(role=role) for role in wanted - before]
    if account.confirmed_at is None:
        account.name, account.invited_at = name, clock.now()
    elif wanted <= before:
        raise Conflict("This person already has an account with these roles.")
    if organisation_id is not None:
        account.organisation = queries.organisation(organisation_id)
    owner_has_organisation(wanted, account.organisation)
    _tell_invited(account, wanted - before)
    audit.record("invited", "account", account.id, roles=_words(wanted))
    return account


def make_admin(email: str, name: str) -> str | None:
    """The first administrator of a town, or a further one, from the command line.

    Returns the one-time link to print, or None when it goes out by mail.
    """
    account = queries.by_email(mail_address(email)) or _new_account(mail_address(email), name, "de", ())
    if Role.ADMIN not in account.roles:
        account.grants.append(RoleGrant(role=Role.ADMIN))
    account.disabled_at = None
    account.invited_at = account.invited_at or clock.now()
    link, until = one_time_links.make(account, LinkPurpose.INVITE)
    audit.record("made administrator", "account", account.id)
    config: Config = current_app.extensions["house"]
    if not config.smtp_url:
        return link
    letters.invitation(account, link, until)
    return None


def invite_again(account_id: int, *, by_id: int) -> None:
    """Send a fresh link to someone who was invited and has not come yet; the old one ends."""
    account = _person_to_touch(account_id, by_id)
    if account.confirmed_at is not None:
        raise Conflict("This person has already chosen a password.")
    account.invited_at = clock.now()
    letters.invitation(account, *one_time_links.make(account, LinkPurpose.INVITE))
    audit.record("invited again", "account", account.id)


def change_roles(
    account_id: int, roles: Iterable[Role], organisation_id: int | None, *, seen: Iterable[Role], by_id: int
) -> None:
    """Give and take roles, and say for whom the person acts; ends the person's sessions elsewhere at once.

    ``seen`` are the roles that ``by_id`` saw when deciding; raises Conflict if they have changed since.
    """
    tries.one_at_a_time()
    by, account, after = _acting(by_id), queries.person(account_id), frozenset(roles)
    before = account.roles
    if before != frozenset(seen):
        raise Conflict("Someone has changed the roles of this person in the meantime. Please compare and save again.")
    others = [other for other in queries.able_with(Role.ADMIN) if other.id != account.id]
    may_change_roles(by, before, after)
    administration_stays(by, account, after, other_admins=len(others))
    organisation = queries.organisation(organisation_id) if organisation_id is not None else None
    owner_has_organisation(after, organisation)
    if before == after and organisation is account.organisation:
        return
    account.grants = [grant for grant in account.grants if grant.role in after]
    account.grants += [RoleGrant(role=role) for role in after - before]
    account.organisation = organisation
    end_all_sessions(account.id, but_this=by_id == account.id)
    audit.record(
        "roles changed",
        "account",
        account.id,
        added=_words(after - before),
        taken=_words(before - after),
        organisation=organisation_id,
    )


def disable(account_id: int, *, by_id: int) -> None:
    """Switch an account off: every session and every open link ends now."""
    account = _person_to_touch(account_id, by_id)
    account.disabled_at = account.disabled_at or clock.now()
    end_all_sessions(account.id)
    one_time_links.void(account.id)
    audit.record("disabled", "account", account.id)


def enable(account_id: int, *, by_id: int) -> None:
    """Switch an account on again, with the password and the roles it had."""
    account = _person_to_touch(account_id, by_id)
    account.disabled_at = None
    audit.record("enabled", "account", account.id)


def sign_out_everywhere(account_id: int, *, by_id: int) -> None:
    """End all sessions of a person, for instance when a phone was lost."""
    account = _person_to_touch(account_id, by_id)
    end_all_sessions(account.id)
    audit.record("sessions ended", "account", account.id)


def ask_for_reset(email: str) -> None:
    """Send a link for a new password, if the address has an account that may sign in; say nothing either way."""
    account = queries.by_email(email)
    if account is None or account.disabled_at is not None:
        return
    if account.confirmed_at is None and account.invited_at is None:
        letters.please_confirm(account, *one_time_links.make(account, LinkPurpose.CONFIRM))
    else:
        letters.reset(account, *one_time_links.make(account, LinkPurpose.RESET))


def set_password(token: str, password_hash: str) -> Account:
    """Use a one-time link up: the mailbox is confirmed, the password is set, everything older ends.

    Raises LinkGone.
    """
    account, purpose = one_time_links.use(token)
    had_one = account.password_hash is not None
    first_time = account.confirmed_at is None
    account.password_hash = password_hash
    account.confirmed_at = account.confirmed_at or clock.now()
    one_time_links.void(account.id)
    end_all_sessions(account.id)
    tries.forget_wrong_passwords(account.email)
    if had_one:
        letters.password_changed(account)
    if first_time and account.organisation and account.organisation.kind == OrganisationKind.RETAILER:
        _tell_managers()
    audit.record("password set", "account", account.id, purpose=purpose)
    return account


def change_password(account: Account, password_hash: str) -> None:
    """A signed-in person chooses a new password; other sessions and open links end."""
    account.password_hash = password_hash
    end_all_sessions(account.id, but_this=True)
    one_time_links.void(account.id)
    letters.password_changed(account)
    audit.record("password changed", "account", account.id)


def new_organisation(name: str, roles: Iterable[Role]) -> Organisation:
    """An organisation for an invited person; its kind follows from the roles; the city knows it."""
    made = Organisation(kind=kind_for(frozenset(roles)), name=name, released_at=clock.now())
    db.session.add(made)
    db.session.flush()
    audit.record("organisation made", "organisation", made.id, kind=made.kind)
    return made


def release_shop(organisation_id: int) -> None:
    """The city says yes to a retailer, who may book from now on."""
    shop = _waiting_shop(organisation_id)
    shop.released_at, shop.refused_at = clock.now(), None
    for account in queries.people_of(shop.id):
        letters.shop_released(account)
    audit.record("retailer released", "organisation", shop.id)


def refuse_shop(organisation_id: int, reason: str) -> None:
    """The city says no to a retailer and why; it may say yes later."""
    shop = _waiting_shop(organisation_id)
    shop.refused_at = clock.now()
    for account in queries.people_of(shop.id):
        letters.shop_refused(account, reason)
    audit.record("retailer refused", "organisation", shop.id)


def _waiting_shop(organisation_id: int) -> Organisation:
    tries.one_at_a_time()
    shop = queries.organisation(organisation_id)
    if shop.kind != OrganisationKind.RETAILER or shop.released_at is not None:
        raise Conflict("This shop does not wait any more. Someone has released it in the meantime.")
    return shop


def _new_account(email: str, name: str, language: str, roles: Iterable[Role]) -> Account:
    account = Account(
        email=email,
        name=name,
        password_hash=None,
        language=language,
        created_at=clock.now(),
        grants=[RoleGrant(role=role) for role in roles],
    )
    db.session.add(account)
    db.session.flush()
    return account


def _acting(by_id: int | None) -> Account | None:
    """Who does it, as the database knows that person now; None is the command line."""
    return None if by_id is None else queries.person(by_id)


def _person_to_touch(account_id: int, by_id: int) -> Account:
    tries.one_at_a_time()
    account = queries.person(account_id)
    may_touch(queries.person(by_id), account)
    return account


def _tell_invited(account: Account, added: frozenset[Role]) -> None:
    if account.confirmed_at is None:
        letters.invitation(account, *one_time_links.make(account, LinkPurpose.INVITE))
    else:
        end_all_sessions(account.id, but_this=True)
        letters.new_roles(account, added)


def _tell_managers() -> None:
    for manager in queries.able_with(Role.MANAGER):
        letters.shop_waits(manager)


def _forget_unconfirmed() -> None:
    """Addresses that nobody has confirmed for a week are none of the city's business."""
    old = clock.now() - UNCONFIRMED_KEPT
    query = select(Account).where(Account.confirmed_at.is_(None), Account.invited_at.is_(None))
    for account in db.session.scalars(query.where(Account.created_at < old)).all():
        _forget(account)


def _forget(account: Account) -> None:
    """Remove a person who never confirmed, and the shop that was typed with it."""
    shop = account.organisation
    db.session.delete(account)
    db.session.flush()
    if shop is not None and not shop.released_at:
        db.session.delete(shop)
    db.session.flush()


def _words(roles: Iterable[Role]) -> str:
    return " ".join(sorted(roles))
