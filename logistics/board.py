"""Rows put together as pages show them: a hub's day, the dispatcher's board, maps. Reads nothing, changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _

from logistics import outcomes, rules
from logistics.forecast import Forecast
from logistics.kinds import EventKind, Resource
from logistics.models import CourierEvent, DayPlan, Hub, Shipment, Stop, Tour, UnservedShipment
from logistics.rounds import Round, lines_of, rounds_of
from routing.message import N_, Message

MARK_OPEN, MARK_DONE = "stop", "done"
SPARE_DEG = 0.002  # of latitude: some 200 m
NEAR_DEG = 0.0004  # some 40 m: the way to the next stop fills the map


@dataclass(frozen=True, slots=True)
class HubFigures:
    """What passes through a hub on a day."""

    parcels: int
    weight_g: int
    volume_ml: int
    room_g: int
    room_ml: int
    percent: int  # of the scarcest room


def figures_of(hub: Hub, shipments: Sequence[Shipment]) -> HubFigures:
    """Add a hub's shipments up."""
    parcels = sum(one.parcels for one in shipments)
    weight_g, volume_ml = sum(one.weight_g for one in shipments), sum(one.volume_ml for one in shipments)
    room = rules.room_of(hub)
    taken = {Resource.PARCELS: parcels, Resource.WEIGHT_G: weight_g, Resource.VOLUME_ML: volume_ml}
    percent = round(100 * max(taken[name] / room[name] for name in taken))
    return HubFigures(parcels, weight_g, volume_ml, room[Resource.WEIGHT_G], room[Resource.VOLUME_ML], percent)


def loads(hub: Hub, plan: DayPlan | None) -> list[tuple[Tour, Round, list[Stop]]]:
    """What each bike of a hub loads for each round, the last stop first: so it lies at the bottom of the box."""
    tours = [tour for tour in plan.tours if tour.vehicle.hub_id == hub.id] if plan else []
    return [(tour, one, list(one.stops[::-1])) for tour in tours for one in rounds_of(tour)]


class Waiting(NamedTuple):
    """A shipment that no tour takes (ohne Rad): why, if the plan knows, and the smallest change that would help."""

    shipment: Shipment
    reason: Message | None
    helps: Message | None


def without_bike(shipments: Iterable[Shipment], plan: DayPlan | None) -> list[Waiting]:
    """Shipments that no tour takes; without a reason: booked after the plan was made, or there is no plan."""
    on_tour = {stop.shipment_id for tour in plan.tours for stop in tour.stops} if plan else set()
    left = {one.shipment_id: one for one in plan.unserved} if plan else {}
    return [
        Waiting(one, reason_of(left[one.id]), helps_of(left[one.id])) if one.id in left else Waiting(one, None, None)
        for one in shipments
        if one.id not in on_tour
    ]


def working_day(booked: Sequence[date], today: date) -> date:
    """The day whose work comes next: the first with bookings from today on, else today."""
    return booked[0] if booked else today


def outcome(stop: Stop) -> outcomes.Outcome:
    """What was reported at a stop."""
    return outcomes.outcome_of(stop.events)


@dataclass(frozen=True, slots=True)
class Board:
    """The dispatcher's figures of a day."""

    stops: int
    done: int
    late: int  # stops that will miss their window
    without: int


def counts(plan: DayPlan | None, waiting: Sequence[object], forecasts: Mapping[int, Forecast]) -> Board:
    """Count the stops of a day; late are those that will miss their window as things stand."""
    stops = [stop for tour in plan.tours for stop in tour.stops] if plan else []
    done = [stop for stop in stops if not outcome(stop).open]
    late = sum(len(one.late) for one in forecasts.values())
    return Board(len(stops), len(done), late, len(waiting))


def mark_of(
    plan: DayPlan | None, shipments: Sequence[Shipment], told: Mapping[int, Sequence[CourierEvent]], inbox: int,
    now_s: int | None,
) -> str:  # fmt: skip
    """A short word that changes whenever the board does; while bikes ride, every minute."""
    stops = [stop for tour in plan.tours for stop in tour.stops] if plan else []
    seen = [
        plan.number if plan else 0, [[one.id, one.status.value, one.revision] for one in shipments], inbox,
        sum(len(stop.events) for stop in stops), [stop.id for stop in stops if stop.held],
        sum(len(events) for events in told.values()), [tour.courier_id for tour in plan.tours] if plan else [],
        None if now_s is None else now_s // 60,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Axis:
    """A time axis for the tours of a day, from full hour to full hour; places in units of one minute."""

    starts_s: int
    ends_s: int

    @property
    def hours(self) -> list[int]:
        """The full hours on it, in seconds."""
        return list(range(self.starts_s, self.ends_s + 1, 3600))

    @property
    def width(self) -> int:
        """How long it is."""
        return (self.ends_s - self.starts_s) // 60

    def at(self, clock_s: int) -> float:
        """Where a clock time lies on it."""
        return round((clock_s - self.starts_s) / 60, 1)


def axis_of(tours: Sequence[Tour]) -> Axis:
    """The axis on which all tours of a day fit."""
    starts = min((tour.departs_s for tour in tours), default=8 * 3600) // 3600 * 3600
    ends = -(-max((tour.returns_s for tour in tours), default=18 * 3600) // 3600) * 3600
    return Axis(starts, max(ends, starts + 3600))


def tour_line(tour: Tour) -> list[list[float]]:
    """The whole ride of a tour as one line."""
    return [point for leg in lines_of(tour) for point in leg]


def stop_mark(stop: Stop, *, number: int, url: str = "", large: bool = False) -> dict[str, Any]:
    """A stop on a map: hollow while it is open, full when it is done."""
    address = stop.shipment.address
    mark: dict[str, Any] = {
        "kind": MARK_OPEN if outcome(stop).open else MARK_DONE,
        "point": [stop.shipment.lat, stop.shipment.lon],
        "number": number,
        "title": _("Stop %(number)d: %(address)s", number=number, address=address),
    }
    if large:
        mark |= {"large": True, "label": address}
    return mark | ({"url": url} if url else {})


def box(points: Iterable[tuple[float, float]], *, spare: float = SPARE_DEG) -> list[tuple[float, float]]:
    """Two corners around some points, with ``spare`` degrees around them; nothing around nothing."""
    all_points = list(points)
    if not all_points:
        return []
    lats, lons = [lat for lat, _lon in all_points], [lon for _lat, lon in all_points]
    return [
        (min(lats) - spare, min(lons) - 1.6 * spare),
        (max(lats) + spare, max(lons) + 1.6 * spare),
    ]


def hub_mark(hub: Hub) -> dict[str, Any]:
    """A hub on a map."""
    return {"kind": "hub", "point": [hub.lat, hub.lon], "title": hub.name}


def day_map(plan: DayPlan | None, hubs: Iterable[Hub]) -> dict[str, Any]:
    """Marks and lines of all tours of a day."""
    tours = plan.tours if plan else []
    lines = [
        {"kind": "tour", "number": number, "line": tour_line(tour), "title": bike_of(tour)}
        for number, tour in enumerate(tours, start=1)
    ]
    stops = [stop_mark(stop, number=stop.position) for tour in tours for stop in tour.stops]
    return {"marks": [*map(hub_mark, hubs), *stops], "lines": lines}


def tour_map(tour: Tour) -> dict[str, Any]:
    """The courier's own tour: the whole line, the way to the next stop, every stop."""
    following = next((stop for stop in tour.stops if outcome(stop).open), None)
    marks = [stop_mark(stop, number=stop.position, large=stop is following) for stop in tour.stops]
    walks = [
        {"kind": "walk", "line": [stop.line[-1], [stop.shipment.lat, stop.shipment.lon]], "title": ""}
        for stop in tour.stops
        if stop.line and stop.walk_m > 0
    ]
    whole = {"kind": "tour", "number": 1, "line": tour_line(tour), "title": bike_of(tour)}
    return {"marks": [hub_mark(tour.vehicle.hub), *marks], "lines": [whole, *walks]}


def bike_of(tour: Tour) -> str:
    """How a bike is called beside others: with its hub."""
    return f"{tour.vehicle.name}, {tour.vehicle.hub.name}"


def words_of(steps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Kept directions as sentences to be said in the language of the page."""
    return [{**step, "message": _said(**step)} for step in steps]


def _said(text: str, values: dict[str, Any], **_rest: object) -> Message:
    return Message(text, values)


def pushes_of(stop: Stop) -> list[dict[str, Any]]:
    """Where the courier has to get off on the way to a stop: street and metres."""
    return [
        {"street": step["street"], "metres": step["values"].get("metres", 0)}
        for step in stop.steps
        if step["manoeuvre"] == "dismount"
    ]


def reason_of(one: UnservedShipment) -> Message:
    """Why a shipment has no bike."""
    return Message(one.reason, one.reason_values)


def helps_of(one: UnservedShipment) -> Message | None:
    """The smallest change with which a bike could take it, as far as the planner found one."""
    return Message(one.helps, one.helps_values or {}) if one.helps else None


def bikes_beside(before: DayPlan, after: DayPlan) -> list[tuple[str, Tour | None, Tour | None]]:
    """Each bike's tour in two versions, by name."""
    old, new = ({bike_of(tour): tour for tour in plan.tours} for plan in (before, after))
    return [(name, old.get(name), new.get(name)) for name in sorted({*old, *new})]


KIND_WORDS = {
    EventKind.LOADED: N_("loaded"),
    EventKind.DEPARTED: N_("left the hub"),
    EventKind.ARRIVED: N_("at the door"),
    EventKind.DELIVERED: N_("delivered"),
    EventKind.TO_NEIGHBOUR: N_("with a neighbour"),
    EventKind.TO_LOCKER: N_("in a locker"),
    EventKind.FAILED: N_("not delivered"),
    EventKind.UNDONE: N_("taken back"),
    EventKind.NOTE: N_("note"),
    EventKind.BREAK_STARTED: N_("break begun"),
    EventKind.BREAK_ENDED: N_("break ended"),
    EventKind.REORDERED: N_("order of stops changed"),
    EventKind.RELOADED: N_("loaded again at the hub"),
    EventKind.RETURNED: N_("back at the hub"),
}


def kind_in_words(kind: str) -> str:
    """What a courier reported; a word that is none stays as it was sent."""
    return _(KIND_WORDS[EventKind(kind)]) if kind in set(EventKind) else kind[:40]
