"""A town for measuring bookings: forty shops with keys, hubs as needed, and a server in a process of its own."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Barrier, Event

from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import create_engine, event, select, text

from app import SESSION_COOKIE, create_app
from city import clock, settings, streets
from city.access import hash_token, sign_in
from city.config import Config, database_url
from city.db import city_scope, db, is_sqlite, transaction
from city.models import Account, City, Organisation, OrganisationKind, Role, RoleGrant
from logistics import capacity, rules
from logistics.kinds import HubState, Resource, ShipmentStatus
from logistics.models import ApiToken, DayCapacity, Hub, HubVehicle, Shipment

HOUSE = Path(__file__).resolve().parent.parent
OLD_TOWN = HOUSE / "demo" / "lueneburg.osm"
SECRET = "a secret for measuring, forty characters long"  # noqa: S105  of a town that is thrown away
PLACES = 5
SHOPS = 40
POINT = (53.2488, 10.4095)
PAGES = ("book", "shipments", "shipment")
THREADS = 8
PATIENCE_S = 600  # of a client: a slow machine is no lost answer


@dataclass
class Town:
    """The rows behind a measurement, and how programs reach them."""

    app: Flask
    config: Config
    city_id: int
    day: date
    hubs: int = 0
    cookies: dict[int, str] = field(default_factory=dict)  # of a signed-in browser, by shop
    latest: dict[int, str] = field(default_factory=dict)  # reference of a shipment, by shop

    def token(self, shop: int) -> str:
        """The key of one of the shops."""
        return f"zr_bench_{shop % SHOPS}"

    def new_hub(self, places: int) -> int:
        """A hub with room for so many parcels a day and far more of everything else."""
        self.hubs += 1
        with self.app.app_context(), city_scope(self.city_id), transaction():
            hub = Hub(
                agreement_id=None, unit_id=None, operator_id=None, name=f"Hub {self.hubs}", street="Am Sande",
                housenumber="1", lat=53.2465, lon=10.4115, opens_s=8 * 3600, closes_s=18 * 3600,
                storage_ml=2 * 10**9, storage_g=2 * 10**9, parcels_per_day=places, opened_at=clock.now(),
                state=HubState.OPEN, revision=1,
                vehicles=[HubVehicle(name=f"Rad {n}", vehicle_class="cargo_bike", payload_g=10**7,
                                     volume_ml=10**7, starts_s=9 * 3600, ends_s=17 * 3600) for n in range(10)],
            )  # fmt: skip
            db.session.add(hub)
            db.session.flush()
            return hub.id

    def book(self, home: str, shop: int, hub: int, *, key: str) -> tuple[int, str]:
        """One booking over HTTP: status, and reference or refusal."""
        body = {
            "hub": hub, "day": self.day.isoformat(), "window": {"opens": "09:00", "closes": "11:00"}, "weight_kg": 1,
            "volume_l": 1, "recipient": {"name": "A", "street": "Rosenstraße", "lat": POINT[0], "lon": POINT[1]},
        }  # fmt: skip
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        for _ in range(200):
            status, answer = self._ask(home, "POST", "/api/v1/shipments", shop, json.dumps(body), headers)
            if status != 409 or "Retry-After" not in answer:
                break
            time.sleep(0.02)
        return status, json.loads(answer["body"]).get("reference", "")

    def page(self, home: str, number: int) -> int:
        """One page of a signed-in shop: the form for booking, its shipments, one of them."""
        shop = number % SHOPS
        path = ("/buchen", "/sendungen", f"/sendungen/{self.latest[shop]}")[number // SHOPS % len(PAGES)]
        status, answer = self._ask(home, "GET", path, shop, None, {"Cookie": self.cookies[shop]}, token=False)
        return status if "</html>" in answer["body"] else 500

    def sign_in(self) -> None:
        """Every shop in a browser of its own, and its latest shipment known, so that there is a page of it."""
        serializer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert serializer is not None  # noqa: S101  there is a secret
        with self.app.app_context(), city_scope(self.city_id):
            people = list(db.session.scalars(select(Account).order_by(Account.id)))
            for shop, person in enumerate(people):
                with self.app.test_request_context(), transaction():
                    sign_in(person)
                    self.cookies[shop] = f"{SESSION_COOKIE}={serializer.dumps(dict(session))}"
                query = select(Shipment.reference).where(Shipment.booked_by_id == person.id)
                self.latest[shop] = db.session.scalar(query.order_by(Shipment.id.desc()).limit(1)) or ""
            db.session.remove()

    def _ask(
        self,
        home: str,
        method: str,
        path: str,
        shop: int,
        body: str | None,
        headers: dict[str, str],
        *,
        token: bool = True,
    ) -> tuple[int, dict[str, str]]:
        connection = HTTPConnection(home, timeout=PATIENCE_S)
        key = {"Authorization": f"Bearer {self.token(shop)}"} if token else {}
        try:
            connection.request(method, path, body, {**headers, **key})
            answer = connection.getresponse()
            return answer.status, {**dict(answer.getheaders()), "body": answer.read().decode()}
        finally:
            connection.close()

    def book_until_dead(self, home: str, shop: int, hub: int, prefix: str, first: Event) -> set[str]:
        """Book on and on until the server is gone; what it acknowledged. The first of all sets ``first``."""
        told: set[str] = set()
        for number in range(10_000):
            try:
                status, reference = self.book(home, shop, hub, key=f"{prefix}-{number}")
            except (OSError, HTTPException, ValueError):
                return told
            if status == 201:
                told.add(reference)
                first.set()
        return told

    def sold(self, hub: int) -> int:
        """How many parcels the shipments of a hub add up to."""
        return len(self.references(hub))

    def references(self, hub: int) -> set[str]:
        """What is booked at a hub."""
        with self.app.app_context(), city_scope(self.city_id):
            query = select(Shipment.reference).where(Shipment.hub_id == hub, Shipment.status == ShipmentStatus.BOOKED)
            return set(db.session.scalars(query))

    def wrong_counters(self) -> int:
        """Counters that are not the sum of their lines."""
        with self.app.app_context(), city_scope(self.city_id):
            return len(capacity.wrong_counters())

    def sound(self) -> bool:
        """What SQLite says of its file."""
        with self.app.app_context():
            if not is_sqlite(db.engine):
                return True
            return db.session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"

    def drop_check(self) -> None:
        """For the control: take the net away."""
        with self.app.app_context():
            db.session.remove()
            if is_sqlite(db.engine):
                event.listen(db.engine, "connect", lambda raw, _: raw.execute("PRAGMA ignore_check_constraints=ON"))
                db.engine.dispose()
                return
            with db.engine.begin() as connection:
                for name in ("never_oversold", "intended_fits"):
                    connection.execute(text(f"ALTER TABLE day_capacity DROP CONSTRAINT ck_day_capacity_{name}"))

    def careless_race(self, clients: int) -> int:
        """Look in one transaction, write in another, no lock: how many of ``PLACES`` places are sold."""
        hub, start = self.new_hub(PLACES), Barrier(clients)
        with self.app.app_context(), city_scope(self.city_id), transaction():
            row = DayCapacity(
                hub_id=hub, day=self.day, resource=Resource.PARCELS, used=0, capacity=PLACES, intended=PLACES
            )
            db.session.add(row)
        query = select(DayCapacity).where(DayCapacity.hub_id == hub)

        def client(_number: int) -> bool:
            with self.app.app_context(), city_scope(self.city_id):
                free = db.session.scalars(query).one().free
                db.session.rollback()
                start.wait(60)
                if free > 0:
                    with transaction():
                        db.session.scalars(query.with_for_update()).one().used += 1
                db.session.remove()
                return free > 0

        with ThreadPoolExecutor(clients) as pool:
            return sum(pool.map(client, range(clients)))

    @contextmanager
    def process(self) -> Iterator[ServerProcess]:
        """A server in a process of its own, ended at the latest when left."""
        server = ServerProcess(self.config)
        try:
            yield server
        finally:
            server.kill()


class ServerProcess:
    """waitress with eight threads, as ``run.py serve`` starts it; without a worker."""

    def __init__(self, config: Config) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.home = f"127.0.0.1:{probe.getsockname()[1]}"
        call = [sys.executable, "-m", "benchmarks.booking_server", str(config.data_dir), config.database_url, self.home]
        self._process = subprocess.Popen(call, cwd=HOUSE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def wait_until_up(self, limit_s: float = 240.0) -> None:
        """Until the first answer. Raises TimeoutError."""
        until = time.monotonic() + limit_s
        while time.monotonic() < until:
            connection = HTTPConnection(self.home, timeout=5)
            try:
                connection.request("GET", "/api/v1/openapi.json")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.05)
            finally:
                connection.close()
        raise TimeoutError("the server did not come up")

    def kill(self) -> None:
        """kill -9."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@contextmanager
def built(folder: Path, server: str) -> Iterator[Town]:
    """A fresh town on a database of its own."""
    url = f"sqlite:///{folder / 'city.sqlite3'}" if not server else _database_on(server)
    config = Config(folder, url, SECRET, https=False, public_url="http://city.test")
    app = create_app(config)
    with app.app_context():
        db.create_all()
        with transaction():
            city = City(slug="bench", name="Messstadt", title="Messstadt", land="NI", is_demo=False)
            db.session.add(city)
        city_id = city.id
        with city_scope(city_id):
            streets.bring_in(OLD_TOWN)
            _make_shops()
            with transaction():
                settings.change(replace(settings.current().numbers, stops_per_bike_hour=40), by_account_id=None)
            day = clock.today() + timedelta(days=2)
            while rules.hub_rests(day, "NI"):
                day += timedelta(days=1)
        db.session.remove()
        db.engine.dispose()
    yield Town(app, config, city_id, day)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)


def _database_on(server: str) -> str:
    name = f"bench_{time.monotonic_ns()}"
    admin = create_engine(database_url(server, Path()), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))
    admin.dispose()
    return database_url(server, Path()).rsplit("/", 1)[0] + f"/{name}"


def _make_shops() -> None:
    with transaction():
        for number in range(SHOPS):
            shop = Organisation(kind=OrganisationKind.RETAILER, name=f"Laden {number}", released_at=clock.now())
            db.session.add(shop)
            db.session.flush()
            person = Account(
                email=f"laden{number}@example.org", name=f"Person {number}", password_hash=None, language="de",
                confirmed_at=clock.now(), created_at=clock.now(), organisation_id=shop.id,
                grants=[RoleGrant(role=Role.RETAILER)],
            )  # fmt: skip
            db.session.add(person)
            db.session.flush()
            db.session.add(
                ApiToken(
                    organisation_id=shop.id, account_id=person.id, name="Messung", made_at=clock.now(),
                    token_hash=hash_token(f"zr_bench_{number}"), scopes=["shipments:read", "shipments:write"],
                )
            )  # fmt: skip


@contextmanager
def serving(town: Town, count: int) -> Iterator[list[str]]:
    """Servers that stay up for the measurement; host and port of each."""
    with ExitStack() as ends:
        servers = [ends.enter_context(town.process()) for _ in range(count)]
        for server in servers:
            server.wait_until_up()
        yield [server.home for server in servers]
