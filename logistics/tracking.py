"""The customer's pages: follow a parcel by a link that cannot be guessed, open a compartment with its code."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template, request

from city import clock, tries
from city.access import public
from city.db import transaction
from logistics import customers, lockers, queries
from logistics.booking_form import Slot
from logistics.forms import LockerCodeForm
from logistics.kinds import ShipmentStatus
from routing.message import Message

bp = Blueprint("tracking", __name__)


@bp.route("/paket/<token>", methods=["GET", "POST"])
@public
def parcel(token: str) -> str:
    """Where a parcel is and when it comes, how its compartment opens, or another time after a failed delivery.

    Shows no name and no other stop.
    """
    form = LockerCodeForm()
    opened: lockers.Opened | None = None
    shipment = customers.by_token(token)
    if shipment.stay is not None and form.sent_and_valid():
        with transaction():
            opened = lockers.open_with(lockers.stay_by_token(token, to_change=True), form.code.data or "")
        shipment = customers.by_token(token)
    stay, failed = shipment.stay, shipment.status == ShipmentStatus.FAILED
    ready = stay is not None and lockers.in_locker(stay) and stay.opened_at is None
    closed = None
    if ready and stay is not None:
        closed = lockers.closed_now(stay.compartment.hub, clock.in_city(clock.now()), queries.current_city().land)
    return render_template(
        "tracking/parcel.html",
        shipment=shipment,
        token=token,
        today=clock.today(),
        expected=customers.expected(shipment, now=clock.now()),
        later=customers.next_try(shipment) if failed else None,
        slots=[Slot(*one) for one in customers.other_times(shipment)] if failed else [],
        into_locker=customers.goes_into_a_locker(shipment),
        stay=stay,
        ready=ready,
        code=lockers.code_of(stay) if ready and stay is not None else None,
        closed=closed,
        opened=opened,
        form=form,
        last_day=lambda one: one.ends - timedelta(days=1),
    )


@bp.route("/fach", methods=["GET", "POST"])
@public
def locker() -> str:
    """The page at the locker wall: number of the shipment and code. A wrong number and a wrong code sound alike."""
    form = LockerCodeForm()
    form.number.flags.optional = False  # here nobody knows yet which parcel it is about
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
