"""What a retailer wants, before it is booked: the same for page, interface for programs, table and standing order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from logistics.kinds import RecipientKind, ShipmentKind
from logistics.sizes import Size

Point = tuple[float, float]
MAX_PARCELS = 200
MAX_PICKUPS = 10


class Booker(Protocol):
    """Who books: a person, and the shop for which; an account is one."""

    @property
    def id(self) -> int:
        """The number of the account."""

    @property
    def organisation_id(self) -> int | None:
        """The number of the shop."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person and a shop by their numbers: does not have to be read again when a transaction begins."""

    id: int
    organisation_id: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that goods are collected or brought back to."""

    name: str
    street: str
    housenumber: str
    point: Point


@dataclass(frozen=True, slots=True)
class Wish:
    """What a retailer wants moved: between whom, how much, and when.

    ``recipient`` and the address are the customer's; for an inbound shipment
    the shop's own, for a return those of whoever gives it back (it then goes
    to ``back_to``), for a locker only the recipient counts. ``size`` is that of
    the largest parcel.
    """

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
    kind: ShipmentKind = ShipmentKind.OUTBOUND
    size: Size = field(default_factory=Size)
    dock_opens_s: int | None = None  # inbound: when the supplier unloads
    supplier: str = ""
    locker_hub_id: int | None = None  # None: the lockers of the hub itself
    back_to: Place | None = None
    pickups: tuple[Place, ...] = ()
    own_reference: str = ""
    mail: str = ""
    dangerous: bool = False
    at_hub: bool = False  # a further try: the parcels lie there already

    @property
    def window(self) -> tuple[int, int]:
        """When the recipient is to have it, or when it is collected."""
        return self.window_opens_s, self.window_closes_s


@dataclass(frozen=True, slots=True)
class Asked:
    """A booking that was read: through which hub, when, what."""

    hub_id: int
    day: date
    wish: Wish
