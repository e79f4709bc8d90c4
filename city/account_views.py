"""Signing in, up and out, one-time links, passwords, and the page about one's own account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from city import access, accounts, addresses, audit, letters, one_time_links, passwords, streets, tries, words
from city import account_queries as queries
from city.access import current_account, public, requires
from city.account_forms import (
    ChangePasswordForm,
    LoginForm,
    NewPasswordForm,
    ResetForm,
    ShopSignUpForm,
    SignUpForm,
)
from city.db import transaction
from city.forms import mail_address
from city.links import local_target
from city.messages import Conflict, DomainError
from city.models import Account, LinkPurpose, Role
from city.roles import ROLE_LABELS
from city.tries import TooManyTries
from city.web import wait_headers
from routing.message import BadInput

bp = Blueprint("accounts", __name__)
START = "/"


@bp.app_context_processor
def reader() -> dict[str, Any]:
    """Who reads the page, for the frame of every page."""
    if not current_user.is_authenticated:
        here = request.endpoint == "accounts.login"
        return {"account": None, "sign_in": {"label": _("Sign in"), "url": url_for("accounts.login"), "current": here}}
    shown = {
        "name": current_user.name,
        "role": ", ".join(str(ROLE_LABELS[role]) for role in Role if role in current_user.roles),
        "url": url_for("accounts.my_account"),
        "sign_out_url": url_for("accounts.logout"),
    }
    return {"account": shown, "sign_in": None}


@bp.route("/login", methods=["GET", "POST"])
@public
def login() -> str | Response:
    """Sign in with e-mail address and password."""
    target = local_target(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target or START)
    form, later = LoginForm(), None
    if form.sent_and_valid():
        try:
            person = _sign_in(_plain_address(form.email.data), form.password.data)
        except (Conflict, TooManyTries) as refusal:
            form.refuse(refusal)
            later = refusal
        else:
            waits = access.waits_for_release(person)
            return redirect(target or (url_for("accounts.my_account") if waits else START))
    return answered(render_template("accounts/login.html", form=form, asked=target is not None), later)


@bp.post("/logout")
@public
def logout() -> Response:
    """End this browser's session on the server."""
    with transaction():
        access.sign_out()
    flash(_("You are signed out."), "success")
    return redirect(url_for("accounts.login"))


@bp.get("/sign-up")
@public
def sign_up() -> str:
    """What do you want to do here? Two ways in."""
    return render_template("accounts/sign_up.html")


@bp.route("/sign-up/<any(applicant, retailer):kind>", methods=["GET", "POST"])
@public
def sign_up_as(kind: str) -> str | Response:
    """Ask for an account; a link comes by mail. A shop needs a place: goods may be brought there."""
    role = Role(kind)
    form, later = ShopSignUpForm() if role is Role.RETAILER else SignUpForm(), None
    if form.sent_and_valid():
        try:
            shop = _shop(form)
            with transaction():
                tries.count_mail(form.email.data, tries.network_of(request.remote_addr))
                accounts.sign_up(
                    email=form.email.data, name=form.name.data, language=words.language(), role=role, shop=shop
                )
        except BadInput as refusal:
            form.refuse_field("street", refusal)
        except TooManyTries as refusal:
            form.refuse(refusal)
            later = refusal
        else:
            return redirect(url_for("accounts.mail_sent"))
    return answered(
        render_template("accounts/sign_up_as.html", form=form, kind=kind, mapped=streets.are_there()), later
    )


@bp.route("/reset", methods=["GET", "POST"])
@public
def reset() -> str | Response:
    """Ask for a link to set a new password."""
    form, later = ResetForm(), None
    if form.sent_and_valid():
        try:
            with transaction():
                tries.count_mail(form.email.data, tries.network_of(request.remote_addr))
                accounts.ask_for_reset(form.email.data)
        except TooManyTries as refusal:
            form.refuse(refusal)
            later = refusal
        else:
            return redirect(url_for("accounts.mail_sent"))
    return answered(render_template("accounts/reset.html", form=form), later)


@bp.get("/mail-sent")
@public
def mail_sent() -> str:
    """Look into your mailbox: the same page whether or not the address has an account."""
    return render_template("accounts/mail_sent.html")


@bp.route("/link/<token>", methods=["GET", "POST"])
@public
def use_link(token: str) -> str | Response:
    """Where one-time links lead: look at it as often as you like, send it once."""
    person, purpose = one_time_links.find(token)
    form = NewPasswordForm()
    if form.sent_and_valid():
        try:
            password_hash = passwords.hashed(form.password.data, known_words=_known_words(person))
        except BadInput as refusal:
            form.refuse_field("password", refusal)
        else:
            with transaction():
                access.sign_out()
                accounts.set_password(token, password_hash)
            flash(_("Your password is set. Please sign in with it."), "success")
            return redirect(url_for("accounts.login"))
    return render_template(
        "accounts/use_link.html",
        form=form,
        person=person,
        is_reset=purpose is LinkPurpose.RESET,
        role_labels=[ROLE_LABELS[role] for role in Role if role in person.roles],
        known=_known_words(person),
    )


@bp.get("/account")
@requires()
def my_account() -> str:
    """What the city knows about the person, and where the person is signed in."""
    person = current_account()
    return render_template(
        "accounts/my_account.html",
        person=person,
        role_labels=[ROLE_LABELS[role] for role in Role if role in person.roles],
        waits=access.waits_for_release(person),
        sessions=access.open_sessions(person.id),
        this_session=access.this_session(),
    )


@bp.route("/account/password", methods=["GET", "POST"])
@requires()
def change_password() -> str | Response:
    """Choose a new password; other browsers are signed out."""
    form = ChangePasswordForm()
    if form.sent_and_valid() and _changed_password(form):
        flash(_("Your password is changed. Other browsers are signed out."), "success")
        return redirect(url_for("accounts.my_account"))
    return render_template("accounts/change_password.html", form=form, known=_known_words(current_account()))


@bp.post("/account/sign-out-elsewhere")
@requires()
def sign_out_elsewhere() -> Response:
    """End all sessions of this person but this one."""
    with transaction():
        access.end_all_sessions(current_account().id, but_this=True)
    flash(_("You are signed out everywhere else."), "success")
    return redirect(url_for("accounts.my_account"))


@bp.app_errorhandler(one_time_links.LinkGone)
def link_gone(gone: one_time_links.LinkGone) -> tuple[str, int]:
    """A link that no longer works: why that may be, and how to get a new one."""
    return render_template("accounts/_link_gone.html", gone=gone), 410


def answered(page: str, refusal: DomainError | None) -> Response:
    """The page with its form; for whom a limit holds, with the status that says so and when it goes on."""
    if not isinstance(refusal, TooManyTries):
        return Response(page, mimetype="text/html")
    return Response(page, refusal.status, wait_headers(refusal), mimetype="text/html")


def _sign_in(email: str, password: str) -> Account:
    """Check the password and begin a session. Raises TooManyTries, or Conflict when it is wrong."""
    with transaction():
        counted = tries.count_password(email, tries.network_of(request.remote_addr))
    known = queries.by_email(email)
    kept = known.password_hash if known else None
    if not passwords.is_right(password, kept):
        raise Conflict("The e-mail address or the password is wrong. Please check both.")
    with transaction():
        tries.password_was_right(counted)
        person = queries.by_email(email)
        if person is None or kept is None or person.password_hash != kept:
            raise Conflict("The e-mail address or the password is wrong. Please check both.")
        if person.disabled_at is not None:
            raise Conflict("This account is switched off. The city administration can switch it on again.")
        person.password_hash = passwords.hashed_better(password, kept) or kept
        access.sign_out()
        access.sign_in(person)
        audit.record("signed in", "account", person.id)
    return person


def _changed_password(form: ChangePasswordForm) -> bool:
    """Change the password of the reader, or say at the right field why not."""
    person = current_account()
    try:
        _check_again(person, form.current.data)
    except Conflict as refusal:
        form.refuse_field("current", refusal)
        return False
    try:
        password_hash = passwords.hashed(form.password.data, known_words=_known_words(person))
    except BadInput as refusal:
        form.refuse_field("password", refusal)
        return False
    with transaction():
        accounts.change_password(current_account(), password_hash)
    return True


def _check_again(person: Account, password: str) -> None:
    """The person who changes the password knows the old one; wrong tries count as at the sign-in."""
    with transaction():
        counted = tries.count_password(person.email, tries.network_of(request.remote_addr))
    if not passwords.is_right(password, person.password_hash):
        raise Conflict("This is not your current password. Please type it again.")
    with transaction():
        tries.password_was_right(counted)


def _plain_address(typed: str) -> str:
    """The address as it would be stored; what is no address stays as it is and simply has no account."""
    try:
        return mail_address(typed)
    except BadInput:
        return typed.strip().lower()


def _known_words(person: Account) -> list[str]:
    """What a guesser knows of a person."""
    town = letters.town()
    shop = [person.organisation.name] if person.organisation else []
    return [person.email, person.name, town.name, town.title, *shop]


def _shop(form: SignUpForm) -> accounts.Shop | None:
    if not isinstance(form, ShopSignUpForm):
        return None
    street, number = form.street.data, form.housenumber.data
    found = addresses.chosen_or_found(form.lat.data, form.lon.data, street, number) if streets.are_there() else None
    return accounts.Shop(form.shop.data, street, number, found)
