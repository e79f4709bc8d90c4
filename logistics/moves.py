"""What follows when a stop goes to another bike or another place in its tour. Pure: a problem in, consequences out.

All times are seconds elapsed since local midnight of the planned day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from routing.message import Message
from routing.tours.breaks import SHORT_BREAK_S, STRETCH_S, breaks_to_try, is_enough
from routing.tours.plan import Break, Reload
from routing.tours.problem import Kind, Order, Problem, Vehicle
from routing.tours.schedule import (
    carries,
    distance,
    earliest_departure,
    latest_return,
    loads_along,
    released,
    reload_of,
    ride,
    service_start,
)

RELOAD = "↺"  # stands among the orders of a course where the bike comes back to load again


@dataclass(frozen=True, slots=True)
class Course:
    """The rest of one bike's tour: what it still visits, from where and when it is free to go there.

    Among ``orders`` stands ``RELOAD`` wherever it comes back to its hub first.
    ``place`` and ``free_s`` are ``None`` as long as the bike has not left its
    hub; then it leaves when that suits the tour best. ``began_s``: when it did
    leave, ``rested_s``: how long its courier has rested since, ``rest_after``:
    behind how many of these stops the plan has the break that is still ahead.
    """

    vehicle: str
    orders: tuple[str, ...]
    place: int | None = None
    free_s: int | None = None
    began_s: int | None = None
    rested_s: int = 0
    rest_after: int | None = None

    @property
    def aboard(self) -> tuple[str, ...]:
        """What it visits before it comes back to load; once it has left, that is what it carries."""
        return self.orders[: self.orders.index(RELOAD)] if RELOAD in self.orders else self.orders


@dataclass(frozen=True, slots=True)
class Timed:
    """One stop with its times, and what is wrong with them."""

    order: str
    arrives_s: int
    starts_s: int
    departs_s: int
    late: Message | None = None


@dataclass(frozen=True, slots=True)
class Ridden:
    """A course with its times: what it costs in time and way.

    ``objections``: why it cannot be ridden; ``warnings``: what it breaks, and
    the dispatcher may take on: somebody's window, the end of a shift.
    """

    vehicle: str
    departs_s: int
    stops: tuple[Timed, ...]
    returns_s: int
    metres: int
    load_g: int
    objections: tuple[Message, ...]
    breaks: tuple[Break, ...] = ()  # counted among these stops
    warnings: tuple[Message, ...] = ()
    reloads: tuple[Reload, ...] = ()  # counted among these stops

    @property
    def possible(self) -> bool:
        """Whether it can be ridden as it is."""
        return not self.objections


def move(courses: Sequence[Course], order: str, *, to: str, at: int) -> list[Course]:
    """The courses with one order at place ``at`` (from 0) among what bike ``to`` still visits and the reloads there.

    One place behind the last one begins a new round.
    """
    moved = []
    for course in courses:
        orders = [key for key in course.orders if key != order]
        if course.vehicle == to:
            new = [RELOAD, order] if at > len(orders) and orders else [order]
            place = max(0, min(at, len(orders)))
            orders[place:place] = new
        moved.append(replace(course, orders=_tidy(orders, out=course.place is not None)))
    return moved


def _tidy(orders: Sequence[str], *, out: bool) -> tuple[str, ...]:
    """Without reloads that have become senseless: nothing before them or nothing behind them."""
    kept: list[str] = []
    for key in orders:
        if key != RELOAD or (kept and kept[-1] != RELOAD) or (out and not kept):
            kept.append(key)
    return tuple(kept[:-1] if kept and kept[-1] == RELOAD else kept)


def ridden(problem: Problem, course: Course) -> Ridden:
    """Ride a course as it is, also where that breaks a window: the consequences say so."""
    vehicle = problem.vehicle_by_key[course.vehicle]
    orders = _sequence(problem, course)
    load_g = max((g for g, _ in loads_along(orders)), default=0)
    if course.place is None and (tour := ride(problem, vehicle, orders)) is not None:
        wrong = _objections_to_load(vehicle, orders)
        stops = tuple(Timed(v.order, v.arrives_s, v.starts_s, v.departs_s) for v in tour.visits)
        return Ridden(course.vehicle, tour.departs_s, stops, tour.returns_s, tour.metres, load_g, wrong, tour.breaks,
                      reloads=tour.reloads)  # fmt: skip
    return _forced(problem, vehicle, course, orders, load_g)


def way_m(problem: Problem, course: Course) -> int:
    """How long the way of a course is; 0 where nothing is ahead, or no way leads there."""
    if not course.orders:
        return 0
    vehicle = problem.vehicle_by_key[course.vehicle]
    return distance(problem.travel[vehicle.vehicle_class], _places(problem, course, _sequence(problem, course))) or 0


def _sequence(problem: Problem, course: Course) -> list[Order]:
    vehicle = problem.vehicle_by_key[course.vehicle]
    return [reload_of(problem, vehicle) if key == RELOAD else problem.order_by_key[key] for key in course.orders]


def _places(problem: Problem, course: Course, orders: Sequence[Order]) -> list[int]:
    vehicle = problem.vehicle_by_key[course.vehicle]
    start = problem.hub_by_key[vehicle.start_hub].place if course.place is None else course.place
    return [start, *(order.place for order in orders), problem.hub_by_key[vehicle.end_hub].place]


def _forced(problem: Problem, vehicle: Vehicle, course: Course, orders: list[Order], load_g: int) -> Ridden:
    travel = problem.travel[vehicle.vehicle_class]
    start, *_between, end = places = _places(problem, course, orders)
    departs = earliest_departure(problem, vehicle, orders) if course.free_s is None else course.free_s
    metres = distance(travel, places)
    if metres is None:
        nowhere = Message("There is no way for this bike between two of these stops.")
        return Ridden(course.vehicle, departs, (), departs, 0, load_g, (nowhere,))
    walk = _Walk(problem, vehicle, released(orders), start, departs, end)
    if course.free_s is None:
        walk = walk.leaving_late()
        departs = walk.departs_s
    stops, returns, breaks = walk.rested(course)
    wrong, warnings = [*_objections_to_load(vehicle, orders)], [stop.late for stop in stops if stop.late]
    if breaks is None:
        wrong.append(Message("There is no room for the break that the law asks for (§ 4 ArbZG)."))
    if returns > latest_return(problem, vehicle):
        warnings.append(Message("The bike would be back only after its shift or the hub's hours end."))
    if vehicle.reach_m is not None and metres > vehicle.reach_m:
        wrong.append(Message("The way of %(has)d m is longer than the bike's range of %(most)d m.",
                             {"has": metres, "most": vehicle.reach_m}))  # fmt: skip
    only, reloads = _parted(vehicle, orders, stops)
    return Ridden(course.vehicle, departs, only, returns, metres, load_g, tuple(wrong), breaks or (),
                  tuple(warnings), reloads)  # fmt: skip


def _parted(
    vehicle: Vehicle, orders: Sequence[Order], timed: Sequence[Timed]
) -> tuple[tuple[Timed, ...], tuple[Reload, ...]]:
    """Stops and reloads of a walk, which passes both alike."""
    stops: list[Timed] = []
    reloads: list[Reload] = []
    for order, one in zip(orders, timed, strict=True):
        if order.kind is Kind.RELOAD:
            reloads.append(Reload(len(stops), vehicle.start_hub, one.arrives_s, one.starts_s, one.departs_s))
        else:
            stops.append(one)
    return tuple(stops), tuple(reloads)


@dataclass(frozen=True, slots=True)
class _Walk:
    """A sequence of stops that is ridden as it is, from a place and a second on."""

    problem: Problem
    vehicle: Vehicle
    orders: Sequence[Order]
    start: int
    departs_s: int
    end: int

    def timed(self, rest: tuple[int, int] | None = None) -> tuple[tuple[Timed, ...], int, int]:
        """The stops, the return, and when the break begins; ``rest``: behind how many stops, and for how long."""
        seconds = self.problem.travel[self.vehicle.vehicle_class].seconds
        stops: list[Timed] = []
        here, now, rests = self.start, self.departs_s, 0
        for number, order in enumerate([*self.orders, None]):
            if rest is not None and rest[0] == number:
                rests, now = now, now + rest[1]
            now += seconds.item(here, self.end if order is None else order.place)
            if order is None:
                break
            begins = service_start(order, now)
            late = None if begins is not None else _late(order, now)
            starts = now if begins is None else begins
            stops.append(Timed(order.key, now, starts, starts + order.stop_s, late))
            here, now = order.place, starts + order.stop_s
        return tuple(stops), now, rests

    def leaving_late(self) -> _Walk:
        """The same, leaving as late as it can without being back later: nobody waits at a door for hours."""
        seconds = self.problem.travel[self.vehicle.vehicle_class].seconds
        stops, latest, there = self.timed()[0], None, self.end
        for order, stop in zip(reversed(self.orders), reversed(stops), strict=True):
            closes = [w.closes_s for w in order.windows if w.closes_s >= stop.departs_s]
            own = min(closes) - order.stop_s if closes and latest is not None and not stop.late else stop.starts_s
            latest = own if latest is None else min(own, latest - seconds.item(order.place, there) - order.stop_s)
            there = order.place
        if latest is None:
            return self
        return replace(self, departs_s=max(self.departs_s, latest - seconds.item(self.start, there)))

    def rested(self, course: Course) -> tuple[tuple[Timed, ...], int, tuple[Break, ...] | None]:
        """Stops, return and breaks: where one is due, the lawful one with fewest stops late; None: there is none."""
        stops, returns, _ = self.timed()
        began = self.departs_s if course.began_s is None else course.began_s
        work = returns - began - course.rested_s + self.vehicle.worked_s
        if not self.vehicle.breaks or course.rested_s >= SHORT_BREAK_S or not breaks_to_try(work):
            return stops, returns, ()
        found, first = [], 0 if course.place is not None else 1
        doors = list(accumulate((order.kind is not Kind.RELOAD for order in self.orders), initial=0))
        late_until = list(accumulate((one.late is not None for one in stops), initial=0))
        for rest_s in breaks_to_try(work):
            for after in sorted(self._lawful(stops, began)):
                rests = stops[after - 1].departs_s if after else self.departs_s
                late, back = self._after_rest(stops, returns, late_until, after, rest_s)
                before, behind = rests - began + self.vehicle.worked_s, back - rests - rest_s
                if after >= first and is_enough(rest_s, before + behind, before, behind):
                    found.append((late, doors[after] != course.rest_after, back, after, rest_s))
        if not found:
            return stops, returns, None
        *_beside, after, rest_s = min(found)
        rested, back, rests = self.timed((after, rest_s))
        return rested, back, (Break(doors[after], rests, rests + rest_s),)

    def _after_rest(
        self, stops: Sequence[Timed], returns: int, late_until: Sequence[int], after: int, rest_s: int
    ) -> tuple[int, int]:
        """How many stops are late and when it is back, with a break behind ``after`` stops of this walk.

        ``late_until``: how many of the first so many stops are late without it.
        """
        seconds = self.problem.travel[self.vehicle.vehicle_class].seconds
        late, here = late_until[after], self.orders[after - 1].place if after else self.start
        now = (stops[after - 1].departs_s if after else self.departs_s) + rest_s
        for number, order in enumerate(self.orders[after:], start=after):
            now += seconds.item(here, order.place)
            begins = service_start(order, now)
            late += begins is None
            now, here = (now if begins is None else begins) + order.stop_s, order.place
            if now == stops[number].departs_s:  # here it would have waited as long: from now on it is as without it
                return late + late_until[-1] - late_until[number + 1], returns
        return late, now + seconds.item(here, self.end)

    def _lawful(self, stops: Sequence[Timed], began: int) -> set[int]:
        """Behind how many stops a break may lie, as neither the work before it nor that behind it is too long."""
        seconds = self.problem.travel[self.vehicle.vehicle_class].seconds
        ends = [self.departs_s, *(stop.departs_s for stop in stops)]  # a break changes nothing before it
        behind, there, found = 0, self.end, set()
        for after in range(len(self.orders), -1, -1):
            here = self.orders[after - 1].place if after else self.start
            behind, there = behind + seconds.item(here, there), here
            if ends[after] - began + self.vehicle.worked_s <= STRETCH_S and behind <= STRETCH_S:
                found.add(after)
            behind += self.orders[after - 1].stop_s if after else 0
        return found


def _late(order: Order, arrives_s: int) -> Message:
    closes = max(window.closes_s for window in order.windows)
    if order.kind is Kind.RELOAD:
        return Message(
            "The bike would be back to load at %(arrives)s, but the hub closes at %(closes)s.",
            {"arrives": shown(arrives_s), "closes": shown(closes)},
        )
    return Message(
        "%(order)s: arrival %(arrives)s, the window closes at %(closes)s.",
        {"order": order.key, "arrives": shown(arrives_s), "closes": shown(closes)},
    )


def _objections_to_load(vehicle: Vehicle, orders: Sequence[Order]) -> tuple[Message, ...]:
    if carries(vehicle, orders):
        return ()
    has_g, has_ml = (max(sizes) for sizes in zip(*loads_along(orders), strict=True))
    if has_g > vehicle.capacity_g:
        values: dict[str, object] = {"has": has_g / 1000, "most": vehicle.capacity_g / 1000}
        return (Message("The load of %(has)s kg is more than the %(most)s kg that the bike carries.", values),)
    values = {"has": has_ml / 1000, "most": vehicle.capacity_ml / 1000}
    return (Message("The load of %(has)s l is more than the %(most)s l that the bike holds.", values),)


def objection_to_bike(problem: Problem, vehicle: str, order: str) -> Message | None:
    """Why an order cannot ride on a bike at all; None if it can."""
    bike, goods = problem.vehicle_by_key[vehicle], problem.order_by_key[order]
    if goods.hub is not None and goods.hub != bike.start_hub:
        return Message("The goods lie in %(hub)s, the bike starts at %(other)s.",
                       {"hub": goods.hub, "other": bike.start_hub})  # fmt: skip
    if goods.allowed_classes is not None and bike.vehicle_class not in goods.allowed_classes:
        return Message("This kind of vehicle may not bring it.")
    return None


def shown(elapsed_s: int) -> str:
    """``09:05`` on an ordinary day."""
    return f"{elapsed_s // 3600 % 24:02d}:{elapsed_s // 60 % 60:02d}"
