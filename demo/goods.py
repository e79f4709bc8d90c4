"""Invented orders of a day: where parcels go, how big they are, when they may arrive. Seeded: always the same."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from demo.people import FIRST_NAMES, LAST_NAMES
from routing.streets.model import Point
from routing.streets.places import Address

SEED = 20301231
WINDOW_RANKS = (0, 1, 2, 3, 4, 4, 5, 5)  # homes are more often reached late in the day
MEDIAN_LITRES = 8.0  # sizes are lognormal around 8 l and 1.5 kg with a tail to 31.5 kg, as parcel services report
MEDIAN_KG = 1.5
MAX_KG = 31.5
MAX_LITRES = 120.0
FARTHEST_M = 1200  # from the middle of the shops: what a cargo bike serves from a hub in the centre


@dataclass(frozen=True, slots=True)
class Order:
    """What an invented customer gets."""

    recipient: str
    street: str
    housenumber: str
    point: Point
    parcels: int
    weight_g: int
    volume_ml: int
    window_rank: int  # which of the day's delivery windows, from 0


def orders(addresses: Sequence[Address], centre: Point, count: int, *, seed: int = SEED) -> list[Order]:
    """``count`` orders to addresses around ``centre``; an address may get two when there are few."""
    chance = random.Random(seed)
    near = [address for address in addresses if address.street and distance_m(address.point, centre) <= FARTHEST_M]
    pool = sorted(near or addresses, key=lambda address: (address.street, address.housenumber, address.point))
    if not pool:
        return []
    chosen = chance.sample(pool, count) if len(pool) >= count else [chance.choice(pool) for _ in range(count)]
    return [_order(address, chance) for address in chosen]


def _order(address: Address, chance: random.Random) -> Order:
    parcels = chance.choices((1, 2, 3), weights=(78, 17, 5))[0]
    kg = sum(min(MAX_KG, MEDIAN_KG * math.exp(chance.gauss(0, 0.8))) for _ in range(parcels))
    litres = sum(min(MAX_LITRES, MEDIAN_LITRES * math.exp(chance.gauss(0, 0.7))) for _ in range(parcels))
    recipient = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
    return Order(
        recipient=recipient,
        street=address.street,
        housenumber=address.housenumber,
        point=address.point,
        parcels=parcels,
        weight_g=round(kg * 1000),
        volume_ml=round(litres * 1000),
        window_rank=chance.choice(WINDOW_RANKS),
    )


def distance_m(a: Point, b: Point) -> float:
    """Metres as the crow flies; enough for a town (equirectangular, WGS 84 mean radius)."""
    per_degree = 111_195.0
    north = (a[0] - b[0]) * per_degree
    east = (a[1] - b[1]) * per_degree * math.cos(math.radians((a[0] + b[0]) / 2))
    return math.hypot(north, east)
