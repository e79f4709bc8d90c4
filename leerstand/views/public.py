"""What everyone sees: the free shops, as far as their owners agree."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from city import clock, files
from city.access import has_role, public
from leerstand import figure_queries
from leerstand import public_queries as queries
from leerstand.public_queries import PublicFilter
from leerstand.publishing import PublicVacancy
from leerstand.street_band import skyline
from leerstand.views.blueprint import SEEKS_ROOM, base_of_map, bp, page_asked, page_url, with_filter

SHOWN = 50  # free shops on one page
AROUND_DEG = 0.002  # shown around a rough place: some 200 m
SIZES: dict[str, tuple[int | None, int | None]] = {
    "": (None, None),
    "bis-60": (None, 60),
    "60-150": (60, 150),
    "ab-150": (150, None),
}


def wanted() -> PublicFilter:
    """The filter in the address; what it does not know asks for everything."""
    least, most = SIZES.get(request.args.get("groesse", ""), (None, None))
    return PublicFilter(least, most, step_free="stufenlos" in request.args, now="sofort" in request.args)


@bp.get("/frei")
@public
def start() -> str:
    """The free shops as a list and on the map, and how much of the centre stands empty."""
    today, page = clock.today(), page_asked()
    found = queries.public_vacancies(wanted(), today)
    return render_template(
        "leerstand/start.html",
        vacancies=found[SHOWN * (page - 1) : SHOWN * page],
        count=len(found),
        page=page,
        pages=max(1, -(-len(found) // SHOWN)),
        page_url=page_url,
        figures=figure_queries.rates_on(today),
        skyline=skyline(queries.first_streets(today)),
        size=request.args.get("groesse", "") if request.args.get("groesse") in SIZES else "",
        wanted=wanted(),
        map_url=with_filter("leerstand.map_data"),
        may_ask=_may_ask(),
    )


def _may_ask() -> bool:
    """Who is signed in as somebody else has no use for a form that would refuse them."""
    return not current_user.is_authenticated or has_role(*SEEKS_ROOM)


@bp.get("/frei/karte.json")
@public
def map_data() -> dict[str, Any]:
    """The same shops for the map: exact ones as marks, the others as a count per cell."""
    found = queries.public_vacancies(wanted(), clock.today())
    cells = Counter(vacancy.cell for vacancy in found if vacancy.cell is not None)
    return {
        **base_of_map(),
        "cells": [{"box": box, "count": count} for box, count in cells.items()],
        "marks": [_mark(vacancy) for vacancy in found if vacancy.exact],
    }


def _mark(vacancy: PublicVacancy) -> dict[str, Any]:
    title = _("%(address)s, free", address=vacancy.address)
    if vacancy.area_m2 is not None:
        title = _("%(address)s, %(area)d m², free", address=vacancy.address, area=vacancy.area_m2)
    return {
        "kind": "vacancy",
        "point": vacancy.point,
        "title": title,
        "url": url_for("leerstand.shop", unit_id=vacancy.unit_id),
    }


@bp.get("/frei/<int:unit_id>")
@public
def shop(unit_id: int) -> str:
    """One free shop, reduced to what its owner lets the public see."""
    vacancy = queries.public_vacancy(unit_id, clock.today())
    return render_template("leerstand/shop.html", vacancy=vacancy, photo=queries.photo_of(vacancy), may_ask=_may_ask())


@bp.get("/frei/<int:unit_id>/karte.json")
@public
def shop_map_data(unit_id: int) -> dict[str, Any]:
    """Where it is: the place, or the cell in which it lies."""
    vacancy = queries.public_vacancy(unit_id, clock.today())
    if vacancy.exact:
        return {**base_of_map(), "marks": [{**_mark(vacancy), "large": True}]}
    assert vacancy.cell is not None  # noqa: S101  a place that is not exact has a cell
    (south, west), (north, east) = vacancy.cell
    around = ((south - AROUND_DEG, west - AROUND_DEG), (north + AROUND_DEG, east + AROUND_DEG))
    return {**base_of_map(), "cells": [{"box": vacancy.cell, "count": 1}], "fit": around}


@bp.get("/frei/<int:unit_id>/bild.jpg")
@public
def shop_photo(unit_id: int) -> Response:
    """The picture of its front, if the owner has released it; gone with the consent."""
    answer = files.send(queries.public_photo(unit_id, clock.today()).file)
    answer.headers["Cache-Control"] = "no-store"  # a withdrawn consent holds at once
    return answer
