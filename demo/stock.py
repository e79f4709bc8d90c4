"""Shops from an OpenStreetMap file become the stock of the demo; what the map does not say is made from a seed.

Whatever is made up is named in ``Unit.invented``, and pages mark it as erfunden.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from demo.goods import distance_m
from leerstand.kinds import Category, Floor, Heritage, Ring, Side, SpellKind, UseType, Visibility, Zone
from leerstand.models import Occupancy, StreetAxis, Unit
from leerstand.nearby import nearest_address
from routing.streets.model import Point
from routing.streets.places import Address, Places, Shop

SEED = 1371  # the year of a battle in the streets of Lüneburg; any number would do
LEAST_SHOPS = 40
LEAST_EMPTY = 12
THREATENED = 3  # leases that end soon
INTERIM = 2  # interim uses that run already
HUB_ROOMS = 3  # empty shops that would do for a micro-hub
DIVISIBLE_M2 = 115  # from here on an invented shop may be divided
STEP_M = 18  # between two invented shop fronts
ASIDE_M = 7  # of an invented shop from the middle of its street
RENT_CENTS_M2 = {1: 1900, 2: 1500, 3: 1150, 4: 900, 5: 700}  # asked for empty shops by grade; invented
CATEGORIES = {
    **dict.fromkeys(("bakery", "butcher", "supermarket", "convenience", "beverages", "deli"), Category.FOOD),
    **dict.fromkeys(("hairdresser", "travel_agency", "optician", "dry_cleaning", "laundry"), Category.SERVICE),
    **dict.fromkeys(("bicycle", "tailor", "shoemaker", "jeweller", "craft"), Category.CRAFT),
    **dict.fromkeys(("art", "books", "music"), Category.CULTURE),
    **dict.fromkeys(("cafe", "restaurant", "fast_food", "ice_cream", "bar", "pub"), Category.GASTRONOMY),
}


def widened(
    places: Places, street_at: Callable[[Point], str], chance: random.Random
) -> tuple[list[Shop], frozenset[str]]:
    """The shops of the map; where there are few, more along its pedestrian streets, and enough empty ones.

    Also the ids of those that stand empty only because the demo wants it so.
    """
    address_near = nearest_address(places.addresses)
    located = (on_its_street(shop, address_near, street_at) for shop in places.shops)
    shops = [shop for shop in located if shop.street]
    if len(shops) < LEAST_SHOPS:
        shops += invented_shops(places, LEAST_SHOPS - len(shops), taken=[shop.point for shop in shops])
    missing = LEAST_EMPTY - sum(shop.vacant for shop in shops)
    occupied = [number for number, shop in enumerate(shops) if not shop.vacant]
    emptied = chance.sample(occupied, min(max(0, missing), len(occupied)))
    for number in emptied:
        shops[number] = replace(shops[number], vacant=True, name="")
    return shops, frozenset(shops[number].osm_id for number in emptied)


def invented_shops(places: Places, count: int, *, taken: Sequence[Point]) -> list[Shop]:
    """Shop fronts on both sides of the named pedestrian streets, the longest streets first."""
    lines = sorted(places.pedestrian_streets, key=lambda street: -length_m(street[1]))
    free = (
        Shop(f"x{street}{number}", "", "", street, str(number), point, False, None, None)
        for street, line in lines
        for number, point in enumerate(fronts(line), start=1)
    )
    chosen: list[Shop] = []
    for shop in free:
        if len(chosen) == count:
            break
        if all(distance_m(shop.point, other) > ASIDE_M for other in taken):
            chosen.append(shop)
    return chosen


def fronts(line: Sequence[Point]) -> Iterable[Point]:
    """Points at both sides of a street, one after the other: odd left, even right."""
    for a, b in pairwise(line):
        along_m = distance_m(a, b)
        for step in range(int(along_m // STEP_M)):
            share = (step + 0.5) * STEP_M / along_m
            middle = (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
            stretch = math.cos(math.radians(a[0]))
            north, east = (b[0] - a[0]), (b[1] - a[1]) * stretch
            size = math.hypot(north, east) or 1.0
            aside = ASIDE_M / 111_195.0
            for sign in (1, -1):
                yield (middle[0] + sign * aside * east / size, middle[1] - sign * aside * north / size / stretch)


def length_m(line: Sequence[Point]) -> float:
    """Metres along a line."""
    return sum(distance_m(a, b) for a, b in pairwise(line))


@dataclass(frozen=True)
class Stock:
    """What is to be kept: streets, shops with their spells, and which of them stand empty."""

    axes: list[StreetAxis]
    units: list[Unit]

    def empty(self, today: date) -> list[Unit]:
        """The shops where nobody is."""
        return [unit for unit in self.units if not any(holds(spell, today) and spell.active for spell in unit.spells)]


def holds(spell: Occupancy, today: date) -> bool:
    """Whether a spell runs on that day."""
    return spell.starts <= today and (spell.ends is None or today < spell.ends)


def stock(places: Places, today: date, street_at: Callable[[Point], str], *, seed: int = SEED) -> Stock:
    """The stock of a town, ready to be kept; ``street_at`` names the street at a point, or ""."""
    chance = random.Random(seed)
    shops, made_empty = widened(places, street_at, chance)
    core = middle_of([shop.point for shop in shops])
    streets: dict[str, list[Shop]] = {}
    for shop in shops:
        streets.setdefault(shop.street, []).append(shop)
    order = sorted(streets, key=lambda name: (-min(len(streets[name]), 4), nearest_m(streets[name], core), name))
    axes = [StreetAxis(name=name, rank=rank) for rank, name in enumerate(order)]
    reach = sorted(distance_m(shop.point, core) for shop in shops)
    units = [
        made_unit(shop, axis, position, core, reach, chance)
        for axis in axes
        for shop, position in along(streets[axis.name], core)
    ]
    made_of = zip(units, in_order(axes, streets, core), strict=True)
    give_spells(units, {unit.external_ref: shop for unit, shop in made_of}, today, chance)
    for unit in units:
        if (unit.external_ref or "").removeprefix("osm:") in made_empty:
            unit.invented = [*unit.invented, "vacancy"]
    fit_for_hubs([unit for unit in units if unit.spells[-1].kind == SpellKind.VACANCY])
    return Stock(axes, units)


def on_its_street(
    shop: Shop, address_near: Callable[[Point], Address | None], street_at: Callable[[Point], str]
) -> Shop:
    """The shop with an address: its own, that of the nearest house, or at least the street it stands in."""
    if shop.street:
        return shop
    if (near := address_near(shop.point)) is not None:
        return replace(shop, street=near.street, housenumber=near.housenumber)
    return replace(shop, street=street_at(shop.point))


def in_order(axes: list[StreetAxis], streets: dict[str, list[Shop]], core: Point) -> list[Shop]:
    """The shops as the units stand."""
    return [shop for axis in axes for shop, _ in along(streets[axis.name], core)]


def middle_of(points: Sequence[Point]) -> Point:
    """The point that half of the shops lie north of, and half east of."""
    lats, lons = sorted(point[0] for point in points), sorted(point[1] for point in points)
    return lats[len(lats) // 2], lons[len(lons) // 2]


def nearest_m(shops: Sequence[Shop], core: Point) -> float:
    """How near a street comes to the core."""
    return min(distance_m(shop.point, core) for shop in shops)


def along(shops: Sequence[Shop], core: Point) -> list[tuple[Shop, int]]:
    """The shops of one street in order from its core end outward, with the metres from there."""
    start = min(shops, key=lambda shop: distance_m(shop.point, core)).point
    far = max(shops, key=lambda shop: distance_m(shop.point, start)).point
    whole = distance_m(start, far) or 1.0
    stretch = math.cos(math.radians(start[0]))
    direction = ((far[0] - start[0]), (far[1] - start[1]) * stretch)
    size = math.hypot(*direction) or 1.0

    def metres(shop: Shop) -> int:
        offset = ((shop.point[0] - start[0]), (shop.point[1] - start[1]) * stretch)
        share = (offset[0] * direction[0] + offset[1] * direction[1]) / size / size
        return max(0, round(share * whole))

    return sorted(((shop, metres(shop)) for shop in shops), key=lambda pair: (pair[1], pair[0].housenumber))


def made_unit(
    shop: Shop, axis: StreetAxis, position_m: int, core: Point, reach: Sequence[float], chance: random.Random
) -> Unit:
    """One shop with everything that the rules ask for; made-up fields are named."""
    outward = sum(distance <= distance_m(shop.point, core) for distance in reach) / len(reach)
    grade = min(5, 1 + int(outward * 5))
    invented = ["rent_cents_m2", "step_free", "door_width_cm", "power_kw", "baunvo_zone", "heritage", "owner_id"]
    invented += ["own_entrance", "light_from_two_sides", "second_exit", "divisible", "shareable"]
    area_m2 = shop.area_m2 or round(min(400, max(28, 80 * math.exp(chance.gauss(0, 0.5)))))
    frontage_m = shop.frontage_m or round(math.sqrt(area_m2) * 0.8, 1)
    invented += ["area_m2"] if not shop.area_m2 else []
    invented += ["frontage_m"] if not shop.frontage_m else []
    beside = random.Random(f"{SEED} {shop.osm_id}")  # so that what came later changes nothing that was there
    return Unit(
        external_ref=f"osm:{shop.osm_id}",
        name="" if shop.vacant else shop.name,
        street=shop.street,
        housenumber=shop.housenumber,
        lat=shop.point[0],
        lon=shop.point[1],
        axis=axis,
        position_m=position_m,
        side=side_of(shop),
        grade=grade,
        ring=Ring.CORE if grade <= 2 else Ring.EDGE if grade <= 4 else Ring.SUPPLEMENT,
        area_m2=area_m2,
        frontage_m=frontage_m,
        floor=Floor.GROUND,
        step_free=chance.random() < 0.6,
        door_width_cm=chance.choice((90, 90, 100, 110, 120, 140)),
        delivery_door=chance.random() < 0.4,
        water=chance.random() < 0.85,
        heating=chance.random() < 0.95,
        exhaust_air=chance.random() < 0.25,
        divisible=area_m2 >= DIVISIBLE_M2 and beside.random() < 0.8,
        min_part_m2=40 if area_m2 >= DIVISIBLE_M2 else None,
        shareable=beside.random() < 0.35,
        own_entrance=beside.random() < 0.6,
        light_from_two_sides=beside.random() < 0.6,
        second_exit=beside.random() < 0.5,
        power_kw=chance.choice((4, 6, 10, 15, 22)),
        baunvo_zone=Zone.MK if grade <= 3 else chance.choice((Zone.MU, Zone.MI)),
        heritage=chance.choices((Heritage.NONE, Heritage.ENSEMBLE, Heritage.MONUMENT), weights=(55, 30, 15))[0],
        rent_cents_m2=round(RENT_CENTS_M2[grade] * chance.uniform(0.65, 1.1) / 10) * 10,
        excluded_uses=[UseType.GASTRONOMY.value] if chance.random() < 0.12 else [],
        visibility=chance.choice((Visibility.PUBLIC, Visibility.PUBLIC, Visibility.COARSE)),
        source="OpenStreetMap",
        invented=invented,
    )


def side_of(shop: Shop) -> Side:
    """By the house number, as in most German towns."""
    digits = "".join(character for character in shop.housenumber if character.isdecimal())
    return Side.EVEN if digits and int(digits) % 2 == 0 else Side.ODD


def give_spells(units: list[Unit], shops: dict[str | None, Shop], today: date, chance: random.Random) -> None:
    """Who is in each shop, and since when; some leases end soon, some interim uses run already."""
    occupied = [unit for unit in units if not shops[unit.external_ref].vacant]
    soon = {unit.external_ref for unit in chance.sample(occupied, min(THREATENED, len(occupied)))}
    interim = {unit.external_ref for unit in chance.sample(occupied, min(INTERIM, len(occupied)))} - soon
    for unit in units:
        shop = shops[unit.external_ref]
        if shop.vacant:
            unit.spells = emptied(shop, today, chance)
        elif unit.external_ref in interim:
            unit.spells = [interim_use(today, chance)]
        else:
            ends = today + timedelta(days=chance.randrange(30, 170)) if unit.external_ref in soon else None
            unit.spells = [regular(shop, today - timedelta(days=chance.randrange(400, 7000)), ends)]


def emptied(shop: Shop, today: date, chance: random.Random) -> list[Occupancy]:
    """A shop that stands empty, and who was there before."""
    since = today - timedelta(days=round(min(1500, 60 + 240 * math.exp(chance.gauss(0, 0.8)))))
    before = regular(shop, since - timedelta(days=chance.randrange(700, 5000)), since)
    before.tenant = ""
    return [before, Occupancy(kind=SpellKind.VACANCY, starts=since, ends=None)]


def regular(shop: Shop, starts: date, ends: date | None) -> Occupancy:
    """A shop let in the ordinary way."""
    category = CATEGORIES.get(shop.kind, Category.RETAIL)
    return Occupancy(kind=SpellKind.REGULAR, category=category, tenant=shop.name, starts=starts, ends=ends)


def interim_use(today: date, chance: random.Random) -> Occupancy:
    """An interim use that runs already."""
    starts = today - timedelta(days=chance.randrange(30, 200))
    return Occupancy(
        kind=SpellKind.INTERIM,
        category=Category.CULTURE,
        use_type=UseType.STUDIO,
        tenant="Atelier auf Zeit",
        starts=starts,
        ends=today + timedelta(days=chance.randrange(60, 300)),
    )


def fit_for_hubs(empty: list[Unit]) -> None:
    """See to it that some of the empty shops could hold a micro-hub: level, with a wide door, not listed."""
    large = sorted(empty, key=lambda unit: (abs(unit.area_m2 - 110), unit.external_ref))
    for unit in large[:HUB_ROOMS]:
        unit.step_free, unit.door_width_cm, unit.delivery_door = True, 140, True
        unit.heritage, unit.excluded_uses, unit.power_kw = Heritage.NONE, [], max(unit.power_kw, 10)
