"""A process that is there to be killed: writes row after row, or does a job that never ends by itself."""

from __future__ import annotations

import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from app import create_app
from city import jobs
from city.config import Config
from city.db import city_scope, db, transaction
from city.models import City, Organisation, OrganisationKind
from tests.conftest import SECRET


def main(deed: str, folder: str, url: str) -> None:
    """``write``: keep organisations for ever, say each name once it is kept. ``work``: do the waiting job."""
    app = create_app(Config(Path(folder), url, SECRET, https=False))
    with app.app_context():
        city_id = db.session.scalars(select(City.id)).first()
        assert city_id is not None
        with city_scope(city_id):
            write(int(sys.argv[4])) if deed == "write" else work(app)


def write(first: int) -> None:
    """Acknowledge each row only after it was committed."""
    for number in range(first, first + 100_000):
        with transaction():
            db.session.add(Organisation(kind=OrganisationKind.OWNER, name=f"Nr. {number}"))
        print(number, flush=True)


def work(app: Flask) -> None:
    """Claim the job and search until killed."""
    jobs._handlers.clear()
    jobs.register("search", lambda run: run.solve("tests.city.solver_tasks:until_enough", limit_s=600) or dict)
    worker = jobs.Worker(app, app.extensions["house"])
    worker.solver._warm = ()
    worker.work_once()


if __name__ == "__main__":
    main(*sys.argv[1:4])
