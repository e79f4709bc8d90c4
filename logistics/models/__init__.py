"""The rows of logistics, one file for each deed: hubs, capacity, bookings, plans, events.

Clock times (``opens_s``, ``eta_s`` …) are seconds since midnight as the clocks of the city show them, so ``28_800``
is 8 o'clock on every day; only ``planning`` turns them into elapsed seconds and back.
"""

from __future__ import annotations

from logistics.models.bookings import Shipment
from logistics.models.capacity import CapacityLine, DayCapacity
from logistics.models.events import CourierEvent
from logistics.models.hubs import DAY_S, Hub, HubVehicle
from logistics.models.plans import DayPlan, Stop, Tour, UnservedShipment

__all__ = [
    "DAY_S",
    "CapacityLine",
    "CourierEvent",
    "DayCapacity",
    "DayPlan",
    "Hub",
    "HubVehicle",
    "Shipment",
    "Stop",
    "Tour",
    "UnservedShipment",
]
