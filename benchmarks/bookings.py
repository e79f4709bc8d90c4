"""Are bookings ever oversold? Many clients at once over HTTP, lost answers, repeats, kills; on SQLite and PostgreSQL.

``run.py bench bookings [--rounds N] [--kills N] [--seconds N] [--seed N] [--only sqlite|postgresql]``; 0 leaves a
measurement out. The bookings are those of programs, the pages those of signed-in shops, as browsers ask for them.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Barrier, Event
from typing import Any

from benchmarks.booking_town import PLACES, Town, built, serving
from tests.postgres import PostgresMissing, private_server

CLIENTS = 40
LOST_ANSWERS = 0.10  # of the clients do not get their answer and send again with the same key
SEED = 7
SERVERS = 2  # processes that answer
LOADS = (("book", "bookings 20/s", 20), ("page", "pages 50/s", 50))


def rows(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """One row for each measurement and database."""
    parser = argparse.ArgumentParser(prog="run.py bench bookings")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=20, help="how long each load lasts")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    asked, _door = parser.parse_known_args(list(arguments))
    found: list[dict[str, Any]] = []
    for engine, url in databases(asked.only):
        with url() as address:
            found += _on(engine, address, asked)
    return found


def databases(only: str | None) -> Iterator[tuple[str, Callable[[], Any]]]:
    """SQLite in a folder, PostgreSQL on a server of its own where there is one."""
    if only != "postgresql":
        yield "sqlite", _no_server
    if only != "sqlite":
        try:
            with private_server() as server:
                yield "postgresql", lambda: _given(server)
        except PostgresMissing as problem:
            print(f"postgresql left out: {problem}")


@contextmanager
def _no_server() -> Iterator[str]:
    yield ""


@contextmanager
def _given(server: str) -> Iterator[str]:
    yield server


def _on(engine: str, server: str, asked: argparse.Namespace) -> list[dict[str, Any]]:
    few, seed = -(-asked.rounds // 5), asked.seed
    with tempfile.TemporaryDirectory(prefix="zwischenraum-bench-") as folder, built(Path(folder), server) as town:
        found = []
        with serving(town, SERVERS) as homes:
            if asked.rounds:
                found.append(_row(engine, "race", asked.rounds, seed, lambda: race(town, homes, asked.rounds, seed)))
            for what, name, per_s in LOADS if asked.seconds else ():
                measure = partial(load, town, homes, what, per_s, asked.seconds)
                found.append(_row(engine, name, 1, seed, measure))
        if asked.kills:
            found.append(_row(engine, "kill -9", asked.kills, seed, lambda: kills(town, asked.kills, seed)))
        if few:
            found.append(_row(engine, "control", few, seed, lambda: control(town, few)))
    return found


def _row(engine: str, instance: str, rounds: int, seed: int, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    began, cpu = time.perf_counter(), _cpu_s()
    found = measure()
    return {
        "bench": "bookings", "instance": instance, "engine": engine, "seed": seed,
        "cores": len(os.sched_getaffinity(0)),
        "rounds": rounds, "cpu_s": round(_cpu_s() - cpu, 1), "wall_s": round(time.perf_counter() - began, 1), **found,
    }  # fmt: skip


def _cpu_s() -> float:
    return sum(resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def race(town: Town, homes: Sequence[str], rounds: int, seed: int) -> dict[str, Any]:
    """40 shops ask at the same moment for 5 places, each twice; 0 oversold, 0 lost, 0 underfilled."""
    chance = random.Random(seed)
    oversold = lost = underfilled = faults = doubled = 0
    for number in range(rounds):
        hub = town.new_hub(PLACES)
        losing = {one for one in range(CLIENTS) if chance.random() < LOST_ANSWERS}
        start = Barrier(CLIENTS)

        def client(
            one: int, hub: int = hub, number: int = number, losing: set[int] = losing, start: Barrier = start
        ) -> list[tuple[int, str]]:
            start.wait(60)
            sends = 3 if one in losing else 2
            return [
                town.book(homes[(one + send) % len(homes)], one, hub, key=f"{number}-{one}") for send in range(sends)
            ]

        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = list(pool.map(client, range(CLIENTS)))
        sold = town.sold(hub)
        told = {text for given in answers for status, text in given if status == 201}
        faults += sum(status >= 500 for given in answers for status, _ in given)
        oversold += max(0, sold - PLACES)
        underfilled += max(0, PLACES - sold)
        lost += len(told - town.references(hub))
        doubled += sum(len({text for status, text in given if status == 201}) > 1 for given in answers)
    wrong = town.wrong_counters()
    fine = not (oversold or lost or underfilled or faults or doubled or wrong)
    return {"valid": fine, "oversold": oversold, "lost": lost, "underfilled": underfilled, "doubled": doubled,
            "faults": faults, "wrong_counters": wrong}  # fmt: skip


def control(town: Town, rounds: int) -> dict[str, Any]:
    """The same race, looking and writing in two transactions, without CHECK: it must oversell, or the test is blind."""
    town.drop_check()
    oversold = 0
    for _ in range(rounds):
        oversold += max(0, town.careless_race(CLIENTS) - PLACES)
    return {"valid": oversold > 0, "oversold": oversold}


def load(town: Town, homes: Sequence[str], what: str, per_s: int, seconds: int) -> dict[str, Any]:
    """So many requests a second, each at its time whether the one before is answered or not."""
    hub = town.new_hub(10**6)
    for shop in range(
        CLIENTS
    ):  # a server that just started still loads the streets; its first answer is not the load's
        town.book(homes[shop % len(homes)], shop, hub, key=f"warm-{what}-{shop}")
    if what == "page":
        town.sign_in()
        for number in range(CLIENTS * 3):
            town.page(homes[number % len(homes)], number)
    target_ms = 500 if what == "book" else 200
    took: list[float] = []
    faults = 0

    def one(number: int, due: float) -> tuple[float, int]:
        time.sleep(max(0.0, due - time.perf_counter()))
        home = homes[number % len(homes)]
        status = (
            town.book(home, number % CLIENTS, hub, key=f"load-{number}")[0]
            if what == "book"
            else town.page(home, number)
        )
        return (time.perf_counter() - due) * 1000, status

    begins = time.perf_counter() + 0.2
    with ThreadPoolExecutor(64) as pool:
        asked = [pool.submit(one, number, begins + number / per_s) for number in range(per_s * seconds)]
        for answer in asked:
            ms, status = answer.result()
            took.append(ms)
            faults += status not in (200, 201)
    p95 = statistics.quantiles(took, n=20)[-1]
    return {"valid": faults == 0, "requests": len(took), "p50_ms": round(statistics.median(took)), "p95_ms": round(p95),
            "max_ms": round(max(took)), "faults": faults, "target": f"p95 < {target_ms} ms",
            "ok": p95 < target_ms}  # fmt: skip


def kills(town: Town, rounds: int, seed: int) -> dict[str, Any]:
    """kill -9 of the server at random moments: every acknowledged booking is there, once, and the file is sound.

    The moment lies up to a second and a half after the first acknowledgement, so that there is something to lose.
    """
    chance = random.Random(seed)
    hub = town.new_hub(10**6)
    told: set[str] = set()
    back: list[float] = []
    for number in range(rounds):
        with town.process() as server:
            began = time.perf_counter()
            server.wait_until_up()
            back.append(time.perf_counter() - began)
            with ThreadPoolExecutor(8) as pool:
                first = Event()
                asked = [
                    pool.submit(town.book_until_dead, server.home, one, hub, f"k{number}-{one}", first)
                    for one in range(8)
                ]
                first.wait(60)
                time.sleep(chance.uniform(0.0, 1.5))
                server.kill()
                for answer in asked:
                    told |= answer.result()
    kept = town.references(hub)
    lost, wrong = len(told - kept), town.wrong_counters()
    fine = len(told) >= rounds and not (lost or wrong or not town.sound())
    return {"valid": fine, "acknowledged": len(told), "lost": lost,
            "wrong_counters": wrong, "up_again_s": round(max(back), 1)}  # fmt: skip
