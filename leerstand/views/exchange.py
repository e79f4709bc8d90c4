"""Lists of shops in and out: choose a file, say what its columns mean, look, take over; and take the register along."""

from __future__ import annotations

from typing import Any

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock
from city.access import current_account, public, requires
from city.db import transaction
from city.messages import Conflict, say
from leerstand import exporting, public_queries
from leerstand.exchange import sheets, writing
from leerstand.exchange.columns import COLUMNS, NEEDED
from leerstand.exchange.planning import Becomes, counts
from leerstand.forms import SendForm
from leerstand.public_queries import PublicFilter
from leerstand.register_forms import ImportForm
from leerstand.services import imports, openstreetmap
from leerstand.views.blueprint import STAFF, bp
from leerstand.views.stock import wanted
from routing.message import BadInput

SHOWN_ROWS, SHOWN_MISTAKES = 25, 50


@bp.route("/laeden/import", methods=["GET", "POST"])
@requires(*STAFF)
def new_import() -> str | Response:
    """Choose a list, or the shops of the street map. Nothing is kept yet."""
    form = ImportForm()
    if form.sent_and_valid():
        try:
            if "karte" in request.form:
                sheet, origin = openstreetmap.sheet_of_map(), openstreetmap.ORIGIN
            else:
                sheet, origin = _uploaded(form)
            with transaction():
                held = imports.begin(current_account().id, sheet, origin=origin)
        except (BadInput, Conflict) as refusal:
            form.refuse_field("file", refusal)
        else:
            return redirect(url_for("leerstand.preview_import", import_id=held.id))
    return render_template("leerstand/new_import.html", form=form, columns=COLUMNS)


def _uploaded(form: ImportForm) -> tuple[sheets.Sheet, str]:
    upload = form.file.data
    if upload is None or not upload.filename:
        raise BadInput("No file has been chosen yet.")
    data = upload.stream.read(sheets.MAX_BYTES + 1)
    return sheets.read_sheet(data, name=upload.filename), upload.filename


@bp.route("/laeden/import/<int:import_id>", methods=["GET", "POST"])
@requires(*STAFF)
def preview_import(import_id: int) -> str | Response:
    """What the list would do, row by row; a POST says what its columns mean."""
    if request.method == "POST":
        typed = request.form.items()
        chosen = {key: int(value) for key, value in typed if value.isascii() and value.isdigit() and len(value) < 4}
        with transaction():
            imports.remap(current_account().id, import_id, chosen)
        return redirect(url_for("leerstand.preview_import", import_id=import_id))
    return _preview(import_id, SendForm())


def _preview(import_id: int, form: SendForm) -> str:
    held = imports.of_person(current_account().id, import_id)
    rows = imports.planned(held) if held.done_at is None else []
    wrong = [row for row in rows if row.becomes == Becomes.WRONG]
    return render_template(
        "leerstand/preview_import.html",
        held=held,
        form=form,
        columns=COLUMNS,
        unread=[name for number, name in enumerate(held.columns) if number not in held.mapping.values()],
        missing=[column for column in COLUMNS if column.key in NEEDED and column.key not in held.mapping],
        counts=counts(rows),
        wrong=wrong[:SHOWN_MISTAKES],
        rows=[row for row in rows if row.becomes != Becomes.WRONG][:SHOWN_ROWS],
        notes=sum("point" in row.invented for row in rows),
        left_open=sum(bool(row.left_open) for row in rows),
        assumed=sum("area_m2" in row.invented for row in rows),
    )


@bp.get("/laeden/import/<int:import_id>/fehler.csv")
@requires(*STAFF)
def wrong_rows(import_id: int) -> FlaskResponse:
    """The rows with mistakes as they came, each with what is wrong, to be mended and brought in again."""
    held = imports.of_person(current_account().id, import_id)
    wrong = {row.line: row.mistakes for row in imports.planned(held) if row.becomes == Becomes.WRONG}
    width = len(held.columns)
    rows = [
        [*cells[:width], *[""] * (width - len(cells)), " ".join(say(mistake) for mistake in wrong[int(line)])]
        for line, *cells in held.rows
        if int(line) in wrong
    ]
    return _file(writing.as_csv([*held.columns, _("What is wrong")], rows), "csv", "laeden-mit-fehlern")


@bp.post("/laeden/import/<int:import_id>/uebernehmen")
@requires(*STAFF)
def take_over_import(import_id: int) -> str | Response:
    """Keep the list, all of it or nothing."""
    form = SendForm()
    if form.sent_and_valid():
        try:
            with transaction():
                held = imports.take_over(current_account().id, import_id, leave_wrong_out="ohne_fehler" in request.form)
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(
                _("Taken over: %(added)d new shops, %(changed)d changed.", added=held.added, changed=held.changed),
                "success",
            )
            return redirect(url_for("leerstand.stock"))
    return _preview(import_id, form)


@bp.get("/laeden/export.<kind>")
@requires(*STAFF)
def export_stock(kind: str) -> FlaskResponse:
    """The shops of the list as a file that can be brought in again; owners, tenants and reasons stay here."""
    if kind not in writing.MEDIA:
        abort(404)
    rows = exporting.stock_table(wanted()[1], clock.today())
    head = [_(column.label) for column in exporting.OUT]
    if kind == "csv":
        return _file(writing.as_csv(head, rows), kind, "laeden")
    if kind == "xlsx":
        return _file(writing.as_xlsx(head, rows, title=_("Shops")), kind, "laeden")
    return _file(writing.as_geojson(exporting.stock_features(rows)), kind, "laeden")


@bp.get("/frei/daten.<kind>")
@public
def public_data(kind: str) -> FlaskResponse:
    """The free shops as a file, as far as their owners agree at this moment."""
    if kind not in ("csv", "geojson"):
        abort(404)
    shown = public_queries.public_vacancies(PublicFilter(), clock.today())
    if kind == "csv":
        return _file(writing.as_csv(exporting.PUBLIC_HEAD, map(exporting.public_row, shown)), kind, "freie-laeden")
    return _file(writing.as_geojson(map(exporting.public_feature, shown)), kind, "freie-laeden")


def _file(data: bytes, kind: str, name: str) -> FlaskResponse:
    answer = FlaskResponse(data, content_type=writing.MEDIA[kind])
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{name}-{clock.today():%Y-%m-%d}.{kind}"'}
    answer.headers.update(headers)
    return answer
