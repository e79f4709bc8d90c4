"""Footfall counts come in: a file is sent, looked at, and kept by a second button."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.wrappers import Response

from city.access import current_account, requires
from city.db import transaction
from city.forms import CityForm, required
from city.messages import Conflict
from leerstand import figure_queries, footfall_csv
from leerstand.figures import footfall as rule
from leerstand.services import footfall as deeds
from leerstand.views.blueprint import STAFF, bp
from routing.message import BadInput


class FootfallForm(CityForm):
    """A file of counts."""

    file = FileField(_l("File with counts"), [required()])


@bp.route("/frequenz", methods=["GET", "POST"])
@requires(*STAFF)
def footfall() -> str | Response:
    """The counting places and their years; a new file is sent here."""
    form = FootfallForm()
    if form.is_submitted() and form.validate():
        upload = form.file.data
        try:
            with transaction():
                kept = deeds.look_at(upload.filename or "", upload.read(), by=current_account())
        except BadInput as refusal:
            form.refuse_field("file", refusal)
        else:
            return redirect(url_for("leerstand.look_at_footfall", file_id=kept.id))
    return render_template(
        "leerstand/footfall.html", form=form, places=figure_queries.footfall_by_place(g.city), least=rule.LEAST_HOURS
    )


@bp.route("/frequenz/<int:file_id>", methods=["GET", "POST"])
@requires(*STAFF)
def look_at_footfall(file_id: int) -> str | Response:
    """What a file says before it is kept: places, period, hours, and lines that cannot be read."""
    file = deeds.waiting_file(file_id)
    form = CityForm()
    if form.sent_and_valid():
        try:
            with transaction():
                counts = deeds.take_in(file_id)
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Kept: %(hours)d hours of %(places)d places.", hours=len(counts.hours), places=len(counts.places)))
            return redirect(url_for("leerstand.footfall"))
    counts = footfall_csv.read(file.content)
    return render_template(
        "leerstand/look_at_footfall.html",
        form=form,
        file=file,
        counts=counts,
        sums=[
            (place, *_sums([n for (name, _d, _h), n in counts.hours.items() if name == place]))
            for place in counts.places
        ],
        asked=request.method,
    )


def _sums(persons: list[int]) -> tuple[int, int]:
    return len(persons), sum(persons)
