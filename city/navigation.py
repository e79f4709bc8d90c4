"""The main menu: each room says what it offers and to whom; a page shows what its reader may open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Flask, redirect, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from city.access import roles_in_force
from city.models import Role
from routing.message import N_

DELIVERY, ADMINISTRATION = N_("Tours and hubs"), N_("Administration")  # groups of entries
ONE_LINE = 6  # so many entries stand beside the logo and the name without wrapping


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the menu: ``label`` is an English sentence key; no roles means the public.

    ``home`` entries are where a person with that role starts after signing in.
    ``group`` names the fold-out that holds the entry in a menu too long for one line.
    """

    endpoint: str
    label: str
    roles: frozenset[Role] = frozenset()
    home: bool = False
    group: str = ""

    def is_for(self, roles: frozenset[Role], *, signed_in: bool) -> bool:
        """Whether someone with these roles sees the entry."""
        return bool(self.roles & roles) if self.roles else not signed_in or not self.home


def init_navigation(app: Flask, items: Iterable[NavItem]) -> None:
    """Keep the menu with the app and put it on every page."""
    app.extensions["navigation"] = tuple(items)

    @app.context_processor
    def menu() -> dict[str, list[dict[str, object]]]:
        return {"navigation": _folded(visible_items(app))}


def visible_items(app: Flask) -> list[NavItem]:
    """The entries for the person of this request, in the order of the rooms."""
    roles = roles_in_force(current_user) if current_user.is_authenticated else frozenset()
    items = app.extensions["navigation"]
    return [item for item in items if item.is_for(roles, signed_in=current_user.is_authenticated)]


def home_of_reader(app: Flask) -> Response:
    """Send people to where their work begins, the public to the first public page."""
    items = visible_items(app)
    mine = [item for item in items if item.roles and item.home] if current_user.is_authenticated else []
    start = next(iter([*mine, *[item for item in items if not item.roles], *items]), None)
    return redirect(url_for(start.endpoint if start else "accounts.my_account"))


def _folded(items: Sequence[NavItem]) -> list[dict[str, object]]:
    """A short menu as it is; in a long one the entries of a group stand under its name, where its first one stood."""
    if len(items) <= ONE_LINE:
        return [_shown(item) for item in items]
    groups: dict[str, list[NavItem]] = {}
    for item in items:
        groups.setdefault(item.group or item.endpoint, []).append(item)
    return [_shown(group[0]) if len(group) == 1 else _fold(group) for group in groups.values()]


def _fold(group: Sequence[NavItem]) -> dict[str, object]:
    below = [_shown(item) for item in group]
    return {"label": gettext(group[0].group), "below": below, "current": any(item["current"] for item in below)}


def _shown(item: NavItem) -> dict[str, object]:
    return {
        "label": gettext(item.label),
        "url": url_for(item.endpoint),
        "current": request.endpoint == item.endpoint,
    }
