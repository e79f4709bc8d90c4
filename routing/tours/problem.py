"""What a day of tours consists of: hubs, vehicles, orders and the ways between them. Frozen, checked at the door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from routing.message import BadInput

MAX_ORDERS = 5_000
MAX_VEHICLES = 1_000
MAX_HUBS = 200
MAX_LOAD = 100_000_000  # g or ml: 100 t or 100 m³; keeps every sum of the solvers within 32 bits
MAX_TIME_S = 10_000_000  # about 115 days; published problems count thousandths of an hour
MAX_METRES = 10_000_000
MAX_RATE_CENTS = 1_000_000  # per hour or per km
MAX_PRICE_CENTS = 1_000_000_000
UNREACHABLE = -1


class Kind(StrEnum):
    """What happens at a stop: goods come from a hub (Zustellung) or go to one (Abholung)."""

    DELIVERY = "delivery"
    PICKUP = "pickup"


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """How one class of vehicle gets from each place to each other (Fahrzeiten und Wege).

    Parameters
    ----------
    seconds, metres
        Two n x n tables of whole numbers, row = from, column = to; zero on the
        diagonal, not necessarily symmetric (one-way streets); ``-1`` in both
        where there is no way. Kept as read-only int32.

    Raises
    ------
    BadInput
        If a table is not square, holds anything but whole numbers, or if only
        one of the two says that there is no way.
    """

    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", _table(self.seconds, "seconds", MAX_TIME_S))
        object.__setattr__(self, "metres", _table(self.metres, "metres", MAX_METRES))
        if self.seconds.shape != self.metres.shape:
            raise BadInput(
                "The table of seconds has %(seconds)s rows, the table of metres %(metres)s; both must be alike.",
                seconds=len(self.seconds),
                metres=len(self.metres),
            )
        half = np.argwhere((self.seconds < 0) != (self.metres < 0))
        if len(half):
            raise BadInput(
                "From place %(start)s to place %(end)s only one of the tables of seconds and metres knows a way.",
                start=int(half[0][0]),
                end=int(half[0][1]),
            )


@dataclass(frozen=True, slots=True)
class Hub:
    """Where vehicles start and end and goods change over (Hub).

    ``capacity_g`` and ``capacity_ml`` limit what passes through on this day:
    deliveries that start here plus pickups that end here. ``None``: no limit.
    """

    key: str
    place: int
    opens_s: int = 0
    closes_s: int = 86_400
    capacity_g: int | None = None
    capacity_ml: int | None = None

    def __post_init__(self) -> None:
        _key("hub", self.key)
        named = {"hub": self.key}
        _whole(self.opens_s, 0, MAX_TIME_S, "Hub %(hub)s opens at %(value)s s; allowed are 0 to %(high)s s.", named)
        _whole(self.closes_s, 0, MAX_TIME_S, "Hub %(hub)s closes at %(value)s s; allowed are 0 to %(high)s s.", named)
        _ordered(self.opens_s, self.closes_s, "Hub %(hub)s closes at %(ends)s, but opens at %(starts)s.", named)
        room = "Hub %(hub)s takes %(value)s g; allowed are 0 to %(high)s g, or no limit."
        if self.capacity_g is not None:
            _whole(self.capacity_g, 0, 50 * MAX_LOAD, room, named)
        room = "Hub %(hub)s takes %(value)s ml; allowed are 0 to %(high)s ml, or no limit."
        if self.capacity_ml is not None:
            _whole(self.capacity_ml, 0, 50 * MAX_LOAD, room, named)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle with its courier for one shift (Fahrzeug mit Schicht).

    ``cost_cents_h`` is paid from departure to return, riding, serving and
    waiting alike; ``cost_cents_use`` once if the vehicle leaves at all.
    ``range_m`` is how far it gets in one tour, ``longest_s`` how long one tour
    may last within the shift; ``None``: no limit.
    """

    key: str
    vehicle_class: str
    start_hub: str
    end_hub: str
    starts_s: int
    ends_s: int
    capacity_g: int
    capacity_ml: int
    cost_cents_h: int
    cost_cents_km: int
    range_m: int | None = None
    cost_cents_use: int = 0
    longest_s: int | None = None

    def __post_init__(self) -> None:
        _key("vehicle", self.key)
        v = {"vehicle": self.key}
        time = "The shift of vehicle %(vehicle)s begins or ends at %(value)s s; allowed are 0 to %(high)s s."
        _whole(self.starts_s, 0, MAX_TIME_S, time, v)
        _whole(self.ends_s, 0, MAX_TIME_S, time, v)
        _ordered(self.starts_s, self.ends_s, "The shift of %(vehicle)s ends at %(ends)s, but begins at %(starts)s.", v)
        load = "Vehicle %(vehicle)s carries %(value)s g; allowed are 0 to %(high)s g."
        _whole(self.capacity_g, 0, MAX_LOAD, load, v)
        load = "Vehicle %(vehicle)s carries %(value)s ml; allowed are 0 to %(high)s ml."
        _whole(self.capacity_ml, 0, MAX_LOAD, load, v)
        rate = "Vehicle %(vehicle)s costs %(value)s cents per hour or km; allowed are 0 to %(high)s."
        _whole(self.cost_cents_h, 0, MAX_RATE_CENTS, rate, v)
        _whole(self.cost_cents_km, 0, MAX_RATE_CENTS, rate, v)
        _whole(
            self.cost_cents_use,
            0,
            MAX_PRICE_CENTS,
            "Using vehicle %(vehicle)s costs %(value)s cents; allowed are 0 to %(high)s.",
            v,
        )
        far = "Vehicle %(vehicle)s has a range of %(value)s m; allowed are 0 to %(high)s m, or no limit."
        if self.range_m is not None:
            _whole(self.range_m, 0, 100 * MAX_METRES, far, v)
        if self.longest_s is not None:
            long = "A tour of vehicle %(vehicle)s may last %(value)s s; allowed are 0 to %(high)s s, or no limit."
            _whole(self.longest_s, 0, MAX_TIME_S, long, v)


@dataclass(frozen=True, slots=True)
class Window:
    """When an order may be served (Zeitfenster): the whole service lies in ``[opens_s, closes_s]``."""

    opens_s: int
    closes_s: int

    def __post_init__(self) -> None:
        text = "A window opens or closes at %(value)s s; allowed are 0 to %(high)s s."
        _whole(self.opens_s, 0, MAX_TIME_S, text, {})
        _whole(self.closes_s, 0, MAX_TIME_S, text, {})
        _ordered(self.opens_s, self.closes_s, "A window closes at %(ends)s, but opens at %(starts)s.", {})


@dataclass(frozen=True, slots=True)
class Order:
    """One stop: a delivery from a hub or a pickup to a hub (Auftrag).

    ``hub``: where the goods come from or go to; ``None``: any hub.
    ``windows``: one of them must hold the service; an empty tuple: at any time.
    ``release_s``: when the goods are ready, at the hub (delivery: the vehicle
    leaves no earlier) or at the stop (pickup: the service begins no earlier).
    ``price_unserved_cents``: what it costs to leave the order for another day.
    ``allowed_classes``: which vehicles may serve it, ``None``: every class.
    """

    key: str
    kind: Kind
    place: int
    hub: str | None
    load_g: int
    load_ml: int
    windows: tuple[Window, ...]
    service_s: int
    price_unserved_cents: int
    allowed_classes: frozenset[str] | None = None
    release_s: int = 0

    def __post_init__(self) -> None:
        _key("order", self.key)
        o = {"order": self.key}
        if self.kind not in set(Kind):
            raise BadInput("Order %(order)s is a “%(kind)s”; allowed are delivery and pickup.", **o, kind=self.kind)
        object.__setattr__(self, "kind", Kind(self.kind))
        object.__setattr__(self, "windows", tuple(sorted(self.windows, key=lambda w: (w.opens_s, w.closes_s))))
        weight = "Order %(order)s weighs %(value)s g; allowed are whole numbers from 0 to %(high)s g."
        _whole(self.load_g, 0, MAX_LOAD, weight, o)
        volume = "Order %(order)s takes up %(value)s ml; allowed are whole numbers from 0 to %(high)s ml."
        _whole(self.load_ml, 0, MAX_LOAD, volume, o)
        service = "Serving order %(order)s takes %(value)s s; allowed are whole numbers from 0 to %(high)s s."
        _whole(self.service_s, 0, MAX_TIME_S, service, o)
        price = "Leaving order %(order)s costs %(value)s cents; allowed are whole numbers from 0 to %(high)s."
        _whole(self.price_unserved_cents, 0, MAX_PRICE_CENTS, price, o)
        release = "Order %(order)s is ready at %(value)s s; allowed are whole numbers from 0 to %(high)s s."
        _whole(self.release_s, 0, MAX_TIME_S, release, o)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A day of tours.

    Parameters
    ----------
    places
        Number n of places; hubs and orders stand at places 0 to n-1, several
        may share one. Times are whole seconds since local midnight, loads
        grams and millilitres, money cents.
    travel
        One pair of n x n tables for each vehicle class in use.

    Raises
    ------
    BadInput
        If a key is used twice, a place, hub or class is unknown, a table has
        the wrong size, or there are more orders, vehicles or hubs than the
        limits of this module allow. No orders and no vehicles are allowed.
    """

    places: int
    travel: Mapping[str, Travel]
    hubs: tuple[Hub, ...]
    vehicles: tuple[Vehicle, ...]
    orders: tuple[Order, ...]
    hub_by_key: dict[str, Hub] = field(init=False, repr=False)
    vehicle_by_key: dict[str, Vehicle] = field(init=False, repr=False)
    order_by_key: dict[str, Order] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("hubs", "vehicles", "orders"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        _at_most(len(self.orders), MAX_ORDERS, "There are %(has)s orders; a plan takes at most %(limit)s.")
        _at_most(len(self.vehicles), MAX_VEHICLES, "There are %(has)s vehicles; a plan takes at most %(limit)s.")
        _at_most(len(self.hubs), MAX_HUBS, "There are %(has)s hubs; a plan takes at most %(limit)s.")
        object.__setattr__(self, "hub_by_key", _by_key(self.hubs))
        object.__setattr__(self, "vehicle_by_key", _by_key(self.vehicles))
        object.__setattr__(self, "order_by_key", _by_key(self.orders))
        self._check_tables()
        self._check_places()
        self._check_hubs()

    def _check_tables(self) -> None:
        for name, table in self.travel.items():
            if len(table.seconds) != self.places:
                raise BadInput(
                    "The travel table of %(vehicle_class)s has %(has)s rows, but there are %(places)s places.",
                    vehicle_class=name,
                    has=len(table.seconds),
                    places=self.places,
                )
        for vehicle in self.vehicles:
            if vehicle.vehicle_class not in self.travel:
                raise BadInput(
                    "Vehicle %(vehicle)s is a %(vehicle_class)s, but there is no travel table for this class.",
                    vehicle=vehicle.key,
                    vehicle_class=vehicle.vehicle_class,
                )

    def _check_places(self) -> None:
        stands = [(hub.key, hub.place) for hub in self.hubs] + [(order.key, order.place) for order in self.orders]
        for key, place in stands:
            text = "%(thing)s is at place %(value)s; there are only places 0 to %(high)s."
            _whole(place, 0, self.places - 1, text, {"thing": key})

    def _check_hubs(self) -> None:
        wanted = [(v.key, key) for v in self.vehicles for key in (v.start_hub, v.end_hub)]
        wanted += [(o.key, o.hub) for o in self.orders if o.hub is not None]
        for thing, key in wanted:
            if key not in self.hub_by_key:
                raise BadInput("%(thing)s belongs to hub %(hub)s, which does not exist.", thing=thing, hub=key)


Thing = TypeVar("Thing", Hub, Vehicle, Order)


def clock(seconds: int) -> str:
    """``38520`` as ``10:42``; what lies after midnight counts on: ``24:30``."""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}"


def _table(values: object, name: str, highest: int) -> NDArray[np.int32]:
    table = np.asarray(values)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise BadInput(
            "The table of %(name)s must be square, but has the shape %(shape)s.",
            name=name,
            shape=" × ".join(map(str, table.shape)),
        )
    if not np.issubdtype(table.dtype, np.integer):
        raise BadInput(
            "The table of %(name)s must hold whole numbers, but holds %(kind)s such as %(value)s.",
            name=name,
            kind=str(table.dtype),
            value=str(_oddest(table)),
        )
    wrong = np.argwhere((table < UNREACHABLE) | (table > highest))
    if len(wrong):
        start, end = map(int, wrong[0])
        raise BadInput(
            "The table of %(name)s holds %(value)s from place %(start)s to place %(end)s; "
            "allowed are 0 to %(high)s, or -1 for no way.",
            name=name,
            value=int(table[start, end]),
            start=start,
            end=end,
            high=highest,
        )
    if table.diagonal().any():
        place = int(np.flatnonzero(table.diagonal())[0])
        raise BadInput(
            "The table of %(name)s holds %(value)s from place %(place)s to itself; this must be 0.",
            name=name,
            value=int(table[place, place]),
            place=place,
        )
    table = np.array(table, dtype=np.int32, order="C")  # a copy: nobody changes it afterwards
    table.flags.writeable = False
    return table


def _oddest(table: np.ndarray) -> object:
    """The value that shows best what is wrong: NaN, else the first fraction, else any."""
    if not np.issubdtype(table.dtype, np.floating) or not table.size:
        return table.flat[0] if table.size else ""
    odd = table[np.isnan(table) | (table != np.floor(table))]
    return (odd if odd.size else table.ravel())[0]


def _key(kind: str, key: object) -> None:
    if not isinstance(key, str) or not key:
        raise BadInput("A %(kind)s has the key “%(key)s”; a key is a text that is not empty.", kind=kind, key=str(key))


def _whole(value: object, low: int, high: int, text: str, names: Mapping[str, object]) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise BadInput(text, **names, value=value, high=high)


def _ordered(starts: int, ends: int, text: str, names: Mapping[str, object]) -> None:
    if ends < starts:
        raise BadInput(text, **names, starts=clock(starts), ends=clock(ends))


def _at_most(has: int, limit: int, text: str) -> None:
    if has > limit:
        raise BadInput(text, has=has, limit=limit)


def _by_key(things: Iterable[Thing]) -> dict[str, Thing]:
    found: dict[str, Thing] = {}
    for thing in things:
        if thing.key in found:
            raise BadInput("The key %(key)s is used twice; each needs its own.", key=thing.key)
        found[thing.key] = thing
    return found
