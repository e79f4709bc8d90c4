"""What can be done with hubs and shipments: each function one deed, in the caller's transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from city import audit, clock, jobs, settings, streets
from city.db import db
from city.messages import Conflict
from city.models import Account
from logistics import capacity, planning, queries, rules
from logistics.kinds import EMISSION_FREE, HubState, RecipientKind, ShipmentStatus
from logistics.models import Hub, HubVehicle, Shipment
from logistics.ways import check_place
from routing.message import BadInput, Message

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is mistaken for another when read aloud or off a label
MAX_PARCELS = 200
MAX_BIKES = 50
PLAN_DAY = "plan_day"
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a retailer wants to have delivered: recipient, place, size and window."""

    recipient: str
    recipient_kind: RecipientKind
    street: str
    housenumber: str
    point: Point
    parcels: int
    weight_g: int
    volume_ml: int
    window_opens_s: int
    window_closes_s: int
    note: str = ""


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
    _check_hours(opens_s, closes_s)
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


def book_shipment(account: Account, *, hub_id: int, day: date, wish: Wish, request_key: str | None = None) -> Shipment:
    """Book parcels through a hub and have the day planned again: all of it, or nothing.

    The same ``request_key`` books once, however often it is sent. Raises
    Conflict if the hub has no room left, DomainError or BadInput with a
    sentence for anything else that cannot be.
    """
    retailer = queries.retailer(account.organisation_id)
    if retailer.released_at is None:
        raise Conflict("The city has not released %(shop)s for bookings yet.", shop=retailer.name)
    if request_key and (before := queries.shipment_sent_before(retailer.id, request_key)):
        return before
    hub, numbers = queries.hub(hub_id, to_change=True), settings.current().numbers
    _check_wish(hub, day, wish, numbers)
    lat, lon = wish.point
    shipment = Shipment(
        reference=_new_reference(),
        request_key=request_key,
        retailer_id=retailer.id,
        booked_by_id=account.id,
        hub_id=hub.id,
        day=day,
        recipient=wish.recipient,
        recipient_kind=wish.recipient_kind,
        street=wish.street,
        housenumber=wish.housenumber,
        lat=lat,
        lon=lon,
        parcels=wish.parcels,
        weight_g=wish.weight_g,
        volume_ml=wish.volume_ml,
        window_opens_s=wish.window_opens_s,
        window_closes_s=wish.window_closes_s,
        note=wish.note,
        booked_at=clock.now(),
        status=ShipmentStatus.BOOKED,
    )
    db.session.add(shipment)
    db.session.flush()
    capacity.reserve(hub, shipment, at=clock.now(), stops_per_bike_hour=numbers.stops_per_bike_hour)
    audit.record("shipment booked", "shipment", shipment.id, hub=hub.id)
    ask_for_plan(day, account_id=account.id)
    return shipment


def cancel_shipment(account: Account, reference: str) -> Shipment:
    """Cancel a booking before its cut-off, and give its room back.

    Raises NotFound for another retailer's shipment, Conflict when it is too late.
    """
    shipment = queries.shipment_of(account.organisation_id, reference, to_change=True)
    objection = rules.objection_to_cancel(shipment, shipment.hub, now=city_now(), settings=settings.current().numbers)
    refuse(objection)
    shipment.status, shipment.cancelled_at = ShipmentStatus.CANCELLED, clock.now()
    capacity.release(shipment.hub, shipment, at=clock.now())
    audit.record("shipment cancelled", "shipment", shipment.id)
    ask_for_plan(shipment.day, account_id=account.id)
    return shipment


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


def _check_wish(hub: Hub, day: date, wish: Wish, numbers: settings.CitySettings) -> None:
    land = queries.current_city().land
    refuse(rules.objection_to_day(hub, hub.agreement, day, now=city_now(), land=land, settings=numbers))
    refuse(rules.objection_to_window(hub, wish.window_opens_s, wish.window_closes_s))
    if not 1 <= wish.parcels <= MAX_PARCELS:
        raise BadInput(
            "%(value)d parcels are not possible; allowed are 1 to %(most)d.", value=wish.parcels, most=MAX_PARCELS
        )
    if wish.weight_g <= 0 or wish.volume_ml <= 0:
        raise BadInput(
            "%(kg)s kg and %(l)s l are not possible; both must be more than 0.",
            kg=wish.weight_g / 1000,
            l=wish.volume_ml / 1000,
        )
    refuse(rules.objection_to_size(hub, weight_g=wish.weight_g, volume_ml=wish.volume_ml))
    hours = [planning.elapsed_s(day, clock_s) for clock_s in (wish.window_opens_s, wish.window_closes_s)]
    period = streets.period(queries.current_city(), day, *hours)
    check_place(streets.network(), (hub.lat, hub.lon), wish.point, period)


def _check_hours(opens_s: int, closes_s: int) -> None:
    if closes_s - opens_s < rules.SHORTEST_WINDOW_S:
        raise BadInput(
            "The hub closes at %(closes)s, but opens at %(opens)s. It must be open for at least an hour.",
            opens=rules.clock_time(opens_s),
            closes=rules.clock_time(closes_s),
        )


def refuse(objection: Message | None) -> None:
    """Raise what a rule objects."""
    if objection is not None:
        raise Conflict(objection.text, **objection.values)


def _new_reference() -> str:
    """Eight random letters: 8e11 possibilities, so nobody guesses one or counts the bookings of others."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
