"""Which compartment a parcel gets, and for how long. The hub comes locked."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from city import settings
from city.messages import Conflict
from logistics import capacity, chains, queries, rules, sizes
from logistics.kinds import LockerSize
from logistics.models import Compartment, Hub, LockerStay
from logistics.wishes import Wish


def stay_for(hub: Hub, day: date, wish: Wish) -> LockerStay:
    """The smallest compartment into which the parcel goes and that is free for the whole time."""
    numbers, land = settings.current().numbers, queries.current_city().land
    ends = chains.stay_ends(day, hub, lambda one: rules.holiday_name(one, land) is not None)
    if hub.agreement is not None and ends > hub.agreement.ends:
        raise Conflict(
            "%(hub)s is there until %(last)s. Please choose an earlier day or another hub.",
            hub=hub.name,
            last=hub.agreement.ends - timedelta(days=1),
        )
    room = chains.room_of(hub, [], numbers.stops_per_bike_hour)
    free = capacity.free_compartments(room, chains.days(day, ends))
    fitting = [one for one in hub.compartments if one.id in free and _goes_into(wish, one)]
    if not fitting:
        raise Conflict(
            "On %(day)s %(hub)s has no compartment left that fits. Please choose another day or hub.",
            day=day,
            hub=hub.name,
        )
    order = list(LockerSize)
    best = min(fitting, key=lambda one: (order.index(one.size), one.id))
    return LockerStay(
        compartment_id=best.id, compartment=best, starts=day, ends=ends, seed=secrets.token_hex(16), wrong_tries=0
    )


def _goes_into(wish: Wish, box: Compartment) -> bool:
    sides = wish.size.sides
    inside = (box.width_cm, box.height_cm, box.depth_cm)
    return sides is not None and sizes.fits(sides, inside) and wish.weight_g <= box.most_g
