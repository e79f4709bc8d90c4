"""The rows of logistics, one file for each deed: hubs, capacity, bookings, plans, events, interface for programs.

Clock times (``opens_s``, ``eta_s`` …) are seconds since midnight as the clocks of the city show them, so ``28_800``
is 8 o'clock on every day; only ``planning`` turns them into elapsed seconds and back.
"""

from __future__ import annotations

from logistics.models.api import ApiAnswer, ApiPace, ApiToken
from logistics.models.bookings import Leg, LockerStay, Parcel, Scan, Shipment, StandingOrder, Template
from logistics.models.capacity import CapacityLine, DayCapacity
from logistics.models.events import CourierEvent, CourierPhoto, InboxEntry
from logistics.models.hubs import DAY_S, Compartment, Dock, Hub, HubVehicle, Quota, Trailer
from logistics.models.plans import DayPlan, Stop, Tour, UnservedShipment
from logistics.models.shifts import Absence, Shift, VehicleOutage

__all__ = [
    "DAY_S",
    "Absence",
    "ApiAnswer",
    "ApiPace",
    "ApiToken",
    "CapacityLine",
    "Compartment",
    "CourierEvent",
    "CourierPhoto",
    "DayCapacity",
    "DayPlan",
    "Dock",
    "Hub",
    "HubVehicle",
    "InboxEntry",
    "Leg",
    "LockerStay",
    "Parcel",
    "Quota",
    "Scan",
    "Shift",
    "Shipment",
    "StandingOrder",
    "Stop",
    "Template",
    "Tour",
    "Trailer",
    "UnservedShipment",
    "VehicleOutage",
]
