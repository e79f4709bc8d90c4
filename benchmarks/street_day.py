"""``run.py bench street_day``: the day on the street in figures, on the demo town with 12 bikes and 500 stops.

A board is drawn, a stop is moved, the rest of the day is planned again, and 100 couriers open their pages and poll
while a dispatcher's board redraws itself.
``value`` is in milliseconds by the wall clock, the median unless the row says otherwise; the machine should be idle.
``cpu_ms`` is the processor time of this process for the same, which a busy machine does not blur.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from statistics import median, quantiles
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from city import access, clock, jobs, quick
from city.db import city_scope, db, transaction
from city.models import Account, LoginSession, Role, RoleGrant
from city.warm import settle
from demo import town
from demo.__main__ import OLD_TOWN, prepared, read
from demo.people import PEOPLE
from logistics import dispatch, queries, replanning
from logistics.models import HubVehicle, Shipment

SEED, BIKES, STOPS, COURIERS = 1, 12, 500, 100
POLL_EVERY_S, POLLED_S, BOARD_EVERY_S = 5.0, 20.0, 10.0
Row = dict[str, Any]


def rows(args: list[str]) -> list[Row]:
    """Measure, and return one row for each figure."""
    parser = argparse.ArgumentParser(prog="run.py bench street_day", description=__doc__)
    parser.add_argument("--json", help="where the rows are kept; the door writes them")
    parser.parse_args(args)
    with tempfile.TemporaryDirectory() as folder:
        app = prepared(read(["--data", folder]))
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            town.build(app, OLD_TOWN, say=lambda line: None)
            city = town.found()
            if city is None:
                raise RuntimeError("the demo town was not built")
            with city_scope(city.id):
                return _measured(app)


def _measured(app: Flask) -> list[Row]:
    day = town.next_working_day()
    _fill(day)
    worker = jobs.Worker(app, app.extensions["house"])
    while worker.work_once():
        pass
    worker.solver.close()
    db.session.rollback()
    with transaction():
        for tour, courier in zip(queries.published_plan(day).tours, _couriers(), strict=False):  # type: ignore[union-attr]
            tour.courier_id, tour.released_at = courier, clock.now()
    quick.start()
    settle()  # as servers do
    board = _browser(app, PEOPLE[6].email)
    url = f"/dispo/{day.isoformat()}"
    plan = queries.published_plan(day)
    if plan is None:
        raise RuntimeError("the day was not planned")
    stops = [stop.shipment.reference for tour in plan.tours for stop in tour.stops]
    bikes = [tour.vehicle_id for tour in plan.tours]
    choose = random.Random(SEED)  # a benchmark, not a secret
    found = f"{len(bikes)} tours, {len(stops)} stops"
    board.get(f"{url}/verschieben?halt={stops[0]}")  # the first look makes the table of ways

    def move() -> None:
        board.get(f"{url}/verschieben?halt={choose.choice(stops)}&rad={choose.choice(bikes)}&platz=2")

    done = [
        _row("board drawn", found, _times(lambda: board.get(url), 7), 1000),
        _row("move shown", found, _times(move, 20), 300),
        _row("plan again, warm", found, [(_replan(day), 0.0) for _ in range(8)][1:], 500),
    ]
    return [*done, *_polled(app, url)]


def _fill(day: Any) -> None:
    """12 bikes, and the day's orders again at other addresses until there are 500."""
    choose = random.Random(SEED)  # a benchmark, not a secret
    with transaction():
        hub = queries.open_hubs()[0]
        for number in range(len(hub.vehicles) + 1, BIKES + 1):
            like = hub.vehicles[0]
            names = ("payload_g", "volume_ml", "starts_s", "ends_s", "vehicle_class")
            values = {name: getattr(like, name) for name in names}
            db.session.add(HubVehicle(hub_id=hub.id, name=f"Rad {number}", **values))
        orders = queries.day_shipments(day)
        columns = [column.key for column in Shipment.__mapper__.column_attrs]
        for number in range(len(orders), STOPS):
            like_order = orders[number % len(orders)]
            values = {name: getattr(like_order, name) for name in columns if name != "id"}
            window = choose.choice(orders)
            values |= {
                "reference": f"BN{number:06d}", "request_key": None, "tracking_token": None,
                "window_opens_s": window.window_opens_s, "window_closes_s": window.window_closes_s,
                "weight_g": 1_000, "volume_ml": 2_000, "parcels": 1,
            }  # fmt: skip
            db.session.add(Shipment(**values))
        dispatch.ask_for_plan(day, account_id=None)


def _couriers() -> list[int]:
    """100 people who ride."""
    made = [
        Account(
            email=f"bench{number}@example.org", name=f"Probe {number}", language="de", confirmed_at=clock.now(),
            created_at=clock.now(), grants=[RoleGrant(role=Role.COURIER)],
        )
        for number in range(COURIERS)
    ]  # fmt: skip
    db.session.add_all(made)
    db.session.flush()
    return [person.id for person in made]


def _browser(app: Flask, email: str) -> FlaskClient:
    token = _signed_in(_person(email).id)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["login_token"] = cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client


def _person(email: str) -> Account:
    return db.session.scalars(select(Account).where(Account.email == email)).one()


def _signed_in(account_id: int) -> str:
    token = f"bench-{account_id}"
    with transaction():
        db.session.add(
            LoginSession(
                account_id=account_id, token_hash=access.hash_token(token), created_at=clock.now(), seen_at=clock.now()
            )
        )
    return token


def _replan(day: Any) -> float:
    """Milliseconds in the warm process, when the first bike drops out."""
    db.session.rollback()
    first = next(iter(replanning.question(day).day.question.bikes))
    asked = replanning.question(day, out=[first])
    begins = time.perf_counter()
    replanning.ask(asked)
    return (time.perf_counter() - begins) * 1000


def _times(deed: Callable[[], Any], times: int) -> list[tuple[float, float]]:
    """Milliseconds of each repetition, after one that warms up: by the wall clock, and of this process."""
    deed()
    taken = []
    for _ in range(times):
        begins, worked = time.perf_counter(), time.process_time()
        deed()
        taken.append(((time.perf_counter() - begins) * 1000, (time.process_time() - worked) * 1000))
    return taken


def _polled(app: Flask, url: str) -> list[Row]:
    """100 phones open their page and ask for their tour every five seconds; a board redraws itself every ten."""
    from waitress import create_server

    people = list(db.session.scalars(select(Account).where(Account.email.like("bench%"))))
    cookies = {person.id: _cookie(app, _signed_in(person.id)) for person in people}
    dispatcher = _cookie(app, f"bench-{_person(PEOPLE[6].email).id}")
    server = create_server(app, host="127.0.0.1", port=0, threads=8, ident=None)
    threading.Thread(target=server.run, daemon=True).start()
    port = server.effective_port
    polls: list[float] = []
    pages: list[float] = []
    boards: list[float] = []
    failed: list[str] = []
    ends = time.monotonic() + POLLED_S

    def get(path: str, cookie: str, taken: list[float]) -> None:
        begins = time.perf_counter()
        line = HTTPConnection("127.0.0.1", port, timeout=30)
        line.request("GET", path, headers={"Cookie": cookie})
        answer = line.getresponse()
        answer.read()
        line.close()
        if answer.status in (200, 204):
            taken.append((time.perf_counter() - begins) * 1000)
        else:
            failed.append(path)

    def ride(cookie: str, after_s: float) -> None:
        time.sleep(after_s)
        get("/tour", cookie, pages)
        while time.monotonic() < ends:
            get("/tour/stand.json", cookie, polls)
            time.sleep(POLL_EVERY_S)

    def dispatch_all_the_while() -> None:
        while time.monotonic() < ends:
            get(f"{url}/lage", dispatcher, boards)
            time.sleep(BOARD_EVERY_S)

    threads = [
        threading.Thread(target=ride, args=(cookie, number * POLL_EVERY_S / COURIERS))
        for number, cookie in enumerate(cookies.values())
    ]
    threads.append(threading.Thread(target=dispatch_all_the_while))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.close()
    both = [("100 couriers poll, p95", polls), ("and open their page, p95", pages)]
    done = [
        _row(what, f"{len(taken)} answers, {len(failed)} failed", [(quantiles(taken, n=20)[-1], 0.0)], 200)
        for what, taken in both
    ]
    return [{**row, "valid": not failed} for row in done]


def _cookie(app: Flask, token: str) -> str:
    client = app.test_client()
    with client.session_transaction() as session:
        session["login_token"] = session["_user_id"] = token
        session["_fresh"] = True
    found = client.get_cookie(str(app.config["SESSION_COOKIE_NAME"]))
    if found is None:
        raise RuntimeError("there is no cookie")
    return f"{found.key}={found.value}"


def _row(what: str, instance: str, taken: list[tuple[float, float]], target_ms: float) -> Row:
    taken_ms = [wall for wall, _ in taken]
    value = round(median(taken_ms), 1)
    return {
        "bench": "street_day", "instance": instance, "engine": "ours", "seed": SEED, "cores": os.cpu_count(),
        "wall_s": round(sum(taken_ms) / 1000, 3), "valid": True, "figure": what, "target": target_ms, "value": value,
        "slowest": round(max(taken_ms), 1),
        "cpu_ms": round(median(cpu for _, cpu in taken), 1), "ok": value < target_ms,
    }  # fmt: skip
