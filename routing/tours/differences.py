"""Two plans of one day side by side: what changed for orders and tours, in figures and in sentences. Pure.

Both plans name vehicles and orders by the same keys; nothing else of their problems need be the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from routing.message import Message
from routing.tours.fields import clock
from routing.tours.plan import Plan, Tour
from routing.tours.problem import Order, Problem

NOTICED_S = 60  # an arrival that moves by less is no news


class Turn(StrEnum):
    """What became of an order, the gravest first."""

    LEFT = "left"  # it had a vehicle and stays behind now
    MOVED = "moved"  # another vehicle
    LATER = "later"
    EARLIER = "earlier"
    SERVED = "served"  # it stayed behind and has a vehicle now
    CAME = "came"  # the earlier plan does not know it
    WENT = "went"  # the later plan does not know it


@dataclass(frozen=True, slots=True)
class Place:
    """Where an order stands in a plan: vehicle and arrival, of a pair at its first stop; both ``None``: it is left."""

    vehicle: str | None
    arrives_s: int | None


@dataclass(frozen=True, slots=True)
class OrderChange:
    """An order that stands elsewhere than before; ``None``: that plan does not know it."""

    order: str
    turn: Turn
    before: Place | None
    after: Place | None
    sentence: Message
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class TourChange:
    """A tour that is new or gone, or has other orders, or returns at another time."""

    vehicle: str
    before: Tour | None
    after: Tour | None
    sentence: Message


@dataclass(frozen=True, slots=True)
class Totals:
    """What a plan comes to; ``seconds``: from departure to return, breaks included, of all tours together."""

    tours: int
    served: int
    unserved: int
    metres: int
    seconds: int
    cost_cents: int


@dataclass(frozen=True, slots=True)
class Differences:
    """What changed; orders stand with the gravest first, tours by vehicle."""

    before: Totals
    after: Totals
    orders: tuple[OrderChange, ...]
    tours: tuple[TourChange, ...]

    @property
    def sentences(self) -> tuple[Message, ...]:
        """What changed for the plan as a whole: cost, ways, time, orders left behind; only what did change."""
        return tuple(_of_the_whole(self.before, self.after))


def differences(before: Plan, after: Plan, *, noticed_s: int = NOTICED_S) -> Differences:
    """Compare two plans; arrivals and returns that move by less than ``noticed_s`` count as the same."""
    old, new = _places(before), _places(after)
    orders = []
    for key in {**old, **new}:
        was, is_ = old.get(key), new.get(key)
        if turn := _turn(was, is_, noticed_s):
            orders.append(OrderChange(key, turn, was, is_, _sentence(key, turn, was, is_)))
    gravity = {turn: number for number, turn in enumerate(Turn)}
    orders.sort(key=lambda one: (gravity[one.turn], (one.after or Place(None, 0)).arrives_s or 0, one.order))
    return Differences(totals(before), totals(after), tuple(orders), tuple(_tours(before, after, noticed_s)))


def why(change: OrderChange, problem: Problem, plan: Plan, known: Problem | None = None) -> Message | None:
    """What made an order change its place, where one cause is certain; ``known``: the problem of the earlier plan."""
    order = problem.order_by_key.get(change.order)
    if change.after is not None and change.after.vehicle is None:
        return next((left.reason for left in plan.unserved if left.order == change.order), None)
    if change.turn is Turn.MOVED and change.before and change.before.vehicle not in problem.vehicle_by_key:
        return Message("%(vehicle)s is not on duty any more.", {"vehicle": change.before.vehicle})
    former = known.order_by_key.get(change.order) if known else None
    return _changed(former, order) if former and order else None


def _changed(former: Order, order: Order) -> Message | None:
    if (former.windows, former.release_s) != (order.windows, order.release_s):
        return Message("Its time window has changed.")
    if (former.load_g, former.load_ml) != (order.load_g, order.load_ml):
        return Message("Its weight or its volume has changed.")
    if former.stop_s != order.stop_s:
        return Message("Serving it takes another time.")
    return None


def _places(plan: Plan) -> Mapping[str, Place]:
    found = {left.order: Place(None, None) for left in plan.unserved}
    for tour in plan.tours:
        for visit in tour.visits:
            if not visit.drop and visit.order not in found:  # a pair on board for good is left behind
                found[visit.order] = Place(tour.vehicle, visit.arrives_s)
    return found


def _turn(was: Place | None, is_: Place | None, noticed_s: int) -> Turn | None:
    if was is None:
        return Turn.CAME
    if is_ is None:
        return Turn.WENT
    if is_.vehicle is None:
        return None if was.vehicle is None else Turn.LEFT
    if was.vehicle is None:
        return Turn.SERVED
    if was.vehicle != is_.vehicle:
        return Turn.MOVED
    shift = (is_.arrives_s or 0) - (was.arrives_s or 0)
    if abs(shift) < noticed_s:
        return None
    return Turn.LATER if shift > 0 else Turn.EARLIER


def _sentence(key: str, turn: Turn, was: Place | None, is_: Place | None) -> Message:
    values: dict[str, object] = {"order": key}
    if was and was.arrives_s is not None:
        values |= {"before": was.vehicle, "was": clock(was.arrives_s)}
    if is_ and is_.arrives_s is not None:
        values |= {"vehicle": is_.vehicle, "arrives": clock(is_.arrives_s)}
    if was and is_ and was.arrives_s is not None and is_.arrives_s is not None:
        values["minutes"] = abs(is_.arrives_s // 60 - was.arrives_s // 60)  # as the clocks show it
    text = SENTENCES[turn]
    if turn is Turn.CAME and "vehicle" not in values:
        text = "Order %(order)s is new and stays behind."
    return Message(text, values)


SENTENCES = {
    Turn.LEFT: "Order %(order)s was to ride with %(before)s at %(was)s and stays behind now.",
    Turn.MOVED: "Order %(order)s rides with %(vehicle)s at %(arrives)s instead of %(before)s at %(was)s.",
    Turn.LATER: "Order %(order)s is reached %(minutes)s min later, at %(arrives)s instead of %(was)s.",
    Turn.EARLIER: "Order %(order)s is reached %(minutes)s min earlier, at %(arrives)s instead of %(was)s.",
    Turn.SERVED: "Order %(order)s stayed behind and rides with %(vehicle)s now, at %(arrives)s.",
    Turn.CAME: "Order %(order)s is new and rides with %(vehicle)s at %(arrives)s.",
    Turn.WENT: "Order %(order)s is not in the plan any more.",
}


def totals(plan: Plan) -> Totals:
    """What one plan comes to."""
    left = {one.order for one in plan.unserved}
    served = {visit.order for tour in plan.tours for visit in tour.visits} - left
    seconds = sum(tour.returns_s - tour.departs_s for tour in plan.tours)
    return Totals(len(plan.tours), len(served), len(left), plan.metres, seconds, plan.cost_cents)


def _tours(before: Plan, after: Plan, noticed_s: int) -> Iterator[TourChange]:
    old, new = ({tour.vehicle: tour for tour in plan.tours} for plan in (before, after))
    for vehicle in sorted(old | new):
        was, is_ = old.get(vehicle), new.get(vehicle)
        if sentence := _of_a_tour(vehicle, was, is_, noticed_s):
            yield TourChange(vehicle, was, is_, sentence)


def _of_a_tour(vehicle: str, was: Tour | None, is_: Tour | None, noticed_s: int) -> Message | None:
    if is_ is None:
        values = {"vehicle": vehicle, "had": len(was.visits) if was else 0}
        return Message("%(vehicle)s stays at its hub; stops before: %(had)s.", values)
    values = {"vehicle": vehicle, "stops": len(is_.visits), "returns": clock(is_.returns_s)}
    if was is None:
        return Message("%(vehicle)s rides now; stops: %(stops)s, back at %(returns)s.", values)
    same = [(v.order, v.drop) for v in was.visits] == [(v.order, v.drop) for v in is_.visits]
    if same and abs(is_.returns_s - was.returns_s) < noticed_s:
        return None
    values |= {"had": len(was.visits), "was": clock(was.returns_s)}
    text = "%(vehicle)s: stops %(stops)s instead of %(had)s, back at %(returns)s instead of %(was)s."
    return Message(text, values)


def _of_the_whole(was: Totals, is_: Totals) -> Iterator[Message]:
    cents, metres = is_.cost_cents - was.cost_cents, is_.metres - was.metres
    minutes, left = is_.seconds // 60 - was.seconds // 60, is_.unserved - was.unserved
    if left:
        text = "Left behind: %(orders)s more than before." if left > 0 else "Left behind: %(orders)s fewer than before."
        yield Message(text, {"orders": abs(left)})
    if cents:
        text = "It costs %(euro)s € more." if cents > 0 else "It costs %(euro)s € less."
        yield Message(text, {"euro": _parted(abs(cents), 100)})
    if metres:
        text = "All ways together are %(km)s km longer." if metres > 0 else "All ways together are %(km)s km shorter."
        yield Message(text, {"km": _parted(abs(metres), 1000)})
    if minutes:
        text = "Couriers are out %(minutes)s min longer." if minutes > 0 else "Couriers are out %(minutes)s min less."
        yield Message(text, {"minutes": abs(minutes)})


def _parted(value: int, parts: int) -> float | int:
    """Cents as euros, metres as kilometres; whole numbers stay whole."""
    return value // parts if value % parts == 0 else value / parts
