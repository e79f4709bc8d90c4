"""Versions of a day's plan: the next one from the one that counts, the one before it, and what differs between two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from city import audit, clock
from city.db import db
from city.messages import Conflict
from logistics import planning, queries, rules
from logistics.courses import Running
from logistics.kinds import PlanState
from logistics.models import DayPlan, Stop, Tour, UnservedShipment
from logistics.ways import Ways
from routing.streets.model import Path
from routing.tours.plan import Break, Reload
from routing.tours.schedule import cost_cents

BY_HAND = "hand"


@dataclass(frozen=True, slots=True)
class Leg:
    """One stop as it will stand in a tour: elapsed seconds."""

    reference: str
    arrives_s: int
    starts_s: int
    departs_s: int


@dataclass(frozen=True, slots=True)
class Comeback:
    """A reload as it will stand in a tour: elapsed seconds."""

    arrives_s: int
    starts_s: int
    departs_s: int


Kept = tuple[dict[str, int], dict[str, Any]]  # a reload that is over, and the way to it, as the database keeps them


def expect_number(plan: DayPlan | None, number: int) -> DayPlan:
    """The plan that counts, if it is the one that the dispatcher has seen. Raises Conflict."""
    if plan is None or plan.number != number:
        raise Conflict("The plan has changed in the meantime. Please look at the new one and try again.")
    return plan


def next_version(day: Running, tours: Sequence[Tour], unserved: Sequence[UnservedShipment], *, state: PlanState,
                 engine: str, input_version: str) -> DayPlan:  # fmt: skip
    """The rows of a new version; not published yet."""
    before, metres = day.plan, sum(tour.metres for tour in tours)
    impact = rules.impact(metres, day.given.settings)
    lost = day.given.settings.unserved_cents * len(unserved)
    return DayPlan(
        day=before.day,
        number=queries.last_plan_number(before.day) + 1,
        state=state,
        based_on=before.number,
        input_version=input_version,
        settings_version=day.given.settings_version,
        engine=engine,
        seed=before.seed,
        iterations=0,
        search_s=0,
        cost_cents=sum(tour.cost_cents for tour in tours) + lost,
        bound_cents=None,
        metres=impact.metres,
        co2e_g=impact.co2e_g,
        van_co2e_g=impact.van_co2e_g,
        made_at=clock.now(),
        tours=list(tours),
        unserved=list(unserved),
    )


def put_in_force(before: DayPlan, after: DayPlan) -> None:
    """Let one version count instead of another."""
    before.state = PlanState.SUPERSEDED
    db.session.flush()
    after.state = PlanState.PUBLISHED
    db.session.add(after)
    db.session.flush()
    audit.record("plan version in force", "day_plan", after.id, number=after.number, instead_of=before.number)


def copy_of(tour: Tour) -> Tour:
    """The same tour for a new version."""
    names = ("vehicle_id", "courier_id", "departs_s", "returns_s", "metres", "cost_cents", "parcels", "load_g",
             "load_ml", "back_line", "back_steps", "breaks", "reloads", "reload_ways", "released_at")  # fmt: skip
    return Tour(**{name: getattr(tour, name) for name in names}, stops=[copy_of_stop(stop) for stop in tour.stops])


def copy_of_stop(stop: Stop) -> Stop:
    """The same stop for a new version."""
    names = ("shipment_id", "position", "arrives_s", "starts_s", "departs_s", "metres", "push_m", "walk_m", "line",
             "steps", "held")  # fmt: skip
    return Stop(**{name: getattr(stop, name) for name in names})


def copy_of_unserved(rows: Iterable[UnservedShipment], *, without: int | None = None) -> list[UnservedShipment]:
    """The same shipments without a bike, but for one."""
    return [
        UnservedShipment(shipment_id=one.shipment_id, reason=one.reason, reason_values=one.reason_values)
        for one in rows
        if one.shipment_id != without
    ]


def ridden_tour(day: Running, key: str, old: Tour | None, fixed: Sequence[Stop],
                legs: Sequence[Leg | Comeback], *, departs_s: int, returns_s: int, breaks: Sequence[Break] = (),
                held: frozenset[str] = frozenset(), kept: Sequence[Kept] = ()) -> Tour:  # fmt: skip
    """The rows of a tour: stops that stay as they are, then new legs along the streets; elapsed seconds.

    ``breaks`` count all stops, from 1; ``kept`` are the reloads among those that stay.

    Raises Conflict where a street is closed when it would be ridden.
    """
    question, bike = day.question, day.question.bikes[key]
    table, vehicle = question.ways[bike.vehicle_class], question.problem.vehicle_by_key[key]
    stops = [copy_of_stop(stop) for stop in fixed]
    for position, stop in enumerate(stops, start=1):
        stop.position = position
    hub = question.places[vehicle.start_hub]
    reloads, ways = [dict(one) for one, _ in kept], [dict(way) for _, way in kept]
    at_hub = not fixed or (bool(reloads) and reloads[-1]["after"] == len(fixed))
    here = hub if at_hub else question.places[fixed[-1].shipment.reference]
    for leg in legs:
        there = hub if isinstance(leg, Comeback) else question.places[leg.reference]
        path = table.leg(here, there)
        if isinstance(leg, Comeback):
            back = Reload(len(stops), vehicle.start_hub, leg.arrives_s, leg.starts_s, leg.departs_s)
            reloads.append(planning.reload_of(day.given.day, back, path))
            ways.append(planning.way_of(path))
        else:
            _open(table.open_from_to(here, there), leg.arrives_s - path.seconds, leg.starts_s)
            stops.append(_stop(day, table, leg, path, len(stops) + 1, held))
        here = there
    home = table.leg(here, question.places[vehicle.end_hub])
    ridden = [question.shipments[leg.reference] for leg in legs if isinstance(leg, Leg)]
    shipments = [*(stop.shipment for stop in fixed), *ridden]
    metres = sum(stop.metres for stop in stops) + sum(one["metres"] for one in reloads) + home.metres
    return Tour(
        vehicle_id=bike.id,
        courier_id=old.courier_id if old else None,
        released_at=old.released_at if old else None,
        departs_s=planning.clock_s(day.given.day, departs_s),
        returns_s=planning.clock_s(day.given.day, returns_s),
        metres=metres,
        cost_cents=cost_cents(vehicle, returns_s - departs_s - sum(r.ends_s - r.starts_s for r in breaks), metres),
        parcels=sum(shipment.parcels for shipment in shipments),
        load_g=sum(shipment.weight_g for shipment in shipments),
        load_ml=sum(shipment.volume_ml for shipment in shipments),
        back_line=planning.line_of(home),
        back_steps=planning.steps_of(home),
        breaks=planning.rests_of(day.given.day, breaks),
        reloads=reloads,
        reload_ways=ways,
        stops=stops,
    )


def kept_reloads(tour: Tour, fixed: Sequence[Stop], behind: int) -> list[Kept]:
    """The first ``behind`` reloads of a tour, counted among the stops that stay as they are."""
    found: list[Kept] = []
    for one, way in zip((tour.reloads or [])[:behind], tour.reload_ways or [], strict=False):
        found.append((one | {"after": sum(stop.position <= one["after"] for stop in fixed)}, way))
    return found


def _open(hours: tuple[int, int], begins_s: int, arrives_s: int) -> None:
    if begins_s < hours[0] or arrives_s > hours[1]:
        raise Conflict("A street on this way is closed at that time. Please choose another place for the stop.")


def _stop(day: Running, table: Ways, leg: Leg, path: Path, position: int, held: frozenset[str]) -> Stop:
    shipment = day.question.shipments[leg.reference]
    found = table.network.snap((shipment.lat, shipment.lon), table.vehicle)
    shown = [planning.clock_s(day.given.day, moment) for moment in (leg.arrives_s, leg.starts_s, leg.departs_s)]
    return Stop(
        shipment_id=shipment.id, position=position, arrives_s=shown[0], starts_s=shown[1], departs_s=shown[2],
        metres=path.metres, push_m=planning.pushed_m(path), walk_m=found.distance_m, line=planning.line_of(path),
        steps=planning.steps_of(path), held=leg.reference in held,
    )  # fmt: skip
