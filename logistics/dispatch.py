"""The dispatcher's deeds: have a day planned, publish what came of it, say who rides. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete

from city import audit, clock, jobs, settings
from city.db import db
from city.messages import Conflict
from city.models import Account
from city.zones.queries import streets_version
from logistics import planning, queries, rules, shift_queries, shift_rules, street_mails, street_queries
from logistics.kinds import PlanState
from logistics.models import DayPlan, Hub, HubVehicle, Shipment, Tour, UnservedShipment
from logistics.planning import Answer, DayInput
from logistics.services import ask_for_plan, city_now, refuse

KEPT_PLANS = 12  # of a day: the one that counts and those that can be gone back to


def input_of(day: date, *, every_bike: bool = False, shipments: Sequence[Shipment] | None = None) -> DayInput:
    """What the plan of a day would be made from now: the bikes that are really there, or ``every_bike``."""
    now = settings.current()
    hubs = queries.hubs_of_day(day)
    shipments = queries.day_shipments(day) if shipments is None else shipments
    if not every_bike:
        hubs = _as_there(hubs, day)
    return DayInput(day, hubs, shipments, now.numbers, now.version, streets_version(day))


def _as_there(hubs: list[Hub], day: date) -> list[Hub]:
    """The hubs with the bikes that ride on a day and their hours then; copies that are in no session."""
    hours = shift_rules.hours_of_day(
        hubs, shift_queries.shifts_on(day), shift_queries.absences_on(day), shift_queries.outages_on(day), day
    )
    usual = {bike.id: (bike.starts_s, bike.ends_s) for hub in hubs for bike in hub.vehicles}
    return hubs if hours == usual else [_hub_with(hub, hours) for hub in hubs]


def _hub_with(hub: Hub, hours: Mapping[int, tuple[int, int]]) -> Hub:
    copy = Hub(**_columns(hub))
    for bike in hub.vehicles:
        if bike.id in hours:
            starts_s, ends_s = hours[bike.id]
            copy.vehicles.append(HubVehicle(**_columns(bike) | {"starts_s": starts_s, "ends_s": ends_s}))
    return copy


def _columns(row: Hub | HubVehicle) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in type(row).__mapper__.column_attrs}


def bikes_out(given: DayInput) -> frozenset[str]:
    """The keys of bikes that are out on the day, for all of it or from a clock time on."""
    outages = shift_queries.outages_on(given.day)
    return frozenset(
        planning.key_of(bike, hub)
        for hub in given.hubs
        for bike in hub.vehicles
        if shift_rules.is_out(bike.id, outages, given.day)
    )


def request_plan(account: Account, day: date) -> jobs.Job:
    """Have a day planned. Raises Conflict for a day that has passed or has begun."""
    refuse(rules.objection_to_plan(day, queries.published_plan(day), now=city_now()))
    audit.record("plan asked for", "day", None, day=day.isoformat())
    return ask_for_plan(day, account_id=account.id)


def plan_again(first: date, last: date | None) -> None:
    """Streets open or close on these days: have those planned again that have a plan and have not begun."""
    for day in queries.booked_days(clock.today()):
        if first <= day and (last is None or day <= last):
            plan = queries.published_plan(day)
            if plan is not None and rules.objection_to_plan(day, plan, now=city_now()) is None:
                ask_for_plan(day, account_id=None)


def publish_plan(given: DayInput, answer: Answer) -> dict[str, object]:
    """Make a plan the one that counts, unless what it was made from has changed since: then plan again.

    Who rides which bike stays. Returns what the job tells of it.
    """
    before = queries.published_plan(given.day, to_change=True)
    refuse(rules.objection_to_plan(given.day, before, now=city_now()))
    if input_of(given.day).version != given.version:
        ask_for_plan(given.day, account_id=None)
        return {"day": given.day.isoformat(), "outdated": True}
    riders: dict[int, tuple[int | None, datetime | None]] = {}
    riders |= {one.vehicle_id: (one.account_id, None) for one in shift_queries.shifts_on(given.day)}
    if before:
        riders |= {tour.vehicle_id: (tour.courier_id, tour.released_at) for tour in before.tours if tour.courier_id}
    if before:
        before.state = PlanState.SUPERSEDED
        db.session.flush()
    plan = _row(given, answer, number=queries.last_plan_number(given.day) + 1)
    for tour in plan.tours:
        tour.courier_id, tour.released_at = riders.get(tour.vehicle_id, (None, None))
    db.session.add(plan)
    db.session.flush()
    forget_old_plans(given.day, plan.number)
    audit.record("plan published", "day_plan", plan.id, tours=len(plan.tours), unserved=len(plan.unserved))
    return {"day": given.day.isoformat(), "plan": plan.id, "tours": len(plan.tours), "unserved": len(plan.unserved)}


def _row(given: DayInput, answer: Answer, *, number: int) -> DayPlan:
    plan, ids = answer.plan, {shipment.reference: shipment.id for shipment in given.shipments}
    impact = rules.impact(answer.metres, given.settings)
    unserved = [
        UnservedShipment(
            shipment_id=ids[key],
            reason=reason.text,
            reason_values=_plain(reason.values),
            helps=help_.text if help_ else None,
            helps_values=_plain(help_.values) if help_ else None,
        )
        for key, reason in answer.unserved.items()
        for help_ in [answer.helps.get(key)]
    ]
    return DayPlan(
        day=given.day,
        number=number,
        state=PlanState.PUBLISHED,
        input_version=given.version,
        settings_version=given.settings_version,
        engine=plan.engine,
        seed=plan.seed,
        iterations=plan.iterations,
        search_s=round(plan.seconds, 3),
        cost_cents=plan.cost_cents,
        bound_cents=plan.bound_cents,
        metres=impact.metres,
        co2e_g=impact.co2e_g,
        van_co2e_g=impact.van_co2e_g,
        made_at=clock.now(),
        tours=answer.tours,
        unserved=unserved,
    )


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    """Values of a sentence as JSON can keep them."""
    return {name: value if isinstance(value, int | float | str) else str(value) for name, value in values.items()}


def forget_old_plans(day: date, newest: int) -> None:
    """Delete versions that nobody goes back to; their figures stand in the audit."""
    old = delete(DayPlan).where(DayPlan.day == day, DayPlan.number <= newest - KEPT_PLANS)
    db.session.execute(old.execution_options(synchronize_session=False))


def assign_courier(tour_id: int, courier_id: int | None) -> Tour:
    """Say who rides a tour; None: nobody yet. Raises Conflict when that person rides another one that day."""
    tour = street_queries.tour_of_day(tour_id)
    if courier_id is not None:
        courier = street_queries.courier(courier_id)
        other = next((one for one in tour.plan.tours if one.courier_id == courier_id and one.id != tour.id), None)
        if other is not None:
            raise Conflict(
                "%(name)s already rides %(bike)s on this day. Please choose someone else.",
                name=courier.name,
                bike=other.vehicle.name,
            )
    if tour.courier_id != courier_id and tour.released_at is not None:
        tour.released_at = clock.now() if courier_id is not None else None
        if courier_id is not None:
            street_mails.tour_released(courier, tour, day=tour.plan.day)
    tour.courier_id = courier_id
    audit.record("courier assigned", "tour", tour.id, courier=courier_id)
    return tour


def tell_customers(day: date) -> int:
    """The evening before: mail the recipients of a planned day their two hours and the link, each once; how many."""
    return sum(street_mails.on_its_way(stop.shipment, arrives_s=stop.arrives_s) for stop in street_queries.to_tell(day))


def release(day: date) -> int:
    """Show the tours of a day to their couriers, and send each the link; returns how many.

    Raises Conflict when there is no plan, or nobody rides. Who has the link already gets no second mail.
    """
    plan = queries.published_plan(day, to_change=True)
    if plan is None:
        raise Conflict("There is no plan for this day yet. Please have it computed first.")
    ridden = [tour for tour in plan.tours if tour.courier is not None]
    if not ridden:
        raise Conflict("Nobody rides yet. Please assign a courier to at least one bike.")
    fresh = [tour for tour in ridden if tour.released_at is None]
    for tour in fresh:
        tour.released_at = clock.now()
        if tour.courier is not None:
            street_mails.tour_released(tour.courier, tour, day=day)
        for stop in tour.stops:
            street_mails.on_its_way(stop.shipment, arrives_s=stop.arrives_s)
    audit.record("tours released", "day_plan", plan.id, tours=len(fresh))
    return len(fresh)
