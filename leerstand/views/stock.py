"""The city's stock: every shop, who was in it, who could come, and what is known of it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, settings
from city.access import requires
from city.db import transaction
from city.messages import Conflict
from leerstand import indicators, queries
from leerstand.forms import EndForm, NewUnitForm, SpellForm, StockFilterForm, UnitForm, chosen, day_of
from leerstand.kinds import Ring
from leerstand.matching import explain
from leerstand.models import Unit
from leerstand.queries import StockFilter
from leerstand.services import stock as deeds
from leerstand.situation import Status, spell_on, status_on
from leerstand.timeline import timeline
from leerstand.views.blueprint import STAFF, base_of_map, bp, with_filter
from routing.message import BadInput

MARK_OF = {
    Status.OCCUPIED: "occupied",
    Status.THREATENED: "threatened",
    Status.VACANCY: "vacancy",
    Status.INTERIM: "interim",
    Status.HUB: "hub",
    Status.WORKS: "place",
    Status.UNKNOWN: "place",
}
SHOWN = 200  # rows of the table; the filter finds the rest


def wanted() -> tuple[StockFilterForm, StockFilter]:
    """The filter in the address; what it does not know asks for everything."""
    form = StockFilterForm(request.args)
    form.offer_streets(queries.axes())
    form.validate()
    return form, StockFilter(
        word="" if form.word.errors else form.word.data or "",
        axis_id=None if form.axis_id.errors else form.axis_id.data or None,
        status=chosen(Status, form.status.data),
        ring=chosen(Ring, form.ring.data),
    )


@bp.get("/laeden")
@requires(*STAFF)
def stock() -> str:
    """Every shop, filtered, as a table and on the map."""
    form, asked = wanted()
    found = queries.filtered_stock(asked, clock.today())
    return render_template(
        "leerstand/stock.html",
        filter=form,
        found=found[:SHOWN],
        count=len(found),
        map_url=with_filter("leerstand.stock_map_data"),
    )


@bp.get("/laeden/karte.json")
@requires(*STAFF)
def stock_map_data() -> dict[str, Any]:
    """The same shops for the map."""
    found = queries.filtered_stock(wanted()[1], clock.today())
    return {**base_of_map(), "marks": [mark(unit, status) for unit, status in found]}


def mark(unit: Unit, status: Status, **more: Any) -> dict[str, Any]:
    """One shop on a map of the city."""
    return {
        "kind": MARK_OF[status],
        "point": unit.point,
        "title": ", ".join(filter(None, (unit.address, unit.name))),
        "url": url_for("leerstand.unit", unit_id=unit.id),
        **more,
    }


@bp.get("/laeden/<int:unit_id>")
@requires(*STAFF)
def unit(unit_id: int) -> str:
    """One shop: who was here, who could come and who cannot, with all reasons."""
    found, day, numbers = queries.unit(unit_id), clock.today(), settings.current().numbers
    plan = queries.newest_plan()
    worth = plan.hub_points.get(str(unit_id), 0) if plan else 0
    situation = queries.situation_of(found, day, numbers)
    street = indicators.street(found.axis, queries.street_of(found), day) if found.axis else None
    pairs = explain.for_unit(found, queries.open_requests(), situation, numbers, worth) if situation else []
    return render_template(
        "leerstand/unit.html",
        unit=found,
        status=status_on(found.spells, day),
        mark_of=MARK_OF,
        now=spell_on(found.spells, day),
        situation=situation,
        house=next((house for house in street.houses if house.unit.id == unit_id), None) if street else None,
        pairs=pairs,
        match=next((match for match in plan.matches if match.unit_id == unit_id), None) if plan else None,
        proposal=queries.open_proposal_for_unit(unit_id),
        picture=timeline(found.spells, day),
        spells=sorted(found.spells, key=lambda spell: spell.starts, reverse=True),
    )


@bp.get("/laeden/<int:unit_id>/karte.json")
@requires(*STAFF)
def unit_map_data(unit_id: int) -> dict[str, Any]:
    """The shop among its neighbours."""
    found, day = queries.unit(unit_id), clock.today()
    others = [other for other in queries.street_of(found) if other.id != unit_id]
    here = mark(found, status_on(found.spells, day), large=True, label=found.address)
    near = [(found.lat - NEAR_LAT, found.lon - NEAR_LON), (found.lat + NEAR_LAT, found.lon + NEAR_LON)]
    marks = [here, *[mark(other, status_on(other.spells, day)) for other in others]]
    return {**base_of_map(), "marks": marks, "fit": near}


NEAR_LAT, NEAR_LON = 0.0008, 0.0013  # degrees: some 90 m to each side


@bp.route("/laeden/neu", methods=["GET", "POST"])
@requires(*STAFF)
def new_unit() -> str | Response:
    """Record a shop that stands empty."""
    form = NewUnitForm()
    form.offer_owners(queries.owners())
    if form.sent_and_valid():
        try:
            with transaction():
                made = deeds.record_unit(form.values(), empty_since=form.empty_since.data)
        except (Conflict, BadInput) as refusal:
            form.refuse(refusal)
        else:
            flash(_("Recorded."), "success")
            return redirect(url_for("leerstand.unit", unit_id=made.id))
    return render_template("leerstand/new_unit.html", form=form)


@bp.route("/laeden/<int:unit_id>/bearbeiten", methods=["GET", "POST"])
@requires(*STAFF)
def edit_unit(unit_id: int) -> str | Response:
    """Change what is known of a shop."""
    found = queries.unit(unit_id)
    form = UnitForm()
    form.offer_owners(queries.owners())
    if not form.is_submitted():
        form.show(found)
    if form.sent_and_valid():
        try:
            with transaction():
                deeds.change_unit(unit_id, form.values())
        except (Conflict, BadInput) as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("leerstand.unit", unit_id=unit_id))
    return render_template("leerstand/edit_unit.html", form=form, unit=found)


@bp.route("/laeden/<int:unit_id>/belegung", methods=["GET", "POST"])
@requires(*STAFF)
def add_spell(unit_id: int) -> str | Response:
    """Write down who is in a shop from when on."""
    found, form = queries.unit(unit_id), SpellForm()
    if form.sent_and_valid():
        try:
            with transaction():
                deeds.add_spell(
                    unit_id,
                    kind=form.kind.data,
                    starts=day_of(form.starts),
                    ends=form.ends.data,
                    tenant=form.tenant.data or "",
                    category=form.category.data,
                )
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("leerstand.unit", unit_id=unit_id))
    return render_template("leerstand/add_spell.html", form=form, unit=found)


@bp.route("/laeden/<int:unit_id>/belegung/<int:spell_id>", methods=["GET", "POST"])
@requires(*STAFF)
def end_spell(unit_id: int, spell_id: int) -> str | Response:
    """Say when a running use ends, for example because notice was given."""
    found, form = queries.unit(unit_id), EndForm()
    if form.sent_and_valid():
        try:
            with transaction():
                deeds.end_spell(unit_id, spell_id, ends=day_of(form.ends))
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("leerstand.unit", unit_id=unit_id))
    return render_template("leerstand/end_spell.html", form=form, unit=found)


@bp.get("/laeden/karte-waehlen.json")
@requires(*STAFF)
def pick_map_data() -> dict[str, Any]:
    """An empty map on which the place of a shop is chosen."""
    return {**base_of_map(), "marks": [], "pick": True}
