"""The walk round (Rundgang): one shop after the other along a street, for a thumb on a phone; and pictures of shops."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, files
from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict, NotFound
from leerstand import queries, register_queries
from leerstand.lifecycle import TRANSITIONS, Change, UnitState, state_on
from leerstand.models import Unit
from leerstand.owner_forms import PhotoForm
from leerstand.services import photos as pictures
from leerstand.services import states
from leerstand.situation import spell_on, status_on
from leerstand.views.blueprint import STAFF, bp
from routing.message import BadInput

NAME = 120  # characters
SEEN = {"leer": UnitState.RECORDED, "belegt": UnitState.OCCUPIED}  # what one sees through the window


@bp.get("/rundgang")
@requires(*STAFF)
def walks() -> str:
    """The streets, with how many of their shops should be looked at again."""
    return render_template("leerstand/walks.html", streets=register_queries.walks(clock.today()))


@bp.get("/rundgang/<int:axis_id>")
@requires(*STAFF)
def start_walk(axis_id: int) -> Response:
    """Begin a street at the first shop that nobody has looked at today."""
    order = queries.walk_order(axis_id)
    if not order:
        raise NotFound("No shops are known in this street.")
    first = next((unit for unit in order if unit.last_verified_on != clock.today()), order[0])
    return redirect(url_for("leerstand.walk", axis_id=axis_id, unit_id=first.id))


@bp.route("/rundgang/<int:axis_id>/<int:unit_id>", methods=["GET", "POST"])
@requires(*STAFF)
def walk(axis_id: int, unit_id: int) -> str | Response:
    """One shop of the walk: still so, changed, or a picture; then the next one."""
    order = queries.walk_order(axis_id)
    place = next((number for number, unit in enumerate(order) if unit.id == unit_id), None)
    if place is None:
        raise NotFound("There is no such shop.")
    if request.method == "POST":
        try:
            _seen(unit_id, request.form.get("gesehen", ""))
        except Conflict as refusal:
            return _page(order, place, refusal=refusal)
        return _on(order, place)
    return _page(order, place)


def _seen(unit_id: int, what: str) -> None:
    """What somebody saw in passing; a shop that looks as before is confirmed."""
    today, by_id = clock.today(), current_account().id
    with transaction():
        state = state_on(queries.unit(unit_id).spells, today)
        to = SEEN.get(what)
        if to is not None and to in TRANSITIONS[state]:
            states.move_unit(
                unit_id, Change(to=to, on=today, tenant=request.form.get("wer", "").strip()[:120]), by_id=by_id
            )
        else:
            states.confirm(unit_id, by_id=by_id)


def _who() -> str:
    """Who is in it now, as far as somebody typed it."""
    return "".join(character for character in request.form.get("wer", "") if character.isprintable()).strip()[:NAME]


def _on(order: list[Unit], place: int) -> Response:
    """To the next shop, or back to the streets after the last one."""
    if place + 1 < len(order):
        following = order[place + 1]
        return redirect(url_for("leerstand.walk", axis_id=following.axis_id, unit_id=following.id))
    flash(_("That was the last shop of the street. Everything is saved."), "success")
    return redirect(url_for("leerstand.walks"))


def _page(order: list[Unit], place: int, refusal: Conflict | None = None) -> str:
    here, day = order[place], clock.today()
    state = state_on(here.spells, day)
    return render_template(
        "leerstand/walk.html",
        unit=here,
        status=status_on(here.spells, day),
        now=spell_on(here.spells, day),
        can_be_empty=UnitState.RECORDED in TRANSITIONS[state],
        can_be_used=UnitState.OCCUPIED in TRANSITIONS[state] and state not in (UnitState.THREATENED, UnitState.INTERIM),
        refusal=refusal,
        place=place + 1,
        count=len(order),
        done=sum(unit.last_verified_on == day for unit in order),
        before=order[place - 1] if place else None,
        after=order[place + 1] if place + 1 < len(order) else None,
        photo=next(iter(queries.photos_of(here.id)), None),
    )


@bp.route("/laeden/<int:unit_id>/bild", methods=["GET", "POST"])
@requires(*STAFF)
def add_photo(unit_id: int) -> str | Response:
    """Add a picture of a shop; it is drawn anew, without place and device."""
    found, form = queries.unit(unit_id), PhotoForm()
    back = request.args.get("gang", type=int)
    if form.sent_and_valid():
        try:
            picture = files.uploaded_picture(form.photo.data)
            with transaction():
                pictures.add(
                    unit_id,
                    picture,
                    caption=form.caption.data or "",
                    front_without_people=bool(form.front_without_people.data),
                )
        except BadInput as refusal:
            form.refuse_field("photo", refusal)
        else:
            flash(_("The picture is saved."), "success")
            if back is not None:
                return redirect(url_for("leerstand.walk", axis_id=back, unit_id=unit_id))
            return redirect(url_for("leerstand.unit", unit_id=unit_id))
    return render_template("leerstand/add_photo.html", form=form, unit=found, back=back)


@bp.get("/laeden/<int:unit_id>/bild/<int:photo_id>.jpg")
@requires(*STAFF)
def unit_photo(unit_id: int, photo_id: int) -> Response:
    """A picture, for the city."""
    return files.send(queries.photo(unit_id, photo_id).file)


@bp.post("/laeden/<int:unit_id>/bild/<int:photo_id>/loeschen")
@requires(*STAFF)
def remove_photo(unit_id: int, photo_id: int) -> Response:
    """Delete a picture for good."""
    with transaction():
        pictures.remove(unit_id, photo_id)
    flash(_("The picture is deleted."), "success")
    return redirect(url_for("leerstand.unit", unit_id=unit_id))
