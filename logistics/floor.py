"""What the people of a hub do with parcels: scan them in, load them, put them into lockers, set missing ones apart.

A scan that comes twice changes nothing and says so. In the caller's transaction.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from city import audit, clock
from city.db import db
from city.messages import Conflict, NotFound
from city.models import Account
from logistics import lockers, queries
from logistics.kinds import NOT_COMING, ParcelState, Ride, ScanKind, ShipmentStatus
from logistics.models import Compartment, DayPlan, Hub, LockerStay, Parcel, Scan, Shipment
from routing.message import BadInput, Message

LONGEST_CODE = 60
CLARIFY = "K"  # the shelf for whatever somebody has to look into (Klärung)
_SYMBOLOGY = re.compile(r"^\][A-Za-z]\d")  # what scanners put in front: ]C1 for GS1-128, ]Q3 for QR …
HERE = (ParcelState.RECEIVED, ParcelState.DAMAGED)


@dataclass(frozen=True, slots=True)
class Said:
    """What the screen answers to a scan: a colour and a word, a sentence, and where it goes, readable from afar."""

    kind: str  # ok, warn, no
    title: Message
    where: str = ""
    detail: str = ""
    parcel_id: int | None = None


def read_code(typed: str) -> str:
    """What a scanner or a person gave, as it is kept: our code, 18 digits of an SSCC, or any other text.

    Raises BadInput for nothing, for too much, and for an SSCC whose check digit is wrong.
    """
    text = _SYMBOLOGY.sub("", typed.replace("\x1d", "").strip())
    if not text or len(text) > LONGEST_CODE or not text.isprintable():
        raise BadInput("This is no code. Please scan again, or type the number on the label.")
    digits = re.sub(r"[()\s]", "", text)
    if digits.isdigit() and len(digits) == 20 and digits.startswith("00"):
        if not check_digit_right(digits[2:]):
            raise BadInput("“%(code)s” is no SSCC: its last digit should be %(right)d. Please scan again.",
                           code=digits[2:], right=check_digit(digits[2:19]))  # fmt: skip
        return digits[2:]
    plain = text.upper().replace(" ", "")
    ours = re.fullmatch(r"([A-Z0-9]{4})-?([A-Z0-9]{4})[-/]?(\d{1,3})?", plain)
    if ours and re.search(r"[A-Z]", plain):
        return f"{ours[1]}{ours[2]}{int(ours[3] or 1):03d}"
    return text


def check_digit(digits: str) -> int:
    """The check digit of GS1 (modulo 10, weights 3 and 1 from the right) behind these digits."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return -total % 10


def check_digit_right(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it."""
    return check_digit(digits[:-1]) == int(digits[-1])


def scan(account: Account, hub: Hub, typed: str, kind: ScanKind) -> Said:
    """Do what was scanned. Unknown codes and wrong moments are answered, never raised; BadInput for unreadable ones."""
    code = read_code(typed)
    piece = find(hub.id, code)
    if piece is None:
        return Said("no", Message("“%(code)s” is not expected here. Is it a label of somebody else?", {"code": code}),
                    "?", code)  # fmt: skip
    one = piece.shipment
    if one.status in NOT_COMING:
        said = Message("%(reference)s was cancelled. Please give it back to %(shop)s.",
                       {"reference": one.reference, "shop": one.retailer.name})  # fmt: skip
        return Said("warn", said, CLARIFY, _about(piece), piece.id)
    deeds = {ScanKind.RECEIVE: _receive, ScanKind.LOAD: _load, ScanKind.PLACE: _place}
    return deeds[kind](account, hub, piece)


def find(hub_id: int, code: str) -> Parcel | None:
    """The parcel with this code or foreign barcode at a hub; of several the one that is still to come."""
    query = _parcels().where(_at(hub_id), or_(Parcel.code == code, Parcel.alias == code))
    found = list(db.session.scalars(query.order_by(Parcel.id.desc()).limit(5)).unique())
    return next((one for one in found if one.state != ParcelState.COLLECTED), None)


def parcel_at(hub_id: int, parcel_id: int) -> Parcel:
    """One parcel that passes through a hub."""
    found = db.session.scalar(_parcels().where(_at(hub_id), Parcel.id == parcel_id))
    if found is None:
        raise NotFound("There is no such parcel. Please check the code.")
    return found


def parcels_of(shipments: Sequence[Shipment]) -> list[Parcel]:
    """The parcels of these shipments, with what the floor needs to know of them."""
    ids = [one.id for one in shipments]
    return list(
        db.session.scalars(_parcels().where(Shipment.id.in_(ids)).order_by(Shipment.id, Parcel.number)).unique()
    )


def _parcels() -> Select[Parcel]:
    whole = joinedload(Parcel.shipment)
    return (
        select(Parcel)
        .join(Shipment, Parcel.shipment_id == Shipment.id)
        .options(
            whole.joinedload(Shipment.retailer),
            whole.selectinload(Shipment.pieces),
            whole.joinedload(Shipment.hub).selectinload(Hub.compartments),
            whole.joinedload(Shipment.stay).joinedload(LockerStay.compartment).joinedload(Compartment.hub),
            whole.selectinload(Shipment.parts),
        )
    )


def _at(hub_id: int) -> ColumnElement[bool]:
    return Shipment.hub_id == hub_id


def _receive(account: Account, hub: Hub, piece: Parcel) -> Said:
    one, where = piece.shipment, shelf_of(piece)
    if piece.state in HERE:
        return Said("warn", Message("Was scanned in already."), piece.shelf or where, _about(piece), piece.id)
    if piece.state not in (ParcelState.ANNOUNCED, ParcelState.MISSING):
        return Said("warn", Message("This parcel has left the hub already."), CLARIFY, _about(piece), piece.id)
    piece.state, piece.shelf = ParcelState.RECEIVED, where
    _note(account, hub, piece, ScanKind.RECEIVE)
    here = sum(other.state in HERE for other in one.pieces)
    said = Message("Arrived: parcel %(here)d of %(count)d", {"here": here, "count": one.parcels})
    if one.day > clock.today():
        said = Message("Arrived early: parcel %(here)d of %(count)d, wanted on %(day)s",
                       {"here": here, "count": one.parcels, "day": one.day})  # fmt: skip
    return Said("ok", said, where, _about(piece), piece.id)


def _load(account: Account, hub: Hub, piece: Parcel) -> Said:
    bike = bike_of(piece.shipment, queries.published_plan(piece.shipment.day))
    if piece.state == ParcelState.LOADED:
        return Said("warn", Message("Is on the bike already."), bike or "", _about(piece), piece.id)
    if piece.state != ParcelState.RECEIVED:
        return Said("no", Message("Is not in the hub: please scan it in first."), CLARIFY, _about(piece), piece.id)
    if bike is None:
        return Said("warn", Message("No bike takes this parcel today."), piece.shelf, _about(piece), piece.id)
    piece.state = ParcelState.LOADED
    _note(account, hub, piece, ScanKind.LOAD)
    return Said("ok", Message("Loaded"), bike, _about(piece), piece.id)


def _place(account: Account, hub: Hub, piece: Parcel) -> Said:
    one = piece.shipment
    stay = one.stay
    if stay is None or one.ride != Ride.NONE:
        return Said("no", Message("This parcel goes into no compartment here."), piece.shelf, _about(piece), piece.id)
    if piece.state == ParcelState.IN_LOCKER:
        return Said(
            "warn", Message("Lies in its compartment already."), stay.compartment.label, _about(piece), piece.id
        )
    if piece.state not in (ParcelState.RECEIVED, ParcelState.ANNOUNCED):
        return Said("no", Message("Is not in the hub: please scan it in first."), CLARIFY, _about(piece), piece.id)
    piece.state, piece.shelf = ParcelState.IN_LOCKER, stay.compartment.label
    stay.placed_at, one.status = clock.now(), ShipmentStatus.DELIVERED
    _note(account, hub, piece, ScanKind.PLACE)
    lockers.tell_recipient(stay)
    return Said("ok", Message("Put it in and shut the door."), stay.compartment.label, _about(piece), piece.id)


def mark(account: Account, hub: Hub, parcel_id: int, kind: ScanKind) -> Parcel:
    """Say that a parcel is missing or damaged, or turned up sound. Raises Conflict where that cannot be."""
    piece = parcel_at(hub.id, parcel_id)
    if kind == ScanKind.MISSING and piece.state != ParcelState.ANNOUNCED:
        raise Conflict("Only a parcel that has not arrived can be missing.")
    if kind == ScanKind.DAMAGED and piece.state not in (ParcelState.ANNOUNCED, ParcelState.RECEIVED):
        raise Conflict("Only a parcel in the hub can be set apart as damaged.")
    if kind == ScanKind.FOUND and piece.state not in (ParcelState.MISSING, ParcelState.DAMAGED):
        raise Conflict("This parcel is neither missing nor damaged.")
    if kind == ScanKind.FOUND:
        piece.state, piece.shelf = ParcelState.RECEIVED, shelf_of(piece)
    else:
        piece.state = ParcelState.MISSING if kind == ScanKind.MISSING else ParcelState.DAMAGED
        piece.shelf = "" if kind == ScanKind.MISSING else CLARIFY
    _note(account, hub, piece, kind)
    return piece


def give_alias(account: Account, hub: Hub, parcel_id: int, typed: str) -> Parcel:
    """Let a foreign barcode stand for a parcel. Raises Conflict when it stands for another one that is still here."""
    code, piece = read_code(typed), parcel_at(hub.id, parcel_id)
    other = find(hub.id, code)
    if other is not None and other.id != piece.id:
        raise Conflict("“%(code)s” stands for %(reference)s already.", code=code, reference=other.shipment.reference)
    piece.alias = code
    audit.record("barcode kept", "parcel", piece.id)
    return piece


def renew_code(account: Account, hub: Hub, parcel_id: int) -> None:
    """A new pick-up code, for somebody who stands at the wall and is known."""
    piece = parcel_at(hub.id, parcel_id)
    if piece.shipment.stay is None:
        raise NotFound("This parcel goes into no compartment here.")
    lockers.new_code(piece.shipment.stay, secrets.token_hex(16))


def shelf_of(piece: Parcel) -> str:
    """Where a parcel is put: its compartment, the shelf of its bike, or that of its window while there is no plan."""
    one = piece.shipment
    if one.stay is not None and one.ride == Ride.NONE:
        return one.stay.compartment.label
    bike = bike_of(one, queries.published_plan(one.day))
    return bike or f"{one.window_opens_s // 3600:02d}"


def bike_of(one: Shipment, plan: DayPlan | None) -> str | None:
    """The bike that takes a shipment, by the plan that counts."""
    tours = plan.tours if plan else []
    return next((tour.vehicle.name for tour in tours for stop in tour.stops if stop.shipment_id == one.id), None)


def _note(account: Account, hub: Hub, piece: Parcel, kind: ScanKind) -> None:
    db.session.add(Scan(parcel_id=piece.id, hub_id=hub.id, account_id=account.id, kind=kind, at=clock.now()))
    db.session.flush()


def _about(piece: Parcel) -> str:
    return f"{piece.shipment.reference} · {piece.shipment.retailer.name}"
