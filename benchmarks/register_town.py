"""A made-up town for measuring the register: thousands of shops, owners, spells and requests."""

from __future__ import annotations

import math
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from city import clock, streets
from city.access import hash_token
from city.config import Config
from city.db import city_scope, db, every_city, transaction
from city.models import Account, City, LoginSession, Organisation, OrganisationKind, Role, RoleGrant
from city.warm import settle
from leerstand.kinds import (
    Category,
    Channel,
    ConsentScope,
    Floor,
    RequestState,
    Ring,
    Side,
    SpellKind,
    Threat,
    UseType,
    VacancyReason,
    VacancyStage,
    Visibility,
)
from leerstand.models import Consent, Occupancy, StreetAxis, Unit, UseRequest

HOUSE = Path(__file__).resolve().parent.parent
OLD_TOWN = HOUSE / "demo" / "lueneburg.osm"
SECRET = "a secret for measuring, forty characters long"  # noqa: S105  of a town that is thrown away
TOKEN = "bench-register"  # noqa: S105
MIDDLE = (53.2488, 10.4095)
SHOPS_PER_STREET = 50
SHOPS_PER_OWNER = 8
EMPTY, INTERIM, UPPER = 0.12, 0.03, 0.05  # shares; of Lüneburg's size class
REQUESTS = 300
NAMES = ("Buchladen", "Café", "Schuhhaus", "Optik", "Blumen", "Atelier", "Drogerie", "Leder", "Uhren", "Spiele")


@dataclass(frozen=True)
class Town:
    """What is measured: an app with a full register, and a member of the city's staff who is signed in."""

    app: Flask
    unit_id: int
    axis_id: int
    owner_id: int
    request_id: int

    def browser(self) -> FlaskClient:
        """A browser of the city-centre management."""
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["login_token"] = cookie["_user_id"] = TOKEN
            cookie["_fresh"] = True
        return client

    def change(self) -> None:
        """Somebody changes a shop: what was worked out of the stock holds no longer."""
        with self.app.app_context(), every_city(), transaction():
            unit = db.session.get_one(Unit, self.unit_id)
            unit.power_kw = 11 if unit.power_kw == 10 else 10


@contextmanager
def built(folder: Path, shops: int, seed: int) -> Iterator[Town]:
    """A fresh town in a SQLite file of its own; gone afterwards. The same seed makes the same town."""
    app = create_app(Config(folder, f"sqlite:///{folder / 'city.sqlite3'}", SECRET, https=False))
    with app.app_context():
        db.create_all()
        with transaction():
            city = City(slug="bench", name="Messstadt", title="Messstadt", land="NI", is_demo=False)
            db.session.add(city)
        with city_scope(city.id):
            streets.bring_in(OLD_TOWN)
            with transaction():
                ids = _fill(shops, random.Random(seed), clock.today())
        db.session.remove()
    settle()
    yield Town(app, *ids)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)


def _fill(shops: int, chance: random.Random, today: date) -> tuple[int, int, int, int]:
    owners = [
        Organisation(kind=OrganisationKind.OWNER, name=f"Eigentum {n}") for n in range(-(-shops // SHOPS_PER_OWNER))
    ]
    axes = [StreetAxis(name=f"Messstraße {n}", rank=n) for n in range(-(-shops // SHOPS_PER_STREET))]
    _keep([*owners, *axes])
    units = [_unit(number, axes, owners, chance, today) for number in range(shops)]
    _keep(units)
    _keep([spell for unit in units for spell in _spells(unit, chance, today)])
    _keep([_consent(unit, today) for unit in units if unit.owner_id and chance.random() < 0.5])
    staff = _person(Role.MANAGER, "staff")
    seeker = _person(Role.APPLICANT, "seeker")
    _keep([staff, seeker])
    session = LoginSession(
        account_id=staff.id, token_hash=hash_token(TOKEN), created_at=clock.now(), seen_at=clock.now()
    )
    requests = [_request(number, seeker.id, chance, today) for number in range(REQUESTS)]
    _keep([session, *requests])
    return units[0].id, axes[0].id, owners[0].id, requests[0].id


def _keep(rows: list[Any]) -> None:
    db.session.add_all(rows)
    db.session.flush()


def _person(role: Role, name: str) -> Account:
    return Account(
        email=f"{name}@example.org", name=name, password_hash=None, language="de", confirmed_at=clock.now(),
        created_at=clock.now(), grants=[RoleGrant(role=role)],
    )  # fmt: skip


def _unit(number: int, axes: list[StreetAxis], owners: list[Organisation], chance: random.Random, today: date) -> Unit:
    street, place = divmod(number, SHOPS_PER_STREET)
    position_m = 12 * (place // 2)
    angle, far_m = 2 * math.pi * street / len(axes), 40 + position_m
    return Unit(
        external_ref=f"bench-{number}",
        name=chance.choice(NAMES),
        street=axes[street].name,
        housenumber=str(place + 1),
        axis_id=axes[street].id,
        position_m=position_m,
        side=Side.EVEN if place % 2 else Side.ODD,
        lat=MIDDLE[0] + far_m * math.cos(angle) / 111_195,
        lon=MIDDLE[1] + far_m * math.sin(angle) / 66_700,
        grade=1 + min(4, place // 10),
        ring=(Ring.CORE, Ring.EDGE, Ring.SUPPLEMENT)[min(2, place // 18)],
        floor=Floor.UPPER if chance.random() < UPPER else Floor.GROUND,
        area_m2=chance.randrange(25, 400),
        frontage_m=float(chance.randrange(4, 18)),
        rent_cents_m2=chance.randrange(400, 4000),
        step_free=chance.random() < 0.5,
        owner_id=owners[number // SHOPS_PER_OWNER].id if chance.random() < 0.9 else None,
        visibility=chance.choice(list(Visibility)),
        last_verified_on=today - timedelta(days=chance.randrange(500)) if chance.random() < 0.8 else None,
    )


def _spells(unit: Unit, chance: random.Random, today: date) -> list[Occupancy]:
    """A tenant of some years, perhaps a gap and a next one, and what is there today."""
    day = today - timedelta(days=chance.randrange(2000, 5000))
    ends = today - timedelta(days=chance.randrange(20, 1500))
    first = _tenant(unit, chance, day, ends)
    luck = chance.random()
    if luck < EMPTY:
        reason, stage = chance.choice([None, *VacancyReason]), chance.choice([None, *VacancyStage])
        last = Occupancy(unit_id=unit.id, kind=SpellKind.VACANCY, starts=ends, reason=reason, stage=stage)
        return [first, last]
    starts = min(ends + timedelta(days=chance.randrange(1, 300)), today)
    gap = Occupancy(unit_id=unit.id, kind=SpellKind.VACANCY, starts=ends, ends=starts)
    now = _tenant(unit, chance, starts, None)
    if luck < EMPTY + INTERIM:
        now.kind, now.use_type, now.ends = SpellKind.INTERIM, UseType.STUDIO, today + timedelta(days=200)
    elif chance.random() < 0.05:
        now.threat = chance.choice(list(Threat))
    return [first, gap, now]


def _tenant(unit: Unit, chance: random.Random, starts: date, ends: date | None) -> Occupancy:
    kind, category = SpellKind.REGULAR, chance.choice(list(Category))
    tenant = f"{chance.choice(NAMES)} {chance.randrange(2000)}"
    return Occupancy(unit_id=unit.id, kind=kind, category=category, tenant=tenant, starts=starts, ends=ends)


def _consent(unit: Unit, today: date) -> Consent:
    return Consent(
        owner_id=unit.owner_id, unit_id=unit.id, scope=ConsentScope.PLACE, text_version="2026-11",
        given_on=today, channel=Channel.LETTER,
    )  # fmt: skip


def _request(number: int, applicant_id: int, chance: random.Random, today: date) -> UseRequest:
    least = chance.randrange(20, 200)
    weeks = chance.randrange(4, 60)
    return UseRequest(
        applicant_id=applicant_id, state=RequestState.SUBMITTED, title=f"Gesuch {number}", concept="Ein Vorhaben.",
        use_type=chance.choice(list(UseType)), area_min_m2=least, area_ideal_m2=least + 20, area_max_m2=least + 60,
        earliest_start=today + timedelta(days=40), latest_start=today + timedelta(days=200),
        duration_min_weeks=weeks, duration_max_weeks=weeks + 30, budget_cents_month=chance.randrange(20_000, 300_000),
        noise=chance.randrange(3), public_value=[], created_at=clock.now(), submitted_at=clock.now(),
    )  # fmt: skip
