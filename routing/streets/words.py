"""A ride told in words: what to do where, from bearings and street names. Pure.

The cost model decides where one dismounts and how long a step takes; nothing is computed twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routing.message import Message
from routing.streets.model import Manoeuvre, Point, Step
from routing.streets.packing import whole_metres, whole_seconds
from routing.streets.turns import SHARP_DEGREES, SLIGHT_DEGREES, STRAIGHT_DEGREES

WALK_TOLD_M = 25  # a shorter way from the bike to the door goes without saying
SIDE_TOLD_M = 4  # nearer, the point lies on the street itself

ONTO = {
    Manoeuvre.STRAIGHT: "Go straight on onto %(street)s.",
    Manoeuvre.SLIGHT_LEFT: "Bear left onto %(street)s.",
    Manoeuvre.SLIGHT_RIGHT: "Bear right onto %(street)s.",
    Manoeuvre.LEFT: "Turn left onto %(street)s.",
    Manoeuvre.RIGHT: "Turn right onto %(street)s.",
    Manoeuvre.SHARP_LEFT: "Turn sharp left onto %(street)s.",
    Manoeuvre.SHARP_RIGHT: "Turn sharp right onto %(street)s.",
    Manoeuvre.U_TURN: "Turn round and follow %(street)s.",
}
UNNAMED = {
    Manoeuvre.STRAIGHT: "Go straight on.",
    Manoeuvre.SLIGHT_LEFT: "Bear left.",
    Manoeuvre.SLIGHT_RIGHT: "Bear right.",
    Manoeuvre.LEFT: "Turn left.",
    Manoeuvre.RIGHT: "Turn right.",
    Manoeuvre.SHARP_LEFT: "Turn sharp left.",
    Manoeuvre.SHARP_RIGHT: "Turn sharp right.",
    Manoeuvre.U_TURN: "Turn round.",
}
STAY_ON = {
    Manoeuvre.LEFT: "Turn left to stay on %(street)s.",
    Manoeuvre.RIGHT: "Turn right to stay on %(street)s.",
    Manoeuvre.SHARP_LEFT: "Turn sharp left to stay on %(street)s.",
    Manoeuvre.SHARP_RIGHT: "Turn sharp right to stay on %(street)s.",
    Manoeuvre.U_TURN: "Turn round and follow %(street)s.",
}
DEPART_ALONG = (
    "Start northwards on %(street)s.", "Start north-eastwards on %(street)s.", "Start eastwards on %(street)s.",
    "Start south-eastwards on %(street)s.", "Start southwards on %(street)s.", "Start south-westwards on %(street)s.",
    "Start westwards on %(street)s.", "Start north-westwards on %(street)s.",
)  # fmt: skip
DEPART = (
    "Start northwards.", "Start north-eastwards.", "Start eastwards.", "Start south-eastwards.",
    "Start southwards.", "Start south-westwards.", "Start westwards.", "Start north-westwards.",
)  # fmt: skip
ARRIVE = {
    0: "You have arrived.",
    1: "You have arrived. It is on the left.",
    -1: "You have arrived. It is on the right.",
}
ARRIVE_ON_FOOT = {
    0: "Stop here; the last %(metres)d m are on foot.",
    1: "Stop here; the last %(metres)d m are on foot, to the left.",
    -1: "Stop here; the last %(metres)d m are on foot, to the right.",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """One lane as it is ridden; ``ms`` holds the turn into it and the ride."""

    at: Point
    street: str
    kind: str
    roundabout: bool
    push: bool
    ms: int
    dm: int
    degrees: int  # of the turn into it, left positive
    turned_round: bool
    choice: bool  # whether there was another way to go
    bearing: float  # where the first one leads, degrees clockwise from north


@dataclass(frozen=True, slots=True)
class Ends:
    """The walks at both ends, and where the goal lies: 1 left, -1 right, 0 ahead."""

    first_walk_ms: int
    last_walk_ms: int
    last_walk_m: int
    side: int
    at: Point


@dataclass(slots=True)
class _Told:
    message: Message
    manoeuvre: Manoeuvre
    at: Point
    street: str
    ms: int = 0
    dm: int = 0


def steps(stretches: Sequence[Stretch], ends: Ends, *, walker: bool) -> tuple[Step, ...]:
    """Instructions for the stretches; metres and seconds add up to those of the ride."""
    told: list[_Told] = []
    for number, stretch in enumerate(stretches):
        before = stretches[number - 1] if number else None
        told.extend(_instructions(before, stretch, stretches[number:], walker=walker))
        told[-1].ms += stretch.ms
        told[-1].dm += stretch.dm
    told[0].ms += ends.first_walk_ms
    told.append(_arrival(ends, stretches[-1].street))
    return _rounded(told)


def _instructions(before: Stretch | None, here: Stretch, rest: Sequence[Stretch], *, walker: bool) -> list[_Told]:
    found = [_departure(here)] if before is None else _turn(before, here, rest)
    pushes = here.push and not walker
    if pushes and (before is None or not before.push):
        metres = max(int(whole_metres(_pushed_dm(rest))), 1)
        found.append(_told(Message("Get off and push for %(metres)d m.", {"metres": metres}), Manoeuvre.DISMOUNT, here))
    elif before is not None and before.push and not here.push and not walker:
        ride = Message("Ride on along %(street)s.", {"street": here.street}) if here.street else Message("Ride on.")
        found = (
            [_told(ride, Manoeuvre.RIDE_ON, here)]
            if _unturned(found)
            else [*found, _told(Message("Ride on."), Manoeuvre.RIDE_ON, here)]
        )
    return found


def _unturned(found: list[_Told]) -> bool:
    return not found or found[0].manoeuvre is Manoeuvre.STRAIGHT


def _pushed_dm(rest: Sequence[Stretch]) -> int:
    total = 0
    for stretch in rest:
        if not stretch.push:
            break
        total += stretch.dm
    return total


def _departure(here: Stretch) -> _Told:
    sector = int((here.bearing + 22.5) // 45) % 8
    if here.street:
        return _told(Message(DEPART_ALONG[sector], {"street": here.street}), Manoeuvre.DEPART, here)
    return _told(Message(DEPART[sector]), Manoeuvre.DEPART, here)


def _turn(before: Stretch, here: Stretch, rest: Sequence[Stretch]) -> list[_Told]:
    if here.roundabout:
        return [] if before.roundabout else [_roundabout(here, rest)]
    if before.roundabout:
        return []  # said at its entry
    manoeuvre = manoeuvre_of(here.degrees, turned_round=here.turned_round)
    if manoeuvre is Manoeuvre.STRAIGHT and (here.street == before.street or not here.street):
        return []
    stays = bool(here.street) and here.street == before.street
    if here.street == before.street and (not here.choice or (stays and manoeuvre not in STAY_ON)):
        return []  # the street bends; there is nothing to decide
    text = (STAY_ON if stays else ONTO)[manoeuvre] if here.street else UNNAMED[manoeuvre]
    return [_told(Message(text, {"street": here.street} if here.street else {}), manoeuvre, here)]


def _roundabout(here: Stretch, rest: Sequence[Stretch]) -> _Told:
    exits, onto = 0, ""
    for stretch in rest[1:]:
        exits += stretch.choice or not stretch.roundabout
        if not stretch.roundabout:
            onto = stretch.street
            break
    values: dict[str, object] = {"exit": max(exits, 1)}
    if onto:
        message = Message("At the roundabout take exit %(exit)d onto %(street)s.", {**values, "street": onto})
    else:
        message = Message("At the roundabout take exit %(exit)d.", values)
    return _Told(message, Manoeuvre.ROUNDABOUT, here.at, onto)


def manoeuvre_of(degrees: int, *, turned_round: bool) -> Manoeuvre:
    """The name of a turn; left is positive."""
    if turned_round:
        return Manoeuvre.U_TURN
    size, left = abs(degrees), degrees > 0
    if size < STRAIGHT_DEGREES:
        return Manoeuvre.STRAIGHT
    if size < SLIGHT_DEGREES:
        return Manoeuvre.SLIGHT_LEFT if left else Manoeuvre.SLIGHT_RIGHT
    if size < SHARP_DEGREES:
        return Manoeuvre.LEFT if left else Manoeuvre.RIGHT
    return Manoeuvre.SHARP_LEFT if left else Manoeuvre.SHARP_RIGHT


def _arrival(ends: Ends, street: str) -> _Told:
    if ends.last_walk_m >= WALK_TOLD_M:
        message = Message(ARRIVE_ON_FOOT[ends.side], {"metres": ends.last_walk_m})
    else:
        message = Message(ARRIVE[ends.side])
    return _Told(message, Manoeuvre.ARRIVE, ends.at, street, ms=ends.last_walk_ms)


def _told(message: Message, manoeuvre: Manoeuvre, here: Stretch) -> _Told:
    return _Told(message, manoeuvre, here.at, here.street)


def _rounded(told: list[_Told]) -> tuple[Step, ...]:
    """Whole seconds and metres whose sums are the rounded sums."""
    done, ms, dm = [], 0, 0
    for one in told:
        seconds = int(whole_seconds(ms + one.ms) - whole_seconds(ms))
        metres = int(whole_metres(dm + one.dm) - whole_metres(dm))
        ms, dm = ms + one.ms, dm + one.dm
        done.append(Step(one.message, metres, seconds, one.at, one.manoeuvre, one.street))
    return tuple(done)
