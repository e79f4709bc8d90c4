"""Rows → Problem → Plan → rows: the only door to the solver. Here clocks become elapsed seconds, and back.

What comes out of the solver is checked again, and every leg is ridden on the street network before anything is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING

from city import clock
from city.settings import CitySettings
from logistics import rounds, rules
from logistics.kinds import RecipientKind, Ride
from logistics.models import Hub, HubVehicle, Shipment, Stop, Tour
from logistics.ways import PeriodOf, Wanted, Ways, ways
from routing.message import BadInput, Message
from routing.streets.model import Manoeuvre, Path, VehicleClass
from routing.tours import check, explain
from routing.tours.plan import Break, Plan, Reload
from routing.tours.plan import Tour as PlannedTour
from routing.tours.problem import Hub as ProblemHub
from routing.tours.problem import Kind, Order, Problem, Vehicle, Window

if TYPE_CHECKING:
    from routing.streets.network import Network  # numba takes two seconds to load: only where ways are asked

SOLVER = "routing.tours.solve:solve"
SEED = 1
DAY_S = 24 * 3600
MOST_HELPED = 20  # shipments without a bike for which the smallest change is looked for: some milliseconds each
_DIGITS = 6  # of a degree: about 0.1 m


@dataclass(frozen=True, slots=True)
class DayInput:
    """Everything the plan of a day is made from; ``version`` changes when any of it does."""

    day: date
    hubs: Sequence[Hub]
    shipments: Sequence[Shipment]
    settings: CitySettings
    settings_version: int
    streets: str  # names the street map

    @property
    def version(self) -> str:
        """A short digest of what counts."""
        bikes = [
            [bike.id, bike.vehicle_class, bike.starts_s, bike.ends_s, bike.payload_g, bike.volume_ml, reach]
            for hub in self.hubs
            for bike, reach in reaches(hub, self.day)
        ]
        orders = sorted([shipment.id, shipment.revision] for shipment in self.shipments)
        hours = sorted([hub.id, *(hub.hours_on(self.day) or ())] for hub in self.hubs)
        counts = [orders, sorted(bikes), hours, self.settings_version]
        text = json.dumps([self.day.isoformat(), *counts, self.streets])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Question:
    """The problem of a day, and what its keys and places stand for."""

    problem: Problem
    ways: Mapping[str, Ways]
    bikes: Mapping[str, HubVehicle]
    shipments: Mapping[str, Shipment]
    places: Mapping[str, int]  # of hubs and orders by key
    impossible: Mapping[str, Message]  # shipments that no tour can take, whatever else is planned


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked and ridden plan, as rows that are not in the database yet."""

    plan: Plan
    tours: list[Tour]
    unserved: dict[str, Message]
    helps: dict[str, Message]  # the smallest change with which a bike could take one of them
    metres: int


class PlanBroken(RuntimeError):
    """A plan that cannot be ridden: a defect of ours, never handed out."""


def elapsed_s(day: date, clock_s: int) -> int:
    """Seconds since midnight of the planned day when the clocks show ``clock_s``."""
    if clock_s >= DAY_S:
        return elapsed_s(day, DAY_S - 1) + 1
    return clock.elapsed_s(day, time(clock_s // 3600, clock_s % 3600 // 60, clock_s % 60))


def clock_s(day: date, elapsed: int) -> int:
    """What the clocks show then, in seconds since midnight of the planned day."""
    shown = clock.in_city(clock.moment_of(day, elapsed))
    days = (shown.date() - day).days
    return days * DAY_S + shown.hour * 3600 + shown.minute * 60 + shown.second


def question_of(given: DayInput, network: Network, period_of: PeriodOf, *, reloads: bool = False) -> Question:
    """The problem of a day: all hubs, all bikes, all shipments at once.

    Bikes may come back and load again where one load each may not be enough,
    or, with ``reloads``, anyway; looking for that where nobody needs it would
    only cost time.
    """
    bikes = {key_of(bike, hub): bike for hub in given.hubs for bike in hub.vehicles}
    placed, impossible = _on_the_map(given, network)
    classes = sorted({bike.vehicle_class for bike in bikes.values()})
    shift = _shift(given)
    wanted = [_wanted(given, shipment) for shipment in placed]
    tables = {
        name: ways(
            network,
            VehicleClass(name),
            [(h.lat, h.lon) for h in given.hubs],
            wanted,
            period_of,
            shift,
            pace_percent=given.settings.cargo_bike_pace_percent,
        )
        for name in classes
    }
    orders = []
    for place, shipment in enumerate(placed, start=len(given.hubs)):
        order = _order(given, shipment, place, tables[classes[0]]) if classes else None
        if isinstance(order, Order):
            orders.append(order)
        else:
            impossible[shipment.reference] = order or Message("There is no vehicle on this day.")
    hubs = [_hub(given.day, place, hub) for place, hub in enumerate(given.hubs)]
    problem = Problem(
        places=len(given.hubs) + len(placed),
        travel={name: table.travel for name, table in tables.items()},
        hubs=tuple(hubs),
        vehicles=tuple(
            _vehicle(given, key, bike, reloads=reloads or rounds.may_need_more(hub, given.shipments))
            for hub in given.hubs
            for bike in hub.vehicles
            for key in [key_of(bike, hub)]
        ),
        orders=tuple(orders),
    )
    places = {hub.key: hub.place for hub in hubs} | {order.key: order.place for order in orders}
    known = {shipment.reference: shipment for shipment in given.shipments}
    return Question(problem, tables, bikes, known, places, impossible)


def _hub(day: date, place: int, hub: Hub) -> ProblemHub:
    opens_s, closes_s = hub.hours_on(day) or (hub.opens_s, hub.closes_s)  # booked before it was closed on that day
    return ProblemHub(hub.name, place, elapsed_s(day, opens_s), elapsed_s(day, closes_s))


def key_of(bike: HubVehicle, hub: Hub) -> str:
    """How sentences name a bike."""
    return f"{bike.name} ({hub.name})"


def reaches(hub: Hub, day: date) -> list[tuple[HubVehicle, int | None]]:
    """The bikes of a hub and how many metres each gets with what is in its battery on a day; None: not known."""
    full = rules.full_again(hub, day)
    return [(bike, _reach_m(bike, full=bike.id in full)) for bike in hub.vehicles]


def _reach_m(bike: HubVehicle, *, full: bool) -> int | None:
    charge = 100 if full or bike.charge_percent is None else bike.charge_percent  # None: a row that is not kept yet
    return None if bike.range_m is None else bike.range_m * charge // 100


def _on_the_map(given: DayInput, network: Network) -> tuple[list[Shipment], dict[str, Message]]:
    """Shipments whose address lies on the map, and why the others do not (the map has changed since)."""
    placed, impossible = [], {}
    for shipment in given.shipments:
        try:
            network.snap((shipment.lat, shipment.lon), VehicleClass.CARGO_BIKE)
            placed.append(shipment)
        except BadInput as refusal:
            impossible[shipment.reference] = refusal.message
    return placed, impossible


def _shift(given: DayInput) -> tuple[int, int]:
    starts = [elapsed_s(given.day, bike.starts_s) for hub in given.hubs for bike in hub.vehicles]
    ends = [elapsed_s(given.day, bike.ends_s) for hub in given.hubs for bike in hub.vehicles]
    return min(starts, default=0), max(ends, default=DAY_S)


def _window(given: DayInput, shipment: Shipment) -> Window:
    opens, closes = shipment.window_opens_s, shipment.window_closes_s
    return Window(elapsed_s(given.day, opens), elapsed_s(given.day, closes))


def _wanted(given: DayInput, shipment: Shipment) -> Wanted:
    own = frozenset(place for place, hub in enumerate(given.hubs) if hub.id == shipment.hub_id)
    return Wanted((shipment.lat, shipment.lon), own, _window(given, shipment))


def _order(given: DayInput, shipment: Shipment, place: int, table: Ways) -> Order | Message:
    window = table.window(place, _window(given, shipment))
    hub = next((hub for hub in given.hubs if hub.id == shipment.hub_id), None)
    if isinstance(window, Message):
        return window
    if hub is None:
        return Message("Its hub is not open on this day.")
    if why := table.why_not(given.hubs.index(hub), place):
        return why
    numbers = given.settings
    stop_s = numbers.shop_service_s if shipment.recipient_kind == RecipientKind.BUSINESS else numbers.home_service_s
    return Order(
        key=shipment.reference,
        kind=Kind.PICKUP if shipment.ride == Ride.PICKUP else Kind.DELIVERY,
        place=place,
        hub=hub.name,
        load_g=shipment.weight_g,
        load_ml=shipment.volume_ml,
        windows=(window,),
        service_s=stop_s + numbers.parcel_service_s * shipment.parcels,
        price_unserved_cents=numbers.unserved_cents,
        release_s=0 if shipment.ride == Ride.PICKUP else elapsed_s(given.day, shipment.ready_s),
    )


def _vehicle(given: DayInput, key: str, bike: HubVehicle, *, reloads: bool) -> Vehicle:
    home = next(hub for hub in given.hubs if hub.id == bike.hub_id)
    return Vehicle(
        key=key,
        vehicle_class=bike.vehicle_class,
        start_hub=home.name,
        end_hub=home.name,
        starts_s=elapsed_s(given.day, bike.starts_s),
        ends_s=elapsed_s(given.day, bike.ends_s),
        capacity_g=bike.payload_g,
        capacity_ml=bike.volume_ml,
        cost_cents_h=given.settings.cargo_bike_cents_h,
        cost_cents_km=given.settings.cargo_bike_cents_km,
        range_m=_reach_m(bike, full=bike.id in rules.full_again(home, given.day)),
        breaks=True,
        reload_s=given.settings.reload_s if reloads else None,
    )


def answer_of(given: DayInput, question: Question, plan: Plan) -> Answer:
    """The plan as rows, every leg ridden. Raises PlanBroken for a plan that breaks the problem or a street's hours."""
    if broken := check.violations(question.problem, plan):
        raise PlanBroken("; ".join(map(str, broken[:5])))
    tours = [_tour(given, question, tour) for tour in plan.tours]
    unserved = dict(question.impossible) | {one.order: one.reason for one in plan.unserved}
    helps = explain.helpful(question.problem, plan, MOST_HELPED)
    return Answer(plan, tours, unserved, helps, sum(tour.metres for tour in tours))


def _tour(given: DayInput, question: Question, planned: PlannedTour) -> Tour:
    bike = question.bikes[planned.vehicle]
    table = question.ways[bike.vehicle_class]
    shipments = [question.shipments[visit.order] for visit in planned.visits]
    here, free_at = question.places[planned.start_hub], planned.departs_s
    hub, stops, comebacks = here, [], []
    for position, visit in enumerate(planned.visits, start=1):
        for reload in (one for one in planned.reloads if one.after == position - 1):
            to_hub = table.leg(here, hub)
            _may_be_ridden(table, here, hub, to_hub, free_at, reload.arrives_s)
            comebacks.append((reload, to_hub))
            here, free_at = hub, max([reload.departs_s, *_rests_behind(planned, position - 1, reload.departs_s)])
        there = question.places[visit.order]
        leg = table.leg(here, there)
        arrives = (
            visit.starts_s if there in table.hours else visit.arrives_s
        )  # rather wait before than in such a street
        _may_be_ridden(table, here, there, leg, free_at, arrives)
        stops.append(_stop(given, table, question.shipments[visit.order], there, position, leg, arrives, visit.starts_s,
                           visit.departs_s))  # fmt: skip
        back = min((one.departs_s for one in planned.reloads if one.after == position), default=1 << 60)
        rests = [ends for ends in _rests_behind(planned, position, 0) if ends <= back]
        here, free_at = there, max([visit.departs_s, *rests])
    home = question.places[planned.end_hub]
    back_home = table.leg(here, home)
    _may_be_ridden(table, here, home, back_home, free_at, planned.returns_s)
    return Tour(
        vehicle_id=bike.id,
        departs_s=clock_s(given.day, planned.departs_s),
        returns_s=clock_s(given.day, planned.returns_s),
        metres=planned.metres,
        cost_cents=planned.cost_cents,
        parcels=sum(shipment.parcels for shipment in shipments),
        load_g=sum(shipment.weight_g for shipment in shipments),
        load_ml=sum(shipment.volume_ml for shipment in shipments),
        back_line=line_of(back_home),
        back_steps=steps_of(back_home),
        breaks=rests_of(given.day, planned.breaks),
        reloads=[reload_of(given.day, reload, way) for reload, way in comebacks],
        reload_ways=[way_of(way) for _, way in comebacks],
        stops=stops,
    )


def _rests_behind(planned: PlannedTour, after: int, not_before_s: int) -> list[int]:
    """When the breaks behind a stop end."""
    return [rest.ends_s for rest in planned.breaks if rest.after == after and rest.starts_s >= not_before_s]


def reload_of(day: date, reload: Reload, way: Path) -> dict[str, int]:
    """A reload as the database keeps it: after which stop, clock seconds, and the way to the hub."""
    return {
        "after": reload.after,
        "arrives_s": clock_s(day, reload.arrives_s),
        "starts_s": clock_s(day, reload.starts_s),
        "departs_s": clock_s(day, reload.departs_s),
        "metres": way.metres,
        "push_m": pushed_m(way),
    }


def way_of(way: Path) -> dict[str, object]:
    """Line and words of a way to the hub."""
    return {"line": line_of(way), "steps": steps_of(way)}


def rests_of(day: date, breaks: Iterable[Break]) -> list[dict[str, int]]:
    """Breaks as the database keeps them: after which stop, and clock seconds."""
    return [
        {"after": rest.after, "starts_s": clock_s(day, rest.starts_s), "ends_s": clock_s(day, rest.ends_s)}
        for rest in breaks
    ]


def _may_be_ridden(table: Ways, here: int, there: int, leg: Path, free_at: int, arrives: int) -> None:
    """The leg fits between leaving here and arriving there, and every street of it is open while it is ridden."""
    opens, closes = table.open_from_to(here, there)
    begins = arrives - leg.seconds
    if begins < free_at or begins < opens or arrives > closes:
        raise PlanBroken(
            f"the ride from place {here} to {there} takes {leg.seconds} s; it leaves at {free_at} s and must arrive "
            f"at {arrives} s, on streets open from {opens} to {closes} s"
        )
    if broken := table.objection(here, there, begins):
        raise PlanBroken(f"the ride from place {here} to {there} at {begins} s is forbidden: {broken}")


def _stop(
    given: DayInput, table: Ways, shipment: Shipment, place: int, position: int, leg: Path, arrives: int, starts: int,
    departs: int,
) -> Stop:  # fmt: skip
    snapped = table.snap(place)
    return Stop(
        shipment_id=shipment.id,
        position=position,
        arrives_s=clock_s(given.day, arrives),
        starts_s=clock_s(given.day, starts),
        departs_s=clock_s(given.day, departs),
        metres=leg.metres,
        push_m=pushed_m(leg),
        walk_m=snapped.distance_m,
        line=line_of(leg),
        steps=steps_of(leg),
    )


def pushed_m(leg: Path) -> int:
    """How much of a ride is done on foot beside the bike."""
    pushes = [step.message.values["metres"] for step in leg.steps if step.manoeuvre is Manoeuvre.DISMOUNT]
    return sum(metres for metres in pushes if isinstance(metres, int))


def line_of(leg: Path) -> list[list[float]]:
    """The line of a ride as the database keeps it."""
    return [[round(lat, _DIGITS), round(lon, _DIGITS)] for lat, lon in leg.line]


def steps_of(leg: Path) -> list[dict[str, object]]:
    """The words of a ride as the database keeps them: sentences with their values, to be said in any language."""
    return [
        {
            "text": step.message.text,
            "values": dict(step.message.values),
            "metres": step.metres,
            "manoeuvre": str(step.manoeuvre),
            "street": step.street,
            "at": [round(step.at[0], _DIGITS), round(step.at[1], _DIGITS)],
        }
        for step in leg.steps
    ]
