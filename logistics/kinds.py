"""The words of the trade that are stored: states, resources and reasons, each with its meaning. Pure."""

from __future__ import annotations

from enum import StrEnum

EMISSION_FREE = ("cargo_bike",)  # classes that may leave a hub: no tailpipe, and the street network knows their ways


class HubState(StrEnum):
    """Whether a hub takes bookings."""

    OPEN = "open"
    CLOSED = "closed"


class Resource(StrEnum):
    """What is scarce at a hub on one day."""

    PARCELS = "parcels"  # pieces handled
    VOLUME_ML = "volume_ml"  # storage
    WEIGHT_G = "weight_g"  # storage
    STOPS = "stops"  # deliveries that the bikes can make in one delivery window


class ShipmentStatus(StrEnum):
    """Where a shipment stands."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    DELIVERED = "delivered"
    FAILED = "failed"  # not delivered, see the courier's reason


class RecipientKind(StrEnum):
    """Who receives: decides how long the stop takes."""

    HOME = "home"
    BUSINESS = "business"


class PlanState(StrEnum):
    """Which plan of a day counts."""

    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class EventKind(StrEnum):
    """What a courier reports at a stop."""

    DELIVERED = "delivered"
    FAILED = "failed"
    UNDONE = "undone"  # takes back the report before it


class FailureReason(StrEnum):
    """Why a shipment was not delivered."""

    NOBODY_THERE = "nobody_there"
    WRONG_ADDRESS = "wrong_address"
    REFUSED = "refused"
    DAMAGED = "damaged"
    NO_ACCESS = "no_access"
