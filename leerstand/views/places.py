"""The order of the streets and the names of the grades, as the city wants them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from city.access import requires
from city.db import transaction
from city.forms import CityForm, LongText, required
from city.messages import Conflict, NotFound, say
from leerstand import queries
from leerstand.services import places as deeds
from leerstand.views.blueprint import STAFF, bp
from routing.message import BadInput

STEPS = {"first": -10_000, "up": -1, "down": 1}


class GradesForm(CityForm):
    """The city's grades, one a line, the best first."""

    names = LongText(_l("Grades, one per line, the best first"), [required()])

    @property
    def lines(self) -> list[str]:
        """What stands in the lines, without empty ones."""
        return [line.strip() for line in (self.names.data or "").splitlines() if line.strip()]


@bp.route("/laeden/strassen", methods=["GET", "POST"])
@requires(*STAFF)
def places() -> str | Response:
    """The streets in order, and the grades; sending the form names the grades anew."""
    form = GradesForm(data={"names": "\n".join(queries.grades().values())})
    if form.sent_and_valid():
        try:
            with transaction():
                deeds.name_grades(form.lines)
        except (BadInput, Conflict) as refusal:
            form.refuse_field("names", refusal)
        else:
            flash(_("The grades are saved."))
            return redirect(url_for("leerstand.places"))
    return render_template(
        "leerstand/places.html",
        form=form,
        streets=queries.axes(),
        shops=deeds.shops_per_street(),
        most=deeds.MOST_GRADES,
    )


@bp.post("/laeden/strassen/<int:axis_id>/<way>")
@requires(*STAFF)
def move_street(axis_id: int, way: str) -> Any:
    """One place towards the core (``up``), one outward (``down``), or to the front (``first``)."""
    if way not in STEPS:
        raise NotFound("A street goes up, down or to the front.")
    with transaction():
        moved = deeds.move_street(axis_id, STEPS[way])
    return redirect(url_for("leerstand.places", _anchor=f"strasse-{moved.id}"))


@bp.post("/laeden/strassen/<int:axis_id>/loeschen")
@requires(*STAFF)
def remove_street(axis_id: int) -> Any:
    """Delete a street without shops."""
    try:
        with transaction():
            deeds.remove_street(axis_id)
    except Conflict as refusal:
        flash(say(refusal), "error")
    return redirect(url_for("leerstand.places"))
