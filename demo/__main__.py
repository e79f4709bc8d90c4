"""``run.py demo``: a town to click through, or with ``--once`` the whole main job without a server."""

from __future__ import annotations

import argparse
import logging
import secrets
import shutil
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import flask_migrate
from flask import Flask

from app import create_app
from city import maps, quick
from city.config import Config, database_url, wanted_cache_dir
from city.crew import Crew
from city.ports import refuse_taken
from city.solver import Solver
from city.warm import warm_up
from demo import people, town
from demo.once import main_job
from routing.message import BadInput

HOUSE = Path(__file__).resolve().parent.parent
OLD_TOWN = Path(__file__).with_name("lueneburg.osm")
DEFAULT_DATA = HOUSE / "var" / "demo"
DEFAULT_PORT = 8000
HOST = "127.0.0.1"
THREADS = 8


def main(arguments: Sequence[str]) -> int:
    """Read the command line; refuse a broken map with a sentence."""
    asked = read(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    try:
        return main_job(prepared(asked), asked.osm) if asked.once else serve(asked)
    except BadInput as refusal:
        print(refusal, file=sys.stderr)
        return 1


def read(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of the demo, checked."""
    parser = argparse.ArgumentParser(prog="run.py demo", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="default %(default)s")
    parser.add_argument("--osm", type=Path, help="an OpenStreetMap extract; default is a schematic Lüneburg")
    parser.add_argument("--data", type=Path, help="folder for database and files; default var/demo")
    parser.add_argument("--fresh", action="store_true", help="begin anew, throwing away what was clicked before")
    parser.add_argument("--once", action="store_true", help="run the main job without a server, then end")
    asked = parser.parse_args(arguments)
    if not 0 < asked.port < 65536:
        parser.error(f"--port {asked.port}: a port lies between 1 and 65535")
    asked.data = (asked.data or DEFAULT_DATA).resolve()
    asked.osm = asked.osm.resolve() if asked.osm else OLD_TOWN
    return asked


def prepared(asked: argparse.Namespace) -> Flask:
    """The application on an up-to-date database in the demo's folder."""
    if asked.fresh or asked.once:
        clear(asked.data)
    asked.data.mkdir(parents=True, exist_ok=True)
    config = Config(
        data_dir=asked.data,
        database_url=database_url("", asked.data),
        secret_key=kept_secret(asked.data),
        demo=True,
        public_url=f"http://{HOST}:{asked.port}",
        https=False,
        cache_dir=wanted_cache_dir(),
    )
    app = create_app(config)
    with app.app_context():
        flask_migrate.upgrade(directory=str(HOUSE / "migrations"))
    return app


def clear(folder: Path) -> None:
    """Throw away the demo's own files; nothing else that may lie in the folder."""
    for name in ("city.sqlite3", "city.sqlite3-wal", "city.sqlite3-shm", "secret"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "mail", ignore_errors=True)


def kept_secret(folder: Path) -> str:
    """The demo's own key, made once, so that logins survive a restart."""
    path = folder / "secret"
    if not path.exists():
        path.write_text(secrets.token_hex(32), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii")


def serve(asked: argparse.Namespace) -> int:
    """Build the town unless it is there, then answer until Ctrl-C."""
    from waitress import create_server

    refuse_taken(HOST, asked.port)  # before --fresh throws away what another demo shows
    early = Solver()
    early.start()  # warms up on another core while the town is built
    app = prepared(asked)
    server = create_server(app, host=HOST, port=asked.port, threads=THREADS, ident=None)
    with app.app_context():
        if town.found() is None:
            town.build(app, asked.osm, say=print, solver=early)
    worker = Crew(app, app.extensions["house"], warm_up, planner=early)
    worker.start()
    for deed in (lambda: town.assign_when_planned(app), maps.prepare, quick.start):
        threading.Thread(target=deed, daemon=True).start()
    print(welcome(asked.port), flush=True)
    try:
        server.run()
    except KeyboardInterrupt:
        print("\nended")
    finally:
        quick.stop()
        worker.stop()
    return 0


def welcome(port: int) -> str:
    """Where the town is, and who can sign in."""
    lines = [f"\n  Zwischenraum  http://{HOST}:{port}\n", f"  password of all logins: {people.PASSWORD}\n"]
    lines += [f"  {', '.join(person.roles):<12} {person.email}" for person in people.PEOPLE]
    return "\n".join([*lines, "\n  These people and figures are invented. Ctrl-C ends.\n"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
