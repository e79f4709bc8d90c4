"""What can be done with hubs, and having a day planned: each function one deed, in the caller's transaction."""

from __future__ import annotations

from datetime import date

from city import audit, clock, jobs, settings
from city.db import db
from city.messages import Conflict
from city.models import Account
from logistics import hours, queries, rules
from logistics.kinds import EMISSION_FREE, HubState
from logistics.models import Hub, HubVehicle
from routing.message import BadInput, Message

MAX_BIKES = 50
PLAN_DAY = "plan_day"
PROVE_LEDGER = "prove_ledger"


def open_hub(
    account: Account, agreement_id: int, *, every: bool, name: str, opens_s: int, closes_s: int, bikes: int
) -> Hub:
    """Open a micro-hub in the interim use of a vacant shop, with bikes that ride while it is open.

    The shop's area gives its storage and the parcels it handles. Raises
    Conflict when the agreement or the shop does not allow it, BadInput for
    senseless hours or numbers.
    """
    agreement = queries.hub_agreement(account, agreement_id, every=every)
    unit, numbers = agreement.unit, settings.current().numbers
    refuse(rules.objection_to_hub(agreement, unit, numbers))
    if queries.hub_in(agreement.id) is not None:
        raise Conflict("In %(address)s a hub was opened already.", address=unit.address)
    if queries.hub_called(name) is not None:
        raise Conflict("There is a hub called %(name)s already. Please choose another name.", name=name)
    hours.check(hours.Kept(opens_s, closes_s, {}))
    if not 1 <= bikes <= MAX_BIKES:
        raise BadInput("%(value)d bikes are not possible; allowed are 1 to %(most)d.", value=bikes, most=MAX_BIKES)
    hub = Hub(
        agreement_id=agreement.id,
        unit_id=unit.id,
        operator_id=agreement.request.organisation_id,
        name=name,
        street=unit.street,
        housenumber=unit.housenumber,
        lat=unit.lat,
        lon=unit.lon,
        opens_s=opens_s,
        closes_s=closes_s,
        storage_ml=unit.area_m2 * numbers.hub_litres_per_m2 * 1000,
        storage_g=unit.area_m2 * numbers.hub_kg_per_m2 * 1000,
        parcels_per_day=unit.area_m2 * numbers.hub_parcels_per_m2,
        opened_at=clock.now(),
        state=HubState.OPEN,
        vehicles=[_bike(number, opens_s, closes_s, numbers) for number in range(1, bikes + 1)],
    )
    db.session.add(hub)
    db.session.flush()
    audit.record("hub opened", "hub", hub.id, agreement=agreement.id, bikes=bikes)
    return hub


def _bike(number: int, starts_s: int, ends_s: int, numbers: settings.CitySettings) -> HubVehicle:
    vehicle_class = EMISSION_FREE[0]
    refuse(rules.emission_free(vehicle_class))
    return HubVehicle(
        name=f"Rad {number}",
        vehicle_class=vehicle_class,
        payload_g=numbers.cargo_bike_payload_kg * 1000,
        volume_ml=numbers.cargo_bike_volume_l * 1000,
        starts_s=starts_s,
        ends_s=ends_s,
    )


def close_hub(account: Account, hub_id: int, *, every: bool) -> Hub:
    """Take no more bookings. Raises Conflict while shipments are still to come."""
    hub = queries.hub_of(account, hub_id, every=every, to_change=True)
    if waiting := queries.open_shipments(hub.id, from_day=clock.today()):
        raise Conflict(
            "%(hub)s still has %(waiting)d shipments to deliver. Close it after the last one.",
            hub=hub.name,
            waiting=waiting,
        )
    hub.state = HubState.CLOSED
    audit.record("hub closed", "hub", hub.id)
    return hub


def ask_for_plan(day: date, *, account_id: int | None) -> jobs.Job:
    """Have the tours of a day planned; whoever asks while one still waits shares it."""
    return jobs.enqueue(
        PLAN_DAY,
        account_id=account_id,
        once_key=plan_key(day),
        day=day.isoformat(),
        shown_at=f"/dispo/{day.isoformat()}",
    )


def plan_key(day: date) -> str:
    """Names the job that plans a day."""
    return f"{PLAN_DAY} {day.isoformat()}"


def city_now() -> rules.CityMoment:
    """This moment as the clocks of the city show it."""
    return rules.CityMoment.of(clock.in_city(clock.now()))


def refuse(objection: Message | None) -> None:
    """Raise what a rule objects."""
    if objection is not None:
        raise Conflict(objection.text, **objection.values)
