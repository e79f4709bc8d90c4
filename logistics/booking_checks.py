"""Everything that can be wrong with a wish before room is asked for, each with its sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from city import clock, settings, streets
from city.messages import DomainError
from city.zones.queries import network_on
from logistics import chains, planning, queries, rules, sizes
from logistics.kinds import BROUGHT_BY_SHOPS, ShipmentKind
from logistics.models import Hub
from logistics.services import city_now, refuse
from logistics.ways import check_place
from logistics.wishes import MAX_PARCELS, MAX_PICKUPS, Wish
from routing.message import BadInput, Message

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Reached:
    """That a bike gets from a hub to some places within a window of a day."""

    hub: Point
    day: date
    window: tuple[int, int]
    places: tuple[Point, ...]

    @classmethod
    def of(cls, hub: Point, day: date, wish: Wish) -> Reached:
        """What a wish asks of the streets."""
        places = [place.point for place in wish.pickups]
        if wish.kind != ShipmentKind.LOCKER:
            places.append(wish.point)
        if wish.back_to is not None:
            places.append(wish.back_to.point)
        return cls(hub, day, wish.window, tuple(places))

    def check(self) -> Reached:
        """Look it up on the street map. Raises BadInput with a sentence for the first place that is not reached."""
        hours = [planning.elapsed_s(self.day, clock_s) for clock_s in self.window]
        period = streets.period(queries.current_city(), self.day, *hours)
        for place in self.places:
            check_place(network_on(self.day), self.hub, place, period)
        return self


def look_ahead(hub_id: int, day: date, wish: Wish) -> Reached | None:
    """Look the streets up before the lock of the hub is taken, so that nobody waits for it.

    None where that cannot be said yet: whoever holds the lock finds out why.
    """
    ahead = (day - clock.today()).days
    hub = queries.hub_point(hub_id)
    if hub is None or not 0 <= ahead <= settings.current().numbers.bookable_days:
        return None
    if wish.window_opens_s >= wish.window_closes_s:
        return None
    try:
        return Reached.of(hub, day, wish).check()
    except (BadInput, DomainError):
        return None


def check(
    hub: Hub,
    day: date,
    wish: Wish,
    numbers: settings.CitySettings,
    locker_hub: Hub | None,
    *,
    reached: Reached | None = None,
) -> None:
    """Refuse what cannot be: day, window, goods, size, place. Raises Conflict or BadInput with a sentence.

    ``reached`` is what :func:`look_ahead` found out; what it does not cover is looked up now.
    """
    land = queries.current_city().land
    refuse(rules.objection_to_day(hub, hub.agreement, day, now=city_now(), land=land, settings=numbers))
    if wish.kind in BROUGHT_BY_SHOPS and not wish.at_hub:
        refuse(rules.objection_to_hand_in(hub, day, now=city_now(), land=land, settings=numbers))
    refuse(rules.objection_to_window(hub, day, *wish.window))
    _check_goods(wish)
    stays_here = locker_hub is not None and locker_hub.id == hub.id
    if not stays_here:
        refuse(rules.objection_to_size(hub, weight_g=wish.weight_g, volume_ml=wish.volume_ml))
        refuse(sizes.objection_to_sides(wish.size.sides))
    refuse(_objection_to_kind(hub, day, wish, locker_hub))
    wanted = Reached.of((hub.lat, hub.lon), day, wish)
    if wanted != reached:
        wanted.check()


def _check_goods(wish: Wish) -> None:
    if wish.dangerous:
        raise BadInput(
            "Dangerous goods (ADR) are not taken: neither hubs nor bikes are fitted for them. "
            "Please send them with a licensed carrier."
        )
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


def _objection_to_kind(hub: Hub, day: date, wish: Wish, locker_hub: Hub | None) -> Message | None:
    if wish.kind == ShipmentKind.INBOUND:
        return _objection_to_dock(hub, day, wish)
    if wish.kind == ShipmentKind.POOLED:
        return _objection_to_pool(hub, day, wish)
    if locker_hub is not None:
        return _objection_to_locker(locker_hub, wish) or _objection_to_wall(locker_hub, day)
    return None


def _objection_to_dock(hub: Hub, day: date, wish: Wish) -> Message | None:
    slots = chains.dock_slots(hub, day.weekday())
    if not hub.docks:
        return Message("%(hub)s has no dock, so suppliers cannot unload there. Please choose another hub.",
                       {"hub": hub.name})  # fmt: skip
    if wish.dock_opens_s not in slots:
        return Message(
            "%(hub)s has no dock slot at %(time)s. Please choose one of the slots shown.",
            {"hub": hub.name, "time": rules.clock_time(wish.dock_opens_s) if wish.dock_opens_s is not None else "–"},
        )
    if wish.dock_opens_s + chains.SLOT_S > wish.window_opens_s:
        return Message(
            "The supplier unloads until %(until)s, but the delivery window begins at %(opens)s. "
            "Please choose a later window.",
            {
                "until": rules.clock_time(wish.dock_opens_s + chains.SLOT_S),
                "opens": rules.clock_time(wish.window_opens_s),
            },
        )
    return None


def _objection_to_pool(hub: Hub, day: date, wish: Wish) -> Message | None:
    if not 1 <= len(wish.pickups) <= MAX_PICKUPS:
        return Message(
            "%(count)d shops cannot be collected from; allowed are 1 to %(most)d.",
            {"count": len(wish.pickups), "most": MAX_PICKUPS},
        )
    if rules.delivery_windows(hub, day.weekday())[0] == wish.window:
        return Message(
            "From %(opens)s nothing has been collected yet. Please choose a later window for the delivery.",
            {"opens": rules.clock_time(wish.window_opens_s)},
        )
    return None


def _objection_to_locker(hub: Hub, wish: Wish) -> Message | None:
    if not hub.compartments:
        return Message("%(hub)s has no lockers. Please choose another hub.", {"hub": hub.name})
    if wish.parcels != 1:
        return Message(
            "One compartment takes one parcel, not %(count)d. Please book each parcel on its own.",
            {"count": wish.parcels},
        )
    sides = wish.size.sides
    if sides is None:
        return Message("For a locker the size of the parcel must be known. Please choose a size class.")
    if not any(sizes.fits(sides, (one.width_cm, one.height_cm, one.depth_cm)) for one in hub.compartments):
        return Message(
            "A parcel of %(length)d × %(width)d × %(height)d cm fits into no compartment of %(hub)s. "
            "Please have it delivered instead.",
            {**dict(zip(("length", "width", "height"), sides, strict=True)), "hub": hub.name},
        )
    if wish.weight_g > max(one.most_g for one in hub.compartments):
        return Message(
            "%(kg)s kg are too heavy for the lockers of %(hub)s; they carry %(most)s kg.",
            {"kg": wish.weight_g / 1000, "hub": hub.name, "most": max(one.most_g for one in hub.compartments) / 1000},
        )
    return None


def _objection_to_wall(hub: Hub, day: date) -> Message | None:
    """The wall must be there, and somebody to let the courier in, on the day that the parcel comes."""
    now, land, numbers = city_now(), queries.current_city().land, settings.current().numbers
    return rules.objection_to_date(hub, hub.agreement, day, now=now, land=land, settings=numbers)


def window_before(hub: Hub, day: date, window: tuple[int, int]) -> tuple[int, int]:
    """The delivery window that ends before this one begins: when pooled goods are collected."""
    windows = rules.delivery_windows(hub, day.weekday())
    return max((one for one in windows if one[1] <= window[0]), default=windows[0])
