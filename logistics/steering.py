"""The dispatcher steers a running day: see what a move costs before it counts, hold, move, undo. In a transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from city import audit
from city.db import db
from city.messages import Conflict, NotFound
from logistics import courses, dispatch, moves, planning, queries, versions
from logistics.courses import Running
from logistics.kinds import PlanState
from logistics.models import DayPlan, Shipment, Stop, Tour
from logistics.moves import Course, Ridden
from logistics.services import refuse
from routing.message import Message
from routing.tours.plan import Break, Reload


@dataclass(frozen=True, slots=True)
class Line:
    """One consequence: a stop's arrival before and after, in elapsed seconds; ``None``: not on a bike."""

    shipment: Shipment
    bike: str
    before_s: int | None
    after_s: int
    moved: bool
    late: Message | None


@dataclass(frozen=True, slots=True)
class Total:
    """What a move does to one bike."""

    bike: str
    returns_before_s: int | None
    returns_after_s: int | None  # None: it stays at home
    load_g: int
    room_g: int
    breaks: tuple[Break, ...]
    reloads: tuple[Reload, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything that follows from a move; nothing has changed yet."""

    shipment: Shipment
    bike: str
    at: int
    number: int  # of the plan it was worked out from
    lines: tuple[Line, ...]
    totals: tuple[Total, ...]
    metres_before: int
    metres_after: int
    objections: tuple[Message, ...]
    warnings: tuple[Message, ...]  # the dispatcher may take them on
    ridden: tuple[Ridden, ...]

    @property
    def possible(self) -> bool:
        """Whether it may count, taken on or not."""
        return not self.objections


def running(day: date, *, to_change: bool = False, at_s: int | None = None) -> Running:
    """The day as it is now, with its plan. Raises NotFound when there is none."""
    plan = queries.published_plan(day, to_change=to_change)
    if plan is None:
        raise NotFound("There is no plan for this day yet. Please have it computed first.")
    return courses.running(dispatch.input_of(day, every_bike=True), plan, at_s=at_s)


def preview(day: Running, reference: str, *, bike: str, at: int) -> Preview:
    """What follows when a shipment goes to a bike, at place ``at`` (from 0) of what that bike still visits.

    Raises NotFound for a shipment or bike that is not part of the day, Conflict for a stop that is over.
    """
    shipment = day.question.shipments.get(reference)
    if shipment is None or reference not in day.question.problem.order_by_key:
        raise NotFound("Shipment %(reference)s is not part of this day's plan.", reference=reference)
    if bike not in day.question.bikes:
        raise NotFound("There is no such bike on this day.")
    refuse(_over(day, shipment))
    before = courses.courses_of(day)
    after = moves.move(before, reference, to=bike, at=at)
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old.orders != new.orders]
    ridden = [moves.ridden(day.question.problem, new) for _, new in changed]
    objections = [text for one in ridden for text in (*one.objections, *_closed(day, one, before))]
    warnings = [text for one in ridden for text in one.warnings]
    if (no := moves.objection_to_bike(day.question.problem, bike, reference)) is not None:
        objections.insert(0, no)
    if (loaded := _loaded(before, after, reference, bike)) is not None:
        objections.insert(0, loaded)
    kept = _old_times(day)
    lines = [
        Line(day.question.shipments[stop.order], one.vehicle, kept.get(stop.order), stop.arrives_s,
             stop.order == reference, stop.late)
        for one in ridden
        for stop in one.stops
    ]  # fmt: skip
    more_m = sum(_metres(one) for one in ridden) - sum(moves.way_m(day.question.problem, old) for old, _ in changed)
    metres = [tour.metres for tour in day.plan.tours]
    return Preview(
        shipment, bike, at, day.plan.number, tuple(line for line in lines if _differs(line)),
        tuple(_total(day, one) for one in ridden), sum(metres),
        sum(metres) + more_m, tuple(objections), tuple(warnings), tuple(ridden),
    )  # fmt: skip


def _closed(day: Running, one: Ridden, before: Sequence[Course]) -> Iterator[Message]:
    """Ways that would be ridden while a street of them is closed."""
    table = day.question.ways[day.question.bikes[one.vehicle].vehicle_class]
    here, hub = _from(day, one, before), day.question.places[day.question.problem.vehicle_by_key[one.vehicle].start_hub]
    for number, stop in enumerate(one.stops):
        here = hub if any(reload.after == number for reload in one.reloads) else here
        there = day.question.places[stop.order]
        opens, closes = table.open_from_to(here, there)
        if here != there and (stop.arrives_s - table.seconds.item(here, there) < opens or stop.starts_s > closes):
            address = day.question.shipments[stop.order].address
            yield Message("A street on the way to %(address)s is closed at that time.", {"address": address})
        here = there


def _from(day: Running, one: Ridden, before: Sequence[Course]) -> int:
    """The place from which what is still ahead begins."""
    course = next(course for course in before if course.vehicle == one.vehicle)
    hub = day.question.problem.vehicle_by_key[one.vehicle].start_hub
    return day.question.places[hub] if course.place is None else course.place


def _over(day: Running, shipment: Shipment) -> Message | None:
    stop = next((stop for tour in day.plan.tours for stop in tour.stops if stop.shipment_id == shipment.id), None)
    if stop is None or not courses.settled(stop):
        return None
    return Message("The courier has been at %(address)s already.", {"address": shipment.address})


def _loaded(before: list[Course], after: list[Course], reference: str, bike: str) -> Message | None:
    """Goods on the way cannot change bikes; what lies at the hub rides in no round that has begun."""
    here = next((course for course in before if reference in course.orders), None)
    there = next(course for course in after if course.vehicle == bike)
    carried = here is not None and here.place is not None and reference in here.aboard
    joins = there.place is not None and reference in there.aboard
    if carried and (not joins or here is None or here.vehicle != bike):
        bike_of_it = here.vehicle if here is not None else bike
        return Message("The parcel is on board of %(bike)s, which has left the hub.", {"bike": bike_of_it})
    if joins and not carried:
        return Message("%(bike)s has left the hub and cannot load the parcel any more.", {"bike": bike})
    return None


def _old_times(day: Running) -> dict[str, int]:
    plan = courses.plan_of(day)
    return {visit.order: visit.arrives_s for tour in plan.tours for visit in tour.visits}


def _differs(line: Line) -> bool:
    return line.moved or line.late is not None or line.before_s is None or abs(line.before_s - line.after_s) >= 30


def _total(day: Running, one: Ridden) -> Total:
    tour = _tour_of(day, one.vehicle)
    bike = day.question.bikes[one.vehicle]
    before = planning.elapsed_s(day.given.day, tour.returns_s) if tour else None
    return Total(one.vehicle, before, one.returns_s if one.stops else None, one.load_g, bike.payload_g,
                 one.breaks, one.reloads)  # fmt: skip


def _tour_of(day: Running, key: str) -> Tour | None:
    return next((tour for tour in day.plan.tours if day.key_of(tour) == key), None)


def _metres(one: Ridden) -> int:
    return one.metres if one.stops else 0


def move_stop(day: date, reference: str, *, bike: str, at: int, number: int, taken_on: bool = False) -> DayPlan:
    """Let a move count, as the next version of the plan. ``taken_on``: also one that breaks a window or a shift's end.

    Raises Conflict when the plan is another one by now, or the move cannot be ridden.
    """
    now = running(day, to_change=True)
    versions.expect_number(now.plan, number)
    seen = preview(now, reference, bike=bike, at=at)
    if not seen.possible:
        refuse(seen.objections[0])
    if seen.warnings and not taken_on:
        refuse(seen.warnings[0])
    if not seen.ridden:
        raise Conflict("The stop is there already, so nothing changes.")
    changed = {one.vehicle: _rows(now, one) for one in seen.ridden}
    tours = [
        changed.pop(now.key_of(tour)) if now.key_of(tour) in changed else versions.copy_of(tour)
        for tour in now.plan.tours
    ]
    kept = [tour for tour in [*tours, *changed.values()] if tour is not None]
    unserved = versions.copy_of_unserved(now.plan.unserved, without=seen.shipment.id)
    after = versions.next_version(
        now, kept, unserved, state=PlanState.SUPERSEDED, engine=versions.BY_HAND, input_version=now.plan.input_version
    )
    db.session.add(after)
    db.session.flush()
    versions.put_in_force(now.plan, after)
    dispatch.forget_old_plans(day, after.number)
    audit.record("stop moved", "shipment", seen.shipment.id, plan=after.number, taken_on=len(seen.warnings))
    return after


def _rows(day: Running, one: Ridden) -> Tour | None:
    tour = _tour_of(day, one.vehicle)
    done = [stop for stop in tour.stops if courses.settled(stop)] if tour else []
    if not one.stops and not done:
        return None
    departs = planning.elapsed_s(day.given.day, tour.departs_s) if tour and done else one.departs_s
    held = frozenset(stop.shipment.reference for t in day.plan.tours for stop in t.stops if stop.held)
    over = [rest for rest in courses.breaks_of(day, tour) if rest.starts_s <= one.departs_s] if tour and done else []
    ahead = [replace(rest, after=rest.after + len(done)) for rest in one.breaks]
    return versions.ridden_tour(
        day,
        one.vehicle,
        tour,
        done,
        _legs(one),
        departs_s=departs,
        returns_s=one.returns_s,
        breaks=(*over, *ahead),
        held=held,
        kept=versions.kept_reloads(tour, done, courses.reloads_behind(day, tour)) if tour else (),
    )


def _legs(one: Ridden) -> list[versions.Leg | versions.Comeback]:
    legs: list[versions.Leg | versions.Comeback] = []
    for number, stop in enumerate(one.stops):
        legs += [
            versions.Comeback(reload.arrives_s, reload.starts_s, reload.departs_s)
            for reload in one.reloads
            if reload.after == number
        ]
        legs.append(versions.Leg(stop.order, stop.arrives_s, stop.starts_s, stop.departs_s))
    return legs


def hold_stop(day: date, stop_id: int, *, held: bool, number: int) -> Stop:
    """Keep a stop on its bike when the day is planned again, or let it go."""
    plan = versions.expect_number(queries.published_plan(day, to_change=True), number)
    stop = next((stop for tour in plan.tours for stop in tour.stops if stop.id == stop_id), None)
    if stop is None:
        raise NotFound("This stop is not part of the plan any more.")
    stop.held = held
    audit.record("stop held", "stop", stop.id, held=held)
    return stop


def undo(day: date, *, number: int) -> DayPlan:
    """Let the version before the present one count again. Raises Conflict when there is none."""
    plan = versions.expect_number(queries.published_plan(day, to_change=True), number)
    before = queries.version_before(day, plan.number)
    if before is None:
        raise Conflict("There is no earlier version of this plan.")
    versions.put_in_force(plan, before)
    return before
