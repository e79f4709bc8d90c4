"""What customers may know and do by their link: the hour on the way, another time or a locker after a failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from city import clock, settings
from city.db import db
from city.messages import Conflict, NotFound
from city.models import Account
from logistics import bookings, queries, rules, sizes, street_queries
from logistics.forecast import forecast
from logistics.kinds import NOT_COMING, EventKind, ShipmentKind, ShipmentStatus
from logistics.models import Compartment, Hub, LockerStay, Shipment, Stop, Tour
from logistics.services import city_now
from logistics.sizes import Size
from logistics.wishes import Wish

LONGEST_TOKEN = 64
HALF_HOUR_S = 1800
DAYS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Expected:
    """When a parcel comes: an hour once its courier is on the way, before that two hours; clock seconds."""

    opens_s: int
    closes_s: int
    on_the_way: bool


def by_token(token: str) -> Shipment:
    """The shipment behind a link. Raises NotFound, also for one that is only held."""
    query = select(Shipment).where(Shipment.tracking_token == token[:LONGEST_TOKEN])
    whole = joinedload(Shipment.hub)
    found = db.session.scalar(
        query.options(
            whole.selectinload(Hub.vehicles),
            whole.selectinload(Hub.compartments),
            whole.joinedload(Hub.agreement),
            joinedload(Shipment.retailer),
            joinedload(Shipment.stay).joinedload(LockerStay.compartment).joinedload(Compartment.hub),
            selectinload(Shipment.pieces),
        )
    )
    if found is None or (found.status in NOT_COMING and found.status != ShipmentStatus.CANCELLED):
        raise NotFound("This link leads to no parcel. Please ask the shop for the right one.")
    return found


def expected(shipment: Shipment, *, now: datetime) -> Expected:
    """When it comes, told as exactly as is honest: half an hour before and after the forecast, within no promise."""
    window = Expected(shipment.window_opens_s, shipment.window_closes_s, on_the_way=False)
    if shipment.status != ShipmentStatus.BOOKED:
        return window
    found = _stop(shipment.id)
    if found is None:
        return window
    stop, tour = found
    if not _has_left(tour, shipment.day):
        both = rules.two_hours(shipment.window_opens_s, shipment.window_closes_s, stop.arrives_s)
        return Expected(*both, on_the_way=False)
    events = street_queries.events_of_couriers([tour.courier_id] if tour.courier_id else [], shipment.day)
    seen = forecast(tour, events.get(tour.courier_id or 0, []), shipment.day, now)
    at = seen.arrives_s.get(stop.id)
    if at is None:
        return window
    begins = max(0, at - HALF_HOUR_S) // 300 * 300
    return Expected(begins, begins + 2 * HALF_HOUR_S, on_the_way=True)


def _has_left(tour: Tour, day: date) -> bool:
    told = street_queries.events_of_couriers([tour.courier_id] if tour.courier_id else [], day)
    return any(event.kind == EventKind.DEPARTED for events in told.values() for event in events)


def _stop(shipment_id: int) -> tuple[Stop, Tour] | None:
    tour_id = street_queries.tour_with(shipment_id)
    if tour_id is None:
        return None
    tour = street_queries.whole_tour(tour_id)
    return next(stop for stop in tour.stops if stop.shipment_id == shipment_id), tour


def other_times(shipment: Shipment) -> list[tuple[date, int, int]]:
    """The next windows in which another try may be booked; whether there is room says the booking."""
    hub, numbers, land = shipment.hub, settings.current().numbers, queries.current_city().land
    found, day = [], clock.today()
    for _ in range(21):
        if rules.objection_to_day(hub, hub.agreement, day, now=city_now(), land=land, settings=numbers) is None:
            found += [(day, opens, closes) for opens, closes in rules.delivery_windows(hub, day.weekday())]
        day += timedelta(days=1)
        if len({one[0] for one in found}) >= DAYS_SHOWN:
            break
    return found


def size_of(shipment: Shipment) -> Size:
    """How large its parcel is: measured, by class, or by the class that holds its volume."""
    sides = (shipment.length_cm, shipment.width_cm, shipment.height_cm)
    measured = None if None in sides else sizes.ordered(sides)  # type: ignore[arg-type]
    return Size(measured, shipment.size or sizes.class_of(shipment.volume_ml))


def goes_into_a_locker(shipment: Shipment) -> bool:
    """Whether its hub has a compartment for it; one takes one parcel. Whether it is free says the booking."""
    sides = size_of(shipment).sides
    boxes = ((box.width_cm, box.height_cm, box.depth_cm) for box in shipment.hub.compartments)
    return shipment.parcels == 1 and sides is not None and any(sizes.fits(sides, box) for box in boxes)


def next_try(shipment: Shipment) -> Shipment | None:
    """The delivery that its recipient has booked after this one failed."""
    query = select(Shipment).where(
        Shipment.retailer_id == shipment.retailer_id, Shipment.request_key == _key_of_next(shipment),
        Shipment.status.not_in(NOT_COMING),
    )  # fmt: skip
    return db.session.scalar(query.limit(1))


def _key_of_next(shipment: Shipment) -> str:
    return f"again-{shipment.reference}"


def again(token: str, *, day: date, opens_s: int, closes_s: int, locker: bool) -> Shipment:
    """Book another try for a shipment that could not be handed over: at another time, or into a locker of its hub.

    Asked twice it is booked once. Raises Conflict while nothing has failed, or when there is no room.
    """
    shipment = by_token(token)
    if shipment.status != ShipmentStatus.FAILED:
        raise Conflict("This parcel does not need another time at the moment.")
    account = db.session.scalar(select(Account).where(Account.id == shipment.booked_by_id))
    if account is None:
        raise Conflict("Please ask the shop for another time; it cannot be booked here.")
    wish = Wish(
        recipient=shipment.recipient, recipient_kind=shipment.recipient_kind, street=shipment.street,
        housenumber=shipment.housenumber, point=(shipment.lat, shipment.lon), parcels=shipment.parcels,
        weight_g=shipment.weight_g, volume_ml=shipment.volume_ml, window_opens_s=opens_s, window_closes_s=closes_s,
        note=shipment.note, kind=ShipmentKind.LOCKER if locker else ShipmentKind.OUTBOUND, mail=shipment.mail,
        own_reference=shipment.own_reference, size=size_of(shipment), at_hub=True,
    )  # fmt: skip
    return bookings.book_shipment(
        account, hub_id=shipment.hub_id, day=day, wish=wish, request_key=_key_of_next(shipment)
    )
