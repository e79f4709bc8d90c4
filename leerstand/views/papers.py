"""The exposé of a shop: what its owner has released, with pictures, plan and energy data, to read, print, or as PDF."""

from __future__ import annotations

from flask import g, render_template, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, documents, files, operator
from city.access import current_account, has_role, requires
from city.messages import NotFound
from city.models import Role
from city.plan_picture import plan_around
from leerstand import public_queries, queries
from leerstand.kinds import ConsentScope, Visibility
from leerstand.labels import CONSENT_LABELS
from leerstand.models import Unit
from leerstand.publishing import PublicVacancy, Scopes, published
from leerstand.views.blueprint import STAFF, bp
from routing.message import N_

NOT_RELEASED = N_(
    "There is no exposé of this shop: it does not stand empty, or it is not to be shown. "
    "What is shown is decided by the owner's consent."
)


def unit_for_reader(unit_id: int) -> Unit:
    """A shop for the city, or one of its own for an owner. Others' are not found."""
    found = queries.unit(unit_id)
    mine = found.owner_id is not None and found.owner_id == current_account().organisation_id
    if not has_role(*STAFF) and not mine:
        raise NotFound("There is no such shop.")
    return found


def paper(unit: Unit, *, for_pdf: bool) -> tuple[str, dict[str, bytes]]:
    """The exposé as a page in German, and its pictures by name. Raises NotFound when nothing is released."""
    allowed = public_queries.released()(unit)
    shown = published(unit, clock.today(), allowed)
    if shown is None:
        raise NotFound(NOT_RELEASED)
    photos = [one for one in queries.photos_of(unit.id) if one.front_without_people] if shown.shows_photo else []
    pictures = {f"{photo.id}.jpg": files.read(photo.file) for photo in photos[:2]} if for_pdf else {}
    with force_locale("de"):
        html = render_template(
            "leerstand/expose.html",
            unit=unit,
            lacks=_lacking(allowed if unit.visibility == Visibility.PUBLIC else frozenset())
            if has_role(*STAFF)
            else [],
            held_back=bool(allowed) and unit.visibility != Visibility.PUBLIC,
            reached=_reached(),
            shown=shown,
            room=ConsentScope.ROOM in allowed and shown.area_m2 is not None,
            terms=ConsentScope.RENT in allowed and shown.rent_cents_m2 is not None,
            photos=[(_source(unit, photo.id, for_pdf=for_pdf), photo.caption) for photo in photos[:2]],
            plan=_plan(shown),
            town=g.city,
            back=url_for("leerstand.unit", unit_id=unit.id) if has_role(*STAFF) else url_for("leerstand.my_proposals"),
            sheet=documents.SHEET if for_pdf else url_for("static", filename="paper.css"),
            for_pdf=for_pdf,
            pdf_url=url_for("leerstand.expose_pdf", unit_id=unit.id) if documents.pdf_possible() else "",
        )
    return html, pictures


def _lacking(shown: Scopes) -> list[str]:
    """What the exposé does not show, in the words of consents."""
    return [_(label) for scope, label in CONSENT_LABELS.items() if scope not in shown]


def _reached() -> str:
    """How the city is reached: what it has entered for its imprint, and nothing where it has entered nothing."""
    run_by = operator.current()
    return ", ".join(part for part in (run_by.name, run_by.phone, run_by.email) if part) if run_by.email else ""


def _source(unit: Unit, photo_id: int, *, for_pdf: bool) -> str:
    if for_pdf:
        return f"{documents.PICTURE}{photo_id}.jpg"
    return url_for("leerstand.unit_photo", unit_id=unit.id, photo_id=photo_id)


def _plan(shown: PublicVacancy) -> object:
    """The town plan around the place, exact only where that is released."""
    if shown.point is not None:
        return plan_around(shown.point, _("Plan: %(address)s and its surroundings", address=shown.address))
    assert shown.cell is not None  # noqa: S101  what has no place has a cell
    (south, west), (north, east) = shown.cell
    middle = (south + north) / 2, (west + east) / 2
    return plan_around(middle, _("Plan: the shop lies somewhere in the marked area"), box=shown.cell)


@bp.get("/laeden/<int:unit_id>/expose")
@requires(*STAFF, Role.OWNER)
def expose(unit_id: int) -> str:
    """The exposé to read and print."""
    return paper(unit_for_reader(unit_id), for_pdf=False)[0]


@bp.get("/laeden/<int:unit_id>/expose.pdf")
@requires(*STAFF, Role.OWNER)
def expose_pdf(unit_id: int) -> Response:
    """The exposé as an accessible PDF."""
    html, pictures = paper(unit_for_reader(unit_id), for_pdf=True)
    return documents.download(documents.pdf(html, pictures), f"expose-{unit_id}.pdf", "application/pdf")
