"""For those who run the city: people and their roles, invitations, and retailers who wait to be released."""

from __future__ import annotations

from math import ceil

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import account_queries as queries
from city import accounts
from city.access import current_account, open_sessions, requires
from city.account_forms import InviteForm, RefuseShopForm, RolesForm, chosen_roles, roles_on_offer
from city.db import transaction
from city.messages import Conflict, NotFound
from city.models import Account, Role
from city.roles import CITY_ROLES, ROLE_LABELS

bp = Blueprint("people", __name__)
RUNS_THE_CITY = (Role.ADMIN, Role.MANAGER)
LAST_PAGE = 10_000  # beyond it a number in the address is a mistake


@bp.get("/people")
@requires(*RUNS_THE_CITY)
def people() -> str:
    """Everyone with an account, page by page; searched by name, address, organisation and role."""
    search = (request.args.get("search") or "").replace("\0", "").strip()[:100]
    role = next((role for role in Role if role == request.args.get("role")), None)
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    shown, count = queries.people(search, role, page)
    return render_template(
        "people/people.html",
        people=shown,
        count=count,
        page=page,
        pages=max(1, ceil(count / queries.PAGE)),
        search=search,
        chosen=role,
        role_labels=ROLE_LABELS,
        waiting=len([one for one in queries.waiting_shops() if not _refused(one)]),
    )


@bp.route("/people/invite", methods=["GET", "POST"])
@requires(*RUNS_THE_CITY)
def invite() -> str | Response:
    """Invite a person by mail: who, what the person may do, for whom."""
    form = InviteForm()
    form.offer(roles_on_offer(current_account().roles), queries.organisations())
    if form.sent_and_valid():
        try:
            with transaction():
                roles = chosen_roles(form, frozenset())
                invited = accounts.invite(
                    form.email.data, form.name.data, roles, _organisation_id(form, roles), by_id=current_account().id
                )
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("%(name)s gets a mail.", name=invited.name), "success")
            return redirect(url_for("people.person", account_id=invited.id))
    return render_template("people/invite.html", form=form)


@bp.route("/people/<int:account_id>", methods=["GET", "POST"])
@requires(*RUNS_THE_CITY)
def person(account_id: int) -> str | Response:
    """One person: roles, organisation, and whether the account is switched on."""
    shown = queries.person(account_id)
    form = RolesForm(
        data={"roles": list(shown.roles), "organisation_id": shown.organisation_id, "seen": _words(shown.roles)}
    )
    form.offer(roles_on_offer(current_account().roles), queries.organisations())
    if form.sent_and_valid():
        try:
            with transaction():
                roles = chosen_roles(form, queries.person(account_id).roles)
                accounts.change_roles(
                    account_id,
                    roles,
                    _organisation_id(form, roles),
                    seen=[role for role in Role if role in form.seen.data.split()],
                    by_id=current_account().id,
                )
        except Conflict as refusal:
            form.refuse(refusal)
            form.seen.data = _words(queries.person(account_id).roles)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("people.person", account_id=account_id))
    return render_template(
        "people/person.html",
        form=form,
        person=shown,
        kept=[ROLE_LABELS[role] for role in Role if role in shown.roles - roles_on_offer(current_account().roles)],
        may_touch=_may_touch(shown),
        sessions=len(open_sessions(shown.id)),
    )


@bp.post("/people/<int:account_id>/disable")
@requires(*RUNS_THE_CITY)
def disable(account_id: int) -> Response:
    """Switch an account off; its sessions end at once."""
    with transaction():
        accounts.disable(account_id, by_id=current_account().id)
    return _back_to(account_id, _("The account is switched off, and all its sessions have ended."))


@bp.post("/people/<int:account_id>/enable")
@requires(*RUNS_THE_CITY)
def enable(account_id: int) -> Response:
    """Switch an account on again."""
    with transaction():
        accounts.enable(account_id, by_id=current_account().id)
    return _back_to(account_id, _("The account is switched on."))


@bp.post("/people/<int:account_id>/invite-again")
@requires(*RUNS_THE_CITY)
def invite_again(account_id: int) -> Response:
    """Send a fresh invitation."""
    with transaction():
        accounts.invite_again(account_id, by_id=current_account().id)
    return _back_to(account_id, _("A new link is on its way. The old one no longer works."))


@bp.post("/people/<int:account_id>/sign-out")
@requires(*RUNS_THE_CITY)
def sign_out(account_id: int) -> Response:
    """End all sessions of a person."""
    with transaction():
        accounts.sign_out_everywhere(account_id, by_id=current_account().id)
    return _back_to(account_id, _("All sessions of this person have ended."))


@bp.get("/retailers")
@requires(*RUNS_THE_CITY)
def retailers() -> str:
    """Retailers who wait to be released, and those who were refused."""
    shops = queries.waiting_shops()
    return render_template(
        "people/retailers.html",
        waiting=[one for one in shops if not _refused(one)],
        refused=[one for one in shops if _refused(one)],
    )


@bp.post("/retailers/<int:organisation_id>/release")
@requires(*RUNS_THE_CITY)
def release(organisation_id: int) -> Response:
    """Say yes to a retailer."""
    with transaction():
        accounts.release_shop(organisation_id)
    flash(_("Released. The retailer gets a mail."), "success")
    return redirect(url_for("people.retailers"))


@bp.route("/retailers/<int:organisation_id>/refuse", methods=["GET", "POST"])
@requires(*RUNS_THE_CITY)
def refuse(organisation_id: int) -> str | Response:
    """Say no to a retailer, with the reason."""
    shop = next((one for one in queries.waiting_shops() if one.organisation_id == organisation_id), None)
    if shop is None:
        raise NotFound("This shop does not wait to be released. Someone may have decided in the meantime.")
    form = RefuseShopForm()
    if form.sent_and_valid():
        try:
            with transaction():
                accounts.refuse_shop(organisation_id, form.reason.data)
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Not released. The retailer gets a mail with your reason."), "success")
            return redirect(url_for("people.retailers"))
    return render_template("people/refuse.html", form=form, person=shop)


def _organisation_id(form: RolesForm, roles: frozenset[Role]) -> int | None:
    """The chosen organisation, or the new one, which is made here; inside a transaction."""
    if form.new_organisation.data:
        return accounts.new_organisation(form.new_organisation.data, roles).id
    return form.organisation_id.data


def _words(roles: frozenset[Role]) -> str:
    return " ".join(sorted(roles))


def _may_touch(shown: Account) -> bool:
    """Whether the reader is offered the deeds that switch this account on and off."""
    me = current_account()
    return me.id != shown.id and (Role.ADMIN in me.roles or not shown.roles & CITY_ROLES)


def _refused(person: Account) -> bool:
    return person.organisation is not None and person.organisation.refused_at is not None


def _back_to(account_id: int, said: str) -> Response:
    flash(said, "success")
    return redirect(url_for("people.person", account_id=account_id))
