"""The blueprint on which all pages of the shops hang, and what several of them need."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request, url_for

from city import streets
from city.models import Role
from city.streets import NoStreets
from leerstand import labels
from leerstand.spells import last_day

bp = Blueprint("leerstand", __name__)
STAFF = (Role.ADMIN, Role.MANAGER)
LONGEST_PAGE = 5  # digits of the number of a page
SEEKS_ROOM = (Role.APPLICANT, Role.OPERATOR)


@bp.app_context_processor
def words() -> dict[str, Any]:
    """The labels, for templates (``labels.USE_LABELS[use]``), and the last day of a half-open period."""
    return {"labels": labels, "last_day": last_day}


def with_filter(endpoint: str) -> str:
    """The address of a page about the same things that this one is filtered to."""
    asked = urlencode(list(request.args.items(multi=True)))
    return url_for(endpoint) + (f"?{asked}" if asked else "")


def page_asked() -> int:
    """The page in the address, from 1."""
    asked = request.args.get("page", "1")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_PAGE else 1


def question() -> str:
    """The filter as it stands in the address, without the page."""
    return urlencode([(key, value) for key, value in request.args.items(multi=True) if key != "page" and value])


def page_url(page: int) -> str:
    """The same list on another page."""
    return url_for(request.endpoint or "leerstand.start") + "?" + "&".join(filter(None, (question(), f"page={page}")))


def base_of_map() -> dict[str, Any]:
    """What lies under the marks; without a street map of the city the marks stand alone."""
    try:
        return streets.base_of_map()
    except NoStreets:
        return {}
