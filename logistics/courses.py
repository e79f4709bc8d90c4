"""Between the rows of a running day and the planner: its problem, its plan as the planner reads it, what is ahead.

The problem of a day is kept per process as long as nothing it was made from changes, so that a look at the consequences
of a move costs no new table of ways.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from city import clock, streets
from city.zones.queries import network_on
from logistics import board, outcomes, planning, queries, rounds, street_queries
from logistics.forecast import breaks_taken
from logistics.kinds import EventKind
from logistics.models import CourierEvent, DayPlan, Shipment, Stop, Tour
from logistics.moves import RELOAD, Course
from logistics.outcomes import MIN_BREAK_S
from logistics.planning import DayInput, Question
from routing.streets.model import Period
from routing.tours.breaks import SHORT_BREAK_S
from routing.tours.plan import Break, Plan, Reload, Unserved, Visit
from routing.tours.plan import Tour as PlannedTour

if TYPE_CHECKING:
    from logistics.ways import Ways
    from routing.message import Message
    from routing.tours.problem import Problem

KEPT = 6  # problems of days, in one process
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Tables:
    problem: Problem
    ways: Mapping[str, Ways]
    places: Mapping[str, int]
    impossible: Mapping[str, Message]


_kept: OrderedDict[tuple[object, ...], _Tables] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Running:
    """A day with its plan, as the dispatcher steers it: rows beside the problem that they are about."""

    given: DayInput
    question: Question
    plan: DayPlan
    now_s: int  # elapsed since midnight of the day; before the day 0
    rests: Mapping[int, tuple[Break, ...]] = field(default_factory=dict)  # really taken, by id of the tour
    reloaded: Mapping[int, tuple[int, ...]] = field(default_factory=dict)  # when reported, by id of the tour

    def key_of(self, tour: Tour) -> str:
        """How the problem names the bike of a tour."""
        return next(key for key, bike in self.question.bikes.items() if bike.id == tour.vehicle_id)


def running(given: DayInput, plan: DayPlan, *, at_s: int | None = None) -> Running:
    """Put a day together; also shipments that were cancelled since are part of it. ``at_s``: as if it were then."""
    known = {shipment.id for shipment in given.shipments}
    gone = [stop.shipment for tour in plan.tours for stop in tour.stops if stop.shipment_id not in known]
    whole = replace(given, shipments=[*given.shipments, *gone])
    now_s = elapsed_now(given.day) if at_s is None else at_s
    told = street_queries.events_of_couriers([tour.courier_id for tour in plan.tours if tour.courier_id], given.day)
    reloaded = {tour.id: _reloaded(given.day, told.get(tour.courier_id or 0, [])) for tour in plan.tours}
    question = _as_planned(_question(whole), plan)
    return Running(whole, question, plan, now_s, _rests(given.day, plan, told), reloaded)


def _as_planned(question: Question, plan: DayPlan) -> Question:
    """Bikes whose tours reload take as long for it as the plan says, whatever the settings say by now."""
    takes = {
        tour.vehicle_id: one["departs_s"] - one["starts_s"] for tour in plan.tours for one in (tour.reloads or ())[:1]
    }
    if not takes:
        return question
    vehicles = tuple(
        replace(vehicle, reload_s=takes.get(question.bikes[vehicle.key].id, vehicle.reload_s))
        for vehicle in question.problem.vehicles
    )
    return replace(question, problem=replace(question.problem, vehicles=vehicles))


def _reloaded(day: date, events: Sequence[CourierEvent]) -> tuple[int, ...]:
    return tuple(elapsed_of(day, moment) for moment in outcomes.reloads_of(events))


def elapsed_of(day: date, moment: datetime) -> int:
    """A moment as elapsed seconds of a day; what was reported on another one counts at its beginning or end."""
    shown = clock.in_city(moment)
    if shown.date() != day:
        return 0 if shown.date() < day else planning.DAY_S - 1
    return clock.elapsed_s(day, shown.time())


def reloads_behind(day: Running, tour: Tour) -> int:
    """How many reloads of a tour are over: reported, or a stop of a later round was."""
    return rounds.behind(tour, len(day.reloaded.get(tour.id, ())), [stop for stop in tour.stops if settled(stop)])


def _rests(day: date, plan: DayPlan, told: Mapping[int, list[CourierEvent]]) -> dict[int, tuple[Break, ...]]:
    """The breaks that couriers reported, where together they are as long as the law asks."""
    found = {}
    for tour in plan.tours:
        taken = [
            (planning.elapsed_s(day, starts), planning.elapsed_s(day, ends))
            for starts, ends in breaks_taken(told.get(tour.courier_id or 0, []), day, clock.now())
            if ends - starts >= MIN_BREAK_S
        ]
        if sum(ends - starts for starts, ends in taken) >= SHORT_BREAK_S:
            found[tour.id] = tuple(Break(_done_by(tour, day, starts), starts, ends) for starts, ends in taken)
    return found


def _done_by(tour: Tour, day: date, at_s: int) -> int:
    """How many stops of a tour were over by then."""
    ended = [event.happened_at for stop in tour.stops if (event := board.outcome(stop).event) is not None]
    return sum(clock.moment_of(day, at_s) >= moment for moment in ended)


def breaks_of(day: Running, tour: Tour) -> tuple[Break, ...]:
    """The breaks of a tour in elapsed seconds: those taken, else those planned."""
    if tour.id in day.rests:
        return day.rests[tour.id]
    shown = day.given.day
    return tuple(
        Break(one["after"], planning.elapsed_s(shown, one["starts_s"]), planning.elapsed_s(shown, one["ends_s"]))
        for one in tour.breaks or ()
    )


def elapsed_now(day: date) -> int:
    """How many seconds of a day have passed; none before it, all after it."""
    today = clock.in_city(clock.now())
    if today.date() != day:
        return 0 if today.date() < day else planning.DAY_S
    return clock.elapsed_s(day, today.time())


def _question(given: DayInput) -> Question:
    bikes = {planning.key_of(bike, hub): bike for hub in given.hubs for bike in hub.vehicles}
    shipments = {shipment.reference: shipment for shipment in given.shipments}
    key = (queries.current_city().id, given.version, tuple(shipments))
    with _lock:
        tables = _kept.get(key)
        if tables is not None:
            _kept.move_to_end(key)
    if tables is None:
        tables = _tables(given)
        with _lock:
            _kept[key] = tables
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return Question(tables.problem, tables.ways, bikes, shipments, tables.places, tables.impossible)


def _tables(given: DayInput) -> _Tables:
    city, day = queries.current_city(), given.day

    def period_of(starts_s: int, ends_s: int) -> Period:
        return streets.period(city, day, starts_s, ends_s)

    made = planning.question_of(given, network_on(day), period_of, reloads=True)
    return _Tables(made.problem, made.ways, made.places, made.impossible)


def settled(stop: Stop) -> bool:
    """Whether the courier has been there."""
    return not board.outcome(stop).open


def has_left(day: Running, tour: Tour) -> bool:
    """Whether a bike is on its way: something was reported at a stop, or its time to leave has come."""
    begun = any(event.kind != EventKind.LOADED for stop in tour.stops for event in stop.events)
    return begun or planning.elapsed_s(day.given.day, tour.departs_s) <= day.now_s


def courses_of(day: Running) -> list[Course]:
    """What every bike of the day still visits; bikes that stay at home have an empty course."""
    tours = {day.key_of(tour): tour for tour in day.plan.tours}
    return [_course(day, key, tours.get(key)) for key in day.question.bikes]


def _course(day: Running, key: str, tour: Tour | None) -> Course:
    if tour is None:
        return Course(key, ())
    behind, hub = reloads_behind(day, tour), day.question.problem.vehicle_by_key[key].start_hub
    known = _ahead(day, tour, behind)
    if not has_left(day, tour):
        return Course(key, known)
    done = [stop for stop in tour.stops if settled(stop)]
    last = max(done, key=lambda stop: stop.position, default=None)
    loaded = tour.reloads[behind - 1] if behind else None
    if loaded is not None and (last is None or last.position <= loaded["after"]):
        last = None  # it has not been anywhere since
    place = day.question.places.get(last.shipment.reference if last else hub, day.question.places[hub])
    left = last.departs_s if last else loaded["departs_s"] if loaded else tour.departs_s
    over = [rest for rest in breaks_of(day, tour) if rest.after < len(done) or rest.starts_s <= day.now_s]
    to_come = [rest.after - len(done) for rest in breaks_of(day, tour) if rest not in over]
    free = max(planning.elapsed_s(day.given.day, left), day.now_s, *(rest.ends_s for rest in over))
    rested = sum(rest.ends_s - rest.starts_s for rest in over)
    began = planning.elapsed_s(day.given.day, tour.departs_s)
    return Course(key, known, place, free, began, rested, to_come[0] if to_come else None)


def _ahead(day: Running, tour: Tour, behind: int) -> tuple[str, ...]:
    """What a bike still visits, with the reloads that are still to come."""
    kept: list[str] = []
    to_come = list((tour.reloads or [])[behind:])
    for stop in tour.stops:
        if settled(stop) or stop.shipment.reference not in day.question.places:
            continue
        while to_come and to_come[0]["after"] < stop.position:
            to_come.pop(0)
            kept += [RELOAD] if not kept or kept[-1] != RELOAD else []
        kept.append(stop.shipment.reference)
    begins = kept[:1] == [RELOAD] and not has_left(day, tour)
    return tuple(kept[1:] if begins else kept)


def plan_of(day: Running) -> Plan:
    """The rows of a plan as the planner reads them."""
    tours = tuple(_planned(day, tour) for tour in day.plan.tours)
    ids = {shipment.id: shipment.reference for shipment in day.given.shipments}
    places = day.question.problem.order_by_key
    unserved = tuple(
        Unserved(ids[one.shipment_id], board.reason_of(one))
        for one in day.plan.unserved
        if one.shipment_id in ids and ids[one.shipment_id] in places
    )
    plan = day.plan
    return Plan(tours, unserved, plan.cost_cents, plan.engine, plan.seed, plan.search_s, plan.iterations)


def _planned(day: Running, tour: Tour) -> PlannedTour:
    key = day.key_of(tour)
    bike = day.question.problem.vehicle_by_key[key]
    stops = [stop for stop in tour.stops if stop.shipment.reference in day.question.problem.order_by_key]
    return PlannedTour(
        vehicle=key,
        start_hub=bike.start_hub,
        end_hub=bike.end_hub,
        departs_s=planning.elapsed_s(day.given.day, tour.departs_s),
        visits=_visits(day, stops),
        returns_s=planning.elapsed_s(day.given.day, tour.returns_s),
        metres=tour.metres,
        cost_cents=tour.cost_cents,
        reloads=_reloads(day, bike.start_hub, tour, stops),
        breaks=breaks_of(day, tour),
    )


def _reloads(day: Running, hub: str, tour: Tour, stops: Sequence[Stop]) -> tuple[Reload, ...]:
    """The reloads of a tour in elapsed seconds, counted among the stops that the planner knows."""
    shown, found = day.given.day, []
    for one in tour.reloads or ():
        after = sum(stop.position <= one["after"] for stop in stops)
        moments = [planning.elapsed_s(shown, one[name]) for name in ("arrives_s", "starts_s", "departs_s")]
        found.append(Reload(after, hub, *moments))
    return tuple(found)


def _visits(day: Running, stops: Sequence[Stop]) -> tuple[Visit, ...]:
    visits = []  # what is on board behind each stop is weighed anew by the planner
    for stop in stops:
        arrives, starts, departs = (
            planning.elapsed_s(day.given.day, moment) for moment in (stop.arrives_s, stop.starts_s, stop.departs_s)
        )
        visits.append(Visit(stop.shipment.reference, arrives, starts, departs, 0, 0))
    return tuple(visits)


def shipments_by_reference(day: Running) -> Mapping[str, Shipment]:
    """The shipments of the day."""
    return day.question.shipments
