"""More pages of a retailer: change, confirm, labels, tables, templates, standing orders, keys for own software."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from city import audit, clock
from city.access import current_account, hash_token, requires
from city.db import db, transaction
from city.messages import Conflict, DomainError, NotFound, say
from city.models import Role
from logistics import booking_values, bookings, labels, queries, repeats, tables
from logistics.api.door import Scope
from logistics.booking_form import ShipmentForm
from logistics.forms import HOW_OFTEN, WEEKDAYS, NameForm, StandingForm, TableForm, TokenForm
from logistics.models import ApiToken
from logistics.views import booking_page, person_of, send_booking
from routing.message import BadInput

bp = Blueprint("retail", __name__)
TABLE_BYTES = 1024 * 1024
MOST_TOKENS = 20


@bp.route("/sendungen/<reference>/aendern", methods=["GET", "POST"])
@requires(Role.RETAILER)
def change(reference: str) -> str | Response:
    """Book the same shipment otherwise, before its cut-off."""
    hubs = queries.open_hubs()
    form = ShipmentForm()
    form.offer(hubs)
    shipment = queries.shipment_of(current_account().organisation_id, reference)
    if not form.is_submitted():
        form.fill(shipment)
    if "show" not in request.form and form.sent_and_valid():
        done = send_booking(form, partial(bookings.change_shipment, reference=reference))
        if done is not None:
            flash(_("Changed. The new labels are ready."), "success")
            return redirect(url_for("logistics.shipment", reference=reference))
        hubs = queries.open_hubs()
    return booking_page(form, hubs, action=url_for("retail.change", reference=reference), changed=reference)


@bp.post("/sendungen/<reference>/bestaetigen")
@requires(Role.RETAILER)
def confirm(reference: str) -> Response:
    """Make a held booking final."""
    account = current_account()
    try:
        with transaction():
            bookings.confirm(account, reference)
    except Conflict as refusal:
        flash(say(refusal), "error")
    else:
        flash(_("Booked. Please bring the parcels to the hub in time."), "success")
    return redirect(url_for("logistics.shipment", reference=reference))


@bp.get("/sendungen/<reference>/etiketten.pdf")
@requires(Role.RETAILER)
def label_file(reference: str) -> Response:
    """One A6 page for each parcel."""
    found = queries.shipment_of(current_account().organisation_id, reference)
    return pdf_answer(labels.pdf([found]), f"etiketten-{reference}.pdf")


def pdf_answer(content: bytes, name: str) -> Response:
    """A PDF to be opened or kept."""
    return Response(content, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


@bp.post("/sendungen/<reference>/vorlage")
@requires(Role.RETAILER)
def keep_template(reference: str) -> Response:
    """Keep a booking under a name."""
    account, form = current_account(), NameForm()
    found = queries.shipment_of(account.organisation_id, reference)
    if form.sent_and_valid():
        values = booking_values.values_of(found)
        with transaction():
            repeats.keep_template(account, form.name.data, values)
        flash(_("Kept as “%(name)s”.", name=form.name.data), "success")
        return redirect(url_for("retail.recurring"))
    for sentence in form.name.errors:
        flash(str(sentence), "error")
    return redirect(url_for("logistics.shipment", reference=reference))


@bp.route("/sendungen/tabelle", methods=["GET", "POST"])
@requires(Role.RETAILER)
def table() -> str | Response:
    """Book a whole table, all rows or none; every row that does not go is named."""
    form, wrong = TableForm(), []
    if form.sent_and_valid():
        account = person_of(current_account())
        try:
            content = form.file.data.read(TABLE_BYTES + 1)
            if len(content) > TABLE_BYTES:
                raise BadInput("The table is larger than 1 MB. Please split it.")
            hubs = {hub.name.lower(): hub.id for hub in queries.open_hubs()}
            batch = repeats.checked(tables.read_table(content, hubs))
            with transaction():
                made = repeats.book_all(account, batch)
        except repeats.BatchRefused as refusal:
            form.refuse(refusal)
            wrong = list(refusal.rows)
        except (DomainError, BadInput) as refusal:
            form.refuse(refusal)
        else:
            flash(_("%(count)d shipments are booked.", count=len(made)), "success")
            return redirect(url_for("logistics.shipments"))
    return render_template(
        "retail/table.html",
        form=form,
        wrong=wrong,
        columns=tables.column_names(str(get_locale())),
        most=tables.MOST_ROWS,
    )


@bp.get("/sendungen/tabelle/muster.csv")
@requires(Role.RETAILER)
def sample() -> Response:
    """A table to begin with."""
    hub = next(iter(queries.open_hubs()), None)
    head = "hub;tag;von;bis;empfänger;straße;hausnummer;pakete;gewicht_kg;volumen_l;größe;hinweis;nummer"
    day = (clock.today() + timedelta(days=1)).strftime("%d.%m.%Y")
    row = f"{hub.name if hub else 'Hub'};{day};10:00;12:00;A. Ahorn;Rosenstraße;6;1;1,5;10;;bitte klingeln;R-1001"
    headers = {"Content-Disposition": 'attachment; filename="muster.csv"'}
    return Response(f"\ufeff{head}\r\n{row}\r\n", mimetype="text/csv", headers=headers)


@bp.get("/wiederkehrend")
@requires(Role.RETAILER)
def recurring() -> str:
    """Templates, and what is booked again and again."""
    return _recurring(StandingForm())


def _recurring(form: StandingForm) -> str:
    shop_id = current_account().organisation_id
    kept = repeats.templates(shop_id)
    form.template.choices = [(one.id, one.name) for one in kept]
    return render_template(
        "retail/recurring.html", form=form, templates=kept, orders=repeats.standing_orders(shop_id),
        ahead=repeats.LOOK_AHEAD_DAYS,
        refusal_of=repeats.refusal_of,
        rule_words=_rule_words,
    )  # fmt: skip


def _rule_words(rule: str) -> str:
    """A rule as the form of this page makes them, in words; others as they are written."""
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    days = [WEEKDAYS.get(day) for day in parts.pop("BYDAY", "").split(",")]
    often = HOW_OFTEN.get(parts.pop("INTERVAL", "1"))
    if parts != {"FREQ": "WEEKLY"} or None in days or often is None:
        return rule
    return f"{', '.join(str(day) for day in days)}, {often}"


@bp.post("/vorlagen/<int:template_id>/loeschen")
@requires(Role.RETAILER)
def forget_template(template_id: int) -> Response:
    """Delete a template."""
    account = current_account()
    with transaction():
        repeats.forget_template(account, template_id)
    flash(_("Deleted."), "success")
    return redirect(url_for("retail.recurring"))


@bp.post("/wiederkehrend")
@requires(Role.RETAILER)
def order_standing() -> str | Response:
    """Book a template again and again."""
    account, form = current_account(), StandingForm()
    form.template.choices = [(one.id, one.name) for one in repeats.templates(account.organisation_id)]
    if form.sent_and_valid() and form.starts.data:
        try:
            rule = f"FREQ=WEEKLY;INTERVAL={form.every.data};BYDAY={','.join(form.weekdays.data or [])}"
            if not form.weekdays.data:
                raise BadInput("On which days? Please choose at least one.")
            with transaction():
                kept = repeats.template_of(account.organisation_id, form.template.data)
                repeats.order_standing(account, form.name.data, rule, kept.values, form.starts.data)
        except (DomainError, BadInput) as refusal:
            form.refuse(refusal)
        else:
            flash(_("Ordered. The next days are being booked."), "success")
            return redirect(url_for("retail.recurring"))
    return _recurring(form)


@bp.post("/wiederkehrend/<int:order_id>/<deed>")
@requires(Role.RETAILER)
def standing(order_id: int, deed: str) -> Response:
    """Pause, resume or end a standing order."""
    account = current_account()
    with transaction():
        if deed == "beenden":
            repeats.end(account, order_id)
        elif deed in ("pause", "weiter"):
            repeats.pause(account, order_id, paused=deed == "pause")
        else:
            raise NotFound("There is no such standing order. It may have been ended.")
    flash(_("Done. What is booked already stays."), "success")
    return redirect(url_for("retail.recurring"))


@bp.route("/schnittstelle", methods=["GET", "POST"])
@requires(Role.RETAILER)
def interface() -> str:
    """Keys for a shop's own software; a new one is shown once."""
    account, form, made = current_account(), TokenForm(), None
    if form.sent_and_valid():
        try:
            with transaction():
                if len(_tokens()) >= MOST_TOKENS:
                    raise Conflict("More than %(most)d are not kept. Please delete one first.", most=MOST_TOKENS)
                made = _make_token(account.id, account.organisation_id, form.name.data, write=form.may_write.data)
        except Conflict as refusal:
            form.refuse(refusal)
    return render_template("retail/interface.html", form=form, tokens=_tokens(), made=made)


def _make_token(account_id: int, organisation_id: int | None, name: str, *, write: bool) -> str:
    if organisation_id is None:
        raise Conflict("Your account belongs to no shop. The city administration can change that.")
    token = f"zr_{secrets.token_urlsafe(32)}"
    scopes = [Scope.READ.value, *([Scope.WRITE.value] if write else [])]
    row = ApiToken(
        organisation_id=organisation_id, account_id=account_id, name=name, token_hash=hash_token(token),
        scopes=scopes, made_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record("token made", "api_token", row.id, write=write)
    return token


def _tokens() -> list[ApiToken]:
    shop_id = current_account().organisation_id
    query = select(ApiToken).where(ApiToken.organisation_id == shop_id, ApiToken.revoked_at.is_(None))
    return list(db.session.scalars(query.order_by(ApiToken.id)))


@bp.post("/schnittstelle/<int:token_id>/sperren")
@requires(Role.RETAILER)
def revoke(token_id: int) -> Response:
    """A key that is not needed any more, or that somebody else may have seen."""
    with transaction():
        found = next((one for one in _tokens() if one.id == token_id), None)
        if found is None:
            raise NotFound("There is no such key. It may have been revoked.")
        found.revoked_at = clock.now()
        audit.record("token revoked", "api_token", token_id)
    flash(_("Revoked. Whoever still uses this key is refused."), "success")
    return redirect(url_for("retail.interface"))
