"""What a day of tours consists of: hubs, vehicles, orders and the ways between them. Frozen, checked at the door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, TypeVar

from routing.message import BadInput
from routing.tours.fields import (
    MAX_LOAD,
    MAX_METRES,
    MAX_PRICE_CENTS,
    MAX_RATE_CENTS,
    MAX_TIME_S,
    a_key,
    at_most,
    ordered,
    whole,
)
from routing.tours.plan import Break, Reload, Visit
from routing.tours.travel import Travel

MAX_ORDERS = 5_000
MAX_VEHICLES = 1_000
MAX_HUBS = 200
MAX_PARCELS = 10_000
MAX_SLOTS = 1_000  # a quarter of an hour
MAX_BATTERY_WH = 1_000_000


class Kind(StrEnum):
    """Where goods go: from a hub (Zustellung), to one (Abholung), or from door to door (Direktfahrt).

    Drops and reloads are no orders; they only stand in sequences of stops (``schedule.Step``).
    """

    DELIVERY = "delivery"
    PICKUP = "pickup"
    PAIR = "pair"
    DROP = "drop"
    RELOAD = "reload"


ORDERED = (Kind.DELIVERY, Kind.PICKUP, Kind.PAIR)


@dataclass(frozen=True, slots=True)
class Hub:
    """Where vehicles start and end and goods change over (Hub).

    ``capacity_g`` and ``capacity_ml`` limit what passes through on this day:
    deliveries that start here plus pickups that end here. ``dock_slots``: how
    many vehicles can load or unload in one quarter of an hour, counted by
    departures, returns and reloads. ``None``: no limit.
    """

    key: str
    place: int
    opens_s: int = 0
    closes_s: int = 86_400
    capacity_g: int | None = None
    capacity_ml: int | None = None
    dock_slots: int | None = None

    def __post_init__(self) -> None:
        a_key("hub", self.key)
        named = {"hub": self.key}
        whole(self.opens_s, 0, MAX_TIME_S, "Hub %(hub)s opens at %(value)s s; allowed are 0 to %(high)s s.", named)
        whole(self.closes_s, 0, MAX_TIME_S, "Hub %(hub)s closes at %(value)s s; allowed are 0 to %(high)s s.", named)
        ordered(self.opens_s, self.closes_s, "Hub %(hub)s closes at %(ends)s, but opens at %(starts)s.", named)
        room = "Hub %(hub)s takes %(value)s g; allowed are 0 to %(high)s g, or no limit."
        if self.capacity_g is not None:
            whole(self.capacity_g, 0, 50 * MAX_LOAD, room, named)
        room = "Hub %(hub)s takes %(value)s ml; allowed are 0 to %(high)s ml, or no limit."
        if self.capacity_ml is not None:
            whole(self.capacity_ml, 0, 50 * MAX_LOAD, room, named)
        docks = "Hub %(hub)s has %(value)s docks per quarter of an hour; allowed are 0 to %(high)s, or no limit."
        if self.dock_slots is not None:
            whole(self.dock_slots, 0, MAX_SLOTS, docks, named)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle with its courier for one shift (Fahrzeug mit Schicht).

    ``cost_cents_h`` is paid from departure to return, riding, serving and
    waiting alike; ``cost_cents_use`` once if the vehicle leaves at all.
    ``range_m`` is how far it gets in one tour, ``longest_s`` how long one tour
    may last within the shift; ``None``: no limit. ``battery_wh`` with
    ``wh_km`` limits the way as well. ``breaks``: the courier rests as § 4
    ArbZG demands; a break is not paid. ``worked_s``: how long the courier has
    worked before the tour without a break. ``reload_s``: how long unloading and
    loading takes when the vehicle comes back to its start hub for another
    round within its tour; ``None``: it never does.
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
    battery_wh: int | None = None
    wh_km: int = 0
    breaks: bool = False
    worked_s: int = 0
    reload_s: int | None = None

    @property
    def reach_m(self) -> int | None:
        """How far it gets in one tour, by range and battery; ``None``: no limit."""
        limits = [] if self.range_m is None else [self.range_m]
        if self.battery_wh is not None and self.wh_km:
            limits.append(self.battery_wh * 1000 // self.wh_km)
        return min(limits, default=None)

    def __post_init__(self) -> None:
        a_key("vehicle", self.key)
        v = {"vehicle": self.key}
        time = "The shift of vehicle %(vehicle)s begins or ends at %(value)s s; allowed are 0 to %(high)s s."
        whole(self.starts_s, 0, MAX_TIME_S, time, v)
        whole(self.ends_s, 0, MAX_TIME_S, time, v)
        ordered(self.starts_s, self.ends_s, "The shift of %(vehicle)s ends at %(ends)s, but begins at %(starts)s.", v)
        load = "Vehicle %(vehicle)s carries %(value)s g; allowed are 0 to %(high)s g."
        whole(self.capacity_g, 0, MAX_LOAD, load, v)
        load = "Vehicle %(vehicle)s carries %(value)s ml; allowed are 0 to %(high)s ml."
        whole(self.capacity_ml, 0, MAX_LOAD, load, v)
        rate = "Vehicle %(vehicle)s costs %(value)s cents per hour or km; allowed are 0 to %(high)s."
        whole(self.cost_cents_h, 0, MAX_RATE_CENTS, rate, v)
        whole(self.cost_cents_km, 0, MAX_RATE_CENTS, rate, v)
        whole(
            self.cost_cents_use,
            0,
            MAX_PRICE_CENTS,
            "Using vehicle %(vehicle)s costs %(value)s cents; allowed are 0 to %(high)s.",
            v,
        )
        far = "Vehicle %(vehicle)s has a range of %(value)s m; allowed are 0 to %(high)s m, or no limit."
        if self.range_m is not None:
            whole(self.range_m, 0, 100 * MAX_METRES, far, v)
        if self.longest_s is not None:
            long = "A tour of vehicle %(vehicle)s may last %(value)s s; allowed are 0 to %(high)s s, or no limit."
            whole(self.longest_s, 0, MAX_TIME_S, long, v)
        if self.battery_wh is not None:
            battery = "The battery of %(vehicle)s holds %(value)s Wh; allowed are 0 to %(high)s Wh, or no limit."
            whole(self.battery_wh, 0, MAX_BATTERY_WH, battery, v)
        whole(self.wh_km, 0, MAX_BATTERY_WH, "%(vehicle)s uses %(value)s Wh per km; allowed are 0 to %(high)s.", v)
        worked = "The courier of %(vehicle)s has worked for %(value)s s; allowed are 0 to %(high)s s."
        whole(self.worked_s, 0, MAX_TIME_S, worked, v)
        if self.reload_s is not None:
            reload = "Reloading %(vehicle)s takes %(value)s s; allowed are 0 to %(high)s s, or no reloading."
            whole(self.reload_s, 0, MAX_TIME_S, reload, v)


@dataclass(frozen=True, slots=True)
class Window:
    """When an order may be served (Zeitfenster): the whole service lies in ``[opens_s, closes_s]``."""

    opens_s: int
    closes_s: int

    def __post_init__(self) -> None:
        text = "A window opens or closes at %(value)s s; allowed are 0 to %(high)s s."
        whole(self.opens_s, 0, MAX_TIME_S, text, {})
        whole(self.closes_s, 0, MAX_TIME_S, text, {})
        ordered(self.opens_s, self.closes_s, "A window closes at %(ends)s, but opens at %(starts)s.", {})


@dataclass(frozen=True, slots=True)
class Drop:
    """Where the goods of a pair are brought (Ziel einer Direktfahrt), after they were taken on, by the same vehicle."""

    place: int
    windows: tuple[Window, ...] = ()
    service_s: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "windows", tuple(sorted(self.windows, key=lambda w: (w.opens_s, w.closes_s))))
        service = "Handing over takes %(value)s s; allowed are whole numbers from 0 to %(high)s s."
        whole(self.service_s, 0, MAX_TIME_S, service, {})


@dataclass(frozen=True, slots=True)
class Order:
    """One stop: a delivery from a hub or a pickup to a hub (Auftrag).

    ``hub``: where the goods come from or go to; ``None``: any hub.
    ``windows``: one of them must hold the service; an empty tuple: at any time.
    ``release_s``: when the goods are ready, at the hub (delivery: the vehicle
    leaves no earlier) or at the stop (pickup: the service begins no earlier).
    ``price_unserved_cents``: what it costs to leave the order for another day.
    ``allowed_classes``: which vehicles may serve it, ``None``: every class;
    ``only_vehicles`` and ``not_vehicles`` name single ones. The service takes
    ``service_s`` and ``parcel_s`` more for each of the ``parcels``.
    ``drop``: where a pair is brought.
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
    parcels: int = 1
    parcel_s: int = 0
    only_vehicles: frozenset[str] | None = None
    not_vehicles: frozenset[str] = frozenset()
    drop: Drop | None = None
    KINDS: ClassVar[tuple[Kind, ...]] = ORDERED

    @property
    def stop_s(self) -> int:
        """How long the whole service takes."""
        return self.service_s + self.parcels * self.parcel_s

    def __post_init__(self) -> None:
        a_key("order", self.key)
        o = {"order": self.key}
        if self.kind not in self.KINDS:
            raise BadInput(
                "Order %(order)s is a “%(kind)s”; allowed are delivery, pickup and pair.", **o, kind=self.kind
            )
        object.__setattr__(self, "kind", Kind(self.kind))
        object.__setattr__(self, "windows", tuple(sorted(self.windows, key=lambda w: (w.opens_s, w.closes_s))))
        weight = "Order %(order)s weighs %(value)s g; allowed are whole numbers from 0 to %(high)s g."
        whole(self.load_g, 0, MAX_LOAD, weight, o)
        volume = "Order %(order)s takes up %(value)s ml; allowed are whole numbers from 0 to %(high)s ml."
        whole(self.load_ml, 0, MAX_LOAD, volume, o)
        service = "Serving order %(order)s takes %(value)s s; allowed are whole numbers from 0 to %(high)s s."
        whole(self.service_s, 0, MAX_TIME_S, service, o)
        price = "Leaving order %(order)s costs %(value)s cents; allowed are whole numbers from 0 to %(high)s."
        whole(self.price_unserved_cents, 0, MAX_PRICE_CENTS, price, o)
        release = "Order %(order)s is ready at %(value)s s; allowed are whole numbers from 0 to %(high)s s."
        whole(self.release_s, 0, MAX_TIME_S, release, o)
        many = "Order %(order)s has %(value)s parcels; allowed are whole numbers from 0 to %(high)s."
        whole(self.parcels, 0, MAX_PARCELS, many, o)
        each = "Each parcel of order %(order)s takes %(value)s s; allowed are whole numbers from 0 to %(high)s s."
        whole(self.parcel_s, 0, MAX_TIME_S // MAX_PARCELS, each, o)
        if (self.kind is Kind.PAIR) != (self.drop is not None):
            raise BadInput("Order %(order)s is a %(kind)s; a pair has a drop, and only a pair.", **o, kind=self.kind)
        if self.kind is Kind.PAIR and self.hub is not None:
            raise BadInput(
                "Order %(order)s is a pair and belongs to hub %(hub)s; a pair has no hub.", **o, hub=self.hub
            )


@dataclass(frozen=True, slots=True)
class Locked:
    """What a vehicle has already done on this day, and what it carries (Fester Anfang); nothing of it can change.

    ``visits``: stops that are over or that it is on its way to. From
    ``free_s`` on it can go elsewhere, from the place of the last of them.
    ``aboard``: deliveries that left the hub with it, delivered or not, no
    other delivery can join them in this round; and pairs whose goods are on
    board now. ``failed``: orders among ``visits`` whose goods were not handed
    over and stay on board; of a pair its last stop failed. ``breaks``: rests that
    are over. ``reloads``: when it was back at its hub for more. ``at_hub``: the
    last of these is still to come; from ``free_s`` on the vehicle is there, empty,
    and may load again. ``begun``: how many of ``visits`` are over or being ridden
    to, where more are locked because a reload waits behind them; ``None``: all.
    """

    vehicle: str
    departs_s: int
    visits: tuple[Visit, ...]
    free_s: int
    aboard: frozenset[str]
    failed: frozenset[str] = frozenset()
    breaks: tuple[Break, ...] = ()
    reloads: tuple[Reload, ...] = ()
    at_hub: bool = False
    begun: int | None = None


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
    locked
        What has already happened on this day, at most once for each vehicle.

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
    locked: tuple[Locked, ...] = ()
    hub_by_key: dict[str, Hub] = field(init=False, repr=False)
    vehicle_by_key: dict[str, Vehicle] = field(init=False, repr=False)
    order_by_key: dict[str, Order] = field(init=False, repr=False)
    lock_of: dict[str, Locked] = field(init=False, repr=False)
    named_vehicles: frozenset[str] = field(init=False, repr=False)  # by an order: no other can stand in for them

    def __post_init__(self) -> None:
        for name in ("hubs", "vehicles", "orders", "locked"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        at_most(len(self.orders), MAX_ORDERS, "There are %(has)s orders; a plan takes at most %(limit)s.")
        at_most(len(self.vehicles), MAX_VEHICLES, "There are %(has)s vehicles; a plan takes at most %(limit)s.")
        at_most(len(self.hubs), MAX_HUBS, "There are %(has)s hubs; a plan takes at most %(limit)s.")
        object.__setattr__(self, "hub_by_key", _by_key(self.hubs))
        object.__setattr__(self, "vehicle_by_key", _by_key(self.vehicles))
        object.__setattr__(self, "order_by_key", _by_key(self.orders))
        object.__setattr__(self, "lock_of", {lock.vehicle: lock for lock in self.locked})
        named = {v for order in self.orders for v in (*(order.only_vehicles or ()), *order.not_vehicles)}
        object.__setattr__(self, "named_vehicles", frozenset(named))
        self._check_tables()
        self._check_places()
        self._check_hubs()
        self._check_vehicles()

    def _check_tables(self) -> None:
        for name, tables in self.travel.items():
            if len(tables.seconds) != self.places:
                raise BadInput(
                    "The travel table of %(vehicle_class)s has %(has)s rows, but there are %(places)s places.",
                    vehicle_class=name,
                    has=len(tables.seconds),
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
        stands += [(order.key, order.drop.place) for order in self.orders if order.drop]
        for key, place in stands:
            text = "%(thing)s is at place %(value)s; there are only places 0 to %(high)s."
            whole(place, 0, self.places - 1, text, {"thing": key})

    def _check_hubs(self) -> None:
        wanted = [(v.key, key) for v in self.vehicles for key in (v.start_hub, v.end_hub)]
        wanted += [(o.key, o.hub) for o in self.orders if o.hub is not None]
        for thing, key in wanted:
            if key not in self.hub_by_key:
                raise BadInput("%(thing)s belongs to hub %(hub)s, which does not exist.", thing=thing, hub=key)

    def _check_vehicles(self) -> None:
        """Every vehicle that an order or a lock names exists, and every order that a lock names."""
        named = [(o.key, v) for o in self.orders for v in (*(o.only_vehicles or ()), *o.not_vehicles)]
        named += [(f"locked tour {number}", lock.vehicle) for number, lock in enumerate(self.locked, start=1)]
        for thing, key in named:
            if key not in self.vehicle_by_key:
                raise BadInput("%(thing)s names vehicle %(vehicle)s, which does not exist.", thing=thing, vehicle=key)
        if len(self.lock_of) != len(self.locked):
            raise BadInput("A vehicle is locked twice; each has at most one tour behind it.")
        for lock in self.locked:
            for key in (*lock.aboard, *lock.failed, *(visit.order for visit in lock.visits)):
                if key not in self.order_by_key:
                    text = "The locked tour of %(vehicle)s names order %(order)s, which does not exist."
                    raise BadInput(text, vehicle=lock.vehicle, order=key)


Thing = TypeVar("Thing", Hub, Vehicle, Order)


def _by_key(things: Iterable[Thing]) -> dict[str, Thing]:
    found: dict[str, Thing] = {}
    for thing in things:
        if thing.key in found:
            raise BadInput("The key %(key)s is used twice; each needs its own.", key=thing.key)
        found[thing.key] = thing
    return found
