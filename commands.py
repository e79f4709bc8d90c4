"""Commands of a production installation; ``run.py`` makes the environment and calls them."""

from __future__ import annotations

import argparse
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import flask_migrate
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import select

from app import create_app
from city import accounts, addresses, config, quick, siblings, tiles
from city import streets as street_maps
from city.crew import Crew
from city.db import city_scope, db, transaction
from city.models import City
from city.ports import refuse_taken
from city.warm import warm_up
from leerstand.services import plans
from routing.message import BadInput

HOUSE = Path(__file__).resolve().parent
MOST_PROCESSES, BACKLOG = 64, 1024  # who answer, and who may wait to be heard
THREADS = 8  # of the web server; each request holds one while it is answered
DEFAULT_BIND = "127.0.0.1:8000"


def main(arguments: Sequence[str]) -> int:
    """Read the command line and do the one thing asked for."""
    parser = argparse.ArgumentParser(prog="run.py")
    commands = parser.add_subparsers(required=True)
    add_serve(commands.add_parser("serve", help="the production server"))
    add_simple(commands.add_parser("worker", help="do the jobs in a process of its own"), worker)
    add_simple(commands.add_parser("migrate", help="bring the database up to date"), migrate)
    add_simple(commands.add_parser("nightly", help="have every town look for a better plan"), nightly)
    add_city(commands.add_parser("city", help="make a town or change it"))
    add_admin(commands.add_parser("admin", help="make the first administrator"))
    add_streets(commands.add_parser("streets", help="give a town its street map"))
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    deed: Callable[[argparse.Namespace], int] = asked.deed
    return deed(asked)


def add_simple(parser: argparse.ArgumentParser, deed: Callable[[argparse.Namespace], int]) -> None:
    """A command without options."""
    parser.set_defaults(deed=deed)


def add_serve(parser: argparse.ArgumentParser) -> None:
    """``serve [--bind HOST:PORT] [--worker] [--processes N]``."""
    parser.add_argument("--bind", default=DEFAULT_BIND, help="HOST:PORT to answer on, default %(default)s")
    parser.add_argument("--worker", action="store_true", help="do the jobs in this process; always so on SQLite")
    parser.add_argument("--processes", type=int, default=1, help="how many answer, one a core; default %(default)s")
    parser.set_defaults(deed=serve)


def serve(asked: argparse.Namespace) -> int:
    """Answer requests until stopped; refuses to start without a secret key or with migrations missing."""
    from waitress import serve as answer

    host, port = address_of(asked.bind)
    if not 1 <= asked.processes <= MOST_PROCESSES:
        raise SystemExit(f"--processes is a number from 1 to {MOST_PROCESSES}, not {asked.processes}.")
    app = create_app()
    refuse_old_database(app)
    house: config.Config = app.extensions["house"]
    with app.app_context():
        db.engine.dispose()  # connections do not survive a fork
    door = socket.create_server((host, port), family=family_of(host), backlog=BACKLOG)
    stop_on_signal()
    first = siblings.start(asked.processes - 1)
    worker = Crew(app, house, warm_up) if first and (asked.worker or house.sqlite) else None
    if worker:
        worker.start()
    quick.start()
    if first:
        print(f"answering on http://{asked.bind}", flush=True)
    try:
        answer(app, sockets=[door], threads=THREADS, ident=None)
    finally:
        quick.stop()
        if worker:
            worker.stop()
        if siblings.stop():
            raise SystemExit("One of the processes has ended; so does the server.")
    return 0


def address_of(bind: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``. Raises SystemExit with a sentence where it is none or in use."""
    host, _, port = bind.rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise SystemExit(f"--bind is HOST:PORT, for example {DEFAULT_BIND}; not {bind!r}")
    host = host.strip("[]") or "127.0.0.1"
    try:
        refuse_taken(host, int(port))
    except BadInput as refusal:
        raise SystemExit(str(refusal)) from refusal
    return host, int(port)


def family_of(host: str) -> socket.AddressFamily:
    """Which kind of address that is."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def stop_on_signal() -> None:
    """Let SIGTERM end the server as Ctrl-C does, so that the worker is stopped in order."""

    def stop(_number: int, _frame: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)


def refuse_old_database(app: Flask) -> None:
    """Raise SystemExit when the database has not seen every migration."""
    script = ScriptDirectory.from_config(alembic_config())
    with app.app_context(), db.engine.connect() as connection:
        there = set(MigrationContext.configure(connection).get_current_heads())
    if there != set(script.get_heads()):
        raise SystemExit("The database is not up to date. Run: python3 run.py migrate")


def alembic_config() -> AlembicConfig:
    """Where the migrations lie."""
    made = AlembicConfig()
    made.set_main_option("script_location", str(HOUSE / "migrations"))
    return made


def worker(_asked: argparse.Namespace) -> int:
    """Do jobs and send mail until stopped; for PostgreSQL, beside one or more servers."""
    app = create_app()
    refuse_old_database(app)
    house: config.Config = app.extensions["house"]
    if house.sqlite:
        raise SystemExit("On SQLite `run.py serve` does the jobs itself.")
    busy = Crew(app, house, warm_up)
    busy.start()
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    print("working; stop with Ctrl-C", flush=True)
    while not stopped.wait(1.0):
        if not busy.is_alive():
            return 1
    busy.stop()
    return 0


def nightly(_asked: argparse.Namespace) -> int:
    """Ask for a new plan of the shops in every town; one is kept only where it changes something worth it."""
    app = create_app()
    refuse_old_database(app)
    with app.app_context():
        for city_id in list(db.session.scalars(select(City.id))):
            with city_scope(city_id), transaction():
                plans.start_nightly()
    print("asked for; the worker does it")
    return 0


def migrate(_asked: argparse.Namespace) -> int:
    """Bring the database up to date; a SQLite file is copied first."""
    app = create_app()
    house: config.Config = app.extensions["house"]
    with app.app_context():
        if house.sqlite:
            keep_copy(house)
        flask_migrate.upgrade(directory=str(HOUSE / "migrations"))
    print("the database is up to date")
    return 0


def keep_copy(house: config.Config) -> None:
    """Copy the SQLite database beside itself, consistently, before it is changed."""
    import sqlite3

    original = Path(house.database_url.removeprefix("sqlite:///"))
    if not original.exists():
        return
    copy = original.with_suffix(".before-migration.sqlite3")
    with sqlite3.connect(original) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    print(f"kept a copy: {copy}")


def add_city(parser: argparse.ArgumentParser) -> None:
    """``city SLUG NAME [--title T] [--host H] [--land NI]``."""
    parser.add_argument("slug", help="short name, for example lueneburg")
    parser.add_argument("name", help="name, for example Lüneburg")
    parser.add_argument("--title", default="", help="as on the letterhead, for example 'Hansestadt Lüneburg'")
    parser.add_argument("--host", help="the address of its pages, for example innenstadt.lueneburg.example")
    parser.add_argument("--land", default="NI", help="Bundesland for public holidays, default %(default)s")
    parser.set_defaults(deed=make_city)


def make_city(asked: argparse.Namespace) -> int:
    """Make a town, or change the one with that slug."""
    app = create_app()
    with app.app_context(), transaction():
        city = db.session.scalar(select(City).where(City.slug == asked.slug)) or City(slug=asked.slug)
        city.name, city.title, city.land = asked.name, asked.title or asked.name, asked.land
        city.host = asked.host.lower() if asked.host else None
        city.is_demo = False
        db.session.add(city)
    print(f"{asked.name} is there")
    return 0


def town(slug: str | None) -> City:
    """The town with that slug, or the only one. Raises SystemExit with a sentence."""
    cities = list(db.session.scalars(select(City).order_by(City.slug)))
    if not cities:
        raise SystemExit("There is no town yet. Make one with: python3 run.py city SLUG NAME")
    found = [city for city in cities if slug is None or city.slug == slug]
    if len(found) != 1:
        raise SystemExit(f"Which town? Say --city with one of: {', '.join(city.slug for city in cities)}")
    return found[0]


def add_admin(parser: argparse.ArgumentParser) -> None:
    """``admin ADDRESS [--name NAME] [--city SLUG]``."""
    parser.add_argument("address", help="e-mail address of the administrator")
    parser.add_argument("--name", default="", help="name of the person, default the address")
    parser.add_argument("--city", help="slug of the town, where there are several")
    parser.set_defaults(deed=admin)


def admin(asked: argparse.Namespace) -> int:
    """Make an administrator and say how they sign in."""
    app = create_app()
    with app.test_request_context(), app.app_context():
        city = town(asked.city)
        with city_scope(city.id), transaction():
            link = accounts.make_admin(asked.address, asked.name or asked.address)
    if link is None:
        print(f"{asked.address} gets a mail with a link to choose a password.")
    else:
        print(f"Open this once to choose a password: {link}")
    return 0


def add_streets(parser: argparse.ArgumentParser) -> None:
    """``streets import FILE [--bbox W,S,E,N] [--city SLUG]``."""
    parser.add_argument("deed_name", choices=["import"], metavar="import")
    parser.add_argument("file", type=Path, help=".osm.pbf, .osm or .osm.gz")
    parser.add_argument(
        "--bbox", metavar="W,S,E,N", help="only this part of the file, degrees: 10.38,53.23,10.44,53.27"
    )
    parser.add_argument("--city", help="slug of the town, where there are several")
    parser.set_defaults(deed=streets)


def streets(asked: argparse.Namespace) -> int:
    """Read a street map and put it in service; a broken file leaves the old one there."""
    from routing.streets.cut import read_box

    app = create_app()
    with app.app_context():
        city = town(asked.city)
        with city_scope(city.id):
            try:
                box = read_box(asked.bbox) if asked.bbox else None
                found = street_maps.bring_in(asked.file, box=box, on_progress=progress_line("reading"))
            except BadInput as refusal:
                raise SystemExit(str(refusal)) from refusal
            for text, times in sorted(street_maps.network().not_understood.items(), key=lambda pair: -pair[1]):
                print(f"treated as closed, {times} times: {text}")
            book = addresses.book_of(street_maps.source())
            with transaction():
                tiles.ask_for_tiles()
    print(f"{asked.file.name} is in service: {found}; addresses in {book.name}; the worker draws the map")
    return 0


def progress_line(word: str) -> Callable[[float], None]:
    """Says how far something is, every ten percent."""
    last = -1

    def tell(share: float) -> None:
        nonlocal last
        if int(share * 10) > last:
            last = int(share * 10)
            print(f"{word} {last * 10} %", flush=True)

    return tell


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
