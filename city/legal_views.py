"""The pages that law asks for: imprint, privacy, accessibility; and where the city enters what they name."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms.validators import Optional

from city import operator
from city.access import public, requires
from city.db import transaction
from city.forms import AtMost, CheckedText, CityForm, LongText, MailAddressField, required
from city.models import Role
from routing.message import N_

bp = Blueprint("legal", __name__)
LINE = 200
FOOTER = (
    ("legal.accessibility", N_("Accessibility")),
    ("legal.privacy", N_("Privacy")),
    ("legal.imprint", N_("Imprint")),
)


class OperatorForm(CityForm):
    """Who runs the pages."""

    name = CheckedText(_l("Operator"), [required(), AtMost(LINE)])
    street = CheckedText(_l("Street and house number"), [required(), AtMost(LINE)])
    place = CheckedText(_l("Postcode and town"), [required(), AtMost(LINE)])
    represented_by = CheckedText(_l("Represented by"), [required(), AtMost(LINE)])
    phone = CheckedText(_l("Telephone"), [required(), AtMost(LINE)])
    email = MailAddressField(_l("E-mail"), [required()])
    vat_id = CheckedText(_l("VAT number"), [Optional(), AtMost(LINE)])
    privacy_contact = LongText(_l("Data protection officer"), [Optional()])
    privacy_authority = LongText(_l("Supervisory authority for data protection"), [Optional()])
    access_contact = LongText(_l("Where barriers are reported"), [Optional()])
    access_body = LongText(_l("Enforcement or arbitration body"), [Optional()])


def init_footer(app: Flask) -> None:
    """Put the links of the footer on every page."""

    @app.context_processor
    def footer() -> dict[str, list[dict[str, str]]]:
        return {"footer": [{"label": _(label), "url": url_for(endpoint)} for endpoint, label in FOOTER]}


@bp.get("/impressum")
@public
def imprint() -> str:
    """Who runs these pages (§ 5 DDG)."""
    return render_template("legal/imprint.html", operator=operator.current())


@bp.get("/datenschutz")
@public
def privacy() -> str:
    """What is kept of whom, why and for how long (Art. 13 DSGVO)."""
    return render_template("legal/privacy.html", operator=operator.current())


@bp.get("/barrierefreiheit")
@public
def accessibility() -> str:
    """How accessible these pages are, and where barriers are reported."""
    return render_template("legal/accessibility.html", operator=operator.current())


@bp.route("/settings/betreiber", methods=["GET", "POST"])
@requires(Role.ADMIN, Role.MANAGER)
def edit_operator() -> str | Response:
    """Enter who runs the pages."""
    form = OperatorForm(obj=operator.current())
    if form.sent_and_valid():
        with transaction():
            operator.change({name: value or "" for name, value in form.data.items() if name != "csrf_token"})
        flash(_("Saved."), "success")
        return redirect(url_for("legal.imprint"))
    return render_template("legal/edit_operator.html", form=form)
