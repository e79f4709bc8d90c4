"""The customer's pages: follow a parcel by a link that cannot be guessed, open a compartment with its code."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from city import clock, tries
from city.access import public
from city.db import db, transaction
from city.messages import NotFound
from logistics import lockers, queries
from logistics.forms import LockerCodeForm
from logistics.kinds import NOT_COMING, ShipmentStatus
from logistics.models import Hub, LockerStay, Shipment
from routing.message import Message

bp = Blueprint("tracking", __name__)
LONGEST_TOKEN = 64


def by_token(token: str) -> Shipment:
    """The shipment behind a link. Raises NotFound, also for one that is only held."""
    query = select(Shipment).where(Shipment.tracking_token == token[:LONGEST_TOKEN])
    query = query.options(
        joinedload(Shipment.hub).selectinload(Hub.compartments),
        joinedload(Shipment.retailer),
        joinedload(Shipment.stay).joinedload(LockerStay.compartment),
        selectinload(Shipment.pieces),
    )
    found = db.session.scalar(query)
    if found is None or (found.status in NOT_COMING and found.status != ShipmentStatus.CANCELLED):
        raise NotFound("This link leads to no parcel. Please ask the shop for the right one.")
    return found


@bp.route("/paket/<token>", methods=["GET", "POST"])
@public
def parcel(token: str) -> str:
    """Where a parcel is, when it comes, and how its compartment opens. Shows no name and no other stop."""
    form = LockerCodeForm()
    opened: lockers.Opened | None = None
    shipment = by_token(token)
    if shipment.stay is not None and form.sent_and_valid():
        with transaction():
            opened = lockers.open_with(lockers.stay_by_token(token, to_change=True), form.code.data or "")
        shipment = by_token(token)
    stay = shipment.stay
    ready = stay is not None and lockers.in_locker(stay) and stay.opened_at is None
    return render_template(
        "tracking/parcel.html",
        shipment=shipment,
        stop=queries.stop_of_shipment(shipment.id),
        stay=stay,
        ready=ready,
        code=lockers.code_of(stay) if ready and stay is not None else None,
        closed=lockers.closed_now(shipment.hub, clock.in_city(clock.now())) if ready else None,
        opened=opened,
        form=form,
        last_day=lambda one: one.ends - timedelta(days=1),
    )


@bp.route("/fach", methods=["GET", "POST"])
@public
def locker() -> str:
    """The page at the locker wall: number of the shipment and code. A wrong number and a wrong code sound alike."""
    form = LockerCodeForm()
    opened: lockers.Opened | None = None
    if form.sent_and_valid():
        network = tries.network_of(request.remote_addr)
        with transaction():
            counted = tries.count_code(network)
        with transaction():
            stay = lockers.stay_by_reference(form.number.data or "", to_change=True)
            if stay is not None:
                opened = lockers.open_with(stay, form.code.data or "")
                if opened.label:
                    tries.code_was_right(counted)
            else:
                opened = lockers.Opened(None, Message("Number and code do not belong together. Please check both."))
    return render_template("tracking/locker.html", form=form, opened=opened)
