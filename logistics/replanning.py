"""Plan the rest of a running day again: a new order, a bike that drops out. A draft first, with before and after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from city import audit, quick
from city.db import db
from city.messages import Conflict, NotFound
from logistics import board, compare, courses, delivery, dispatch, planning, queries, rounds, steering, versions
from logistics.courses import Running
from logistics.kinds import EventKind, PlanState, ShipmentStatus
from logistics.models import DayPlan, Tour, UnservedShipment
from routing.tours.plan import Tour as PlannedTour
from routing.tours.problem import Order, Problem, Vehicle, Window
from routing.tours.replan import Changes, Replanned

REPLANNER = "routing.tours.replan:replan"
LIMIT_S = 0.2
SEED = 1
TAKEN_ON_SPARE_S = 900  # how much later than planned a stop may come that is late on purpose


@dataclass(frozen=True, slots=True)
class Question:
    """What the planner is asked, and the day that it is about."""

    day: Running
    problem: Problem
    changes: Changes


def question(day: date, *, out: Iterable[str] = (), at_s: int | None = None) -> Question:
    """What is known of a day now. ``out``: bikes that dropped out; ``at_s``: as if it were then."""
    running = steering.running(day, at_s=at_s)
    unknown = set(out) - set(running.question.bikes)
    if unknown:
        raise NotFound("There is no such bike on this day.")
    vehicles = _taken_on(running)
    if not _may_reload(running, frozenset(out)):  # looking for rounds that nobody needs costs time
        vehicles = tuple(replace(vehicle, reload_s=None) for vehicle in vehicles)
    problem = replace(running.question.problem, orders=_held(running), vehicles=vehicles)
    return Question(running, problem, _changes(running, frozenset(out) | dispatch.bikes_out(running.given)))


def _may_reload(day: Running, out: frozenset[str]) -> bool:
    """Whether bikes may have to load again: they do already, have left, or what is left carries too little."""
    if any(tour.reloads or courses.has_left(day, tour) for tour in day.plan.tours) or day.plan.unserved:
        return True
    gone = {day.question.bikes[key].id for key in out}
    return any(rounds.may_need_more(hub, day.given.shipments, without=gone) for hub in day.given.hubs)


def _held(day: Running) -> tuple[Order, ...]:
    holds = {
        stop.shipment.reference: day.key_of(tour)
        for tour in day.plan.tours
        for stop in tour.stops
        if stop.held and not courses.settled(stop)
    }
    late = _late_on_purpose(day)
    orders = (
        replace(order, only_vehicles=frozenset({holds[order.key]})) if order.key in holds else order
        for order in day.question.problem.orders
    )
    return tuple(replace(order, windows=(late[order.key],)) if order.key in late else order for order in orders)


def _late_on_purpose(day: Running) -> dict[str, Window]:
    """The windows of stops that a dispatcher has put behind their end: they stay possible when planned again."""
    found = {}
    for tour in day.plan.tours:
        for stop in tour.stops:
            order = day.question.problem.order_by_key.get(stop.shipment.reference)
            ends_s = planning.elapsed_s(day.given.day, stop.departs_s)
            if order is not None and order.windows and ends_s > max(window.closes_s for window in order.windows):
                found[order.key] = Window(min(window.opens_s for window in order.windows), ends_s + TAKEN_ON_SPARE_S)
    return found


def _taken_on(day: Running) -> tuple[Vehicle, ...]:
    """The bikes, each with at least the hours that its tour has been given."""
    back = {day.key_of(tour): planning.elapsed_s(day.given.day, tour.returns_s) for tour in day.plan.tours}
    return tuple(
        replace(vehicle, ends_s=max(vehicle.ends_s, back.get(vehicle.key, 0)))
        for vehicle in day.question.problem.vehicles
    )


def _changes(day: Running, out: frozenset[str]) -> Changes:
    done: dict[str, int] = {}
    failed, cancelled, loaded = set(), set(), set()
    told = [(tour, stop) for tour in day.plan.tours for stop in tour.stops]
    for tour, stop in told:
        reference = stop.shipment.reference
        if reference not in day.question.problem.order_by_key:
            continue
        outcome = board.outcome(stop)
        if outcome.event is not None:
            done[reference] = courses.elapsed_of(day.given.day, outcome.event.happened_at)
            if outcome.event.kind == EventKind.FAILED:
                failed.add(reference)
        elif stop.shipment.status in (ShipmentStatus.CANCELLED, ShipmentStatus.EXPIRED):
            cancelled.add(reference)
        if any(event.kind == EventKind.LOADED for event in stop.events):
            loaded.add(day.key_of(tour))
    reloaded = {day.key_of(tour): day.reloaded[tour.id] for tour in day.plan.tours if day.reloaded.get(tour.id)}
    return Changes(
        cancelled=frozenset(cancelled), failed=frozenset(failed), out=out, done=done,
        reported=bool(done or reloaded), loaded=frozenset(loaded), reloaded=reloaded,
    )  # fmt: skip


def ask(asked: Question) -> Replanned:
    """Have the rest of the day planned by the warm process. Raises Conflict when it is busy, BadInput as it says."""
    found: Replanned = quick.ask(
        REPLANNER, problem=asked.problem, plan=courses.plan_of(asked.day), changes=asked.changes,
        now_s=asked.day.now_s, limit_s=LIMIT_S, seed=SEED,
    )  # fmt: skip
    return found


def keep_draft(asked: Question, found: Replanned) -> DayPlan:
    """Keep what was found beside the plan that counts until somebody accepts it. Raises Conflict if that is another."""
    day = asked.day
    versions.expect_number(queries.published_plan(day.given.day, to_change=True), day.plan.number)
    queries.forget_drafts(day.given.day)
    old = {day.key_of(tour): tour for tour in day.plan.tours}
    tours = [_rows(day, found, tour, old.get(tour.vehicle)) for tour in found.plan.tours]
    left = {one.order: one.reason for one in found.plan.unserved} | dict(day.question.impossible)
    unserved = [
        UnservedShipment(
            shipment_id=day.question.shipments[key].id, reason=reason.text, reason_values=delivery.plain(reason.values)
        )
        for key, reason in left.items()
        if key not in asked.changes.cancelled
    ]
    version = dispatch.input_of(day.given.day).version
    draft = versions.next_version(
        day, tours, unserved, state=PlanState.DRAFT, engine=found.plan.engine, input_version=version
    )
    draft.iterations, draft.search_s = found.plan.iterations, round(found.plan.seconds, 3)
    db.session.add(draft)
    db.session.flush()
    audit.record("day planned again", "day_plan", draft.id, unserved=len(unserved))
    return draft


def _rows(day: Running, found: Replanned, tour: PlannedTour, old: Tour | None) -> Tour:
    lock = found.problem.lock_of.get(tour.vehicle)
    past = [visit.order for visit in lock.visits[: lock.begun]] if lock else []
    known = {stop.shipment.reference: stop for stop in old.stops} if old else {}
    fixed = [known[key] for key in past if key in known]
    behind = len(lock.reloads) - lock.at_hub if lock else 0
    legs: list[versions.Leg | versions.Comeback] = []
    for number, visit in enumerate(tour.visits):
        comes = [one for one in tour.reloads[behind:] if one.after == number]
        legs += [versions.Comeback(one.arrives_s, one.starts_s, one.departs_s) for one in comes]
        if visit.order not in {stop.shipment.reference for stop in fixed}:
            legs.append(versions.Leg(visit.order, visit.arrives_s, visit.starts_s, visit.departs_s))
    held = frozenset(key for key, stop in known.items() if stop.held)
    return versions.ridden_tour(
        day,
        tour.vehicle,
        old,
        fixed,
        legs,
        departs_s=tour.departs_s,
        returns_s=tour.returns_s,
        breaks=tour.breaks,
        held=held,
        kept=versions.kept_reloads(old, fixed, behind) if old else (),
    )


def accept(day: date, draft_id: int) -> DayPlan:
    """Let a draft count. Raises Conflict when the plan or what it was made from has changed since."""
    before = queries.published_plan(day, to_change=True)
    draft = queries.draft(day, draft_id)
    if before is None or draft.based_on != before.number or draft.input_version != dispatch.input_of(day).version:
        raise Conflict("This draft was made from an older plan or older bookings. Please plan again.")
    versions.put_in_force(before, draft)
    dispatch.forget_old_plans(day, draft.number)
    return draft


def discard(day: date, draft_id: int) -> None:
    """Throw a draft away; the plan that counts stays."""
    draft = queries.draft(day, draft_id)
    audit.record("draft discarded", "day_plan", draft.id)
    queries.forget_drafts(day)


MOVED_S = 60  # of a day that is being ridden; smaller changes are no news


def differences(before: DayPlan, after: DayPlan) -> list[compare.Changed]:
    """Which shipments ride elsewhere or at another time, those that lose their bike first."""
    return compare.changes(before, after, noticed_s=MOVED_S)
