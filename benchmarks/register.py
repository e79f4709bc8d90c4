"""Does a register of 5,000 shops answer every list and every map within 300 ms?

``run.py bench register [--shops N] [--times N] [--seed N] [--only PARTS,OF,NAMES]``. Exports are left out: they are
files, not pages. The app answers in this process (no network); the first answer of a page is not counted, and the
first one after somebody has changed a shop stands in a column of its own.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from benchmarks.register_town import Town, built
from leerstand.kinds import Ring, VacancyReason, VacancyStage
from leerstand.register_queries import Order
from leerstand.situation import Status

TARGET_MS = 300
SEED = 7


def rows(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """One row for each page: median processor and wall time, and whether it keeps the target."""
    parser = argparse.ArgumentParser(prog="run.py bench register")
    parser.add_argument("--shops", type=int, default=5000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", default="")
    asked, _door = parser.parse_known_args(list(arguments))
    with tempfile.TemporaryDirectory(prefix="zwischenraum-bench-") as folder:
        Path(folder, "town").mkdir()
        with built(Path(folder) / "town", asked.shops, asked.seed) as town:
            browser = town.browser()
            return [
                _measured(town, browser, name, address, asked.times, asked.seed)
                for name, address in pages(town)
                if any(part in name for part in asked.only.split(","))
            ]


def pages(town: Town) -> Iterator[tuple[str, str]]:
    """(name, address) of every list, map and indicator that grows with the stock."""
    for name, question in questions(town):
        yield f"list, {name}", f"/laeden?{question}"
        yield f"map, {name}", f"/laeden/karte.json?{question}"
    for order in Order.ALL:
        yield f"list, order {order}", f"/laeden?order={order}"
    yield "list, page 100", "/laeden?page=100"
    yield "today", "/heute"
    yield "early warnings", "/fruehwarnung"
    for years in (1, 3, 5):
        yield f"indicators, {years} years", f"/kennzahlen?jahre={years}"
    yield "indicators, one street", f"/kennzahlen?strasse={town.axis_id}"
    yield "public figures", "/zahlen"
    yield "free shops", "/frei"
    yield "free shops, filtered", "/frei?groesse=60-150&stufenlos=1"
    yield "free shops, map", "/frei/karte.json"
    yield "shop", f"/laeden/{town.unit_id}"
    yield "shop, map", f"/laeden/{town.unit_id}/karte.json"
    yield "permit pre-check", f"/laeden/{town.unit_id}/vorpruefung"
    yield "streets and grades", "/laeden/strassen"
    yield "new shop", "/laeden/neu"
    yield "choosing a place, map", "/laeden/karte-waehlen.json"
    yield "walks", "/rundgang"
    yield "walk", f"/rundgang/{town.axis_id}/{town.unit_id}"
    yield "owners", "/eigentum"
    yield "owner", f"/eigentum/{town.owner_id}"
    yield "requests", "/gesuche"
    yield "request and all shops", f"/gesuche/{town.request_id}"
    yield "unmet demand", "/gesuche/ungedeckt"
    yield "agreements", "/vereinbarungen"


def questions(town: Town) -> Iterator[tuple[str, str]]:
    """Each filter of the register alone."""
    yield "no filter", ""
    yield "word", "word=buch+straße"
    yield "street", f"axis_id={town.axis_id}"
    for status in (Status.OCCUPIED, Status.THREATENED, Status.VACANCY, Status.INTERIM):
        yield f"status {status.value}", f"status={status.value}"
    yield "ring", f"ring={Ring.CORE.value}"
    yield "grade", "grade=1"
    yield "stage", f"stage={VacancyStage.MARKETED.value}"
    yield "reason", f"reason={VacancyReason.HEIRS.value}"
    yield "area", "least_m2=100&most_m2=200"
    yield "doubtful", "stale=y"
    yield "without owner", "unowned=y"


def _measured(town: Town, browser: FlaskClient, name: str, address: str, times: int, seed: int) -> dict[str, Any]:
    first = browser.get(address)
    anew: list[float] = []
    wall: list[float] = []
    cpu: list[float] = []
    for _ in range(times):
        town.change()
        anew.append(_timed(browser, address)[0])
        for into, seconds in zip((wall, cpu), _timed(browser, address), strict=True):
            into.append(seconds)
    wall_s = statistics.median(wall)
    return {
        "bench": "register", "seed": seed, "instance": name, "engine": "ours",
        "cores": len(os.sched_getaffinity(0)), "cpu_s": round(statistics.median(cpu), 3), "wall_s": round(wall_s, 3),
        "valid": first.status_code == 200, "kb": len(first.data) // 1000, "target": f"< {TARGET_MS} ms",
        "value": round(wall_s * 1000), "after_change": round(statistics.median(anew) * 1000),
        "ok": wall_s * 1000 < TARGET_MS,
    }  # fmt: skip


def _timed(browser: FlaskClient, address: str) -> tuple[float, float]:
    """Seconds on the clock and of the processor."""
    began, used = time.perf_counter(), time.process_time()
    browser.get(address)
    return time.perf_counter() - began, time.process_time() - used
