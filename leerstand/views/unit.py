"""One shop of the stock: its page, what is known of it, who is in it, and what becomes of it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, settings
from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict, NotFound
from leerstand import deal_queries, offers, owner_queries, queries, register_queries, street_picture
from leerstand.aptitude import aptitude
from leerstand.forms import EndForm, chosen, day_of
from leerstand.lifecycle import TRANSITIONS, UnitState, state_on
from leerstand.matching.explain import Pair, for_unit
from leerstand.models import Occupancy, Proposal, Unit
from leerstand.register_forms import NewUnitForm, StateForm, UnitForm
from leerstand.services import states
from leerstand.services import stock as deeds
from leerstand.situation import Situation, spell_on, status_on
from leerstand.spell_form import SpellForm
from leerstand.timeline import timeline
from leerstand.views.blueprint import STAFF, base_of_map, bp
from leerstand.views.stock import MARK_OF, mark
from routing.message import BadInput


@bp.get("/laeden/<int:unit_id>")
@requires(*STAFF)
def unit(unit_id: int) -> str:
    """One shop: who was here, who could come and who cannot, with all reasons."""
    found, day, numbers = queries.unit(unit_id), clock.today(), settings.current().numbers
    plan = queries.newest_plan()
    worth = plan.hub_shares.get(unit_id, 0) if plan else 0
    situation = queries.situation_of(found, day, numbers)
    street = next(iter(street_picture.streets(queries.street_of(found), day)), None) if found.axis else None
    pairs = for_unit(found, queries.open_requests(), situation, numbers, worth) if situation else []
    status, state = status_on(found.spells, day), state_on(found.spells, day)
    asked = queries.open_proposals_for_unit(unit_id)
    return render_template(
        "leerstand/unit.html",
        unit=found,
        status=status,
        state_now=state,
        next_states=TRANSITIONS[state],
        stale=register_queries.is_stale(status, found.last_verified_on, day),
        verified_by=register_queries.name_of(found.verified_by_id),
        mark_of=MARK_OF,
        grades=queries.grades(),
        now=spell_on(found.spells, day),
        situation=situation,
        housing=aptitude(found, situation) if situation else None,
        numbers=numbers,
        house=next((house for house in street.houses if house.unit.id == unit_id), None) if street else None,
        pairs=pairs,
        may_ask=_may_ask(found, situation, pairs, asked),
        match=next((match for match in plan.matches if match.unit_id == unit_id), None) if plan else None,
        proposals=asked,
        sharers=deal_queries.sharers_of(unit_id, day),
        picture=timeline(found.spells, day),
        spells=sorted(found.spells, key=lambda spell: spell.starts, reverse=True),
        photos=queries.photos_of(unit_id),
        owner_file=owner_queries.file_of(found.owner_id) if found.owner_id else None,
        contacts=owner_queries.contacts_of(found.owner_id) if found.owner_id else [],
        consents=owner_queries.consents_for(found),
        talks=owner_queries.entries_about(found),
        history=queries.history_of("unit", unit_id),
    )


def _may_ask(unit: Unit, place: Situation | None, pairs: list[Pair], asked: list[Proposal]) -> set[int]:
    """The requests that its owner can be asked about beside what is asked already."""
    if place is None or unit.owner_id is None:
        return set()
    known, others = [one.share for one in asked], place.sharing
    return {pair.request.id for pair in pairs if offers.room_beside(unit, others, known, pair.found.share)}


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
    """Record a shop that stands empty, or one that belongs to the stock."""
    form = NewUnitForm()
    form.offer_owners(queries.owners())
    form.offer_grades(queries.grades())
    if form.sent_and_valid():
        try:
            with transaction():
                made = deeds.record_unit(
                    form.values(),
                    empty_since=form.empty_since.data,
                    reason=form.reason.data,
                    tenant=form.tenant.data or "",
                    category=form.category.data,
                )
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
    form.offer_grades(queries.grades())
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


@bp.route("/laeden/<int:unit_id>/stand", methods=["GET", "POST"])
@requires(*STAFF)
def change_state(unit_id: int) -> str | Response:
    """What has become of the shop: only what can follow is offered."""
    found = queries.unit(unit_id)
    was = state_on(found.spells, clock.today())
    form = StateForm()
    form.offer(TRANSITIONS[was], chosen(UnitState, request.args.get("zu")))
    if not form.is_submitted():
        form.on.data = clock.today()
    if form.sent_and_valid():
        try:
            with transaction():
                states.move_unit(unit_id, form.change(clock.today()), by_id=current_account().id)
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("leerstand.unit", unit_id=unit_id))
    return render_template("leerstand/change_state.html", form=form, unit=found, was=was)


@bp.post("/laeden/<int:unit_id>/geprueft")
@requires(*STAFF)
def confirm_unit(unit_id: int) -> Response:
    """Somebody has been there: everything is still so."""
    with transaction():
        states.confirm(unit_id, by_id=current_account().id)
    flash(_("Confirmed. The entry counts as checked today."), "success")
    return redirect(url_for("leerstand.unit", unit_id=unit_id))


@bp.route("/laeden/<int:unit_id>/belegung", methods=["GET", "POST"])
@requires(*STAFF)
def add_spell(unit_id: int) -> str | Response:
    """Write down who is in a shop from when on."""
    found, form = queries.unit(unit_id), SpellForm()
    if form.sent_and_valid():
        try:
            with transaction():
                deeds.add_spell(unit_id, **form.values())
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("leerstand.unit", unit_id=unit_id))
    return render_template("leerstand/add_spell.html", form=form, unit=found)


@bp.route("/laeden/<int:unit_id>/belegung/<int:spell_id>/bearbeiten", methods=["GET", "POST"])
@requires(*STAFF)
def edit_spell(unit_id: int, spell_id: int) -> str | Response:
    """Put an entry right."""
    found = queries.unit(unit_id)
    spell = spell_of(found, spell_id)
    form = SpellForm(obj=None if request.method == "POST" else spell)
    if form.sent_and_valid():
        try:
            with transaction():
                deeds.change_spell(unit_id, spell_id, **form.values())
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("leerstand.unit", unit_id=unit_id))
    return render_template("leerstand/edit_spell.html", form=form, unit=found, spell=spell)


def spell_of(unit: Unit, spell_id: int) -> Occupancy:
    """An entry of this shop. One of another shop is not found."""
    found = next((spell for spell in unit.spells if spell.id == spell_id), None)
    if found is None:
        raise NotFound("There is no such entry. It may have been removed.")
    return found


@bp.post("/laeden/<int:unit_id>/belegung/<int:spell_id>/loeschen")
@requires(*STAFF)
def remove_spell(unit_id: int, spell_id: int) -> Response:
    """Take an entry out that was a mistake."""
    with transaction():
        deeds.remove_spell(unit_id, spell_id)
    flash(_("The entry is gone."), "success")
    return redirect(url_for("leerstand.unit", unit_id=unit_id))


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
