"""The city's stock as a list and as a map: filtered, sorted, a page at a time, and filters to come back to."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock
from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict
from leerstand import queries, register_queries
from leerstand.forms import chosen
from leerstand.kinds import Ring
from leerstand.models import Unit
from leerstand.register_forms import SaveViewForm, StockFilterForm
from leerstand.register_queries import PAGE, Order, StockFilter
from leerstand.services import saved_views
from leerstand.situation import Status
from leerstand.views.blueprint import STAFF, base_of_map, bp, page_asked, page_url, question, with_filter

MARK_OF = {
    Status.OCCUPIED: "occupied",
    Status.THREATENED: "threatened",
    Status.VACANCY: "vacancy",
    Status.INTERIM: "interim",
    Status.HUB: "hub",
    Status.WORKS: "place",
    Status.CONVERTED: "converted",
    Status.CLOSED: "place",
    Status.UNKNOWN: "place",
}
FEW_FIELDS = ("word", "axis_id", "status", "order")  # the rest of the filter is folded away until it is used


def wanted() -> tuple[StockFilterForm, StockFilter]:
    """The filter in the address; what it does not know asks for everything."""
    form = StockFilterForm(request.args)
    form.offer_streets(queries.axes())
    form.offer_grades(queries.grades())
    form.validate()
    right = {field.name: None if field.errors else field.data for field in form}
    return form, StockFilter(
        word=right["word"] or "",
        axis_id=right["axis_id"] or None,
        status=chosen(Status, form.status.data),
        ring=chosen(Ring, form.ring.data),
        grade=right["grade"] or None,
        stage=right["stage"],
        reason=right["reason"],
        least_m2=right["least_m2"],
        most_m2=right["most_m2"],
        stale=bool(right["stale"]),
        unowned=bool(right["unowned"]),
        order=right["order"] or Order.STREET,
    )


@bp.get("/laeden")
@requires(*STAFF)
def stock() -> str:
    """Every shop, filtered, as a table and on the map."""
    form, asked = wanted()
    page = page_asked()
    found, count = register_queries.stock_page(asked, clock.today(), page)
    return render_template(
        "leerstand/stock.html",
        filter=form,
        more_open=any(
            field.errors or field.data not in (None, "", 0, False) for field in form if field.name not in FEW_FIELDS
        ),
        found=found,
        count=count,
        grades=queries.grades(),
        page=page,
        pages=max(1, -(-count // PAGE)),
        page_url=page_url,
        views=saved_views.views_of(current_account().id),
        save=SaveViewForm(question=question()),
        map_url=with_filter("leerstand.stock_map_data"),
    )


@bp.get("/laeden/karte.json")
@requires(*STAFF)
def stock_map_data() -> dict[str, Any]:
    """The same shops for the map, all of them."""
    home = url_for("leerstand.stock")
    marks = [
        {
            "kind": MARK_OF[row[6]],
            "point": (row[1], row[2]),
            "title": ", ".join(filter(None, (f"{row[3]} {row[4]}".strip(), row[5]))),
            "url": f"{home}/{row[0]}",
        }
        for row in register_queries.stock_marks(wanted()[1], clock.today())
    ]
    return {**base_of_map(), "marks": marks, "cluster": True}


def mark(unit: Unit, status: Status, **more: Any) -> dict[str, Any]:
    """One shop on a map of the city."""
    return {
        "kind": MARK_OF[status],
        "point": unit.point,
        "title": ", ".join(filter(None, (unit.address, unit.name))),
        "url": url_for("leerstand.unit", unit_id=unit.id),
        **more,
    }


@bp.post("/laeden/ansichten")
@requires(*STAFF)
def save_view() -> Response:
    """Keep a filter under a name."""
    form = SaveViewForm()
    if form.sent_and_valid():
        try:
            with transaction():
                saved_views.save(current_account().id, form.name.data or "", form.question.data or "")
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("The view is saved. You find it above the list."), "success")
    for text in [*form.form_errors, *form.name.errors]:
        flash(text, "error")
    return redirect(url_for("leerstand.stock") + ("?" + form.question.data if form.question.data else ""))


@bp.post("/laeden/ansichten/<int:view_id>/loeschen")
@requires(*STAFF)
def forget_view(view_id: int) -> Response:
    """Forget a saved filter; the shops stay."""
    with transaction():
        saved_views.forget(current_account().id, view_id)
    flash(_("The view is gone. The shops are all still there."), "success")
    return redirect(url_for("leerstand.stock"))
