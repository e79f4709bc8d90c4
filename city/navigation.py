"""The main menu: each room says what it offers and to whom; a page shows what its reader may open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Flask, redirect, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from city.access import roles_in_force
from city.models import Role


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the menu: ``label`` is an English sentence key; no roles means the public.

    ``home`` entries are where a person with that role starts after signing in.
    """

    endpoint: str
    label: str
    roles: frozenset[Role] = frozenset()
    home: bool = False

    def is_for(self, roles: frozenset[Role], *, signed_in: bool) -> bool:
        """Whether someone with these roles sees the entry."""
        return bool(self.roles & roles) if self.roles else not signed_in or not self.home


def init_navigation(app: Flask, items: Iterable[NavItem]) -> None:
    """Keep the menu with the app and put it on every page."""
    app.extensions["navigation"] = tuple(items)

    @app.context_processor
    def menu() -> dict[str, list[dict[str, object]]]:
        return {"navigation": [_shown(item) for item in visible_items(app)]}


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


def _shown(item: NavItem) -> dict[str, object]:
    return {
        "label": gettext(item.label),
        "url": url_for(item.endpoint),
        "current": request.endpoint == item.endpoint,
    }
