"""A city day from a seed: hubs, cargo bikes and handcarts, shops in the morning, homes in the evening. All invented."""

from __future__ import annotations

import random

import numpy as np

from routing.tours.problem import Hub, Kind, Order, Problem, Vehicle, Window
from routing.tours.travel import Travel

HOUR = 3600
DETOUR = 1.3  # ways in a town against the straight line; assumption
STOP_S, HOME_S = 150, 150  # service at a shop (120–180 s) and at a door; assumptions
MEDIAN_ML, MEDIAN_G = 8_000, 1_500  # lognormal parcel sizes, tail cut at 31.5 kg
#            km/h, kg, litres, range km, cents/h; payloads after citkar Loadster and ONO, the rest assumptions
CLASSES = {"cargo_bike": (15, 100, 600, 50, 2700), "heavy_bike": (13, 200, 2000, 60, 2900)}


def city(orders: int, seed: int = 1) -> Problem:
    """A day with about one hub per 170 orders and one bike with its shift per 24 orders.

    Four shops in ten are delivered before 11:00 or 13:00, homes from 16:00 to
    20:00 or at any time; one order in ten is a return to a hub.
    """
    rng = random.Random(seed)
    hubs = max(1, round(orders / 170))
    half = 600 + 60 * orders**0.5  # m: the area grows with the demand
    points = [(rng.gauss(0, half / 2), rng.gauss(0, half / 2)) for _ in range(hubs + orders)]
    gaps = np.abs(np.array(points)[:, None, :] - np.array(points)[None, :, :]).sum(2)
    metres = np.rint(gaps / 2 * DETOUR * 1.2).astype(int)
    travel = {name: Travel(np.rint(metres / kmh * 3.6).astype(int), metres) for name, (kmh, *_) in CLASSES.items()}
    hub_list = tuple(Hub(f"hub-{h}", h, 6 * HOUR, 21 * HOUR) for h in range(hubs))
    bikes = max(3, round(orders / 24))
    fleet = tuple(_bike(number, hubs) for number in range(bikes))
    stops = tuple(_stop(rng, number, hubs) for number in range(orders))
    return Problem(hubs + orders, travel, hub_list, fleet, stops)


def _bike(number: int, hubs: int) -> Vehicle:
    name = "heavy_bike" if number % 4 == 3 else "cargo_bike"
    _, kg, litres, range_km, cents_h = CLASSES[name]
    home, early = f"hub-{number % hubs}", number // hubs % 2 == 0
    starts, ends = (7 * HOUR, 15 * HOUR) if early else (12 * HOUR, 20 * HOUR + 1800)
    return Vehicle(
        f"bike-{number}",
        name,
        home,
        home,
        starts,
        ends,
        kg * 1000,
        litres * 1000,
        cents_h,
        10,
        range_m=range_km * 1000,
    )


def _stop(rng: random.Random, number: int, hubs: int) -> Order:
    shop, back = rng.random() < 0.4, rng.random() < 0.1
    parcels = 1 + int(rng.expovariate(0.8)) if shop else 1
    grams = sum(min(31_500, int(rng.lognormvariate(0, 0.9) * MEDIAN_G)) for _ in range(parcels))
    ml = sum(min(120_000, int(rng.lognormvariate(0, 0.8) * MEDIAN_ML)) for _ in range(parcels))
    windows: tuple[Window, ...] = ()
    if shop:
        windows = (Window(7 * HOUR, rng.choice((11, 13)) * HOUR),)
    elif rng.random() < 0.6:
        windows = (Window(16 * HOUR, 20 * HOUR),)
    return Order(
        f"order-{number}",
        Kind.PICKUP if back else Kind.DELIVERY,
        hubs + number,
        None if rng.random() < 0.5 else f"hub-{rng.randrange(hubs)}",
        grams,
        ml,
        windows,
        STOP_S if shop else HOME_S,
        price_unserved_cents=1_500,
    )
