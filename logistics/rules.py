"""What may be booked, and when bikes can come. Pure: plain objects in, reasons out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise

import holidays

from city.settings import CitySettings
from leerstand.kinds import UseType
from leerstand.models import Agreement, Unit
from logistics.kinds import EMISSION_FREE, HubState, Resource, ShipmentStatus
from logistics.models import DayPlan, Hub, HubVehicle, Shipment
from routing.message import Message

WINDOW_S = 2 * 3600  # long enough to plan with, short enough to wait for
SHORTEST_WINDOW_S = 3600  # a shorter rest of the shift joins the window before it
SUNDAY = 6
LOOK_BACK_DAYS = 15  # over Christmas and New Year a hub may rest for that long
LIVE = (ShipmentStatus.HELD, ShipmentStatus.BOOKED, ShipmentStatus.DELIVERED, ShipmentStatus.FAILED)  # hold room
HALF_HOUR_S = 1800
TOURS_A_DAY = 2  # rounds that are promised of each bike: it may come back and load again within its shift


def clock_time(seconds: int) -> str:
    """``32_400`` as ``09:00``."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def delivery_windows(hub: Hub, weekday: int) -> list[tuple[int, int]]:
    """The delivery windows (Zustellfenster) of a weekday, as (opens_s, closes_s): two hours each.

    They lie where bikes ride and the hub is open.
    """
    hours = hub.hours_of(weekday)
    if not hub.vehicles or hours is None:
        return []
    starts = max(hours[0], min(vehicle.starts_s for vehicle in hub.vehicles))
    ends = min(hours[1], max(vehicle.ends_s for vehicle in hub.vehicles))
    if ends - starts < SHORTEST_WINDOW_S:
        return []
    cuts = [*range(starts, ends - SHORTEST_WINDOW_S + 1, WINDOW_S), ends]
    return list(pairwise(cuts))


def two_hours(opens_s: int, closes_s: int, arrives_s: int | None) -> tuple[int, int]:
    """What a recipient is told before the day: the booked window, or two hours of a longer one around the arrival."""
    if arrives_s is None or closes_s - opens_s <= WINDOW_S:
        return opens_s, closes_s
    begins = min(max(opens_s, (arrives_s - WINDOW_S // 2) // HALF_HOUR_S * HALF_HOUR_S), closes_s - WINDOW_S)
    return begins, begins + WINDOW_S


def room_of(hub: Hub) -> dict[Resource, int]:
    """What a hub can take on one day: its room, but no more than its bikes carry away."""
    carried_ml = TOURS_A_DAY * sum(bike.volume_ml for bike in hub.vehicles)
    carried_g = TOURS_A_DAY * sum(bike.payload_g for bike in hub.vehicles)
    return {
        Resource.PARCELS: hub.parcels_per_day,
        Resource.VOLUME_ML: min(hub.storage_ml, carried_ml),
        Resource.WEIGHT_G: min(hub.storage_g, carried_g),
    }


def stops_in_window(vehicles: Iterable[HubVehicle], opens_s: int, closes_s: int, per_hour: int) -> int:
    """How many deliveries these vehicles can promise within a window."""
    ridden = sum(max(0, min(closes_s, vehicle.ends_s) - max(opens_s, vehicle.starts_s)) for vehicle in vehicles)
    return ridden * per_hour // 3600


@cache
def _holidays(year: int, land: str) -> dict[date, str]:
    return dict(holidays.country_holidays("DE", subdiv=land, years=year, language="de"))


def holiday_name(day: date, land: str) -> str | None:
    """The public holiday of a Land (``NI`` …) on a day, in German as the calendars call it."""
    return _holidays(day.year, land).get(day)


def hub_rests(day: date, land: str) -> Message | None:
    """Why no bike leaves a hub on a day; None on working days."""
    if day.weekday() == SUNDAY:
        return Message("%(day)s is a Sunday; hubs are closed then. Please choose a working day.", {"day": day})
    if name := holiday_name(day, land):
        return Message(
            "%(day)s is a public holiday (%(holiday)s); hubs are closed then. Please choose a working day.",
            {"day": day, "holiday": name},
        )
    return None


@dataclass(frozen=True, slots=True)
class CityMoment:
    """Now, as the calendars and clocks of the city show it."""

    day: date
    clock_s: int

    @classmethod
    def of(cls, moment: datetime) -> CityMoment:
        """From a moment in the city's own zone."""
        return cls(moment.date(), moment.hour * 3600 + moment.minute * 60 + moment.second)


def hub_closed(hub: Hub, day: date, land: str) -> Message | None:
    """Why nobody works at a hub on a day; None if it is open."""
    if rests := hub_rests(day, land):
        return rests
    if hub.hours_on(day) is None:
        return Message("%(hub)s is closed on %(day)s. Please choose another day.", {"hub": hub.name, "day": day})
    return None


def closing_s(hub: Hub, day: date, settings: CitySettings) -> int:
    """Until when a day may be booked or cancelled: some time before the first bike leaves."""
    opens_s, _closes_s = hub.hours_on(day) or (hub.opens_s, hub.closes_s)
    first = max(opens_s, min((vehicle.starts_s for vehicle in hub.vehicles), default=opens_s))
    return max(0, first - settings.booking_cutoff_min * 60)


def hand_in_ends(hub: Hub, day: date, *, land: str, settings: CitySettings) -> tuple[date, int]:
    """Until when a shop can bring what rides on a day: the last moment of open doors before bookings close.

    A hub that opens only when its bikes leave takes parcels until it shuts on the working day before.
    """
    closes, hours = closing_s(hub, day, settings), hub.hours_on(day)
    if hours is not None and hours[0] < closes:
        return day, closes
    for before in (day - timedelta(days=back) for back in range(1, LOOK_BACK_DAYS)):
        hours = hub.hours_on(before)
        if hours is not None and hub_rests(before, land) is None:
            return before, hours[1]
    return day, closes


def objection_to_hand_in(hub: Hub, day: date, *, now: CityMoment, land: str, settings: CitySettings) -> Message | None:
    """Why a shop cannot bring what is to ride on a day any more; None if it can."""
    last_day, closes_s = hand_in_ends(hub, day, land=land, settings=settings)
    if (now.day, now.clock_s) < (last_day, closes_s):
        return None
    return Message(
        "What rides on %(day)s has to be at %(hub)s by %(last)s, %(closes)s. Please choose a later day.",
        {"day": day, "hub": hub.name, "last": last_day, "closes": clock_time(closes_s)},
    )


def objection_to_day(
    hub: Hub, agreement: Agreement | None, day: date, *, now: CityMoment, land: str, settings: CitySettings
) -> Message | None:
    """Why a hub cannot be booked for a day; None if it can. A standing hub has no agreement."""
    said = objection_to_date(hub, agreement, day, now=now, land=land, settings=settings)
    return said or _closed_for_today(hub, day, now, settings)


def objection_to_date(
    hub: Hub, agreement: Agreement | None, day: date, *, now: CityMoment, land: str, settings: CitySettings
) -> Message | None:
    """The same whatever the hour: a hub to whose lockers a bike of another one rides has no bikes to wait for."""
    if day < now.day:
        return Message("%(day)s has passed. Please choose a day from %(first)s on.", {"day": day, "first": now.day})
    if hub.state != HubState.OPEN:
        return Message("%(hub)s takes no more bookings. Please choose another hub.", {"hub": hub.name})
    if agreement is not None and day >= agreement.ends:
        last = agreement.ends - timedelta(days=1)
        return Message(
            "%(hub)s is there until %(last)s. Please choose an earlier day or another hub.",
            {"hub": hub.name, "last": last},
        )
    if agreement is not None and day < agreement.starts:
        return Message(
            "%(hub)s opens on %(first)s. Please choose a later day or another hub.",
            {"hub": hub.name, "first": agreement.starts},
        )
    last = now.day + timedelta(days=settings.bookable_days)
    if day > last:
        return Message("%(day)s is too far ahead. Bookings are open until %(last)s.", {"day": day, "last": last})
    return hub_closed(hub, day, land)


def _closed_for_today(hub: Hub, day: date, now: CityMoment, settings: CitySettings) -> Message | None:
    closes = closing_s(hub, day, settings)
    if day > now.day or now.clock_s < closes:
        return None
    return Message(
        "Bookings for today closed at %(closes)s, before the bikes leave. Please choose another day.",
        {"closes": clock_time(closes)},
    )


def objection_to_window(hub: Hub, day: date, opens_s: int, closes_s: int) -> Message | None:
    """Why a delivery window cannot be had; None if the hub offers it."""
    if closes_s <= opens_s:
        return Message(
            "The window ends at %(closes)s, but begins at %(opens)s. The end must be later than the beginning, "
            "on the same day.",
            {"opens": clock_time(opens_s), "closes": clock_time(closes_s)},
        )
    if (opens_s, closes_s) not in delivery_windows(hub, day.weekday()):
        return Message(
            "%(hub)s does not deliver from %(opens)s to %(closes)s. Please choose one of the windows shown.",
            {"hub": hub.name, "opens": clock_time(opens_s), "closes": clock_time(closes_s)},
        )
    return None


def objection_to_size(hub: Hub, *, weight_g: int, volume_ml: int) -> Message | None:
    """Why no bike of a hub can carry a shipment; None if one can."""
    if any(weight_g <= bike.payload_g and volume_ml <= bike.volume_ml for bike in hub.vehicles):
        return None
    most_g = max((bike.payload_g for bike in hub.vehicles), default=0)
    most_ml = max((bike.volume_ml for bike in hub.vehicles), default=0)
    if weight_g > most_g:
        return Message(
            "%(has)s kg are too heavy: the largest bike of %(hub)s carries %(most)s kg. Please book several shipments.",
            {"has": weight_g / 1000, "most": most_g / 1000, "hub": hub.name},
        )
    return Message(
        "%(has)s l are too large: the largest bike of %(hub)s holds %(most)s l. Please book several shipments.",
        {"has": volume_ml / 1000, "most": most_ml / 1000, "hub": hub.name},
    )


def objection_to_cancel(shipment: Shipment, hub: Hub, *, now: CityMoment, settings: CitySettings) -> Message | None:
    """Why a booking cannot be cancelled any more; None if it can."""
    if shipment.status != ShipmentStatus.BOOKED:
        return Message("Shipment %(reference)s is not open any more.", {"reference": shipment.reference})
    closes = closing_s(hub, shipment.day, settings)
    if shipment.day > now.day or (shipment.day == now.day and now.clock_s < closes):
        return None
    return Message(
        "Shipment %(reference)s could be cancelled until %(day)s, %(closes)s. Please call the hub.",
        {"reference": shipment.reference, "day": shipment.day, "closes": clock_time(closes)},
    )


def objection_to_plan(day: date, plan: DayPlan | None, *, now: CityMoment) -> Message | None:
    """Why a day cannot be planned any more; None if it can. ``plan`` is the one that counts now, with its events."""
    if day < now.day:
        return Message("%(day)s has passed, so nothing can be planned any more.", {"day": day})
    if plan is not None and any(stop.events for tour in plan.tours for stop in tour.stops):
        return Message("The couriers are on their way; the plan of %(day)s stays as it is.", {"day": day})
    return None


def objection_to_hub(agreement: Agreement, unit: Unit, settings: CitySettings) -> Message | None:
    """Why no hub can be opened in a shop; None if it can."""
    if agreement.use_type != UseType.MICRO_HUB:
        return Message(
            "%(address)s was agreed on for another use. A hub needs an agreement on a micro-hub.",
            {"address": unit.address},
        )
    if unit.area_m2 < settings.hub_min_area_m2:
        return Message(
            "%(address)s has %(has)d m²; a micro-hub needs at least %(needs)d m².",
            {"address": unit.address, "has": unit.area_m2, "needs": settings.hub_min_area_m2},
        )
    return None


def full_again(hub: Hub, day: date) -> set[int]:
    """The bikes (by number) that begin a day full though they were not: since then they stood at a charger.

    Each charger of the hub fills one bike a night, the emptiest first.
    """
    waiting = [(bike.charge_percent, bike.id, bike.charge_on) for bike in hub.vehicles if bike.charge_on is not None]
    waiting = sorted(one for one in waiting if one[0] < 100 and one[2] < day)
    return {number for place, (_, number, seen) in enumerate(waiting) if place < hub.chargers * (day - seen).days}


def emission_free(vehicle_class: str) -> Message | None:
    """Only emission-free vehicles leave a hub: the objection to any other class."""
    if vehicle_class in EMISSION_FREE:
        return None
    return Message(
        "“%(vehicle_class)s” does not leave a hub: only emission-free vehicles do (%(allowed)s).",
        {"vehicle_class": vehicle_class, "allowed": ", ".join(EMISSION_FREE)},
    )


@dataclass(frozen=True, slots=True)
class Impact:
    """What a plan emits well to wheel, and what the same metres in a diesel van would (Klimawirkung)."""

    metres: int
    co2e_g: int
    van_co2e_g: int

    @property
    def avoided_g(self) -> int:
        """The difference."""
        return self.van_co2e_g - self.co2e_g


def impact(metres: int, settings: CitySettings) -> Impact:
    """Cargo bikes against a diesel van on the same way, with the factors of the settings."""
    bike, van = settings.cargo_bike_co2e_g_km, settings.diesel_van_co2e_g_km
    return Impact(metres, round(metres * bike / 1000), round(metres * van / 1000))
