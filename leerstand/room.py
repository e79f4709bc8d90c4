"""What app.py needs of this room: its pages and its part of the menu. Its jobs are in ``leerstand.jobs``."""

from __future__ import annotations

from city.models import Role
from city.navigation import NavItem
from leerstand.views import (  # noqa: F401  each hangs its pages on bp
    agreements,
    applicant,
    exchange,
    footfall,
    indicators,
    owner,
    owners,
    papers,
    places,
    plan,
    proposals,
    public,
    request_papers,
    requests,
    scenarios,
    steering,
    stock,
    today,
    unit,
    walk,
)
from leerstand.views.blueprint import SEEKS_ROOM, STAFF, bp

BLUEPRINT = bp
NAVIGATION: tuple[NavItem, ...] = (
    NavItem("leerstand.start", "Free shops", home=True),
    NavItem("leerstand.start", "Free shops", frozenset({*SEEKS_ROOM, Role.OWNER, Role.RETAILER})),
    NavItem("leerstand.today", "Today", frozenset(STAFF), home=True),
    NavItem("leerstand.plan", "Plan", frozenset(STAFF)),
    NavItem("leerstand.stock", "Shops", frozenset(STAFF)),
    NavItem("leerstand.requests", "Requests", frozenset(STAFF)),
    NavItem("leerstand.agreements", "Agreements", frozenset(STAFF)),
    NavItem("leerstand.indicators", "Figures", frozenset(STAFF)),
    NavItem("leerstand.my_proposals", "Proposals to me", frozenset({Role.OWNER}), home=True),
    NavItem("leerstand.my_requests", "My requests", frozenset(SEEKS_ROOM), home=True),
)
