"""Owners as the city works with them: their file, whom to ask, what was said, what may be shown, what is due."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock
from city.access import current_account, requires
from city.db import transaction
from city.links import local_target
from city.messages import Conflict
from leerstand import deal_queries, owner_queries, queries
from leerstand.forms import chosen, day_of
from leerstand.kinds import OwnerKind, Willingness
from leerstand.models import Consent
from leerstand.owner_forms import ConsentForm, ContactForm, OwnerForm, ShopOwnerForm, TalkForm
from leerstand.services import owners as deeds
from leerstand.views.blueprint import STAFF, bp

SHOWN = 50  # shops of one owner on the page


@bp.get("/eigentum")
@requires(*STAFF)
def owners() -> str:
    """Every owner, with shops, willingness and the last conversation."""
    word, uninformed = request.args.get("word", "").replace("\0", "")[:100], "uninformed" in request.args
    willing, kind = chosen(Willingness, request.args.get("willing")), chosen(OwnerKind, request.args.get("kind"))
    return render_template(
        "leerstand/owners.html",
        found=owner_queries.owner_list(word, willing=willing, kind=kind, uninformed=uninformed),
        word=word,
        willing=willing,
        kind=kind,
        uninformed=uninformed,
    )


@bp.route("/eigentum/neu", methods=["GET", "POST"])
@requires(*STAFF)
def new_owner() -> str | Response:
    """Take an owner into the register, with the shop that the way here began at, if any (``laden``)."""
    form, unit_id = OwnerForm(), request.args.get("laden", type=int)
    shop = queries.unit(unit_id) if unit_id is not None else None
    if form.sent_and_valid():
        with transaction():
            made = deeds.record_owner(form.name.data or "", form.values())
            if shop is not None:
                deeds.assign_shop(shop.id, made.id)
        flash(_("Recorded."), "success")
        return redirect(url_for("leerstand.owner_page", owner_id=made.id))
    return render_template("leerstand/new_owner.html", form=form, shop=shop)


@bp.route("/laeden/<int:unit_id>/eigentum", methods=["GET", "POST"])
@requires(*STAFF)
def owner_of_shop(unit_id: int) -> str | Response:
    """Say to whom a shop belongs; where no owner is known yet, the first one is recorded."""
    shop, known = queries.unit(unit_id), queries.owners()
    form = ShopOwnerForm(owner_id=shop.owner_id)
    if not known:
        return redirect(url_for("leerstand.new_owner", laden=unit_id))
    form.offer(known)
    if form.sent_and_valid():
        with transaction():
            deeds.assign_shop(unit_id, form.owner_id.data)
        flash(_("Saved."), "success")
        return redirect(url_for("leerstand.unit", unit_id=unit_id))
    return render_template("leerstand/owner_of_shop.html", form=form, shop=shop)


@bp.get("/eigentum/<int:owner_id>")
@requires(*STAFF)
def owner_page(owner_id: int) -> str:
    """One owner: shops, contacts, consents, conversations."""
    found = owner_queries.owner(owner_id)
    units = owner_queries.units_of(owner_id)
    consents, own = owner_queries.consents_of(owner_id), {None, *(unit.id for unit in units)}
    return render_template(
        "leerstand/owner_page.html",
        owner=found,
        file=owner_queries.file_of(owner_id),
        units=units[:SHOWN],
        count=len(units),
        address_of={unit.id: unit.address for unit in units},
        contacts=owner_queries.contacts_of(owner_id),
        talks=owner_queries.entries_of(owner_id),
        consents=by_shop([one for one in consents if one.unit_id in own]),
        former=sum(one.unit_id not in own for one in consents),
        people=queries.people_of(owner_id),
        by_link=[box.email for box in deal_queries.mailboxes_of(owner_id) if box.account is None],
    )


def by_shop(consents: list[Consent]) -> list[tuple[int | None, list[Consent], list[Consent]]]:
    """(shop or None for all shops, what holds, what was withdrawn), the widest first."""
    shops = sorted({consent.unit_id for consent in consents}, key=lambda unit_id: unit_id or 0)
    return [
        (
            shop,
            [one for one in consents if one.unit_id == shop and one.withdrawn_at is None],
            [one for one in consents if one.unit_id == shop and one.withdrawn_at is not None],
        )
        for shop in shops
    ]


@bp.route("/eigentum/<int:owner_id>/bearbeiten", methods=["GET", "POST"])
@requires(*STAFF)
def edit_owner(owner_id: int) -> str | Response:
    """Change the file of an owner."""
    found, form = owner_queries.owner(owner_id), OwnerForm()
    if not form.is_submitted():
        form.show(found.name, owner_queries.file_of(owner_id))
    if form.sent_and_valid():
        with transaction():
            deeds.change_owner(owner_id, form.name.data or "", form.values())
        flash(_("Saved."), "success")
        return redirect(url_for("leerstand.owner_page", owner_id=owner_id))
    return render_template("leerstand/edit_owner.html", form=form, owner=found)


@bp.route("/eigentum/<int:owner_id>/kontakt", methods=["GET", "POST"])
@requires(*STAFF)
def new_contact(owner_id: int) -> str | Response:
    """Add somebody to ask."""
    found, form = owner_queries.owner(owner_id), ContactForm()
    if form.sent_and_valid():
        with transaction():
            deeds.keep_contact(owner_id, form.values())
        flash(_("Saved."), "success")
        return redirect(url_for("leerstand.owner_page", owner_id=owner_id))
    return render_template("leerstand/new_contact.html", form=form, owner=found)


@bp.route("/eigentum/<int:owner_id>/kontakt/<int:contact_id>", methods=["GET", "POST"])
@requires(*STAFF)
def edit_contact(owner_id: int, contact_id: int) -> str | Response:
    """Change somebody to ask."""
    found, contact = owner_queries.owner(owner_id), owner_queries.contact(owner_id, contact_id)
    form = ContactForm(obj=None if request.method == "POST" else contact)
    if form.sent_and_valid():
        with transaction():
            deeds.keep_contact(owner_id, form.values(), contact_id=contact_id)
        flash(_("Saved."), "success")
        return redirect(url_for("leerstand.owner_page", owner_id=owner_id))
    return render_template("leerstand/edit_contact.html", form=form, owner=found, contact=contact)


@bp.post("/eigentum/<int:owner_id>/kontakt/<int:contact_id>/loeschen")
@requires(*STAFF)
def remove_contact(owner_id: int, contact_id: int) -> Response:
    """Forget somebody to ask."""
    with transaction():
        deeds.remove_contact(owner_id, contact_id)
    flash(_("The contact is gone."), "success")
    return redirect(url_for("leerstand.owner_page", owner_id=owner_id))


@bp.route("/eigentum/<int:owner_id>/gespraech", methods=["GET", "POST"])
@requires(*STAFF)
def new_talk(owner_id: int) -> str | Response:
    """Write down what was said, and what comes next."""
    found, form = owner_queries.owner(owner_id), TalkForm()
    form.offer_units(owner_queries.units_of(owner_id), request.args.get("laden", type=int))
    if not form.is_submitted():
        form.happened_on.data = clock.today()
    if form.sent_and_valid():
        try:
            with transaction():
                deeds.note_talk(owner_id, form.values(), by_id=current_account().id)
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Noted."), "success")
            return redirect(url_for("leerstand.owner_page", owner_id=owner_id))
    return render_template("leerstand/new_talk.html", form=form, owner=found)


@bp.post("/eigentum/gespraech/<int:entry_id>/erledigt")
@requires(*STAFF)
def finish_step(entry_id: int) -> Response:
    """The next step has been taken."""
    with transaction():
        entry = deeds.finish_step(entry_id)
    flash(_("Done."), "success")
    return redirect(local_target(request.form.get("next")) or url_for("leerstand.owner_page", owner_id=entry.owner_id))


@bp.route("/eigentum/<int:owner_id>/einwilligung", methods=["GET", "POST"])
@requires(*STAFF)
def new_consent(owner_id: int) -> str | Response:
    """Write down what an owner allows to be shown."""
    found, form = owner_queries.owner(owner_id), ConsentForm()
    form.offer_units(owner_queries.units_of(owner_id), request.args.get("laden", type=int))
    if not form.is_submitted():
        form.given_on.data = clock.today()
    if form.sent_and_valid():
        try:
            with transaction():
                deeds.give_consent(
                    owner_id,
                    form.scopes.data or [],
                    unit_id=form.unit_id.data or None,
                    given_on=day_of(form.given_on),
                    channel=form.channel.data,
                    proof=form.proof.data or "",
                    shown=bool(form.shown.data),
                )
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved. It holds at once."), "success")
            return redirect(url_for("leerstand.owner_page", owner_id=owner_id))
    return render_template("leerstand/new_consent.html", form=form, owner=found)


@bp.post("/eigentum/<int:owner_id>/einwilligung/<int:consent_id>/widerrufen")
@requires(*STAFF)
def withdraw_consent(owner_id: int, consent_id: int) -> Response:
    """An owner no longer allows something; it is gone from everything public at once."""
    with transaction():
        deeds.withdraw_consent(owner_id, consent_id)
    flash(_("Withdrawn. Nothing public shows it any more."), "success")
    return redirect(url_for("leerstand.owner_page", owner_id=owner_id))
