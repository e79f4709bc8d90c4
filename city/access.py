"""Who may see a page: roles on every view, and sessions that the server can end."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, g, has_request_context, redirect, request, session, url_for
from flask_login import LoginManager, current_user
from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from city import clock
from city.db import db, transaction
from city.messages import Forbidden
from city.models import Account, LoginSession, OrganisationKind, Role

SESSION_ABSOLUTE = timedelta(hours=12)  # ASVS 5.0 V7.3: a working day, then sign in again
SESSION_IDLE = timedelta(hours=3)
SESSION_ROW_KEPT = timedelta(days=30)  # ended ones, until the next login of the same person
SEEN_EVERY = timedelta(minutes=5)  # how exactly the last use of a session is kept
_TOKEN = "login_token"  # noqa: S105  the name of a cookie value, not a password

View = TypeVar("View", bound=Callable[..., Any])
login_manager = LoginManager()


class Anyone:
    """Marks views that need no login."""


def requires(*roles: Role) -> Callable[[View], View]:
    """Only people with one of these roles see the page; with no role named, everyone who is signed in.

    A stranger is asked to sign in, a signed-in person without the role is told no.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return _ask_to_sign_in()
            if roles and not has_role(*roles):
                raise _no_to(roles)
            return view(*args, **kwargs)

        guarded.roles = frozenset(roles)  # type: ignore[attr-defined]
        return cast(View, guarded)

    return guard


def public(view: View) -> View:
    """Everyone may see the page."""
    view.roles = Anyone  # type: ignore[attr-defined]
    return view


def has_role(*roles: Role) -> bool:
    """Whether the person of this request holds one of these roles and may act in it."""
    return current_user.is_authenticated and bool(roles_in_force(current_user) & set(roles))


def roles_in_force(account: Account) -> frozenset[Role]:
    """The roles in which a person may act: a retailer waits until the city has released the shop."""
    return account.roles - {Role.RETAILER} if waits_for_release(account) else account.roles


def waits_for_release(account: Account) -> bool:
    """Whether this person has signed up for a shop that the city has not released."""
    shop = account.organisation
    return (
        Role.RETAILER in account.roles
        and shop is not None
        and shop.kind == OrganisationKind.RETAILER
        and shop.released_at is None
    )


def current_account() -> Account:
    """The person of this request; only behind ``@requires``."""
    return cast(Account, current_user._get_current_object())


def init_access(app: Flask) -> None:
    """Deny by default: a view without ``requires`` or ``public`` answers nobody."""
    login_manager.init_app(app)
    login_manager.session_protection = None  # the server keeps its own sessions
    login_manager.user_loader(_account_of_session)

    @app.before_request
    def deny_unguarded_views() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if view is not None and request.endpoint != "static" and not hasattr(view, "roles"):
            raise Forbidden("This page says nothing about who may see it, so nobody may.")


def sign_in(account: Account) -> None:
    """Begin a new session for this person; inside a transaction."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    forgotten = LoginSession.account_id == account.id, LoginSession.created_at < now - SESSION_ROW_KEPT
    db.session.execute(delete(LoginSession).where(*forgotten))
    db.session.add(LoginSession(account_id=account.id, token_hash=hash_token(token), created_at=now, seen_at=now))
    session.clear()  # nothing of the stranger's session survives (fixation)
    session[_TOKEN] = token
    session["_user_id"] = token  # where Flask-Login looks
    session["_fresh"] = True


def sign_out() -> None:
    """End this browser's session on the server; inside a transaction."""
    if token := session.get(_TOKEN):
        statement = update(LoginSession).where(LoginSession.token_hash == hash_token(token))
        db.session.execute(statement.values(ended_at=clock.now()))
    session.clear()


def end_all_sessions(account_id: int, *, but_this: bool = False) -> None:
    """Sign a person out everywhere: after a new password, a changed role, a disabled account.

    With ``but_this`` the browser of this request stays signed in.
    """
    statement = update(LoginSession).where(LoginSession.account_id == account_id, LoginSession.ended_at.is_(None))
    if but_this:
        statement = statement.where(LoginSession.token_hash != this_session())
    db.session.execute(statement.values(ended_at=clock.now()))


def open_sessions(account_id: int) -> list[LoginSession]:
    """The browsers in which a person is signed in, the last used first."""
    query = _open_sessions().where(LoginSession.account_id == account_id)
    return list(db.session.scalars(query.order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())))


def this_session() -> str:
    """The hash by which the database knows the session of this browser; empty for a stranger or a command."""
    token = session.get(_TOKEN) if has_request_context() else None
    return hash_token(token) if token else ""


def hash_token(token: str) -> str:
    """What the database keeps of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _account_of_session(token: str) -> Account | None:
    """The person whose session this is, if it is still open."""
    if g.get("city") is None:  # an address that belongs to no town: nobody is signed in there
        return None
    found = _session_and_account(token)
    if found is None:
        return None
    if found[0].seen_at < clock.now() - SEEN_EVERY:
        with transaction():
            statement = update(LoginSession).where(LoginSession.token_hash == hash_token(token))
            db.session.execute(statement.values(seen_at=clock.now()))
        found = _session_and_account(token)
    return found[1] if found else None


def _session_and_account(token: str) -> tuple[LoginSession, Account] | None:
    """An open session and whose it is, with organisation and roles: one question, for every page asks it."""
    query = _open_sessions().join(Account, LoginSession.account_id == Account.id).add_columns(Account)
    query = query.where(LoginSession.token_hash == hash_token(token), Account.disabled_at.is_(None))
    row = db.session.execute(query.options(joinedload(Account.grants))).unique().one_or_none()
    return (row[0], row[1]) if row else None


def _open_sessions() -> Select[LoginSession]:
    now = clock.now()
    return select(LoginSession).where(
        LoginSession.ended_at.is_(None),
        LoginSession.created_at > now - SESSION_ABSOLUTE,
        LoginSession.seen_at > now - SESSION_IDLE,
    )


def _ask_to_sign_in() -> Response:
    here = request.full_path.removesuffix("?") if request.method == "GET" else None
    return redirect(url_for("accounts.login", next=here))


def _no_to(roles: tuple[Role, ...]) -> Forbidden:
    if Role.RETAILER in roles and waits_for_release(current_user):
        return Forbidden("The city has not released your shop yet. You will get a mail as soon as it has.")
    return Forbidden("Your account may not see this page. The city administration can change that.")
