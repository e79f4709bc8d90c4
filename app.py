"""Puts the house together. The only wiring: what every room needs is handed to it here."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from city import (
    access,
    account_views,
    jobs,
    legal_views,
    people_views,
    schedule,
    tiles,
    views,
    warm,
    web,
    words,
)
from city.config import Config, from_environment
from city.db import db, prepare_engine
from city.models import Role
from city.navigation import ADMINISTRATION, DELIVERY, NavItem, init_navigation
from city.zones import services as zone_services
from city.zones import views as zone_views
from leerstand import jobs as leerstand_jobs
from leerstand import room as leerstand_room
from logistics import (
    courier,
    customer_views,
    dispatch,
    dispatch_views,
    equipment_views,
    evening_views,
    floor_views,
    hub_views,
    phone_views,
    planning_views,
    repeats,
    retail_views,
    services,
    shift_views,
    steering_views,
    tracking,
)
from logistics import jobs as logistics_jobs
from logistics import views as logistics_views
from logistics.api import views as api_views
from logistics.hub_value import hub_value

SESSION_COOKIE = "zwischenraum"
BLUEPRINTS = (
    *(views.bp, account_views.bp, people_views.bp, legal_views.bp, zone_views.bp),
    leerstand_room.BLUEPRINT,
    *(
        logistics_views.bp,
        hub_views.bp,
        dispatch_views.bp,
        courier.bp,
        phone_views.bp,
        planning_views.bp,
        evening_views.bp,
        customer_views.bp,
        steering_views.bp,
        shift_views.bp,
    ),
    *(floor_views.bp, equipment_views.bp, retail_views.bp, tracking.bp, api_views.bp),
)
NAVIGATION: tuple[NavItem, ...] = (
    *leerstand_room.NAVIGATION,
    *logistics_views.NAVIGATION,
    NavItem("zones.zones", "Closures", frozenset({Role.ADMIN, Role.MANAGER, Role.DISPATCHER}), group=DELIVERY),
    NavItem("people.people", "People", frozenset({Role.ADMIN, Role.MANAGER}), group=ADMINISTRATION),
    NavItem("city.edit_settings", "Settings", frozenset({Role.ADMIN, Role.MANAGER}), group=ADMINISTRATION),
)


def create_app(config: Config | None = None) -> Flask:
    """The whole application, ready to answer. Without a configuration it is read from the environment."""
    config = config or from_environment()
    config.data_dir.mkdir(parents=True, exist_ok=True)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"connect_args": {"timeout": 15}} if config.sqlite else {"pool_pre_ping": True},
        SESSION_COOKIE_NAME=SESSION_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.https,
    )
    app.extensions["house"] = config
    if config.https:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    db.init_app(app)
    prepare_engine(app)
    Migrate(app, db, render_as_batch=True)
    words.init_words(app, config.made_again / "translations")
    web.init_web(app, compiled_templates=config.made_again / "templates")
    access.init_access(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    rooms = {**tiles.handlers(), **warm.handlers(), **leerstand_jobs.handlers(hub_value), **logistics_jobs.HANDLERS}
    for kind, handler in rooms.items():
        jobs.register(kind, handler, soon=kind in logistics_jobs.SOON)
    schedule.repeat(repeats.BOOK_STANDING, timedelta(minutes=15))
    schedule.repeat(services.PROVE_LEDGER, timedelta(days=1))
    jobs.Worker.when_due = staticmethod(schedule.ask_for_due)
    zone_services.tell_when_changed(app, dispatch.plan_again)
    for kind, at in {**leerstand_jobs.DAILY, **logistics_jobs.DAILY}.items():
        schedule.daily(kind, at)
    init_navigation(app, NAVIGATION)
    legal_views.init_footer(app)
    return app
