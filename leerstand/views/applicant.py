"""An applicant's pages: write a request, send it, follow what becomes of it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict
from leerstand import queries
from leerstand.forms import UseRequestForm
from leerstand.kinds import RequestState
from leerstand.services import requests as deeds
from leerstand.views.blueprint import SEEKS_ROOM, bp


@bp.get("/meine-gesuche")
@requires(*SEEKS_ROOM)
def my_requests() -> str:
    """One's own requests and where they stand."""
    return render_template("leerstand/my_requests.html", requests=queries.requests_of(current_account().id))


@bp.route("/meine-gesuche/neu", methods=["GET", "POST"])
@requires(*SEEKS_ROOM)
def new_request() -> str | Response:
    """Say what one looks for; keep it as a draft, or send it at once."""
    form = UseRequestForm()
    if form.sent_and_valid() and (kept := _keep(form)) is not None:
        return kept
    return render_template("leerstand/new_request.html", form=form)


@bp.route("/meine-gesuche/<int:request_id>/bearbeiten", methods=["GET", "POST"])
@requires(*SEEKS_ROOM)
def edit_request(request_id: int) -> str | Response:
    """Change a request, as long as no owner has it before them."""
    found = queries.request_of(current_account().id, request_id)
    form = UseRequestForm()
    if not form.is_submitted():
        form.show(found)
    if form.sent_and_valid() and (kept := _keep(form, request_id)) is not None:
        return kept
    return render_template("leerstand/edit_request.html", form=form, request_=found)


def _keep(form: UseRequestForm, request_id: int | None = None) -> Response | None:
    """Save and, when that button was pressed, send; None when it was refused."""
    person = current_account()
    try:
        with transaction():
            kept = deeds.save_request(person, form.values(), request_id=request_id)
            if sent := request.form.get("deed") == "submit" and kept.state == RequestState.DRAFT:
                deeds.submit_request(person.id, kept.id)
    except Conflict as refusal:
        form.refuse(refusal)
        return None
    flash(_("Sent. The city looks for a shop that suits.") if sent else _("Saved."), "success")
    return redirect(url_for("leerstand.my_request", request_id=kept.id))


@bp.get("/meine-gesuche/<int:request_id>")
@requires(*SEEKS_ROOM)
def my_request(request_id: int) -> str:
    """One request: what was written, and where it stands."""
    found = queries.request_of(current_account().id, request_id)
    return render_template(
        "leerstand/my_request.html", request_=found, agreement=queries.agreement_of_request(request_id)
    )


@bp.post("/meine-gesuche/<int:request_id>/einreichen")
@requires(*SEEKS_ROOM)
def submit_request(request_id: int) -> Response:
    """Send a draft to the city."""
    with transaction():
        deeds.submit_request(current_account().id, request_id)
    flash(_("Sent. The city looks for a shop that suits."), "success")
    return redirect(url_for("leerstand.my_request", request_id=request_id))


@bp.post("/meine-gesuche/<int:request_id>/zurueckziehen")
@requires(*SEEKS_ROOM)
def withdraw_request(request_id: int) -> Response:
    """Take a request back."""
    with transaction():
        deeds.withdraw_request(current_account().id, request_id)
    flash(_("Withdrawn. You can change the request and send it again at any time."), "success")
    return redirect(url_for("leerstand.my_request", request_id=request_id))
