"""Pages that belong to no single room: health, language, jobs, settings."""

from __future__ import annotations

from dataclasses import Field, fields, replace
from typing import Any

from flask import Blueprint, abort, current_app, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select, text
from werkzeug.wrappers import Response
from wtforms import BooleanField

from city import addresses, files, jobs, maps, settings, streets, tiles, warm, words
from city.access import current_account, has_role, public, requires
from city.db import db, transaction
from city.forms import CityForm, LimitsBetween, NumberField, WholeNumberField, required
from city.links import local_target
from city.messages import NotFound
from city.models import Job, JobState, Role
from city.navigation import home_of_reader
from city.web import csp_nonce
from routing.message import BadInput
from routing.streets.model import Bounds

bp = Blueprint("city", __name__)
BACKGROUND_KEPT_S = 24 * 3600
TILES_TYPE = "application/vnd.pmtiles"
LANGUAGE_KEPT_S = 365 * 24 * 3600
OVER = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@bp.get("/")
@public
def start() -> Response:
    """Where this reader's work begins; the public sees the free shops."""
    return home_of_reader(current_app)


@bp.get("/health")
@public
def health() -> tuple[dict[str, bool], int]:
    """Whether database and worker are up, for whoever watches the server."""
    database = db.session.execute(text("SELECT 1")).scalar() == 1
    worker = jobs.worker_is_alive()
    return {"database": database, "worker": worker}, 200 if database and worker else 503


@bp.post("/language/<tag>")
@public
def language(tag: str) -> Response:
    """Choose the language of the pages; kept in a cookie, and with the account when signed in."""
    if tag not in words.LANGUAGES:
        abort(404)
    if current_user.is_authenticated:
        with transaction():
            current_account().language = tag
    answer = redirect(local_target(request.form.get("next")) or url_for("city.start"))
    answer.set_cookie(
        words.LANGUAGE_COOKIE, tag, max_age=LANGUAGE_KEPT_S, samesite="Lax", httponly=True, secure=request.is_secure
    )
    return answer


@bp.get("/favicon.ico")
@public
def favicon() -> Response:
    """What browsers ask for beside every document that names no sign of its own: a PDF, a map in its frame."""
    return current_app.send_static_file("logo.svg")


@bp.get("/karte/rahmen")
@public
def map_frame() -> str:
    """The document inside a map's frame; ``data`` is the page of this house that answers with its JSON."""
    data_url = local_target(request.args.get("data"))
    if data_url is None:
        abort(404)
    return maps.frame(csp_nonce(), title=_("Map"), data_url=data_url)


@bp.get("/karte/grund/<version>.json")
@public
def map_background(version: str) -> Response:
    """Streets, water, green and buildings of the city for every map; kept by browsers, as the name changes with it."""
    name, path = streets.background_file()
    if version != name:
        abort(404)
    answer = send_file(path, mimetype="application/json", max_age=BACKGROUND_KEPT_S)
    answer.headers["Content-Encoding"] = "gzip"
    return answer


@bp.get("/karte/waehlen.json")
@public
def pick_map() -> Response:
    """The town without marks, to choose a place on it."""
    return jsonify({**streets.base_of_map(), "marks": [], "pick": True})


@bp.get("/karte/kacheln/<version>.pmtiles")
@public
def map_tiles(version: str) -> Response:
    """The drawn town as vector tiles, read by ranges; kept by browsers, as the name changes with it."""
    place = tiles.in_service()
    if place is None or version != streets.tiles_version(streets.in_service()):
        abort(404)
    return send_file(place, mimetype=TILES_TYPE, max_age=BACKGROUND_KEPT_S, conditional=True)


@bp.get("/karte/ausschnitt.pmtiles")
@public
def map_excerpt() -> Response:
    """A small tile file around ``box=south,west,north,east``, whole, for a phone that will be without a network."""
    try:
        south, west, north, east = (float(edge) for edge in request.args.get("box", "").split(","))
    except ValueError:
        raise BadInput(
            "A box has four numbers: south, west, north, east. For example: 53.24,10.40,53.26,10.42"
        ) from None
    return Response(tiles.excerpt(Bounds(south, west, north, east)), content_type=TILES_TYPE)


@bp.post("/adressen")
@public
def address_suggestions() -> Response:
    """Addresses of the city for what someone types into an address field; sent, not asked for, so no log keeps it."""
    try:
        found = addresses.suggestions(request.form.get("text", ""))
    except streets.NoStreets:
        found = ()
    return jsonify(
        [
            {
                "label": hit.label,
                "street": hit.street,
                "housenumber": hit.housenumber,
                "nearness": hit.nearness,
                "point": hit.point,
            }
            for hit in found
        ]
    )


@bp.get("/dateien/<int:file_id>")
@requires()
def file(file_id: int) -> Response:
    """A file, for whoever sent it and for those who run the city."""
    return files.send(files.file_of_viewer(file_id))


def job_of_viewer(job_id: int) -> Job:
    """A job that this person asked for, or any job for those who run the city. Others' are not found."""
    query = select(Job).where(Job.id == job_id)
    if not has_role(Role.ADMIN, Role.MANAGER, Role.DISPATCHER):
        query = query.where(Job.account_id == current_account().id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("There is no such computation. It may have been tidied away.")
    return found


@bp.get("/jobs/<int:job_id>")
@requires()
def job(job_id: int) -> str | Response:
    """How far a computation is; goes on to its result by itself."""
    found = job_of_viewer(job_id)
    polled = "HX-Request" in request.headers
    if found.state == JobState.DONE and found.shown_at:
        if not polled:
            return redirect(found.shown_at)
        return Response(status=204, headers={"HX-Redirect": found.shown_at})
    template = "_progress.html" if polled else "city/job.html"
    return render_template(template, job=found, over=found.state in OVER)


@bp.post("/jobs/<int:job_id>/cancel")
@requires()
def cancel_job(job_id: int) -> Response:
    """Stop a computation; what was kept before stays."""
    with transaction():
        jobs.ask_to_cancel(job_of_viewer(job_id))
    return redirect(url_for("city.job", job_id=job_id))


@bp.post("/jobs/<int:job_id>/accept")
@requires()
def accept_job(job_id: int) -> Response:
    """Good enough: take the best found so far."""
    with transaction():
        jobs.ask_to_accept(job_of_viewer(job_id))
    return redirect(url_for("city.job", job_id=job_id))


def settings_form(numbers: settings.CitySettings) -> CityForm:
    """A form with one field per setting, made from its label, unit and limits."""
    made = {
        setting.name: _setting_field(setting, getattr(numbers, setting.name))
        for setting in fields(settings.CitySettings)
    }
    return type("SettingsForm", (CityForm,), made)()


def _setting_field(setting: Field[Any], value: float) -> Any:
    limits, label, unit = setting.metadata, setting.metadata["label"], setting.metadata["unit"]
    source = _("Source: %(source)s", source=_(limits["source"]))
    if isinstance(setting.default, bool):
        return BooleanField(_(label), description=source, default=value)
    kind = WholeNumberField if isinstance(setting.default, int) else NumberField
    checks = [required(), LimitsBetween(limits["least"], limits["most"])]
    return kind(f"{_(label)} ({_(unit)})", checks, description=source, default=value)


@bp.route("/settings", methods=["GET", "POST"])
@requires(Role.ADMIN, Role.MANAGER)
def edit_settings() -> str | Response:
    """The numbers that the city may change, each with its source."""
    now = settings.current()
    form = settings_form(now.numbers)
    if form.sent_and_valid():
        wanted = {setting.name: form[setting.name].data for setting in fields(settings.CitySettings)}
        with transaction():
            before = streets.version() if streets.are_there() else ""
            settings.change(replace(now.numbers, **wanted), by_account_id=current_account().id)
            if before and streets.version() != before:
                warm.ask_for_streets(account_id=current_account().id)
        flash(_("Saved. New plans use these numbers from now on."))
        return redirect(url_for("city.edit_settings"))
    sections = [(title, [form[setting.name] for setting in found]) for title, found in settings.sections()]
    return render_template("city/edit_settings.html", form=form, sections=sections, version=now.version)
