"""What a customer asks for after a failed delivery: another time, or a locker. The page itself is in ``tracking``."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city.access import public
from city.db import transaction
from city.messages import Conflict, say
from logistics import customers
from logistics.booking_form import Slot
from routing.message import BadInput

bp = Blueprint("customers", __name__)


@bp.get("/ankunft/<token>")
@public
def when(token: str) -> Response:
    """The old address of the customer's page, in mails that were sent before."""
    return redirect(url_for("tracking.parcel", token=token), 301)


@bp.post("/ankunft/<token>")
@public
def again(token: str) -> Response:
    """Another time, or a locker."""
    try:
        slot = Slot.read(request.form.get("slot", ""))
    except ValueError:
        flash(_("Please choose one of the times shown."), "error")
        return redirect(url_for("tracking.parcel", token=token))
    try:
        with transaction():
            made = customers.again(
                token, day=slot.day, opens_s=slot.opens_s, closes_s=slot.closes_s,
                locker=request.form.get("where") == "locker",
            )  # fmt: skip
            new_token = made.tracking_token
    except (Conflict, BadInput) as refusal:
        flash(say(refusal), "error")
        return redirect(url_for("tracking.parcel", token=token))
    flash(_("Booked. This is the page of the new delivery; please keep its address."), "success")
    return redirect(url_for("tracking.parcel", token=new_token))
