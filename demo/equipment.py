"""Gives the demo's hub docks and lockers, and its retailer a few bookings to look at, through the house's own doors."""

from __future__ import annotations

from datetime import date

from city.db import transaction
from city.models import Account
from logistics import booking_values, bookings, floor, hub_rooms, queries, repeats, rules
from logistics.kinds import LockerSize, RecipientKind, ScanKind, ShipmentKind, SizeClass
from logistics.models import Hub
from logistics.sizes import Size
from logistics.wishes import Wish

BOXES = {LockerSize.S: 5, LockerSize.M: 5, LockerSize.L: 5}
SATURDAY, SATURDAY_CLOSES_S = "5", 16 * 3600
BIKES_START_S = 8 * 3600
CUSTOMERS = ("Ida Winter", "Jonas Sommer", "Kim Herbst")


def equip(operator: Account, hub_id: int) -> None:
    """Two docks, a locker wall that is reached round the clock, and bikes that leave a while after the doors open."""
    with transaction():
        for name in ("Ladeplatz Hof", "Ladeplatz Straße"):
            hub_rooms.add_dock(operator, hub_id, every=False, name=name, vehicles_at_once=1)
        for size, count in BOXES.items():
            hub_rooms.add_compartments(operator, hub_id, every=False, size=size, count=count)
        hub = queries.hub(hub_id, to_change=True)
        hub.lockers_always, hub.chargers = True, 4
        for bike in hub.vehicles:
            bike.starts_s = BIKES_START_S
        hub.other_hours = {SATURDAY: [hub.opens_s, SATURDAY_CLOSES_S]}


def book_lockers(retailer: Account, operator: Account, hub_id: int, day: date) -> None:
    """Three parcels for the lockers, the first scanned in and lying in its compartment; a template of it."""
    opens, closes = rules.delivery_windows(queries.hub(hub_id), day.weekday())[0]
    for name in CUSTOMERS:
        wish = Wish(
            recipient=name, recipient_kind=RecipientKind.HOME, street="", housenumber="", point=(0.0, 0.0), parcels=1,
            weight_g=1_200, volume_ml=8_750, window_opens_s=opens, window_closes_s=closes, kind=ShipmentKind.LOCKER,
            size=Size(size_class=SizeClass.S),
        )  # fmt: skip
        with transaction():
            made = bookings.book_shipment(retailer, hub_id=hub_id, day=day, wish=wish).reference
    first = queries.shipment_of(retailer.organisation_id, made)
    values, code = booking_values.values_of(first), first.pieces[0].code
    with transaction():
        hub: Hub = queries.hub(hub_id)
        for kind in (ScanKind.RECEIVE, ScanKind.PLACE):
            floor.scan(operator, hub, code, kind)
        repeats.keep_template(retailer, "Päckchen ins Fach", values)
