"""The customer's pages on the day: the hour on the way, and another time or a locker after a failed delivery."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock
from city.access import public
from city.db import transaction
from city.messages import Conflict, say
from logistics import customers
from logistics.booking_form import Slot
from logistics.forms import DeedForm
from routing.message import BadInput

bp = Blueprint("customers", __name__)


@bp.get("/ankunft/<token>")
@public
def when(token: str) -> str:
    """When a parcel comes: two hours before, the hour on the way; after a failure the way to another time."""
    shipment = customers.by_token(token)
    failed = shipment.status == "failed"
    return render_template(
        "logistics/when.html",
        shipment=shipment,
        token=token,
        expected=customers.expected(shipment, now=clock.now()),
        slots=[Slot(*one) for one in customers.other_times(shipment)] if failed else [],
        lockers=bool(shipment.hub.compartments),
        form=DeedForm(),
    )


@bp.post("/ankunft/<token>")
@public
def again(token: str) -> Response:
    """Another time, or a locker."""
    try:
        slot = Slot.read(request.form.get("slot", ""))
    except ValueError:
        flash(_("Please choose one of the times shown."), "error")
        return redirect(url_for("customers.when", token=token))
    try:
        with transaction():
            made = customers.again(
                token, day=slot.day, opens_s=slot.opens_s, closes_s=slot.closes_s,
                locker=request.form.get("where") == "locker",
            )  # fmt: skip
            new_token = made.tracking_token
    except (Conflict, BadInput) as refusal:
        flash(say(refusal), "error")
        return redirect(url_for("customers.when", token=token))
    flash(_("Booked. This is the page of the new delivery; please keep its address."), "success")
    return redirect(url_for("customers.when", token=new_token))
