"""The server that ``bench bookings`` measures and kills: the house behind waitress, without a worker."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import waitress

from app import create_app
from benchmarks.booking_town import SECRET, THREADS
from city.config import Config
from logistics.api import door

PER_MINUTE = 10**6  # the load of a whole town comes from forty keys


def main(folder: str, url: str, home: str) -> None:
    """Answer until killed."""
    logging.getLogger("waitress").setLevel(logging.ERROR)
    door.PER_MINUTE = PER_MINUTE
    app = create_app(Config(Path(folder), url, SECRET, https=False, public_url="http://city.test"))
    waitress.serve(app, listen=home, threads=THREADS)


if __name__ == "__main__":
    main(*sys.argv[1:4])
