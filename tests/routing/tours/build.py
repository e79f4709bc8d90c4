"""Small days of tours: valid as they are, so that a test names only what it is about."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np

from routing.tours.problem import Hub, Kind, Order, Problem, Vehicle, Window
from routing.tours.travel import Travel

HOUR = 3600


def line(places: int, *, seconds: int = 300, metres: int = 1000) -> Travel:
    """Places along one street, each ``seconds`` and ``metres`` from the next."""
    steps = np.abs(np.arange(places)[:, None] - np.arange(places)[None, :])
    return Travel(steps * seconds, steps * metres)


def ring(places: int, *, seconds: int = 300, metres: int = 1000) -> Travel:
    """Places along a one-way street that ends where it begins: one order of riding is the shortest."""
    steps = (np.arange(places)[None, :] - np.arange(places)[:, None]) % places
    return Travel(steps * seconds, steps * metres)


def shortest(day: Problem) -> Problem:
    """The same day where each way leads over other places if that is quicker, as ways in a town do."""
    return replace(day, travel={name: _shortest(travel) for name, travel in day.travel.items()})


def _shortest(travel: Travel) -> Travel:
    far = 1 << 40
    seconds, metres = (np.where(table < 0, far, table).astype(np.int64) for table in (travel.seconds, travel.metres))
    for over in range(len(seconds)):
        by_way_of = seconds[:, [over]] + seconds[[over], :]
        quicker = by_way_of < seconds
        metres = np.where(quicker, metres[:, [over]] + metres[[over], :], metres)
        seconds = np.minimum(seconds, by_way_of)
    lost = seconds >= far
    return Travel(np.where(lost, -1, seconds), np.where(lost, -1, metres))


def hub(key: str = "markt", place: int = 0, **more) -> Hub:
    return Hub(key, place, **{"opens_s": 6 * HOUR, "closes_s": 20 * HOUR} | more)


def vehicle(key: str = "bike-1", **more) -> Vehicle:
    usual: dict[str, Any] = {
        "vehicle_class": "cargo_bike",
        "start_hub": "markt",
        "end_hub": "markt",
        "starts_s": 8 * HOUR,
        "ends_s": 18 * HOUR,
        "capacity_g": 100_000,
        "capacity_ml": 600_000,
        "cost_cents_h": 2700,
        "cost_cents_km": 20,
    }
    return Vehicle(key, **usual | more)


def order(key: str = "bakery", place: int = 1, **more) -> Order:
    usual: dict[str, Any] = {
        "kind": Kind.DELIVERY,
        "hub": "markt",
        "load_g": 5_000,
        "load_ml": 20_000,
        "windows": (),
        "service_s": 120,
        "price_unserved_cents": 50_000,
    }
    return Order(key, place=place, **usual | more)


def problem(orders=(), vehicles=None, hubs=None, places: int = 6, travel=None) -> Problem:
    return Problem(
        places,
        travel or {"cargo_bike": line(places), "foot": line(places, seconds=900)},
        hubs or (hub(),),
        (vehicle(),) if vehicles is None else vehicles,
        orders,
    )


def a_day(
    seed: int,
    orders: int,
    *,
    vehicles: int = 3,
    hubs: int = 2,
    pickups: float = 0.3,
    windows: int = 1,
    prices: tuple[int, int] = (300, 5_000),
    limits: bool = False,
    releases: bool = True,
) -> Problem:
    """A random day with every feature: two classes, some ways one-way or missing, windows, releases, any-hub orders."""
    rng = random.Random(seed)
    places = hubs + orders
    points = [(rng.uniform(0, 3000), rng.uniform(0, 3000)) for _ in range(places)]
    metres = np.array([[int(1.3 * (abs(a - c) + abs(b - d))) for c, d in points] for a, b in points])
    bike = (metres / 4).astype(int) + (metres > 0) * np.array(
        [[rng.randrange(60) for _ in range(places)] for _ in range(places)]
    )
    foot = (metres / 1.2).astype(int)
    lost = np.array([[rng.random() < 0.02 and a != b for b in range(places)] for a in range(places)])
    bike[lost] = -1
    bike_metres = np.where(lost, -1, metres)
    travel = {"cargo_bike": Travel(bike, bike_metres), "foot": Travel(foot, metres)}
    hub_list = tuple(
        hub(
            f"hub-{i}",
            i,
            capacity_g=rng.randrange(20_000, 200_000) if limits and rng.random() < 0.5 else None,
            capacity_ml=rng.randrange(200_000, 900_000) if limits and rng.random() < 0.5 else None,
        )
        for i in range(hubs)
    )
    fleet = tuple(_vehicle(rng, i, hubs, limits) for i in range(vehicles))
    todo = tuple(_order(rng, i, hubs, pickups, windows, prices, releases) for i in range(orders))
    return Problem(places, travel, hub_list, fleet, todo)


def _vehicle(rng: random.Random, number: int, hubs: int, limits: bool) -> Vehicle:
    foot = rng.random() < 0.3
    home = f"hub-{number % hubs}"
    return vehicle(
        f"v-{number}",
        vehicle_class="foot" if foot else "cargo_bike",
        start_hub=home,
        end_hub=home if rng.random() < 0.8 else f"hub-{rng.randrange(hubs)}",
        starts_s=rng.choice((7, 8, 9)) * HOUR,
        ends_s=rng.choice((12, 14, 17)) * HOUR,
        capacity_g=60_000 if foot else rng.choice((100_000, 150_000)),
        capacity_ml=300_000 if foot else 600_000,
        cost_cents_h=rng.choice((0, 2400, 2900)),
        cost_cents_km=rng.choice((0, 20)) + 5,
        cost_cents_use=rng.choice((0, 0, 700)),
        longest_s=rng.choice((None, None, 2 * HOUR)),
        range_m=rng.choice((None, 9_000, 30_000)) if limits else None,
    )


def _order(
    rng: random.Random,
    number: int,
    hubs: int,
    pickups: float,
    windows: int,
    prices: tuple[int, int],
    releases: bool,
) -> Order:
    kind = Kind.PICKUP if rng.random() < pickups else Kind.DELIVERY
    opens = [rng.randrange(7 * 60, 15 * 60) * 60 for _ in range(windows)]
    return order(
        f"o-{number}",
        hubs + number,
        kind=kind,
        hub=None if rng.random() < 0.4 else f"hub-{rng.randrange(hubs)}",
        load_g=rng.randrange(1_000, 31_500),
        load_ml=rng.randrange(5_000, 120_000),
        windows=tuple(Window(t, t + rng.randrange(10, 180) * 60) for t in opens) if rng.random() < 0.7 else (),
        service_s=rng.randrange(60, 240),
        price_unserved_cents=rng.randrange(*prices),
        allowed_classes=rng.choice((None, None, frozenset({"cargo_bike"}), frozenset({"foot", "cargo_bike"}))),
        release_s=rng.choice((0, 0, 0, 9 * HOUR)) if releases else 0,
    )
