"""Shops out of a street map become the stock. What the map does not say is made from a seed and marked as invented."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np
from sqlalchemy import select

from city import audit
from city.db import db
from leerstand.kinds import Category, Heritage, Ring, SpellKind, Visibility, Zone
from leerstand.models import Occupancy, Unit
from leerstand.services.stock import axis_named, side_of
from routing.streets.places import Places, Shop

METRES_PER_DEGREE = 111_195.0  # of latitude, on a sphere of 6,371 km
CORE_M = 250.0  # own assumption: so far from the middle of all shops reaches the core
AROUND_M = 450.0  # own assumption: beyond lies the edge
AXIS_SHOPS = 3  # a street with fewer shops is no shopping street
USUAL_AREA_M2 = (35, 60, 80, 110, 160)
CATEGORIES = {
    **dict.fromkeys(("supermarket", "bakery", "butcher", "convenience", "greengrocer", "deli", "wine"), Category.FOOD),
    **dict.fromkeys(("hairdresser", "beauty", "laundry", "dry_cleaning", "copyshop"), Category.SERVICE),
    **dict.fromkeys(("tailor", "jewelry", "shoe_repair", "locksmith", "watches", "frame"), Category.CRAFT),
    **dict.fromkeys(("art", "gallery", "books", "music", "musical_instrument", "antiques"), Category.CULTURE),
    **dict.fromkeys(("optician", "hearing_aids", "medical_supply", "chemist", "pharmacy"), Category.HEALTH),
    **dict.fromkeys(("cafe", "coffee", "ice_cream", "confectionery", "pastry"), Category.GASTRONOMY),
}


@dataclass(frozen=True)
class ImportReport:
    """What an import brought: new shops, how many of them empty, and how many were known already."""

    created: int
    vacant: int
    known: int


def import_stock(places: Places, *, today: date, seed: int = 1, vacant_at_least: int = 0) -> ImportReport:
    """Take the shops of a street map into the stock; one that is there already is left as the city has it.

    ``vacant_at_least``: where fewer shops stand empty, further ones are made
    empty (invented), chosen by the seed. Shops without a street get the nearest
    street that has shops. Runs in the caller's transaction.
    """
    known = set(db.session.scalars(select(Unit.external_ref)))
    shops = [shop for shop in places.shops if f"osm:{shop.osm_id}" not in known]
    if not shops:
        return ImportReport(0, 0, len(places.shops))
    rng = Random(seed)  # noqa: S311  example data, not a secret
    empty = _empty_shops(shops, vacant_at_least, rng)
    middle = _middle(places.shops)
    for street, members in sorted(_by_street(shops).items()):
        axis_id = axis_named(street).id if len(members) >= AXIS_SHOPS else None
        order = _along(members, middle)
        for number, (shop, position_m) in enumerate(zip(members, order, strict=True)):
            values = _values(shop, street, number, middle, rng)
            unit = Unit(axis_id=axis_id, position_m=position_m, **values)
            if shop.osm_id in empty and not shop.vacant:
                unit.invented = [*unit.invented, "vacancy"]
            unit.spells = [_spell(shop, empty, today, rng)]
            db.session.add(unit)
    db.session.flush()
    audit.record("stock imported", "unit", None, shops=len(shops))
    return ImportReport(len(shops), len(empty), len(places.shops) - len(shops))


def _empty_shops(shops: Sequence[Shop], at_least: int, rng: Random) -> set[str]:
    """Which shops stand empty: those the map says, and as many more as are wanted."""
    empty = {shop.osm_id for shop in shops if shop.vacant}
    others = sorted(shop.osm_id for shop in shops if not shop.vacant)
    missing = max(0, min(at_least - len(empty), len(others)))
    return empty | set(rng.sample(others, missing))


def _middle(shops: Sequence[Shop]) -> np.ndarray:
    """Where shops are densest, roughly: the median of all."""
    return np.median(np.array([shop.point for shop in shops]), axis=0)


def _metres(points: np.ndarray, origin: np.ndarray) -> np.ndarray:
    """(lat, lon) as metres north and east of an origin."""
    scale = np.array([METRES_PER_DEGREE, METRES_PER_DEGREE * np.cos(np.radians(origin[0]))])
    metres: np.ndarray = (points - origin) * scale
    return metres


def _by_street(shops: Sequence[Shop]) -> dict[str, list[Shop]]:
    """Shops by street; one whose street is not known belongs to that of the nearest shop."""
    named = [shop for shop in shops if shop.street]
    streets: dict[str, list[Shop]] = defaultdict(list)
    for shop in shops:
        street = shop.street or (_nearest(shop, named).street if named else "")
        streets[street or "Innenstadt"].append(shop)
    return streets


def _nearest(shop: Shop, others: Sequence[Shop]) -> Shop:
    here = np.array(shop.point)
    distances = np.linalg.norm(_metres(np.array([other.point for other in others]), here), axis=1)
    return others[int(distances.argmin())]


def _along(shops: Sequence[Shop], middle: np.ndarray) -> list[int]:
    """Metres of each shop along its street, counted from the end that lies nearer to the middle of town.

    The street runs along the main direction of its shops (first principal component).
    """
    points = _metres(np.array([shop.point for shop in shops]), middle)
    centre = points.mean(axis=0)
    direction = np.linalg.svd(points - centre, full_matrices=False)[2][0] if len(shops) > 1 else np.array([1.0, 0.0])
    along = (points - centre) @ direction
    if np.linalg.norm(points[along.argmin()]) > np.linalg.norm(points[along.argmax()]):
        along = -along
    return [round(float(metres)) for metres in along - along.min()]


def _values(shop: Shop, street: str, number: int, middle: np.ndarray, rng: Random) -> dict[str, Any]:
    """The columns of a shop: what the map says, and the rest made up."""
    away_m = float(np.linalg.norm(_metres(np.array([shop.point]), middle)[0]))
    ring = Ring.CORE if away_m < CORE_M else Ring.SUPPLEMENT if away_m < AROUND_M else Ring.EDGE
    grade = min(5, 1 + int(away_m // 120))
    area_m2 = shop.area_m2 or rng.choice(USUAL_AREA_M2)
    usual_m = max(4.0, min(18.0, area_m2**0.5 * rng.uniform(0.7, 1.1)))
    frontage_m = min(shop.frontage_m or usual_m, 40.0)
    made_up = ["rent_cents_m2", "technique", "law", "spells"]
    made_up += [] if shop.area_m2 else ["area_m2"]
    made_up += [] if shop.frontage_m else ["frontage_m"]
    made_up += [] if shop.housenumber else ["housenumber"]
    return {
        "external_ref": f"osm:{shop.osm_id}",
        "name": shop.name,
        "street": street,
        "housenumber": shop.housenumber or str(2 * number + 1),
        "lat": shop.point[0],
        "lon": shop.point[1],
        "side": side_of(shop.housenumber or str(2 * number + 1)),
        "grade": grade,
        "ring": ring,
        "area_m2": max(8, area_m2),
        "frontage_m": max(2.0, round(frontage_m, 1)),
        "step_free": rng.random() < 0.7,
        "door_width_cm": rng.choice((85, 90, 100, 125, 140)),
        "delivery_door": rng.random() < 0.5,
        "water": True,
        "heating": True,
        "exhaust_air": rng.random() < 0.25,
        "power_kw": rng.choice((4, 11, 20)),
        "baunvo_zone": Zone.MK if ring == Ring.CORE else rng.choice((Zone.MI, Zone.MU)),
        "heritage": rng.choice((Heritage.NONE, Heritage.NONE, Heritage.ENSEMBLE)),
        "rent_cents_m2": 100 * rng.randint(6, 12) + 100 * (5 - grade),
        "available_from": None,
        "available_until": None,
        "excluded_uses": [],
        "visibility": Visibility.COARSE,
        "source": "OpenStreetMap",
        "invented": made_up,
    }


def _spell(shop: Shop, empty: set[str], today: date, rng: Random) -> Occupancy:
    """Since when it is empty, or who is in it; the days are made up, the map knows none."""
    if shop.osm_id in empty:
        return Occupancy(kind=SpellKind.VACANCY, starts=today - timedelta(days=rng.randint(30, 900)), ends=None)
    return Occupancy(
        kind=SpellKind.REGULAR,
        category=CATEGORIES.get(shop.kind, Category.RETAIL),
        tenant=shop.name,
        starts=today - timedelta(days=rng.randint(200, 3600)),
        ends=None,
    )
