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
    VOLUME_ML = "volume_ml"  # storage, per quarter of a day
    WEIGHT_G = "weight_g"  # storage, per quarter of a day
    STOPS = "stops"  # deliveries that the bikes can make in one delivery window
    CARRIED_ML = "carried_ml"  # what the bikes carry away on the day
    CARRIED_G = "carried_g"
    DOCK = "dock"  # vehicles at the docks in one slot
    LOCKER = "locker"  # one compartment, for the day
    QUOTA = "quota"  # parcels of one organisation, where the hub has set it a limit


class ShipmentStatus(StrEnum):
    """Where a shipment stands."""

    HELD = "held"  # room is kept for some minutes, nothing is booked yet
    BOOKED = "booked"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # held and never confirmed
    DELIVERED = "delivered"  # at the recipient's, or in the locker
    FAILED = "failed"  # not delivered, see the courier's reason


NOT_COMING = (ShipmentStatus.HELD, ShipmentStatus.CANCELLED, ShipmentStatus.EXPIRED)  # no bike is planned for these


class ShipmentKind(StrEnum):
    """Which way the goods take (Auftragsart)."""

    OUTBOUND = "outbound"  # shop → hub → customer
    INBOUND = "inbound"  # supplier → hub → shop
    LOCKER = "locker"  # shop → locker at a hub, the customer collects
    RETURN = "return"  # customer → hub → shop
    POOLED = "pooled"  # several shops → hub → one customer


BROUGHT_BY_SHOPS = (ShipmentKind.OUTBOUND, ShipmentKind.LOCKER)  # the others come with a lorry or a bike


class Ride(StrEnum):
    """What a bike does for a shipment."""

    DELIVERY = "delivery"  # from the hub to the place
    PICKUP = "pickup"  # from the place to the hub
    NONE = "none"  # nothing: it stays in the hub's own lockers


class LegKind(StrEnum):
    """One step of the way (Teilstrecke)."""

    HAND_IN = "hand_in"  # the shop brings it to the hub
    SUPPLY = "supply"  # the supplier brings it to a dock
    PICKUP = "pickup"  # a bike collects it
    STORE = "store"  # it lies in the hub
    DELIVER = "deliver"  # a bike takes it to its recipient
    LOCKER = "locker"  # it waits in a compartment


class SizeClass(StrEnum):
    """How large one parcel is at most (Größenklasse)."""

    XS = "xs"
    S = "s"
    M = "m"
    L = "l"
    XL = "xl"


class LockerSize(StrEnum):
    """How large a compartment is (Fachgröße)."""

    S = "s"
    M = "m"
    L = "l"
    XL = "xl"


class ParcelState(StrEnum):
    """Where one parcel is."""

    ANNOUNCED = "announced"
    RECEIVED = "received"  # lies in the hub
    LOADED = "loaded"  # on its bike
    IN_LOCKER = "in_locker"
    COLLECTED = "collected"
    MISSING = "missing"
    DAMAGED = "damaged"  # lies in the hub, apart
    GONE = "gone"  # handed over, whatever happened on the way


class ScanKind(StrEnum):
    """What the people of a hub do to a parcel."""

    RECEIVE = "receive"
    LOAD = "load"
    PLACE = "place"  # into its compartment
    MISSING = "missing"
    DAMAGED = "damaged"
    FOUND = "found"  # takes missing or damaged back


class RecipientKind(StrEnum):
    """Who receives: decides how long the stop takes."""

    HOME = "home"
    BUSINESS = "business"


class PlanState(StrEnum):
    """Which plan of a day counts."""

    DRAFT = "draft"  # worked out, and nobody has accepted it yet
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class EventKind(StrEnum):
    """What a courier reports: at a stop, or of the tour as a whole."""

    LOADED = "loaded"  # on board at the hub
    DEPARTED = "departed"  # left the hub
    ARRIVED = "arrived"  # at the door
    DELIVERED = "delivered"
    TO_NEIGHBOUR = "to_neighbour"
    TO_LOCKER = "to_locker"
    FAILED = "failed"
    UNDONE = "undone"  # takes back the report that it names
    NOTE = "note"
    BREAK_STARTED = "break_started"
    BREAK_ENDED = "break_ended"
    REORDERED = "reordered"  # the courier rides the stops in another order
    RELOADED = "reloaded"  # back at the hub, loaded again and off for another round
    RETURNED = "returned"  # back at the hub, the tour is over


HANDED_OVER = frozenset({EventKind.DELIVERED, EventKind.TO_NEIGHBOUR, EventKind.TO_LOCKER})
SETTLING = HANDED_OVER | {EventKind.FAILED}  # after these the courier rides on
OF_A_SHIPMENT = SETTLING | {EventKind.LOADED, EventKind.ARRIVED, EventKind.UNDONE}  # a note may be of either


class FailureReason(StrEnum):
    """Why a shipment was not delivered."""

    NOBODY_THERE = "nobody_there"
    WRONG_ADDRESS = "wrong_address"
    REFUSED = "refused"
    DAMAGED = "damaged"
    NO_ACCESS = "no_access"
